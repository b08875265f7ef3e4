"""A log's bytes to its lines, in blocks: only lines that hold what is looked for are cut out, the rest is counted."""

import codecs
import io
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from msgspec import Struct

from snapdiff.model import Problem

BLOCK = 128 * 1024
"""Bytes read at once: few enough to stay in the processor's cache over several looks at them."""
_LF = 0x0A
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

    With `needles` only lines that hold one of them are given, and header lines; they are compared without the
    letter case of A to Z unless they are `exact`, and a needle with other letters finds nothing by itself (see
    `needle`).
    """

    def __init__(
        self,
        stream: BinaryIO,
        file: str,
        tell: Callable[[Problem], None],
        needles: Sequence[bytes] = (),
        *,
        exact: bool = False,
    ) -> None:
        self._stream = _as_utf8(stream)
        self._file = file
        self._tell = tell
        self._exact = exact
        self._needles = list(needles) if exact else [one.lower() for one in needles]
        self.rows = 0

    def __iter__(self) -> Iterator[Line]:
        number = 0
        rest = b""
        while True:
            block = self._stream.read(max(BLOCK, len(rest)))
            rest += block
            end = len(rest) if not block else rest.rfind(b"\n") + 1
            if end == 0 and len(rest) > LONGEST_LINE:
                number += 1
                rest = self._skip_line(number)
            elif end:
                whole, rest = rest[:end], rest[end:]
                yield from self._wanted(whole, number, is_last=not block)
                number += whole.count(b"\n")
            if not block:
                return

    def _wanted(self, block: bytes, before: int, *, is_last: bool) -> Iterator[Line]:
        """The lines of a block of whole lines that are wanted."""
        if not self._needles:
            yield from self._every(block, before, is_last=is_last)
            return
        self.rows += _count_rows(block)
        number, counted = before + 1, 0
        for start in self._starts(block):
            end = block.find(b"\n", start) + 1 or len(block)
            number += block.count(b"\n", counted, start)
            counted = start
            yield _line(block[start:end], number, is_last=is_last and end == len(block))

    def _every(self, block: bytes, before: int, *, is_last: bool) -> Iterator[Line]:
        lines = _by_lf(block)
        for number, raw in enumerate(lines, before + 1):
            if raw.strip(b"\r\n\0"):
                line = _line(raw, number, is_last=is_last and number == before + len(lines))
                self.rows += not line.is_header
                yield line

    def _starts(self, block: bytes) -> list[int]:
        """Where the lines begin that hold a needle, and the header lines, each once and in order."""
        folded = block if self._exact else block.lower()
        starts = {0} if block.startswith((b"#", codecs.BOM_UTF8 + b"#")) else set()
        starts.update(_headers(block))
        for needle in self._needles:
            at = folded.find(needle)
            while at >= 0:
                starts.add(block.rfind(b"\n", 0, at) + 1)
                end = block.find(b"\n", at)
                at = folded.find(needle, end) if end >= 0 else -1
        return sorted(starts)

    def _skip_line(self, number: int) -> bytes:
        said = f"{self._file} has a line of more than {LONGEST_LINE >> 20} MiB (line {number}), which was left out."
        self._tell(Problem(self._file, "line-too-long", said))
        while block := self._stream.read(BLOCK):
            end = block.find(b"\n")
            if end >= 0:
                return block[end + 1 :]
        return b""


def needle(text: str) -> bytes:
    """The bytes to look for so that no line with `text` in it, in any letter case, is missed.

    Where letters beyond A to Z are in it, whose case bytes do not show, it is the longest run without them; and a
    quote ends a run, as it stands doubled in a log.
    """
    runs = "".join(char if " " <= char <= "~" and char != '"' else "\n" for char in text).split("\n")
    return max(runs, key=len).encode("ascii")


def _line(raw: bytes, number: int, *, is_last: bool) -> Line:
    text = raw.removeprefix(codecs.BOM_UTF8).decode("utf-8", "backslashreplace")
    return Line(number, text.rstrip("\r\n").lstrip("\0"), is_last, raw.endswith(b"\n"))


def _by_lf(block: bytes) -> list[bytes]:
    lines = [line + b"\n" for line in block.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def _count_rows(block: bytes) -> int:
    """Lines that are neither header nor blank. A block with blank lines, or two kinds of line ends, is gone through."""
    lines, returns = block.count(b"\n"), block.count(b"\r")
    blank = b"\r\n\r\n" if returns else b"\n\n"
    is_odd = returns not in (0, lines) or b"\0" in block or blank in block or block.startswith((b"\r", b"\n"))
    if is_odd:
        return sum(bool(line.strip(b"\r\n\0")) and not _is_header(line) for line in _by_lf(block))
    ended = lines + (not block.endswith(b"\n"))
    return ended - sum(1 for _ in _headers(block)) - _is_header(block)


def _headers(block: bytes) -> Iterator[int]:
    """Where header lines begin behind the first line. `#` alone is rare, and found faster than the pair is."""
    at = -1
    while (at := block.find(b"#", at + 1)) >= 0:
        if at and block[at - 1] == _LF:
            yield at


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
