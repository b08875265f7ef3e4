"""Needles miss no line that holds a word, however many there are and however a log writes them."""

import csv
import io
import pickle
from collections.abc import Callable
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.read import log_needles
from snapdiff.read.log_needles import Needles, needle

IDS = [f"<{number}@mbx{number % 3}.test>" for number in range(100)]


def lines_found(needles: Needles, block: bytes) -> set[int]:
    return {block.count(b"\n", 0, at) for at in needles.within(block)}


@pytest.mark.parametrize(
    ("word", "run"),
    [
        ("ann@contoso.com", b"ann@contoso.com"),
        ("o'brien@contoso.com", b"brien@contoso.com"),
        ('say "hello" to them', b" to them"),
        ("Grüße aus Köln", b"e aus K"),
        ("日本", b""),
        ("", b""),
    ],
)
def test_a_needle_is_what_stands_unchanged_in_a_log(word: str, run: bytes) -> None:
    assert needle(word) == run


@pytest.mark.parametrize("count", [1, 3, 4, 64, 100])
def test_any_number_of_ids_is_found_and_no_other(count: int) -> None:
    block = "".join(f"2024,{one},{other}\r\n" for one, other in zip(IDS, reversed(IDS), strict=True)).encode()
    wanted = IDS[:count]
    expected = {at for at in range(100) if IDS[at] in wanted or IDS[99 - at] in wanted}
    assert lines_found(Needles(wanted, exact=True), block) == expected


ODD_IDS = [
    "<a>",
    "<a",
    "a>",
    "<<a>>",
    "<a<b>",
    "no brackets",
    "<a b@c>",
    "<long.long.long.long.long@x>",
    "<A>",
    'x"y@z',
]


@given(st.lists(st.sampled_from(ODD_IDS), min_size=1, max_size=8), st.lists(st.sampled_from(ODD_IDS), max_size=12))
def test_odd_ids_are_found_too(wanted: list[str], written: list[str]) -> None:
    block = "".join(f"1,{quoted(one)},2\n" for one in written).encode()
    found = lines_found(Needles(wanted, exact=True), block)
    assert found >= {at for at, one in enumerate(written) if one in wanted}


def quoted(text: str) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator="").writerow([text])
    return row.getvalue()


@pytest.mark.parametrize("letter_case", [str.upper, str.lower, str.title])
def test_letter_case_counts_only_where_it_is_exact(letter_case: Callable[[str], str]) -> None:
    block = letter_case("1,dana.okafor@contoso.com,2\r\n").encode()
    assert lines_found(Needles(["Dana.Okafor@Contoso.COM"]), block) == {0}
    assert lines_found(Needles(["DANA.okafor@contoso.com"], exact=True), block) == set()


@pytest.mark.parametrize(
    ("words", "useless"),
    [
        ((), True),
        (("日本",), True),
        (("a", "日本"), True),
        (tuple(f"word{at}" for at in range(65)), False),
        (("a",), False),
        (tuple(IDS), False),
    ],
)
def test_where_a_word_gives_nothing_every_line_is_read(words: tuple[str, ...], useless: bool) -> None:
    assert Needles(words).are_useless is useless


_TEXT = st.text(st.sampled_from("aAbBc.@-_x"), min_size=1, max_size=8)


@pytest.mark.parametrize("without", [False, True], ids=["", "without its library"])
@given(st.lists(_TEXT, min_size=1, max_size=12), st.lists(st.text(st.sampled_from("aAbBc.@-_x,"), max_size=20)))
def test_words_in_any_letter_case_are_found_in_their_lines_and_in_no_other(
    without: bool, words: list[str], lines: list[str]
) -> None:
    block = "".join(f"{line}\n" for line in lines).encode()
    expected = {at for at, line in enumerate(lines) if any(word.lower() in line.lower() for word in words)}
    with patch.object(log_needles, "_HAS_LIBRARY", not without):
        assert lines_found(Needles(words), block) == expected
        assert lines_found(Needles(words, exact=True), block) == {
            at for at, line in enumerate(lines) if any(word in line for word in words)
        }
    assert lines_found(pickle.loads(pickle.dumps(Needles(words))), block) == expected  # noqa: S301


@given(st.lists(_TEXT, min_size=1, max_size=12), st.text(st.sampled_from("aAbBc.@-_x\n"), max_size=60))
def test_what_may_stand_in_a_text_misses_none(words: list[str], text: str) -> None:
    needles = Needles(words)
    may = needles.may_stand_in(memoryview(text.encode()))
    assert may or not any(word.lower() in text.lower() for word in words)
    assert needles.longest <= max(map(len, words))
