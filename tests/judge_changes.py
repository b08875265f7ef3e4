"""Checks of one change by itself: its spans, its kind against the bytes, `cosmetic`, its hunks."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from judge_reader import Node, Span, field_name, same_value, text_lines
from judge_side import SideView

ALWAYS_COSMETIC = {"header.moved", "header.rewritten", "part.rewritten"}


def complaints(change: Any, before: SideView, after: SideView, moved: tuple[str, ...] = ()) -> Iterator[str]:
    """Complaints about one change by itself; `moved` are the parts whose span a part.moved owns whole."""
    if change.kind.startswith("header."):
        found = _header(change, before, after, moved)
    elif change.kind.startswith("part."):
        found = _part(change, before, after, moved)
    else:
        found = _bare(change)
    for complaint in found:
        yield f"{change.kind} {change.name or ''} {change.part or ''}: {complaint}"
    for complaint in _cosmetic(change, before, after, moved):
        yield f"{change.kind} {change.name or ''} {change.part or ''}: {complaint}"


def _bare(change: Any) -> Iterator[str]:
    if change.before_span or change.after_span or change.part or change.hunks:
        yield "an envelope change with spans, part or hunks"


def _cosmetic(change: Any, before: SideView, after: SideView, moved: tuple[str, ...]) -> Iterator[str]:
    encoding = (change.name or "").lower() == "content-transfer-encoding" and change.kind.startswith("header.")
    if change.kind == "part.moved":
        return
    if encoding and change.kind not in ALWAYS_COSMETIC:
        equal = None if moved else _equal_parts_around(change, before, after)
        if equal is not None and change.cosmetic is not equal:
            yield f"cosmetic is {change.cosmetic}, the decoded part is {'equal' if equal else 'another'}"
        return
    if change.cosmetic is not (change.kind in ALWAYS_COSMETIC):
        yield f"cosmetic is {change.cosmetic}"


def _equal_parts_around(change: Any, before: SideView, after: SideView) -> bool | None:
    """Whether the part the field stands in has equal decoded content; None where it has no one counterpart."""
    one = [node for node in before.nodes if change.before_span and tuple(change.before_span) in node.fields]
    two = [node for node in after.nodes if change.after_span and tuple(change.after_span) in node.fields]
    if [(n.section, n.media_type) for n in before.nodes] != [(n.section, n.media_type) for n in after.nodes]:
        return None  # parts came, went or moved: it can't be told here which was which
    one = one or [node for node in before.nodes if node.header_part == change.part]
    two = two or [node for node in after.nodes if node.header_part == change.part]
    if len(one) != 1 or len(two) != 1:
        return None
    return _same_content(one[0], two[0])


def _same_content(one: Node, two: Node) -> bool | None:
    """Whether two leaves decode to the same; texts that differ in line ends alone are equal. None: can't say."""
    if one.form != "leaf" or two.form != "leaf" or not (one.clear and two.clear):
        return None
    first, second = one.text(), two.text()
    if first is not None and second is not None:
        return text_lines(first) == text_lines(second)
    if one.media_type.startswith("text/") or two.media_type.startswith("text/"):
        return None
    left, right = one.content(), two.content()
    return None if left is None or right is None else left == right


# ---- header fields


def _header(change: Any, before: SideView, after: SideView, moved: tuple[str, ...]) -> Iterator[str]:
    wanted = {"header.added": (False, True), "header.removed": (True, False)}.get(change.kind, (True, True))
    if change.before_span is change.after_span is None and any(f"{change.part}.".startswith(f"{p}.") for p in moved):
        return  # the span of a moved part holds the field already, and spans never overlap
    if (change.before_span is not None, change.after_span is not None) != wanted:
        yield "spans on the wrong sides"
        return
    for side in (before, after):
        if (span := side.span(change)) is not None:
            yield from _one_field(change, side, span)
    if not all(wanted):
        return
    one, two = before.cut(change.before_span), after.cut(change.after_span)
    names = field_name(one).lower(), field_name(two).lower()
    if names[0] != names[1]:
        yield f"two fields of other names: {names}"
    same = same_value(one, two)
    if change.kind == "header.moved" and one != two:
        yield "moved, yet other bytes"
    if change.kind == "header.rewritten" and (one == two or (same is False and names[0] != "content-type")):
        yield "rewritten, yet the same bytes or another value"
    if change.kind == "header.changed" and same:
        yield "changed, yet the same value"


