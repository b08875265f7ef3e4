"""What must never reach a terminal is written out, and everything else stays as it is."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.report.safe_text import safe

STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}

ESCAPED = [
    ("\x1b[2J", "\\x1b[2J"),
    ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
    ("a\r\nb\tc", "a\\r\\nb\\tc"),
    ("\x00\x08\x7f", "\\x00\\x08\\x7f"),
    ("\x85\x9b31m", "\\x85\\x9b31m"),
    ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
    ("\u2066\u2069\u200e\u200f\u061c", "\\u2066\\u2069\\u200e\\u200f\\u061c"),
    ("pass\u200bword\ufeff\u00ad\u2060", "pass\\u200bword\\ufeff\\xad\\u2060"),
    ("\u2028\u2029", "\\u2028\\u2029"),
    ("caf\udce9", "caf\\xe9"),
    ("\ud83d", "\\ud83d"),
    ("\U000e0041", "\\U000e0041"),
    ("\u3164\u115f\ufe0f", "\\u3164\\u115f\\ufe0f"),
    ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "\\u0301\\u0301"),
]


@pytest.mark.parametrize(("text", "shown"), ESCAPED)
def test_escaped(text: str, shown: str) -> None:
    assert safe(text) == shown


KEPT = [
    "",
    "Plain words, 100 % of them: <a@b.example> \\x1b",
    "Grüße aus Köln",
    "請求書 データ 한국어",
    "شكرا שלום",
    "ตัวอย่าง हिन्दी",
    "Việt Nam, e\u0301\u0302",
    "🎉 €5 “quoted” – dash\u00a0nbsp\u3000wide",
    "\ufffd",
]


@pytest.mark.parametrize("text", KEPT)
def test_kept_as_the_same_object(text: str) -> None:
    assert safe(text) is text


def test_every_character_of_unicode() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        shown = safe(char)
        if unicodedata.category(char) in STEERING:
            assert shown != char, hex(code)
            assert shown.startswith("\\"), hex(code)
            assert shown.isascii(), hex(code)
        else:
            assert shown == char or len(shown) >= 6, hex(code)


@given(st.text())
def test_nothing_that_steers_is_left_and_safe_text_is_safe(text: str) -> None:
    shown = safe(text)
    assert not {unicodedata.category(char) for char in shown} & STEERING
    assert safe(shown) is shown


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["Lu", "Ll", "Nd", "Po", "Sm", "Zs"])))
def test_letters_digits_and_signs_stay(text: str) -> None:
    assert safe(text) is text
