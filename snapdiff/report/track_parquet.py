"""Tracking rows to a Parquet dataset, a folder a server and a day, as DuckDB, Spark and Trino read it.

docs/parquet.md says what each column holds.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, OrderedDict, defaultdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from snapdiff.model import SAME_FIELD, TrackingRow
from snapdiff.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pyarrow

UNKNOWN = "__HIVE_DEFAULT_PARTITION__"
"""The value of a folder of rows without server or day: Hive's word, which the engines read as NULL."""
TEXTS = (
    *("client_ip", "client_hostname", "server_ip", "server_hostname", "source_context", "connector_id", "source"),
    *("event_id", "internal_message_id", "message_id", "network_message_id", "related_recipient_address"),
    *("message_subject", "sender_address", "return_path", "message_info", "directionality", "tenant_id"),
    *("original_client_ip", "original_server_ip", "transport_traffic_type", "log_id", "schema_version"),
)
LISTS = ("recipient_address", "recipient_status", "reference", "custom_data")
NUMBERS = ("total_bytes", "recipient_count")
_COLUMN_OF = {own: name for name in (*TEXTS, *LISTS, *NUMBERS) for own in SAME_FIELD.get(name, (name,))}
_ROW_GROUP = 8 * 1024 * 1024
_HELD = 24 * 1024 * 1024
"""Weight of the rows of one file, and of all files, that are held until they are written, about a byte a character."""
_WEIGHT_OF_A_ROW = 300
_OPEN_AT_ONCE = 32
_LONGEST_NAME = 80
_LARGEST = 2**63
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9_.-]|\.$")


class Place(Struct, frozen=True, order=True):
    """One folder of the dataset: the server whose rows these are, and their day (UTC); "" where it is not known."""

    server: str
    day: str

    def folder(self) -> str:
        """The folder's name, in Hive's form."""
        return f"server={_name(self.server)}/day={self.day or UNKNOWN}"


class Written(Struct, frozen=True):
    """What a dataset holds."""

    rows: int
    files: int


class Dataset:
    """A dataset that is written to a folder. Add every row, then close it.

    Rows wait by their folder until they make a row group, and no more than _HELD of them wait in all. A folder's file
    is `part-0.parquet`; another one follows where too many files were open. Raises ImportError without pyarrow.
    """

    def __init__(self, folder: Path) -> None:
        import pyarrow.parquet

        self._library = pyarrow
        self._schema = schema()
        self._folder = folder
        self._rows: dict[Place, list[TrackingRow]] = defaultdict(list)
        self._weights: dict[Place, int] = defaultdict(int)
        self._held = 0
        self._open: OrderedDict[Place, Any] = OrderedDict()
        self._parts: dict[Place, int] = defaultdict(int)
        self._count = 0

    def add(self, server: str, row: TrackingRow) -> None:
        """One row of the log of `server` ("" where it can't be told)."""
        place = Place(server, _day(row.time))
        lengths = [len(one) if isinstance(one, str) else sum(map(len, one)) for one in row.fields.values()]
        weight = _WEIGHT_OF_A_ROW + sum(lengths)
        self._rows[place].append(row)
        self._weights[place] += weight
        self._held += weight
        self._count += 1
        if self._weights[place] >= _ROW_GROUP:
            self._write(place)
        while self._held >= _HELD:
            self._write(max(self._weights, key=lambda one: (self._weights[one], one)))

    def close(self) -> Written:
        """Writes what is left. A dataset without rows has one empty file, so that its columns can be read."""
        if not self._count:
            self._write(Place("", ""))
        for place in sorted(self._rows):
            self._write(place)
        self.abandon()
        return Written(self._count, sum(self._parts.values()))

    def abandon(self) -> None:
        """Closes what is open."""
        while self._open:
            self._open.popitem()[1].close()

    def _write(self, place: Place) -> None:
        rows = self._rows.pop(place, [])
        self._held -= self._weights.pop(place, 0)
        self._file(place).write_table(_table(rows, self._schema))

    def _file(self, place: Place) -> Any:
        if place in self._open:
            self._open.move_to_end(place)
            return self._open[place]
        if len(self._open) >= _OPEN_AT_ONCE:
            self._open.popitem(last=False)[1].close()
        path = self._folder / place.folder() / f"part-{self._parts[place]}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._parts[place] += 1
        file = self._library.parquet.ParquetWriter(str(path), self._schema, compression="zstd")
        self._open[place] = file
        return file


