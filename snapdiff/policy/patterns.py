"""What a user writes to mean several texts (`v*`, an exact text, a regular expression) to a test of one text.

Regular expressions are RE2's, which take time in proportion to the text whatever they are: none can hang a run.
"""

from functools import lru_cache
from typing import Any, Literal

from msgspec import Struct

Form = Literal["glob", "exact", "regex"]
MAX_PATTERN = 20_000
"""Characters of one pattern."""


class Pattern(Struct, frozen=True):
    """A text to compare with: a glob (`*` any characters, `?` one) and `exact` fit the whole value, a `regex` any part.

    With `ignore_case` letter case does not count.
    """

    form: Form
    text: str
    ignore_case: bool = False

    def fits(self, value: str) -> bool:
        """Whether the value is meant."""
        if self.form == "exact" or (self.form == "glob" and not is_glob(self.text)):
            return value == self.text or (self.ignore_case and value.casefold() == self.text.casefold())
        compiled = _compiled(_expression(self), self.ignore_case)
        found = compiled.search(_encodable(value)) if self.form == "regex" else compiled.fullmatch(_encodable(value))
        return found is not None

    @property
    def words(self) -> str:
        """As it is shown: `"v3"`, or `/^v\\d+$/` for a regular expression."""
        return f"/{self.text}/" if self.form == "regex" else f'"{self.text}"'


def is_glob(text: str) -> bool:
    """Whether a text has a character that stands for others."""
    return "*" in text or "?" in text


def covers(one: str, other: str) -> bool:
    """Whether all that fits the glob `other` fits the glob `one` as well, whatever the letter case."""
    import re2

    # The stars of the other are one character each, which only a star can stand for.
    pieces = {"*": ".*", "?": r"[^\x00]"}
    expression = "(?s)" + "".join(pieces.get(char) or re2.escape(_encodable(char)) for char in one)
    return _compiled(expression, True).fullmatch(_encodable(other).replace("*", "\0")) is not None


def without(expression: str, text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without what fits a regular expression, and where that stood: offsets in characters."""
    text = _encodable(text)
    spans = [found.span() for found in _compiled(expression, False).finditer(text)]
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at:start])
        at = end
    return " ".join([*kept, text[at:]]), spans


def wrong_expression(expression: str) -> str:
    """Why a regular expression can't be used, "" where it can."""
    import re2

    try:
        compiled = re2.compile(_encodable(expression), _options(False))
    except re2.error as fault:
        said = fault.args[0] if fault.args else fault
        said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{said} (the syntax is RE2's: no look-around and no back references)"
    return "it fits an empty text, and so every text" if compiled.search("") is not None else ""


def _expression(pattern: Pattern) -> str:
    if pattern.form == "regex":
        return pattern.text
    import re2

    pieces = {"*": ".*", "?": "."}
    return "(?s)" + "".join(pieces.get(char) or re2.escape(_encodable(char)) for char in pattern.text)


@lru_cache(maxsize=1024)
def _compiled(expression: str, ignore_case: bool) -> Any:
    import re2

    return re2.compile(_encodable(expression), _options(ignore_case))


def _options(ignore_case: bool) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    return options


def _encodable(text: str) -> str:
    """A lone surrogate has no UTF-8 form: it is compared as it is shown."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")
