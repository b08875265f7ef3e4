"""Keeps the elements that are open while HTML is read: what a tag closes beside its own element (WHATWG HTML 13.2.6).

Only as much of the standard's tree construction as decides where an element ends. Every step takes constant time, or
closes what it passes over: end tags that fit nothing do not search the open elements.
"""

from collections.abc import Callable

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CLOSES_PARAGRAPH = frozenset(
    {
        *_HEADINGS,
        *{"address", "article", "aside", "blockquote", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt"},
        *{"fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "li", "listing", "main"},
        *{"menu", "nav", "ol", "p", "plaintext", "pre", "search", "section", "summary", "table", "ul", "xmp"},
    }
)
_TABLE_PARTS = frozenset({"caption", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"})
_SPECIAL = (
    _CLOSES_PARAGRAPH
    | _TABLE_PARTS
    | frozenset(
        {
            *{"applet", "body", "button", "frameset", "html", "iframe", "marquee", "noembed", "noframes", "noscript"},
            *{"object", "script", "select", "style", "template", "textarea", "title"},
        }
    )
)
_FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)
_SCOPE = ("applet", "caption", "marquee", "object", "table", "td", "template", "th")
_BUTTON_SCOPE = (*_SCOPE, "button")
_TABLE_SCOPE = ("table", "template")
# A start tag on the left closes the outermost of those on the right that is open in the same table.
_TABLE_PART_CLOSES = {
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tr": ("tr", "caption", "colgroup"),
    **dict.fromkeys(("caption", "colgroup", "tbody", "tfoot", "thead"), tuple(sorted(_TABLE_PARTS - {"table"}))),
}
_IMPLIES_AN_END = (
    _CLOSES_PARAGRAPH | _TABLE_PART_CLOSES.keys() | frozenset({"a", "button", "nobr", "optgroup", "option"})
)


class OpenElements:
    """The open elements, outermost first. `closed` is called with the name and place of each that is closed."""

    def __init__(self, closed: Callable[[str, int], None]) -> None:
        self._closed = closed
        self._names: list[str] = []
        self._places: dict[str, list[int]] = {}
        self._special: list[int] = []
        self._walls: list[int] = []

    def __len__(self) -> int:
        return len(self._names)

    def has(self, name: str) -> bool:
        """Whether an element of this name is open."""
        return bool(self._places.get(name))

    def ignores(self, name: str) -> bool:
        """Whether a start tag of this name says nothing here: a row or cell outside a table."""
        return name in _TABLE_PARTS and name != "table" and not self._places.get("table")

    def push(self, name: str) -> None:
        """Opens an element; call `make_way` before."""
        place = len(self._names)
        self._names.append(name)
        self._places.setdefault(name, []).append(place)
        if name in _SPECIAL:
            self._special.append(place)
            if name not in {"address", "div", "p"}:
                self._walls.append(place)

    def make_way(self, name: str) -> None:
        """Closes what a start tag of this name closes."""
        if name not in _IMPLIES_AN_END:
            return
        top = self._names[-1] if self._names else ""
        if name in {"li", "dd", "dt"}:
            wall = self._walls[-1] if self._walls else -1
            if wall >= 0 and self._names[wall] in ({"li"} if name == "li" else {"dd", "dt"}):
                self._close_down_to(wall)
        if name in _CLOSES_PARAGRAPH:
            self._close_in("p", _BUTTON_SCOPE)
            if name in _HEADINGS and top in _HEADINGS:
                self.end(top)
        elif name in _TABLE_PART_CLOSES:
            inside = self._innermost(_TABLE_SCOPE)
            places = [place for place in map(self._place, _TABLE_PART_CLOSES[name]) if place > inside]
            if places:
                self._close_down_to(min(places))
        elif name in {"a", "nobr"}:
            self.end(name)
        elif name == "button":
            self._close_in(name, _SCOPE)
        elif top == "option" or top == name:
            self.end(top)

    def end(self, name: str) -> bool:
        """Closes what an end tag of this name closes (of headings any one); false where it fits no open element."""
        if name in _HEADINGS:
            name = max(_HEADINGS, key=self._place)
        place = self._place(name)
        if place < 0:
            return False
        if place == len(self._names) - 1:
            self._close_down_to(place)
        elif name in _FORMATTING:
            if place < self._innermost(_SCOPE):
                return False
            self._end_formatting(name, place)
        elif name in _TABLE_PARTS:
            return self._close_in(name, ("template",) if name == "table" else _TABLE_SCOPE)
        elif name in _SPECIAL:
            return self._close_in(name, _BUTTON_SCOPE if name == "p" else _SCOPE)
        elif self._special and place < self._special[-1]:
            return False
        else:
            self._close_down_to(place)
        return True

    def close_all(self) -> None:
        """Closes what is still open where the source ends."""
        self._close_down_to(0)

    def _place(self, name: str) -> int:
        places = self._places.get(name)
        return places[-1] if places else -1

    def _innermost(self, names: tuple[str, ...]) -> int:
        return max(map(self._place, names))

    def _close_in(self, name: str, scope: tuple[str, ...]) -> bool:
        place = self._place(name)
        if place < 0 or any(self._place(barrier) > place for barrier in scope):
            return False
        self._close_down_to(place)
        return True

    def _close_down_to(self, place: int) -> None:
        while len(self._names) > place:
            name = self._names.pop()
            last = len(self._names)
            if self._special and self._special[-1] == last:
                self._special.pop()
                if self._walls and self._walls[-1] == last:
                    self._walls.pop()
            if name:
                self._places[name].pop()
                self._closed(name, last)

    def _end_formatting(self, name: str, place: int) -> None:
        """Ends `<b>` in `<b><p></b>`: what it holds stays open, and is no longer inside it."""
        if not self._special or self._special[-1] < place:
            self._close_down_to(place)
            return
        self._names[place] = ""
        self._places[name].pop()
        self._closed(name, place)
