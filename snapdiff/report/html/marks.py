"""Text of a mail to HTML that can be read and marked: escaped, without anything that steers, words marked by range."""

from __future__ import annotations

import itertools
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from snapdiff.report.safe_text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Range = tuple[int, int]
Styled = tuple[int, int, str]
"""Characters from, to (exclusive), and the class they are drawn in."""

LONGEST_VALUE = 3_000
"""Characters of one value or line that are shown; what is longer is cut, and the page says so."""
_COMPARED_WORDS = 400
_WORD = re.compile(r"\w+|\s+|[^\w\s]")


def inline(text: str) -> Markup:
    """A piece of a mail's text, escaped; tabs stay, so that a copy holds them."""
    return Markup("\t").join(escape(safe(piece)) for piece in text.split("\t"))


def clean(value: object) -> object:
    """What a template prints: text is made safe first (see `safe_text`), anything else stays as it is."""
    return safe(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def marked(text: str, marks: Iterable[Range], styles: Sequence[Styled] = ()) -> Markup:
    """One line or value, with `<mark>` around the marked ranges and a class around the styled ones."""
    marks = [(start, end) for start, end in marks if start < end]
    if not marks and not styles:
        return _cut(text, inline(text[:LONGEST_VALUE]))
    shown = text[:LONGEST_VALUE]
    edges = {0, len(shown)}
    for start, end in [*marks, *((start, end) for start, end, _ in styles)]:
        edges.update((min(start, len(shown)), min(end, len(shown))))
    ordered = sorted(edges)
    out: list[Markup] = []
    mark_at = _Cursor([(start, end, "mark") for start, end in sorted(marks)])
    style_at = _Cursor(sorted(styles))
    open_mark = False
    for start, end in itertools.pairwise(ordered):
        is_marked = mark_at.at(start) is not None
        if is_marked != open_mark:
            out.append(Markup("<mark>") if is_marked else Markup("</mark>"))
            open_mark = is_marked
        style = style_at.at(start)
        piece = inline(shown[start:end])
        out.append(Markup('<i class="{}">{}</i>').format(style, piece) if style else piece)
    if open_mark:
        out.append(Markup("</mark>"))
    return _cut(text, Markup("").join(out))


def differing(before: str, after: str) -> tuple[list[Range], list[Range]]:
    """Which characters of two values differ, in whole words; long values are compared at both ends alone.

    Empty where hardly anything is common, since marks over everything say nothing.
    """
    old, new = _words(before), _words(after)
    if len(old) > _COMPARED_WORDS or len(new) > _COMPARED_WORDS:
        return _between_ends(before, after)
    matcher = SequenceMatcher(None, [before[a:b] for a, b in old], [after[a:b] for a, b in new], autojunk=False)
    alike = sum(len(before[old[i][0] : old[i + n - 1][1]].strip()) for i, _, n in matcher.get_matching_blocks() if n)
    if alike * 5 < min(len(before), len(after)):
        return [], []
    gone: list[Range] = []
    come: list[Range] = []
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            continue
        if old_from < old_to:
            gone.append((old[old_from][0], old[old_to - 1][1]))
        if new_from < new_to:
            come.append((new[new_from][0], new[new_to - 1][1]))
    return gone, come


class _Cursor:
    """Finds the range that holds a place, for places asked in rising order."""

    def __init__(self, ranges: Sequence[Styled]) -> None:
        self._ranges, self._next = ranges, 0

    def at(self, place: int) -> str | None:
        while self._next < len(self._ranges) and self._ranges[self._next][1] <= place:
            self._next += 1
        if self._next < len(self._ranges) and self._ranges[self._next][0] <= place:
            return self._ranges[self._next][2]
        return None


def _cut(text: str, shown: Markup) -> Markup:
    if len(text) <= LONGEST_VALUE:
        return shown
    more = f"{len(text) - LONGEST_VALUE:,}"
    return shown + Markup('<span class="cut">… {} more characters are not shown</span>').format(more)


def _words(text: str) -> list[Range]:
    found: list[Range] = []
    for match in _WORD.finditer(text):
        found.append(match.span())
        if len(found) > _COMPARED_WORDS:
            break
    return found


def _between_ends(before: str, after: str) -> tuple[list[Range], list[Range]]:
    shortest = min(len(before), len(after))
    low = next((place for place in range(shortest) if before[place] != after[place]), shortest)
    high = next((size for size in range(shortest - low) if before[-1 - size] != after[-1 - size]), shortest - low)
    return [(low, len(before) - high)], [(low, len(after) - high)]
