"""Sentences of the report's own to what in them was put there from a mail, and what was written by us."""

import re
import string
from collections.abc import Callable, Iterator
from functools import cache

from msgspec import Struct

from snapdiff.findings.catalogue import catalogue
from snapdiff.model import Finding
from snapdiff.redact.kept import KEPT_IN_ROWS, kept

_WORD = re.compile(r"[^\W_]+")
_OWN_SENTENCES = frozenset({"gaps", "reason", "sentence", "findings", "message_subject", "subject", "text", "timeline"})
Shown = Callable[[str, str], str]
"""The name of a place in a text, and what stands there, to what is shown there."""


def filled(finding: Finding, shown: Shown) -> tuple[str, str]:
    """The finding's message and fix with what fills the catalogue's texts replaced. Nothing else can stand in them."""
    definition = catalogue()[finding.code]
    return _filled(definition.message, finding.message, shown), _filled(definition.fix, finding.fix, shown)


def _filled(template: str, text: str, shown: Shown) -> str:
    pattern, literals, names = _pattern(template)
    found = pattern.fullmatch(text)
    if found is None:
        return shown("", text)
    values = [shown(name, value) for name, value in zip(names, found.groups(), strict=True)]
    return "".join(literal + value for literal, value in zip(literals, [*values, ""], strict=True))


@cache
def _pattern(template: str) -> tuple[re.Pattern[str], list[str], list[str]]:
    """A pattern for a text made of the template, the template's own pieces, and the names between them."""
    literals, names = [""], []
    for literal, name, _, _ in string.Formatter().parse(template):
        literals[-1] += literal
        if name is not None:
            names.append(name)
            literals.append("")
    return re.compile("(.*?)".join(map(re.escape, literals)), re.DOTALL), literals, names


def lower(text: str) -> Iterator[str]:
    """The words of a text, in lower case."""
    return (word.lower() for word in _WORD.findall(text))


def words_of(noun: object) -> frozenset[str]:
    """Every word, in lower case, of the fields of a noun that are replaced."""
    found: set[str] = set()

    def look(value: object) -> None:
        if isinstance(value, Struct):
            for name in value.__struct_fields__:
                if name not in kept(type(value)) | _OWN_SENTENCES:
                    look(getattr(value, name))
        elif isinstance(value, str):
            found.update(lower(value))
        elif isinstance(value, list | tuple):
            for one in value:
                look(one)
        elif isinstance(value, dict):
            for name, one in value.items():
                if name not in KEPT_IN_ROWS | _OWN_SENTENCES:
                    look(one)

    look(noun)
    return frozenset(found)
