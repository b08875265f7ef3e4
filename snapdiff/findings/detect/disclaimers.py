"""Texts that agents add to a message (disclaimers, signature texts): added twice, or where they don't belong."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from snapdiff.findings.actors import who_did
from snapdiff.findings.added_text import (
    AddedText,
    added_texts,
    has_words,
    shown,
    whole_text,
)
from snapdiff.findings.alternatives import alternatives
from snapdiff.findings.body_text import folded, html_text
from snapdiff.findings.changed_parts import changed_parts, earlier_lines, lines_of
from snapdiff.findings.register import Found, Passing, follower, of_step
from snapdiff.mail.message import Message
from snapdiff.mail.parts import Part
from snapdiff.model import Snapshot, Trace

_END_OF_HTML = re.compile(r"</html\s*>", re.IGNORECASE)
_MOST_REMEMBERED = 50
_MOST_TEXTS = 20


@dataclass(frozen=True)
class _Earlier:
    """A text that a step of this trace added, folded, and who did."""

    step: int
    section: str
    who: str
    text: str


@follower
class AddedTexts:
    """SD301, SD303, SD304, SD306, SD309: what a step added, against what stood there and what steps before it added."""

    def __init__(self) -> None:
        self._earlier: list[_Earlier] = []
        self._found: list[Found] = []

    def began(self, snapshot: Snapshot, message: Message) -> None:
        """Nothing is known of who wrote what the message came with."""

    def passed(self, at: Passing) -> None:
        """Looks at each text the step added."""
        added_here = list(islice(added_texts(at), _MOST_REMEMBERED))
        for added in added_here:
            if added.part.is_attachment or added.part.embedding:
                self._found.extend(_in_an_attachment(at.index, added))
                continue
            if added.is_more:
                self._found.extend(self._again(at, added))
                self._remember(at, added)
        self._found.extend(_in_one_alternative(at, added_here))

    def ended(self, trace: Trace) -> Iterable[Found]:
        """What was found on the way."""
        return self._found

    def _again(self, at: Passing, added: AddedText) -> Iterator[Found]:
        """SD301, SD303, SD309: the message has the text already; who put it there makes the difference."""
        evidence = {"text": added.shown, "part": added.part.section}
        first = next((one for one in self._earlier if self._is_same(one, at, added)), None)
        if added.is_doubled:
            yield Found("SD301", {**evidence, "first": "it itself, in this same step"}, (added.change,), at.index)
        elif first is not None:
            yield Found("SD301", {**evidence, "first": first.who}, (added.change,), at.index)
        elif added.before is not None and added.stands_in(added.before.own):
            yield Found("SD309", evidence, (added.change,), at.index)
        elif added.before is not None and added.stands_in(added.before.quoted):
            yield Found("SD303", evidence, (added.change,), at.index)

    def _is_same(self, earlier: _Earlier, at: Passing, added: AddedText) -> bool:
        """Whether that text is the one added now, and still there: in the same part, or in another one beside a new."""
        if not added.stands_in(earlier.text):
            return False
        if earlier.step == at.index:
            return earlier.section == added.part.section
        if added.before is not None:
            return added.stands_in(added.before.whole)
        return any(_says(part, added) for part in _shown_texts(at.after.tree.root) if part is not added.part)

    def _remember(self, at: Passing, added: AddedText) -> None:
        if len(self._earlier) < _MOST_REMEMBERED:
            self._earlier.append(_Earlier(at.index, added.part.section, who_did(at.step), folded(added.text)))


def _in_an_attachment(step: int, added: AddedText) -> Iterator[Found]:
    if added.before is not None:
        named = added.part.file_name or f"the attached message (part {added.part.section})"
        yield Found("SD306", {"text": added.shown, "attachment": named}, (added.change,), step)


def _in_one_alternative(at: Passing, added_here: Sequence[AddedText]) -> Iterator[Found]:
    """SD304: of two parts that say the same as plain text and as HTML, only one was given the text."""
    if not added_here:
        return
    forms = alternatives(at.after)
    if forms is None:
        return
    touched = {one.part.section for one in changed_parts(at)}
    for added in added_here:
        if added.before is None or added.part not in forms:
            continue
        other = forms.html if added.part is forms.plain else forms.plain
        there = whole_text(other)
        if other.section in touched or there is None or added.stands_in(there.whole):
            continue
        evidence = {"text": added.shown, "given": _kind(added.part), "other": _kind(other)}
        yield Found("SD304", evidence, (added.change,), at.index)


@of_step
def behind_the_end_of_html(at: Passing) -> Iterator[Found]:
    """SD305: text that a reader sees, behind the `</html>` that ended the document."""
    for number, change, part in changed_parts(at):
        if change.kind != "part.changed" or not change.visible or change.hunks is None:
            continue
        before = "\n".join(earlier_lines(lines_of(part), change.hunks))
        behind = _behind_the_end(before, part.text.text)
        if behind:
            yield Found("SD305", {"text": shown(behind), "part": part.section}, (number,))


def _shown_texts(root: Part) -> list[Part]:
    texts = (leaf for leaf in root.leaves() if leaf.is_text and not leaf.is_attachment and not leaf.embedding)
    return list(islice(texts, _MOST_TEXTS))


def _says(part: Part, added: AddedText) -> bool:
    """Whether the part has the text too; False for HTML too large to be read."""
    text = whole_text(part)
    return text is not None and added.stands_in(text.whole)


def _behind_the_end(before: str, after: str) -> str:
    """What a reader sees newly behind the end tag that ended the HTML before; "" where there is nothing."""
    ends_before = [found.end() for found in _END_OF_HTML.finditer(before)]
    ends_after = [found.end() for found in _END_OF_HTML.finditer(after)]
    last = max(len(ends_before), 1)
    if len(ends_after) < last:
        return ""
    tail = html_text(after[ends_after[last - 1] :])
    old = html_text(before[ends_before[-1] :]) if ends_before else None
    if tail is None:
        return ""
    new = Counter(tail.lines) - Counter(old.lines if old else [])
    return "\n".join(new) if any(has_words(line) for line in new) else ""


def _kind(part: Part) -> str:
    return "HTML part" if part.type == "text/html" else "plain text part"
