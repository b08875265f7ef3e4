"""Two decoded texts to hunks of lines, with the words that differ inside replaced lines."""

import re
from collections.abc import Sequence, Set
from itertools import pairwise

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from snapdiff.diff.sequence import Pair, align
from snapdiff.model import Hunk, Words

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_MAX_WORD_TEXT = 20_000
"""A replaced hunk longer than this many characters is not searched for words: the hunk alone tells."""
_MAX_WORD_TEXT_IN_ALL = 200_000
_MAX_EQUAL_WORDS = 20_000
_SUBSTITUTES = "?\ufffd"


def lines_of(text: str) -> list[str]:
    """The lines of a text: they end at CRLF or LF; a final line end makes no empty last line."""
    lines = text.replace("\r\n", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def hunks_between(before: Sequence[str], after: Sequence[str]) -> list[Hunk]:
    """The hunks that, replayed in order, turn the lines before into the lines after; [] where they are equal."""
    return compare_lines(before, after)[0]


def compare_lines(before: Sequence[str], after: Sequence[str]) -> tuple[list[Hunk], bool]:
    """The hunks between two texts, and whether they are the fewest lines that tell the difference.

    They are not where very many lines are equal to each other, which would take too long to sort out.
    """
    if before == after:
        return [], True
    kept, exact = align(before, after)
    bounds = [(-1, -1), *kept, (len(before), len(after))]
    hunks: list[Hunk] = []
    room = _MAX_WORD_TEXT_IN_ALL
    for (i, j), (next_i, next_j) in pairwise(bounds):
        if next_i - i > 1 or next_j - j > 1:
            hunk = _hunk(before, after, (i + 1, next_i, j + 1, next_j))
            room -= len(hunk.before or "") + len(hunk.after or "")
            hunks.append(replace(hunk, words=_words(hunk.before, hunk.after)) if room > 0 else hunk)
    return hunks, exact


def lost_characters(hunks: Sequence[Hunk]) -> tuple[str, bool]:
    """The characters that turned into `?` or U+FFFD in replaced lines, and whether that explains every hunk."""
    lost: dict[str, None] = {}
    explained = bool(hunks)
    for hunk in hunks:
        pairs = _replaced_characters(hunk.before, hunk.after)
        if pairs is None:
            explained = False
            continue
        lost.update(dict.fromkeys(pairs))
    return "".join(lost), explained and bool(lost)


def _hunk(before: Sequence[str], after: Sequence[str], window: tuple[int, int, int, int]) -> Hunk:
    lo_b, hi_b, lo_a, hi_a = window
    old = "\n".join(before[lo_b:hi_b]) if hi_b > lo_b else None
    new = "\n".join(after[lo_a:hi_a]) if hi_a > lo_a else None
    return Hunk(old, new, lo_b + 1, lo_a + 1)


def _words(before: str | None, after: str | None) -> Words | UnsetType:
    if before is None or after is None or len(before) + len(after) > _MAX_WORD_TEXT:
        return UNSET
    tokens_before, tokens_after = _TOKEN.findall(before), _TOKEN.findall(after)
    places_before, places_after = _places_of_words(tokens_before), _places_of_words(tokens_after)
    words_before, words_after = [tokens_before[i] for i in places_before], [tokens_after[j] for j in places_after]
    kept, _ = align(words_before, words_after, _MAX_EQUAL_WORDS)
    if not kept:
        return UNSET
    pairs = _with_blanks([(places_before[x], places_after[y]) for x, y in kept], tokens_before, tokens_after)
    return Words(_ranges(tokens_before, {i for i, _ in pairs}), _ranges(tokens_after, {j for _, j in pairs}))


def _places_of_words(tokens: Sequence[str]) -> list[int]:
    return [index for index, token in enumerate(tokens) if not token.isspace()]


def _with_blanks(pairs: list[Pair], before: Sequence[str], after: Sequence[str]) -> set[Pair]:
    """The kept words together with the equal blanks beside them: blanks alone would all be equal to each other."""
    out = set(pairs)
    taken_before, taken_after = {i for i, _ in pairs}, {j for _, j in pairs}
    for i, j in pairs:
        for x, y in ((i - 1, j - 1), (i + 1, j + 1)):
            if not (0 <= x < len(before) and 0 <= y < len(after)) or x in taken_before or y in taken_after:
                continue
            if before[x] == after[y] and before[x].isspace():
                out.add((x, y))
                taken_before.add(x)
                taken_after.add(y)
    return out


def _ranges(tokens: Sequence[str], kept: Set[int]) -> list[tuple[int, int]]:
    """The character ranges between the kept tokens."""
    out: list[tuple[int, int]] = []
    at = 0
    for index, token in enumerate(tokens):
        end = at + len(token)
        if index not in kept:
            if out and out[-1][1] == at:
                out[-1] = (out[-1][0], end)
            else:
                out.append((at, end))
        at = end
    return out


def _replaced_characters(before: str | None, after: str | None) -> list[str] | None:
    """Characters of `before` that `after` has as a substitute in their place; None where it is no such loss."""
    if before is None or after is None or len(before) != len(after) or len(before) > _MAX_WORD_TEXT_IN_ALL:
        return None
    if all(after.count(substitute) <= before.count(substitute) for substitute in _SUBSTITUTES):
        return None
    differing = [(x, y) for x, y in zip(before, after, strict=True) if x != y]
    if any(y not in _SUBSTITUTES or x.isascii() for x, y in differing):
        return None
    return [x for x, _ in differing]
