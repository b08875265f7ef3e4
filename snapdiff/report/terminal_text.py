"""Styled text to lines of a terminal: safe characters, counted in columns, folded to the width.

A drawing is made of lines, and a line of pieces: a text and the name of its style. `Paper` knows what the terminal can
show, and is the one place where text becomes output.
"""

from __future__ import annotations

import codecs
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import category, east_asian_width

from snapdiff.report.safe_text import safe
from snapdiff.report.terminal_colors import PALETTE, RESET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Piece(NamedTuple):
    """A text within one line, and the name of its style in the palette; "" is the terminal's own style."""

    text: str
    style: str = ""


Line = list[Piece]


class Symbols(NamedTuple):
    """The signs this program itself draws."""

    changed: str
    cosmetic: str
    same: str
    unsure: str
    gone: str
    deferred: str
    rule: str
    arrow: str
    dots: str
    minus: str
    blank: str


SYMBOLS = Symbols("●", "○", "·", "?", "✗", "‖", "─", "→", "…", "−", "·")
ASCII_SYMBOLS = Symbols("*", "~", ".", "?", "x", "!", "-", "->", "...", "-", "\\x20")


class Paper:
    """What is drawn on: so many columns, with colour or without, in the characters that the stream can take.

    `encoding` is the stream's, None where it takes any text. With `ascii_only` the signs are plain ASCII, and so is
    the text of a mail where no encoding says that more is possible.
    """

    def __init__(self, *, color: bool, width: int, ascii_only: bool, encoding: str | None = None) -> None:
        self.color = color
        self.width = max(width, 40)
        self.symbols = ASCII_SYMBOLS if ascii_only else SYMBOLS
        self._encoding = _narrow(encoding or ("ascii" if ascii_only else "utf-8"))

    def show(self, text: str, longest: int = 1000) -> str:
        """A text of the mail, of a file's name or of an agent's, as it may be shown; cut where it is longer."""
        return self._clean(text) if len(text) <= longest else self._clean(text[:longest]) + self.symbols.dots

    def render(self, line: Line) -> str:
        """The line with the escape sequences of its styles, where there is colour, and without a line end.

        Every piece is made safe here once more, so that no way of drawing can let a control character through.
        """
        texts = [self._clean(piece.text) for piece in line]
        if not self.color:
            return "".join(texts).rstrip(" ")
        return "".join(
            f"\x1b[{PALETTE[piece.style]}m{text}{RESET}" if piece.style and text else text
            for piece, text in zip(line, texts, strict=True)
        )

    def _clean(self, text: str) -> str:
        text = safe(text)
        if self._encoding is None or text.isascii():
            return text
        return text.encode(self._encoding, "backslashreplace").decode(self._encoding)


def cells(text: str) -> int:
    """The columns a text takes: two for wide characters (UAX 11), none for accents that stand on another letter."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def width_of(line: Iterable[Piece]) -> int:
    """The columns a line takes."""
    return sum(cells(piece.text) for piece in line)


def cut_to(text: str, room: int, dots: str) -> str:
    """The text, or as much of its beginning as fits into `room` columns together with the dots."""
    if cells(text) <= room:
        return text
    return text[: _fitting(text, 0, room - len(dots))] + dots


def fold(line: Line, room: int) -> list[Line]:
    """The line as rows of at most `room` columns, broken at a blank (which goes) or behind a slash near the end."""
    if width_of(line) <= room:
        return [line]
    text = "".join(piece.text for piece in line)
    rows: list[Line] = []
    at = 0
    while at < len(text):
        end = max(_fitting(text, at, room), at + 1)
        start = end
        if end < len(text):
            half = at + (end - at) // 2
            blank = text.rfind(" ", half, end + 1)
            end = blank if blank > at else text.rfind("/", half, end) + 1 or end
            start = end + 1 if end == blank else end
        rows.append(_between(line, at, end))
        at = start
    return rows


def hanging(head: Line, body: Line, width: int) -> Iterator[Line]:
    """The body behind the head, folded; the rows behind the first stand under the first."""
    indent = width_of(head)
    for number, row in enumerate(fold(body, max(width - indent, 10))):
        yield [*(head if number == 0 else [Piece(" " * indent)]), *row]


def _between(line: Line, start: int, end: int) -> Line:
    """The characters from start to end, in their styles."""
    found: Line = []
    offset = 0
    for piece in line:
        low, high = max(start - offset, 0), min(end - offset, len(piece.text))
        if low < high:
            found.append(Piece(piece.text[low:high], piece.style))
        offset += len(piece.text)
        if offset >= end:
            break
    return found


def _fitting(text: str, start: int, room: int) -> int:
    """The end of the longest run of characters from `start` that fits into so many columns."""
    taken = 0
    for place in range(start, len(text)):
        taken += _cell(text[place])
        if taken > room:
            return place
    return len(text)


@lru_cache(maxsize=4096)
def _cell(char: str) -> int:
    if category(char) in ("Mn", "Me") or "\u1160" <= char <= "\u11ff":  # the latter: jamo that join a syllable
        return 0
    return 2 if east_asian_width(char) in "WF" else 1


def _narrow(encoding: str) -> str | None:
    """The encoding where it can't hold every character, else None. One nobody knows is taken for ASCII."""
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        return "ascii"
    return None if name.startswith("utf") else name
