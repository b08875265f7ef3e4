"""What `snapdiff track` does: logs are searched, the messages found put together, and shown."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.commands.streams import output_stream, same_place
from snapdiff.faults import CANNOT_TELL, WrongUsage
from snapdiff.model import Problem, TrackFound, TrackingRow
from snapdiff.read.local_time import LocalTime, Order
from snapdiff.read.log_values import with_parsed
from snapdiff.read.logs import HARMLESS_IN_LOGS, LogPlace, LogRows, Tell, find_logs, newest_time
from snapdiff.read.protocol import sessions
from snapdiff.report.choose import ColorChoice
from snapdiff.report.track import TrackForm, draw_track
from snapdiff.track.messages import messages
from snapdiff.track.search import Search
from snapdiff.track.talks import with_sessions

_LOOKED_FOR_AT_ONCE = 64
"""With more messages than that, every row is read on the second way through the logs."""


class Shown(Struct, frozen=True):
    """How it is shown: the format, the file it goes to, colour, and the number of the one message to show at length."""

    form: TrackForm
    output: Path | None
    color: ColorChoice
    number: int | None = None


def track(paths: Sequence[Path], search: Search, days: int | None, shown: Shown, local: LocalTime | None = None) -> int:
    """`snapdiff track LOGS...`: 0, or 2 where something could not be read."""
    problems: list[Problem] = []
    places = find_logs(paths, problems.append)
    if shown.output is not None and any(same_place(shown.output, Path(place.path)) for place in places):
        raise WrongUsage(f"{shown.output} is one of the logs that are read; give another file with -o")
    if days is not None:
        search = _last_days(search, days, newest_time(places, local))
    found = _found(places, search, problems.append, local)
    problems = list(dict.fromkeys(problems))
    if not found.files:
        raise WrongUsage(_no_logs(paths, problems))
    if shown.number is not None:
        found = _only(found, shown.number)
    found = with_sessions(found)
    with output_stream(shown.output) as stream:
        draw_track(found, problems, shown.form, stream, shown.color, number=shown.number)
    return CANNOT_TELL if any(problem.code not in HARMLESS_IN_LOGS for problem in problems) else 0


def _found(places: Sequence[LogPlace], search: Search, tell: Tell, local: LocalTime | None) -> TrackFound:
    """Two ways through the logs: the first finds the messages, the second every row of them, on whatever server."""
    rows = LogRows(places, tell, search.words(), local, exact=bool(search.message_id))
    if search == Search():
        kept = list(rows)
    elif search.message_id:
        # Every row that names the message was passed already: those of the message, and of the reports about it.
        passed = list(rows)
        wanted = {row.text("message_id") for row in passed if search.fits(row)}
        kept = [row for row in passed if _is_about(row, wanted)]
    else:
        kept, wanted = [], set[str]()
        for row in rows:
            if search.fits(row):
                name = row.text("message_id")
                if name:
                    wanted.add(name)
                else:
                    kept.append(row)
        kept += _rows_of(places, wanted, local)
    found = messages(with_parsed(row) for row in kept)
    return TrackFound(rows.rows_read, rows.files, found, list(sessions(places, _session_ids(kept), tell)))


def _session_ids(rows: Sequence[TrackingRow]) -> set[str]:
    """The SMTP sessions that rows name, in lower case."""
    named = (row.text("source_context").partition(";") for row in rows)
    return {first.lower() for first, semicolon, _ in named if semicolon and first.isalnum()}


def _rows_of(places: Sequence[LogPlace], wanted: set[str], local: LocalTime | None) -> list[TrackingRow]:
    """Every row of these messages, and of the delivery reports about them."""
    if not wanted:
        return []
    words = sorted(wanted) if len(wanted) <= _LOOKED_FOR_AT_ONCE else ()
    rows = LogRows(places, lambda problem: None, words, local, exact=True)
    return [row for row in rows if _is_about(row, wanted)]


def _is_about(row: TrackingRow, wanted: set[str]) -> bool:
    """Whether a row is one of these messages', or a delivery report's about one of them."""
    reported_on = row.texts("reference") if row.text("event_id") == "DSN" else ()
    return row.text("message_id") in wanted or not wanted.isdisjoint(reported_on)


def _last_days(search: Search, days: int, newest: str) -> Search:
    """The last days of the logs, counted from their newest row, so that old logs give the same answer tomorrow."""
    try:
        end = datetime.fromisoformat(newest)
    except ValueError:
        return search
    since = (end if end.tzinfo else end.replace(tzinfo=UTC)) - timedelta(days=days)
    return replace(search, since=since if search.since is None else max(since, search.since))


def _only(found: TrackFound, number: int) -> TrackFound:
    if not 1 <= number <= len(found.messages):
        count = len(found.messages)
        raise WrongUsage(f"there is no message {number}: {count} {'was' if count == 1 else 'were'} found")
    message = found.messages[number - 1]
    named = _session_ids(message.events)
    own = [session for session in found.sessions if session.session_id.lower() in named]
    return replace(found, messages=[message], sessions=own)


def _no_logs(paths: Sequence[Path], problems: Sequence[Problem]) -> str:
    given = " ".join(path.as_posix() for path in paths)
    causes = "".join(f" {problem.message}" for problem in problems[:3])
    return (
        f"{given} holds no message tracking log: looked for files that begin as Exchange's do (MSGTRK2024051408-1.LOG "
        "and its kin, plain, .gz or in a .zip); Get-TransportService | Format-List Name,MessageTrackingLogPath shows "
        f"where they are.{causes}"
    )


_MONTH_FIRST = frozenset({"us", "ph"})
_YEAR_FIRST = frozenset({"cn", "jp", "kr", "tw", "hu", "lt", "se", "ca", "ir", "mn"})
"""Regions that do not write the day first; Sweden's is `2024-05-14`, Canada's too."""


def local_time(tz: str, culture: str) -> LocalTime:
    """What `--tz` and `--culture` say of a shell's times. Raises WrongUsage for a zone that does not exist."""
    from zoneinfo import ZoneInfo

    zone = None
    if tz:
        try:
            zone = ZoneInfo(tz)
        except (KeyError, ValueError, OSError):
            raise WrongUsage(f"{tz} is no time zone; write it as Europe/Berlin or America/New_York") from None
    if not culture:
        return LocalTime(zone)
    region = culture.replace("_", "-").rpartition("-")[2].lower()
    if "-" not in culture.replace("_", "-") or len(region) != 2:
        raise WrongUsage(f"{culture} is no culture; write it with its region, such as en-GB")
    order: Order = "month-first" if region in _MONTH_FIRST else "year-first" if region in _YEAR_FIRST else "day-first"
    return LocalTime(zone, order)
