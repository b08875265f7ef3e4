"""A message's passages through its steps to who owns every field and every character in the end, and who removed what.

Exact: every character has one owner, the runs of a text joined are the text, and what had come and not gone by some
step is the text as it stood then. Where the way can't be followed, the whole text is the step's, with a word.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec import UNSET
from msgspec.structs import replace

from snapdiff.model import Blame, BlameRun, FieldBlame, Owner, PartBlame, Step, Touch
from snapdiff.passage import FieldPassage, PartPassage, Passage
from snapdiff.weave import Weave

MAX_GONE = 2_000
"""Fields and parts that went, each; those beyond are counted in a word."""
MAX_GONE_TEXT = 1_000_000
MAX_SHOWN_TEXT = 4_000_000
_MAX_TOUCHES = 50

CAME_IN = "came in with the message"
_ACTORS = {"transport": "the transport service", "session": "the SMTP session", "unknown": "unknown"}
_UNSEEN = "the snapshots before it hold no body, so nobody can be named for what differs"


@dataclass
class _Field:
    part: str | None
    name: str
    owner: int
    weave: Weave
    cut: bool
    touches: list[Touch] = field(default_factory=list)


@dataclass
class _Part:
    seen: PartPassage
    size: int
    owner: int
    content_owner: int
    weave: Weave | None
    whole: str | None = None
    touches: list[Touch] = field(default_factory=list)


class Blaming:
    """Follows one message from passage to passage; `blame` tells who owns what by then."""

    def __init__(self, began: Passage) -> None:
        self._owners: list[tuple[str | None, bool]] = [(None, False)]
        self._fields = [_new_field(x, 0) for x in began.fields]
        self._parts = None if began.parts is None else [_new_part(x, 0) for x in began.parts]
        self._gone_fields: list[FieldBlame] = []
        self._gone_parts: list[PartBlame] = []
        self._gone_room = MAX_GONE_TEXT
        self._uncounted = 0
        self._cut = began.cut

    def follow(self, passage: Passage) -> None:
        """One step on. Raises IndexError for an origin that is not there."""
        owner = _Lazy(self._owners, (passage.to, False))
        body_owner = owner
        if passage.body_unseen:
            body_owner = _Lazy(self._owners, (passage.to, True)) if self._parts is not None else _Lazy.of(0)
        self._cut = self._cut or passage.cut
        if self._cut:
            self._fields = []
        else:
            self._follow_fields(passage, owner, body_owner)
        if passage.parts is not None:
            self._follow_parts(passage.parts, body_owner)

    def blame(self, file: str, steps: Sequence[Step]) -> Blame:
        """Who owns what in `file`, the last snapshot followed."""
        room = _Room(MAX_SHOWN_TEXT)
        fields = [room.field(_field_blame(x, None)) for x in self._fields]
        parts = [room.part(_part_blame(x, None)) for x in self._parts or []]
        removed_fields = [room.field(x) for x in self._gone_fields]
        removed_parts = [room.part(x) for x in self._gone_parts]
        said = [
            "the header had too many fields to tell who brought which" if self._cut else "",
            f"{self._uncounted:,} more fields and parts were removed than are shown" if self._uncounted else "",
            "the texts are longer than is shown: some stand here without runs" if room.struck else "",
        ]
        owners = [_owner(to, unseen) for to, unseen in self._owners]
        cut = "; ".join(filter(None, said)) or UNSET
        return with_owners(Blame(file, owners, fields, parts, removed_fields, removed_parts, cut), steps)

    def _follow_fields(self, passage: Passage, owner: "_Lazy", body_owner: "_Lazy") -> None:
        before, self._fields = self._fields, []
        used: set[int] = set()
        for after in passage.fields:
            by = owner if after.part is None else body_owner
            if after.origin is None:
                self._fields.append(_new_field(after, by()))
                continue
            used.add(after.origin)
            self._fields.append(_kept_field(before[after.origin], after, by))
        for index, gone in enumerate(before):
            if index in used:
                continue
            if passage.parts is None and gone.part is not None:
                self._fields.append(gone)
            else:
                self._field_went(gone, owner if gone.part is None else body_owner)

    def _follow_parts(self, passages: Sequence[PartPassage], owner: "_Lazy") -> None:
        before, self._parts = self._parts or [], []
        used: set[int] = set()
        for after in passages:
            if after.origin is None:
                self._parts.append(_new_part(after, owner()))
                continue
            used.add(after.origin)
            self._parts.append(_kept_part(before[after.origin], after, owner))
        for index, gone in enumerate(before):
            if index not in used:
                self._part_went(gone, owner)

    def _field_went(self, gone: _Field, owner: "_Lazy") -> None:
        if len(self._gone_fields) >= MAX_GONE:
            self._uncounted += 1
            return
        told = _field_blame(gone, owner())
        self._gone_fields.append(told if self._room_for(told.runs) else replace(told, runs=[], cut=_TOO_MUCH))

    def _part_went(self, gone: _Part, owner: "_Lazy") -> None:
        if len(self._gone_parts) >= MAX_GONE:
            self._uncounted += 1
            return
        told = _part_blame(gone, owner())
        self._gone_parts.append(told if self._room_for(told.runs) else replace(told, runs=[], cut=_TOO_MUCH))

    def _room_for(self, runs: Sequence[BlameRun]) -> bool:
        length = sum(len(run.text) for run in runs)
        if length > self._gone_room:
            return False
        self._gone_room -= length
        return True


def with_owners(blame: Blame, steps: Sequence[Step]) -> Blame:
    """The blame with its owners as the steps tell them now: candidates are known when every trace was read."""
    by_file = {step.to: step for step in steps}
    owners = [_told(owner, by_file[owner.to]) if owner.to in by_file else owner for owner in blame.owners]
    return replace(blame, owners=owners)


def _owner(to: str | None, unseen: bool) -> Owner:
    if to is None:
        return Owner(None, CAME_IN)
    if unseen:
        return Owner(to, _ACTORS["unknown"], actor="unknown", certain=False, reason=_UNSEEN)
    return Owner(to, "")


def _told(owner: Owner, step: Step) -> Owner:
    if owner.reason == _UNSEEN:
        return owner
    label = step.agent or _ACTORS.get(step.actor, step.actor)
    return Owner(step.to, label, step.agent, step.event, step.actor, step.certain, step.reason, list(step.candidates))


class _Lazy:
    """A step's index among the owners; it becomes one when it first owns something."""

    def __init__(self, owners: list[tuple[str | None, bool]], key: tuple[str | None, bool]) -> None:
        self._owners, self._key = owners, key
        self._index: int | None = None

    @classmethod
    def of(cls, index: int) -> "_Lazy":
        """One that is an owner already."""
        made = cls([], (None, False))
        made._index = index
        return made

    def __call__(self) -> int:
        if self._index is None:
            self._index = len(self._owners)
            self._owners.append(self._key)
        return self._index


