"""What `snapdiff track` does: logs are searched, the messages found put together, and shown."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.commands.asking import ask, may_ask
from snapdiff.commands.rule_names import names_of_rules
from snapdiff.commands.searching import Searched, last_days
from snapdiff.commands.streams import is_standard_output, output_stream, same_place
from snapdiff.commands.track_index import opened_index, without_index
from snapdiff.commands.track_sessions import sessions_alone
from snapdiff.faults import CANNOT_TELL, WrongUsage
from snapdiff.model import Problem, Session, TrackedMessage, TrackFound, TrackingRow
from snapdiff.read.local_time import LocalTime, Order
from snapdiff.read.log_values import with_parsed
from snapdiff.read.logs import HARMLESS_IN_LOGS, find_logs
from snapdiff.read.protocol import sessions
from snapdiff.report.choose import ColorChoice
from snapdiff.report.track import TrackForm, draw_track
from snapdiff.track.messages import Messages
from snapdiff.track.packed import Each
from snapdiff.track.search import Search
from snapdiff.track.talks import proxied_ids, with_proxied, with_sessions

if TYPE_CHECKING:
    from snapdiff.redact.nouns import Redactor

T = TypeVar("T")


class Shown(Struct, frozen=True):
    """How it is shown: the format, the file it goes to, colour, and the number of the one message to show at length.

    `hidden` redacts what is shown; what is searched for is looked up in the logs as they are.
    """

    form: TrackForm | Literal["parquet"]
    output: Path | None
    color: ColorChoice
    number: int | None = None
    hidden: "Redactor | None" = None


def track(
    paths: Sequence[Path],
    search: Search,
    days: int | None,
    shown: Shown,
    local: LocalTime | None = None,
    jobs: int | None = None,
    rules: Path | None = None,
    index: Path | None = None,
) -> int:
    """`snapdiff track LOGS...`: 0, or 2 where something could not be read.

    `rules` lists transport rules by name; `index` is a file that is kept up to date with the logs, to search them fast.
    """
    names = names_of_rules(rules, (shown.output,))
    problems: list[Problem] = []
    places = without_index(find_logs(paths, problems.append), index)
    if shown.output is not None and any(same_place(shown.output, Path(place.path)) for place in places):
        raise WrongUsage(f"{shown.output} is one of the logs that are read; give another file with -o")
    if days is not None:
        search = last_days(search, days, places, local, jobs)
    with opened_index(index, places, shown.output, jobs) as indexed:
        searched = Searched(places, search, problems.append, local, jobs, indexed)
        if shown.form == "parquet":
            _write_parquet(searched, paths, problems, shown)
            return _code(problems)
        named: set[str] = set()
        messages = Messages(_naming(searched.rows(), named), with_parsed, only_rows=shown.form == "csv")
    found = None if searched.files else sessions_alone(places, search, days, problems.append)
    if found is None:
        _read_at_all(searched, paths, problems)
        spoken = partial(sessions, places, tell=problems.append)
        found = TrackFound(searched.rows_read, searched.files, messages, list(spoken(named)))
        found = found if shown.form == "csv" else _whole(found, spoken, names)
    problems = list(dict.fromkeys(problems))
    _draw(found, problems, shown.form, shown)
    return _code(problems)


def _write_parquet(searched: Searched, paths: Sequence[Path], problems: Sequence[Problem], shown: Shown) -> None:
    if shown.number is not None:
        raise WrongUsage("--message shows one message at length; with --format parquet, search for it instead")
    from snapdiff.commands.track_parquet import write_parquet

    write_parquet(searched, shown.output, partial(_read_at_all, searched, paths, problems), problems, shown.hidden)


def _whole(
    found: TrackFound, spoken: Callable[[set[str]], Iterator[Session]], rules: Mapping[str, str] | None
) -> TrackFound:
    """What was found, each message with what agents logged and with its SMTP sessions, the front end's among them.

    `spoken` gives the sessions with these ids.
    """
    found = with_sessions(found)
    if proxied := proxied_ids(found):
        found = with_proxied(found, list(spoken(proxied)))
    return replace(found, messages=Each(found.messages, partial(_with_notes, rules=rules)))


def _draw(found: TrackFound, problems: Sequence[Problem], form: TrackForm, shown: Shown) -> None:
    """Shows all or the one message that was chosen; of a list on a terminal it then asks which one to show."""
    if shown.hidden is not None:
        found, problems = _hidden(found, shown.hidden), shown.hidden.noun(list(problems))
    chosen = found if shown.number is None else _only(found, shown.number)
    with output_stream(shown.output) as stream:
        draw_track(chosen, problems, form, stream, shown.color, number=shown.number)
    is_list = form == "text" and shown.number is None and len(found.messages) > 1
    if is_list and is_standard_output(shown.output) and may_ask():
        ask(len(found.messages), lambda number: _show(found, number, shown.color))


def _with_notes(message: TrackedMessage, rules: Mapping[str, str] | None) -> TrackedMessage:
    from snapdiff.attribution import message_notes

    return replace(message, logged=message_notes(message.events, rules) if message.message_id else [])


def _show(found: TrackFound, number: int, color: ColorChoice) -> None:
    with output_stream(None) as stream:
        draw_track(_only(found, number), [], "text", stream, color, number=number)


def _code(problems: Sequence[Problem]) -> int:
    return CANNOT_TELL if any(problem.code not in HARMLESS_IN_LOGS for problem in problems) else 0


def _read_at_all(searched: Searched, paths: Sequence[Path], problems: Sequence[Problem]) -> None:
    """Raises WrongUsage where none of the files given is a log."""
    if not searched.files:
        raise WrongUsage(_no_logs(paths, list(dict.fromkeys(problems))))


def _hidden(found: TrackFound, redactor: "Redactor") -> TrackFound:
    hidden = redactor.noun(replace(found, messages=[]))
    return replace(hidden, messages=Each(found.messages, redactor.noun))


def _naming(rows: Iterable[TrackingRow], named: set[str]) -> Iterator[TrackingRow]:
    """The rows; the SMTP sessions that they name are `named` as they pass."""
    for row in rows:
        named |= _session_ids([row])
        yield row


def _session_ids(rows: Iterable[TrackingRow]) -> set[str]:
    """The SMTP sessions that rows name, in lower case."""
    named = (row.text("source_context").partition(";") for row in rows)
    return {first.lower() for first, semicolon, _ in named if semicolon and first.isprintable() and " " not in first}


def _only(found: TrackFound, number: int) -> TrackFound:
    if found.protocol_files:
        return replace(found, sessions=[_of_number(found.sessions, number, "SMTP session")])
    message = _of_number(found.messages, number, "message")
    named = _session_ids(message.events) | {talk.session_id.lower() for talk in message.talks}
    own = [session for session in found.sessions if session.session_id.lower() in named]
    return replace(found, messages=[message], sessions=own)


def _of_number(found: Sequence[T], number: int, noun: str) -> T:
    if not 1 <= number <= len(found):
        raise WrongUsage(f"there is no {noun} {number}: {len(found)} {'was' if len(found) == 1 else 'were'} found")
    return found[number - 1]


def _no_logs(paths: Sequence[Path], problems: Sequence[Problem]) -> str:
    given = " ".join(path.as_posix() for path in paths)
    causes = "".join(f" {problem.message}" for problem in problems[:3])
    return (
        f"There is no message tracking log in {given}.{causes} Give a log, or a folder or .zip that holds some: files "
        "that begin as Exchange's do (MSGTRK2024051408-1.LOG and its kin, plain or .gz). Get-TransportService | "
        "Format-List Name,MessageTrackingLogPath shows where they are."
    )


_MONTH_FIRST = frozenset({"us", "ph"})
_YEAR_FIRST = frozenset({"cn", "jp", "kr", "tw", "hu", "lt", "se", "ca", "ir", "mn"})
"""Regions that do not write the day first; Sweden's is `2024-05-14`, Canada's too."""


def local_time(tz: str, culture: str) -> LocalTime:
    """What `--tz` and `--culture` say of a shell's times. Raises WrongUsage for a zone that does not exist."""
    zone = None
    if tz:
        from zoneinfo import ZoneInfo

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
