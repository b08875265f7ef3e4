"""The bytes of a message tracking log (MSGTRK, MSGTRKM, MSGTRKMA, MSGTRKMD, MSGTRKMS) to its rows, none left out.

Exchange 2007 to Subscription Edition: the columns stand in the `#Fields:` line, which can come again and change.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from snapdiff.model import Problem, TrackingRow, Value
from snapdiff.read.log_values import parse_values, split_members

COLUMNS_2007 = (
    "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,"
    "internal-message-id,message-id,recipient-address,recipient-status,total-bytes,recipient-count,"
    "related-recipient-address,reference,message-subject,sender-address,return-path,message-info"
)
COLUMNS_2010 = f"{COLUMNS_2007},directionality,tenant-id,original-client-ip,original-server-ip,custom-data"
COLUMNS_2013 = COLUMNS_2010.replace(",message-id,", ",message-id,network-message-id,")
COLUMNS_2016 = f"{COLUMNS_2013},transport-traffic-type,log-id,schema-version"
"""The `#Fields:` lines of the versions, for rows that were copied without one."""

COLLECTIONS = frozenset({"recipient_address", "recipient_status", "reference", "custom_data"})
MAX_LINE = 16 * 1024 * 1024
MAX_JOINED = 200
"""So many lines at most are taken into one row by a quote that stays open."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_ROW_STARTS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def read_tracking(stream: BinaryIO, file: str, problems: list[Problem]) -> Iterator[TrackingRow]:
    """Read a log's rows one by one; `file` is its name in the report. Tells what is wrong in `problems`."""
    columns: list[str] | None = None
    told: Counter[str] = Counter()

    def tell(line: int, code: str, says: str) -> None:
        told[code] += 1
        if told[code] == 1:  # a log can be wrong in every line: once a kind is enough
            problems.append(Problem(file, code, f"{file}, line {line}: {says}"))

    for line in _Rows(stream, tell):
        if line.text.startswith("#"):
            if line.text[:8].lower() == "#fields:":
                columns = columns_of(line.text)
                given = {name.strip().lower() for name in line.text[8:].split(",")}
                if "" in given or len(given) != len(columns):
                    tell(line.number, "odd-columns", "the #Fields: line names a column twice or not at all.")
            continue
        if columns is None:
            columns = columns_of(_guessed(line.fields))
            version = f"{len(columns)} columns"
            tell(line.number, "no-fields-line", f"no #Fields: line above; read as a row of {version} by its content.")
        if len(line.fields) < len(columns):
            if line.last:
                tell(line.number, "short-last-line", "the last line ends early, as in a log that is being written.")
            else:
                tell(line.number, "short-line", f"{len(line.fields)} of {len(columns)} fields.")
        elif len(line.fields) > len(columns):
            tell(line.number, "long-line", f"{len(line.fields)} fields where #Fields: names {len(columns)}.")
        yield row_of(line.fields, columns, file, line.number)


def columns_of(fields_line: str | bytes) -> list[str]:
    """Name the columns of a `#Fields:` line in snake case: one without a name is `column_N`, a second one `name_2`."""
    text = fields_line.decode("utf-8", "backslashreplace") if isinstance(fields_line, bytes) else fields_line
    if text[:8].lower() == "#fields:":
        text = text[8:]
    seen: set[str] = set()
    names: list[str] = []
    for number, column in enumerate(text.strip("\r\n \0").split(","), 1):
        name = column.strip().lower().replace("-", "_").replace(" ", "_") or f"column_{number}"
        unique, times = name, 1
        while unique in seen:
            times += 1
            unique = f"{name}_{times}"
        seen.add(unique)
        names.append(unique)
    return names


def split_fields(text: str) -> list[str]:
    """Split one row, without its line end, into its fields. Wrong quoting is read as far as it makes sense."""
    return _split(text)[0]


def row_of(fields: Sequence[str], columns: Sequence[str], file: str, line: int) -> TrackingRow:
    """Make a row of its fields; those beyond the columns are `column_N`, and absent ones are left out."""
    time = None
    named: dict[str, Value] = {}
    for name, value in zip(columns, fields, strict=False):
        if name in COLLECTIONS:
            named[name] = split_members(value)
        elif name == "date_time" and time is None and _TIME.fullmatch(value):
            time = value
        else:
            named[name] = value
    for number in range(len(columns) + 1, len(fields) + 1):
        named[f"column_{number}"] = fields[number - 1]
    return TrackingRow(file, line, "msgtrk", time, named, parse_values(named))


