"""A mail's HTML to the document of a frame that shows it: nothing in it runs, and nothing of it asks for anything.

What keeps it safe is the frame's empty sandbox and the page's content security policy, which a srcdoc frame inherits.
What is taken out here would be stopped there, with a line in the browser's console each; and it is taken out for what
no policy covers: a `link` can still make a browser look up a host name or open a connection.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape
from msgspec import Struct

from snapdiff.mail.markup import read_markup

LONGEST_HTML = 60_000
"""Characters of HTML that are shown in a frame; a longer one is left to its source."""
_WITH_CONTENT = frozenset(
    {"script", "object", "iframe", "frame", "frameset", "applet", "template", "noscript", "title"}
)
_ALONE = frozenset(
    {
        "link",
        "meta",
        "base",
        "embed",
        "param",
        "source",
        "track",
        "html",
        "head",
        "body",
        "form",
        "portal",
        "fencedframe",
    }
)
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "wbr"})
_KEPT = frozenset(
    {
        *{"align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "class", "clear", "color", "cols"},
        *{"colspan", "compact", "dir", "face", "frame", "headers", "height", "hspace", "id", "lang", "noshade"},
        *{"nowrap", "reversed", "rows", "rowspan", "rules", "scope", "size", "span", "start", "summary", "type"},
        *{"valign", "value", "vspace", "width", "bordercolor", "marginheight", "marginwidth"},
    }
)
"""The attributes that only say how something looks; any other is left out, or looked at by name below."""
_LOADS = frozenset({"src", "srcset", "background", "poster", "data"})
_LOOKED_AT = _KEPT | _LOADS | {"style", "href"}
_NAME = re.compile(r"[a-z][a-z0-9:_-]{0,60}", re.ASCII)
_CSS_LOADS = re.compile(r"url\s*\(\s*[\"']?\s*(?!data:)[^)\"']{0,4000}[\"']?\s*\)?", re.IGNORECASE)
_CSS_WORDS = re.compile(r"@import|@font-face|@namespace|image-set|src\s*\(|expression|behavior|binding", re.IGNORECASE)
_CSS_URL = re.compile(r"url\s*\(", re.IGNORECASE)
_DATA_IMAGE = re.compile(r"data:image/(?:png|gif|jpe?g|webp|bmp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_DOCUMENT = Markup(
    '<!doctype html><html><head><meta charset="utf-8"><style>html{{background:#fff;color:#111;color-scheme:light;'
    "font:14px sans-serif}}</style></head><body>{}</body></html>"
)


class Framed(Struct, frozen=True):
    """The document for a frame's `srcdoc` (not escaped yet), and how many remote things are not loaded in it."""

    document: str
    blocked: int


def framed(html: str) -> Framed | None:
    """The mail's HTML as a harmless document; None where it is too long or can't be read."""
    if len(html) > LONGEST_HTML:
        return None
    writer = _Writer()
    read_markup(html, writer, _LOOKED_AT)
    return Framed(str(_DOCUMENT.format(Markup("").join(writer.out))), writer.blocked)


class _Writer:
    """Writes the tokens of a mail's HTML as HTML again, without what runs, loads or leads away."""

    def __init__(self) -> None:
        self.out: list[Markup] = []
        self.blocked = 0
        self._skipping: list[str] = []
        self._in_style = False

    def start(self, name: str, attributes: dict[str, str], empty: bool) -> bool:
        """A start tag; see `snapdiff.mail.markup.Sink`."""
        if self._skipping or name in _WITH_CONTENT:
            self._skipping.append(name)
            self.blocked += name in ("object", "iframe", "frame") and len(self._skipping) == 1
            return True
        if name in _ALONE or _NAME.fullmatch(name) is None:
            self.blocked += name in ("link", "embed") and "href" in attributes
            return True
        self._in_style = name == "style"
        kept = [Markup(' {}="{}"').format(key, value) for key, value in self._kept(name, attributes)]
        self.out.append(Markup("<{}{}>").format(Markup(name), Markup("").join(kept)))  # noqa: S704 - a checked name
        return True

    def end(self, name: str) -> None:
        """An end tag."""
        if self._skipping:
            if name in self._skipping:
                while self._skipping.pop() != name:
                    pass
            return
        if name in _ALONE or name in _VOID or _NAME.fullmatch(name) is None:
            return
        self._in_style = False
        self.out.append(Markup("</{}>").format(Markup(name)))  # noqa: S704 - a checked name

    def text(self, text: str) -> None:
        """Text, decoded."""
        if self._skipping:
            return
        # Style sheets are not escaped in HTML; without "<" they can't end their element.
        self.out.append(Markup(self._css(text).replace("<", "")) if self._in_style else escape(text))  # noqa: S704

    def _kept(self, tag: str, attributes: dict[str, str]) -> list[tuple[str, str]]:
        kept: dict[str, str] = {}
        for name, value in attributes.items():
            if name == "style":
                kept[name] = self._css(value)
            elif name == "src" and tag == "img" and _DATA_IMAGE.fullmatch(value):
                kept[name] = value
            elif name == "href" and tag == "a":
                kept["title"] = value
            elif name in _LOADS:
                self.blocked += 1
            elif name in _KEPT:
                kept[name] = value
        if tag == "a":
            kept["style"] = "color:#0645ad;text-decoration:underline"
        return list(kept.items())

    def _css(self, css: str) -> str:
        """A style without what loads. Backslashes go, since they can spell `url` in other letters."""
        plain = _CSS_WORDS.sub("x-left-out", css.replace("\\", ""))
        if _CSS_URL.search(plain):
            plain, count = _CSS_LOADS.subn("none", plain)
            self.blocked += count
        return plain