def _new_field(passage: FieldPassage, owner: int) -> _Field:
    return _Field(passage.part, passage.name, owner, Weave(_line(passage.value), owner), passage.cut)


def _line(value: str | None) -> str:
    """A value as a text of one line, as hunks have it."""
    return (value or "") + "\n"


def _kept_field(kept: _Field, passage: FieldPassage, owner: Callable[[], int]) -> _Field:
    kept.part, kept.name = passage.part, passage.name
    kept.cut = kept.cut or passage.cut
    if passage.value is not None and _line(passage.value) != kept.weave.text:
        text = _line(passage.value)
        if not kept.weave.change(text, passage.hunks, owner()):
            kept.weave.replace(text, owner())
    if passage.touch is not None and len(kept.touches) < _MAX_TOUCHES:
        kept.touches.append(Touch(owner(), passage.touch))
    return kept


def _new_part(passage: PartPassage, owner: int) -> _Part:
    weave = None if passage.text is None else Weave(passage.text, owner)
    return _Part(passage, passage.size or 0, owner, owner, weave)


def _kept_part(kept: _Part, passage: PartPassage, owner: Callable[[], int]) -> _Part:
    was_text = kept.seen.is_text
    too_long = passage.too_long or (kept.seen.too_long and passage.text is None and passage.is_text)
    kept.seen = replace(passage, text=None, hunks=None, too_long=too_long)
    if passage.size is not None:
        kept.size = passage.size
    kept.touches.extend(Touch(owner(), what) for what in passage.touches[: _MAX_TOUCHES - len(kept.touches)])
    if too_long:
        kept.weave = None
    elif not passage.is_text:
        if kept.weave is not None and kept.weave.text:
            kept.weave.replace("", owner())
    elif passage.text is not None:
        _follow_text(kept, passage, was_text, owner)
    if not passage.same_content:
        kept.content_owner = owner()
    return kept


