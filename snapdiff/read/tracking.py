"""Message tracking logs (MSGTRK and its kin, Exchange 2007 to SE) to rows; columns are named by the log itself."""

import csv
import re
from collections.abc import Callable, Sequence

from snapdiff.model import LogValue, Problem, TrackingRow
from snapdiff.read.log_lines import Line
from snapdiff.read.log_values import members

Tell = Callable[[Problem], None]

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

_COLLECTIONS = frozenset({"recipient-address", "recipient-status", "reference", "custom-data"})
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z?")
_LARGEST_FIELD = 64 * 1024 * 1024


class TrackingReader:
    """Turns the lines of one log into rows. It follows the `#Fields:` line, which can come again in mid-file.

    `file` is what the report calls the log; `tell` hears what is odd, each kind once a file.
    """

    def __init__(self, file: str, tell: Tell) -> None:
        self._file = file
        self._tell = tell
        self._told: set[str] = set()
        self._columns: list[str] | None = None
        self._names: list[str] = []

    def header(self, line: Line) -> None:
        """A line that begins with `#`: the columns from here on, or something that is of no use here."""
        name, _, value = line.text.partition(":")
        if name.strip().lower() == "#fields":
            self._take([column.strip() for column in value.split(",")])

    def row(self, line: Line) -> TrackingRow:
        """A line that is a row. No row is lost: what has no column is called `column_N`."""
        values = split_row(line.text)
        if self._columns is None:
            self._guess(len(values))
        columns, names = self._columns or [], self._names
        if len(values) != len(columns):
            names = self._odd(values, line)
        fields: dict[str, LogValue] = {}
        time = None
        for at, value in enumerate(values):
            column = columns[at] if at < len(columns) else ""
            if column == "date-time" and time is None and _TIME.fullmatch(value):
                time = value
            else:
                fields[names[at]] = members(value) if column in _COLLECTIONS else value
        return TrackingRow(self._file, line.number, "msgtrk", time, fields)

    def _take(self, columns: list[str]) -> None:
        self._columns = columns
        self._names = []
        for at, column in enumerate(columns, 1):
            name = column.lower().replace("-", "_") or f"column_{at}"
            if name in self._names:
                self._once("doubled-column", f"names the column {column} twice; the second one is called {name}_{at}")
                name = f"{name}_{at}"
            self._names.append(name)

    def _guess(self, count: int) -> None:
        known = COLUMNS_BY_COUNT.get(count)
        self._take(known or ["date-time", *[""] * (count - 1)])
        how = "by their number, as Exchange writes them" if known else "column_2, column_3 and so on"
        self._once("no-fields-line", f"has no #Fields line before its rows; its {count} columns are named {how}")

    def _odd(self, values: Sequence[str], line: Line) -> list[str]:
        missing = len(self._names) - len(values)
        if missing > 0:
            if line.is_last and not line.is_ended:
                self._once("short-last-line", "ends in mid-row: it was copied while Exchange wrote it")
            else:
                self._once("short-row", f"has a row that lacks {missing} of its columns (line {line.number})")
            return self._names
        self._once("long-row", f"has a row with more values than columns (line {line.number})")
        return [*self._names, *(f"column_{at}" for at in range(len(self._names) + 1, len(values) + 1))]

    def _once(self, code: str, says: str) -> None:
        if code not in self._told:
            self._told.add(code)
            self._tell(Problem(self._file, code, f"{self._file} {says}."))


def split_row(text: str) -> list[str]:
    """The values of a row: parted by commas, one with a comma or a quote in double quotes, a quote inside doubled.

    A row that is quoted wrongly is read as far as that goes, and never refused.
    """
    if '"' not in text:
        return text.split(",")
    allow_large_fields()
    try:
        return next(csv.reader([text], strict=False), [""])
    except csv.Error:
        return text.split(",")


def allow_large_fields() -> None:
    """Lets the csv module read fields of more than its 128 KiB, for the whole process: it knows no other way."""
    if csv.field_size_limit() < _LARGEST_FIELD:
        csv.field_size_limit(_LARGEST_FIELD)


def joined_row(values: Sequence[str]) -> str:
    """The inverse of `split_row`, as Exchange writes a row."""
    return ",".join('"' + value.replace('"', '""') + '"' if "," in value or '"' in value else value for value in values)
