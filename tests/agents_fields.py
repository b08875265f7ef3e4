"""Agents that change header fields, each with the changes expected: mail -> Mutated, None where it can't act."""

import base64
import quopri
import random
from collections.abc import Callable

from expectation import Agent, Expect, Mutated
from mailkinds import words
from mailmaker import Entity, header


def _name(line: bytes) -> str:
    return line.partition(b":")[0].rstrip().decode("latin-1")


def _single(entity: Entity) -> list[int]:
    """The fields whose name stands once, the ones that shape the body left out."""
    names = [_name(line).lower() for line in entity.fields]
    shaping = ("content-type", "content-transfer-encoding")
    return [at for at, name in enumerate(names) if names.count(name) == 1 and name not in shaping]


def _some(root: Entity, rng: random.Random) -> Entity | None:
    """An entity of the tree with a field an agent may touch."""
    able = [entity for entity in root.walk() if _single(entity)]
    return rng.choice(able) if able else None


def add_field(root: Entity, rng: random.Random) -> Mutated | None:
    agent = Agent(root)
    entity = rng.choice([e for e in agent.new.walk() if e.fields])
    at = rng.randrange(len(entity.fields) + 1)
    entity.fields.insert(at, header("X-Contoso-Scanned", words(rng, 2)))
    out = agent.done()
    where = out.after.of(entity)
    out.expected = [Expect("header.added", "X-Contoso-Scanned", where.header_part, after=where.fields[at])]
    return out


def remove_field(root: Entity, rng: random.Random) -> Mutated | None:
    agent = Agent(root)
    old = _some(root, rng)
    if old is None:
        return None
    at = rng.choice(_single(old))
    del agent.twin(old).fields[at]
    out = agent.done()
    where = out.before.of(old)
    out.expected = [Expect("header.removed", _name(old.fields[at]), where.header_part, before=where.fields[at])]
    return out


def _rewrite(root: Entity, old: Entity, at: int, line: bytes, kind: str, cosmetic: bool) -> Mutated | None:
    """One field replaced where it stands."""
    if line == old.fields[at]:
        return None
    agent = Agent(root)
    agent.twin(old).fields[at] = line
    out = agent.done()
    was, now = out.before.of(old), out.after.of(old)
    name = (_name(old.fields[at]), _name(line))
    out.expected = [Expect(kind, name, now.header_part, cosmetic, was.fields[at], now.fields[at])]
    return out


def change_value(root: Entity, rng: random.Random) -> Mutated | None:
    old = _some(root, rng)
    if old is None:
        return None
    at = rng.choice(_single(old))
    line = old.fields[at].rstrip(b"\r\n") + b" " + words(rng, 1).encode() + b"\r\n"
    return _rewrite(root, old, at, line, "header.changed", cosmetic=False)


def change_eight_bit(root: Entity, rng: random.Random) -> Mutated | None:
    """Bytes over 127 that no charset names."""
    old = _some(root, rng)
    if old is None:
        return None
    at = rng.choice(_single(old))
    line = old.fields[at].rstrip(b"\r\n") + b" \xe9\xff\r\n"
    return _rewrite(root, old, at, line, "header.changed", cosmetic=False)


def inner_blank(root: Entity, rng: random.Random) -> Mutated | None:
    """Inner blanks count."""
    at = root.index("Date")
    line = root.fields[at].replace(b"Jun 2017", b"Jun  2017")
    return _rewrite(root, root, at, line, "header.changed", cosmetic=False)


def outer_blanks(root: Entity, rng: random.Random) -> Mutated | None:
    """White space at both ends does not count."""
    at = root.index("Subject")
    name, _, value = root.fields[at].partition(b":")
    line = name + b":" + rng.choice([b"", b"  ", b"\t"]) + value.strip() + rng.choice([b" ", b"\t\t"]) + b"\r\n"
    return _rewrite(root, root, at, line, "header.rewritten", cosmetic=True)


def refold(root: Entity, rng: random.Random) -> Mutated | None:
    """A line end put before an inner blank, or a blank made a fold of several."""
    able = [
        (entity, at)
        for entity in root.walk()
        for at, line in enumerate(entity.fields)
        if b" " in line.partition(b":")[2].strip() and b"\n" not in line[:-2] and b"=?" not in line
    ]
    if not able:
        return None
    old, at = rng.choice(able)
    name, _, value = old.fields[at].partition(b":")
    body = value.strip()
    cut = rng.choice([n for n, byte in enumerate(body) if byte == 0x20])
    fold = rng.choice([b"\r\n ", b"\r\n\t", b" \r\n  ", b"\r\n \t ", b"\t\r\n\t"])
    if body[cut - 1 : cut] == b" " or body[cut + 1 : cut + 2] == b" ":
        fold = b"\r\n "
    line = name + b": " + body[:cut] + fold + body[cut + 1 :] + b"\r\n"
    return _rewrite(root, old, at, line, "header.rewritten", cosmetic=True)


