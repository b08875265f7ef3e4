"""Two messages and the changes between them to which field and which leaf of the one is which of the other.

Nothing is compared anew: the changes' spans and sections say what came, went and moved, and what they leave of both
messages is the same, so that it pairs in its order.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import NamedTuple

from msgspec.structs import replace

from snapdiff.diff.message import Side
from snapdiff.diff.sequence import common_pairs
from snapdiff.mail.fields import field_name
from snapdiff.mail.parts import Part
from snapdiff.model import Change, Span

MAX_FIELDS = 5_000
"""The fields of a message are followed where there are no more than these."""


class Field(NamedTuple):
    """A header field: its bytes, where it begins, the section whose header it is in, and that part's charset."""

    raw: bytes
    start: int
    part: str | None
    charset: str | None


class Anatomy:
    """A message taken apart: its fields and its leaves in order, and how deep each part stands."""

    def __init__(self, root: Part, header_only: bool = False) -> None:
        self.root = root
        self.header_only = header_only

    @cached_property
    def nodes(self) -> list[tuple[Part, int]]:
        """Every part with its depth (0 for the message), parents before their children."""
        out: list[tuple[Part, int]] = []
        stack = [(self.root, 0)]
        while stack:
            part, depth = stack.pop()
            out.append((part, depth))
            stack.extend((child, depth + 1) for child in reversed(part.children))
        return out

    @cached_property
    def _all_fields(self) -> list[Field]:
        out: list[Field] = []
        for part, _ in self.nodes[:1] if self.header_only else self.nodes:
            offsets = part.header.offsets()
            for index, raw in enumerate(part.header.fields[: MAX_FIELDS + 1 - len(out)]):
                out.append(Field(raw, offsets[index], part.header_section, part.charset))
            if len(out) > MAX_FIELDS:
                break
        return out

    @property
    def fields(self) -> list[Field]:
        """The fields of all headers; none where they are more than MAX_FIELDS."""
        return [] if self.cut else self._all_fields

    @property
    def cut(self) -> bool:
        """Whether there are more fields than are followed."""
        return len(self._all_fields) > MAX_FIELDS

    @cached_property
    def leaves(self) -> list[Part]:
        """The parts without children, in order."""
        return [part for part, _ in self.nodes if not part.children]

    @cached_property
    def place(self) -> dict[int, int]:
        """The index of each leaf, by its identity."""
        return {id(part): index for index, part in enumerate(self.leaves)}

    @cached_property
    def depth(self) -> dict[int, int]:
        """How deep each part stands, by its identity."""
        return {id(part): depth for part, depth in self.nodes}

    def by_section(self, section: object) -> Part | None:
        """The part of a section; None where there is none."""
        return self._sections.get(section)

    @cached_property
    def _sections(self) -> dict[object, Part]:
        return {part.section: part for part, _ in self.nodes}


class Pairs(NamedTuple):
    """Which index before is which after, and, by the index after, the change that told so of a field."""

    origin: dict[int, int]
    told: dict[int, Change]


class Meeting:
    """A step's two messages with its changes, whose spans here count from the messages' starts."""

    def __init__(self, sides: tuple[Side, Side], changes: Sequence[Change]) -> None:
        self.before, self.after = anatomy(sides[0]), anatomy(sides[1])
        offsets = sides[0].offset, sides[1].offset
        self.changes = [
            replace(
                change,
                before_span=_shifted(change.before_span, offsets[0]),
                after_span=_shifted(change.after_span, offsets[1]),
            )
            for change in changes
        ]

    @cached_property
    def leaves(self) -> dict[int, int]:
        """Which leaf before (index) is which after: the keys are those after; a leaf that came has none."""
        return pair_leaves(self.before, self.after, self.changes)


def anatomy(side: Side) -> Anatomy:
    """A side's message taken apart."""
    return Anatomy(side.message.tree.root, side.headers_only)


def _shifted(span: Span | None, offset: int) -> Span | None:
    return None if span is None else (span[0] - offset, span[1] - offset)


