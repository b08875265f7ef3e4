"""A message's body as plain text and as HTML: which parts say the same, and whether one was made from the other."""

import re
import unicodedata
from collections import Counter
from typing import NamedTuple

from snapdiff.findings.added_text import whole_text
from snapdiff.findings.changed_parts import lines_of
from snapdiff.mail.message import Message
from snapdiff.mail.once import once
from snapdiff.mail.parts import Part

_FORMS = ("text/plain", "text/html")
_WORD = re.compile(r"[A-Za-z0-9]{2,}")
_SAME = 0.95
_FEWEST_WORDS = 8
_FEWEST_GONE = 3


class Alternatives(NamedTuple):
    """The two forms of one body."""

    plain: Part
    html: Part


@once
def alternatives(message: Message) -> Alternatives | None:
    """The two forms of the message's own body: of the first multipart/alternative that holds each once."""
    for holder in (message.tree.root, *message.tree.root.descendants()):
        if holder.type == "multipart/alternative" and holder.embedding == 0:
            texts = [leaf for leaf in holder.leaves() if leaf.type in _FORMS and not leaf.is_attachment]
            if len(texts) == 2 and texts[0].type != texts[1].type:
                return Alternatives(*sorted(texts, key=lambda leaf: leaf.type == "text/html"))
    return None


def is_made_anew(before: Alternatives, after: Alternatives) -> bool:
    """Whether the later plain text is the HTML's words, and not the earlier plain text any more.

    That is so where the earlier one said something else than the HTML, and what it said is gone; or where characters
    are lost and the lines are other ones. Words count by their ASCII letters, so that lost characters don't hide it.
    """
    html_before, html_after = _words(before.html), _words(after.html)
    plain_before, plain_after = _words(before.plain), _words(after.plain)
    if plain_after.total() < _FEWEST_WORDS or not _are_alike(plain_after, html_after):
        return False
    if not _are_alike(plain_before, html_before):
        return (plain_before - plain_after).total() >= _FEWEST_GONE
    return bool(lost_between(before.plain, after.plain)) and _is_laid_out_anew(before.plain, after.plain)


def lost_between(before: Part, after: Part) -> str:
    """The characters beyond ASCII that can be seen, of the earlier text, that the later one has nowhere."""
    there = set(after.text.text)
    gone = [one for one in dict.fromkeys(before.text.text) if not one.isascii() and one not in there]
    return "".join(one for one in gone if unicodedata.category(one) not in {"Cf", "Zs", "Cc"})


def _words(part: Part) -> Counter[str]:
    """The words a reader sees; none of HTML too large to be read."""
    text = whole_text(part)
    return Counter(_WORD.findall("\n".join(text.lines))) if text is not None else Counter()


def _are_alike(one: Counter[str], other: Counter[str]) -> bool:
    return (one & other).total() >= _SAME * max(one.total(), other.total())


def _is_laid_out_anew(before: Part, after: Part) -> bool:
    """Whether most words of the earlier text stand in lines that are no lines of the later one, by ASCII letters."""
    there = {tuple(_WORD.findall(line)) for line in lines_of(after)}
    lines = [tuple(_WORD.findall(line)) for line in lines_of(before)]
    return 2 * sum(len(line) for line in lines if line not in there) > sum(map(len, lines))
