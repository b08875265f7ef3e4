"""Agents that change parts as a whole and their delimiters, each with the changes expected."""

import random

from agents_content import PartAgent, choose, content_span, edit_text, leaves
from expectation import ANY, Agent, Expect, Inside, Mutated
from mailkinds import alternative, data, lines, mark, words
from mailmaker import Entity, Span, attachment, header, text_part


def _parents(root: Entity, least: int) -> list[Entity]:
    return [e for e in root.walk() if e.children is not None and len(e.children) >= least]


def _new_part(rng: random.Random) -> tuple[Entity, str]:
    """A part and the name it is told by: its file name or its type."""
    if rng.random() < 0.5:
        return attachment("notice.bin", data(rng)), "notice.bin"
    return text_part(lines(rng, 3)), "text/plain"


def add_part(root: Entity, rng: random.Random) -> Mutated | None:
    """A part among others: its span is its own delimiter line up to the next one; shifted numbers are no move."""
    parent = choose([e for e in _parents(root, 1) if e.closed and e.type != "multipart/digest"], rng)
    if parent is None or parent.children is None:
        return None
    agent = Agent(root)
    part, name = _new_part(rng)
    at = rng.randrange(len(parent.children) + 1)
    (agent.twin(parent).children or []).insert(at, part)
    out = agent.done()
    where = out.after.of(part)
    out.expected = [Expect("part.added", name, where.section, after=where.own)]
    return out


def _told_name(entity: Entity) -> str | None:
    value = (entity.value("Content-Disposition") or b"") + b";" + (entity.value("Content-Type") or b"")
    if b"*=" in value or b"*0" in value:
        return "café menu.bin"
    _, found, rest = value.partition(b'name="')
    return rest.partition(b'"')[0].decode() if found else entity.type


def remove_part(root: Entity, rng: random.Random) -> Mutated | None:
    parent = choose([e for e in _parents(root, 2) if e.closed and e.type != "multipart/digest"], rng)
    if parent is None or parent.children is None:
        return None
    at = rng.randrange(len(parent.children))
    gone = parent.children[at]
    if gone.is_leaf and any(sib.body == gone.body for sib in parent.children if sib is not gone):
        return None
    agent = Agent(root)
    del (agent.twin(parent).children or [])[at]
    out = agent.done()
    where = out.before.of(gone)
    out.expected = [Expect("part.removed", _told_name(gone), where.section, before=where.own)]
    return out


def add_equal(root: Entity, rng: random.Random) -> Mutated | None:
    """Of equal siblings the last counts as the one added."""
    parent = choose([e for e in _parents(root, 1) if e.closed], rng)
    if parent is None or parent.children is None:
        return None
    agent = Agent(root)
    at = rng.randrange(len(parent.children))
    if not parent.children[at].is_leaf or not parent.children[at].body:
        return None
    twin = Entity(list(parent.children[at].fields), parent.children[at].body)
    (agent.twin(parent).children or []).insert(at + 1, twin)
    out = agent.done()
    where = out.after.of(twin)
    out.expected = [Expect("part.added", _told_name(twin), where.section, after=where.own)]
    return out


def remove_equal(root: Entity, rng: random.Random) -> Mutated | None:
    """Of equal siblings the last counts as the one removed, whichever was meant."""
    made = add_equal(root, rng)
    if made is None:
        return None
    added = made.expected[0]
    expect = Expect("part.removed", added.name, added.part, before=added.after)
    return Mutated(made.after, made.before, [expect])


def replace_attachment(root: Entity, rng: random.Random) -> Mutated | None:
    """A part of the same type with another file name and other content: removed and added."""
    able = [
        e
        for e in leaves(root)
        if e.value("Content-Disposition") and root.parent_of(e.uid) and b"*" not in b"".join(e.fields)
    ]
    old = choose(able, rng)
    if old is None:
        return None
    agent = Agent(root)
    parent = agent.new.parent_of(old.uid)
    if parent is None or parent.children is None:
        return None
    new = attachment("replaced.bin", data(rng), old.type)
    parent.children[[c.uid for c in parent.children].index(old.uid)] = new
    out = agent.done()
    was, now = out.before.of(old), out.after.of(new)
    out.expected = [
        Expect("part.removed", _told_name(old), was.section, before=was.own),
        Expect("part.added", "replaced.bin", now.section, after=now.own),
    ]
    return out


def attachment_to_text(root: Entity, rng: random.Random) -> Mutated | None:
    """An attachment stripped: a text with another name stands in its place."""
    able = [e for e in leaves(root, text=False) if e.value("Content-Disposition") and root.parent_of(e.uid)]
    old = choose(able, rng)
    if old is None:
        return None
    agent = Agent(root)
    parent = agent.new.parent_of(old.uid)
    if parent is None or parent.children is None:
        return None
    notice = text_part("The file was removed.\r\n" + words(rng, 3))
    notice.fields.append(header("Content-Disposition", 'attachment; filename="removed.txt"'))
    parent.children[[c.uid for c in parent.children].index(old.uid)] = notice
    out = agent.done()
    was, now = out.before.of(old), out.after.of(notice)
    out.expected = [
        Expect("part.removed", _told_name(old), was.section, before=was.own),
        Expect("part.added", "removed.txt", now.section, after=now.own),
    ]
    return out