def pair_fields(before: Anatomy, after: Anatomy, changes: Sequence[Change]) -> Pairs:
    """Which field before is which after. `changes` have spans that count from the messages' starts."""
    old, new = before.fields, after.fields
    at_old = {field.start: index for index, field in enumerate(old)}
    at_new = {field.start: index for index, field in enumerate(new)}
    pairs = Pairs({}, {})
    used_old: set[int] = set()
    for change in changes:
        if not change.kind.startswith("header."):
            continue
        i = at_old.get(change.before_span[0]) if change.before_span else None
        j = at_new.get(change.after_span[0]) if change.after_span else None
        if i is not None:
            used_old.add(i)
        if j is not None:
            pairs.told[j] = change
            if i is not None:
                pairs.origin[j] = i
    bodies = [change for change in changes if change.kind.startswith("part.")]
    for change in bodies:
        if change.before_span and change.after_span:
            inside_old = [i for i in _within(old, change.before_span) if i not in used_old]
            inside_new = [j for j in _within(new, change.after_span) if j not in pairs.told]
            _pair_inside(pairs, (old, new), (inside_old, inside_new))
    covered_old = _Cover([(change.before_span, change.part) for change in bodies])
    covered_new = _Cover([(change.after_span, change.part) for change in bodies])
    free_old = [i for i, field in enumerate(old) if i not in used_old and not covered_old.holds(field.start)]
    free_new = [j for j, field in enumerate(new) if j not in pairs.told and not covered_new.holds(field.start)]
    found = common_pairs([old[i].raw for i in free_old], [new[j].raw for j in free_new])
    pairs.origin.update({free_new[y]: free_old[x] for x, y in found})
    return pairs


def pair_leaves(before: Anatomy, after: Anatomy, changes: Sequence[Change]) -> dict[int, int]:
    """Which leaf before (index) is which after: the keys are those after; a leaf that came has none."""
    old, new = before.leaves, after.leaves
    origin: dict[int, int] = {}
    for change in changes:
        if change.kind == "part.moved":
            a, b = before.by_section(change.before), after.by_section(change.after)
            if a is not None and b is not None:
                leaves = zip(a.leaves(), b.leaves(), strict=False)
                origin.update({after.place[id(y)]: before.place[id(x)] for x, y in leaves})
    taken = set(origin.values())
    removed = _Cover([(change.before_span, change.part) for change in changes if change.kind == "part.removed"])
    added = _Cover([(change.after_span, change.part) for change in changes if change.kind == "part.added"])
    free_old = [i for i, part in enumerate(old) if i not in taken and not removed.whole(part)]
    free_new = [j for j, part in enumerate(new) if j not in origin and not added.whole(part)]
    if len(free_old) == len(free_new):
        origin.update(zip(free_new, free_old, strict=True))
        return origin
    found = common_pairs([_likeness(old[i]) for i in free_old], [_likeness(new[j]) for j in free_new])
    origin.update({free_new[y]: free_old[x] for x, y in found})
    return origin


def _within(fields: Sequence[Field], span: Span) -> list[int]:
    start = bisect_left(fields, span[0], key=_start)
    return list(range(start, bisect_left(fields, span[1], key=_start)))


def _start(field: Field) -> int:
    return field.start


def _pair_inside(pairs: Pairs, fields: tuple[list[Field], list[Field]], inside: tuple[list[int], list[int]]) -> None:
    """The fields of what moved or changed as a whole: by their bytes, then, of one name, in order."""
    (old, new), (inside_old, inside_new) = fields, inside
    for key in (lambda field: field.raw, lambda field: field_name(field.raw).lower()):
        keys: tuple[list[Hashable], list[Hashable]]
        keys = [key(old[i]) for i in inside_old], [key(new[j]) for j in inside_new]
        found = common_pairs(*keys)
        pairs.origin.update({inside_new[y]: inside_old[x] for x, y in found})
        gone, come = {x for x, _ in found}, {y for _, y in found}
        inside_old = [i for x, i in enumerate(inside_old) if x not in gone]
        inside_new = [j for y, j in enumerate(inside_new) if y not in come]


def _likeness(part: Part) -> Hashable:
    return part.type, part.file_name, part.digest


class _Cover:
    """The spans of one side, which never overlap, with the sections they are filed under."""

    def __init__(self, spans: Sequence[tuple[Span | None, str | None]]) -> None:
        self._spans = sorted((span, section or "") for span, section in spans if span is not None)

    def holds(self, offset: int) -> bool:
        """Whether a byte lies in one of them."""
        return self._at(offset)[0][1] > offset

    def whole(self, leaf: Part) -> bool:
        """Whether one of them holds all of a leaf's content, and is told of it or of a part it stands in."""
        (_, end), section = self._at(leaf.body_start)
        return leaf.body_end <= end and (leaf.section == section or leaf.section.startswith(f"{section}."))

    def _at(self, offset: int) -> tuple[Span, str]:
        at = bisect_right(self._spans, offset, key=lambda entry: entry[0][0]) - 1
        return self._spans[at] if at >= 0 else ((-1, -1), "")
