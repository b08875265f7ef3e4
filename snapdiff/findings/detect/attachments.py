"""Attachments that a step removed, replaced, renamed, or gave another type."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

from snapdiff.findings.register import Found, Passing, of_step
from snapdiff.mail.parts import Part

_TOLD_ELSEWHERE = frozenset(
    {
        *{"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"},
        *{"application/pgp-encrypted", "application/x-microsoft-rpmsg-message"},
    }
)
"""Signatures and seals: what becomes of them is told of the message they seal."""


class _Pair(NamedTuple):
    before: Part
    after: Part


@of_step
def attachments_changed(at: Passing) -> Iterator[Found]:
    """SD411 to SD414: what became of each attachment."""
    if not any(_is_about_parts(change.kind, change.part, change.name) for change in at.step.changes):
        return
    old, new = _outer_parts(at.before.tree.root), _outer_parts(at.after.tree.root)
    left_old = [part for part in old if part.is_attachment]
    left_new = list(new)
    _take(left_old, left_new, _identity)
    for pair in _take(left_old, left_new, _content):
        yield from _relabelled(at, pair)
    left_new = [part for part in left_new if part.is_attachment]
    for pair in _take(left_old, left_new, _name):
        if not (pair.before.is_text and pair.after.is_text) and pair.after.shape == "leaf":
            sizes = {"before": f"{len(pair.before.content)} bytes", "after": f"{len(pair.after.content)} bytes"}
            evidence = {"file": _shown(pair.after), "part": pair.after.section, **sizes}
            yield Found("SD412", evidence, _changes(at, pair.before, pair.after))
    left_old = [part for part in left_old if part not in _same_place(left_old, left_new)]
    if _is_unpacked(left_old, left_new) or _is_within(at.after.tree.root, left_old):
        return
    instead = ", ".join(part.file_name or f"one without a name ({part.type})" for part in left_new)
    for part in left_old:
        if part.type not in _TOLD_ELSEWHERE:
            words = f"; there is {instead} now" if instead else ""
            yield Found("SD411", {"file": _shown(part), "instead": words}, _changes(at, part, None))


def _is_about_parts(kind: str, part: str | None, name: str | None) -> bool:
    return kind.startswith("part.") or (
        kind.startswith("header.") and (part is not None or (name or "").lower().startswith("content-"))
    )


def _outer_parts(root: Part) -> list[Part]:
    """The parts of the message itself, an attached message being one."""
    parts = (root, *root.descendants())
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


def _same_place(old: Sequence[Part], new: list[Part]) -> list[Part]:
    """Attachments without a name, and attached messages, that another of their type stands in for: changed inside."""
    return [pair.before for pair in _take(list(old), list(new), _type_of_nameless)]


def _type_of_nameless(part: Part) -> Hashable:
    return part.type if part.file_name is None else None


def _relabelled(at: Passing, pair: _Pair) -> Iterator[Found]:
    before, after = pair
    if before.file_name != after.file_name:
        evidence = {"before": before.file_name or "no name", "after": after.file_name or "no name"}
        yield Found("SD413", {**evidence, "part": after.section}, _changes(at, before, after))
    if before.type != after.type:
        evidence = {"file": _shown(after), "before": before.type, "after": after.type}
        yield Found("SD414", {**evidence, "part": after.section}, _changes(at, before, after))


def _is_unpacked(old: Sequence[Part], new: Sequence[Part]) -> bool:
    """Whether what is gone was a wrapping alone (TNEF, S/MIME), and what it held may stand there now."""
    return bool(old) and all(part.is_opaque for part in old) and not new


def _is_within(root: Part, old: Sequence[Part]) -> bool:
    """Whether all that is gone lies in an attached message now: the message was wrapped."""
    inside = {part.content_key for part in root.descendants() if part.embedding}
    return bool(old) and all(part.content_key in inside for part in old)


def _changes(at: Passing, before: Part, after: Part | None) -> tuple[int, ...]:
    """The changes about this part: those of its content and of its fields."""
    found: list[int] = []
    for number, change in enumerate(at.step.changes):
        part = before if after is None or change.kind == "part.removed" else after
        place = part.section if change.kind.startswith("part.") else part.header_section
        is_its_own = change.part == place and _is_about_parts(change.kind, change.part, change.name)
        if is_its_own and (after is not None or change.kind == "part.removed"):
            found.append(number)
    return tuple(found)


def _shown(part: Part) -> str:
    return part.file_name or f"without a name ({part.type})"
