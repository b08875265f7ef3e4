"""Agents that change a mail's structure: wrap, unwrap, embed, and what happens inside a nested message."""

import random
from collections.abc import Callable

from agents_content import content_span
from expectation import ANY, Agent, Expect, Inside, Mutated, SpanRule
from mailkinds import data, lines, mark, words
from mailmaker import Entity, Span, attachment, forwarded, header, multipart, text_part

StructureAgent = Callable[[Entity, random.Random], Mutated | None]


def _is_content(line: bytes) -> bool:
    return line.lower().startswith(b"content-")


def _name(line: bytes) -> str:
    return line.partition(b":")[0].strip().decode()


def _wrap(outer: Entity, inner: Entity, before: list[Entity], behind: list[Entity], rng: random.Random) -> str:
    """Turns `outer` (a clone) into a multipart whose one child holds what it was; `inner` becomes that child.

    Returns the multipart's type.
    """
    inner.fields = [f for f in outer.fields if _is_content(f)]
    inner.body, inner.children, inner.message = outer.body, outer.children, outer.message
    inner.boundary, inner.preamble, inner.closed = outer.boundary, outer.preamble, outer.closed
    inner.tail = outer.tail
    outer.boundary, outer.preamble, outer.tail, outer.closed = mark(rng).encode(), b"", b"\r\n", True
    at = next((n for n, f in enumerate(outer.fields) if f.lower().startswith(b"content-type:")), len(outer.fields))
    kind = "multipart/" + rng.choice(["mixed", "mixed", "related", "alternative"])
    label = header("Content-Type", f'{kind}; boundary="{outer.boundary.decode()}"')
    kept = [(n, f) for n, f in enumerate(outer.fields) if not _is_content(f)]
    outer.fields = [f for n, f in kept if n < at] + [label] + [f for n, f in kept if n > at]
    outer.body, outer.message, outer.children = b"", None, [*before, inner, *behind]
    return kind


def _wrap_fields(out: Mutated, old: Entity, inner: Entity, same_text: bool) -> list[Expect]:
    """The Content-* fields: removed or changed where they stood, added in the part."""
    was, now, down = out.before.of(old), out.after.of(old), out.after.of(inner)
    new = out.after.root.find(old.uid)
    expected = []
    for at, line in enumerate(old.fields):
        name = _name(line)
        if not _is_content(line):
            continue
        if name.lower() == "content-type":
            same = old.type == new.type
            kind = "header.rewritten" if same else "header.changed"
            spans = was.fields[at], now.fields[new.index(name)]
            expected.append(Expect(kind, name, now.header_part, same, *spans))
        else:
            cosmetic = same_text and name.lower() == "content-transfer-encoding"
            expected.append(Expect("header.removed", name, now.header_part, cosmetic, was.fields[at]))
    if old.index("Content-Type") < 0:
        spot = now.fields[new.index("Content-Type")]
        expected.append(Expect("header.added", "Content-Type", now.header_part, after=spot))
    for at, line in enumerate(inner.fields):
        cosmetic = same_text and _name(line).lower() == "content-transfer-encoding"
        expected.append(Expect("header.added", _name(line), down.header_part, cosmetic, after=down.fields[at]))
    return expected


def _wrap_frame(out: Mutated, old: Entity, inner: Entity, before: list[Entity], behind: list[Entity]) -> list[Expect]:
    """What was put around the old body: parts before and behind, delimiters, the blank line after the moved fields."""
    now, down = out.after.of(old), out.after.of(inner)
    expected = [Expect("part.rewritten", None, now.multipart, True, None, down.blank)]
    first = now.delimiters[0]
    named = [_told(part) for part in (*before, *behind)]
    if before:
        # The contract gives the first delimiter line to a rewritten, a part's own delimiter line to the part.
        start = Inside((first[0], down.blank[0]), (first[1], down.delimiter[1] if down.delimiter else first[1]))
        expected.append(Expect("part.added", named[0], out.after.of(before[0]).section, False, None, start))
        expected.append(Expect("part.rewritten", None, now.multipart, True, None, first, optional=True))
    else:
        expected.append(Expect("part.rewritten", None, now.multipart, True, None, first))
    end = len(out.after.raw) if now.header_part is None else now.end
    if now.header_part is not None and not now.header_part.endswith("HEADER"):
        end = now.body[1]
    ends = Inside((down.body[1], max(end, now.end)), (down.body[1] + 2, end - 2))
    if behind:
        expected.append(Expect("part.added", named[-1], out.after.of(behind[-1]).section, False, None, ends))
    else:
        expected.append(Expect("part.rewritten", None, now.multipart, True, None, ends))
    return [*expected, _line_end(out, inner, Inside(ends.outer))]


def _line_end(out: Mutated, inner: Entity, ends: SpanRule) -> Expect:
    """The line end put before a delimiter belongs to the part before it, whichever of those that end there."""
    uids = [entity.uid for entity in inner.walk()]
    sections = {side.places[uid].section for side in (out.before, out.after) for uid in uids if uid in side.places}
    return Expect("part.rewritten", None, tuple(sorted(sections)), True, ANY, ends, optional=True)


