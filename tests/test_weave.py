"""A text and its edits to runs: each character has one owner, and every step's text can be read off again."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from snapdiff import weave as weaving
from snapdiff.diff.text import hunks_between, lines_of
from snapdiff.model import BlameRun, Hunk, Words
from snapdiff.weave import Weave

LINES = st.lists(
    st.one_of(
        st.sampled_from(["", "the cat", "the black cat", "sat on", "sat on the mat", "<p>Hi</p>", "\x0b", "é è"]),
        st.text(alphabet="ab \rß", max_size=6),
    ),
    max_size=8,
)


def text_of(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)


def standing(runs: list[BlameRun]) -> str:
    return "".join(run.text for run in runs if run.removed_by is None)


def text_after(runs: list[BlameRun], step: int) -> str:
    """What stood after a step: what had come by then, without what had gone."""
    return "".join(x.text for x in runs if x.owner <= step and (x.removed_by is None or x.removed_by > step))


def woven(versions: list[list[str]]) -> Weave:
    made = Weave(text_of(versions[0]), 0)
    for owner, (before, after) in enumerate(pairwise(versions), 1):
        assert made.change(text_of(after), hunks_between(before, after), owner)
    return made


@given(st.lists(LINES, min_size=1, max_size=6))
def test_the_owners_replayed_give_the_text_of_every_step(versions: list[list[str]]) -> None:
    versions = [lines_of(text_of(lines)) for lines in versions]
    made = woven(versions)
    for step, lines in enumerate(versions):
        assert text_after(made.runs(), step) == text_of(lines)
    assert standing(made.runs()) == made.text == text_of(versions[-1])


@given(st.lists(LINES, min_size=1, max_size=6))
def test_neighbours_differ_and_nothing_goes_before_it_came(versions: list[list[str]]) -> None:
    runs = woven(versions).runs()
    for run, following in pairwise(runs):
        assert (run.owner, run.removed_by) != (following.owner, following.removed_by)
    assert all(run.text for run in runs)
    assert all(run.removed_by is None or run.removed_by > run.owner for run in runs)


@given(LINES, LINES)
def test_lines_outside_the_hunks_keep_their_owner(before: list[str], after: list[str]) -> None:
    hunks = hunks_between(before, after)
    runs = woven([before, after]).runs()
    brought = sum(len(run.text) for run in runs if run.owner == 1)
    assert brought <= sum(len(hunk.after) + 1 for hunk in hunks if hunk.after is not None)


CASES: list[tuple[str, list[list[str]], list[tuple[Any, ...]]]] = [
    ("nothing", [["a"], ["a"]], [("a\n", 0)]),
    ("appended", [["a"], ["a", "b"]], [("a\n", 0), ("b\n", 1)]),
    ("in front", [["a"], ["x", "a"]], [("x\n", 1), ("a\n", 0)]),
    ("a word", [["one two three"], ["one 2 three"]], [("one ", 0), ("two", 0, 1), ("2", 1), (" three\n", 0)]),
    (
        "a word of another step",
        [["a b"], ["a c b"], ["a d b"]],
        [("a ", 0), ("c", 1, 2), ("d", 2), (" ", 1), ("b\n", 0)],
    ),
    ("all gone", [["a", "b"], []], [("a\nb\n", 0, 1)]),
    ("from nothing", [[], ["a"]], [("a\n", 1)]),
    ("an empty line", [["a", "b"], ["a", "", "b"]], [("a\n", 0), ("\n", 1), ("b\n", 0)]),
    ("come and gone", [["a"], ["a", "x"], ["a"]], [("a\n", 0), ("x\n", 1, 2)]),
]


@pytest.mark.parametrize(("versions", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_who_owns_what(versions: list[list[str]], expected: list[tuple[Any, ...]]) -> None:
    assert woven(versions).runs() == [BlameRun(*run) for run in expected]


def test_replaced_lines_without_words_are_the_steps_as_a_whole() -> None:
    hunks = [replace(hunk, words=UNSET) for hunk in hunks_between(["one two"], ["one 2"])]
    made = Weave("one two\n", 0)
    assert made.change("one 2\n", hunks, 1)
    assert made.runs() == [BlameRun("one two\n", 0, 1), BlameRun("one 2\n", 1)]


@pytest.mark.parametrize(
    "hunk",
    [
        Hunk("b", "x", 1, 1),
        Hunk("a", "y", 1, 1),
        Hunk("a", "x", 0, 1),
        Hunk("a", "x", 7, 7),
        Hunk("a b", "a x", 1, 1, Words([(0, 9)], [(0, 1)])),
        Hunk("a", "x", 1, 1, Words([], [])),
    ],
)
def test_hunks_that_do_not_lead_there_change_nothing(hunk: Hunk) -> None:
    made = Weave("a\n", 0)
    assert not made.change("z\n", [hunk], 1)
    assert made.runs() == [BlameRun("a\n", 0)]


def test_a_text_replaced_as_a_whole_keeps_what_it_was() -> None:
    made = Weave("a\n", 0)
    made.replace("b\n", 1)
    assert made.runs() == [BlameRun("a\n", 0, 1), BlameRun("b\n", 1)]


def test_what_is_removed_beyond_the_limit_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weaving, "MAX_REMOVED", 3)
    made = woven([["abcde", "z"], ["z"], []])
    assert made.runs() == [BlameRun("abc", 0, 1)]
    assert made.forgotten == 5


def test_a_text_in_too_many_runs_falls_to_its_last_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weaving, "MAX_RUNS", 3)
    made = woven([["a b c"], ["a x b y c"], ["a b c"]])
    assert made.whole
    assert standing(made.runs()) == "a b c\n"
    assert {run.owner for run in made.runs() if run.removed_by is None} <= {1, 2}


def test_many_edits_of_a_long_text_take_linear_time() -> None:
    before = [f"line {number}" for number in range(60_000)]
    after = [line for number, line in enumerate(before) if number % 2]
    made = Weave(text_of(before), 0)
    assert made.change(text_of(after), hunks_between(before, after), 1)
    assert made.text == standing(made.runs())
