"""The text a reader sees of an HTML body, and that no HTML brings the process down."""

import subprocess
import sys
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.mail import visible
from snapdiff.mail.visible import TooLarge, visible_lines

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus" / "mail"

SEEN = [
    ("", []),
    (" \r\n", []),
    ("plain words", ["plain words"]),
    ("<p>one<p>two<div>three</div>four", ["one", "two", "three", "four"]),
    ("one<br>two<br/><br>three", ["one", "two", "three"]),
    ("<ul><li>a<li>b<ul><li>c</ul></ul>", ["a", "b", "c"]),
    ("a\r\n  <b>bold</b>\tc ,<i> d</i>", ["a bold c , d"]),
    ("wo<b>r</b>d<wbr>s", ["words"]),
    ("<table><tr><td>a<td><b>b</b></td></tr><tr><th>c</th><th></th><th>d</th></tr></table>", ["a\tb", "c\td"]),
    ("<table><tr><td><p>a</p></td><td><p>b</p></td></tr></table>", ["a", "b"]),
    ("<pre>\n  a\r\n\n b\t<b>c </b></pre>d\n e", ["  a", " b\tc", "d e"]),
    ("<p>&nbsp;</p><p>a&nbsp;&nbsp;b&nbsp;</p>", ["a  b"]),
    ("&lt;b&gt; &amp;amp; &#8364;&#x20AC;&euro; &eacute; &check; &nosuch;", ["<b> &amp; €€€ é ✓ &nosuch;"]),
    ('<a href="https://example.com/">our site</a>', ["our site"]),
    ('a<img src="x.png" alt=" the\n logo ">b<img src="y.png"><img alt="">', ["a[the logo]b"]),
    ("<select><option>red<option>blue</select>", ["red", "blue"]),
    ("<noscript>scripts are off</noscript>", ["scripts are off"]),
    ("<o:p>Outlook</o:p>", ["Outlook"]),
    ("a < b <c", ["a < b"]),
    ("a\0b", ["a\ufffdb"]),
    ("a\udce9b\ud800c", ["a\\xe9b\\ud800c"]),
    ('<meta charset="utf-16"><p>é€</p>', ["é€"]),
    ("<head><title>no</title>shown<p>after", ["shown", "after"]),
    ("<html><body>first</body></html><html><head><title>t</title></head><body>second", ["first", "second"]),
]

UNSEEN = [
    "<!-- no -->",
    "<!-- <b> > -- no -->",
    "<!--[if mso]>no<![endif]-->",
    "<script>no</script>",
    "<style>no { a: '<b>' }</style>",
    "<template><p>no</p></template>",
    "<title>no</title>",
    "<div hidden>no</div>",
    "<div HIDDEN=''><p>no<p>no</div>",
    "<span style='color:red; DISPLAY : none ;x'>no<b>no</b></span>",
    "<p style='display:none !important; display:block'>no</p>",
    "<p style='display:block;display:none'>no</p>",
    "<iframe>no</iframe>",
    "<video>no</video>",
    "<ruby><rp>no</rp></ruby>",
    "<div hidden><pre>no</pre><br><img alt=no></div>",
    "<img alt=no hidden>",
]

STILL_SEEN = [
    "<![if !mso]>yes<![endif]>",
    "<p style='display:none;display:block'>yes</p>",
    "<p style='display:block !important;display:none'>yes</p>",
    "<p style='x-display:none'>yes</p>",
    "<p style='display:inline; list-style:none'>yes</p>",
    "<p style='display'>yes</p>",
    "<input hidden>yes",
    "<div class=hidden>yes</div>",
]


@pytest.mark.parametrize(("html", "lines"), SEEN)
def test_shows_what_a_reader_sees(html: str, lines: list[str]) -> None:
    assert visible_lines(html) == lines


@pytest.mark.parametrize("html", UNSEEN)
def test_leaves_out_what_no_reader_sees(html: str) -> None:
    assert visible_lines(f"<body><p>before</p>{html}<p>after</p>") == ["before", "after"]