def _told(part: Entity) -> str:
    value = part.value("Content-Disposition") or b""
    return value.partition(b'filename="')[2].strip(b'"').decode() or part.type


def _down(out: Mutated, inner: Entity, by_uid: dict[int, int]) -> list[Expect]:
    """Leaves that went a level down: part.moved with null spans, the two sections in before and after."""
    expected = []
    for entity in inner.walk():
        if not entity.is_leaf:
            continue
        was = out.before.places[by_uid.get(entity.uid, entity.uid)].section
        now = out.after.of(entity).section
        if was != now:
            expected.append(Expect("part.moved", None, now, True, sections=(was, now)))
    return expected


def _wrapped(root: Entity, old: Entity, rng: random.Random, edit: bool = False) -> Mutated | None:
    """Wrapped, with parts before and behind it or not; with `edit` the text that goes down gains some lines too."""
    before = [text_part(lines(rng, 3))] if rng.random() < 0.3 else []
    behind = [attachment("notice.bin", data(rng))] if rng.random() < 0.6 else []
    agent = Agent(root)
    inner = Entity([])
    _wrap(agent.twin(old), inner, before, behind, rng)
    texts = [entity for entity in inner.walk() if entity.is_text and entity.body]
    if edit and not texts:
        return None
    text = rng.choice(texts) if edit else None
    if text:
        text.put((text.text().rstrip("\r\n") + "\r\n-- \r\nA disclaimer\r\n").encode(text.charset))
    out = agent.done()
    out.expected = _wrap_fields(out, old, inner, text is not inner) + _wrap_frame(out, old, inner, before, behind)
    moves = [
        rule for rule in _down(out, inner, {inner.uid: old.uid}) if not text or rule.part != out.after.of(text).section
    ]
    if text:
        was, now = out.before.places[old.uid if text is inner else text.uid], out.after.of(text)
        out.expected.append(Expect("part.changed", None, now.section, False, content_span(was), content_span(now)))
    if before and root is old and old.is_leaf:
        # 1 becomes 2 because a sibling came, and a level down: the contract says neither.
        moves = [Expect(m.kind, None, m.part, True, sections=m.sections, optional=True) for m in moves]
    out.expected += moves
    return out


def wrap_single(root: Entity, rng: random.Random) -> Mutated | None:
    """A single part put into a multipart keeps section 1."""
    return _wrapped(root, root, rng) if root.is_leaf else None


def wrap_multipart(root: Entity, rng: random.Random) -> Mutated | None:
    """A whole multipart put into a multipart/mixed: its leaves went a level down."""
    return _wrapped(root, root, rng) if root.children is not None else None


def wrap_leaf(root: Entity, rng: random.Random) -> Mutated | None:
    """A leaf among others put into a multipart there."""
    able = [e for e in root.walk() if e.is_leaf and e.body and (root.parent_of(e.uid) or e).children]
    return _wrapped(root, rng.choice(able), rng) if able else None


def _mirrored(rule: Expect) -> Expect:
    """The change expected when the mail goes the other way."""
    kind = {"header.added": "header.removed", "header.removed": "header.added", "part.added": "part.removed"}
    sections = (rule.sections[1], rule.sections[0]) if rule.sections else None
    part = sections[1] if sections else rule.part
    return Expect(
        kind.get(rule.kind, rule.kind), rule.name, part, rule.cosmetic, rule.after, rule.before,
        sections=sections, optional=rule.optional,
    )  # fmt: skip


def unwrap(root: Entity, rng: random.Random) -> Mutated | None:
    """The frame taken off again: every change the other way round."""
    made = (wrap_single if root.is_leaf else wrap_multipart)(root, rng)
    return Mutated(made.after, made.before, [_mirrored(rule) for rule in made.expected]) if made else None


def wrap_and_edit(root: Entity, rng: random.Random) -> Mutated | None:
    """Wrapped and a text below changed in one go: the change is told where the text is now, and is no move."""
    able = [root] if root.message is None else []
    able += [e for e in root.walk() if e.is_text and e.body and (root.parent_of(e.uid) or e).children]
    return _wrapped(root, rng.choice(able), rng, edit=True) if able else None


_KEPT = ("from", "to", "date", "mime-version")


def embed(root: Entity, rng: random.Random) -> Mutated | None:
    """A message put whole into a message/rfc822 part, a disclaimer before it (the fallback `Wrap`)."""
    agent = Agent(root)
    inner = agent.new
    note = [text_part(lines(rng, 2))] if rng.random() < 0.8 else []
    parcel = forwarded(inner)
    outer = multipart("mixed", [*note, parcel], mark(rng))
    label = outer.fields
    tagged = [header("Subject", "FW: see below") if _name(f).lower() == "subject" else f for f in root.fields]
    outer.fields = [f for f in tagged if _name(f).lower() in (*_KEPT, "subject")] + label
    agent.new = outer
    out = agent.done()
    out.expected = _embed_fields(out, root, outer) + _embed_parts(out, root, inner, parcel, note)
    return out


