"""A plain log to pieces, and each to the lines in it that may hold what is looked for: the work of a worker."""

import codecs
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.model import Problem
from snapdiff.read.files import explain, openable
from snapdiff.read.listing import ReadFailed
from snapdiff.read.log_kind import LogKind
from snapdiff.read.log_lines import Line, Lines
from snapdiff.read.log_needles import Needles
from snapdiff.read.log_places import LogPlace, open_log
from snapdiff.read.log_sweep import Sweep
from snapdiff.workers import in_order

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Result = TypeVar("Result")
PIECE = 1024 * 1024
"""Bytes, about: what is known of where something stands in a log, and what is read again for it."""
_PIECES_AT_ONCE = 16
_UNPACKED = 8
"""So many times its size a packed log has about, unpacked."""
_MEMBER = 1024 * 1024
"""Bytes that a log in a zip takes at most, for all that is known before it is opened."""
_NEAR = 4 * 1024
_LOOKED_THROUGH = 64 * 1024
_ROW_BEGINS = re.compile(rb"\n(?=\d{4}-\d\d?-\d\d?[T\t])")
_TEXT_BEGINS = re.compile(rb"\n(?=[ -~])")
"""Where a piece may begin: best not between the lines of a value that holds a line end."""


class Piece(Struct, frozen=True):
    """A part of a log, in bytes from `start` to before `end`; whole lines, save where the log itself ends.

    `is_quoted` as `Lines` has it. `rows` are the rows in it, None as long as nobody has counted them. `is_all` where it
    is all of a log that has to be unpacked or recoded, so that it can't be read in parts; `end` only says then how much
    work it is.
    """

    place: LogPlace
    start: int
    end: int
    is_quoted: bool = False
    rows: int | None = None
    is_all: bool = False


class Scanned(Struct, frozen=True):
    """What one piece holds. Lines are numbered from its start, of which there are `ended`, and `rows` rows in all.

    Where rows were counted before, and nothing stands in them that is looked for, `ended` is not counted again.
    """

    lines: list[Line]
    rows: int
    ended: int
    problems: list[Problem]
    is_whole: bool = True


class Scan:
    """Looks for needles in pieces of logs: what a worker is given once, and does with some pieces at a time."""

    def __init__(self, needles: Needles) -> None:
        self._needles = needles
        self._sweep = Sweep(needles)

    def __call__(self, some: Sequence[Piece]) -> list[Scanned]:
        """Each piece. A log that can't be read is a problem, beside what was read of it before."""
        return [self.one(piece) for piece in some]

    def one(self, piece: Piece) -> Scanned:
        """One piece, in the fastest way that gives what reading every line of it would."""
        name = piece.place.file
        problems: list[Problem] = []
        found: list[Line] = []
        rows = ended = 0
        try:
            if (quick := self._quick(piece)) is not None:
                return quick
            with _opened(piece) as stream:
                lines = Lines(stream, name, problems.append, self._needles, is_quoted=piece.is_quoted)
                try:
                    found.extend(lines)
                finally:
                    rows, ended = lines.rows, lines.ended
        except (OSError, ReadFailed) as error:
            failed = error if isinstance(error, ReadFailed) else explain(name, error)
            problems.append(Problem(name, failed.code, failed.message))
            return Scanned(found, rows, ended, problems, is_whole=False)
        return Scanned(found, rows, ended, problems)

    def _quick(self, piece: Piece) -> Scanned | None:
        """One piece where it is plain, or where nothing of it is wanted; None where it has to be read by `Lines`."""
        if self._needles.are_useless or piece.is_all:
            return None
        size = piece.end - piece.start
        with open(openable(piece.place.path), "rb", buffering=0) as file:  # noqa: PTH123
            file.seek(piece.start)
            if piece.rows is not None and not self._sweep.may_hold(file, size):
                return Scanned([], piece.rows, 0, [])
            file.seek(piece.start)
            swept = self._sweep.rows(file, size, is_quoted=piece.is_quoted)
        return None if swept is None else Scanned(swept.lines, swept.rows, swept.ended, [])


