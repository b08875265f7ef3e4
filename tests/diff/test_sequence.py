"""Longest common subsequences and heaviest rising ones against brute force, and bounded where nothing is unique."""

import random
from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.diff import sequence
from snapdiff.diff.sequence import align, common_pairs, rising

LETTERS = st.text("abcd", max_size=12)
NUMBERED = st.lists(st.integers(0, 30), max_size=25)


def length_by_table(before: Sequence[object], after: Sequence[object]) -> int:
    row = [0] * (len(after) + 1)
    for x in before:
        last = 0
        for j, y in enumerate(after, 1):
            last, row[j] = row[j], last + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]


def check_pairs(before: Sequence[object], after: Sequence[object]) -> list[tuple[int, int]]:
    """The pairs, after checking that they are equal elements and rise on both sides."""
    pairs = common_pairs(before, after)
    assert all(before[i] == after[j] for i, j in pairs)
    assert all(i < k and j < m for (i, j), (k, m) in pairwise(pairs))
    return pairs


@given(LETTERS, LETTERS)
def test_the_longest_of_letters(before: str, after: str) -> None:
    assert len(check_pairs(before, after)) == length_by_table(before, after)


@given(NUMBERED, NUMBERED)
def test_the_longest_of_numbers(before: list[int], after: list[int]) -> None:
    assert len(check_pairs(before, after)) == length_by_table(before, after)


# before, after, the pairs kept
KEPT: list[tuple[str, str, list[tuple[int, int]]]] = [
    ("", "", []),
    ("abc", "", []),
    ("abc", "abc", [(0, 0), (1, 1), (2, 2)]),
    ("abc", "xyz", []),
    ("abc", "axc", [(0, 0), (2, 2)]),
    ("ab", "cab", [(0, 1), (1, 2)]),
    ("a", "aa", [(0, 0)]),
    ("aa", "a", [(0, 0)]),
    ("aaa", "aaaaa", [(0, 0), (1, 1), (2, 2)]),
    ("xa", "xaa", [(0, 0), (1, 1)]),
    ("xab", "xaab", [(0, 0), (1, 1), (2, 3)]),
    ("xaay", "xaaay", [(0, 0), (1, 1), (2, 2), (3, 4)]),
]


@pytest.mark.parametrize(("before", "after", "pairs"), KEPT)
def test_of_equal_neighbours_the_last_came_or_went(before: str, after: str, pairs: list[tuple[int, int]]) -> None:
    assert common_pairs(before, after) == pairs


@given(LETTERS, st.integers(0, 12), st.sampled_from("abcd"))
def test_one_more_of_a_run_is_the_last_of_it(before: str, at: int, letter: str) -> None:
    at = min(at, len(before))
    after = before[:at] + letter + before[at:]
    (added,) = set(range(len(after))) - {j for _, j in common_pairs(before, after)}
    assert after[added] == letter
    assert after[added : added + 1] != after[added + 1 : added + 2]
    (removed,) = set(range(len(after))) - {i for i, _ in common_pairs(after, before)}
    assert removed == added


@given(LETTERS, LETTERS)
def test_the_same_input_gives_the_same_pairs(before: str, after: str) -> None:
    assert common_pairs(before, after) == common_pairs(list(before), tuple(after))


def heaviest(values: Sequence[int], weights: Sequence[int]) -> int:
    best = 0
    for size in range(len(values) + 1):
        for places in combinations(range(len(values)), size):
            if all(values[i] < values[k] for i, k in pairwise(places)):
                best = max(best, sum(weights[place] for place in places))
    return best


def check_rising(values: Sequence[int], weights: Sequence[int]) -> int:
    places = rising(values, weights)
    assert places == sorted(set(places))
    assert all(values[i] < values[k] for i, k in pairwise(places))
    return sum(weights[place] for place in places)


@given(st.permutations(range(9)), st.lists(st.integers(1, 6), min_size=9, max_size=9))
def test_the_heaviest_rising_one(values: list[int], weights: list[int]) -> None:
    assert check_rising(values, weights) == heaviest(values, weights)


