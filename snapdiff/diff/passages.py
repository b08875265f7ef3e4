"""A step's two messages and its changes to the passage of every field and leaf from the one to the other."""

import re
from collections import defaultdict
from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from snapdiff.diff.builder import part_info
from snapdiff.diff.lineage import Anatomy, Field, Meeting, anatomy, pair_fields, pair_leaves
from snapdiff.diff.message import Side
from snapdiff.diff.text import hunks_between, lines_of
from snapdiff.diff.values import display
from snapdiff.mail.fields import field_name
from snapdiff.mail.parts import Part
from snapdiff.model import Change, Hunk
from snapdiff.passage import FieldPassage, PartPassage, Passage

MAX_TEXT = 1_000_000
"""Characters of a text that are followed; a longer one has no runs."""
_WORD_CHARACTER = re.compile(r"\w")
_MAX_TEXT_BYTES = 4 * MAX_TEXT
MAX_VALUE = 20_000
"""Characters of a field's value that are followed; of a longer one the beginning is shown."""


class Passages:
    """Takes the steps of one trace in order and gives each one's passage; `began` gives the first message's.

    Between snapshots it keeps the last message with a body as long as snapshots without one follow.
    """

    def __init__(self, first: Side) -> None:
        self._first = anatomy(first)
        self._full = None if first.headers_only else self._first

    def began(self) -> Passage:
        """The message that the trace began with: everything came in with it."""
        fields = [_new_field(field) for field in self._first.fields]
        parts = None if self._first.header_only else [_new_part(part) for part in self._first.leaves]
        return Passage(None, fields, parts, cut=self._first.cut)

    def passed(self, to: str, meeting: Meeting) -> Passage:
        """The passage into the later of two messages."""
        before, after = meeting.before, meeting.after
        if not after.header_only and not before.header_only:
            self._full = after
            parts = _parts(before, after, meeting.leaves, meeting.changes)
            return Passage(to, _fields(before, after, meeting.changes), parts, cut=after.cut)
        head = (Anatomy(before.root, header_only=True), Anatomy(after.root, header_only=True))
        fields = _fields(*head, meeting.changes)
        if after.header_only:
            return Passage(to, fields, None, cut=after.cut)
        full, self._full = self._full, after
        if full is None:
            below = [_new_field(field) for field in after.fields[len(fields) :]]
            return Passage(to, fields + below, [_new_part(part) for part in after.leaves], True, after.cut)
        below = _fields_below(full, after, len(head[0].fields))
        return Passage(to, fields + below, _parts(full, after, pair_leaves(full, after, []), []), True, after.cut)


def _fields_below(full: Anatomy, after: Anatomy, own_before: int) -> list[FieldPassage]:
    """The parts' fields of a body that shows again; `own_before` fields of the message's own stand before them."""
    origin = pair_fields(full, after, []).origin
    shift = own_before - sum(field.part is None for field in full.fields)
    out: list[FieldPassage] = []
    for j, field in enumerate(after.fields):
        if field.part is None:
            continue
        i = origin.get(j)
        if i is None or full.fields[i].part is None:
            out.append(_new_field(field))
        else:
            passage = _new_field_or_kept(full, field, i)
            out.append(replace(passage, origin=i + shift))
    return out


def _new_field(field: Field) -> FieldPassage:
    value, cut = _value(field)
    return FieldPassage(field.part, field_name(field.raw), None, value, cut=cut)


def _value(field: Field) -> tuple[str, bool]:
    value = display(field.raw, field.charset)
    return value[:MAX_VALUE], len(value) > MAX_VALUE


def _fields(before: Anatomy, after: Anatomy, changes: Sequence[Change]) -> list[FieldPassage]:
    origin, told = pair_fields(before, after, changes)
    out: list[FieldPassage] = []
    for j, field in enumerate(after.fields):
        passage = _new_field_or_kept(before, field, origin.get(j))
        change = told.get(j)
        if passage.origin is not None and change is not None:
            if change.kind == "header.rewritten":
                passage = replace(passage, touch="rewritten")
            elif change.kind == "header.moved" or change.moved is True:
                passage = replace(passage, touch="moved")
            elif passage.value is None:
                passage = replace(passage, touch="changed")
        out.append(passage)
    return out