@pytest.mark.parametrize("html", STILL_SEEN)
def test_keeps_what_only_looks_hidden(html: str) -> None:
    assert visible_lines(f"<body><p>before</p>{html}<p>after</p>") == ["before", "yes", "after"]


_PIECES = st.sampled_from(
    [
        *["<", ">", "</", "<!--", "-->", "<p>", "<br>", "<pre>", "</pre>", "<td>", "</b>"],
        *["&nbsp;", "&#13;", "&#0", "&amp", "a", "é", "=", "'"],
        *" \n\r\t\f\v\0\udcff\ud83d",
        *["<b hidden>", "<img alt='x\v y'>"],
    ]
)


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_lines_are_lines_of_text(html: str) -> None:
    for line in visible_lines(html):
        assert line.strip()
        assert not set("\r\n\xa0") & set(line)
        assert line.encode("utf-8")


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cn"]), min_size=1, max_size=30))
def test_text_comes_through_whatever_is_around_it(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    assert visible_lines(f"<div><p>{escaped}</p><!--x--><pre>{escaped}</pre>") == [text, text]


HOSTILE = {
    "200,000 nested elements": "'<div>' * 200_000 + 'x'",
    "nested to the limit, and end tags that fit none": "'<div>' * 9_990 + '</x>' * 2_000_000",
    "nested lists": "'<ul><li>' * 4_900 + 'x'",
    "formatting that is never closed": "''.join(f'<b a={n}><p>' for n in range(4_900))",
    "end tags in the wrong order": "'<b><div>' * 4_900 + '</b>' * 200_000",
    "9 MB of <": "'<' * 9_000_000",
    "50 MB of <": "'<' * 50_000_000",
    "an unclosed comment a thousand times": "'<!-- ' * 1_000_000",
    "unclosed quotes": "'<a b=\"' * 1_000_000",
    "attributes": "'<p ' + ' '.join(f'a{n}=1' for n in range(500_000)) + '>x'",
    "options": "'<select>' + '<option>x' * 500_000",
    "a character reference without an end": "'&#' + '9' * 9_000_000",
    "NUL bytes": "'\\0a' * 1_000_000",
    "lone surrogates": "'\\ud800\\udc80' * 200_000",
    "blanks": "'a' + ' ' * 9_000_000 + 'b'",
    "styles": "'<p style=\"' + 'display:none;' * 500_000 + '\">x'",
    "cells": "'<td> ' * 1_000_000",
    "blank lines in pre": "'<pre>' + ' \\n' * 2_000_000",
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_html_neither_crashes_nor_hangs(html: str) -> None:
    """In a process of its own, so that a crash in libxml2 fails one test; a time that grows with the square of the
    length would take hours, and any that is linear far less than the limit."""
    program = (
        "from snapdiff.mail.visible import TooLarge, visible_lines\n"
        f"try: visible_lines({html})\nexcept TooLarge: pass\nprint('read')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "read", "")


def test_says_where_html_is_over_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    deep = "<div>" * (visible.MAX_DEPTH - 3)
    assert visible_lines(f"{deep}x") == ["x"]
    with pytest.raises(TooLarge, match="deeper"):
        visible_lines(f"{deep}<div><div><div>x")
    monkeypatch.setattr(visible, "MAX_CHARACTERS", 3)
    assert visible_lines("abc") == ["abc"]
    with pytest.raises(TooLarge, match="4 characters"):
        visible_lines("abcd")
    monkeypatch.undo()
    monkeypatch.setattr(visible, "_MAX_END_TAG_STEPS", 100)
    assert visible_lines("<p>x</p>" * 20) == ["x"] * 20
    with pytest.raises(TooLarge, match="end tags"):
        visible_lines("<p>x</p>" * 200)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real mail is not here")
def test_reads_all_html_of_the_corpus() -> None:
    read = 0
    for path in sorted(CORPUS.rglob("*")):
        if not path.is_file():
            continue
        for part in message_from_bytes(path.read_bytes()).walk():
            if part.get_content_type() == "text/html":
                read += bool(visible_lines(_text(part)))
    assert read > 100


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "surrogateescape") if isinstance(content, bytes) else ""
