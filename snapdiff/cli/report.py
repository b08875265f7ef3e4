"""The commands about traces: report, agents, extract, schema."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from snapdiff.cli.app import Color, Jobs, Logs, Output, Paths, Redact, RedactKey, app

_ENABLE = (
    "To get snapshots, on the Exchange server: Set-TransportService SERVER -PipelineTracingSenderAddress SENDER, "
    "then Set-TransportService SERVER -PipelineTracingEnabled $true."
)


class Format(StrEnum):
    """The forms of the report."""

    text = "text"
    json = "json"
    html = "html"
    markdown = "markdown"


class Severity(StrEnum):
    """How grave a finding is."""

    error = "error"
    warning = "warning"
    note = "note"


class AgentsFormat(StrEnum):
    """The forms of the agents' table."""

    text = "text"
    json = "json"
    markdown = "markdown"
    csv = "csv"


class SchemaOf(StrEnum):
    """What there is a JSON Schema of."""

    report = "report"
    track = "track"
    check = "check"
    compare = "compare"
    policy = "policy"


@app.command("report", short_help="Who changed what, for every message of a trace (the default).", epilog=_ENABLE)
def _report(
    paths: Paths,
    form: Annotated[Format, typer.Option("--format", help="The form of the report.")] = Format.text,
    output: Output = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write an HTML report to this file as well.")
    ] = None,
    html_dir: Annotated[
        Path | None,
        typer.Option("--html-dir", metavar="FOLDER", help="The same as an index and one page a message, for many."),
    ] = None,
    logs: Logs = None,
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules",
            metavar="FILE",
            help="Names of transport rules for the logs: Get-TransportRule | Export-Csv FILE, or Export-Clixml.",
        ),
    ] = None,
    message_id: Annotated[
        str | None, typer.Option(metavar="ID", help="Only this Message-Id or Network-Message-Id.")
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Only messages with this in the subject; with * or ? it is the whole one."),
    ] = None,
    sender: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Only messages from this sender (or part of it).")
    ] = None,
    recipient: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Only messages to this recipient (or part of it).")
    ] = None,
    agent: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Only messages this agent ran on, and its steps alone (or part of it; with * or ? the whole name).",
        ),
    ] = None,
    changed_only: Annotated[
        bool, typer.Option("--changed-only", help="Leave out what nobody changed; it is counted.")
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="KINDS", help="Only these: envelope,header,part,message,cosmetic or a kind."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="KINDS", help="Everything but these kinds, or findings by code: cosmetic,SD501,SD4xx."),
    ] = None,
    severity: Annotated[
        Severity | None, typer.Option("--severity", help="Only findings as grave as this, or graver.")
    ] = None,
    decoded: Annotated[
        bool | None,
        typer.Option(
            "--decoded/--no-decoded",
            help="Addresses, attachments and Received hops of changed messages, decoded (default: not for json).",
        ),
    ] = None,
    redact: Redact = False,
    redact_key: RedactKey = None,
    color: Annotated[Color, typer.Option(help="Colour the terminal report.")] = Color.auto,
    jobs: Jobs = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when anything changed.")] = False,
) -> None:
    """Says for every message each event and agent in the order they ran, and what each one changed."""
    from snapdiff.commands import report as commands

    asked = commands.Asked(
        message_id=message_id,
        subject=subject,
        sender=sender,
        recipient=recipient,
        agent=agent,
        changed_only=changed_only,
        only=tuple(only or ()),
        ignore=tuple(ignore or ()),
        severity=severity.value if severity else None,
    )
    decoded = form is not Format.json if decoded is None else decoded
    drawn = commands.Drawn(form.value, output, color.value, decoded, html, html_dir, redact, redact_key)
    raise typer.Exit(commands.report(paths, asked, drawn, jobs, exit_code, logs or (), rules))


@app.command("agents", short_help="The agents of a folder: order, runs, changes, elapsed times.")
def _agents(
    paths: Paths,
    form: Annotated[AgentsFormat, typer.Option("--format", help="The form of the table.")] = AgentsFormat.text,
    output: Output = None,
    jobs: Jobs = None,
) -> None:
    """Says which agents ran, in which order, how often each changed something, what kinds of change, and how long."""
    from snapdiff.commands import report as commands

    raise typer.Exit(commands.agents(paths, form.value, output, jobs))


@app.command("extract", short_help="One snapshot as a clean .eml, or one part of it.")
def _extract(
    paths: Paths,
    trace: Annotated[str, typer.Option(metavar="ID", help="The trace: its folder's GUID, or its path in the report.")],
    file: Annotated[str, typer.Option(metavar="NAME", help="The snapshot, such as Routing0007.eml.")],
    section: Annotated[
        str | None, typer.Option(metavar="N", help="One part, decoded, by its section, such as 1.2.")
    ] = None,
    output: Output = None,
) -> None:
    """Takes one message out of a trace without the injected block, or one decoded part of it.

    A part is what came with the mail: treat an attachment as you would treat it in the mail.
    """
    from snapdiff.commands import report as commands

    raise typer.Exit(commands.extract_one(paths, trace, file, section, output))


@app.command("schema", short_help="The JSON Schema of the report, of what other commands write, or of a policy.")
def _schema(
    what: Annotated[
        SchemaOf,
        typer.Argument(
            metavar="[WHAT]",
            help="report (of --format json), track (of its --format json), check, compare, or policy.",
        ),
    ] = SchemaOf.report,
    output: Output = None,
) -> None:
    """Prints the JSON Schema of `--format json`, of track, check or compare, or of a policy for an editor."""
    from snapdiff.commands import report as commands

    raise typer.Exit(commands.schema(what.value, output))