def _split(text: str) -> tuple[list[str], bool]:
    """The fields, and whether a quote stays open at the end."""
    if '"' not in text:
        return text.split(","), False
    fields: list[str] = []
    at = 0
    while True:
        if text.startswith('"', at):
            end = text.find('"', at + 1)
            while end >= 0 and text.startswith('"', end + 1):
                end = text.find('"', end + 2)
            if end < 0:
                fields.append(text[at + 1 :].replace('""', '"'))
                return fields, True
            comma = text.find(",", end + 1)
            tail = text[end + 1 :] if comma < 0 else text[end + 1 : comma]
            fields.append(text[at + 1 : end].replace('""', '"') + tail)
        else:
            comma = text.find(",", at)
            fields.append(text[at:] if comma < 0 else text[at:comma])
        if comma < 0:
            return fields, False
        at = comma + 1


class _Line:
    """One logical line: its number, its text and fields, and whether the log ends with it without a line end."""

    __slots__ = ("fields", "last", "number", "text")

    def __init__(self, number: int, text: str, fields: list[str], *, last: bool) -> None:
        self.number = number
        self.text = text
        self.fields = fields
        self.last = last


class _Rows:
    """The logical lines of a log: joined where a quote spans line ends, skipped where they are past all bounds."""

    def __init__(self, stream: BinaryIO, tell: Callable[[int, str, str], None]) -> None:
        self._stream = stream
        self._tell = tell
        self._number = 0
        self._kept: bytes | None = None

    def __iter__(self) -> Iterator[_Line]:
        while raw := self._next():
            number = self._number
            text = _text(raw)
            if number == 1:
                text = text.removeprefix("\ufeff")
            if "\0" in text:
                self._tell(number, "nul-bytes", "holds NUL bytes, as a log does after a server stopped hard.")
                text = text.strip("\0")
            if not text.strip("\r\n\0 "):
                continue
            fields, is_open = ([], False) if text.startswith("#") else _split(text)
            if is_open:
                text, fields = self._joined(text, raw)
            last = not raw.endswith(b"\n") or not self._stream_goes_on()
            yield _Line(number, text, fields, last=last)

    def _joined(self, text: str, raw: bytes) -> tuple[str, list[str]]:
        """The row with the lines behind it that an open quote takes in; without them where it never closes."""
        number, whole, taken = self._number, text + raw[len(raw.rstrip(b"\r\n")) :].decode(), 0
        while taken < MAX_JOINED and len(whole) < MAX_LINE:
            following = self._next()
            if not following:
                break
            more = _text(following)
            if more.startswith("#") or _ROW_STARTS.match(more):
                self._kept = following
                self._number -= 1
                break
            taken += 1
            fields, is_open = _split(whole + more)
            if not is_open:
                return whole + more, fields
            whole += more + following[len(following.rstrip(b"\r\n")) :].decode()
        self._tell(number, "unclosed-quote", "a quote is opened and never closed; the rest of the row is one field.")
        whole = whole.rstrip("\r\n")
        return whole, split_fields(whole)

    def _next(self) -> bytes:
        """The next line with its end; b"" at the log's end."""
        if self._kept is not None:
            raw, self._kept = self._kept, None
            self._number += 1
            return raw
        while raw := self._stream.readline(MAX_LINE):
            self._number += 1
            if len(raw) < MAX_LINE or raw.endswith(b"\n"):
                return raw
            self._tell(self._number, "line-too-long", f"longer than {MAX_LINE >> 20} MiB and was left out.")
            while raw and not raw.endswith(b"\n"):
                raw = self._stream.readline(MAX_LINE)
        return b""

    def _stream_goes_on(self) -> bool:
        if self._kept is None:
            following = self._next()
            if not following:
                return False
            self._kept = following
            self._number -= 1
        return True


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\r\n").decode("utf-8", "backslashreplace")


def _guessed(fields: Sequence[str]) -> str:
    """The `#Fields:` line of a row without one: by the number of fields, else by where the network message id is."""
    by_count = {21: COLUMNS_2007, 26: COLUMNS_2010, 27: COLUMNS_2013, 30: COLUMNS_2016}
    if len(fields) in by_count:
        return by_count[len(fields)]
    has_network_id = len(fields) > 11 and _GUID.fullmatch(fields[11])
    return (COLUMNS_2013 if len(fields) < 27 else COLUMNS_2016) if has_network_id else COLUMNS_2010
