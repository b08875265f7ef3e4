"""A log's bytes to its lines, in blocks: only lines that hold what is looked for are cut out, the rest is counted."""

import codecs
import io
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from msgspec import Struct

from snapdiff.model import Problem
from snapdiff.read.listing import Tell
from snapdiff.read.log_needles import Needles

BLOCK = 64 * 1024
"""Bytes read at once: few enough to stay in the processor's cache over several looks at them."""
_ROW = re.compile(rb"\d{4}-\d\d-\d\dT")
_DAY = len("2024-05-14T")
_BEHIND_T = b"U"
_BEGINS = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T|#[A-Za-z-]+:")
"""How rows and header lines begin."""
_HEADER = re.compile(rb"#[A-Za-z-]+:")
_BLANK_LINES_KEPT = 1000
_ENDS_TRIED = 100
_HELD = 16
"""Blocks that are put together at most to find where a row of several lines ends."""
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
    With `is_quoted` a row goes on in the next line while a quote in it is open, as in CSV, unless that line begins like
    a row itself, so that no row is lost to a quote too many. The line end in its text is LF.
    """

    def __init__(
        self,
        stream: BinaryIO,
        file: str,
        tell: Tell,
        needles: Needles | None = None,
        *,
        is_quoted: bool = False,
    ) -> None:
        self._stream = _as_utf8(stream)
        self._file = file
        self._tell = tell
        self._needles = None if needles is None or needles.are_useless else needles
        self._is_quoted = is_quoted
        self._failed: Exception | None = None
        self.rows = 0
        self.ended = 0

    def __iter__(self) -> Iterator[Line]:
        yield from self._whole(self._each()) if self._is_quoted else self._each()
        if self._failed is not None:
            raise self._failed

    def _whole(self, lines: Iterator[Line]) -> Iterator[Line]:
        """Each row with all its lines."""
        following = next(lines, None)
        while (line := following) is not None:
            following = next(lines, None)
            if following is not None and _is_open(line) and _goes_on(following):
                line, following = self._joined(line, following, lines)
            yield line

    def _joined(self, line: Line, following: Line | None, lines: Iterator[Line]) -> tuple[Line, Line | None]:
        """A row whose quotes are open with the lines that follow, up to the one that closes them; and the next one."""
        last, texts, size = line, [line.text], 0
        while following is not None and _goes_on(following) and size < LONGEST_LINE:
            self.rows -= not following.is_header
            texts += ["\n" * min(following.number - last.number, _BLANK_LINES_KEPT), following.text]
            size += len(following.text)
            last, following = following, next(lines, None)
            if _is_open(last):
                break
        return Line(line.number, "".join(texts), last.is_last, last.is_ended), following

    def _each(self) -> Iterator[Line]:
        rest = b""
        while block := self._read(max(BLOCK, len(rest))):
            if len(rest) + len(block) > LONGEST_LINE:
                kept = rest.rfind(b"\n") + 1
                if len(rest) - kept + (block.find(b"\n") if b"\n" in block else len(block)) > LONGEST_LINE:
                    yield from self._wanted(rest[:kept], is_last=False)
                    rest, block = b"", self._beyond_line(block)
                    self.ended += 1
            end = self._end(block, len(rest))
            if end:
                whole = b"".join((rest, memoryview(block)[:end]))
                rest = block[end:]
                yield from self._wanted(whole, is_last=False)
            else:
                rest += block
        if self._failed is not None:
            rest = rest[: rest.rfind(b"\n") + 1]
        yield from self._wanted(rest, is_last=True)

    def _read(self, size: int) -> bytes:
        """The next bytes; where they can't be read the log ends, and says so once every line before was given."""
        try:
            return self._stream.read(size)
        except Exception as failed:
            self._failed = failed
            return b""

    def _end(self, block: bytes, held: int) -> int:
        """Where the last whole line ends; of rows that may have several lines, the last one that another follows."""
        last = end = block.rfind(b"\n")
        for _ in range(_ENDS_TRIED if self._is_quoted and held < _HELD * BLOCK else 0):
            if end < 0 or _ROW.match(block, end + 1):
                return end + 1
            end = block.rfind(b"\n", 0, end)
        return last + 1

    def _wanted(self, block: bytes, *, is_last: bool) -> Iterator[Line]:
        """The lines of a block of whole lines that are wanted; all of them where a row may have several."""
        looked = _look(block, is_quoted=self._is_quoted) if self._needles is not None and block else None
        if self._needles is None or looked is None or looked.is_split:
            yield from self._every(block, is_last=is_last)
            return
        self.rows += looked.rows
        number, counted = self.ended + 1, 0
        self.ended += looked.ended
        found = set(self._needles.within(block))
        for start in sorted(found.union(looked.headers)):
            end = block.find(b"\n", start) + 1 or len(block)
            number += block.count(b"\n", counted, start)
            counted = start
            yield line_of(block[start:end], number, is_last=is_last and end == len(block))

    def _every(self, block: bytes, *, is_last: bool) -> Iterator[Line]:
        lines = io.BytesIO(block).readlines()
        for at, raw in enumerate(lines, 1):
            self.ended += raw.endswith(b"\n")
            if not _is_blank(raw):
                line = line_of(raw, self.ended + (not raw.endswith(b"\n")), is_last=is_last and at == len(lines))
                self.rows += not line.is_header
                yield line

    def _beyond_line(self, block: bytes) -> bytes:
        """What follows the line that is too long, from its part in this block on; empty where it ends the log."""
        said = f"{self._file} has a line of more than {LONGEST_LINE >> 20} MiB, which was left out."
        self._tell(Problem(self._file, "line-too-long", said))
        while block and b"\n" not in block:
            block = self._read(BLOCK)
        return block[block.find(b"\n") + 1 :] or self._read(BLOCK)


