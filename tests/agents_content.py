"""Agents that change the content of leaves and its encoding, each with the changes expected."""

import random
from collections.abc import Callable

from expectation import Agent, Expect, Inside, Mutated, SpanRule
from mailkinds import data, words
from mailmaker import Entity, Place

PartAgent = Callable[[Entity, random.Random], Mutated | None]


def leaves(root: Entity, *, text: bool | None = None) -> list[Entity]:
    found = [e for e in root.walk() if e.is_leaf and e.body]
    return found if text is None else [e for e in found if e.is_text is text]


def choose(able: list[Entity], rng: random.Random) -> Entity | None:
    return rng.choice(able) if able else None


def content_span(where: Place) -> Inside:
    """The span of a leaf's content: the line end before the next delimiter belongs to the part and may be in it."""
    return Inside((where.body[0], max(where.end, where.body[1])))


def _edited(text: str, rng: random.Random) -> str:
    """The text with one line put in, replaced, taken out or extended."""
    rows = text.split("\r\n")
    at = rng.randrange(len(rows))
    new = words(rng, 3)
    act = rng.choice(["insert", "replace", "remove", "extend", "append"])
    if act == "remove" and len(rows) > 2 and rows[at].strip():
        return "\r\n".join(rows[:at] + rows[at + 1 :])
    if act == "extend":
        rows[at] += " " + new
    elif act == "replace":
        rows[at] = new
    elif act == "append":
        return text + ("" if text.endswith("\r\n") else "\r\n") + "-- \r\n" + new + "\r\n"
    else:
        rows.insert(at, new)
    return "\r\n".join(rows)


def _content_changed(root: Entity, old: Entity, content: bytes, kind: str, width: int = 76) -> Mutated | None:
    agent = Agent(root)
    agent.twin(old).put(content, width)
    if agent.twin(old).body == old.body:
        return None
    out = agent.done()
    was, now = out.before.of(old), out.after.of(old)
    out.expected = [Expect(kind, None, now.section, kind == "part.rewritten", content_span(was), content_span(now))]
    return out


def edit_text(root: Entity, rng: random.Random) -> Mutated | None:
    old = choose(leaves(root, text=True), rng)
    if old is None:
        return None
    return _content_changed(root, old, _edited(old.text(), rng).encode(old.charset), "part.changed")


def replace_binary(root: Entity, rng: random.Random) -> Mutated | None:
    """Another content under the same name."""
    old = choose(leaves(root, text=False), rng)
    return None if old is None else _content_changed(root, old, data(rng, 200), "part.changed")


def rewrap_base64(root: Entity, rng: random.Random) -> Mutated | None:
    old = choose([e for e in leaves(root) if e.encoding == "base64"], rng)
    return (
        None if old is None else _content_changed(root, old, old.content(), "part.rewritten", rng.choice([60, 64, 72]))
    )


def rewrap_quoted(root: Entity, rng: random.Random) -> Mutated | None:
    """A soft line break more."""
    old = choose([e for e in leaves(root) if e.encoding == "quoted-printable"], rng)
    if old is None:
        return None
    agent = Agent(root)
    new = agent.twin(old)
    at = next(n for n in range(3, len(new.body)) if new.body[n - 3 : n + 3].isalnum())
    new.body = new.body[:at] + b"=\r\n" + new.body[at:]
    out = agent.done()
    was, now = out.before.of(old), out.after.of(old)
    out.expected = [Expect("part.rewritten", None, now.section, True, content_span(was), content_span(now))]
    return out


def _field_spans(out: Mutated, old: Entity, name: str) -> tuple[str, str | None, SpanRule, SpanRule]:
    """Kind, part and spans of the one change of that field."""
    new = out.after.root.find(old.uid)
    was, now = old.index(name), new.index(name)
    before = out.before.of(old).fields[was] if was >= 0 else None
    after = out.after.of(new).fields[now] if now >= 0 else None
    kind = "header.changed" if before and after else "header.added" if after else "header.removed"
    return kind, out.after.of(old).header_part, before, after


def _field_change(out: Mutated, old: Entity, name: str, cosmetic: bool) -> Expect:
    kind, part, before, after = _field_spans(out, old, name)
    return Expect(kind, name, part, cosmetic, before, after)


def change_encoding(root: Entity, rng: random.Random) -> Mutated | None:
    """Another transfer encoding, same decoded part: both are cosmetic."""
    old = choose(leaves(root), rng)
    if old is None:
        return None
    agent = Agent(root)
    new = agent.twin(old)
    choices = ["base64", "8bit"] + ["quoted-printable"] * old.is_text + ["7bit"] * old.content().isascii()
    new.set("Content-Transfer-Encoding", rng.choice([name for name in choices if name != old.encoding]))
    content = old.content()
    new.put(content)
    if new.content() != content:
        return None
    out = agent.done()
    was, now = out.before.of(old), out.after.of(old)
    out.expected = [_field_change(out, old, "Content-Transfer-Encoding", cosmetic=True)]
    if new.body != old.body:
        out.expected.append(Expect("part.rewritten", None, now.section, True, content_span(was), content_span(now)))
    return out


