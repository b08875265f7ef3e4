"""Turns an HTML body into the lines of text a reader sees."""

import re
from collections.abc import Sequence

from snapdiff.mail.charsets import show_undecodable
from snapdiff.mail.elements import OpenElements
from snapdiff.mail.markup import read_markup
from snapdiff.mail.once import once
from snapdiff.mail.parts import Part

MAX_CHARACTERS = 5_000_000

_NOT_SHOWN = frozenset(
    {
        *{"audio", "canvas", "datalist", "iframe", "noembed", "noframes", "rp", "script", "style"},
        *{"template", "title", "video"},
    }
)
_VOID = frozenset(
    {
        *{"area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "keygen", "link"},
        *{"meta", "param", "source", "track", "wbr"},
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
_READ_ATTRIBUTES = frozenset({"alt", "hidden", "style"})


class TooLarge(ValueError):  # noqa: N818 - it is an answer, not a fault
    """HTML of more than MAX_CHARACTERS: nothing is said about its visible text."""


def visible_lines(html: str, quotes: bool = True) -> list[str]:
    r"""The lines of text a reader sees, none of them empty or blank.

    Block elements and `<br>` break lines, and so does `</body>`, behind which gateways write their footers; cells of
    one row stand in one line with a tab between them. White space is collapsed as a browser does, except in `<pre>`
    and the like; a no-break space is shown as a blank that stays. Links show their text, images their alternative text
    as `[alt]` (nothing where there is none). Left out are comments (those for Outlook, `<!--[if mso]>`, too), scripts,
    styles, titles, templates, what is replaced by other content (`<iframe>`, `<video>`), and elements with `hidden` or
    an own style of `display: none`. Style sheets are not read, so what they hide is shown. Blank lines are layout and
    do not count, and what HTML's rules would move (text between table rows) stays where it is written. Without
    `quotes`, what a `<blockquote>` holds is left out: mail programs put there what they quote.

    NULs and lone surrogates are shown (as U+FFFD and `\xNN`), and no HTML is so broken that nothing is read. Raises
    TooLarge for more than MAX_CHARACTERS; below, it takes up to a microsecond for each character.
    """
    if len(html) > MAX_CHARACTERS:
        raise TooLarge(f"HTML of {len(html)} characters; up to {MAX_CHARACTERS} are read")
    lines = _Lines(_NOT_SHOWN if quotes else _NOT_SHOWN | {"blockquote"})
    read_markup(show_undecodable(html.removeprefix("\ufeff")), lines, _READ_ATTRIBUTES)
    return lines.close()


@once
def visible_text(part: Part) -> Sequence[str]:
    """The lines of text a reader sees of an HTML part. Raises TooLarge as `visible_lines` does."""
    return visible_lines(part.text.text)


class _Lines:
    """What the markup is told to: gathers the text of one line until an element breaks it."""

    def __init__(self, not_shown: frozenset[str]) -> None:
        self._not_shown = not_shown
        self._open = OpenElements(self._closed)
        self._hidden_from: int | None = None
        self._keeps_blanks = 0
        self._line: list[str] = []
        self._lines: list[str] = []

    def start(self, name: str, attributes: dict[str, str], empty: bool) -> bool:
        if empty and name not in _VOID and (self._open.has("svg") or self._open.has("math")):
            return False
        if self._says_nothing(name):
            return True
        self._open.make_way(name)
        shown = self._hidden_from is None
        hides = shown and (name in self._not_shown or (bool(attributes) and _is_hidden(attributes)))
        if shown and (not hides or name in self._not_shown):
            if name in _BREAKS_LINE:
                self._break()
            elif name in {"td", "th"}:
                self._line.append(_CELL)
            elif name == "img" and (alt := attributes.get("alt", "").strip()):
                self._line.append(f"[{alt}]")
        if name not in _VOID:
            if hides:
                self._hidden_from = len(self._open)
            self._open.push(name)
            self._keeps_blanks += name in _KEEPS_BLANKS
        return True

    def _says_nothing(self, name: str) -> bool:
        """Whether a start tag opens no element of its own: `<body>` does so once, before all others but `<html>`."""
        if name in {"body", "html"}:
            return len(self._open) > (name == "body" and self._open.has("html"))
        return name == "head" or self._open.ignores(name)

    def end(self, name: str) -> None:
        if name in {"body", "html"} or (not self._open.end(name) and name in {"br", "p"}):
            self._break_if_shown()

    def text(self, text: str) -> None:
        if self._hidden_from is None:
            self._line.append(text)

    def close(self) -> list[str]:
        self._open.close_all()
        self._break()
        return self._lines

    def _closed(self, name: str, place: int) -> None:
        if name in _BREAKS_LINE:
            self._break_if_shown()
        self._keeps_blanks -= name in _KEEPS_BLANKS
        if self._hidden_from == place:
            self._hidden_from = None

    def _break_if_shown(self) -> None:
        if self._hidden_from is None:
            self._break()

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


def _is_hidden(attributes: dict[str, str]) -> bool:
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
