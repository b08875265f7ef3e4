"""A text part to the lines a reader sees, told apart: what this message says itself, and what it quotes of another."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from snapdiff.mail.once import once
from snapdiff.mail.parts import Part
from snapdiff.mail.visible import TooLarge, visible_lines, visible_text

_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_QUOTE_MARKS = re.compile(r"\s*(?:>\s?)+")
_DIVIDER = re.compile(
    r"\s*-{2,}\s*(?:original(?: message| appointment)?|forwarded message|urspr\u00fcngliche (?:nachricht|mail)|"
    r"weitergeleitete nachricht|message d'origine|message transf\u00e9r\u00e9|mensaje original|mensaje reenviado|"
    r"messaggio originale|messaggio inoltrato|oorspronkelijk bericht|doorgestuurd bericht|mensagem original|"
    r"ursprungligt meddelande|oprindelig meddelelse|opprinnelig melding|alkuper\u00e4inen viesti|"
    r"wiadomo\u015b\u0107 oryginalna|"
    r"\u043f\u0435\u0440\u0432\u043e\u043d\u0430\u0447\u0430\u043b\u044c\u043d\u043e\u0435 "
    r"\u0441\u043e\u043e\u0431\u0449\u0435\u043d\u0438\u0435|\u90ae\u4ef6\u539f\u4ef6|\u539f\u59cb\u90ae\u4ef6)\s*-{2,}\s*",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"[*\s]*(?:from|von|de|da|van|fr\u00e5n|fra|od|\u043e\u0442|\u53d1\u4ef6\u4eba|\u5dee\u51fa\u4eba)\s?:",
    re.IGNORECASE,
)
_SENT = re.compile(
    r"[*\s]*(?:sent|date|gesendet|datum|envoy\u00e9|enviado(?: el)?|enviada(?: em)?|data|inviato|verzonden|skickat|"
    r"sendt|dato|wys\u0142ano|\u043e\u0442\u043f\u0440\u0430\u0432\u043b\u0435\u043d\u043e|\u0434\u0430\u0442\u0430|"
    r"\u53d1\u9001\u65f6\u95f4|\u9001\u4fe1\u65e5\u6642)\s?:",
    re.IGNORECASE,
)
_BLOCKQUOTE = re.compile("<blockquote", re.IGNORECASE)
_HEADER_BLOCK = 3
"""Lines behind a `From:` among which the header of the older message names its date."""


def folded(text: str) -> str:
    """The text as it is compared: letter case, white space (no-break spaces too) and zero-width characters fold."""
    return " ".join(_ZERO_WIDTH.sub("", text).split()).casefold()


@dataclass(frozen=True)
class BodyText:
    """The lines of one text as a reader sees them. `quotes` says of each whether it is quoted from another message."""

    lines: Sequence[str]
    quotes: list[bool]

    @cached_property
    def own(self) -> str:
        """What the message says itself, folded."""
        return folded("\n".join(line for line, quoted in zip(self.lines, self.quotes, strict=True) if not quoted))

    @cached_property
    def quoted(self) -> str:
        """What it quotes, without the marks, folded."""
        lines = zip(self.lines, self.quotes, strict=True)
        return folded("\n".join(_QUOTE_MARKS.sub("", line, count=1) for line, quoted in lines if quoted))

    @property
    def whole(self) -> str:
        """All of it, folded: what it says itself, then what it quotes."""
        return f"{self.own}\n{self.quoted}"

    @cached_property
    def end_of_own(self) -> int:
        """The index of the first quoted line, or of the line that introduces it; how many lines if none is."""
        at = self.quotes.index(True) if True in self.quotes else len(self.lines)
        above = at - 1
        while above > 0 and not self.lines[above].strip():
            above -= 1
        introduces = 0 < above < at < len(self.lines) and self.lines[above].rstrip().endswith(":")
        return above if introduces else at


def plain_text(lines: Sequence[str]) -> BodyText:
    """Quoted are lines that begin with `>`, and all from the line on that introduces an older message."""
    divider = _divider(lines)
    return BodyText(list(lines), [at >= divider or line.lstrip().startswith(">") for at, line in enumerate(lines)])


def html_text(source: str) -> BodyText | None:
    """Quoted is what `<blockquote>` holds, and all from the line on that introduces an older message.

    None for HTML that is too large to be read.
    """
    try:
        return _told_apart(source, visible_lines(source))
    except TooLarge:
        return None


@once
def html_of(part: Part) -> BodyText | None:
    """The same of an HTML part."""
    try:
        return _told_apart(part.text.text, visible_text(part))
    except TooLarge:
        return None


def _told_apart(source: str, lines: Sequence[str]) -> BodyText:
    own = visible_lines(source, quotes=False) if _BLOCKQUOTE.search(source) else lines
    divider = _divider(lines)
    left = Counter(own)
    quotes: list[bool] = []
    for at, line in enumerate(lines):
        quotes.append(at >= divider or not left[line])
        left[line] -= left[line] > 0
    return BodyText(lines, quotes)


def _divider(lines: Sequence[str]) -> int:
    """The index of the line that introduces an older message, as mail programs write it; how many lines if none."""
    for at, line in enumerate(lines):
        if len(line) > 200 or not (":" in line or "-" in line):
            continue
        if _DIVIDER.fullmatch(line):
            return at
        if _FROM.match(line) and any(_SENT.match(next_line) for next_line in lines[at + 1 : at + 1 + _HEADER_BLOCK]):
            return at
    return len(lines)
