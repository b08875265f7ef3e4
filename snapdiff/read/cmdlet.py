"""What Get-MessageTrackingLog printed or exported to rows: `| Format-List`, Export-Csv and Export-Clixml."""

import contextlib
import csv
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import BinaryIO

from snapdiff.model import LogValue, Problem, RowFormat, TrackingRow
from snapdiff.read.clixml import records_of_xml
from snapdiff.read.format_list import FormatList
from snapdiff.read.listing import ReadFailed, Tell
from snapdiff.read.local_time import LocalTime, Order, order_found, to_utc, zone_shown
from snapdiff.read.log_lines import Lines
from snapdiff.read.record import Record, checked_size
from snapdiff.read.shown_lists import LISTS, as_list, normal_pairs
from snapdiff.read.tracking import allow_large_fields

MAX_RECORDS = 500_000
"""An export is read as a whole, to see what its times prove; beyond that the rest is left out with a problem."""
_ROWS_BY_DEFAULT = 1000
_SHARED, _SHARED_LENGTH = 20_000, 100
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LOST = re.compile(r"(?:System|Microsoft)(?:\.\w+)+(?:`\d+)?(?:\[[^\[\]]*\])*")
"""What Export-Csv writes for a list: its type, such as `System.String[]`, and nothing of what was in it."""
_PAIRS_TOLD = "{($_.EventData | ForEach-Object {$_.Key + '=' + $_.Value}) -join ';'}"
_DELIMITER = re.compile(r'\s*(?:"[^"]*"|[^",;\t|]*)([,;\t|])')
_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z")


def read_list(stream: BinaryIO, file: str, tell: Tell, local: LocalTime) -> Iterator[TrackingRow]:
    """The text of `Get-MessageTrackingLog | Format-List`, wrapped lines and blank lines in between included."""
    listed = FormatList(file)
    yield from _rows(listed.records(Lines(stream, file, tell)), "cmdlet-fl", file, tell, local)
    if listed.cut:
        said = (
            f"{file} holds lists that were cut behind their first members: {', '.join(listed.cut)}. Set "
            "$FormatEnumerationLimit = -1 in the shell first, and list again, or use Export-Clixml."
        )
        tell(Problem(file, "lost-in-export", said))


def read_csv(stream: BinaryIO, file: str, tell: Tell, local: LocalTime) -> Iterator[TrackingRow]:
    """The file of `Get-MessageTrackingLog | Export-Csv`, with its #TYPE line or without."""
    yield from _rows(_records_of_csv(Lines(stream, file, tell), file), "cmdlet-csv", file, tell, local)


def read_clixml(stream: BinaryIO, file: str, tell: Tell, local: LocalTime) -> Iterator[TrackingRow]:
    """The file of `Get-MessageTrackingLog | Export-Clixml`. Raises ReadFailed where it is no such XML.

    Its times carry their zone. A document type, which could make entities grow without bound, is refused.
    """
    yield from _rows(records_of_xml(stream, file), "cmdlet-clixml", file, tell, local)


def _rows(records: Iterable[Record], form: RowFormat, file: str, tell: Tell, local: LocalTime) -> Iterator[TrackingRow]:
    kept = _gathered(records, file, tell)
    order = _order(kept, file, tell, local)
    unread = 0
    lost: dict[str, None] = {}
    for line, values in kept:
        fields: dict[str, LogValue] = {}
        time = None
        for name, value in values.items():
            if name == "Timestamp" and isinstance(value, str):
                time = to_utc(value, local, order)
                if time is None and value:
                    unread += 1
                    fields["timestamp"] = value
                continue
            is_lost = name in LISTS and isinstance(value, str) and _LOST.fullmatch(value) is not None
            if is_lost:
                lost[name] = None
            fields[_field_name(name)] = [] if is_lost else normal_pairs(value) if name == "EventData" else value
        yield TrackingRow(file, line, form, time, fields)
    if unread:
        said = (
            f"{file} has {unread:,} {'time' if unread == 1 else 'times'} that can't be read so; say --culture, such as "
            "--culture en-GB, or export with Export-Clixml, which has times in one form."
        )
        tell(Problem(file, "unreadable-time", said))
    if lost:
        tell(Problem(file, "lost-in-export", _lost_words(file, list(lost))))
    if len(kept) == _ROWS_BY_DEFAULT:
        said = (
            f"{file} has {_ROWS_BY_DEFAULT:,} rows, which is the most that Get-MessageTrackingLog gives by itself: "
            "others may be left out. Ask again with -ResultSize Unlimited."
        )
        tell(Problem(file, "lost-in-export", said))


@lru_cache(maxsize=1000)
def _field_name(name: str) -> str:
    """The cmdlet's name of a field in snake case."""
    return _WORD_BEGINS.sub("_", name).lower()


def _lost_words(file: str, names: list[str]) -> str:
    how = {name: f"{{$_.{name} -join ';'}}" for name in names} | {"EventData": _PAIRS_TOLD}
    joined = [f"@{{n='{name}';e={how[name]}}}" for name in names]
    return (
        f"{file} lost its lists when it was exported: {', '.join(names)} are given there by their type alone. Export "
        f"again with Get-MessageTrackingLog ... | Select-Object *,{','.join(joined)} -ExcludeProperty "
        f"{','.join(names)} | Export-Csv, or with Export-Clixml, which keeps everything."
    )


