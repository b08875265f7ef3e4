"""HTML source to what a security gateway looks for in it: links, and what runs or sends something by itself."""

from collections import Counter

from snapdiff.mail.markup import read_markup

MAX_CHARACTERS = 5_000_000
_ELEMENTS = frozenset({"script", "iframe", "frame", "object", "embed", "applet", "form"})
_EVENTS = frozenset(
    {
        *{"onabort", "onanimationend", "onanimationstart", "onbeforeunload", "onblur", "onchange", "onclick"},
        *{"oncontextmenu", "ondblclick", "ondrag", "ondrop", "onerror", "onfocus", "onfocusin", "onhashchange"},
        *{"oninput", "onkeydown", "onkeypress", "onkeyup", "onload", "onmessage", "onmousedown", "onmouseenter"},
        *{"onmouseleave", "onmousemove", "onmouseout", "onmouseover", "onmouseup", "onpageshow", "onpointerdown"},
        *{"onpointerover", "onreadystatechange", "onreset", "onresize", "onscroll", "onselect", "onstart", "onsubmit"},
        *{"ontoggle", "ontouchstart", "onunload", "onwheel", "onafterprint", "onbeforeprint", "onauxclick"},
    }
)
_TARGETS = frozenset({"href", "src", "action", "formaction", "data", "xlink:href", "background"})
_WANTED = _EVENTS | _TARGETS | {"http-equiv"}
_RUNS = ("javascript:", "vbscript:", "data:text/html")
_LINKS = frozenset({"a", "area"})


class Activity:
    """What an HTML text holds: `links`, targets in order, and how often which kind of `active` content."""

    def __init__(self) -> None:
        self.links: list[str] = []
        self.active: Counter[str] = Counter()

    def start(self, name: str, attributes: dict[str, str], empty: bool) -> bool:
        """Told of a start tag."""
        if name in _ELEMENTS:
            self.active[f"<{name}>"] += 1
        for attribute, value in attributes.items():
            if attribute in _EVENTS:
                self.active[attribute] += 1
            elif attribute == "http-equiv":
                self.active["<meta http-equiv=refresh>"] += name == "meta" and value.strip().lower() == "refresh"
            elif (scheme := _runs(value)) is not None:
                self.active[f"{attribute}={scheme}"] += 1
        if name in _LINKS and (target := attributes.get("href", "").strip()):
            self.links.append(target)
        return True

    def end(self, name: str) -> None:
        """Told of an end tag, which says nothing here."""

    def text(self, text: str) -> None:
        """Told of text, which says nothing here."""


def activity(html: str) -> Activity:
    """What the HTML holds; nothing of one with more than MAX_CHARACTERS."""
    found = Activity()
    if len(html) <= MAX_CHARACTERS:
        read_markup(html, found, _WANTED)
    return found


def _runs(value: str) -> str | None:
    """The scheme of a target that runs something; browsers pass over blanks and control characters in it."""
    scheme = "".join(character for character in value[:64] if character > " ").lower()
    return next((known for known in _RUNS if scheme.startswith(known)), None)
