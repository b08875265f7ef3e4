"""A plain log to pieces, and each to the lines in it that may hold what is looked for: the work of a worker."""

import codecs
import io
import re
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.model import Problem
from snapdiff.read.files import explain, openable
from snapdiff.read.log_lines import Line, Lines
from snapdiff.read.log_needles import Needles
from snapdiff.read.log_places import LogPlace

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 4 * 1024 * 1024
"""Bytes, about: so much of a log's lines is held at most by each worker."""
_LOOKED_THROUGH = 64 * 1024
_ROW_BEGINS = re.compile(rb"\n(?=\d{4}-\d\d?-\d\d?[T\t])")
_TEXT_BEGINS = re.compile(rb"\n(?=[ -~])")
"""Where a piece may begin: best not between the lines of a value that holds a line end."""


class Piece(Struct, frozen=True):
    """A part of a log, in bytes from `start` to before `end`; whole lines, save where the log itself ends.

    `is_quoted` as `Lines` has it.
    """

    place: LogPlace
    start: int
    end: int
    is_quoted: bool = False


class Scanned(Struct, frozen=True):
    """What one piece holds. Lines are numbered from its start, of which there are `ended`, and `rows` rows in all."""

    lines: list[Line]
    rows: int
    ended: int
    problems: list[Problem]
    is_whole: bool = True


class Scan:
    """Looks for needles in pieces of logs: what a worker is given once, and does with each piece."""

    def __init__(self, needles: Needles) -> None:
        self._needles = needles

    def __call__(self, piece: Piece) -> Scanned:
        """One piece. A log that can't be read is a problem, beside what was read of it before."""
        problems: list[Problem] = []
        found: list[Line] = []
        place = piece.place
        try:
            with open(openable(place.path), "rb", buffering=0) as file:  # noqa: PTH123
                file.seek(piece.start)
                part = io.BufferedReader(_Part(file, piece.end - piece.start))
                lines = Lines(part, place.file, problems.append, self._needles, is_quoted=piece.is_quoted)
                for line in lines:
                    found.append(line)
        except OSError as error:
            failed = explain(place.file, error)
            problems.append(Problem(place.file, failed.code, failed.message))
            return Scanned(found, 0, 0, problems, is_whole=False)
        return Scanned(found, lines.rows, lines.ended, problems)


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
    """What an index knows of a log: the pieces that have to be looked through, and what stands in the rest of it.

    `before` has the line ends before each piece, `headers` the header lines by where they begin, `rows` counts the rows
    and `problems` are those of all that is left out.
    """

    pieces: list[Piece]
    before: list[int]
    headers: list[tuple[int, Line]]
    rows: int
    problems: list[Problem]


def pieces(place: LogPlace, stream: BinaryIO, *, is_quoted: bool = False) -> list[Piece]:
    """The pieces of a log that was just opened; none where it is packed or in UTF-16, and has to be read in one go."""
    if place.member is not None or not isinstance(stream, io.BufferedReader) or not stream.seekable():
        return []
    if stream.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return []
    return parts(stream, Piece(place, 0, stream.seek(0, io.SEEK_END), is_quoted), PIECE)


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
    while looked := stream.read(_LOOKED_THROUGH):
        begins = _ROW_BEGINS.search(looked) or _TEXT_BEGINS.search(looked)
        if begins is not None:
            return at + begins.end()
        at += len(looked)
    return at
