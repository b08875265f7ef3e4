"""Message tracking logs (MSGTRK and its kin, Exchange 2007 to SE) to rows; columns are named by the log itself."""

import csv
import re
from collections.abc import Callable, Sequence
from typing import ClassVar

from msgspec import Struct

from snapdiff.model import LogValue, RowFormat, TrackingRow
from snapdiff.read.columns import MOST_VALUES, Columns, columns_named
from snapdiff.read.listing import Tell
from snapdiff.read.log_lines import Line
from snapdiff.read.log_values import members, statuses

_2007 = [
    *("date-time", "client-ip", "client-hostname", "server-ip", "server-hostname", "source-context", "connector-id"),
    *("source", "event-id", "internal-message-id", "message-id", "recipient-address", "recipient-status"),
    *("total-bytes", "recipient-count", "related-recipient-address", "reference", "message-subject"),
    *("sender-address", "return-path", "message-info"),
]
_2010 = [*_2007, "directionality", "tenant-id", "original-client-ip", "original-server-ip", "custom-data"]
_2013 = [*_2010[:11], "network-message-id", *_2010[11:]]
_2016 = [*_2013, "transport-traffic-type", "log-id", "schema-version"]
COLUMNS_BY_COUNT = {len(columns): columns for columns in (_2007, _2010, _2013, _2016)}
"""The columns of each version, by their number: they differ in it, so an extract without its header can be read."""

_COLLECTIONS = dict.fromkeys(("recipient-address", "reference", "custom-data"), members) | {
    "recipient-status": statuses
}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z?")
_GUID = re.compile(r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")
_LARGEST_FIELD = 64 * 1024 * 1024


class _Layout(Struct, frozen=True):
    """The names of a row's values; the place of its time, and the place, name and reader of each collection."""

    names: list[str]
    time_at: int
    collections: Sequence[tuple[int, str, Callable[[str], list[str]]]]


def _layout(columns: Sequence[str], names: list[str]) -> _Layout | None:
    """How rows of these columns are laid out; None where it takes a closer look: not one of them alone is the time."""
    if columns.count("date-time") != 1 or len(set(names)) != len(names):
        return None
    collections = [(at, names[at], _COLLECTIONS[one]) for at, one in enumerate(columns) if one in _COLLECTIONS]
    return _Layout(list(names), columns.index("date-time"), collections)


class TrackingReader:
    """Turns the lines of one log into rows. It follows the `#Fields:` line, which can come again in mid-file.

    `file` is what the report calls the log; `tell` hears what is odd, each kind once a file.
    """

    form: RowFormat = "msgtrk"
    is_quoted = True
    """Whether a value may hold a line end, in quotes. Exchange writes `\\r\\n` for it; other tools do not."""
    columns_by_count: ClassVar = COLUMNS_BY_COUNT

    def __init__(self, file: str, tell: Tell) -> None:
        self._file = file
        self._columns = Columns(file, tell)
        self._layout: _Layout | None = None

    def header(self, line: Line) -> None:
        """A line that begins with `#`: the columns from here on, or something that is of no use here."""
        if (columns := columns_named(line)) is not None:
            self._columns.take(columns)
            self._layout = _layout(columns, self._columns.names)

    def row(self, line: Line) -> TrackingRow:
        """A line that is a row. No row is lost: what has no column is called `column_N`."""
        values = split_row(line.text)
        layout = self._layout
        if layout is None or len(values) != len(layout.names):
            return self._odd_row(line, values)
        fields: dict[str, LogValue] = dict(zip(layout.names, values, strict=True))
        for at, name, split in layout.collections:
            fields[name] = split(values[at])
        time = values[layout.time_at]
        if _TIME.fullmatch(time) is None:
            return TrackingRow(self._file, line.number, self.form, None, fields)
        del fields[layout.names[layout.time_at]]
        return TrackingRow(self._file, line.number, self.form, time, fields)

    def _odd_row(self, line: Line, values: Sequence[str]) -> TrackingRow:
        """A row whose values are not one for each column, or whose columns nothing names."""
        if self._columns.columns is None:
            columns, names = self._guessed(values, line)
        else:
            columns, names = self._columns.columns, self._columns.names
            if len(values) != len(columns):
                names = self._columns.fitting(values, line)
        fields: dict[str, LogValue] = {}
        time = None
        for at, value in enumerate(values):
            column = columns[at] if at < len(columns) else ""
            if column == "date-time" and time is None and _TIME.fullmatch(value):
                time = value
            else:
                split = _COLLECTIONS.get(column)
                fields[names[at]] = value if split is None else split(value)
        return TrackingRow(self._file, line.number, self.form, time, fields)

    def _guessed(self, values: Sequence[str], line: Line) -> tuple[Sequence[str], list[str]]:
        """The columns of a row of which no header line tells: those of the version that has as many.

        A row that was cut short has the first ones of its version. Each row is looked at by itself, so that one that
        was cut in two, at the beginning of a log, says nothing of others.
        """
        count = len(values)
        begins = _TIME.fullmatch(values[0]) is not None
        columns: Sequence[str] = self.columns_by_count.get(count, ()) if begins else ()
        if columns:
            how = f"its {count} columns are named by their number, as Exchange writes them"
            self._columns.once("no-fields-line", f"has no #Fields line before its rows; {how}")
        elif begins:
            columns = self._version(values)[:count]
            self._columns.cut_short(line, f"has {_of_values(count)} and no #Fields line (line {line.number})")
        else:
            self._columns.once(
                "short-row", f"has only the end of a row in line {line.number}, and no #Fields line before"
            )
        named = [column.replace("-", "_") for column in columns]
        return columns, [*named, *(f"column_{at}" for at in range(len(named) + 1, count + 1))]

    def _version(self, values: Sequence[str]) -> Sequence[str]:
        """The columns of the newest version that these values may be of: since 2013 a GUID follows the Message-Id."""
        newest = self.columns_by_count[max(self.columns_by_count)]
        return newest if newest is not _2016 or len(values) < 12 or _GUID.fullmatch(values[11]) else _2010


def _of_values(count: int) -> str:
    return "a row of one value" if count == 1 else f"a row of {count} values"


def split_row(text: str) -> list[str]:
    """The values of a row: parted by commas, one with a comma or a quote in double quotes, a quote inside doubled.

    A row that is quoted wrongly is read as far as that goes, and never refused.
    """
    if '"' not in text:
        return text.split(",", MOST_VALUES)
    allow_large_fields()
    try:
        values = next(csv.reader([text], strict=False), [""])
        return values if len(values) <= MOST_VALUES else [*values[:MOST_VALUES], ",".join(values[MOST_VALUES:])]
    except csv.Error:
        return text.split(",", MOST_VALUES)


def allow_large_fields() -> None:
    """Lets the csv module read fields of more than its 128 KiB, for the whole process: it knows no other way."""
    if csv.field_size_limit() < _LARGEST_FIELD:
        csv.field_size_limit(_LARGEST_FIELD)
