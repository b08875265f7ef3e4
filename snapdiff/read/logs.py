"""Paths to logs: finds them in folders and zips, tells by the content what each one is, and gives their rows."""

import gzip
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from snapdiff.model import Problem, TrackingRow
from snapdiff.read.cmdlet import read_clixml, read_csv, read_list
from snapdiff.read.files import explain, openable
from snapdiff.read.legacy import Exchange2000Reader, RulesReader, read_55
from snapdiff.read.listing import ReadFailed
from snapdiff.read.local_time import LocalTime
from snapdiff.read.log_kind import HEAD, LogKind, kind_of_head
from snapdiff.read.log_lines import Lines, needle
from snapdiff.read.names import parse_name, shown
from snapdiff.read.tracking import TrackingReader

HARMLESS_IN_LOGS = frozenset(
    {"no-fields-line", "short-last-line", "short-row", "long-row", "doubled-column", "assumed-time", "unreadable-time"}
)
"""Problems of a log that hide nothing: every row was read."""
Tell = Callable[[Problem], None]
Reader = Callable[[BinaryIO, str, Tell, LocalTime], Iterator[TrackingRow]]
"""Reads a log from its stream; the name is what the report calls it, and `tell` hears what is odd."""

LineReader = TrackingReader | Exchange2000Reader
LINE_READERS: dict[LogKind | None, type[LineReader]] = {
    "msgtrk": TrackingReader,
    "rulestrk": RulesReader,
    "exchange-2000": Exchange2000Reader,
}
"""The readers of forms whose rows are a line each, of which only those looked for need to be read."""
READERS: dict[LogKind | None, Reader] = {
    "exchange-5.5": read_55,
    "cmdlet-fl": read_list,
    "cmdlet-csv": read_csv,
    "cmdlet-clixml": read_clixml,
}
"""The readers of the other forms. A new form is one more entry here or above, and a sign in `log_kind`."""


class LogPlace(Struct, frozen=True):
    """Where a log is: `file` is what the report calls it, `path` the file, `member` its name in a zip, None outside."""

    file: str
    path: str
    member: str | None = None


class LogRows:
    """The tracking rows of logs, in the order of their names; `rows_read` counts all rows passed, given or not.

    `words` leave out rows in which none of them stands, in any letter case (`exact`: in its own), before they are read
    at all; a row that is given has still to be looked at. `local` says what the times of a shell mean. `files` names
    the tracking logs that were read, `others` counts what was none.
    """

    def __init__(
        self,
        places: Sequence[LogPlace],
        tell: Tell,
        words: Sequence[str] = (),
        local: LocalTime | None = None,
        *,
        exact: bool = False,
    ) -> None:
        self._exact = exact
        self._places = places
        self._local = local or LocalTime()
        self._tell = tell
        runs = [needle(word) for word in words]
        self._needles = runs if all(runs) else []
        self.rows_read = 0
        self.files: list[str] = []
        self.others = 0

    def __iter__(self) -> Iterator[TrackingRow]:
        for place in self._places:
            try:
                with open_log(place) as stream:
                    kind = kind_of(stream)
                    if (line_reader := LINE_READERS.get(kind)) is not None:
                        self.files.append(place.file)
                        yield from self._rows(stream, place.file, line_reader)
                    elif (reader := READERS.get(kind)) is not None:
                        self.files.append(place.file)
                        for row in reader(stream, place.file, self._tell, self._local):
                            self.rows_read += 1
                            yield row
                    else:
                        self.others += 1
            except ReadFailed as failed:
                self._tell(Problem(place.file, failed.code, failed.message))

    def _rows(self, stream: BinaryIO, file: str, kind: type[LineReader]) -> Iterator[TrackingRow]:
        reader = kind(file, self._tell)
        lines = Lines(stream, file, self._tell, self._needles, exact=self._exact)
        try:
            for line in lines:
                if line.is_header:
                    reader.header(line)
                else:
                    yield reader.row(line)
        finally:
            self.rows_read += lines.rows


