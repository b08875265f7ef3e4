"""Values that Format-List wrapped at the console's width to the values that they were."""

import unicodedata
from collections.abc import Iterable, Sequence

_WIDE = frozenset("WF")
"""Characters of East Asian scripts, which take two columns of a console."""


class Unwrapping:
    """Puts the lines of wrapped values together, record by record.

    PowerShell breaks a value between words, and leaves the blank at the end of the line. A word that is wider than
    the whole column, as a Message-Id often is, it cuts where the column ends: what stands on both sides is one word.
    How wide the column is shows the widest line so far. Those who paste often lose the blanks: then a word counts as
    cut where it would else have had room.
    """

    def __init__(self) -> None:
        self._width = 0
        self._has_blanks = False

    def see(self, values: Iterable[Sequence[str]]) -> None:
        """Takes note of the widths of a record's values; a value is the list of its lines."""
        for lines in values:
            self._width = max([self._width, *(_cells(line) for line in lines[:-1])])
            self._has_blanks = self._has_blanks or any(line.endswith(" ") for line in lines[:-1])

    def value(self, lines: Sequence[str]) -> str:
        """The value whose lines these are, with the blanks that the console left at their ends."""
        parts = [lines[0].strip()] if lines else []
        before = lines[0] if lines else ""
        for line in lines[1:]:
            if line.strip():
                parts += [line.strip()] if self._is_cut(before, line) else [" ", line.strip()]
                before = line
        return "".join(parts).strip()

    def _is_cut(self, before: str, line: str) -> bool:
        """Whether one word stands at the end of a line and at the beginning of the next one."""
        if before.endswith(" ") or line.startswith(" "):
            return False
        is_full = _cells(before) >= self._width - (unicodedata.east_asian_width(line[0]) in _WIDE)
        if self._has_blanks or not is_full:
            return is_full
        word = _cells(before.rpartition(" ")[2]) + _cells(line.partition(" ")[0])
        return word > self._width and not before.endswith(",")


def _cells(text: str) -> int:
    """The columns of a console that a text takes."""
    return len(text) if text.isascii() else len(text) + sum(unicodedata.east_asian_width(one) in _WIDE for one in text)