def line_of(raw: bytes, number: int, *, is_last: bool) -> Line:
    """A line from its bytes, its end among them."""
    text = raw.removeprefix(codecs.BOM_UTF8).decode("utf-8", "backslashreplace")
    return Line(number, text.rstrip("\r\n").lstrip("\0"), is_last, raw.endswith(b"\n"))


def _is_open(line: Line) -> bool:
    return '"' in line.text and not line.is_header and line.text.count('"') % 2 == 1


def _goes_on(line: Line) -> bool:
    """Whether a line may belong to the row above it, by how it begins."""
    return _BEGINS.match(line.text) is None


class _Looked(Struct):
    """What a block of whole lines holds: line ends, rows, and where its header lines begin.

    `is_split` says that some line begins like no row, and may belong to the row above it.
    """

    ended: int
    rows: int
    headers: list[int]
    is_split: bool


def _look(block: bytes, *, is_quoted: bool) -> _Looked:
    lines = io.BytesIO(block).readlines()
    looked = _Looked(len(lines) - (not block.endswith(b"\n")), len(lines), [], is_split=False)
    if are_rows(lines, is_quoted=is_quoted):
        return looked
    at = 0
    for line in lines:
        if is_header(line):
            looked.headers.append(at)
            looked.rows -= 1
            looked.is_split = looked.is_split or (is_quoted and not _HEADER.search(line))
        elif _is_blank(line):
            looked.rows -= 1
        elif is_quoted and not _ROW.match(line):
            looked.is_split = True
        at += len(line)
    return looked


def are_rows(lines: Sequence[bytes], *, is_quoted: bool) -> bool:
    """Whether each of some lines is a row, by no more than how they begin; with `is_quoted` each begins with its time.

    Where the least of all lines begins like a row, none is blank and none a header line; where the least and the
    greatest begin with the same day, all lines do.
    """
    if not lines or not begins_row(min(lines), is_quoted=is_quoted):
        return False
    _, above = bounds(min(lines), is_quoted=is_quoted)
    return max(lines) < above or (is_quoted and all(map(_ROW.match, lines)))


def begins_row(line: bytes, *, is_quoted: bool) -> bool:
    """Whether a raw line begins as a row does; one with `is_quoted` by its time."""
    return _ROW.match(line) is not None if is_quoted else _ABOVE_HEADERS <= line < _BOM_BEGINS


def bounds(row: bytes, *, is_quoted: bool) -> tuple[bytes, bytes]:
    """Lines from the first bound to before the second begin as rows do, with `is_quoted` those of the same day."""
    return (row[:_DAY], row[: _DAY - 1] + _BEHIND_T) if is_quoted else (_ABOVE_HEADERS, _BOM_BEGINS)


def _is_blank(line: bytes) -> bool:
    return not line.strip(b"\r\n\0")


def is_header(line: bytes) -> bool:
    """Whether a raw line is one of the log's own header lines."""
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
