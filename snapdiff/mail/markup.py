"""Turns HTML source into start tags, end tags and text, as the HTML standard's tokenizer does (WHATWG HTML 13.2.5).

Our own thin layer, because of what the libraries do with hostile mail, or on another machine. selectolax's lexbor
builds the standard's tree: quadratic time on nested elements, and 4 GB for 130 KB of `<b a=1><p><b a=2><p>...`. lxml's
wheels bring libxml2 2.14 for Linux and 2.11 for Windows, which read the same HTML differently, the older one in
quadratic time where a tag has many attributes. html.parser takes quadratic time on unclosed comments and tags in Python
3.11.7, and other releases read other things. This one passes over each character a fixed number of times.
"""

import re
from html import unescape
from typing import Protocol


class Sink(Protocol):
    """What is told of each token, in order. Names are in lower case."""

    def start(self, name: str, attributes: dict[str, str], empty: bool) -> bool:
        """A start tag; `empty` where it ends in `/>`. Answers false where that closes it (inside SVG and MathML)."""

    def end(self, name: str) -> None:
        """An end tag."""

    def text(self, text: str) -> None:
        """Text with its character references decoded."""


def read_markup(html: str, sink: Sink, wanted: frozenset[str]) -> None:
    """Tells `sink` the tags and texts of `html`. Of the attributes only those `wanted` are told, the first of a name.

    Comments, declarations and processing instructions are passed over, and so is a tag or comment that the source
    ends in. Line ends become LF, NULs U+FFFD. What an element holds that can hold only text (`<script>`, `<title>`)
    is told as text; a script that holds `<!--` ends at the first `</script>` all the same.
    """
    html = html.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    at = 0
    while True:
        found = _MARKUP.search(html, at)
        stop = len(html) if found is None else found.start()
        if stop > at:
            sink.text(decode_references(html[at:stop]))
        if found is None:
            return
        at = found.end()
        slash, name, complete = found.groups()
        if name is None:
            at = _behind_comment(html, found)
            continue
        attributes: dict[str, str] = {}
        empty = False
        if not complete:
            attributes, empty, at = _attributes(html, at, wanted)
            if not at:
                return
        name = name.lower()
        if slash:
            sink.end(name)
        elif sink.start(name, attributes, empty) and name in _HOLDS_TEXT:
            at = _held_text(html, at, name, sink)


# Behind a tag's name, a `>` where nothing else stands in the tag; a `<` before anything else is text.
_MARKUP = re.compile(r"<(?:(/?)([a-zA-Z][^\t\n\f />]*+)(>?)|!--|[!?/])")
_COMMENT_END = re.compile(r"--!?>")


def _behind_comment(html: str, found: re.Match[str]) -> int:
    """Where what begins with `<!--`, `<!`, `<?` or `</` ends; the source's end where it does not."""
    if found.group() != "<!--":
        return html.find(">", found.end()) + 1 or len(html)
    # `<!-->` and `<!--->` are whole comments, `<!--!>` is not.
    end = _COMMENT_END.search(html, found.start() + 2)
    if end is not None and end.start() == found.start() + 2 and end.group() == "--!>":
        end = _COMMENT_END.search(html, found.end())
    return len(html) if end is None else end.end()


_ATTRIBUTE = re.compile(
    r"[\t\n\f /]*+([^\t\n\f />][^\t\n\f />=]*+)"
    r"(?:[\t\n\f ]*+=[\t\n\f ]*+(?:\"([^\"]*+)(?:\"|\Z)|'([^']*+)(?:'|\Z)|([^\t\n\f >]*+)))?"
)
_BLANKS_AND_SLASHES = re.compile(r"[\t\n\f /]*+")


def _attributes(html: str, at: int, wanted: frozenset[str]) -> tuple[dict[str, str], bool, int]:
    """The attributes that begin at `at`, whether the tag ends in `/>`, and where it ends; 0 where it does not."""
    attributes: dict[str, str] = {}
    while (found := _ATTRIBUTE.match(html, at)) is not None:
        at = found.end()
        name = found.group(1).lower()
        if name in wanted and name not in attributes:
            value = found.group(2) or found.group(3) or found.group(4) or ""
            attributes[name] = decode_references(value)
    blanks = _BLANKS_AND_SLASHES.match(html, at)
    end = at if blanks is None else blanks.end()
    return attributes, html[at:end].endswith("/"), end + 1 if end < len(html) else 0


_WITH_REFERENCES = frozenset({"textarea", "title"})
_HOLDS_TEXT = {
    name: re.compile(rf"</{name}(?=[\t\n\f />])", re.IGNORECASE)
    for name in ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
}
_HOLDS_TEXT["plaintext"] = re.compile("(?!)")


def _held_text(html: str, at: int, name: str, sink: Sink) -> int:
    """Tells the text from `at` to the element's end tag, and where that begins."""
    found = _HOLDS_TEXT[name].search(html, at)
    stop = len(html) if found is None else found.start()
    if stop > at:
        text = html[at:stop]
        sink.text(decode_references(text) if name in _WITH_REFERENCES else text)
    return stop


_LONG_NUMBER = re.compile(r"&#(?:0++([0-9]*+)|[0-9]{8,}+);?")


def decode_references(text: str) -> str:
    """The text with its character references decoded (WHATWG HTML 13.5), those without semicolon too."""
    if "&" not in text:
        return text
    # int() refuses, or takes quadratic time for, what a long row of digits says.
    return unescape(_LONG_NUMBER.sub(_short_number, text))


def _short_number(found: re.Match[str]) -> str:
    digits: str | None = found.group(1)
    return "\ufffd" if digits is None or len(digits) > 7 else f"&#{digits or '0'};"
