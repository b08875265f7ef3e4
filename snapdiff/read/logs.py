"""Files, folders and zips to logs: which there are, what each is by its content, and its bytes as a stream.

A log's name is never believed: copies are renamed, cut, packed. What a file is, its first lines say.
"""

import codecs
import gzip
import io
import os
import pathlib
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import BinaryIO, Literal

from msgspec import Struct

from snapdiff.model import Problem
from snapdiff.read.files import explain, openable
from snapdiff.read.listing import ReadFailed
from snapdiff.read.log_kind import HEAD, Kind, kind_of
from snapdiff.read.names import shown

LOG_ENDINGS = (".log", ".csv", ".txt", ".xml", ".clixml", ".gz", ".zip")
"""In a folder only these are opened, as it can hold thousands of mails; a file that is given by name always is."""

_BLOCK = 256 * 1024
_MAX_RATIO = 1000
_RATIO_COUNTS_FROM = 1 << 30
"""Logs shrink 10 to 60 times, and are streamed: only what unpacks to a gigabyte and past that ratio is a bomb."""


class LogPlace(Struct, frozen=True):
    """Where a log lies: the file's path, the member of that zip ("" for a plain file), and its name in the report.

    `given` says that the user named this very file.
    """

    path: str
    member: str
    name: str
    given: bool


class LogsFound(Struct, frozen=True):
    """The places of what may be logs, in a fixed order, and what could not be looked into."""

    places: list[LogPlace]
    problems: list[Problem]