def text_to_multipart(root: Entity, rng: random.Random) -> Mutated | None:
    """A text leaf replaced by a multipart without like content: removed and added."""
    old = choose([e for e in leaves(root, text=True) if (root.parent_of(e.uid) or e).children], rng)
    if old is None:
        return None
    agent = Agent(root)
    parent = agent.new.parent_of(old.uid)
    if parent is None or parent.children is None:
        return None
    new = alternative(rng)
    parent.children[[c.uid for c in parent.children].index(old.uid)] = new
    out = agent.done()
    was, now = out.before.of(old), out.after.of(new)
    out.expected = [
        Expect("part.removed", _told_name(old), was.section, before=was.own),
        Expect("part.added", "multipart/alternative", now.section, after=now.own),
    ]
    return out


def move_part(root: Entity, rng: random.Random) -> Mutated | None:
    """One sibling past two others or more: same content, another section."""
    able = [e for e in _parents(root, 3) if e.closed and e.type != "multipart/digest"]
    parent = choose(able, rng)
    if parent is None or parent.children is None:
        return None
    count = len(parent.children)
    at, to = rng.choice([(a, b) for a in range(count) for b in range(count) if abs(a - b) >= 2])
    part = parent.children[at]
    if part.is_leaf and any(e.body == part.body for e in parent.children if e is not part):
        return None
    agent = Agent(root)
    kids = agent.twin(parent).children or []
    kids.insert(to, kids.pop(at))
    out = agent.done()
    was, now = out.before.of(part), out.after.of(part)
    out.expected = [Expect("part.moved", None, now.section, True, was.own, now.own)]
    return out


def swap_parts(root: Entity, rng: random.Random) -> Mutated | None:
    """Two neighbours swapped: one of them has moved, it is open which."""
    able = [e for e in _parents(root, 2) if e.closed and e.type != "multipart/digest"]
    parent = choose(able, rng)
    if parent is None or parent.children is None:
        return None
    at = rng.randrange(len(parent.children) - 1)
    agent = Agent(root)
    kids = agent.twin(parent).children or []
    kids[at], kids[at + 1] = kids[at + 1], kids[at]
    out = agent.done()
    pair = [(out.before.of(kid), out.after.of(kid)) for kid in kids[at : at + 2]]
    sections = tuple(now.section for _, now in pair)
    outer = [(min(p.start for p in side), max(p.end for p in side)) for side in zip(*pair, strict=True)]
    out.expected = [Expect("part.moved", None, sections, True, Inside(outer[0]), Inside(outer[1]))]
    return out


def change_subtype(root: Entity, rng: random.Random) -> Mutated | None:
    """Another kind of multipart over the same parts: the one field, and no byte of the body."""
    parent = choose([e for e in _parents(root, 1) if e.type != "multipart/digest"], rng)
    if parent is None:
        return None
    agent = Agent(root)
    kind = rng.choice(["mixed", "related", "alternative", "signed", "x-other"])
    if parent.type == f"multipart/{kind}":
        return None
    at = parent.index("Content-Type")
    agent.twin(parent).fields[at] = parent.fields[at].replace(parent.type.encode(), b"multipart/" + kind.encode())
    out = agent.done()
    was, now = out.before.of(parent), out.after.of(parent)
    out.expected = [Expect("header.changed", "Content-Type", now.header_part, False, was.fields[at], now.fields[at])]
    return out


def change_subtype_and_text(root: Entity, rng: random.Random) -> Mutated | None:
    """The same beside an edited text: two changes, each where it is."""
    first = change_subtype(root, rng)
    second = edit_text(first.after.root, rng) if first else None
    if first is None or second is None:
        return None
    out = Mutated(first.before, second.after)
    field_rule, text_rule = first.expected[0], second.expected[0]
    leaf = next(e for e in root.walk() if e.is_leaf and e.body != second.after.root.find(e.uid).body)
    holder = next(e for e in root.walk() if e.fields != second.after.root.find(e.uid).fields)
    at = holder.index("Content-Type")
    spans = out.before.of(holder).fields[at], out.after.of(holder).fields[at]
    bodies = content_span(out.before.of(leaf)), content_span(out.after.of(leaf))
    out.expected = [
        Expect(field_rule.kind, field_rule.name, field_rule.part, False, *spans),
        Expect(text_rule.kind, None, text_rule.part, False, *bodies),
    ]
    return out