def _follow_text(kept: _Part, passage: PartPassage, was_text: bool, owner: Callable[[], int]) -> None:
    text = passage.text or ""
    if kept.weave is None:
        kept.weave = Weave(text, kept.content_owner if passage.same_content else owner())
        if was_text:
            kept.whole = _WAS_TOO_LONG
    elif text != kept.weave.text and not (passage.hunks and kept.weave.change(text, passage.hunks, owner())):
        kept.weave.replace(text, owner())
        if was_text:
            kept.whole = _TOO_MUCH_AT_ONCE


_TOO_LONG = "the text is too long to tell who brought what"
_TOO_MUCH = "the texts that were removed are longer than is kept: this one is left out"
_WAS_TOO_LONG = "it had been too long to tell who brought what: the text counts as one step's as a whole"
_TOO_MUCH_AT_ONCE = "too much of it changed at once to tell words apart: the text counts as one step's as a whole"
_TOO_FINE = "it changed at so many places that the text counts as one step's as a whole"


def _field_blame(told: _Field, removed_by: int | None) -> FieldBlame:
    runs = [replace(run, text=run.text.removesuffix("\n")) for run in told.weave.runs()]
    return FieldBlame(
        told.part,
        told.name,
        told.owner,
        [run for run in runs if run.text],
        removed_by,
        told.touches or UNSET,
        "a long value is shown in its beginning alone" if told.cut else UNSET,
    )


def _part_blame(told: _Part, removed_by: int | None) -> PartBlame:
    seen, weave = told.seen, told.weave
    cut = _TOO_LONG if seen.too_long else None
    whole = told.whole
    if weave is not None and weave.forgotten:
        cut = f"{weave.forgotten:,} removed characters are left out"
    if weave is not None and weave.whole:
        whole = _TOO_FINE
    return PartBlame(
        section=seen.section,
        type=seen.type,
        file_name=seen.file_name,
        size=told.size,
        attachment=seen.attachment,
        owner=told.owner,
        runs=weave.runs() if weave is not None else [],
        is_text=seen.is_text,
        removed_by=removed_by,
        touches=told.touches or UNSET,
        whole=whole or UNSET,
        cut=cut or UNSET,
    )


class _Room:
    """How much text the blame of one trace may still show."""

    def __init__(self, characters: int) -> None:
        self._left = characters
        self.struck = False

    def field(self, told: FieldBlame) -> FieldBlame:
        """The field, without runs where they do not fit."""
        return told if self._fits(told.runs) else replace(told, runs=[], cut=_NO_ROOM)

    def part(self, told: PartBlame) -> PartBlame:
        """The part, without runs where they do not fit."""
        return told if self._fits(told.runs) else replace(told, runs=[], cut=_NO_ROOM)

    def _fits(self, runs: Sequence[BlameRun]) -> bool:
        length = sum(len(run.text) for run in runs)
        if length > self._left:
            self.struck = True
            return False
        self._left -= length
        return True


_NO_ROOM = "the texts of this message are longer than is shown: this one is left out"
