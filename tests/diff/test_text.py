"""Hunks of lines: replayed they turn one text into the other, they are minimal, and words lie where they differ."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.diff.text import hunks_between, lines_of, lost_characters
from snapdiff.model import Hunk, Words

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

LINES = [
    ("", []),
    ("\n", [""]),
    ("\r\n", [""]),
    ("a", ["a"]),
    ("a\n", ["a"]),
    ("a\r\n", ["a"]),
    ("a\r\nb\nc", ["a", "b", "c"]),
    ("a\n\n", ["a", ""]),
    ("\na", ["", "a"]),
    ("a\rb\n", ["a\rb"]),
    ("a\r\r\nb", ["a\r", "b"]),
    ("a\u2028b\x0bc\x85d\x0ce\n", ["a\u2028b\x0bc\x85d\x0ce"]),
]


@pytest.mark.parametrize(("text", "lines"), LINES)
def test_lines_end_at_crlf_or_lf_alone(text: str, lines: list[str]) -> None:
    assert lines_of(text) == lines


@given(st.lists(st.text("ab \x0b\u2028", max_size=3), max_size=6), st.lists(st.booleans(), min_size=7, max_size=7))
def test_texts_that_differ_in_line_ends_alone_are_equal(lines: list[str], crlf: list[bool]) -> None:
    mixed = "".join(line + ("\r\n" if wide else "\n") for line, wide in zip(lines, crlf, strict=False))
    plain = "".join(f"{line}\n" for line in lines)
    assert lines_of(mixed) == lines_of(plain) == lines
    assert hunks_between(lines_of(mixed), lines_of(plain)) == []


H = Hunk
# lines before, lines after, the hunks (words left out)
HUNKS: list[tuple[str, str, list[Hunk]]] = [
    ("", "", []),
    ("a b c", "a b c", []),
    ("a b c", "a x c", [H("b", "x", 2, 2)]),
    ("a b c", "a c", [H("b", None, 2, 2)]),
    ("a c", "a b c", [H(None, "b", 2, 2)]),
    ("b", "a b", [H(None, "a", 1, 1)]),
    ("a b", "b", [H("a", None, 1, 1)]),
    ("a", "a b", [H(None, "b", 2, 2)]),
    ("a b", "a", [H("b", None, 2, 2)]),
    ("", "a b", [H(None, "a\nb", 1, 1)]),
    ("a b", "", [H("a\nb", None, 1, 1)]),
    ("a b c d", "x b y d z", [H("a", "x", 1, 1), H("c", "y", 3, 3), H(None, "z", 5, 5)]),
    ("a a", "a a a", [H(None, "a", 3, 3)]),
    ("x a y", "x a a y", [H(None, "a", 3, 3)]),
    ("a - b", "a b", [H("", None, 2, 2)]),
    ("a b", "a - b", [H(None, "", 2, 2)]),
    ("a b", "a - - b", [H(None, "\n", 2, 2)]),
    ("a - b", "a x b", [H("", "x", 2, 2)]),
]


def lines(text: str) -> list[str]:
    """Lines named by words; `-` is an empty one."""
    return ["" if word == "-" else word for word in text.split()]


@pytest.mark.parametrize(("before", "after", "hunks"), HUNKS)
def test_hunks(before: str, after: str, hunks: list[Hunk]) -> None:
    found = hunks_between(lines(before), lines(after))
    assert [(h.before, h.after, h.before_line, h.after_line) for h in found] == [
        (h.before, h.after, h.before_line, h.after_line) for h in hunks
    ]


def replayed(before: Sequence[str], hunks: Sequence[Hunk]) -> list[str]:
    """The text before with the hunks applied, which must say where they stand on both sides."""
    out: list[str] = []
    at = 0
    for hunk in hunks:
        out += before[at : hunk.before_line - 1]
        at = hunk.before_line - 1
        assert len(out) == hunk.after_line - 1
        old = [] if hunk.before is None else hunk.before.split("\n")
        assert list(before[at : at + len(old)]) == old
        at += len(old)
        out += [] if hunk.after is None else hunk.after.split("\n")
    return out + list(before[at:])


SOME_LINES: "SearchStrategy[list[str]]" = st.lists(st.sampled_from(["", " ", "a", "b", "a b", "c\r", "ü"]), max_size=12)


@given(SOME_LINES, SOME_LINES)
def test_hunks_replay_in_both_directions_and_are_minimal(before: list[str], after: list[str]) -> None:
    hunks = hunks_between(before, after)
    assert replayed(before, hunks) == after
    turned = [Hunk(h.after, h.before, h.after_line, h.before_line) for h in hunks]
    assert replayed(after, turned) == before
    for hunk in hunks:
        old = [] if hunk.before is None else hunk.before.split("\n")
        new = [] if hunk.after is None else hunk.after.split("\n")
        assert old or new
        assert not set(old) & set(new), "a line that is the same on both sides"


@given(SOME_LINES, SOME_LINES)
def test_hunks_stand_apart(before: list[str], after: list[str]) -> None:
    """Between two hunks at least one line is kept: two that touch would be one."""
    end = 0
    for hunk in hunks_between(before, after):
        assert hunk.before_line > end or end == 0
        end = hunk.before_line + (0 if hunk.before is None else hunk.before.count("\n") + 1)


TEXT = st.text("ab ü,.\n<>💩", max_size=40)


@given(TEXT, TEXT)
def test_words_lie_where_the_texts_differ(before: str, after: str) -> None:
    for hunk in hunks_between(before.split("\n"), after.split("\n")):
        if not isinstance(hunk.words, Words):
            continue
        assert hunk.before is not None
        assert hunk.after is not None
        for text, ranges in ((hunk.before, hunk.words.before), (hunk.after, hunk.words.after)):
            assert all(0 <= start < end <= len(text) for start, end in ranges)
            assert all(end < start for (_, end), (start, _) in pairwise(ranges))
        assert without(hunk.before, hunk.words.before) == without(hunk.after, hunk.words.after)
        assert without(hunk.before, hunk.words.before).strip()


def without(text: str, ranges: Sequence[tuple[int, int]]) -> str:
    out, at = "", 0
    for start, end in ranges:
        out += text[at:start]
        at = end
    return out + text[at:]


# one line before and after, the differing words of either; None where the line as a whole is new
WORDS: list[tuple[str, str, list[str] | None, list[str] | None]] = [
    ("the red fox", "the brown fox", ["red"], ["brown"]),
    ("the fox", "the red fox", [], ["red "]),
    ("price: 10.50", "price: 10.75", ["50"], ["75"]),
    ("grüne Äpfel", "grüne Birnen", ["Äpfel"], ["Birnen"]),
    ("one", "two", None, None),
    ("a b", "c d", None, None),
    ("<b>x</b>", "<i>x</i>", ["b", "b"], ["i", "i"]),
]


@pytest.mark.parametrize(("before", "after", "old", "new"), WORDS)
def test_words(before: str, after: str, old: list[str] | None, new: list[str] | None) -> None:
    (hunk,) = hunks_between([before], [after])
    if old is None or new is None:
        assert not isinstance(hunk.words, Words)
        return
    assert isinstance(hunk.words, Words)
    assert [before[a:z] for a, z in hunk.words.before] == old
    assert [after[a:z] for a, z in hunk.words.after] == new


def test_one_sided_hunks_and_very_long_ones_have_no_words() -> None:
    (added,) = hunks_between(["a"], ["a", "b"])
    assert not isinstance(added.words, Words)
    (long,) = hunks_between(["a " * 20_000 + "x"], ["a " * 20_000 + "y"])
    assert not isinstance(long.words, Words)


# Compared without care, these take minutes: they are done at once or the run hangs.
LARGE: list[tuple[list[str], list[str]]] = [
    ([""] * 100_000, ["x", *[""] * 100_000, "x"]),
    (["a"] * 100_000, ["b"] * 100_000),
    (["a", ""] * 60_000, ["b", ""] * 60_000),
    (["a" * 10_000_000], ["b" * 10_000_000]),
    (["a b " * 4_000], ["b a " * 4_000]),
]


@pytest.mark.parametrize(("before", "after"), LARGE, ids=range(len(LARGE)))
def test_large_texts_are_bounded_and_replay(before: list[str], after: list[str]) -> None:
    assert replayed(before, hunks_between(before, after)) == after


# the hunks, the characters lost, whether that explains them all
LOST: list[tuple[list[Hunk], str, bool]] = [
    ([], "", False),
    ([H("café", "caf?", 1, 1)], "é", True),
    ([H("Łódź – 5 €", "??d? ? 5 ?", 1, 1)], "Łóź–€", True),
    ([H("café", "caf\ufffd", 1, 1)], "é", True),
    ([H("café", "cafe", 1, 1)], "", False),
    ([H("cafe?", "caff?", 1, 1)], "", False),
    ([H("a?", "a!", 1, 1)], "", False),
    ([H("café", "caf??", 1, 1)], "", False),
    ([H("café", None, 1, 1)], "", False),
    ([H("é", "?", 1, 1), H("ü", "?", 3, 3)], "éü", True),
    ([H("é", "?", 1, 1), H("é", "?", 3, 3)], "é", True),
    ([H("é", "?", 1, 1), H(None, "new", 3, 3)], "é", False),
]


@pytest.mark.parametrize(("hunks", "lost", "explained"), LOST, ids=range(len(LOST)))
def test_lost_characters(hunks: list[Hunk], lost: str, explained: bool) -> None:
    assert lost_characters(hunks) == (lost, explained)