def _gathered(records: Iterable[Record], file: str, tell: Tell) -> list[Record]:
    """The records as far as they can be read; where that ends early, a problem says so.

    Servers, events and the like stand in most of them: equal values are held in memory once.
    """
    kept: list[Record] = []
    shared: dict[str, str] = {}
    try:
        for record in records:
            if len(kept) == MAX_RECORDS:
                said = f"{file} holds more than {MAX_RECORDS:,} rows; the rest was left out."
                tell(Problem(file, "too-many-rows", said))
                break
            line, values = record
            for name, value in values.items():
                if isinstance(value, str) and len(value) <= _SHARED_LENGTH:
                    values[name] = (
                        shared.setdefault(value, value) if len(shared) < _SHARED else shared.get(value, value)
                    )
            kept.append((line, values))
    except ReadFailed as failed:
        tell(Problem(file, failed.code, failed.message))
    return kept


def _order(records: Sequence[Record], file: str, tell: Tell, local: LocalTime) -> Order:
    """The order of day and month: as the user said, as the values prove, or an assumption that is told."""
    times = [value for _, values in records if isinstance(value := values.get("Timestamp", ""), str) and value]
    plain = [text for text in times if not re.fullmatch(r"\d{4}-\d\d-\d\dT\S+(?:Z|[+-]\d\d:\d\d)", text)]
    if not plain:
        return "year-first"
    known = list(_known_times(records))
    found = order_found(plain, known)
    assumed = [] if local.zone is not None else [_zone_words(zone_shown(known, local.order or found.order))]
    first = found.order.removesuffix("-first")
    if local.order is None and found.proof is None:
        assumed.append(f"with the {first} first, which nothing in it proves (say --culture, such as --culture en-GB)")
    elif local.order is None and assumed and not plain[0][:4].isdigit():
        proof = {"values": "as no other order makes dates of them", "utc": "as the UTC times in MessageInfo prove"}
        assumed.append(f"with the {first} first, {proof[found.proof or 'values']}")
    if assumed:
        said = f"{file} holds the local times of a shell; they were read {' and '.join(assumed)}."
        tell(Problem(file, "assumed-time", said))
    return local.order or found.order


def _zone_words(ahead: timedelta | None) -> str:
    """What is said of times that were read in UTC, by what `MessageInfo` shows of their zone."""
    if ahead == timedelta(0):
        return "in UTC, which the times in MessageInfo bear out"
    minutes = abs(ahead) // timedelta(minutes=1) if ahead else 0
    zone = f"UTC{'+' if ahead and ahead > timedelta(0) else '-'}{minutes // 60:02}:{minutes % 60:02}"
    shown = f", though by MessageInfo the shell was at about {zone}" if ahead else ""
    return f"in UTC{shown} (say --tz, such as --tz Europe/Berlin)"


def _known_times(records: Iterable[Record]) -> Iterator[tuple[str, datetime]]:
    """Times of a shell beside the UTC time at which the message came in. A DEFER row has another time there."""
    for _, values in records:
        text, info = values.get("Timestamp"), values.get("MessageInfo")
        if isinstance(text, str) and isinstance(info, str) and values.get("EventId") != "DEFER":
            found = _UTC.match(info)
            if found is not None:
                with contextlib.suppress(ValueError):
                    yield text, datetime.fromisoformat(found[0])


def _records_of_csv(lines: Lines, file: str) -> Iterator[Record]:
    """A row goes on in the next line while a quoted value is open; the blank lines in one are put in again."""
    pulled: list[int] = []
    rows = _by_line_ends(lines, pulled, file)
    allow_large_fields()
    read = 0
    try:
        head = next((row for row in rows if row.strip() and not row.startswith("#TYPE")), "")
        found = _DELIMITER.match(head)
        reader = csv.reader(itertools.chain([head], rows), delimiter=found[1] if found else ",", strict=False)
        names = _distinct(next(reader, []))
        pulled.clear()
        for values in reader:
            if values:
                read += 1
                yield pulled[0] if pulled else 0, _exported(names, values)
            pulled.clear()
    except csv.Error as error:
        raise ReadFailed("bad-csv", f"{file} can't be read as CSV beyond row {read}: {error}.") from None


def _distinct(names: Sequence[str]) -> list[str]:
    """The names of columns; one that has none, or comes again, has its number in it."""
    found: dict[str, None] = {}
    for at, name in enumerate(names, 1):
        found[f"{name}_{at}" if name in found else name or f"column_{at}"] = None
    return list(found)


def _by_line_ends(lines: Lines, pulled: list[int], file: str) -> Iterator[str]:
    """The lines with their ends, blank ones too; the numbers of the others, those of one row, are noted in `pulled`."""
    number = size = 0
    for line in lines:
        yield from itertools.repeat("\n", line.number - number - 1)
        number = line.number
        size = checked_size((size if pulled else 0) + len(line.text), file)
        pulled.append(number)
        yield line.text + "\n"


def _exported(names: Sequence[str], values: Sequence[str]) -> dict[str, LogValue]:
    """A row of an export; a list that was joined before it, or stands as Format-List shows it, is one again."""
    fields: dict[str, LogValue] = {}
    for at, value in enumerate(values):
        name = names[at] if at < len(names) else f"column_{at + 1}"
        fields[name] = as_list(name, value) if name in LISTS and not _LOST.fullmatch(value) else value
    return fields
