"""What Get-MessageTrackingLog printed or exported to rows: `| Format-List`, Export-Csv and Export-Clixml."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO
from xml.etree import ElementTree as ET

from snapdiff.model import LogValue, Problem, RowFormat, TrackingRow
from snapdiff.read.listing import ReadFailed
from snapdiff.read.local_time import LocalTime, Order, proven_order, to_utc
from snapdiff.read.log_lines import Lines
from snapdiff.read.tracking import allow_large_fields

Tell = Callable[[Problem], None]
Record = tuple[int, dict[str, LogValue]]
"""The line a record begins at, and its values under the cmdlet's own names."""

MAX_RECORDS = 500_000
"""An export is read as a whole, to see what its times prove; beyond that the rest is left out with a problem."""
_FIELD = re.compile(r"([A-Z][A-Za-z]{1,40}) *: ?(.*)")
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_PAIR = re.compile(r"\[([^,\[\]]{1,200}), (.*?)\](?=, \[|\}?$)")
_LISTS = frozenset({"Recipients", "RecipientStatus", "Reference", "EventData"})
_HEAD = 64 * 1024
_LOST = "System.String[]"
_KEEP = (
    "Get-MessageTrackingLog ... | Select-Object *,@{n='Recipients';e={$_.Recipients -join ';'}} -ExcludeProperty "
    "Recipients | Export-Csv, or Export-Clixml, which keeps everything"
)


def read_list(stream: BinaryIO, file: str, tell: Tell, local: LocalTime) -> Iterator[TrackingRow]:
    """The text of `Get-MessageTrackingLog | Format-List`, wrapped lines and blank lines in between included."""
    yield from _rows(_records_of_list(Lines(stream, file, tell)), "cmdlet-fl", file, tell, local)


def read_csv(stream: BinaryIO, file: str, tell: Tell, local: LocalTime) -> Iterator[TrackingRow]:
    """The file of `Get-MessageTrackingLog | Export-Csv`, with its #TYPE line or without."""
    yield from _rows(_records_of_csv(Lines(stream, file, tell), file), "cmdlet-csv", file, tell, local)


def read_clixml(stream: BinaryIO, file: str, tell: Tell, local: LocalTime) -> Iterator[TrackingRow]:
    """The file of `Get-MessageTrackingLog | Export-Clixml`. Raises ReadFailed where it is no such XML.

    Its times carry their zone. A document type, which could make entities grow without bound, is refused.
    """
    yield from _rows(_records_of_xml(stream, file), "cmdlet-clixml", file, tell, local)


def _rows(records: Iterable[Record], form: RowFormat, file: str, tell: Tell, local: LocalTime) -> Iterator[TrackingRow]:
    kept = _gathered(records, file, tell)
    order = _order(kept, file, tell, local)
    lost = unread = 0
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
            lost += value == _LOST
            fields[_WORD_BEGINS.sub("_", name).lower()] = [] if value == _LOST else value
        yield TrackingRow(file, line, form, time, fields)
    if unread:
        said = f"{file} has {unread:,} times that can't be read so; say --culture, such as --culture en-GB."
        tell(Problem(file, "unreadable-time", said))
    if lost:
        said = f"{file} lost its lists when it was exported: they stand there as {_LOST}. Export again with {_KEEP}."
        tell(Problem(file, "lost-in-export", said))


def _gathered(records: Iterable[Record], file: str, tell: Tell) -> list[Record]:
    """The records as far as they can be read; where that ends early, a problem says so."""
    kept: list[Record] = []
    try:
        for record in records:
            if len(kept) == MAX_RECORDS:
                said = f"{file} holds more than {MAX_RECORDS:,} rows; the rest was left out."
                tell(Problem(file, "too-many-rows", said))
                break
            kept.append(record)
    except ReadFailed as failed:
        tell(Problem(file, failed.code, failed.message))
    return kept


def _order(records: Iterable[Record], file: str, tell: Tell, local: LocalTime) -> Order:
    """The order of day and month: as the user said, as the values prove, or an assumption that is told."""
    times = [value for _, values in records if isinstance(value := values.get("Timestamp", ""), str) and value]
    plain = [text for text in times if not re.fullmatch(r"\d{4}-\d\d-\d\dT\S+(?:Z|[+-]\d\d:\d\d)", text)]
    if not plain:
        return "year-first"
    proven = proven_order(plain)
    order = local.order or proven or "month-first"
    assumed = [] if local.zone is not None else ["in UTC (say --tz, such as --tz Europe/Berlin)"]
    if local.order is None and proven is None:
        assumed.append("with the month first (say --culture, such as --culture en-GB)")
    if assumed:
        said = f"{file} holds the local times of a shell; they were read {' and '.join(assumed)}."
        tell(Problem(file, "assumed-time", said))
    return order


