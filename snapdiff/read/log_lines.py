"""A log's bytes to its lines, in blocks: only lines that hold what is looked for are cut out, the rest is counted."""

import codecs
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

from msgspec import Struct

from snapdiff.model import Problem
from snapdiff.read.log_needles import Needles

BLOCK = 256 * 1024
"""Bytes read at once: few enough to stay in the processor's cache over several looks at them."""
_LF = 0x0A
_SHORT = 16
"""Bytes of a line that is too short for a row, and may be a blank one."""
LONGEST_LINE = 64 * 1024 * 1024
"""Bytes; a line beyond that is no row of a log, and is left out with a problem."""


class Line(Struct, frozen=True):
    """One line without its end. `number` counts from 1; `is_ended` says that a line end followed it."""

    number: int
    text: str
    is_last: bool
    is_ended: bool

    @property
    def is_header(self) -> bool:
        """Whether it is one of the log's own header lines, which stand at its start and after each restart."""
        return self.text.startswith("#")


class Lines:
    """The lines of one log. `rows` counts the rows passed so far, given or not: all but header and blank lines.

    With `needles` only lines that may hold one of them are given, and header lines. `ended` counts the line ends.
    """

    def __init__(
        self, stream: BinaryIO, file: str, tell: Callable[[Problem], None], needles: Needles | None = None
    ) -> None:
        self._stream = _as_utf8(stream)
        self._file = file
        self._tell = tell
        self._needles = None if needles is None or needles.are_useless else needles
        self.rows = 0
        self.ended = 0

    def __iter__(self) -> Iterator[Line]:
        rest = b""
        while True:
            block = self._stream.read(max(BLOCK, len(rest)))
            end = block.rfind(b"\n") + 1
            if not block:
                if rest:
                    yield from self._wanted(rest, is_last=True)
                return
            if end:
                whole, rest = (rest + block if end == len(block) else rest + block[:end]), block[end:]
                yield from self._wanted(whole, is_last=False)
            else:
                rest += block
                if len(rest) > LONGEST_LINE:
                    rest = self._skip_line(self.ended + 1)
                    self.ended += 1

    def _wanted(self, block: bytes, *, is_last: bool) -> Iterator[Line]:
        """The lines of a block of whole lines that are wanted."""
        if self._needles is None:
            yield from self._every(block, is_last=is_last)
            return
        ended, rows = _count(block)
        self.rows += rows
        number, counted = self.ended + 1, 0
        self.ended += ended
        for start in self._starts(block, self._needles):
            end = block.find(b"\n", start) + 1 or len(block)
            number += block.count(b"\n", counted, start)
            counted = start
            yield _line(block[start:end], number, is_last=is_last and end == len(block))

    def _every(self, block: bytes, *, is_last: bool) -> Iterator[Line]:
        lines = _by_lf(block)
        for at, raw in enumerate(lines, 1):
            self.ended += raw.endswith(b"\n")
            if not _is_blank(raw):
                line = _line(raw, self.ended + (not raw.endswith(b"\n")), is_last=is_last and at == len(lines))
                self.rows += not line.is_header
                yield line

    def _starts(self, block: bytes, needles: Needles) -> list[int]:
        """Where the lines begin that may hold a needle, and the header lines, each once and in order."""
        starts = {0} if block.startswith((b"#", codecs.BOM_UTF8 + b"#")) else set()
        starts.update(_headers(block))
        starts.update(block.rfind(b"\n", 0, at) + 1 for at in needles.within(block))
        return sorted(starts)

    def _skip_line(self, number: int) -> bytes:
        said = f"{self._file} has a line of more than {LONGEST_LINE >> 20} MiB (line {number}), which was left out."
        self._tell(Problem(self._file, "line-too-long", said))
        while block := self._stream.read(BLOCK):
            end = block.find(b"\n")
            if end >= 0:
                return block[end + 1 :]
        return b""


def _line(raw: bytes, number: int, *, is_last: bool) -> Line:
    text = raw.removeprefix(codecs.BOM_UTF8).decode("utf-8", "backslashreplace")
    return Line(number, text.rstrip("\r\n").lstrip("\0"), is_last, raw.endswith(b"\n"))


def _by_lf(block: bytes) -> list[bytes]:
    return io.BytesIO(block).readlines()


def _count(block: bytes) -> tuple[int, int]:
    """Line ends, and rows: lines that are neither header nor blank. Few short lines are all that is looked at."""
    lengths = list(map(len, io.BytesIO(block)))
    ended = len(lengths) - (not block.endswith(b"\n"))
    if min(lengths) < _SHORT or b"\0" in block:
        return ended, sum(not _is_blank(line) and not _is_header(line) for line in _by_lf(block))
    return ended, len(lengths) - sum(1 for _ in _headers(block)) - _is_header(block)


def _headers(block: bytes) -> Iterator[int]:
    """Where header lines begin behind the first line. `#` alone is rare, and found faster than the pair is."""
    at = -1
    while (at := block.find(b"#", at + 1)) >= 0:
        if at and block[at - 1] == _LF:
            yield at


def _is_blank(line: bytes) -> bool:
    return (len(line) < _SHORT or b"\0" in line) and not line.strip(b"\r\n\0")


def _is_header(line: bytes) -> bool:
    return line.removeprefix(codecs.BOM_UTF8).startswith(b"#")


def _as_utf8(stream: BinaryIO) -> BinaryIO:
    """The stream itself, or one that turns UTF-16, which PowerShell's redirection writes, into UTF-8."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var,unused-ignore]
    head = buffered.peek(2)[:2]
    if head not in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return buffered
    return _Recoded(buffered)


class _Recoded(io.BytesIO):
    """UTF-16 read as UTF-8, a block at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")

    def read(self, size: int | None = -1, /) -> bytes:
        """At most about `size` bytes."""
        raw = self._stream.read(-1 if size is None else size)
        return self._decoder.decode(raw, not raw).encode("utf-8", "replace")
