"""Nodes of a file to plain values, gathering every mistake with its place instead of stopping at the first."""

from collections.abc import Iterable, Mapping

from snapdiff.policy import yaml_text
from snapdiff.policy.yaml_text import Entry, Node, Place, Text, Wrong

_MOST_WRONG = 50


class Reader:
    """What a policy's modules read nodes with. `findings` are the codes that exist, with their names.

    `faults` are the mistakes so far, each a place and a sentence.
    """

    def __init__(self, file: str, findings: Mapping[str, str]) -> None:
        self.file = file
        self.findings = findings
        self.faults: list[Wrong] = []

    def wrong(self, place: Place, sentence: str) -> None:
        """Takes down a mistake; beyond fifty of them no more are kept."""
        if len(self.faults) < _MOST_WRONG:
            self.faults.append(Wrong(place, sentence))

    def mapping(self, node: Node, known: Iterable[str], where: str) -> dict[str, Entry]:
        """The keys of a mapping with their entries; nothing at all is an empty one. Unknown keys are mistakes."""
        if isinstance(node, Text) and node.is_null:
            return {}
        if not isinstance(node, yaml_text.Mapping):
            self.wrong(node.place, f"{where} there must be keys with values{_such_as(known)}")
            return {}
        known = tuple(known)
        given: dict[str, Entry] = {}
        for entry in node.entries:
            if entry.key.text in known:
                given.setdefault(entry.key.text, entry)
            else:
                self.wrong(
                    entry.key.place, f"{entry.key.text!r} is no key {where}{self.nearest(entry.key.text, known)}"
                )
        return given

    def items(self, entry: Entry | None) -> list[Node]:
        """The entries of a list; a single text or mapping is no list, and a mistake."""
        if entry is None or (isinstance(entry.value, Text) and entry.value.is_null):
            return []
        if not isinstance(entry.value, yaml_text.Sequence):
            self.wrong(entry.value.place, f"{entry.key.text} takes a list: begin each entry with a -, or write [..]")
            return []
        return entry.value.items

    def text(self, node: Node, what: str) -> str | None:
        """A text that is not empty; None where it is wrong."""
        if not isinstance(node, Text):
            self.wrong(node.place, f"{what} takes a text")
            return None
        if node.is_null or not node.text:
            self.wrong(node.place, f"{what} is empty")
            return None
        return node.text

    def number(self, entry: Entry | None, least: int, most: int) -> int | None:
        """A whole number; None where there is none."""
        if entry is None:
            return None
        node = entry.value
        if isinstance(node, Text) and node.text.isascii() and node.text.isdigit() and len(node.text) < 10:
            number = int(node.text)
            if least <= number <= most:
                return number
        hint = "; for never, put it under must_not" if isinstance(node, Text) and node.text == "0" and least else ""
        self.wrong(node.place, f"{entry.key.text} takes a whole number from {least:,} to {most:,}{hint}")
        return None

    def nearest(self, word: str, known: Iterable[str], others: Mapping[str, str] | None = None) -> str:
        """`; did you mean NAME?` where one name is near, else the names there are where they are few."""
        from difflib import get_close_matches

        known = tuple(known)
        if others and word in others:
            return f"; did you mean {others[word]}?"
        folded = {name.casefold(): name for name in known}
        near = get_close_matches(word.casefold()[:100], folded, n=1)
        if near:
            return f"; did you mean {folded[near[0]]}?"
        return _such_as(known) if len(known) <= 12 else ""


def _such_as(known: Iterable[str]) -> str:
    known = tuple(known)
    return f"; known here: {', '.join(known)}" if known else "; nothing stands there"
