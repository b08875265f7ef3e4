"""HTML source as tags and text, as the standard's tokenizer reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.mail.markup import decode_references, read_markup


class Told:
    """A sink that keeps what it is told; an empty `<style/>` it takes for one inside SVG."""

    def __init__(self) -> None:
        self.tokens: list[str] = []

    def start(self, name: str, attributes: dict[str, str], empty: bool) -> bool:
        named = "".join(f" {key}={value}" for key, value in attributes.items())
        self.tokens.append(f"<{name}{named}{'/' if empty else ''}>")
        return name != "style" or not empty

    def end(self, name: str) -> None:
        self.tokens.append(f"</{name}>")

    def text(self, text: str) -> None:
        self.tokens.append(text)


def tokens(html: str) -> list[str]:
    told = Told()
    read_markup(html, told, frozenset({"a", "b"}))
    return told.tokens


TOKENS = [
    ("", []),
    ("text", ["text"]),
    ("x<P>y</P>z", ["x", "<p>", "y", "</p>", "z"]),
    ("<o:p\n>", ["<o:p>"]),
    ("<br/><br /><br / >", ["<br/>", "<br/>", "<br>"]),
    ('<p a=1 B = "2 > 1" c=3>x', ["<p a=1 b=2 > 1>", "x"]),
    ("<p a='x\"y' b>z", ['<p a=x"y b=>', "z"]),
    ("<p a=1 A=2>", ["<p a=1>"]),
    ("<p a=b/>x", ["<p a=b/>", "x"]),
    ("<p a= >x", ["<p a=>", "x"]),
    ("<p =a a=1 it's b=2>x", ["<p a=1 b=2>", "x"]),
    ("<p/a=1/b=2>", ["<p a=1/b=2>"]),
    ("<p a=&amp;&#65>", ["<p a=&A>"]),
    ("</p a='>'>x", ["</p>", "x"]),
    ("a < b <3 <", ["a < b <3 <"]),
    ("a<!-- > <b> -- -->c", ["a", "c"]),
    ("a<!-->b<!--->c<!--!>d-->e<!--x--!>f", ["a", "b", "c", "e", "f"]),
    ("a<!doctype html>b<![CDATA[c>d]]>e<?f>g</>h</ i>j", ["a", "b", "d]]>e", "g", "h", "j"]),
    ("a<![if !mso]>b<![endif]>c", ["a", "b", "c"]),
    ("a<!-- b", ["a"]),
    ("a<!b", ["a"]),
    ("a<p b='", ["a"]),
    ("a<p b=c", ["a"]),
    ("a<p", ["a"]),
    ("<script>a<b>&amp;</scripts></SCRIPT >c", ["<script>", "a<b>&amp;</scripts>", "</script>", "c"]),
    ("<title>a<b>&amp;</title>c", ["<title>", "a<b>&", "</title>", "c"]),
    ("<style></style>a<style>b", ["<style>", "</style>", "a", "<style>", "b"]),
    ("<style/><b>", ["<style/>", "<b>"]),
    ("<plaintext></plaintext><b>", ["<plaintext>", "</plaintext><b>"]),
    ("a\r\nb\rc\0d", ["a\nb\nc\ufffdd"]),
]

REFERENCES = [
    ("no references; at & all", "no references; at & all"),
    ("&lt;&LT;&amp;amp;&quot;&apos;&copy;&nbsp;", "<<&amp;\"'©\xa0"),
    ("&lt&copyx &notit; &nosuch; &euro", "<©x ¬it; &nosuch; &euro"),
    ("&#65;&#x42;&#X43&#0068;&#69", "ABCDE"),
    ("&#128;&#0;&#xD800;&#x110000;&#9999999;&#99999999;", "€\ufffd\ufffd\ufffd\ufffd\ufffd"),
    ("&# &#; &#x; &#xg;", "&# &#; &#x; &#xg;"),
    ("&#" + "1" * 5_000 + ";&#" + "0" * 5_000 + "65", "\ufffdA"),
]


@pytest.mark.parametrize(("html", "told"), TOKENS)
def test_tells_tags_and_text(html: str, told: list[str]) -> None:
    assert tokens(html) == told


@pytest.mark.parametrize(("text", "decoded"), REFERENCES)
def test_decodes_references(text: str, decoded: str) -> None:
    assert decode_references(text) == decoded


@given(st.text(st.sampled_from("<>/!-?='\"&#;ab \n\0é"), max_size=60))
def test_any_source_is_read_to_its_end(html: str) -> None:
    assert tokens(f"{html}-->'\"></script></title>--><i>end")[-1:] == ["end"]
