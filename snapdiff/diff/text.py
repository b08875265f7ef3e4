"""Two decoded texts to hunks of lines, with the words that differ inside replaced lines."""

import re
from collections.abc import Sequence
from itertools import pairwise

from msgspec import UNSET, UnsetType

from snapdiff.diff.sequence import common_pairs
from snapdiff.model import Hunk, Words

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_MAX_WORD_TEXT = 20_000
"""Replaced text longer than this many characters is not searched for words: the hunk alone tells."""


def lines_of(text: str) -> list[str]:
    """The lines of a text: they end at CRLF or LF; a final line end makes no empty last line."""
    lines = text.replace("\r\n", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def hunks_between(before: Sequence[str], after: Sequence[str]) -> list[Hunk]:
    """The hunks that, replayed in order, turn the lines before into the lines after; [] where they are equal."""
    if before == after:
        return []
    kept = common_pairs(before, after)
    bounds = [(-1, -1), *kept, (len(before), len(after))]
    return [
        _hunk(before, after, (i + 1, next_i, j + 1, next_j))
        for (i, j), (next_i, next_j) in pairwise(bounds)
        if next_i - i > 1 or next_j - j > 1
    ]


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
    words = UNSET if old is None or new is None else _words(old, new)
    return Hunk(old, new, lo_b + 1, lo_a + 1, words)


def _words(before: str, after: str) -> Words | UnsetType:
    if len(before) + len(after) > _MAX_WORD_TEXT:
        return UNSET
    tokens_before, tokens_after = _TOKEN.findall(before), _TOKEN.findall(after)
    kept = common_pairs(tokens_before, tokens_after)
    if not any(tokens_before[i].strip() for i, _ in kept):
        return UNSET
    ranges_before = _ranges(tokens_before, [i for i, _ in kept])
    return Words(ranges_before, _ranges(tokens_after, [j for _, j in kept]))


def _ranges(tokens: Sequence[str], kept: Sequence[int]) -> list[tuple[int, int]]:
    """The character ranges between the kept tokens."""
    unchanged = set(kept)
    out: list[tuple[int, int]] = []
    at = 0
    for index, token in enumerate(tokens):
        end = at + len(token)
        if index not in unchanged:
            if out and out[-1][1] == at:
                out[-1] = (out[-1][0], end)
            else:
                out.append((at, end))
        at = end
    return out


def _replaced_characters(before: str | None, after: str | None) -> list[str] | None:
    """Characters of `before` that `after` has as a substitute in their place; None where it is no such loss."""
    if before is None or after is None or len(before) != len(after):
        return None
    differing = [(x, y) for x, y in zip(before, after, strict=True) if x != y]
    if any(y not in "?\ufffd" or x.isascii() for x, y in differing):
        return None
    return [x for x, _ in differing]