class LogSource:
    """An open log: its `name` in the report, its `kind` (None: no log we know), its `stream` of UTF-8 (or raw) bytes.

    Close it, or use it in a `with`. Reading from the stream raises ReadFailed where the log is damaged.
    """

    def __init__(self, name: str, kind: Kind | None, stream: BinaryIO, closing: ExitStack) -> None:
        self.name = name
        self.kind = kind
        self.stream = stream
        self._closing = closing

    def __enter__(self) -> "LogSource":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the stream, and the zip below it."""
        self._closing.close()


def find_logs(paths: Iterable[str | os.PathLike[str]]) -> LogsFound:
    """List what may be logs in files, folders and zips. Names are relative to the folder given, with '/'."""
    places: list[LogPlace] = []
    problems: list[Problem] = []
    for given in paths:
        path = os.fspath(given)
        label = shown(pathlib.PurePath(path).name or path)
        if os.path.isdir(openable(path)):  # noqa: PTH112
            for file, name in _files(path, problems):
                places += _in_file(file, name, problems, given=False)
        elif os.path.exists(openable(path)):  # noqa: PTH110
            places += _in_file(path, label, problems, given=True)
        else:
            problems.append(Problem(label, "missing", f"{label} does not exist."))
    return LogsFound(places, problems)


def open_log(place: LogPlace | str | os.PathLike[str]) -> LogSource:
    """Open a log and say what it is. Raises ReadFailed."""
    if not isinstance(place, LogPlace):
        path = os.fspath(place)
        place = LogPlace(path, "", shown(pathlib.PurePath(path).name), given=True)
    closing = ExitStack()
    try:
        stream = _open(place, closing)
        if stream.peek(2)[:2] == b"\x1f\x8b":
            unpacked = gzip.GzipFile(fileobj=stream)
            stream = io.BufferedReader(_Checked(unpacked, place.name, _packed_size(place)), _BLOCK)
        if stream.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            stream = io.BufferedReader(_FromUtf16(stream), _BLOCK)
        return LogSource(place.name, kind_of(_head(stream)), stream, closing)
    except BaseException:
        closing.close()
        raise


def _head(stream: io.BufferedReader) -> bytes:
    # One peek gives what one read of the stream below it gave, which may be little; it never moves the position.
    return stream.peek(HEAD)[:HEAD]


def _open(place: LogPlace, closing: ExitStack) -> io.BufferedReader:
    try:
        if place.member:
            from snapdiff.read.archive import open_member

            member = open_member(place.path, place.member, place.name, closing)
            return io.BufferedReader(_Checked(member, place.name, _packed_size(place)), _BLOCK)
        file = closing.enter_context(open(openable(place.path), "rb", buffering=0))  # noqa: PTH123, SIM115
    except OSError as error:
        raise explain(place.name, error) from None
    return io.BufferedReader(file, _BLOCK)


def _packed_size(place: LogPlace) -> int:
    try:
        return os.stat(openable(place.path)).st_size  # noqa: PTH116
    except OSError:
        return 0


def _files(folder: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    def tell(error: OSError) -> None:
        failed = explain(shown(os.path.relpath(error.filename or folder, folder).replace(os.sep, "/")), error)
        problems.append(Problem(shown(error.filename or folder), failed.code, failed.message))

    for top, folders, names in os.walk(openable(folder), onerror=tell):
        folders.sort()
        for name in sorted(names):
            if name.lower().endswith(LOG_ENDINGS):
                path = os.path.join(top, name)  # noqa: PTH118
                yield path, shown(os.path.relpath(path, openable(folder)).replace(os.sep, "/"))


def _in_file(path: str, name: str, problems: list[Problem], *, given: bool) -> Iterator[LogPlace]:
    try:
        with open(openable(path), "rb") as file:  # noqa: PTH123
            is_zip = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
        if not is_zip:
            yield LogPlace(path, "", name, given=given)
            return
        yield from _in_zip(path, name, problems)
    except OSError as error:
        failed = explain(name, error)
        problems.append(Problem(name, failed.code, failed.message))
    except ReadFailed as failed:
        problems.append(Problem(name, failed.code, failed.message))


def _in_zip(path: str, name: str, problems: list[Problem]) -> Iterator[LogPlace]:
    from snapdiff.read.archive import Archive, open_nested

    archive = Archive(path, name)
    try:
        problems += [Problem(f"{name}/{it.member}".rstrip("/"), it.code, it.message) for it in archive.troubles]
        for member in sorted(archive.members):
            called = f"{name}/{shown(member)}"
            if not member.lower().endswith(LOG_ENDINGS):
                continue
            if not member.lower().endswith(".zip"):
                yield LogPlace(path, member, called, given=False)
                continue
            try:
                inner = open_nested(archive, member, called)
            except ReadFailed as failed:
                problems.append(Problem(called, failed.code, failed.message))
                continue
            for within in sorted(inner.members):
                if within.lower().endswith(LOG_ENDINGS[:-1]):
                    yield LogPlace(path, f"{member}/{within}", f"{called}/{shown(within)}", given=False)
            inner.close()
    finally:
        archive.close()


class _Checked(io.RawIOBase):
    """Unpacked bytes, whose errors are ReadFailed, and which end where they are a bomb."""

    def __init__(self, below: BinaryIO | gzip.GzipFile, name: str, packed: int) -> None:
        self._below = below
        self._name = name
        self._packed = packed
        self._size = 0

    def readable(self) -> Literal[True]:
        return True

    def readinto(self, buffer: "memoryview[int]", /) -> int:  # type: ignore[override]
        try:
            data = self._below.read(len(buffer))
        except (OSError, EOFError, zlib.error, ValueError, RuntimeError, NotImplementedError) as error:
            if isinstance(error, ReadFailed):
                raise
            raise ReadFailed("damaged-log", f"{self._name} is damaged and was read as far as it goes.") from None
        except Exception as error:
            if type(error).__name__ != "BadZipFile":
                raise
            raise ReadFailed("damaged-log", f"{self._name} is damaged and was read as far as it goes.") from None
        self._size += len(data)
        if self._size > _RATIO_COUNTS_FROM and self._size > _MAX_RATIO * self._packed:
            raise ReadFailed(
                "zip-bomb", f"{self._name} unpacks to over {_MAX_RATIO} times its size: the rest was left."
            )
        buffer[: len(data)] = data
        return len(data)


class _FromUtf16(io.RawIOBase):
    """A UTF-16 log as UTF-8, as PowerShell's redirection writes it."""

    def __init__(self, below: BinaryIO) -> None:
        self._below = below
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._ready = b""

    def readable(self) -> Literal[True]:
        return True

    def readinto(self, buffer: "memoryview[int]", /) -> int:  # type: ignore[override]
        while not self._ready:
            raw = self._below.read(_BLOCK)
            self._ready = self._decoder.decode(raw, not raw).encode("utf-8", "replace")
            if not raw:
                break
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size
