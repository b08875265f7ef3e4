"""Watches one trace inside a worker and answers what a policy asks of mail: texts, parts, the last message."""

from typing import TYPE_CHECKING

from snapdiff.mail.fields import field_name, field_value, unfold_to_blanks
from snapdiff.mail.message import Message
from snapdiff.mail.words import decode_value, shown
from snapdiff.model import Answers, Explained, FinalSeen, Insertion, PartSeen, Step, StepAnswers, TextSeen
from snapdiff.policy.body_text import BodyTexts, TypeText, is_body
from snapdiff.policy.form import Block, BodyText, Condition, Policy, Selector
from snapdiff.policy.patterns import without
from snapdiff.policy.shapes import shape
from snapdiff.texts import same_end, same_start

if TYPE_CHECKING:
    from snapdiff.mail.parts import Part

_OF_MAIL = frozenset({"header", "part"})
"""What `final` asks for that stands in the mail; the envelope stands in the trace."""
_TAIL = 80
_LONGEST = 300
_SHOWN = 5
_LONGEST_INSERTION = 2000
_MOST_PARTS = 500
"""Changed parts of one step that are looked up; a message has rarely more than ten."""


class Asker:
    """Takes the steps of one trace; `answers` then gives what the policy wanted to know of its mail."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._bodies = [
            condition for block in policy.blocks for condition in (*block.must, *block.must_not) if condition.is_body
        ]
        self._steps: list[StepAnswers] = []
        self._last: tuple[Message, BodyTexts] | None = None
        self._shape = ""

    def passed(self, step: Step, before: Message, after: Message) -> None:
        """One step that compared two messages."""
        self._shape = self._shape or shape(before)
        changed = any(change.kind.startswith("part.") for change in step.changes)
        if not changed:
            return
        parts = _parts(step, before, after)
        answers = StepAnswers(step.to, [], parts, [], [], [])
        if self._bodies or self._policy.describes:
            self._look(answers, self._texts(before), self._texts(after))
        self._steps.append(answers)

    def answers(self, last: Message | None) -> Answers:
        """All answers, with those about the trace's last message."""
        final = self._policy.final
        asked = [] if last is None else [x for x in (*final.must, *final.must_not) if x.is_body or x.what in _OF_MAIL]
        told = [self._final(condition, last) for condition in asked if last is not None]
        needs_types = last is not None and (self._bodies or any(condition.is_body for condition in asked))
        types = list(self._texts(last).types) if last is not None and needs_types else []
        began = self._shape or (shape(last) if last is not None else "")
        return Answers(self._steps, told, types, began)

    def _texts(self, message: Message) -> BodyTexts:
        """A message's texts, read once where it is the side of two steps."""
        if self._last is None or self._last[0] is not message:
            self._last = (message, BodyTexts(message))
        return self._last[1]

    def _look(self, answers: StepAnswers, before: BodyTexts, after: BodyTexts) -> None:
        for media_type, text in after.types.items():
            old = before.counterpart(media_type)
            if text.too_large or (old is not None and old.too_large):
                answers.unread.append(media_type)
                continue
            for condition in self._bodies:
                if condition.body is not None and any(part.fits(media_type) for part in condition.parts):
                    answers.texts.append(_seen(condition, condition.body, media_type, old, text))
            same = before.types.get(media_type)
            if same is None:
                continue
            if self._policy.describes and (came := insertion(media_type, same, text)) is not None:
                answers.inserted.append(came)
            for place, block in enumerate(self._policy.blocks):
                if explaining := _explaining(block, media_type, same, text):
                    answers.explained.append(Explained(place, media_type, explaining))

    def _final(self, condition: Condition, last: Message) -> FinalSeen:
        if condition.is_body and condition.body is not None:
            return _final_text(condition, condition.body, self._texts(last))
        if condition.what == "header":
            return _final_fields(condition, last)
        return _final_parts(condition, last)


def empty_policy() -> Policy:
    """A policy that expects nothing: a run with it tells the shapes of mail and what its parts are."""
    return Policy("", Selector(), 0, "", (), (), Block("final", None, None, (), (), (), None), (), ())


def _seen(condition: Condition, body: BodyText, media_type: str, old: TypeText | None, new: TypeText) -> TextSeen:
    before, after = old.text if old is not None else "", new.text
    counted, _ = _count(body, before)
    count, ends = _count(body, after)
    at_end = ends and not (_count(body, before)[1] and _came_before_the_end(before, after))
    return TextSeen(condition.number, media_type, counted, count, at_end, after[-_TAIL:])


def _count(body: BodyText, text: str) -> tuple[int, bool]:
    """How often it stands there, and whether it stands at the end."""
    if not body.is_regex:
        return text.count(body.text), text.endswith(body.text)
    _, spans = without(body.text, text)
    return len(spans), bool(spans) and not text[spans[-1][1] :].strip()