@contextmanager
def _opened(piece: Piece) -> Iterator[BinaryIO]:
    """The bytes of a piece, unpacked. Raises OSError and ReadFailed, while they are read too."""
    if piece.is_all:
        with open_log(piece.place) as stream:
            yield stream
        return
    with open(openable(piece.place.path), "rb", buffering=0) as file:  # noqa: PTH123
        file.seek(piece.start)
        yield io.BufferedReader(_Part(file, piece.end - piece.start))


def scan(needles: Needles, some: Sequence[Piece], workers: int) -> Iterator[Scanned]:
    """What each piece holds, in their order, looked through by so many workers."""
    return each(Scan(needles), some, workers)


def each(do: Callable[[Sequence[Piece]], Sequence[Result]], some: Sequence[Piece], workers: int) -> Iterator[Result]:
    """What `do` makes of each piece, in their order; it is given some of them at a time."""
    at_once = min(_PIECES_AT_ONCE, max(1, len(some) // (4 * max(workers, 1))))
    works = [some[at : at + at_once] for at in range(0, len(some), at_once)]
    return chain.from_iterable(in_order(do, works, workers))


class _Part(io.RawIOBase):
    """The next `left` bytes of a file."""

    def __init__(self, file: io.FileIO, left: int) -> None:
        super().__init__()
        self._file = file
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        read = self._file.readinto(memoryview(buffer)[: self._left])
        self._left -= read
        return read


class Known(Struct, frozen=True):
    """What is known of a log: its kind, the pieces that have to be looked through, and what stands in the rest of it.

    `before` has the line ends before each piece, `headers` the header lines as they are numbered in the log, `rows`
    counts the rows and `problems` are those of all that is left out.
    """

    kind: LogKind
    pieces: list[Piece]
    before: list[int]
    headers: list[Line]
    rows: int = 0
    problems: list[Problem] = []


def pieces(place: LogPlace, stream: BinaryIO, *, is_quoted: bool = False) -> list[Piece]:
    """The pieces of a log that was just opened; none where it is packed or in UTF-16, and has to be read in one go."""
    if place.member is not None or not isinstance(stream, io.BufferedReader) or not stream.seekable():
        return []
    if stream.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return []
    with open(openable(place.path), "rb", buffering=0) as file:  # noqa: PTH123
        return parts(file, Piece(place, 0, stream.seek(0, io.SEEK_END), is_quoted), PIECE)


def all_of(place: LogPlace, *, is_quoted: bool) -> Piece:
    """The one piece of a log that can't be read in parts."""
    try:
        size = os.stat(openable(place.path)).st_size  # noqa: PTH116
    except OSError:
        size = 0
    work = min(size, _MEMBER) if place.member is not None else size
    return Piece(place, 0, work * _UNPACKED, is_quoted, is_all=True)


def parts(stream: BinaryIO, whole: Piece, size: int) -> list[Piece]:
    """The pieces of a piece, of about `size` bytes each; the last one has up to twice as many."""
    found: list[Piece] = []
    start = whole.start
    while start < whole.end:
        end = min(row_begin(stream, start + size), whole.end) if whole.end - start > 2 * size else whole.end
        found.append(replace(whole, start=start, end=end))
        start = end
    return found


def row_begin(stream: BinaryIO, at: int) -> int:
    """Where a row begins from `at` on; the end of the log where none does."""
    stream.seek(at)
    if (begins := _ROW_BEGINS.search(stream.read(_NEAR))) is not None:
        return at + begins.end()
    stream.seek(at)
    while looked := stream.read(_LOOKED_THROUGH):
        begins = _ROW_BEGINS.search(looked) or _TEXT_BEGINS.search(looked)
        if begins is not None:
            return at + begins.end()
        at += len(looked)
    return at
