"""Turns an HTML body into the lines of text a reader sees.

libxml2 reads the HTML and reports tags and text as they come (lxml's target interface), so no tree is built.
Builders of the tree HTML 5 asks for (selectolax's lexbor was tried) take quadratic time on nested or list elements,
and memory without end on unclosed formatting: 130 KB of `<b a=1><p><b a=2><p>...` took 4 GB. The standard library's
parser takes quadratic time on unclosed comments in some versions of Python 3.11.
"""

import re
from collections.abc import Mapping

from snapdiff.mail.charsets import show_undecodable

MAX_CHARACTERS = 10_000_000
MAX_DEPTH = 10_000

_CHUNK_BYTES = 1 << 17
# Every end tag is looked for among all open elements: so many steps take about two seconds.
_MAX_END_TAG_STEPS = 1_000_000_000
_NOT_SHOWN = frozenset(
    {
        *{"audio", "canvas", "datalist", "iframe", "noembed", "noframes", "rp", "script", "style"},
        *{"template", "title", "video"},
    }
)
_KEEPS_BLANKS = frozenset({"listing", "plaintext", "pre", "textarea", "xmp"})
_BREAKS_LINE = _KEEPS_BLANKS | frozenset(
    {
        *{"address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "dialog"},
        *{"dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frameset", "h1", "h2", "h3"},
        *{"h4", "h5", "h6", "header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup"},
        *{"option", "p", "search", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul"},
    }
)
_CELL = "\v"
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_CELLS = re.compile(" ?\v[ \v]*")


class TooLarge(ValueError):  # noqa: N818 - it is an answer, not a fault
    """HTML over a limit of this module; the sentence says which. Nothing is said about its visible text."""


def visible_lines(html: str) -> list[str]:
    r"""The lines of text a reader sees, none of them empty or blank.

    Block elements and `<br>` break lines; cells of one row stand in one line with a tab between them. White space is
    collapsed as a browser does, except in `<pre>` and the like; a no-break space is shown as a blank that stays.
    Links show their text, images their alternative text as `[alt]` (nothing where there is none). Left out are
    comments (those for Outlook, `<!--[if mso]>`, too), scripts, styles, titles, templates, what is replaced by
    other content (`<iframe>`, `<video>`), and elements with `hidden` or an own style of `display: none`. Style
    sheets are not read, so what they hide is shown, and blank lines are layout, so they do not count.

    NULs and lone surrogates are shown (as U+FFFD and `\xNN`), and no HTML is so broken that nothing is read.

    Raises TooLarge for more than MAX_CHARACTERS, for elements nested deeper than MAX_DEPTH, and for deep nesting
    with so many end tags that it would take more than a few seconds.
    """
    if len(html) > MAX_CHARACTERS:
        raise TooLarge(f"HTML of {len(html)} characters; up to {MAX_CHARACTERS} are read")
    if not html.strip():
        return []
    from lxml import etree  # type: ignore[import-untyped]

    lines = _Lines()
    data = show_undecodable(html).encode("utf-8")
    # huge_tree: without it a comment over 10 MB spills its text.
    parser = etree.HTMLParser(target=lines, encoding="utf-8", huge_tree=True)
    steps = 0
    for at in range(0, len(data), _CHUNK_BYTES):
        chunk = data[at : at + _CHUNK_BYTES]
        parser.feed(chunk)
        if lines.deepest > MAX_DEPTH:
            raise TooLarge(f"HTML with elements nested deeper than {MAX_DEPTH}")
        steps += chunk.count(b"</") * lines.deepest
        if steps > _MAX_END_TAG_STEPS:
            raise TooLarge("HTML with too many end tags in too deep a nesting")
    found: list[str] = parser.close()
    return found


class _Lines:
    """What libxml2 reports to: gathers the text of one line until an element breaks it."""

    __slots__ = ("_depth", "_hidden", "_keeps_blanks", "_line", "_lines", "deepest")

    def __init__(self) -> None:
        self.deepest = 0
        self._depth = 0
        self._hidden = 0
        self._keeps_blanks = 0
        self._line: list[str] = []
        self._lines: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > self.deepest:
            self.deepest = self._depth
        if self._hidden:
            self._hidden += 1
        elif tag in _NOT_SHOWN or (attributes and _is_hidden(attributes)):
            self._hidden = 1
        elif tag in _BREAKS_LINE:
            self._break()
            self._keeps_blanks += tag in _KEEPS_BLANKS
        elif tag in {"td", "th"}:
            self._line.append(_CELL)
        elif tag == "img" and (alt := attributes.get("alt", "").strip()):
            self._line.append(f"[{alt}]")

    def end(self, tag: str) -> None:
        self._depth -= 1
        if self._hidden:
            self._hidden -= 1
        elif tag in _BREAKS_LINE:
            self._break()
            self._keeps_blanks -= tag in _KEEPS_BLANKS

    def data(self, text: str) -> None:
        if not self._hidden:
            self._line.append(text)

    def close(self) -> list[str]:
        self._break()
        return self._lines

    def _break(self) -> None:
        if not self._line:
            return
        text = "".join(self._line)
        self._line.clear()
        if self._keeps_blanks:
            text = text.replace(_CELL, "\t").replace("\r", "").replace("\xa0", " ")
            self._lines += [line.rstrip() for line in text.split("\n") if line.strip()]
            return
        text = _BLANKS.sub(" ", text)
        if _CELL in text:
            text = _CELLS.sub("\t", text)
        text = text.replace("\xa0", " ").strip()
        if text:
            self._lines.append(text)


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    if "hidden" in attributes:
        return True
    style = attributes.get("style")
    if not style or "none" not in style.lower():
        return False
    display, important = "", False
    for declaration in style.lower().split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() != "display":
            continue
        value, bang, _ = value.partition("!")
        if bang or not important:
            display, important = value.strip(), bool(bang)
    return display == "none"
