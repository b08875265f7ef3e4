"""Attachments that a step removed, replaced, renamed, or gave another type."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

from snapdiff.findings.register import Found, Passing, of_step
from snapdiff.mail.message import Message
from snapdiff.mail.once import once
from snapdiff.mail.parts import Part
from snapdiff.model import Change

_TOLD_ELSEWHERE = frozenset(
    {
        *{"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"},
        *{"application/pgp-encrypted", "application/x-microsoft-rpmsg-message"},
    }
)
"""Signatures and seals: what becomes of them is told of the message they seal."""


_MOST_TOLD = 100
_MOST_NAMED = 10


class _Pair(NamedTuple):
    before: Part
    after: Part


class _Places:
    """Which of a step's changes are about which part."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._removed: dict[str | None, list[int]] = defaultdict(list)
        self._content: dict[str | None, list[int]] = defaultdict(list)
        self._fields: dict[str | None, list[int]] = defaultdict(list)
        for number, change in enumerate(changes):
            if change.kind == "part.removed":
                self._removed[change.part].append(number)
            elif change.kind.startswith("part."):
                self._content[change.part].append(number)
            elif _is_about_parts(change.kind, change.part, change.name):
                self._fields[change.part].append(number)

    def of(self, before: Part, after: Part | None) -> tuple[int, ...]:
        """The changes of a part's content and of its fields; its removal where it is gone."""
        removed = self._removed.get(before.section, [])
        if after is None:
            return tuple(removed)
        content, fields = self._content.get(after.section, []), self._fields.get(after.header_section, [])
        return tuple(sorted([*removed, *content, *fields]))


@of_step
def attachments_changed(at: Passing) -> Iterator[Found]:
    """SD411 to SD414: what became of each attachment."""
    if not any(_is_about_parts(change.kind, change.part, change.name) for change in at.step.changes):
        return
    old, new = _outer_parts(at.before), _outer_parts(at.after)
    left_old = [part for part in old if part.is_attachment]
    left_new = list(new)
    _take(left_old, left_new, _identity)
    places = _Places(at.step.changes)
    for pair in _take(left_old, left_new, _content)[:_MOST_TOLD]:
        yield from _relabelled(places, pair)
    left_new = [part for part in left_new if part.is_attachment]
    for before, after in _take(left_old, left_new, _name)[:_MOST_TOLD]:
        if not (before.is_text and after.is_text) and after.shape == "leaf":
            sizes = {"before": f"{len(before.content)} bytes", "after": f"{len(after.content)} bytes"}
            evidence = {"file": _shown(after), "part": after.section, **sizes}
            yield Found("SD412", evidence, places.of(before, after))
    _take(left_old, left_new, _type_of_nameless)
    if _is_unpacked(left_old, left_new) or _is_within(at.after.tree.root, left_old):
        return
    gone = [part for part in left_old if part.type not in _TOLD_ELSEWHERE]
    if gone:
        instead = f"; there is {_all(left_new)} now" if left_new else ""
        numbers = sorted({number for part in gone for number in places.of(part, None)})
        yield Found("SD411", {"files": _all(gone), "instead": instead}, tuple(numbers))


def _is_about_parts(kind: str, part: str | None, name: str | None) -> bool:
    return kind.startswith("part.") or (
        kind.startswith("header.") and (part is not None or (name or "").lower().startswith("content-"))
    )


@once
def _outer_parts(message: Message) -> Sequence[Part]:
    """The parts of the message itself, an attached message being one."""
    parts = (message.tree.root, *message.tree.root.descendants())
    return [part for part in parts if part.embedding == 0 and part.shape != "multipart"]


def _take(old: list[Part], new: list[Part], key: Callable[[Part], Hashable]) -> list[_Pair]:
    """Takes from both lists, in order, those that have equal keys; a key of None is equal to none."""
    places: dict[Hashable, list[Part]] = defaultdict(list)
    for part in new:
        places[key(part)].append(part)
    pairs: list[_Pair] = []
    for part in old:
        wanted = key(part)
        if wanted is not None and places.get(wanted):
            pairs.append(_Pair(part, places[wanted].pop(0)))
    taken = {id(part) for pair in pairs for part in pair}
    old[:] = [part for part in old if id(part) not in taken]
    new[:] = [part for part in new if id(part) not in taken]
    return pairs


def _identity(part: Part) -> Hashable:
    return part.type, part.file_name, part.content_key


def _content(part: Part) -> Hashable:
    kind, key = part.content_key
    return None if kind == "empty" else key


def _name(part: Part) -> Hashable:
    return part.file_name


def _type_of_nameless(part: Part) -> Hashable:
    """What an attachment without a name, or an attached message, goes by: another of its type is it, changed inside."""
    return part.type if part.file_name is None else None


def _relabelled(places: _Places, pair: _Pair) -> Iterator[Found]:
    before, after = pair
    if before.file_name != after.file_name:
        evidence = {"before": before.file_name or "no name", "after": after.file_name or "no name"}
        yield Found("SD413", {**evidence, "part": after.section}, places.of(before, after))
    if before.type != after.type:
        evidence = {"file": _shown(after), "before": before.type, "after": after.type}
        yield Found("SD414", {**evidence, "part": after.section}, places.of(before, after))


def _is_unpacked(old: Sequence[Part], new: Sequence[Part]) -> bool:
    """Whether what is gone was a wrapping alone (TNEF, S/MIME), and what it held may stand there now."""
    return bool(old) and all(part.is_opaque for part in old) and not new


def _is_within(root: Part, old: Sequence[Part]) -> bool:
    """Whether all that is gone lies in an attached message now: the message was wrapped."""
    inside = {part.content_key for part in root.descendants() if part.embedding}
    return bool(old) and all(part.content_key in inside for part in old)


def _all(parts: Sequence[Part]) -> str:
    names = ", ".join(map(_shown, parts[:_MOST_NAMED]))
    return f"{names} and {len(parts) - _MOST_NAMED} more" if len(parts) > _MOST_NAMED else names


def _shown(part: Part) -> str:
    return part.file_name or f"one without a name ({part.type})"
