"""The command about logs: track."""

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from snapdiff.cli.app import Color, Jobs, Output, Redact, RedactKey, app

_EXAMPLES = (
    "Examples: snapdiff track Logs --sender lynne.robbins@contoso.com --days 2; "
    'snapdiff track MBX01 MBX02 --message-id "<1@contoso.com>" --format csv -o rows.csv'
)


class TrackFormat(StrEnum):
    """The forms of what was found."""

    text = "text"
    json = "json"
    csv = "csv"
    markdown = "markdown"
    parquet = "parquet"


Logs = Annotated[
    list[Path],
    typer.Argument(
        metavar="LOGS",
        help="Message tracking and SMTP protocol logs of any number of servers: files, .gz, .zip, or folders.",
    ),
]


@app.command("track", short_help="Where a message went, from tracking logs of all servers at once.", epilog=_EXAMPLES)
def _track(
    logs: Logs,
    sender: Annotated[str, typer.Option(metavar="ADDRESS", help="This sender (or part of it).")] = "",
    recipient: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="This recipient (or part); again for any of several.")
    ] = None,
    subject: Annotated[str, typer.Option(metavar="WORDS", help="All these words in the subject.")] = "",
    message_id: Annotated[str, typer.Option(metavar="ID", help="This Message-Id.")] = "",
    network_message_id: Annotated[str, typer.Option(metavar="ID", help="This Network-Message-Id.")] = "",
    server: Annotated[str, typer.Option(metavar="NAME", help="Rows that name this server, at either end.")] = "",
    connector: Annotated[str, typer.Option(metavar="NAME", help="This connector (or part of its name).")] = "",
    event: Annotated[str, typer.Option(metavar="EVENT", help="This event, such as FAIL; several with commas.")] = "",
    source: Annotated[
        str, typer.Option(metavar="SOURCE", help="This source, such as SMTP or AGENT; several with commas.")
    ] = "",
    since: Annotated[str, typer.Option(metavar="TIME", help="From this time on: 2024-05-14 or 2024-05-14T08:00.")] = "",
    until: Annotated[str, typer.Option(metavar="TIME", help="Up to this time; a day alone counts whole.")] = "",
    days: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The last N days, counted from the newest row of the logs.")
    ] = None,
    message: Annotated[int | None, typer.Option(metavar="N", help="Show the Nth message found at length.")] = None,
    tz: Annotated[
        str, typer.Option("--tz", metavar="ZONE", help="The zone of times a shell printed, such as Europe/Berlin.")
    ] = "",
    culture: Annotated[
        str, typer.Option(metavar="NAME", help="The shell's culture, such as en-GB: its order of day and month.")
    ] = "",
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules",
            metavar="FILE",
            help="Names of transport rules: Get-TransportRule | Export-Csv FILE, or Export-Clixml.",
        ),
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep an index of the logs in this file, so that the next search is faster."),
    ] = None,
    form: Annotated[
        TrackFormat,
        typer.Option("--format", help="The form of what was found; parquet writes its rows to a new folder, -o."),
    ] = TrackFormat.text,
    output: Output = None,
    redact: Redact = False,
    redact_key: RedactKey = None,
    jobs: Jobs = None,
    color: Annotated[Color, typer.Option(help="Colour what goes to the terminal.")] = Color.auto,
) -> None:
    """Searches tracking logs, offline and over all servers at once, and tells what became of each message.

    All that is asked for must fit one row; letter case counts in a Message-Id alone, and times are UTC. Where one
    message is found, or one is chosen with --message, its whole path is shown; on a terminal the list of several asks
    which one.

    Exit codes: 0 done, be anything found or not; 2 something could not be read, or wrong usage.
    """
    from snapdiff.commands import track as commands
    from snapdiff.commands.redacting import redactor
    from snapdiff.track.search import Search

    search = Search(
        sender=_address(sender),
        recipients=tuple(map(_address, recipient or ())),
        subject=subject,
        message_id=message_id.strip(),
        network_message_id=network_message_id.strip(" {}"),
        server=server.strip(),
        connector=connector.strip(),
        event=event,
        source=source,
        since=_time(since, "--since"),
        until=_time(until, "--until", whole_day=True),
    )
    if search.since and search.until and search.since > search.until:
        raise typer.BadParameter("it lies behind --until, and nothing can fit", param_hint="--since")
    hidden = redactor(redact, redact_key)
    shown = commands.Shown(form.value, output, color.value, message, hidden)
    raise typer.Exit(commands.track(logs, search, days, shown, commands.local_time(tz, culture), jobs, rules, index))


def _address(text: str) -> str:
    """An address as it was pasted, out of its angle brackets; the empty sender `<>` stays."""
    begin, end = text.find("<"), text.rfind(">")
    return text[begin + 1 : end].strip() if 0 <= begin < end - 1 else text.strip()


def _time(text: str, option: str, *, whole_day: bool = False) -> datetime | None:
    """A time as it was typed, in UTC; None where nothing was."""
    from snapdiff.times import parse_time

    text = text.strip()
    if not text:
        return None
    time = parse_time(text)
    if time is None:
        raise typer.BadParameter(f"{text!r} is no time; write 2024-05-14 or 2024-05-14T08:00", param_hint=option)
    is_day = "T" not in text and ":" not in text
    return time + timedelta(days=1, microseconds=-1) if whole_day and is_day else time
