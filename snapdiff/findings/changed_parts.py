"""A step's changes to the parts they are about, and to what those parts were before."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from snapdiff.findings.register import Passing
from snapdiff.mail.once import once
from snapdiff.mail.parts import Part
from snapdiff.model import Change, Hunk

_OF_PARTS = frozenset({"part.added", "part.changed", "part.rewritten", "part.moved"})
_WRITTEN = frozenset({"part.changed", "part.rewritten"})
_HOW_IT_READS = frozenset({"content-type", "content-transfer-encoding"})


class ChangedPart(NamedTuple):
    """A change of a part (its index among the step's changes), and that part of the later message."""

    number: int
    change: Change
    part: Part


class TextBefore(NamedTuple):
    """A text part that a step wrote anew, or labelled anew (`number` is that change's index), before and after."""

    number: int
    change: Change
    before: Part
    after: Part


@once
def changed_parts(at: Passing) -> list[ChangedPart]:
    """The step's changes of parts that the later message has."""
    changes = [(number, change) for number, change in enumerate(at.step.changes) if change.kind in _OF_PARTS]
    if not changes:
        return []
    root = at.after.tree.root
    parts = {part.section: part for part in reversed((root, *root.descendants()))}
    return [ChangedPart(number, one, parts[one.part]) for number, one in changes if one.part in parts]


@once
def changed_texts(at: Passing) -> Sequence[TextBefore]:
    """The text parts that a step changed in what they say or in how they say it, each once, with what they were.

    A part is left out where it can't be told which one it was.
    """
    return tuple(_changed_texts(at))


def _changed_texts(at: Passing) -> Iterator[TextBefore]:
    written = [one for one in changed_parts(at) if one.part.is_text and one.change.kind in _WRITTEN]
    relabelled = [
        (number, change)
        for number, change in enumerate(at.step.changes)
        if change.kind == "header.changed" and (change.name or "").lower() in _HOW_IT_READS
    ]
    if not (written or relabelled):
        return
    texts_before = [leaf for leaf in at.before.tree.root.leaves() if leaf.is_text]
    seen: set[str] = set()
    by_words: dict[tuple[str, str], list[Part]] = {}
    for leaf in texts_before if written else []:
        by_words.setdefault((leaf.type, "\n".join(lines_of(leaf))), []).append(leaf)
    for number, change, part in written:
        if part.section in seen or (change.kind == "part.changed" and change.hunks is None):
            continue
        words = "\n".join(earlier_lines(lines_of(part), change.hunks or []))
        same = by_words.get((part.type, words), [])
        if same:
            seen.add(part.section)
            before = next((leaf for leaf in same if leaf.section == part.section), same[0])
            yield TextBefore(number, change, before, part)
    leaves_before = {leaf.header_section: leaf for leaf in texts_before}
    leaves_after = {leaf.header_section: leaf for leaf in at.after.tree.root.leaves() if leaf.is_text}
    for number, change in relabelled:
        old, new = leaves_before.get(change.part), leaves_after.get(change.part)
        if old is not None and new is not None and new.section not in seen:
            seen.add(new.section)
            yield TextBefore(number, change, old, new)


def earlier_lines(after: Sequence[str], hunks: Sequence[Hunk]) -> list[str]:
    """The lines as they were before the hunks."""
    out: list[str] = []
    done = 0
    for hunk in hunks:
        start = hunk.after_line - 1
        out += after[done:start]
        if hunk.before is not None:
            out += hunk.before.split("\n")
        done = start + (0 if hunk.after is None else hunk.after.count("\n") + 1)
    return [*out, *after[done:]]


def lines_of(part: Part) -> list[str]:
    """The lines of a text part, as hunks count them."""
    lines = part.text.text.replace("\r\n", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]