def schema() -> pyarrow.Schema:
    """The columns, in their order."""
    import pyarrow

    text = pyarrow.string()
    return pyarrow.schema(
        [
            ("file", text),
            ("line", pyarrow.int64()),
            ("format", text),
            ("time", pyarrow.timestamp("us", tz="UTC")),
            *((name, text) for name in TEXTS),
            *((name, pyarrow.list_(text)) for name in LISTS),
            *((name, pyarrow.int64()) for name in NUMBERS),
            ("other", pyarrow.map_(text, text)),
        ]
    )


def _table(rows: Sequence[TrackingRow], columns: pyarrow.Schema) -> pyarrow.Table:
    import pyarrow

    values: dict[str, list[Any]] = {
        "file": [row.file for row in rows],
        "line": [row.line for row in rows],
        "format": [row.format for row in rows],
        "time": [_moment(row.time) for row in rows],
        **{name: _texts(rows, name) for name in TEXTS},
        **{name: [row.texts(name) for row in rows] for name in LISTS},
        **{name: [_number(row.text(name)) for row in rows] for name in NUMBERS},
        "other": [_other(row) for row in rows],
    }
    arrays = []
    for column in columns:
        try:
            arrays.append(pyarrow.array(values[column.name], column.type))
        except UnicodeEncodeError:
            arrays.append(pyarrow.array(_encodable(values[column.name]), column.type))
    return pyarrow.Table.from_arrays(arrays, schema=columns)


def _texts(rows: Sequence[TrackingRow], name: str) -> list[str | None]:
    if name in SAME_FIELD:
        return [row.text(name) or None for row in rows]
    values = [row.fields.get(name) or None for row in rows]
    return [";".join(value) if isinstance(value, list) else value for value in values]


def _other(row: TrackingRow) -> list[tuple[str, str]]:
    """What has no column of its own, as the log has it; and what stands in one but is no number or time."""
    found = [("time", row.time)] if row.time and _moment(row.time) is None else []
    found += [(name, text) for name in NUMBERS if (text := row.text(name)) and _number(text) is None]
    for name in _without_column(tuple(row.fields)):
        column = _COLUMN_OF.get(name)
        value = row.fields[name]
        if value and (column is None or name != _source(row, column)):
            found.append((name, value if isinstance(value, str) else ";".join(value)))
    return found


@lru_cache(maxsize=64)
def _without_column(names: tuple[str, ...]) -> list[str]:
    """The fields among these that no column is sure to show: unknown ones, and those of which a column has several."""
    columns = Counter(_COLUMN_OF.get(name) for name in names)
    return [name for name in names if (column := _COLUMN_OF.get(name)) is None or columns[column] > 1]


def _source(row: TrackingRow, column: str) -> str | None:
    """The field that `row.text` takes the column from."""
    return next((own for own in SAME_FIELD.get(column, (column,)) if row.fields.get(own)), None)


def _moment(time: str | None) -> datetime | None:
    moment = parse_time(time)
    try:
        return moment and moment.astimezone(UTC)
    except OverflowError:
        return None


def _day(time: str | None) -> str:
    moment = _moment(time)
    return moment.date().isoformat() if moment else ""


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()):
        return None
    number = int(text) if len(text) < 20 else _LARGEST
    return number if number < _LARGEST else None


def _encodable(value: Any) -> Any:
    """The same with half characters, which no encoding has, written out."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list | tuple):
        return [_encodable(one) for one in value]
    return value


def _name(server: str) -> str:
    """A server's name as part of a folder's; `%41` for what not every system takes, and the hash of one too long."""
    if not server:
        return UNKNOWN
    name = _NOT_IN_A_NAME.sub(lambda found: "".join(f"%{byte:02X}" for byte in _bytes(found[0])), server.lower())
    return name if len(name) <= _LONGEST_NAME else f"{name[:60]}-{hashlib.sha256(_bytes(server)).hexdigest()[:12]}"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def write_dataset(rows: Iterable[tuple[str, TrackingRow]], folder: Path) -> Written:
    """Writes rows, each with its server. Raises OSError where a file can't be written, ImportError without pyarrow."""
    dataset = Dataset(folder)
    try:
        for server, row in rows:
            dataset.add(server, row)
        return dataset.close()
    finally:
        dataset.abandon()