def _one_field(change: Any, side: SideView, span: Span) -> Iterator[str]:
    line = side.cut(span)
    at_line = span[0] == side.at or side.raw[span[0] - 1 : span[0]] == b"\n"
    folds = not re.search(rb"\n(?![ \t])", line.removesuffix(b"\n")) and side.raw[span[1] : span[1] + 1] not in (
        b" ",
        b"\t",
    )
    if not (line and at_line and folds and (line.endswith(b"\n") or span[1] == side.end)):
        yield f"{side.key} span is not exactly one field: {line[:60]!r}"
    elif (change.name or "").lower() != field_name(line).lower():
        yield f"the name {change.name!r} is not that of the field {line[:40]!r}"
    owners = [node for node in side.nodes if tuple(span) in node.fields]
    if not owners:
        yield f"{side.key} span {tuple(span)} is no field of any header here: {line[:60]!r}"
    elif change.kind != "header.removed" and side.key == "after" and change.part != owners[0].header_part:
        yield f"part is {change.part!r}, the field stands in {owners[0].header_part!r}"


# ---- parts


def _part(change: Any, before: SideView, after: SideView, moved: tuple[str, ...]) -> Iterator[str]:
    wanted = {"part.added": "before_span", "part.removed": "after_span"}.get(change.kind)
    if wanted and getattr(change, wanted) is not None:
        yield f"{wanted} is not null"
    side = before if change.kind == "part.removed" or (change.before_span and not change.after_span) else after
    holders = side.holders(change)
    if not (before if side is after else after).holders(change) + holders:
        yield f"no part {change.part!r} on either side"
    for where in (before, after):
        if (span := where.span(change)) is not None:
            known = where is after or change.kind == "part.removed"
            yield from _part_span(change, where, span, where.holders(change) if known else [])
    if change.kind in ("part.added", "part.removed"):
        yield from _told(change, side, holders)
    if change.kind in ("part.changed", "part.rewritten"):
        yield from _content(change, before, after, moved)
    if change.kind == "part.moved":
        yield from _moved(change, before, after)


def _moved(change: Any, before: SideView, after: SideView) -> Iterator[str]:
    null_spans = change.before_span is change.after_span is None
    if null_spans and not (isinstance(change.before, str) and change.after == change.part != change.before):
        yield f"moved with null spans from {change.before!r} to {change.after!r}"
    two = next((node for node in after.nodes if node.section == change.part), None)
    span = change.before_span
    one = next((n for n in before.nodes if n.section == change.before or (span and n.start == span[0])), None)
    if one is not None and two is not None and _same_content(one, two) is False:
        yield "moved, yet another content"


def _room(change: Any, node: Node, side: SideView) -> Span:
    """Where a span of this entity may lie: the part and its delimiters."""
    if node.delimiter is None:
        return node.blank[0], node.end
    # The line end before a part's delimiter is the neighbour's: it may go with a part that came, went or moved.
    own, end = node.start - (0 if change.kind in ("part.changed", "part.rewritten") else 2), node.end
    if change.kind in ("part.added", "part.removed"):
        # Wrapped: from the end of the old body, through the next delimiter line, or to the end of the multipart.
        parent = next(n for n in side.nodes if node in n.kids)
        own = max(parent.body[0], own)
        following = [line[1] for line in parent.delimiters if line[0] >= node.end]
        end = parent.end if node is parent.kids[-1] else following[0] if following else parent.end
    return own, end


def _part_span(change: Any, side: SideView, span: Span, holders: list[Node]) -> Iterator[str]:
    if span[0] < side.tree.blank[0]:
        yield f"{side.key} span {span} reaches into the message's header"
    rooms = [_room(change, node, side) for node in holders]
    if rooms and not any(a <= span[0] and span[1] <= z for a, z in rooms):
        yield f"{side.key} span {span} outside the part and its delimiters {rooms}"
    if change.kind in ("part.added", "part.removed"):
        return
    for node in holders:
        if change.part == node.frame and node.form == "multipart" and change.kind != "part.moved":
            if any(kid.body[0] < span[1] and span[0] < kid.body[1] - 2 for kid in node.kids):
                yield f"{side.key} span {span} of a multipart's frame reaches into a part's body"
            if sum(span[0] <= a < span[1] for a, _ in node.delimiters) > 1:
                yield f"{side.key} span {span} owns several delimiter lines"
    # A message within the changed content may be in the span whole, header and all.
    outside = [node for node in side.nodes if node.start < span[0] or node.end > span[1]]
    in_field = any(a < span[1] and span[0] < z for node in outside for a, z in node.fields)
    if change.kind in ("part.changed", "part.rewritten") and in_field:
        yield f"{side.key} span {span} reaches into a header field"