def unfold(root: Entity, rng: random.Random) -> Mutated | None:
    """A folded field put on one line: the line end taken out, the white space left."""
    able = [(e, at) for e in root.walk() for at, line in enumerate(e.fields) if b"\r\n" in line[:-2]]
    if not able:
        return None
    old, at = rng.choice(able)
    line = old.fields[at][:-2].replace(b"\r\n", b"") + b"\r\n"
    names = [_name(f).lower() for f in old.fields]
    if names.count(_name(line).lower()) > 1 and sum(f == old.fields[at] for f in old.fields) > 1:
        return None
    return _rewrite(root, old, at, line, "header.rewritten", cosmetic=True)


_SUBJECTS = (
    "Grüße aus Köln – mit herzlichem Dank für die Einladung zum Fest",
    "Réunion à Genève, déjà prévue",
    "Привет",
)


def _b_words(text: str, size: int, charset: str = "utf-8") -> bytes:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return b"\r\n ".join(
        b"=?%s?B?%s?=" % (charset.encode(), base64.b64encode(piece.encode(charset))) for piece in pieces
    )


def _q_words(text: str, size: int, charset: str = "utf-8") -> bytes:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    coded = [quopri.encodestring(p.encode(charset), header=True).replace(b"=\n", b"") for p in pieces]
    return b"\r\n ".join(b"=?%s?Q?%s?=" % (charset.encode(), piece) for piece in coded)


def reencode_words(root: Entity, rng: random.Random) -> Mutated | None:
    """Encoded words B for Q and split elsewhere: other bytes, same value."""
    before = root.clone()
    text, at = rng.choice(_SUBJECTS), before.index("Subject")
    before.fields[at] = b"Subject: " + _b_words(text, rng.randint(3, 20)) + b"\r\n"
    coder = rng.choice([_q_words, _b_words])
    line = (
        rng.choice([b"Subject: ", b"SUBJECT:"])
        + coder(text, rng.randint(3, 9), rng.choice(["utf-8", "UTF-8"]))
        + b"\r\n"
    )
    return _rewrite(before, before, at, line, "header.rewritten", cosmetic=True)


def change_words(root: Entity, rng: random.Random) -> Mutated | None:
    """An encoded subject tagged."""
    before = root.clone()
    text, at = rng.choice(_SUBJECTS), before.index("Subject")
    before.fields[at] = b"Subject: " + _b_words(text, 9) + b"\r\n"
    line = b"Subject: " + _q_words("[EXTERNAL] " + text, 9) + b"\r\n"
    return _rewrite(before, before, at, line, "header.changed", cosmetic=False)


def name_case(root: Entity, rng: random.Random) -> Mutated | None:
    """The name's letter case alone."""
    old = _some(root, rng)
    if old is None:
        return None
    at = rng.choice(_single(old))
    name, colon, value = old.fields[at].partition(b":")
    return _rewrite(root, old, at, name.swapcase() + colon + value, "header.rewritten", cosmetic=True)


def quote_charset(root: Entity, rng: random.Random) -> Mutated | None:
    """`charset=x` and `charset="x"` are two values."""
    able = [e for e in root.walk() if b"charset=" in (e.value("Content-Type") or b"") and e.is_text]
    if not able:
        return None
    old = rng.choice(able)
    at = old.index("Content-Type")
    name = old.charset.encode()
    line = old.fields[at].replace(b"charset=" + name, b'charset="' + name + b'"')
    return _rewrite(root, old, at, line, "header.changed", cosmetic=False)


def refold_content_type(root: Entity, rng: random.Random) -> Mutated | None:
    able = [e for e in root.walk() if b"; " in (e.value("Content-Type") or b"")]
    if not able:
        return None
    old = rng.choice(able)
    at = old.index("Content-Type")
    line = old.fields[at].replace(b"; ", rng.choice([b";\r\n ", b";\r\n\t", b"; \r\n  "]), 1)
    return _rewrite(root, old, at, line, "header.rewritten", cosmetic=True)