def newest_time(places: Sequence[LogPlace], local: LocalTime | None = None) -> str:
    """The time of the newest row of all tracking logs (ISO 8601, UTC); "" where there is none."""
    newest = ""
    for place in places:
        try:
            with open_log(place) as stream:
                kind = kind_of(stream)
                if kind == "msgtrk":
                    times = (line.text[:24] for line in Lines(stream, place.file, _unheard) if not line.is_header)
                    newest = max(newest, max((time for time in times if _is_time(time)), default=""))
                    continue
        except ReadFailed:
            continue
        newest = max((newest, *(row.time or "" for row in LogRows([place], _unheard, (), local))))
    return newest


def _unheard(problem: Problem) -> None:
    """The rows are read once more, and what is odd about them is told then."""


def _is_time(text: str) -> bool:
    return text[:4].isdigit() and text[4:5] == "-" and text[10:11] == "T"


def find_logs(paths: Sequence[Path], tell: Tell) -> list[LogPlace]:
    """Every file that may be a log: those given, and all below folders and in zips given, sorted by name.

    Snapshots are passed by. Raises FileNotFoundError for a path that does not exist.
    """
    found: dict[str, LogPlace] = {}
    for path in paths:
        below = _below(path, tell) if path.is_dir() else _given(str(path), shown(path.as_posix()), tell)
        found.update((place.file, place) for place in below)
    return [found[name] for name in sorted(found)]


def _below(folder: Path, tell: Tell) -> Iterator[LogPlace]:
    def failed(error: OSError) -> None:
        where = shown(str(error.filename or folder)).replace(os.sep, "/")
        told = explain(where, error)
        tell(Problem(where, told.code, told.message))

    for place, folders, names in os.walk(openable(str(folder)), onerror=failed):
        folders.sort()
        for name in sorted(names):
            if parse_name(name) is None and not name.lower().endswith(".eml"):
                path = os.path.join(place, name)  # noqa: PTH118
                yield from _given(path, shown(path).replace(os.sep, "/"), tell)


def _given(path: str, name: str, tell: Tell) -> Iterator[LogPlace]:
    if not os.path.exists(openable(path)):  # noqa: PTH110
        raise FileNotFoundError(2, "there is no such file or folder", name)
    if not name.lower().endswith(".zip"):
        yield LogPlace(name, path)
        return
    from snapdiff.read.archive import Archive

    try:
        archive = Archive(path, name)
    except ReadFailed as failed:
        tell(Problem(name, failed.code, failed.message))
        return
    try:
        for trouble in archive.troubles:
            tell(Problem(name, trouble.code, trouble.message))
        for member in sorted(archive.members):
            if not member.lower().endswith(".eml"):
                yield LogPlace(f"{name}/{shown(member)}", path, member)
    finally:
        archive.close()


@contextmanager
def open_log(place: LogPlace) -> Iterator[BinaryIO]:
    """The log's bytes, unpacked where it is a .gz or lies in a zip. Raises ReadFailed, while they are read too."""
    try:
        with _opened(place) as stream:
            head = stream.peek(2)[:2] if hasattr(stream, "peek") else b""
            if head == b"\x1f\x8b":
                with gzip.open(stream) as unpacked:
                    yield unpacked  # type: ignore[misc]
            else:
                yield stream
    except (gzip.BadGzipFile, EOFError, zlib.error) as damaged:
        raise ReadFailed("damaged", f"{place.file} is damaged: {str(damaged) or 'it ends short'}.") from None
    except OSError as error:
        raise explain(place.file, error) from None


def _opened(place: LogPlace) -> AbstractContextManager[BinaryIO]:
    if place.member is None:
        return open(openable(place.path), "rb")  # noqa: PTH123
    from snapdiff.read.archive import stream_member

    return stream_member(place.path, place.member, place.file)


def kind_of(stream: BinaryIO) -> LogKind | None:
    """What a log is, by its first lines alone; None where it is no log that is known. Nothing is taken off the stream.

    A log begins with header lines; an extract without them is told by what its first row looks like.
    """
    return kind_of_head(stream.peek(HEAD)[:HEAD]) if hasattr(stream, "peek") else None