def _records_of_list(lines: Lines) -> Iterator[Record]:
    """A record ends where a name comes again: blank lines stand between records, in some copies between all fields."""
    record: dict[str, str] = {}
    start, last = 0, ""
    for line in lines:
        found = _FIELD.match(line.text)
        if found is not None and not line.text.startswith(" "):
            if found[1] in record:
                yield start, _listed(record)
                record = {}
            if not record:
                start = line.number
            last = found[1]
            record[last] = found[2].strip()
        elif last and record:
            rest = line.text.strip()
            record[last] = f"{record[last]} {rest}" if record[last] and rest else record[last] + rest
    if record:
        yield start, _listed(record)


def _listed(record: dict[str, str]) -> dict[str, LogValue]:
    return {name: _list(name, value) for name, value in record.items()}


def _list(name: str, value: str) -> LogValue:
    if name not in _LISTS or not (value.startswith("{") and value.endswith("}")):
        return value
    if name == "EventData":
        return [f"{key}={said}" for key, said in _PAIR.findall(value[1:-1])]
    return [one for one in value[1:-1].split(", ") if one]


def _records_of_csv(lines: Lines, file: str) -> Iterator[Record]:
    numbers: list[int] = []

    def texts() -> Iterator[str]:
        for line in lines:
            if not line.text.startswith("#TYPE"):
                numbers.append(line.number)
                yield line.text + "\n"

    reader = csv.reader(texts(), strict=False)
    allow_large_fields()
    at = 0
    try:
        names = next(reader, [])
        at = len(numbers)
        for values in reader:
            yield numbers[at] if at < len(numbers) else 0, dict(zip(names, values, strict=False))
            at = len(numbers)
    except csv.Error as error:
        raise ReadFailed("bad-csv", f"{file} can't be read as CSV beyond row {at}: {error}.") from None


def _records_of_xml(stream: BinaryIO, file: str) -> Iterator[Record]:
    head = stream.peek(_HEAD)[:_HEAD] if hasattr(stream, "peek") else b""
    if b"<!DOCTYPE" in head.replace(b"\0", b""):
        raise ReadFailed("bad-xml", f"{file} declares a document type, which no export does, and was not read.")
    depth = count = 0
    try:
        for event, element in ET.iterparse(stream, ("start", "end")):  # noqa: S314 - no document type gets here
            depth += 1 if event == "start" else -1
            if event == "end" and depth == 1 and _tag(element) == "Obj":
                count += 1
                yield count, _properties(element)
                element.clear()
    except ET.ParseError as error:
        raise ReadFailed("bad-xml", f"{file} can't be read as XML: {error}.") from None


def _properties(element: "ET.Element[str]") -> dict[str, LogValue]:
    found: dict[str, LogValue] = {}
    for group in element:
        if _tag(group) in ("Props", "MS"):
            for value in group:
                name = value.get("N")
                if name:
                    found[name] = _value(value)
    return found


def _value(element: "ET.Element[str]") -> LogValue:
    if _tag(element) != "Obj":
        return _decoded(element.text or "")
    for inner in element:
        if _tag(inner) in ("LST", "IE", "STK", "QUE"):
            return [_item(one) for one in inner]
    return _decoded(element.findtext("{*}ToString") or "")


def _item(element: "ET.Element[str]") -> str:
    """A member of a list; a pair, as EventData has them, as `key=value`."""
    if _tag(element) != "Obj":
        return _decoded(element.text or "")
    pair = {one.get("N"): one.text or "" for one in element.iter() if one.get("N") in ("Key", "Value")}
    return f"{pair.get('Key', '')}={pair.get('Value', '')}" if pair else _decoded(element.findtext("{*}ToString") or "")


def _decoded(text: str) -> str:
    """Characters that XML can't hold stand as `_xNNNN_` (CLIXML, [MS-PSRP] section 2.2.5.3.2)."""
    plain = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
    return plain if plain == text else plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _tag(element: "ET.Element[str]") -> str:
    return element.tag.rpartition("}")[2]
