"""Judges a comparison by the contract's "Nothing hidden": every byte accounted for, and no byte blamed for nothing.

Written from the contract alone, with a reader of its own (`judge_reader`). Each check yields complaints in words.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from judge_changes import complaints
from judge_reader import Node
from judge_side import SideView

KINDS = {
    *(f"header.{what}" for what in ("added", "removed", "changed", "moved", "rewritten")),
    *(f"part.{what}" for what in ("added", "removed", "changed", "moved", "rewritten")),
    *(f"envelope.{what}" for what in ("sender-changed", "recipient-added", "recipient-removed")),
}


def judge(before: bytes, after: bytes, comparison: Any, *, before_at: int = 0, after_at: int = 0) -> list[str]:
    """Complaints about the comparison of two whole messages with one envelope; empty is good."""
    changes = comparison.changes
    sides = SideView(before, before_at, changes, "before"), SideView(after, after_at, changes, "after")
    out = [f"{change.kind}: kind unknown here" for change in changes if change.kind not in KINDS]
    for side in sides:
        out += side.spans_are_sound()
    if sides[0].left(sides[0].end) != sides[1].left(sides[1].end):
        out.append("bytes unaccounted for")
    if (before[before_at:] == after[after_at:]) is not (not changes):
        out.append("no change must be told exactly where the bytes are equal")
    if not all(node.clear for side in sides for node in side.nodes):
        return out  # a structure readers may differ on: the bytes alone can be judged
    moved = tuple(c.part for c in changes if c.kind == "part.moved" and c.before_span is not None)
    told = [word for change in changes for word in complaints(change, *sides, moved)]
    return out + told + list(_together(changes, sides))


def judge_header(before: bytes, after: bytes, comparison: Any, *, before_at: int = 0, after_at: int = 0) -> list[str]:
    """Complaints about a comparison with a headers-only side: the same, for the header alone."""
    changes = comparison.changes
    sides = SideView(before, before_at, changes, "before"), SideView(after, after_at, changes, "after")
    out = [f"{change.kind} in a headers-only step" for change in changes if change.kind.startswith("part.")]
    for side in sides:
        out += side.spans_are_sound()
        out += ["a span beyond the header" for _, span in side.spans if span[1] > side.tree.blank[0]]
    if sides[0].left(sides[0].tree.blank[0]) != sides[1].left(sides[1].tree.blank[0]):
        out.append("header bytes unaccounted for")
    return out + [word for change in changes for word in complaints(change, *sides)]


# ---- the changes together


def _together(changes: Sequence[Any], sides: tuple[SideView, SideView]) -> Iterator[str]:
    yield from _surplus(changes)
    yield from _fewest_moved(changes, sides)
    yield from _equal_leaves_blamed(sides)
    bodies = [side.raw[side.tree.blank[1] :] for side in sides]
    if bodies[0] == bodies[1] and sides[0].tree.blank[1] > sides[0].tree.blank[0]:
        for side in sides:
            if any(span[1] > side.tree.blank[1] for _, span in side.spans):
                yield "an unchanged body blamed"
    gone = [c for c in changes if c.kind == "part.removed" and getattr(c.before, "size", 0)]
    for change in changes:
        told = change.after
        if (
            change.kind == "part.added"
            and not told.type.startswith("multipart/")
            and any(
                (c.before.sha256, c.before.type, c.before.file_name) == (told.sha256, told.type, told.file_name)
                for c in gone
            )
        ):
            yield f"part {change.part} added, an equal one removed: moved or no change"


def _equal_leaves_blamed(sides: tuple[SideView, SideView]) -> Iterator[str]:
    """A leaf that stands once on either side with the same bytes, header and all, is unchanged or moved."""
    found = [_leaves_by_bytes(side) for side in sides]
    for key, nodes in found[0].items():
        others = found[1].get(key, [])
        if len(nodes) != 1 or len(others) != 1:
            continue
        owners = [side.owner(node) for side, node in zip(sides, (nodes[0], others[0]), strict=True)]
        if None not in owners and any(change.kind != "part.moved" for change in owners if change):
            told = [f"{change.kind} {change.part}" for change in owners if change]
            yield f"the same content in {nodes[0].section} and {others[0].section} blamed: {told}"


def _leaves_by_bytes(side: SideView) -> dict[tuple[bytes, bool], list[Node]]:
    """By the bytes, header and all, and by whether it is a part or a message."""
    found: dict[tuple[bytes, bool], list[Node]] = {}
    for node in side.nodes:
        if node.form == "leaf" and node.body[1] - node.body[0] > 20:
            key = side.cut((node.head, node.body[1])), node.delimiter is None
            found.setdefault(key, []).append(node)
    return found


def _surplus(changes: Sequence[Any]) -> Iterator[str]:
    """Of one name, what is left over is paired as changed: never one added beside one removed in one header."""
    seen: Counter[tuple[str | None, str, str]] = Counter()
    for change in changes:
        if change.kind.startswith("header."):
            seen[change.part, change.name.lower(), change.kind] += 1
    for part, name, kind in seen:
        if kind == "header.added" and (part, name, "header.removed") in seen:
            yield f"field {name} of {part}: added and removed where a changed was due"


def _fewest_moved(changes: Sequence[Any], sides: tuple[SideView, SideView]) -> Iterator[str]:
    """As few moved fields as explain the new order, in a message header where no other field is told beside them."""
    told = [c for c in changes if c.kind.startswith("header.") and c.part is None]
    moved = [c for c in told if c.kind == "header.moved"]
    one, two = ([side.cut(span) for span in side.tree.fields] for side in sides)
    if not moved or len(moved) != len(told) or max(len(one), len(two)) > 80:
        return
    row = [0] * (len(two) + 1)
    for line in one:
        above = row[:]
        for at, other in enumerate(two, 1):
            row[at] = above[at - 1] + 1 if line == other else max(above[at], row[at - 1])
    if len(moved) != len(one) - row[-1]:
        yield f"{len(moved)} fields moved where {len(one) - row[-1]} explain the order"
