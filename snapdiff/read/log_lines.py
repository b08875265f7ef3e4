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
_ABOVE_HEADERS = b"$"
"""Sorts behind `#`, and behind every blank line."""
_BOM_BEGINS = codecs.BOM_UTF8[:1]
LONGEST_LINE = 16 * 1024 * 1024
"""Bytes; a line beyond is no row of a log (with 5,000 recipients it has some 1 MiB), and is left out with a problem."""


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
            if len(rest) + (block.find(b"\n") if b"\n" in block else len(block)) > LONGEST_LINE:
                rest, block = b"", self._beyond_line(block)
                self.ended += 1
            end = block.rfind(b"\n") + 1
            if not block:
                if rest:
                    yield from self._wanted(rest, is_last=True)
                return
            if end:
                whole = b"".join((rest, memoryview(block)[:end]))
                rest = block[end:]
                yield from self._wanted(whole, is_last=False)
            else:
                rest += block

    def _wanted(self, block: bytes, *, is_last: bool) -> Iterator[Line]:
        """The lines of a block of whole lines that are wanted."""
        if self._needles is None:
            yield from self._every(block, is_last=is_last)
            return
        looked = _look(block)
        self.rows += looked.rows
        number, counted = self.ended + 1, 0
        self.ended += looked.ended
        found = {block.rfind(b"\n", 0, at) + 1 for at in self._needles.within(block)}
        for start in sorted(found.union(looked.headers)):
            end = block.find(b"\n", start) + 1 or len(block)
            number += block.count(b"\n", counted, start)
            counted = start
            yield _line(block[start:end], number, is_last=is_last and end == len(block))

    def _every(self, block: bytes, *, is_last: bool) -> Iterator[Line]:
        lines = io.BytesIO(block).readlines()
        for at, raw in enumerate(lines, 1):
            self.ended += raw.endswith(b"\n")
            if not _is_blank(raw):
                line = _line(raw, self.ended + (not raw.endswith(b"\n")), is_last=is_last and at == len(lines))
                self.rows += not line.is_header
                yield line

    def _beyond_line(self, block: bytes) -> bytes:
        """What follows the line that is too long, from its part in this block on; empty where it ends the log."""
        said = f"{self._file} has a line of more than {LONGEST_LINE >> 20} MiB, which was left out."
        self._tell(Problem(self._file, "line-too-long", said))
        while block and b"\n" not in block:
            block = self._stream.read(BLOCK)
        return block[block.find(b"\n") + 1 :] or self._stream.read(BLOCK)


def _line(raw: bytes, number: int, *, is_last: bool) -> Line:
    text = raw.removeprefix(codecs.BOM_UTF8).decode("utf-8", "backslashreplace")
    return Line(number, text.rstrip("\r\n").lstrip("\0"), is_last, raw.endswith(b"\n"))


class _Looked(Struct):
    """What a block of whole lines holds: line ends, rows, and where its header lines begin."""

    ended: int
    rows: int
    headers: list[int]


def _look(block: bytes) -> _Looked:
    """Counts rows. Where the least of all lines begins like a row, none is blank and none a header line."""
    lines = io.BytesIO(block).readlines()
    looked = _Looked(len(lines) - (not block.endswith(b"\n")), len(lines), [])
    if min(lines) >= _ABOVE_HEADERS and not (_BOM_BEGINS in block and codecs.BOM_UTF8 in block):
        return looked
    at = 0
    for line in lines:
        if _is_header(line):
            looked.headers.append(at)
            looked.rows -= 1
        elif _is_blank(line):
            looked.rows -= 1
        at += len(line)
    return looked


def _is_blank(line: bytes) -> bool:
    return not line.strip(b"\r\n\0")


def _is_header(line: bytes) -> bool:
    return line.removeprefix(codecs.BOM_UTF8).lstrip(b"\0").startswith(b"#")


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