def _moved(root: Entity, old: Entity, order: list[int], names: list[str], line: bytes | None = None) -> Mutated:
    """The fields of an entity in a new order; those named have moved (the first of them with a new value)."""
    agent = Agent(root)
    new = agent.twin(old)
    new.fields = [old.fields[at] for at in order]
    if line is not None:
        new.fields = [line if _name(f) == _name(line) else f for f in new.fields]
    out = agent.done()
    was, now = out.before.of(old), out.after.of(old)
    for name in names:
        first = next(n for n, f in enumerate(old.fields) if _name(f) == name)
        second = next(n for n, f in enumerate(new.fields) if _name(f) == name)
        kind = "header.changed" if line is not None else "header.moved"
        spans = was.fields[first], now.fields[second]
        out.expected.append(Expect(kind, name, now.header_part, line is None, *spans, moved=line is not None))
    return out


def move_field(root: Entity, rng: random.Random) -> Mutated | None:
    """One field past at least two others: same bytes, another place."""
    at = rng.choice(_single(root))
    others = [n for n in range(len(root.fields)) if n != at]
    places = [n for n in range(len(others) + 1) if abs(n - at) >= 2]
    if not places:
        return None
    others.insert(rng.choice(places), at)
    return _moved(root, root, others, [_name(root.fields[at])])


def move_two_fields(root: Entity, rng: random.Random) -> Mutated | None:
    """First to the end, last to the top: as few as explain the new order."""
    single = _single(root)
    if len(root.fields) < 8 or len(single) < 2:
        return None
    first, last = single[0], single[-1]
    middle = [n for n in range(len(root.fields)) if n not in (first, last)]
    if first > 3 or last < len(root.fields) - 4:
        return None
    return _moved(root, root, [last, *middle, first], [_name(root.fields[first]), _name(root.fields[last])])


def change_and_move(root: Entity, rng: random.Random) -> Mutated | None:
    """Value and place both changed: one changed, with `moved`."""
    at = root.index("Subject")
    others = [n for n in range(len(root.fields)) if n != at]
    target = rng.choice([0, len(others)])
    if abs(target - at) < 2:
        return None
    others.insert(target, at)
    line = header("Subject", words(rng, 3))
    return _moved(root, root, others, ["Subject"], line)


def _received(root: Entity) -> list[int]:
    return [at for at, line in enumerate(root.fields) if line.startswith(b"Received:")]


def received_on_top(root: Entity, rng: random.Random) -> Mutated | None:
    """A new Received on top is one added, as is one between others."""
    at = _received(root)
    agent = Agent(root)
    place = rng.choice([0, *at])
    agent.new.fields.insert(place, header("Received", f"from {words(rng, 1)} by hub.contoso.test;\r\n {words(rng, 2)}"))
    out = agent.done()
    out.expected = [Expect("header.added", "Received", None, after=out.after.field(root, place))]
    return out


def received_replaced(root: Entity, rng: random.Random) -> Mutated | None:
    """One of several replaced is one changed, the others stay."""
    at = _received(root)
    if not at:
        return None
    place = rng.choice(at)
    line = header("Received", f"from relay.invalid by anonymised.invalid; {words(rng, 1)}")
    return _rewrite(root, root, place, line, "header.changed", cosmetic=False)


def received_removed(root: Entity, rng: random.Random) -> Mutated | None:
    at = _received(root)
    if not at:
        return None
    agent, place = Agent(root), rng.choice(at)
    del agent.new.fields[place]
    out = agent.done()
    out.expected = [Expect("header.removed", "Received", None, before=out.before.field(root, place))]
    return out


def two_received_replaced(root: Entity, rng: random.Random) -> Mutated | None:
    """What is left over of one name is paired in order."""
    at = _received(root)
    if len(at) < 2:
        return None
    agent = Agent(root)
    places = sorted(rng.sample(at, 2))
    for place in places:
        agent.new.fields[place] = header("Received", f"from {words(rng, 2)} by nobody")
    out = agent.done()
    for place in places:
        spans = out.before.field(root, place), out.after.field(root, place)
        out.expected.append(Expect("header.changed", "Received", None, False, *spans))
    return out


FIELD_AGENTS: dict[str, Callable[[Entity, random.Random], Mutated | None]] = {
    agent.__name__: agent
    for agent in (
        add_field, remove_field, change_value, change_eight_bit, inner_blank, outer_blanks, refold, unfold,
        reencode_words, change_words, name_case, quote_charset, refold_content_type, move_field, move_two_fields,
        change_and_move, received_on_top, received_replaced, received_removed, two_received_replaced,
    )
}  # fmt: skip