def _told(change: Any, side: SideView, holders: list[Node]) -> Iterator[str]:
    told = change.before if change.kind == "part.removed" else change.after
    if not hasattr(told, "sha256"):
        yield f"{side.key} tells nothing of the part: {told!r}"
        return
    for node in holders:
        if node.section != change.part or node.form != "leaf":
            continue
        content = node.content()
        if told.type != node.media_type and node.clear:
            yield f"type {told.type!r} for {node.media_type!r}"
        if content is not None and (told.size, told.sha256) != (len(content), sha256(content).hexdigest()):
            yield f"size or SHA-256 of {told.file_name or told.type} ({told.size} for {len(content)})"
        if change.name not in (told.file_name, told.type):
            yield f"name {change.name!r} is neither file name nor type"


def _content(change: Any, before: SideView, after: SideView, moved: tuple[str, ...]) -> Iterator[str]:
    both = change.before_span is not None and change.after_span is not None
    if both and before.cut(change.before_span) == after.cut(change.after_span):
        yield "both spans hold the same bytes"
    yield from _hunk_shape(change)
    if change.name or change.part.endswith("TEXT") or (change.part in moved and change.before_span is None):
        return
    two = next((n for n in after.nodes if n.section == change.part and n.form == "leaf"), None)
    one = _counterpart(change, before, after)
    if one is None or two is None or (change.kind == "part.rewritten" and _at_frame(change, before, after)):
        return
    same = _same_content(one, two)
    if same is not None and same is not (change.kind == "part.rewritten"):
        yield f"the decoded content is {'the same' if same else 'another'}"
    texts = one.text(), two.text()
    if change.kind == "part.changed" and None not in texts:
        if change.hunks is None:
            yield "a text changed without hunks"
        elif not replays(text_lines(texts[0] or ""), text_lines(texts[1] or ""), change.hunks):
            yield "the hunks do not lead from one text to the other"
    elif change.kind == "part.changed" and same is False and not two.media_type.startswith("text/"):
        for told, node in ((change.before, one), (change.after, two)):
            content = node.content()
            if content is not None and getattr(told, "sha256", None) != sha256(content).hexdigest():
                yield f"SHA-256 of the content: {told!r}"


def _at_frame(change: Any, before: SideView, after: SideView) -> bool:
    """Whether the span owns no content: a delimiter, a blank line, a line end before a delimiter."""
    for side in (before, after):
        if (span := side.span(change)) is None:
            continue
        if any(n.form == "leaf" and span[0] < n.body[1] and n.body[0] < span[1] for n in side.nodes):
            return False
    return True


def _counterpart(change: Any, before: SideView, after: SideView) -> Node | None:
    """The part before: the leaf whose bytes the span owns, or the one of the same section where it owns none."""
    span = before.span(change)
    leaves = [node for node in before.nodes if node.form == "leaf"]
    if before.tree.form != after.tree.form or (span is not None and span[0] == span[1]):
        return None
    if span is None:
        if len(before.nodes) != len(after.nodes):
            return None  # another section before, perhaps
        return next((node for node in leaves if node.section == change.part), None)
    owned = [node for node in leaves if node.blank[0] <= span[0] and span[1] <= node.end]
    return owned[0] if owned else None


def _hunk_shape(change: Any) -> Iterator[str]:
    for hunk in change.hunks or []:
        one, two = (None if text is None else text.split("\n") for text in (hunk.before, hunk.after))
        if one is None and two is None:
            yield "a hunk without lines"
        elif one and two and (one[0] == two[0] or one[-1] == two[-1]):
            yield f"a hunk that begins or ends with an unchanged line: {hunk}"


def replays(one: list[str], two: list[str], hunks: Sequence[Any]) -> bool:
    """Whether the hunks, in order, turn the lines of the one text into those of the other."""
    out: list[str] = []
    at = 0
    for hunk in hunks:
        gone = [] if hunk.before is None else hunk.before.split("\n")
        come = [] if hunk.after is None else hunk.after.split("\n")
        here = hunk.before_line - 1
        out += one[at:here]
        if here < at or one[here : here + len(gone)] != gone or hunk.after_line != len(out) + 1:
            return False
        out, at = out + come, here + len(gone)
    return out + one[at:] == two
