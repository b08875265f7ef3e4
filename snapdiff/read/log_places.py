"""Paths to the logs at them: in folders and zips, each with the name a report calls it by, opened and unpacked."""

import gzip
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.model import Problem
from snapdiff.read.bounded import bounded
from snapdiff.read.files import explain, openable
from snapdiff.read.listing import ReadFailed, Tell
from snapdiff.read.log_kind import HEAD
from snapdiff.read.names import parse_name, shown


class LogPlace(Struct, frozen=True):
    """Where a log is: `file` is what the report calls it, `path` the file, `member` its name in a zip, None outside.

    `is_named` says that the file itself was given, not a folder or a zip that it lies in.
    """

    file: str
    path: str
    member: str | None = None
    is_named: bool = False


def find_logs(paths: Sequence[Path], tell: Tell) -> list[LogPlace]:
    """Every file that may be a log: those given, and all below folders and in zips given, sorted by name.

    Snapshots are passed by. Raises FileNotFoundError for a path that does not exist.
    """
    found: dict[str, LogPlace] = {}
    for path in paths:
        below = _below(path, tell) if path.is_dir() else _named(path, tell)
        found.update((place.file, place) for place in below)
    return [found[name] for name in sorted(found)]


def _named(path: Path, tell: Tell) -> Iterator[LogPlace]:
    for place in _given(str(path), shown(path.as_posix()), tell):
        yield replace(place, is_named=place.member is None)


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
        with _opened(place) as (stream, packed):
            if stream.peek(2)[:2] == b"\x1f\x8b":  # type: ignore[attr-defined]
                with gzip.open(stream) as unpacked:
                    yield bounded(unpacked, packed, place.file, HEAD)  # type: ignore[arg-type]
            else:
                yield stream if place.member is None else bounded(stream, packed, place.file, HEAD)
    except (gzip.BadGzipFile, EOFError, zlib.error) as damaged:
        raise ReadFailed("damaged", f"{place.file} is damaged: {str(damaged) or 'it ends short'}.") from None
    except OSError as error:
        raise explain(place.file, error) from None


@contextmanager
def _opened(place: LogPlace) -> Iterator[tuple[BinaryIO, int]]:
    """The bytes as they lie in the file or in the zip, and how many there are before anything is unpacked."""
    if place.member is None:
        with open(openable(place.path), "rb", buffering=HEAD) as stream:  # noqa: PTH123
            yield stream, os.fstat(stream.fileno()).st_size
        return
    from snapdiff.read.archive import stream_member

    with stream_member(place.path, place.member, place.file) as member:
        yield member.stream, member.packed
