"""The text a reader sees of an HTML body, and that no HTML is too much."""

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
    ("<h1>Title</h1>text</h2> goes</br>on</p>here", ["Title", "text goes", "on", "here"]),
    ("\ufeff<p>x", ["x"]),
    ("<html><body><b>mail</b></body></html>\n-- footer", ["mail", "-- footer"]),
    ("<textarea> a\n  b&amp;</textarea><plaintext> <b>", [" a", "  b&", " <b>"]),
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


ENDS_OF_HIDDEN = [
    ("<p hidden>x<p>seen", ["seen"]),
    ("<div><p hidden>x</div>seen", ["seen"]),
    ("<p hidden>x<b>x<div>seen", ["seen"]),
    ("<p hidden><button>x</p>x</button>x</p>seen", ["seen"]),
    ("<ul><li hidden>x<li>seen</ul>", ["seen"]),
    ("<ul><li hidden>x<ul><li>x</ul>x</ul>seen", ["seen"]),
    ("<dl><dt hidden>x<dd>seen</dl>", ["seen"]),
    ("<select><option hidden>x<option>seen</select>", ["seen"]),
    ("<table><tr hidden><td>x<td>x<tr><td>seen</table>", ["seen"]),
    ("<table><tr><td hidden>x<div>x<td>seen</table>", ["seen"]),
    ("<table><tbody hidden><tr><td>x<tbody><tr><td>seen</table>", ["seen"]),
    ("<table><tr><td hidden><table><tr><td>x</table>x</td><td>seen</table>", ["seen"]),
    ("<table hidden><tr><td></div></p>x</table>seen", ["seen"]),
    ("<div hidden><table><tr><td></div>x</table>x</div>seen", ["seen"]),
    ("<tr hidden><td hidden>seen", ["seen"]),
    ("<span hidden><p>x</span>x</p>x</span>seen", ["seen"]),
    ("<b hidden><p>x</b>seen</p>", ["seen"]),
    ("<b hidden>x<i>x</b>seen", ["seen"]),
    ("<a hidden>x<a>seen", ["seen"]),
    ("<h1 hidden>x</h2>seen", ["seen"]),
    ("<h1 hidden>x<h2>seen", ["seen"]),
    ("<svg hidden><path/><g/>x</svg>seen", ["seen"]),
    ("<svg><style/></svg>seen", ["seen"]),
    ("<title/>x</title>seen", ["seen"]),
    ("<div hidden><br/><hr>x</div>seen", ["seen"]),
    ("<video>x<video>x</video>x</video>seen", ["seen"]),
    ("<div hidden>x</body>x", []),
    ("<body hidden>x</body>x", []),
    ("<p>seen<body hidden>seen", ["seenseen"]),
    ("<head hidden><style>x</style></head>seen", ["seen"]),
]


@pytest.mark.parametrize(("html", "lines"), ENDS_OF_HIDDEN)
def test_hidden_text_ends_where_the_element_does(html: str, lines: list[str]) -> None:
    """`x` is what a browser does not show."""
    assert visible_lines(html) == lines


HOSTILE = {
    "nested elements": "<div>",
    "nested lists": "<ul><li>",
    "nested tables": "<table><tr><td>",
    "formatting that is never closed": "<b a=1><p>",
    "headings": "<h1>",
    "links": "<a><div>",
    "options": "<select><option>x",
    "end tags that fit none": "</x></p></td></li></b>",
    "less-than signs": "<",
    "comments without an end": "<!-- ",
    "comments cut short": "<!--!> <!-",
    "quotes without an end": '<a b="',
    "tags without an end": "<a ",
    "end tags without an end": "</",
    "scripts without an end": "<script>",
    "declarations without an end": "<![CDATA[ <?",
    "NULs": "\0a",
    "lone surrogates": "\ud800\udc80\udcff",
    "blanks": "a   \r\n\t &nbsp;",
    "ampersands": "&&#&#x&a",
    "hidden elements": "<p hidden>x",
    "cells": "<td> ",
    "blank lines in pre": "<pre> \n",
    "images": "<img alt=' x'>",
    "self-closed tags in SVG": "<svg><path/>",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_html_is_read_in_linear_time(piece: str) -> None:
    """A time that grew with the square of the length would keep this test for hours."""
    many = 1_000_000 // len(piece)
    for html in (piece * many, "<table><tr><td><p>" + "<div>" * 50_000 + piece * (many // 2)):
        assert len(visible_lines(html)) <= len(html)


def test_elements_nested_200_000_deep() -> None:
    assert visible_lines("<div>" * 200_000 + "x" + "</div>" * 200_000 + "y") == ["x", "y"]


LONG = [
    ("&#" + "9" * 1_000_000, ["\ufffd"]),
    ("&#" + "0" * 1_000_000 + "65;&#x" + "0" * 1_000_000 + "42", ["AB"]),
    ("<p " + " ".join(f"a{n}=1" for n in range(200_000)) + " hidden>x", []),
    ('<p style="' + "display:none;" * 200_000 + 'display:block">x', ["x"]),
    ("a" + " " * 1_000_000 + "b", ["a b"]),
    ("<" + "a" * 1_000_000 + ">x", ["x"]),
]


@pytest.mark.parametrize(("html", "lines"), LONG, ids=["number", "zeros", "attributes", "style", "blanks", "name"])
def test_one_long_token(html: str, lines: list[str]) -> None:
    assert visible_lines(html) == lines


def test_html_over_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TooLarge, match="50000000 characters"):
        visible_lines("<" * 50_000_000)
    monkeypatch.setattr(visible, "MAX_CHARACTERS", 3)
    assert visible_lines("abc") == ["abc"]
    with pytest.raises(TooLarge, match="4 characters"):
        visible_lines("abcd")


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


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("a<blockquote>b</blockquote>c", ["a", "c"]),
        ("a<blockquote><p>b<blockquote>c</blockquote>d</blockquote><p>e", ["a", "e"]),
        ("<div>a<blockquote>b</div>c", ["a", "c"]),
        ("a<blockquote hidden>b</blockquote>c", ["a", "c"]),
        ("a<q>b</q>", ["ab"]),
    ],
)
def test_what_is_quoted_can_be_left_out(html: str, lines: list[str]) -> None:
    assert visible_lines(html, quotes=False) == lines
