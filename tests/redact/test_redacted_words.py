"""Words under a key: the same one always, of the same length and shape, and never the one it was."""

import re

from hypothesis import given
from hypothesis import strategies as st

from snapdiff.redact.vocabulary import HTML
from snapdiff.redact.words import Words

WORDS, OTHERS = Words(b"a key"), Words(b"another")


@given(st.text())
def test_every_character_keeps_its_place_and_kind(text: str) -> None:
    shown = WORDS.text(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        if before.isascii():
            assert (before.isdigit(), before.isalpha(), before.isupper()) == (
                after.isdigit(),
                after.isalpha(),
                after.isupper(),
            )
        elif not before.isalnum():
            assert after == before
        else:
            assert after.isascii()


@given(st.text(), st.text())
def test_a_word_is_the_same_wherever_it_stands(before: str, after: str) -> None:
    assert f"-{WORDS.word('Contoso')}-" in WORDS.text(f"{before}-Contoso-{after}")


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=4, max_size=40))
def test_no_long_word_stays(word: str) -> None:
    assert WORDS.word(word) != word


def test_short_words_stay_apart() -> None:
    every = [
        f"{one}{other}" for one in "abcdefghijklmnopqrstuvwxyz" for other in "abcdefghijklmnopqrstuvwxyz0123456789"
    ]
    assert len({WORDS.word(word) for word in every}) == len(every)
    assert len({WORDS.word(str(number)) for number in range(1000)}) == 1000


def test_letter_case_does_not_change_the_word() -> None:
    assert WORDS.word("CONTOSO").lower() == WORDS.word("contoso")
    assert WORDS.text("Anna@Contoso.com").lower() == WORDS.text("anna@contoso.com")


def test_another_key_gives_other_words() -> None:
    text = "Lynne Robbins wrote to the finance department"
    assert WORDS.text(text) == Words(b"a key").text(text)
    assert not set(WORDS.text(text).split()) & set(OTHERS.text(text).split())


def test_markup_stays_markup() -> None:
    shown = WORDS.markup('<p class="secret">strong words <b>here</b></p', HTML)
    assert re.fullmatch(r'<p class="[a-z]{6}">[a-z]{6} [a-z]{5} <b>[a-z]{4}</b></p', shown)
    assert "strong" not in shown


def test_a_hash_stays_a_hash() -> None:
    digest = "0123456789abcdef" * 4
    assert re.fullmatch("[0-9a-f]{64}", WORDS.hash(digest))
    assert WORDS.hash(digest) == WORDS.hash(digest) != OTHERS.hash(digest)
