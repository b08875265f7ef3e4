"""Bits, line ends, long lines, and format=flowed."""

from pathlib import Path

import pytest
from bodies import codes, entity, html, judged, mail, multipart, plain
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.findings.detect import transfer

FLOWED = "This paragraph is so long that it \nflows on into the next \nline.\n> quoted words \n> go on\n-- \nAlan\n"
LONG = "<p>" + "tea " * 300 + "</p>"


def text(body: str, encoding: str = "8bit", more: str = "", kind: str = "plain") -> bytes:
    raw = mail(entity(body, kind, "utf-8", encoding))
    return raw.replace(b"charset=utf-8", b"charset=utf-8" + more.encode(), 1)


def flowed(body: str, more: str = "; format=flowed") -> bytes:
    return text(body, "8bit", more)


RAISES = {
    "to quoted-printable": ([text(plain()), text(plain(), "quoted-printable")], "SD405", {"parts": "1"}),
    "to base64": ([text(plain()), text(plain(), "base64")], "SD405", {"encodings": "base64"}),
    "two parts": (
        [
            mail(multipart("alternative", entity(plain(), "plain", "utf-8", way), entity(html(), "html", "utf-8", way)))
            for way in ("8bit", "quoted-printable")
        ],
        "SD405",
        {"parts": "1, 2", "encodings": "quoted-printable"},
    ),
    "bare LF in the body": (
        [text(plain()), text(plain()) + b"Disclaimer\nof two lines\n"],
        "SD406",
        {"end": "LF", "count": "2"},
    ),
    "bare LF in a field": (
        [text(plain()), text(plain()).replace(b"Subject: Offer", b"Subject: Offer\n again")],
        "SD406",
        {"end": "LF", "count": "1", "line": "4"},
    ),
    "bare CR": ([text(plain()), text(plain()) + b"x\ry\r\n"], "SD406", {"end": "CR", "count": "1"}),
    "HTML in one line": (
        [text(html(), kind="html"), text(html(LONG), kind="html")],
        "SD407",
        {"count": "1"},
    ),
    "a long field": (
        [text(plain()), text(plain()).replace(b"Offer", b"Offer" * 300)],
        "SD407",
        {"line": "4", "octets": str(len("Subject: ") + 1500)},
    ),
    "blanks gone": (
        [flowed(FLOWED), flowed(FLOWED.replace(" \n", "\n"))],
        "SD408",
        {"what": "blanks at the ends of lines are gone"},
    ),
    "parameter gone": (
        [flowed(FLOWED), flowed(FLOWED, "")],
        "SD408",
        {"what": "the parameter format=flowed is gone, and the text is as before"},
    ),
    "parameter gone beside an added text": ([flowed(FLOWED), flowed(FLOWED + "Tea for two\n", "")], "SD408", {}),
}
NEAR_MISSES = {
    "7 bits all along": [text("Hello\n", "7bit"), text("Hello\n", "quoted-printable")],
    "from one 7-bit encoding to another": [text(plain(), "base64"), text(plain(), "quoted-printable")],
    "to 8 bits": [text(plain(), "base64"), text(plain())],
    "bare LF as it came": [text(plain()) + b"a\nb\r\n", text(plain()) + b"a\nb\nc\r\n"],
    "bare LF mended": [text(plain()) + b"a\nb\r\n", text(plain()) + b"a\r\nb\r\n"],
    "long lines as they came": [text(html(LONG), kind="html"), text(html(LONG + LONG), kind="html")],
    "just as long as a line may be": [text(plain()), text(plain()) + b"x" * 998 + b"\r\n"],
    "long text, encoded": [text(plain(), "base64"), text(plain(LONG), "quoted-printable")],
    "flowed text unfolded": [flowed(FLOWED), flowed("This paragraph is so long that it flows on\n", "")],
    "flowed text with more": [flowed(FLOWED), flowed(FLOWED + "Tea for two\n")],
    "flowed text that has no soft lines": [flowed("Hello\n-- \nAlan\n"), flowed("Hello\n-- \nAlan\n", "")],
    "the signature's line alone": [flowed("Hello\n-- \nAlan\n"), flowed("Hello\n--\nAlan\n")],
    "blanks gone from text that does not flow": [flowed(FLOWED, ""), flowed(FLOWED.replace(" \n", "\n"), "")],
}


@pytest.mark.parametrize("case", RAISES)
def test_what_becomes_of_lines_is_found(tmp_path: Path, case: str) -> None:
    messages, code, evidence = RAISES[case]
    (found,) = [one for one in judged(tmp_path, messages) if one.code in {"SD405", "SD406", "SD407", "SD408"}]
    assert (found.code, found.agent) == (code, "Agent A")
    assert found.flags
    assert {name: found.evidence[name] for name in evidence} == evidence


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_what_is_no_damage_to_lines(tmp_path: Path, case: str) -> None:
    found = codes(judged(tmp_path, NEAR_MISSES[case]), "SD40")
    assert [code for code in found if code >= "SD405"] == []


def test_the_line_is_the_first_one(tmp_path: Path) -> None:
    came = mail(entity("a\nb\n", "plain", "us-ascii", "7bit"))
    (found,) = judged(tmp_path, [came, came + b"c\nd\r\n" + b"e" * 999 + b"\r\n"])[:1]
    head = came.partition(b"\r\n\r\n")[0].count(b"\r\n") + 2
    assert (found.code, found.evidence["line"]) == ("SD406", str(head + 3))


@given(st.lists(st.integers(0, 2100), max_size=12), st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_long_lines_are_those_over_the_limit(sizes: list[int], end: bytes, ended: bool) -> None:
    raw = end.join(b"x" * size for size in sizes) + (end if ended else b"")
    assert [one.size for one in transfer._too_long(raw)] == [size for size in sizes if size > 998]
