"""HTML source to coloured ranges a line, by pygments; only so much of it that a hostile source takes no long time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from snapdiff.report.html.marks import Styled

LONGEST_SOURCE = 20_000
"""Characters that are coloured: the lexer takes quadratic time on some sources, here under a second."""
_CLASSES = (
    ("Token.Comment", "tc"),
    ("Token.Name.Tag", "tt"),
    ("Token.Name.Attribute", "ta"),
    ("Token.Name.Entity", "te"),
    ("Token.Literal.String", "ts"),
    ("Token.Keyword", "tt"),
    ("Token.Literal.Number", "te"),
)


def coloured(source: str) -> list[list[Styled]]:
    """For each line (ended by LF) of HTML source the ranges that have a colour; none where the source is too long."""
    if len(source) > LONGEST_SOURCE:
        return []
    style_of = _styles()
    lines: list[list[Styled]] = [[]]
    column = 0
    for token, text in _tokens(source):
        style = style_of(token)
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append([])
                column = 0
            if piece and style:
                lines[-1].append((column, column + len(piece), style))
            column += len(piece)
    return lines


def _tokens(source: str) -> list[tuple[object, str]]:
    from pygments.lexers.html import HtmlLexer  # type: ignore[import-untyped]

    # Without options the lexer would strip blank lines and expand nothing else: places must stay as they are.
    lexer = HtmlLexer(stripnl=False, ensurenl=False)
    return [(token, text) for _, token, text in lexer.get_tokens_unprocessed(source)]


def _styles() -> Callable[[object], str]:
    known: dict[object, str] = {}

    def style_of(token: object) -> str:
        if token not in known:
            name = str(token)
            known[token] = next((style for prefix, style in _CLASSES if name.startswith(prefix)), "")
        return known[token]

    return style_of
