"""A mail's HTML to the document of a frame that shows it: nothing in it runs, and nothing of it asks for anything.

What keeps it safe is the frame's empty sandbox and the page's content security policy, which a srcdoc frame inherits.
What is taken out here would be stopped there, with a line in the browser's console each; and it is taken out for what
no policy covers: a `link` can still make a browser look up a host name or open a connection.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_REMOTE = frozenset(
    {
        *{
            "src",
            "srcset",
            "background",
            "poster",
            "data",
            "action",
            "formaction",
            "lowsrc",
            "dynsrc",
            "ping",
            "codebase",
        },
        *{
            "href",
            "xlink:href",
            "longdesc",
            "cite",
            "classid",
            "profile",
            "manifest",
            "imagesrcset",
            "srcdoc",
            "target",
        },
        *{"http-equiv", "autofocus", "autoplay", "usemap", "nonce", "is", "shadowrootmode", "popovertarget"},
    }
)
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
    from lxml import etree  # type: ignore[import-untyped]

    target = _Writer()
    parser = etree.HTMLParser(target=target, huge_tree=True, encoding="utf-8", remove_pis=True)
    try:
        parser.feed(html.encode("utf-8", "replace"))
        parser.close()
    except (etree.LxmlError, ValueError):
        return None
    return Framed(str(_DOCUMENT.format(Markup("").join(target.out))), target.blocked)


class _Writer:
    """Writes the events of lxml's parser as HTML again, without what runs, loads or leads away."""

    def __init__(self) -> None:
        self.out: list[Markup] = []
        self.blocked = 0
        self._skipping: list[str] = []
        self._in_style = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if self._skipping or tag in _WITH_CONTENT:
            self._skipping.append(tag)
            self.blocked += tag in ("object", "iframe", "frame") and len(self._skipping) == 1
            return
        if tag in _ALONE or _NAME.fullmatch(tag) is None:
            self.blocked += tag in ("link", "embed") and "href" in attributes
            return
        self._in_style = tag == "style"
        kept = [Markup(' {}="{}"').format(name, value) for name, value in self._kept(tag, attributes)]
        self.out.append(Markup("<{}{}>").format(Markup(tag), Markup("").join(kept)))  # noqa: S704 - a checked name

    def end(self, tag: str) -> None:
        if self._skipping:
            if tag in self._skipping:
                while self._skipping.pop() != tag:
                    pass
            return
        if tag in _ALONE or tag in _VOID or _NAME.fullmatch(tag) is None:
            return
        self._in_style = False
        self.out.append(Markup("</{}>").format(Markup(tag)))  # noqa: S704 - a checked name

    def data(self, text: str) -> None:
        if self._skipping:
            return
        # Style sheets are not escaped in HTML; without "<" they can't end their element.
        self.out.append(Markup(self._css(text).replace("<", "")) if self._in_style else escape(text))  # noqa: S704

    def comment(self, text: str) -> None:
        """Comments show nothing."""

    def close(self) -> None:
        """The parser asks for it."""

    def _kept(self, tag: str, attributes: Mapping[str, str]) -> list[tuple[str, str]]:
        kept: list[tuple[str, str]] = []
        for name, value in attributes.items():
            name = name.lower()
            if name == "style":
                kept.append((name, self._css(value)))
            elif name == "src" and tag == "img" and _DATA_IMAGE.fullmatch(value):
                kept.append((name, value))
            elif name == "href" and tag == "a":
                kept.append(("title", value))
            elif name in _REMOTE:
                self.blocked += name in ("src", "srcset", "background", "poster", "data")
            elif not name.startswith(("on", "data-")) and name != "title" and _NAME.fullmatch(name):
                kept.append((name, value))
        if tag == "a":
            kept.append(("style", "color:#0645ad;text-decoration:underline"))
        return list(dict(reversed(kept)).items()) if kept else kept

    def _css(self, css: str) -> str:
        """A style without what loads. Backslashes go, since they can spell `url` in other letters."""
        plain = _CSS_WORDS.sub("x-left-out", css.replace("\\", ""))
        if _CSS_URL.search(plain):
            plain, count = _CSS_LOADS.subn("none", plain)
            self.blocked += count
        return plain
