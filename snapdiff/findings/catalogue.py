"""The catalogue file to definitions: what each finding is called, how grave it is, and what is said of it."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec
from msgspec import Struct

from snapdiff.model import Severity


class Definition(Struct, frozen=True, forbid_unknown_fields=True):
    """One finding as the catalogue defines it. `message` and `fix` hold {names} that the evidence fills."""

    code: str
    name: str
    severity: Severity
    message: str
    fix: str
    about: str


LONGEST_VALUE = 300
"""Characters of a value that a finding quotes; a field of a mail can have megabytes."""


@cache
def catalogue() -> dict[str, Definition]:
    """Every definition under its code, in the order of the codes."""
    text = resources.files("snapdiff.findings").joinpath("catalogue.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    return {code: msgspec.convert({"code": code, **read[code]}, Definition) for code in sorted(read)}


def short(value: str) -> str:
    """A value as a finding quotes it."""
    return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"


def filled(definition: Definition, text: str, words: Mapping[str, str]) -> str:
    """One of the definition's texts with its {names} filled. Raises ValueError where one of them is not there."""
    try:
        return text.format_map(words)
    except KeyError as missing:
        raise ValueError(f"{definition.code} says {missing} in its text, and its detector does not") from None


def said(code: str, values: Mapping[str, str]) -> str:
    """The sentence of a finding that is about no step, by its code and the values seen."""
    definition = catalogue()[code]
    return filled(definition, definition.message, {name: short(value) for name, value in values.items()})
