"""Values that a console wrapped are put together again: words stay apart, and one word that was cut is whole."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.read.wrapped import Unwrapping

ID = "<d6b4ad351482463aa4ec2fcc9211e93e.d6b4ad351482463aa4ec2fcc9211e93e@MBX01.contoso.com>"


def wrapped(text: str, width: int) -> list[str]:
    """As Format-List wraps: between words, each with its blank; a word wider than the column where the column ends."""
    lines = [""]
    for word in re.findall(r"[^ ]+ ?", text):
        if len(word) <= width < len(lines[-1]) + len(word):
            lines.append("")
        for char in word:
            if len(lines[-1]) == width:
                lines.append("")
            lines[-1] += char
    return lines


def unwrapped(*values: list[str]) -> list[str]:
    unwrapping = Unwrapping()
    unwrapping.see(values)
    return [unwrapping.value(lines) for lines in values]


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ([ID[:54], ID[54:]], ID),
        (["250 2.6.0 <0123456789", "012345678901234567890@x.test> Queued", "again"], None),
        (["A subject of some", "words"], "A subject of some words"),
        (["{ann.of.a.long.name@contoso.com,", "bob@contoso.com}"], "{ann.of.a.long.name@contoso.com, bob@contoso.com}"),
        (["A subject of some ", "words"], "A subject of some words"),
        (["", "", "late"], "late"),
        ([""], ""),
        ([], ""),
    ],
)
def test_a_value(lines: list[str], value: str | None) -> None:
    expected = "250 2.6.0 <0123456789 012345678901234567890@x.test> Queued again" if value is None else value
    assert unwrapped(lines) == [expected]


def test_a_word_that_was_cut_is_whole_where_the_blanks_were_lost() -> None:
    said = f"MBX02.contoso.com=250 2.6.0 {ID} [InternalId=190735202648087, Hostname=MBX02.contoso.com] Queued mail"
    for width in range(40, 85):
        assert unwrapped([line.rstrip() for line in wrapped(said, width)]) == [said]


def test_characters_of_two_columns_count_twice() -> None:
    word = "予" * 30
    assert unwrapped([word[:20], word[20:]], ["a" * 41, "a"])[0] == word


WORDS = st.lists(st.text("abc@.", min_size=1, max_size=70), min_size=1, max_size=8).map(" ".join)


@given(st.lists(WORDS, min_size=1, max_size=4), st.integers(20, 60))
def test_what_was_wrapped_is_as_it_was(values: list[str], width: int) -> None:
    known = ["z" * (width + 1), f"{'z' * (width - 1)} z"]
    assert unwrapped(*(wrapped(value, width) for value in [*known, *values])) == [*known, *values]
