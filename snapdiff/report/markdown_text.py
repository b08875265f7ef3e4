"""Text of a mail to Markdown that shows it and does nothing else: code spans, sentences, table cells, fenced blocks.

Mail is hostile. Inside code a renderer reads no markup, no HTML, no link, and code hosts read no @mention, #1 or commit
number there: so whatever comes from a mail stands in code (CommonMark 0.31, 6.1 code spans, 4.5 fenced code blocks).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from snapdiff.report.safe_text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_CODE = 200
"""Characters of one code span; a longer text is cut, with three dots."""

_PLAIN_WORD = re.compile(
    r"""[("']?[A-Za-z]+(?:['-][A-Za-z]+)*["')]*[.,;:!?]?|[0-9]{1,3}(?:,[0-9]{3})*[,;]?""", re.ASCII
)
"""What may stand in a sentence as it is: English words, numbers and their punctuation; nothing with an inner dot (a
renderer may make it a link), no letters with digits (an issue or commit number), no `1.` (a list)."""
_BACKTICKS = re.compile("`+")


def code(text: str, longest: int = LONGEST_CODE) -> str:
    """A code span of one line that shows the text; control and direction characters as `safe` shows them."""
    line = _one_line(text if len(text) <= longest else text[: longest - 3] + "...")
    if not line.strip():
        return "(blank)" if line else "(empty)"
    ticks = "`" * (_longest_run(line) + 1)
    blank = " " if line[0] in "` " or line[-1] in "` " else ""
    return f"{ticks}{blank}{line}{blank}{ticks}"


def sentence(text: str, longest: int = 1000) -> str:
    """One of this program's sentences, which may quote a mail: plain words stay as they are, the rest becomes code."""
    shown: list[str] = []
    odd: list[str] = []
    for word in (*(text if len(text) <= longest else text[: longest - 3] + "...").split(), None):
        if word is not None and not _PLAIN_WORD.fullmatch(word):
            odd.append(word)
            continue
        if odd:
            shown.append(code(" ".join(odd), longest))
            odd = []
        if word is not None:
            shown.append(word)
    return " ".join(shown)


def row(*cells: str) -> str:
    """One line of a table (GFM 4.10). The cells are Markdown made here; a `|` in their code spans is escaped.

    A backslash before it is set off by a blank: renderers differ in how they read two of them before a `|`.
    """
    return "| " + " | ".join(re.sub(r"\|", r"\\|", re.sub(r"\\(?=\|)", r"\\ ", cell)) for cell in cells) + " |\n"


def fenced(lines: Iterable[str], language: str) -> str:
    """A fenced block with these lines, its fence longer than any run of backticks in them."""
    body = [_one_line(line) for line in lines]
    ticks = "`" * max(3, 1 + max(map(_longest_run, body), default=0))
    return "\n".join((ticks + language, *body, ticks)) + "\n"


def _one_line(text: str) -> str:
    return safe(text).replace("\r", " ").replace("\n", " ")


def _longest_run(line: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(line)), default=0)