def change_encoding_and_text(root: Entity, rng: random.Random) -> Mutated | None:
    """Another transfer encoding beside another content: neither is cosmetic."""
    old = choose(leaves(root, text=True), rng)
    if old is None or old.encoding == "base64":
        return None
    agent = Agent(root)
    new = agent.twin(old)
    new.set("Content-Transfer-Encoding", "base64")
    new.put(_edited(old.text(), rng).encode(old.charset))
    out = agent.done()
    was, now = out.before.of(old), out.after.of(old)
    out.expected = [
        _field_change(out, old, "Content-Transfer-Encoding", cosmetic=False),
        Expect("part.changed", None, now.section, False, content_span(was), content_span(now)),
    ]
    return out


def label_encoding(root: Entity, rng: random.Random) -> Mutated | None:
    """The encoding's name in other letters, added where it is the default, or taken out: an equal decoded part."""
    old = choose(leaves(root), rng)
    if old is None:
        return None
    agent = Agent(root)
    new, at = agent.twin(old), old.index("Content-Transfer-Encoding")
    if at < 0:
        new.set("Content-Transfer-Encoding", rng.choice(["7bit", "8bit"]))
    elif old.encoding in ("7bit", "8bit"):
        del new.fields[at]
    else:
        new.set("Content-Transfer-Encoding", old.encoding.upper())
    out = agent.done()
    out.expected = [_field_change(out, old, "Content-Transfer-Encoding", cosmetic=True)]
    return out


def relabel_charset_same(root: Entity, rng: random.Random) -> Mutated | None:
    """Only the label changes, and the text is the same: only the header.changed."""
    old = choose([e for e in leaves(root, text=True) if e.content().isascii() and e.charset == "us-ascii"], rng)
    if old is None or old.index("Content-Type") < 0:
        return None
    agent = Agent(root)
    agent.twin(old).set("Content-Type", f"{old.type}; charset={rng.choice(['utf-8', 'iso-8859-1', 'windows-1252'])}")
    out = agent.done()
    out.expected = [_field_change(out, old, "Content-Type", cosmetic=False)]
    return out


def relabel_charset_other(root: Entity, rng: random.Random) -> Mutated | None:
    """Only the label changes, and the text is another: a part.changed with hunks and null spans beside it."""
    old = choose([e for e in leaves(root, text=True) if e.charset in ("iso-8859-1", "koi8-r")], rng)
    if old is None or old.content().isascii():
        return None
    agent = Agent(root)
    agent.twin(old).set("Content-Type", f"{old.type}; charset={rng.choice(['iso-8859-5', 'cp437'])}")
    out = agent.done()
    out.expected = [
        _field_change(out, old, "Content-Type", cosmetic=False),
        Expect("part.changed", None, out.after.of(old).section),
    ]
    return out


def recode_charset(root: Entity, rng: random.Random) -> Mutated | None:
    """Another charset with its label, the text the same."""
    old = choose([e for e in leaves(root, text=True) if not e.content().isascii()], rng)
    if old is None:
        return None
    agent = Agent(root)
    new = agent.twin(old)
    charset = "utf-8" if old.charset != "utf-8" else "utf-16le" if old.encoding == "base64" else "windows-1252"
    new.set("Content-Type", f"{old.type}; charset={charset}")
    new.put(old.text().encode(charset))
    out = agent.done()
    was, now = out.before.of(old), out.after.of(old)
    out.expected = [
        _field_change(out, old, "Content-Type", cosmetic=False),
        Expect("part.rewritten", None, now.section, True, content_span(was), content_span(now)),
    ]
    return out


def lose_characters(root: Entity, rng: random.Random) -> Mutated | None:
    """Question marks for what ASCII can't hold."""
    old = choose([e for e in leaves(root, text=True) if not e.content().isascii()], rng)
    if old is None:
        return None
    agent = Agent(root)
    new = agent.twin(old)
    new.set("Content-Type", f"{old.type}; charset=us-ascii")
    new.put(old.text().encode("ascii", "replace"))
    out = agent.done()
    was, now = out.before.of(old), out.after.of(old)
    out.expected = [
        _field_change(out, old, "Content-Type", cosmetic=False),
        Expect("part.changed", None, now.section, False, content_span(was), content_span(now)),
    ]
    return out


CONTENT_AGENTS: dict[str, PartAgent] = {
    agent.__name__: agent
    for agent in (
        edit_text, replace_binary, rewrap_base64, rewrap_quoted, change_encoding, change_encoding_and_text,
        label_encoding, relabel_charset_same, relabel_charset_other, recode_charset, lose_characters,
    )
}  # fmt: skip
