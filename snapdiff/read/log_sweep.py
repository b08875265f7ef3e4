"""The fast ways through a piece of a log, in one buffer: whether a needle may stand in it, and in which of its rows.

The second is for pieces whose lines are rows, each with its time in front. All else (a blank line, a header line
further down, a value with a line end in it, a line longer than the buffer) is left to `Lines`, which reads anything.
"""

import io
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate

from msgspec import Struct

from snapdiff.read.log_lines import Line, begins_row, bounds, is_header, line_of
from snapdiff.read.log_needles import Needles

BUFFER = 256 * 1024
"""Bytes that are looked at together: they stay in the processor's cache over several looks at them."""


class Swept(Struct, frozen=True):
    """The lines found, header lines among them; `rows` counts all rows of the piece, and `ended` its line ends."""

    lines: list[Line]
    rows: int
    ended: int


class Sweep:
    """Looks for needles in pieces of files, one after the other. Each file stands where its piece begins."""

    def __init__(self, needles: Needles) -> None:
        self._needles = needles

    @cached_property
    def _buffer(self) -> io.BytesIO:
        return io.BytesIO(bytes(BUFFER))

    def may_hold(self, file: io.FileIO, size: int) -> bool:
        """Whether a needle may stand in the next `size` bytes, and also where they can't all be read."""
        overlap = self._needles.longest - 1
        kept = 0
        with self._buffer.getbuffer() as view:
            while size > 0:
                read = file.readinto(view[kept : kept + size])
                filled = kept + read
                if not read or overlap >= BUFFER or self._needles.may_stand_in(view[:filled]):
                    return True
                size -= read
                kept = min(overlap, filled)
                view[:kept] = view[filled - kept : filled]
        return False

    def rows(self, file: io.FileIO, size: int, *, is_quoted: bool) -> Swept | None:
        """The header lines on top of `size` bytes and the rows that may hold a needle; None if not all is plain.

        `is_quoted` as `Lines` has it.
        """
        found: list[Line] = []
        passed = headers = 0
        rest = last = b""
        with self._buffer.getbuffer() as view:
            while size > 0:
                view[: len(rest)] = rest
                read = file.readinto(view[len(rest) : len(rest) + size])
                size -= read
                block = view[: len(rest) + read]
                counted = _count(self._stream(block), is_quoted=is_quoted, are_first=passed == 0)
                if counted is None or not read or (size <= 0 and not counted.is_last_plain):
                    return None
                last = counted.last
                rest = b"" if size <= 0 or last.endswith(b"\n") else last
                found += self._wanted(block[: len(block) - len(rest)], counted.headers, passed)
                passed += counted.lines - bool(rest)
                headers += counted.headers
        return Swept(found, passed - headers, passed - (not last.endswith(b"\n")))

    def _stream(self, block: memoryview) -> io.BytesIO:
        """The bytes of a block, of the buffer itself where they fill it."""
        stream = self._buffer if len(block) == BUFFER else io.BytesIO(block)
        stream.seek(0)
        return stream

    def _wanted(self, block: memoryview, headers: int, passed: int) -> Iterator[Line]:
        """Of the lines of a block its header lines, and the rows that may hold a needle."""
        begins = list(self._needles.within(block))
        if not begins and not headers:
            return
        lines = io.BytesIO(block).readlines()
        ends = list(accumulate(map(len, lines)))
        for at in dict.fromkeys([*range(headers), *(bisect_right(ends, begin) for begin in begins)]):
            yield line_of(lines[at], passed + at + 1, is_last=not lines[at].endswith(b"\n"))


class _Counted(Struct, frozen=True):
    """How many lines there are, how many of them are header lines on top, and the last of them.

    `is_last_plain` says whether the last one is a row too, which it need not be where it is cut.
    """

    lines: int
    headers: int
    last: bytes
    is_last_plain: bool


def _count(lines: Iterable[bytes], *, is_quoted: bool, are_first: bool) -> _Counted | None:
    """Counts lines; None where one is neither a row nor one of the header lines above the first row.

    Rows of the same day are told by two comparisons each, as nearly all of a piece are.
    """
    least = above = line = b""
    count = headers = 0
    is_plain = False
    for line in lines:
        count += 1
        if least <= line < above:
            continue
        is_plain = begins_row(line, is_quoted=is_quoted)
        if is_plain:
            least, above = bounds(line, is_quoted=is_quoted)
        elif line.endswith(b"\n"):
            if not are_first or count != headers + 1 or not is_header(line):
                return None
            headers += 1
    return _Counted(count, headers, line, is_last_plain=is_plain or least <= line < above)