def _came_before_the_end(before: str, after: str) -> bool:
    """Whether all that came was put in before the text that stood at the end already."""
    start = same_start(before, after)
    return start < len(before) <= start + same_end(before, after)


def _explaining(block: Block, media_type: str, before: TypeText, after: TypeText) -> list[list[int]]:
    """For each text that came, those of a block's musts that ask for it; [] where something else changed as well.

    Without these texts the words are those that were there, and so are the links. Marks without a letter or digit
    (`--`, a rule of underscores) may come along. A piece of a longer text that came did not come itself.
    """
    asked: dict[BodyText, list[int]] = {}
    for condition in block.must:
        if condition.body is not None and any(part.fits(media_type) for part in condition.parts):
            asked.setdefault(condition.body, []).append(condition.number)
    old, new = before.text, after.text
    came: list[list[int]] = []
    for body in sorted(asked, key=lambda one: len(one.text), reverse=True):
        if _count(body, new)[0] > _count(body, old)[0]:
            came.append(asked[body])
            old, new = _cut_out(body, old), _cut_out(body, new)
    return came if came and before.targets == after.targets and _words(old) == _words(new) else []


def _cut_out(body: BodyText, text: str) -> str:
    return without(body.text, text)[0] if body.is_regex else text.replace(body.text, " ")


def _words(text: str) -> list[str]:
    """What has a letter or a digit."""
    return [word for word in text.split() if any(char.isalnum() for char in word)]


def insertion(media_type: str, before: TypeText, after: TypeText) -> Insertion | None:
    """The one text that was put into another, whole words of it; None where it is not that simple."""
    old, new = before.text, after.text
    start = same_start(old, new)
    if start < len(old):
        start = old.rfind(" ", 0, start) + 1
    came = new[start : len(new) - (len(old) - start)].strip()
    if not came or len(came) > _LONGEST_INSERTION or not new.endswith(old[start:]) or before.targets != after.targets:
        return None
    body = BodyText(came)
    if _count(body, new)[0] != _count(body, old)[0] + 1 or _words(_cut_out(body, old)) != _words(_cut_out(body, new)):
        return None
    at_end = new.endswith(came) and not (old.endswith(came) and _came_before_the_end(old, new))
    return Insertion(media_type, came, at_end)


def _parts(step: Step, before: Message, after: Message) -> list[PartSeen]:
    """The parts behind the sections of a step's changes."""
    seen: dict[tuple[str, bool], PartSeen] = {}
    by_section: dict[bool, dict[str, Part]] = {}
    for change in step.changes:
        on_after = not change.kind.endswith("removed")
        if change.part is None or not change.kind.startswith("part.") or (change.part, on_after) in seen:
            continue
        if on_after not in by_section:
            tree = (after if on_after else before).tree
            by_section[on_after] = {part.section: part for part in (tree.root, *tree.root.descendants())}
        part = by_section[on_after].get(change.part)
        if part is not None and len(seen) < _MOST_PARTS:
            seen[(change.part, on_after)] = PartSeen(
                change.part, on_after, part.type, part.file_name and part.file_name[:_LONGEST], is_body(part)
            )
    return list(seen.values())


def _final_text(condition: Condition, body: BodyText, texts: BodyTexts) -> FinalSeen:
    """The least of the types asked for decides: a text has to stand in each of them."""
    counts, seen, unread = [], [], False
    for media_type, text in texts.types.items():
        if not any(part.fits(media_type) for part in condition.parts):
            continue
        unread = unread or text.too_large
        count, at_end = _count(body, text.text)
        counts.append(count if condition.what == "body.contains" or at_end else 0)
        seen.append(f"{media_type} ends with {text.text[-_TAIL:]!r}")
    absent = [part.text for part in condition.parts if not any(map(part.fits, texts.types))]
    return FinalSeen(condition.number, min(counts, default=0), seen[:_SHOWN], absent, unread)


def _final_fields(condition: Condition, last: Message) -> FinalSeen:
    values, count = [], 0
    for field in last.header.fields:
        if condition.name is not None and not condition.name.fits(field_name(field)):
            continue
        value = shown(decode_value(unfold_to_blanks(field_value(field))))
        count += condition.value is None or condition.value.fits(value)
        values.append(value[:_LONGEST])
    return FinalSeen(condition.number, count, values[:_SHOWN], [])


def _final_parts(condition: Condition, last: Message) -> FinalSeen:
    names, count = [], 0
    for part in last.tree.root.leaves():
        of_type = not condition.parts or any(x.fits(part.type) or x.fits(part.section) for x in condition.parts)
        name = part.file_name or ""
        if of_type and (condition.filename is None or condition.filename.fits(name)):
            count += 1
        names.append(f"{part.section} {part.type} {name}".strip()[:_LONGEST])
    return FinalSeen(condition.number, count, names[:_SHOWN], [])
