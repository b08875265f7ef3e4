"""Parts that went a level down or up, or to another multipart: who owns the bytes around them."""

from collections import defaultdict
from itertools import pairwise
from typing import Protocol

from msgspec.structs import replace

from snapdiff.diff.builder import Changes
from snapdiff.mail.parts import Key, Part
from snapdiff.model import Change


class Walk(Protocol):
    """What the walk over two trees offers here."""

    out: Changes

    def core(self, a: Part, b: Part) -> None:
        """Compares the content of a part before and after it went to another level."""


def wrap(walk: Walk, parts: tuple[Part, Part, Part], on_after: bool) -> bool:
    """Tells how `outer`, in the place of `plain`, came to hold it as `inner` (`parts` are plain, inner, outer).

    With `on_after` false the message was unwrapped: `outer` stands in the earlier message. True where the content
    that went along is the same.
    """
    plain, inner, outer = parts
    same_content = plain.content_key == inner.content_key
    path = _path(outer, inner)
    levels = list(pairwise(path))
    if outer.shape == "message":
        walk.out.whole_part(outer, (outer.body_start, outer.children[0].body_start), on_after)
    for level, child in levels:
        if level.shape == "multipart":
            _before(walk.out, (level, child), on_after, same_content)
    content_end = _content_end(plain, inner)
    if content_end is None:
        walk.core(*((plain, inner) if on_after else (inner, plain)))
        content_end = inner.body_end
    else:
        walk.out.moved_leaves(*((plain, inner) if on_after else (inner, plain)))
    for level, child in reversed(levels):
        if level.shape == "multipart":
            _behind(walk.out, level, child, content_end, on_after)
            content_end = level.body_end
    return same_content


def rejoin_moved(changes: Changes) -> list[Change]:
    """Turns a part removed here and added there with the same content into one that moved."""
    removed = {at for at, part in changes.parts.items() if changes[at].kind == "part.removed"}
    added = set(changes.parts) - removed
    if not removed or not added:
        return list(changes)
    wanted = _shared_keys([changes.parts[at] for at in removed], [changes.parts[at] for at in added])
    if not wanted:
        return list(changes)
    opened = Changes(*changes.raw)
    for at, change in enumerate(changes):
        part = changes.parts.get(at)
        if part is None:
            opened.append(change)
        else:
            _open(opened, part, change, wanted)
    return _joined(opened)


def _path(outer: Part, inner: Part) -> list[Part]:
    """The parts from `outer` down to `inner`, both included."""
    path = [outer]
    while path[-1] is not inner:
        path.append(
            next(
                child
                for child in path[-1].children
                if child.start <= inner.start and inner.end <= child.end and (child is inner or child.children)
            )
        )
    return path


def _content_end(plain: Part, inner: Part) -> int | None:
    """Where the old content ends inside `inner` if it stands there byte for byte, None where it does not."""
    body = plain.body
    end = inner.body_start + len(body)
    whole = inner.body_end <= end <= inner.end
    return end if whole and inner.raw[inner.body_start : end] == body else None


def _before(out: Changes, place: tuple[Part, Part], on_after: bool, same_content: bool) -> None:
    """What stands in a new multipart before the content it took in; `place` is the multipart and its child."""
    level, child = place
    start, stop = level.preamble
    if level.raw[start:stop].strip():
        out.one_sided("part.changed", level.section, (start, stop), on_after, "preamble")
    elif start < stop:
        out.one_sided("part.rewritten", level.section, (start, stop), on_after)
    siblings = level.children[: level.children.index(child)]
    embedded = child.shape == "message" and child.children
    for number, sibling in enumerate(siblings, 1):
        last = number == len(siblings) and not embedded
        out.whole_part(sibling, (sibling.start, child.header.start if last else sibling.end), on_after)
    if embedded:
        out.whole_part(child, (child.start, child.children[0].body_start), on_after)
        return
    if not siblings:
        out.one_sided("part.rewritten", level.section, (child.start, child.header.start), on_after)
    out.header_fields(child, on_after, same_content)
    if child.header.end < child.body_start:
        out.one_sided("part.rewritten", level.section, (child.header.end, child.body_start), on_after)


def _behind(out: Changes, level: Part, child: Part, content_end: int, on_after: bool) -> None:
    """What stands in a new multipart behind the content it took in, its closing delimiter included."""
    siblings = level.children[level.children.index(child) + 1 :]
    if not siblings and content_end < level.body_end:
        out.one_sided("part.rewritten", level.section, (content_end, level.body_end), on_after)
    for number, sibling in enumerate(siblings, 1):
        start = content_end if number == 1 else sibling.start
        out.whole_part(sibling, (start, level.body_end if number == len(siblings) else sibling.end), on_after)


def _shared_keys(removed: list[Part], added: list[Part]) -> set[Key]:
    keys_removed = {leaf.content_key for part in removed for leaf in part.leaves()}
    keys_added = {leaf.content_key for part in added for leaf in part.leaves()}
    return {key for key in keys_removed & keys_added if key[0] != "empty"}


def _open(out: Changes, part: Part, change: Change, wanted: set[Key]) -> None:
    """Adds the change of a whole part, or, where something in it only moved, those of its children."""
    on_after = change.kind == "part.added"
    span = change.after_span if on_after else change.before_span
    holds_moved = part.shape == "multipart" and any(leaf.content_key in wanted for leaf in part.leaves())
    if not holds_moved or span != (part.start, part.end):
        out.parts[len(out)] = part
        out.append(change)
        return
    first, last = part.children[0], part.children[-1]
    out.append(replace(change, **{"after_span" if on_after else "before_span": (part.start, first.start)}))
    for child in part.children:
        collected = Changes(*out.raw)
        collected.whole_part(child, (child.start, child.end), on_after)
        _open(out, child, collected[0], wanted)
    if last.end < part.end:
        out.one_sided("part.rewritten", part.section, (last.end, part.end), on_after)


def _joined(changes: Changes) -> list[Change]:
    removed: dict[Key, list[int]] = defaultdict(list)
    for at, part in changes.parts.items():
        if changes[at].kind == "part.removed":
            removed[part.content_key].append(at)
    dropped: set[int] = set()
    for at, part in changes.parts.items():
        places = removed.get(part.content_key) if changes[at].kind == "part.added" else None
        if not places or part.content_key[0] == "empty":
            continue
        origin = places.pop(0)
        old = changes.parts[origin]
        holder = Changes(*changes.raw)
        before_span, after_span = changes[origin].before_span, changes[at].after_span
        if before_span is not None and after_span is not None:
            holder.moved(old, part, (before_span, after_span))
            changes[at] = holder[0]
            dropped.add(origin)
    return [change for at, change in enumerate(changes) if at not in dropped]
