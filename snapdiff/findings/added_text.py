"""A step to the texts it added to the bodies of a message: disclaimers, footers, banners, signatures."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from msgspec import UNSET

from snapdiff.findings.body_text import BodyText, folded, html_of, html_text, plain_text
from snapdiff.findings.changed_parts import changed_parts, earlier_lines, lines_of
from snapdiff.findings.register import Passing
from snapdiff.mail.parts import Part
from snapdiff.model import Change, Hunk

_FEWEST_WORDS = 6
_FEWEST_WORDS_IN_LINE = 4
_LONGEST = 20_000
"""Characters of an added text: what is longer is no disclaimer but another body."""
_WORD = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]{2}|[^\W_\u3040-\u9fff\uac00-\ud7af]{2,}")
"""A word; where words stand without blanks between them, two characters."""
_QUOTED_SHOWN = 120


@dataclass(frozen=True)
class AddedText:
    """A text that a step put into a part: by which of its changes, and what the part was before and after.

    `before` is None where the whole part is new.
    """

    change: int
    part: Part
    text: str
    before: BodyText | None
    after: BodyText

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The folded lines that carry it: those of more than a few words, or all as one where none has them."""
        return telling_lines(self.text)

    @property
    def shown(self) -> str:
        """Its beginning, for people."""
        return shown(self.text)

    @property
    def is_doubled(self) -> bool:
        """Whether it says all it says twice."""
        return all(count > 1 for count in Counter(self.lines).values())

    @property
    def is_more(self) -> bool:
        """Whether the part has it once more than before: not where it was only moved."""
        if self.before is None:
            return True
        before, after = self.before.whole, self.after.whole
        return all(after.count(line) > before.count(line) for line in self.lines)

    def stands_in(self, text: str) -> bool:
        """Whether every line of it stands in the folded text."""
        return all(line in text for line in self.lines)


def added_texts(at: Passing) -> Iterator[AddedText]:
    """The texts a step added at the start or the end of a text part, or before what it quotes, in order.

    Only whole runs of lines that are nothing but new, and have more than a handful of words: what replaced other
    words is no added text. Attached texts are told like bodies; `part` says which it is.
    """
    for number, change, part in changed_parts(at):
        if not part.is_text:
            continue
        if change.kind == "part.added":
            whole = whole_text(part)
            if whole is not None and not part.is_attachment and _is_telling(text := "\n".join(whole.lines)):
                yield AddedText(number, part, text, None, whole)
        elif change.kind == "part.changed" and change.name is None:
            yield from _inserted(number, change, part)


def telling_lines(text: str) -> tuple[str, ...]:
    """The folded lines that carry a text: those of more than a few words, or all as one where none has them."""
    telling = [folded(line) for line in text.split("\n") if len(_WORD.findall(line)) >= _FEWEST_WORDS_IN_LINE]
    return tuple(telling) or (folded(text),)


def seen_hunks(change: Change) -> Sequence[Hunk]:
    """The hunks of what a reader sees; of HTML too large for that, those of its source."""
    return (change.hunks or []) if change.visible is UNSET else change.visible


def added_by(hunk: Hunk) -> str:
    """What a hunk added, where it took nothing away; "" otherwise."""
    if hunk.after is None:
        return ""
    if hunk.before is None or not hunk.before.strip():
        return hunk.after
    old = hunk.before.rstrip()
    if hunk.after.startswith(old):
        return hunk.after[len(old) :]
    old = hunk.before.lstrip()
    return hunk.after[: -len(old)] if hunk.after.endswith(old) else ""


def whole_text(part: Part) -> BodyText | None:
    """A text part as a reader sees it; None for HTML too large to be read."""
    return html_of(part) if part.type == "text/html" else plain_text(lines_of(part))


def has_words(*lines: str) -> bool:
    """Whether there is a word in any of them."""
    return any(_WORD.search(line) for line in lines)


def shown(text: str) -> str:
    """The beginning of a text in one line, for people."""
    text = " ".join(text.split())
    return text if len(text) <= _QUOTED_SHOWN else f"{text[:_QUOTED_SHOWN].rstrip()}…"


def _inserted(number: int, change: Change, part: Part) -> Iterator[AddedText]:
    """The texts added by a change of a text part."""
    if change.hunks is None:
        return
    is_html = part.type == "text/html"
    hunks = change.visible if is_html else change.hunks
    if hunks is UNSET or not any(added_by(hunk) for hunk in hunks):
        return
    after = whole_text(part)
    if after is None:
        return
    places = [hunk for hunk in hunks if _is_at_an_end(hunk, after) and _is_telling(added_by(hunk))]
    if not places:
        return
    source = earlier_lines(lines_of(part), change.hunks)
    before = html_text("\n".join(source)) if is_html else plain_text(source)
    if before is not None:
        yield from (AddedText(number, part, added_by(hunk), before, after) for hunk in places)


def _is_at_an_end(hunk: Hunk, after: BodyText) -> bool:
    first, behind = hunk.after_line - 1, hunk.after_line - 1 + _height(hunk.after)
    above, below = after.lines[:first], after.lines[behind : after.end_of_own]
    return not has_words(*above) or not has_words(*below) or not has_words(*after.lines[behind:])


def _is_telling(text: str) -> bool:
    return len(text) <= _LONGEST and len(_WORD.findall(text)) >= _FEWEST_WORDS


def _height(text: str | None) -> int:
    return 0 if text is None else text.count("\n") + 1
