"""What a pattern fits, that no expression hangs, and how a text is folded before it is compared."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.policy.patterns import Form, Pattern, without, wrong_expression
from snapdiff.policy.text_folding import folded

FITS: list[tuple[Form, str, bool, str, bool]] = [
    ("glob", "Rollout probe*", True, "ROLLOUT PROBE 7", True),
    ("glob", "Rollout probe*", False, "ROLLOUT PROBE 7", False),
    ("glob", "Are you there?", False, "Are you there?", True),
    ("glob", "a.c", False, "abc", False),
    ("glob", "[x]*", False, "[x] y", True),
    ("glob", "*\u00fc?", False, "gr\u00fcn", True),
    ("glob", "a*c", False, "a\nb\nc", True),
    ("exact", "v*", False, "v*", True),
    ("exact", "v*", False, "v3", False),
    ("exact", "", False, "", True),
    ("regex", "v[0-9]", False, "is v3", True),
    ("regex", "^v[0-9]$", False, "is v3", False),
    ("regex", "V3", True, "is v3", True),
    ("glob", "a*", False, "a\udc80", True),
]


@pytest.mark.parametrize(("form", "text", "ignore_case", "value", "fine"), FITS)
def test_a_pattern(form: Form, text: str, ignore_case: bool, value: str, fine: bool) -> None:
    assert Pattern(form, text, ignore_case).fits(value) == fine


@given(st.text(max_size=40))
def test_a_glob_fits_itself(text: str) -> None:
    assert Pattern("glob", text).fits(text)


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|aa)+$", "(.*)*x", "a{0,1000}b"])
def test_no_expression_hangs_a_run(expression: str) -> None:
    assert not Pattern("regex", expression).fits("a" * 200_000 + "!") or expression == "(.*)*x"
    assert without(expression, "b" * 200_000)


@pytest.mark.parametrize("expression", ["(a", "a*", "(?=a)", r"(a)\1", "a{2000}", "", "[[:foo:]]"])
def test_an_expression_that_cannot_be_used_is_told(expression: str) -> None:
    assert wrong_expression(expression)


def test_what_an_expression_fits_is_taken_out() -> None:
    assert without("b+", "a bb c b") == ("a   c  ", [(2, 4), (7, 8)])


FOLDED = [
    ("  a \r\n\t b  ", "a b"),
    ("a\u00a0b", "a b"),
    ("a\u200bb", "ab"),
    ("e\u0301", "\u00e9"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "one_line"), FOLDED)
def test_folding(text: str, one_line: str) -> None:
    assert folded(text) == one_line


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert not re.search(r"\s\s", folded(text))
