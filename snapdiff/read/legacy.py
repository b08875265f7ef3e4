"""Logs of Exchange 2007 and before to rows: RULESTRK, the tab-separated log of 2000 and 2003, tracking.log of 5.5.

The columns are those of Microsoft's articles 246965 (2000, 2003) and 173280 (5.5). All times in these logs are UTC.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, ClassVar

from snapdiff.model import LogValue, RowFormat, TrackingRow
from snapdiff.read.columns import MOST_VALUES, Columns
from snapdiff.read.listing import Tell
from snapdiff.read.local_time import LocalTime
from snapdiff.read.log_lines import Line, Lines
from snapdiff.read.tracking import TrackingReader

RULES_COLUMNS = ["date-time", "message-id", "rule-name", "details", "action", "from-address", "recipient-address"]
COLUMNS_2000 = [
    *("Date", "Time", "Client-IP", "Client-hostname", "Partner-name", "Server-hostname", "Server-IP"),
    *("Recipient-address", "Event-ID", "MSGID", "Priority", "Recipient-report-status", "Total-bytes"),
    *("Number-recipients", "Origination-time", "Encryption", "Service-version", "Linked-MSGID", "Message-Subject"),
    "Sender-Address",
]
COLUMNS_55 = [
    *("message-id", "event-number", "date-time", "gateway", "partner", "remote-id", "originator", "priority"),
    *("length", "seconds", "cost", "subject-id", "recipient-count"),
]
MAX_RECIPIENTS = 100_000
"""Of one row of 5.5, which has a line for each; beyond that they are left out with a problem."""
_BEGINS_55 = re.compile(r"[^\t]*\t\d{1,4}\t\d{4}[./-]\d{1,2}[./-]\d{1,2} ")
_WHEN = re.compile(
    r"(\d{4})[./-](\d{1,2})[./-](\d{1,2}) +(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,3})\d*)?(?: *(?:GMT|UTC|Z))?"
)


class RulesReader(TrackingReader):
    """Turns the lines of a rules tracking log (RULESTRK of 2007) into rows: each is an action of a transport rule."""

    form: RowFormat = "rulestrk"
    columns_by_count: ClassVar = {len(RULES_COLUMNS): RULES_COLUMNS}


class Exchange2000Reader:
    """Turns the lines of a log of Exchange 2000 or 2003 into rows, one for each recipient of an event.

    `-` stands in it for an empty value, and is given as one.
    """

    is_quoted = False

    def __init__(self, file: str, tell: Tell) -> None:
        self._file = file
        self._columns = Columns(file, tell)

    def header(self, line: Line) -> None:
        """A line that begins with `#`: the columns from here on where it begins with `# Date`."""
        text = line.text.lstrip("# \t")
        parted = text.split("\t", MOST_VALUES) if "\t" in text else text.split(None, MOST_VALUES)
        columns = [column.strip() for column in parted]
        if columns and columns[0].lower() == "date":
            self._columns.take(columns)

    def row(self, line: Line) -> TrackingRow:
        """A line that is a row. No row is lost: what has no column is called `column_N`."""
        values = line.text.split("\t", MOST_VALUES)
        if self._columns.columns is None:
            self._columns.once("no-fields-line", "has no line that names its columns; they are named as 2003 has them")
            self._columns.take(COLUMNS_2000)
        names = self._columns.names
        if len(values) != len(names):
            names = self._columns.fitting(values, line)
        fields: dict[str, LogValue] = {}
        for name, value in zip(names, values, strict=False):
            said = "" if value == "-" else value
            fields[name] = ([said] if said else []) if name == "recipient_address" else said
        time = to_time(f"{fields.get('date', '')} {fields.get('time', '')}")
        if time is not None:
            del fields["date"], fields["time"]
        return TrackingRow(self._file, line.number, "exchange-2000", time, fields)


def read_55(stream: BinaryIO, file: str, tell: Tell, local: LocalTime) -> Iterator[TrackingRow]:
    """The rows of a tracking.log of 5.5: a message's line, and below or behind it its recipients with their statuses.

    `local` is of no use: its times are UTC.
    """
    columns = Columns(file, tell)
    columns.take(COLUMNS_55)
    begun: tuple[Line, list[str]] | None = None
    for line in Lines(stream, file, tell):
        values = line.text.split("\t", 2 * MAX_RECIPIENTS)
        if begun is None or _BEGINS_55.match(line.text):
            if begun is not None:
                yield _row_55(columns, file, *begun)
            begun = line, values
        elif len(begun[1]) < 2 * MAX_RECIPIENTS:
            begun[1].extend([*values, ""] if len(values) % 2 else values)
        else:
            columns.once(
                "too-many-recipients",
                f"has a row of more than {MAX_RECIPIENTS:,} recipients (line {begun[0].number}); the rest was left out",
            )
    if begun is not None:
        yield _row_55(columns, file, *begun)


def _row_55(columns: Columns, file: str, line: Line, values: list[str]) -> TrackingRow:
    own, recipients = values[: len(COLUMNS_55)], values[len(COLUMNS_55) :]
    names = columns.fitting(own, line) if len(own) < len(COLUMNS_55) else columns.names
    fields: dict[str, LogValue] = dict(zip(names, own, strict=False))
    time = to_time(own[2]) if len(own) > 2 else None
    if time is not None:
        del fields["date_time"]
    pairs = [pair for pair in zip(recipients[::2], [*recipients[1::2], ""], strict=False) if any(pair)]
    fields["recipients"] = [name for name, _ in pairs]
    fields["recipient_report_status"] = [status for _, status in pairs]
    return TrackingRow(file, line.number, "exchange-5.5", time, fields)


def to_time(text: str) -> str | None:
    """A time such as `2003-5-9 0:0:5 GMT` as tracking logs of today write it; None where it is none."""
    found = _WHEN.fullmatch(text.strip())
    if found is None:
        return None
    try:
        time = datetime(*(int(one) for one in found.groups()[:6]), tzinfo=UTC)  # type: ignore[misc, arg-type]
    except ValueError:
        return None
    return f"{time:%Y-%m-%dT%H:%M:%S}.{found[7] or '':0<3}Z"
