"""Two sequences to the pairs of indexes that a longest common subsequence keeps.

Exact by Hunt and Szymanski's method (Communications of the ACM 20, 5, 1977) as long as the equal pairs can be
counted in some hundred thousands; beyond, elements that are unique on both sides anchor the halves, and a
stretch without any is given up as wholly different. difflib's matcher is neither exact nor safe here: it takes
minutes on bodies of many equal lines.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence

Pair = tuple[int, int]
MAX_EQUAL_PAIRS = 300_000
MAX_WEIGHED = 20_000
_MAX_HALVINGS = 60


def common_pairs(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Pair]:
    """The (index before, index after) of elements kept, rising on both sides.

    Among subsequences of the same length the one that keeps earlier elements wins, so that of equal neighbours
    the last counts as the one added or removed.
    """
    return align(before, after)[0]


def align(
    before: Sequence[Hashable], after: Sequence[Hashable], most: int = MAX_EQUAL_PAIRS
) -> tuple[list[Pair], bool]:
    """The pairs kept, and whether they are exactly a longest common subsequence.

    They are where no more than `most` elements of the one are equal to elements of the other, counted in pairs.
    """
    out: list[Pair] = []
    is_exact = True
    stack = [(0, len(before), 0, len(after), 0)]
    while stack:
        lo_b, hi_b, lo_a, hi_a, depth = stack.pop()
        while lo_b < hi_b and lo_a < hi_a and before[lo_b] == after[lo_a]:
            out.append((lo_b, lo_a))
            lo_b, lo_a = lo_b + 1, lo_a + 1
        while lo_b < hi_b and lo_a < hi_a and before[hi_b - 1] == after[hi_a - 1]:
            hi_b, hi_a = hi_b - 1, hi_a - 1
            out.append((hi_b, hi_a))
        if lo_b == hi_b or lo_a == hi_a:
            continue
        longest = _longest(before[lo_b:hi_b], after[lo_a:hi_a], most)
        is_exact = is_exact and longest is not None
        if longest is not None:
            out.extend((lo_b + i, lo_a + j) for i, j in longest)
        elif depth < _MAX_HALVINGS:
            stack.extend(_between_anchors(before, after, (lo_b, hi_b, lo_a, hi_a, depth), out))
    out.sort()
    return out, is_exact


def rising(values: Sequence[int], weights: Sequence[int]) -> list[int]:
    """The positions of a rising subsequence of `values` (all different) with the greatest sum of weights.

    Of more than MAX_WEIGHED values it is the longest one, whatever the weights, as weighing takes quadratic time.
    """
    if len(values) > MAX_WEIGHED:
        weights = [1] * len(values)
    best_value: list[int] = []
    best_sum: list[int] = []
    best_at: list[int] = []
    before: list[int] = [-1] * len(values)
    for position, (value, weight) in enumerate(zip(values, weights, strict=True)):
        at = bisect_left(best_value, value)
        total = weight + (best_sum[at - 1] if at else 0)
        before[position] = best_at[at - 1] if at else -1
        stop = at
        while stop < len(best_value) and best_sum[stop] <= total:
            stop += 1
        best_value[at:stop], best_sum[at:stop], best_at[at:stop] = [value], [total], [position]
    out: list[int] = []
    position = best_at[-1] if best_at else -1
    while position >= 0:
        out.append(position)
        position = before[position]
    return out[::-1]


_Link = tuple[int, int, "_Link | None"]
"""A kept pair, and the chain of pairs before it; a plain tuple, as one is made for every equal pair."""


def _longest(before: Sequence[Hashable], after: Sequence[Hashable], most: int) -> list[Pair] | None:
    """The exact longest common subsequence, None where too many elements are equal to each other."""
    if len(before) > MAX_EQUAL_PAIRS or len(after) > MAX_EQUAL_PAIRS:
        return None
    in_before = Counter(before)
    if sum(in_before[element] for element in after if element in in_before) > most:
        return None
    places: dict[Hashable, list[int]] = {}
    for j, element in enumerate(after):
        if element in in_before:
            places.setdefault(element, []).append(j)
    ends: list[int] = []
    chains: list[_Link] = []
    for i, element in enumerate(before):
        for j in reversed(places.get(element, ())):
            at = bisect_left(ends, j)
            link = (i, j, chains[at - 1] if at else None)
            if at == len(ends):
                ends.append(j)
                chains.append(link)
            elif j < ends[at]:
                ends[at] = j
                chains[at] = link
    out: list[Pair] = []
    last = chains[-1] if chains else None
    while last is not None:
        i, j, last = last
        out.append((i, j))
    return out[::-1]


def _between_anchors(
    before: Sequence[Hashable],
    after: Sequence[Hashable],
    window: tuple[int, int, int, int, int],
    out: list[Pair],
) -> list[tuple[int, int, int, int, int]]:
    """Adds the anchors of a window to `out`; returns the windows between them. None where nothing is unique."""
    lo_b, hi_b, lo_a, hi_a, depth = window
    count_b = Counter(before[lo_b:hi_b])
    count_a = Counter(after[lo_a:hi_a])
    place = {before[i]: i for i in range(lo_b, hi_b) if count_b[before[i]] == 1}
    pairs = [(place[after[j]], j) for j in range(lo_a, hi_a) if count_a[after[j]] == 1 and after[j] in place]
    if not pairs:
        return []
    anchors = [pairs[k] for k in rising([i for i, _ in pairs], [1] * len(pairs))]
    out.extend(anchors)
    windows: list[tuple[int, int, int, int, int]] = []
    for i, j in [*anchors, (hi_b, hi_a)]:
        windows.append((lo_b, i, lo_a, j, depth + 1))
        lo_b, lo_a = i + 1, j + 1
    return windows
