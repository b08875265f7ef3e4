"""The catalogue file to definitions: what each finding is called, how grave it is, and what is said of it."""

import tomllib
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


@cache
def catalogue() -> dict[str, Definition]:
    """Every definition under its code, in the order of the codes."""
    text = resources.files("snapdiff.findings").joinpath("catalogue.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    return {code: msgspec.convert({"code": code, **read[code]}, Definition) for code in sorted(read)}