def rename_boundary(root: Entity, rng: random.Random) -> Mutated | None:
    """A renamed boundary: Content-Type rewritten, and one part.rewritten a delimiter line."""
    parent = choose(_parents(root, 1), rng)
    if parent is None:
        return None
    agent = Agent(root)
    new = agent.twin(parent)
    new.boundary = mark(rng).encode() + b"x"
    at = parent.index("Content-Type")
    new.fields[at] = parent.fields[at].replace(parent.boundary, new.boundary)
    out = agent.done()
    was, now = out.before.of(parent), out.after.of(parent)
    out.expected = [Expect("header.rewritten", "Content-Type", now.header_part, True, was.fields[at], now.fields[at])]
    for one, two in zip(was.delimiters, now.delimiters, strict=True):
        out.expected.append(Expect("part.rewritten", None, now.multipart, True, _line(one), _line(two)))
    return out


def _line(span: Span) -> Inside:
    """A delimiter line; it is open whether the span holds its line end where that did not change."""
    return Inside(span, (span[0], max(span[0], span[1] - 2)))


def preamble(root: Entity, rng: random.Random) -> Mutated | None:
    """Words of a preamble: part.changed of that multipart with that name."""
    parent = choose(_parents(root, 1), rng)
    if parent is None:
        return None
    agent = Agent(root)
    agent.twin(parent).preamble = words(rng, 4).encode() + b"\r\n"
    out = agent.done()
    was, now = out.before.of(parent), out.after.of(parent)
    before = Inside(was.preamble) if parent.preamble else ANY
    out.expected = [Expect("part.changed", "preamble", now.multipart, False, before, Inside(now.preamble))]
    return out


def epilogue(root: Entity, rng: random.Random) -> Mutated | None:
    """Words of an epilogue likewise."""
    parent = choose([e for e in _parents(root, 1) if e.closed and e.tail.startswith(b"\r\n")], rng)
    if parent is None:
        return None
    agent = Agent(root)
    agent.twin(parent).tail = b"\r\n" + words(rng, 4).encode() + b"\r\n"
    out = agent.done()
    was, now = out.before.of(parent), out.after.of(parent)
    before = Inside(was.epilogue) if parent.tail != b"\r\n" else ANY
    out.expected = [Expect("part.changed", "epilogue", now.multipart, False, before, Inside(now.epilogue))]
    return out


def drop_close(root: Entity, rng: random.Random) -> Mutated | None:
    """A multipart without its closing delimiter ends at its parent's delimiter, and its parts count."""
    able = [e for e in _parents(root, 1) if e.closed and e.tail == b"\r\n" and e.children and e.children[-1].is_leaf]
    parent = choose(
        [e for e in able if e.children and (e.children[-1].is_text or e.children[-1].encoding == "base64")], rng
    )
    if parent is None:
        return None
    agent = Agent(root)
    agent.twin(parent).closed = False
    if root.parent_of(parent.uid) is None:
        (agent.twin(parent).children or [])[-1].body += b"\r\n"
    out = agent.done()
    was = out.before.of(parent)
    line = Inside((was.last[0] - 2, was.last[1] + 2), (was.last[0], was.last[1] - 2))
    out.expected = [Expect("part.rewritten", None, was.multipart, True, line, None)]
    if parent.children:
        # The line end before the closing delimiter is the last part's, the one behind that of what holds all.
        room = Inside((was.last[0] - 2, was.last[1] + 2))
        last = out.after.of(parent.children[-1]).section
        around = {place.section for place in out.after.places.values() if last.startswith(f"{place.section}.")}
        out.expected.append(Expect("part.rewritten", None, (last, *sorted(around)), True, room, ANY, optional=True))
    return out


def end_line(root: Entity, rng: random.Random) -> Mutated | None:
    """The message's last line end taken off: texts that differ in line ends alone are equal."""
    agent = Agent(root)
    if root.is_text and root.body.endswith(b"\r\n") and root.encoding in ("7bit", "8bit"):
        agent.new.body = root.body[:-2]
        section = "1"
    elif root.children is not None and root.closed and root.tail == b"\r\n":
        agent.new.tail = b""
        section = "TEXT"
    else:
        return None
    out = agent.done()
    end = len(out.before.raw)
    start = out.before.of(root).body[0]
    if section == "TEXT":
        start = out.before.of(root).last[0]
    out.expected = [Expect("part.rewritten", None, section, True, Inside((start, end), (end - 2, end)), ANY)]
    return out


PART_AGENTS: dict[str, PartAgent] = {
    agent.__name__: agent
    for agent in (
        add_part, remove_part, add_equal, remove_equal, replace_attachment, attachment_to_text, text_to_multipart,
        move_part, swap_parts, change_subtype, change_subtype_and_text, rename_boundary, preamble,
        epilogue, drop_close, end_line,
    )
}  # fmt: skip