def _embed_fields(out: Mutated, root: Entity, outer: Entity) -> list[Expect]:
    """Outer fields are compared as usual."""
    was, now = out.before.of(root), out.after.of(outer)
    expected = []
    for at, line in enumerate(root.fields):
        name = _name(line)
        if name.lower() in _KEPT:
            continue
        if name.lower() in ("subject", "content-type"):
            alike = name.lower() == "content-type" and root.type == "multipart/mixed"
            kind = "header.rewritten" if alike else "header.changed"
            spans = was.fields[at], now.fields[outer.index(name)]
            expected.append(Expect(kind, name, None, alike, *spans, moved=False))
        else:
            cosmetic = None if name.lower() == "content-transfer-encoding" else False
            expected.append(Expect("header.removed", name, None, cosmetic, was.fields[at]))
    if root.index("Content-Type") < 0:
        expected.append(Expect("header.added", "Content-Type", None, after=now.fields[outer.index("Content-Type")]))
    return expected


def _embed_parts(out: Mutated, root: Entity, inner: Entity, parcel: Entity, note: list[Entity]) -> list[Expect]:
    outer, new = out.after.of(out.after.root), out.after.of(parcel)
    told = Expect("part.added", "message/rfc822", new.section, after=(new.start, out.after.of(inner).blank[1]))
    expected = [told]
    if note:
        first = out.after.of(note[0])
        expected.append(Expect("part.added", "text/plain", first.section, after=first.own))
    frame = (out.after.of(inner).body[1], len(out.after.raw))
    closing: SpanRule = Inside(frame, (outer.last[0], outer.last[1] - 2))
    expected += [Expect("part.rewritten", None, "TEXT", True, None, closing), _line_end(out, inner, Inside(frame))]
    for entity in inner.walk():
        if entity.is_leaf:
            was, now = out.before.of(entity).section, out.after.of(entity).section
            empty = not entity.body
            expected.append(Expect("part.moved", None, now, False, sections=(was, now), optional=empty))
    return expected


def attachment_to_body(root: Entity, rng: random.Random) -> Mutated | None:
    """An attached text moved to the front as a body part, its disposition taken off: moved, and not cosmetic."""
    return _attached(root, rng, reverse=False)


def body_to_attachment(root: Entity, rng: random.Random) -> Mutated | None:
    """The reverse."""
    return _attached(root, rng, reverse=True)


def _attached(root: Entity, rng: random.Random, reverse: bool) -> Mutated | None:
    if root.type != "multipart/mixed" or root.children is None or not root.closed:
        return None
    before = root.clone()
    letter = text_part(lines(rng, 4))
    spacer = text_part(lines(rng, 3))
    disposition = header("Content-Disposition", "attachment")
    letter.fields.append(disposition)
    before.children = [*(before.children or []), spacer, letter]
    agent = Agent(before)
    kids = agent.new.children or []
    moved = kids.pop()
    moved.fields.remove(disposition)
    kids.insert(0, moved)
    out = agent.done()
    if reverse:
        out = Mutated(out.after, out.before)
    was, now = out.before.of(letter), out.after.of(letter)
    rules = _outer(was.own), _outer(now.own)
    kind = "header.added" if reverse else "header.removed"
    field_rule = Expect(kind, "Content-Disposition", now.header_part, None, ANY, ANY, optional=True)
    out.expected = [Expect("part.moved", None, now.section, False, *rules), field_rule]
    return out


def _outer(span: Span) -> Inside:
    return Inside(span)


def busy(root: Entity, rng: random.Random) -> Mutated | None:
    """Many changes in one go: two fields on top, a subject, every text, and a file behind the others."""
    if root.children is None or not root.closed or root.type == "multipart/digest":
        return None
    agent = Agent(root)
    new, told = agent.new, root.index("Subject")
    new.fields[told] = header("Subject", f"[EXTERNAL] {words(rng, 3)}")
    new.fields[:0] = [header("X-First", words(rng, 2)), header("X-Second", words(rng, 2))]
    texts = [entity for entity in new.walk() if entity.is_text and entity.body]
    for text in texts:
        text.put((f"{words(rng, 3)}\r\n" + text.text()).encode(text.charset))
    file = attachment("busy.bin", data(rng))
    (new.children or []).append(file)
    out = agent.done()
    now = out.after.of(new)
    out.expected = [
        Expect("header.added", "X-First", None, after=now.fields[0]),
        Expect("header.added", "X-Second", None, after=now.fields[1]),
        Expect("header.changed", "Subject", None, False, out.before.field(root, told), now.fields[told + 2]),
        Expect("part.added", "busy.bin", out.after.of(file).section, after=out.after.of(file).own),
    ]
    for text in texts:
        here, there = out.before.of(text), out.after.of(text)
        spans = content_span(here), content_span(there)
        out.expected.append(Expect("part.changed", None, there.section, False, *spans))
    return out


STRUCTURE_AGENTS: dict[str, StructureAgent] = {
    agent.__name__: agent
    for agent in (
        wrap_single, wrap_multipart, wrap_leaf, wrap_and_edit, unwrap, embed, attachment_to_body, body_to_attachment,
        busy,
    )
}  # fmt: skip
