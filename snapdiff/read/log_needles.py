"""Texts that are looked for to the lines of a log's block in which one may stand, so that few lines are read at all."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

_HAS_LIBRARY = find_spec("ahocorasick_rs") is not None
_FEW = 8
"""So many texts in any letter case are looked for by a few bytes of each; for more, the whole log is lowered."""
_MARK = 3
"""Bytes of a text that are looked for in each of their letter cases, of which there are 8 at most."""
_MOST_COMMON_FIRST = b"0eo1,.ta2ncsri m-d543:67l8bf9pgxu=hvy@z;k?|w><\"j()*[]#q/{}_'+%!"
"""The characters of tracking logs by how many there are, letters without their case; all others are rarer."""


class Needles:
    """What is looked for: in any letter case of A to Z, or `exact` in its own.

    `are_useless` where there is none, or one gives nothing to look for: then every line has to be read.
    """

    def __init__(self, words: Sequence[str], *, exact: bool = False) -> None:
        self._words = tuple(dict.fromkeys(words))
        self._exact = exact
        runs = [needle(word) for word in self._words]
        self._runs = sorted({run if exact else run.lower() for run in runs})
        self._lowers = not exact and len(self._runs) > (_FEW if _HAS_LIBRARY else 0)
        self.are_useless = not runs or not all(runs)

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self._words, self._exact)

    @property
    def longest(self) -> int:
        """Bytes: `may_stand_in` misses none in two texts that share one less than so many."""
        return max(map(len, self._marks))

    def may_stand_in(self, text: memoryview) -> bool:
        """Whether there is anything in it that looks like one of them."""
        return bool(self._seen(text))

    def within(self, block: bytes | memoryview) -> Iterator[int]:
        """Where the lines begin in which a text may stand, in their order; block is one of whole lines.

        No text holds a line end, so that of all that begin or end within another one at least one is found.
        """
        end = 0
        for _, at, _ in self._seen(block):
            if at >= end:
                block = bytes(block)
                begin = block.rfind(b"\n", 0, at) + 1
                end = block.find(b"\n", at) + 1 or len(block)
                if self._exact or self._lowers or self._is_in(block[begin:end].lower()):
                    yield begin

    def _seen(self, text: bytes | memoryview) -> list[tuple[int, int, int]]:
        return self._finder.find_matches_as_indexes(bytes(text).lower() if self._lowers else text)

    def _is_in(self, line: bytes) -> bool:
        return any(run in line for run in self._runs)

    @cached_property
    def _marks(self) -> list[bytes]:
        if self._exact or self._lowers:
            return self._runs
        return sorted({case for run in self._runs for case in _cases(_rarest(run))})

    @cached_property
    def _finder(self) -> "BytesAhoCorasick | PlainFinder":
        if not _HAS_LIBRARY:
            return PlainFinder(self._marks)
        from ahocorasick_rs import BytesAhoCorasick, MatchKind

        return BytesAhoCorasick(self._marks, MatchKind.LeftmostFirst)


class PlainFinder:
    """Finds texts where ahocorasick_rs has no build for the machine: one after the other, so it takes longer."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._texts = texts

    def find_matches_as_indexes(self, haystack: bytes | memoryview) -> list[tuple[int, int, int]]:
        """Which text, its first byte and the one behind its last, of each place where one stands, in their order."""
        block = bytes(haystack)
        found = []
        for number, text in enumerate(self._texts):
            at = block.find(text)
            while at >= 0:
                found.append((number, at, at + len(text)))
                at = block.find(text, at + len(text))
        return sorted(found, key=lambda one: one[1])


def _again(words: Sequence[str], exact: bool) -> Needles:
    return Needles(words, exact=exact)


def _rarest(run: bytes) -> bytes:
    """The few bytes of a text that are least likely to stand in a line without it."""
    marks = (run[at : at + _MARK] for at in range(max(1, len(run) - _MARK + 1)))
    return max(marks, key=lambda mark: sum(map(_rarity, mark)))


def _rarity(char: int) -> int:
    at = _MOST_COMMON_FIRST.find(char)
    return at if at >= 0 else len(_MOST_COMMON_FIRST)


def _cases(mark: bytes) -> Iterator[bytes]:
    """A text of lower letters in each letter case."""
    for chars in product(*(sorted({mark[at : at + 1], mark[at : at + 1].upper()}) for at in range(len(mark)))):
        yield b"".join(chars)


def needle(text: str) -> bytes:
    """The bytes to look for so that no line with `text` in it, in any letter case, is missed.

    Where letters beyond A to Z are in it, whose case bytes do not show, it is the longest run without them; and a
    quote of either kind ends a run, as it stands doubled in a log.
    """
    runs = "".join(char if " " <= char <= "~" and char not in "\"'" else "\n" for char in text).split("\n")
    return max(runs, key=len).encode("ascii")