def _new_field_or_kept(before: Anatomy, field: Field, i: int | None) -> FieldPassage:
    if i is None:
        return _new_field(field)
    old = before.fields[i]
    name = field_name(field.raw)
    if old.raw == field.raw and old.charset == field.charset:
        return FieldPassage(field.part, name, i, None)
    was, (value, cut) = _value(old)[0], _value(field)
    if was == value:
        return FieldPassage(field.part, name, i, None, cut=cut)
    hunks = [_if_alike(hunk) for hunk in hunks_between([was], [value])]
    return FieldPassage(field.part, name, i, value, hunks, cut=cut)


def _if_alike(hunk: Hunk) -> Hunk:
    """A replaced value without its words where less than half of the shorter one stayed: it is another value then."""
    if hunk.words is UNSET or hunk.before is None or hunk.after is None:
        return hunk
    letters = len(_WORD_CHARACTER.findall(hunk.before)), len(_WORD_CHARACTER.findall(hunk.after))
    gone = sum(len(_WORD_CHARACTER.findall(hunk.before, *ends)) for ends in hunk.words.before)
    return hunk if 2 * (letters[0] - gone) >= min(letters) else replace(hunk, words=UNSET)


def _parts(before: Anatomy, after: Anatomy, origin: dict[int, int], changes: Sequence[Change]) -> list[PartPassage]:
    told: dict[str | None, list[Change]] = defaultdict(list)
    for change in changes:
        if change.kind in {"part.changed", "part.rewritten", "part.moved"} and change.name is None:
            told[change.part].append(change)
    out: list[PartPassage] = []
    for j, part in enumerate(after.leaves):
        i = origin.get(j)
        if i is None:
            out.append(_new_part(part))
            continue
        old = before.leaves[i]
        deeper = after.depth[id(part)] - before.depth[id(old)]
        out.append(_kept_part(old, part, i, _Told(told.get(part.section, []), deeper)))
    return out


class _Told:
    """What the changes say of one leaf, and how many levels deeper it stands."""

    def __init__(self, changes: Sequence[Change], deeper: int) -> None:
        self._changes, self._deeper = changes, deeper

    @property
    def changed(self) -> Change | None:
        return next((change for change in self._changes if change.kind == "part.changed"), None)

    def touches(self) -> list[str]:
        out = [str(x.degree or "rewritten") for x in self._changes if x.kind == "part.rewritten"]
        if self._deeper:
            return [*out, "wrapped" if self._deeper > 0 else "unwrapped"]
        return [*out, "moved"] if any(change.kind == "part.moved" for change in self._changes) else out


def _bare(part: Part, origin: int | None, size: int | None) -> PartPassage:
    return PartPassage(part.section, part.type, part.file_name, size, part.is_attachment, part.is_text, origin)


def _new_part(part: Part) -> PartPassage:
    text = _text(part)
    passage = _bare(part, None, part_info(part).size)
    return replace(passage, text=text, too_long=part.is_text and text is None)


def _kept_part(old: Part, part: Part, origin: int, told: _Told) -> PartPassage:
    alike = (old.type, old.charset, old.encoding) == (part.type, part.charset, part.encoding)
    if alike and old.body == part.body:
        return replace(_bare(part, origin, None), same_content=True, touches=told.touches())
    same = old.digest == part.digest
    touches = told.touches() if same or part.is_text else [*told.touches(), "content-changed"]
    passage = replace(_bare(part, origin, part_info(part).size), same_content=same, touches=touches)
    text = _text(part)
    if text is None:
        return replace(passage, too_long=part.is_text)
    return replace(passage, text=text, hunks=_hunks(old, text, told.changed))


def _hunks(old: Part, text: str, changed: Change | None) -> list[Hunk] | None:
    """The hunks told, or, where the step tells none of a text that reads otherwise all the same, found anew."""
    if changed is not None and changed.hunks is not None:
        return changed.hunks
    was = _text(old)
    if changed is not None or was is None:
        return None
    return hunks_between(lines_of(was), lines_of(text))


def _text(part: Part) -> str | None:
    """A part's decoded text, each line ended by LF; None where it is no text, or too long to be followed."""
    if not part.is_text or len(part.body) > _MAX_TEXT_BYTES:
        return None
    text = part.text.text.replace("\r\n", "\n")
    if len(text) > MAX_TEXT:
        return None
    return text if not text or text.endswith("\n") else text + "\n"
