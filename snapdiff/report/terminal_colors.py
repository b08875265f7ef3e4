"""Text to styled ranges: the palette, and what pygments tells of header lines and HTML source.

Only the sixteen colours of the terminal's own theme are used, so that a light and a dark background both work. pygments
is imported at the first line that is coloured; it needs time with the square of some texts' length (a row of 32,000 `&`
takes its HTML lexer four seconds), so a longer line goes uncoloured.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Language = Literal["header", "html"]

RESET = "\x1b[0m"
PALETTE = {
    "title": "1",
    "label": "2",
    "rule": "2",
    "dim": "2",
    "event": "36",
    "name": "1",
    "changed": "1;33",
    "unsure": "35",
    "gone": "1;31",
    "added": "32",
    "removed": "31",
    "added-word": "7;32",
    "removed-word": "7;31",
    "note": "33",
    "error": "1;31",
    "warning": "33",
    "field": "1",
    "tag": "36",
    "attribute": "35",
    "string": "33",
    "comment": "2",
    "number": "36",
    "host": "36",
    "date": "35",
}
"""Style names to the numbers of "select graphic rendition" (ECMA-48, 8.3.117)."""
LONGEST_COLOURED = 1000
"""Characters of one line that pygments is given at most."""

_HTML = {
    ("Name", "Tag"): "tag",
    ("Name", "Attribute"): "attribute",
    ("Name", "Entity"): "number",
    ("Literal", "String"): "string",
    ("Comment",): "comment",
}
_HEADER = {
    ("Name", "Tag"): "field",
    ("Comment", "Special"): "field",
    ("Name", "Attribute"): "attribute",
    ("Name", "Label"): "host",
    ("Name", "Function"): "host",
    ("Name", "Decorator"): "date",
    ("Literal", "String"): "string",
    ("Literal", "Number"): "number",
    ("Keyword",): "attribute",
}


def ranges(text: str, language: Language) -> Iterator[tuple[int, int, str]]:
    """The ranges of one line that have a style: start, end (exclusive) and its name, in order."""
    if len(text) > LONGEST_COLOURED:
        return
    for start, kind, value in _lexer(language).get_tokens_unprocessed(text + "\n"):
        style = _style(tuple(kind), language)
        if style:
            yield start, min(start + len(value), len(text)), style


@lru_cache(maxsize=256)
def _style(kind: tuple[str, ...], language: Language) -> str:
    styles = _HTML if language == "html" else _HEADER
    return next((styles[kind[:length]] for length in range(len(kind), 0, -1) if kind[:length] in styles), "")


@cache
def _lexer(language: Language) -> Any:
    if language == "html":
        from pygments.lexers.html import HtmlLexer  # type: ignore[import-untyped]

        return HtmlLexer()
    from pygments.lexers.email import EmailLexer  # type: ignore[import-untyped]

    return EmailLexer()