@given(st.permutations(range(0, 700, 100)), st.lists(st.sampled_from([1, 8]), min_size=7, max_size=7))
def test_the_heaviest_rising_one_of_heavy_and_light(values: list[int], weights: list[int]) -> None:
    assert check_rising(values, weights) == heaviest(values, weights)


RISING = [
    ([], [], []),
    ([5], [1], [0]),
    ([1, 2, 3], [1, 1, 1], [0, 1, 2]),
    ([2, 0, 1], [1, 1, 1], [1, 2]),
    ([2, 0, 1], [3, 1, 1], [0]),
    ([1, 2, 0], [1, 1, 9], [2]),
]


@pytest.mark.parametrize(("values", "weights", "places"), RISING)
def test_rising(values: list[int], weights: list[int], places: list[int]) -> None:
    assert rising(values, weights) == places


# Kept exact, each of these takes minutes or gigabytes; they are done at once or the run hangs.
MANY_EQUAL: list[tuple[str, list[str], list[str]]] = [
    ("one line", ["x"] * 100_000, ["y", *["x"] * 100_000, "y"]),
    ("two lines in turn", ["a", "b"] * 50_000, ["b", "a"] * 50_000),
    ("equal lines between rare ones", ["x"] * 50_000 + ["p"] + ["x"] * 50_000, ["y"] + ["x"] * 30_000 + ["p", "y"]),
    ("nothing in common", [f"a{n}" for n in range(100_000)], [f"b{n}" for n in range(100_000)]),
    ("all but the order", [str(n) for n in range(400_000)], [str(n) for n in reversed(range(400_000))]),
    ("blank lines everywhere", ["", "t"] * 40_000, ["", "u"] * 40_000),
]


@pytest.mark.parametrize(("before", "after"), [case[1:] for case in MANY_EQUAL], ids=[case[0] for case in MANY_EQUAL])
def test_many_equal_elements_are_bounded(before: list[str], after: list[str]) -> None:
    check_pairs(before, after)


def test_a_chapter_moved_into_many_equal_lines_is_found_by_its_unique_ones() -> None:
    before = ["x"] * 2_000 + [f"line {n}" for n in range(500)] + ["x"] * 2_000
    after = ["y", *["x"] * 1_000, *(f"line {n}" for n in range(500)), *["x"] * 3_000, "y"]
    kept = {before[i] for i, _ in check_pairs(before, after)}
    assert kept >= {f"line {n}" for n in range(500)}


@given(LETTERS, LETTERS, st.data())
def test_given_up_or_not_the_pairs_are_sound(before: str, after: str, data: st.DataObject) -> None:
    """With the bound lowered, most inputs take the way by unique elements: never longer than the longest."""
    pairs, exact = align(before, after, data.draw(st.integers(0, 6)))
    assert all(before[i] == after[j] for i, j in pairs)
    longest = length_by_table(before, after)
    assert len(pairs) == longest if exact else len(pairs) <= longest
    bounds = [(-1, -1), *pairs, (len(before), len(after))]
    for (i, j), (next_i, next_j) in pairwise(bounds):
        old, new = before[i + 1 : next_i], after[j + 1 : next_j]
        assert not (old and new) or (old[0] != new[0] and old[-1] != new[-1])


def test_a_long_random_sequence_agrees_with_the_table() -> None:
    rng = random.Random(7)  # noqa: S311
    before = [rng.randrange(300) for _ in range(600)]
    after = [x for x in before if rng.random() > 0.1] + [rng.randrange(300) for _ in range(60)]
    assert len(check_pairs(before, after)) == length_by_table(before, after)


def test_very_many_pairs_are_not_weighed() -> None:
    count = sequence.MAX_WEIGHED + 1
    values = [*range(1, count), 0]
    assert rising(values, [1] * (count - 1) + [count]) == list(range(count - 1))
