"""The command that holds two runs against each other: compare."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from snapdiff.cli.app import Color, Jobs, Logs, Output, Redact, RedactKey, app

_EXAMPLES = (
    "Examples: snapdiff compare Before After; snapdiff compare Before After --pair-by header:X-Probe-Id --format "
    "markdown -o changes.md. Exit codes: 0 compared; 1 with --exit-code, anything differs; 2 can't tell (nothing to "
    "pair, it can't be known who did it, something unreadable)."
)


class CompareFormat(StrEnum):
    """The forms of a comparison."""

    text = "text"
    json = "json"
    markdown = "markdown"


@app.command("compare", short_help="What each agent does now that it did not, and what no more.", epilog=_EXAMPLES)
def _compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="The run before a rollout or a fix.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="The run after it, of the same messages.")],
    pair_by: Annotated[
        str,
        typer.Option("--pair-by", metavar="WHAT", help="subject, message-id, or header:NAME such as X-Probe-Id."),
    ] = "subject",
    form: Annotated[CompareFormat, typer.Option("--format", help="The form of the result.")] = CompareFormat.text,
    output: Output = None,
    logs: Logs = None,
    redact: Redact = False,
    redact_key: RedactKey = None,
    color: Annotated[Color, typer.Option(help="Colour what goes to the terminal.")] = Color.auto,
    jobs: Jobs = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 when anything differs.")] = False,
) -> None:
    """Says of two runs of the same messages what each agent does now that it did not, and what it does no more.

    Subjects are compared as they were sent, without letter case and marks of a reply. Messages without a counterpart
    are named. Values and texts are not compared: a policy is for those.
    """
    from snapdiff.commands import compare as commands
    from snapdiff.commands import redacting

    hidden = redacting.redactor(redact, redact_key)
    shown = commands.Shown(form.value, output, color.value)
    raise typer.Exit(commands.compare(before, after, pair_by, shown, jobs, exit_code, hidden, logs or ()))
