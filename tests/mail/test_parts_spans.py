"""The MIME tree as the standard library sees it, with spans that leave no byte out, and bounded on hostile mail."""

import email
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimetiles import every, mail, tiled

from snapdiff.mail import parts as module
from snapdiff.mail.parts import MAX_DEPTH, Part, parse

MIXED = 'Content-Type: multipart/mixed; boundary="b"'
RFC822 = "Content-Type: message/rfc822"
NESTED = frozenset({"message/rfc822", "message/global"})

PIECES = st.lists(
    st.sampled_from(
        [
            *(f"Content-Type: multipart/mixed; boundary={boundary}\r\n".encode() for boundary in "abc"),
            *(
                f"{dashes}{boundary}{tail}{end}".encode()
                for dashes in ("--",)
                for boundary in "abc"
                for tail in ("", "--")
                for end in ("\r\n", "\n", "")
            ),
            b"Content-Type: multipart/digest; boundary=a\n",
            b"Content-Type: message/rfc822\r\n",
            b"\r\n",
            b"\n",
            b"text\r\n",
            b"\r",
            b" ",
            b"--",
            b"no field",
        ]
    ),
    max_size=40,
).map(b"".join)


@given(PIECES, st.integers(0, 4))
def test_the_spans_of_any_bytes_tile_the_message(raw: bytes, start: int) -> None:
    start = min(start, len(raw))
    tree = parse(raw, start)
    tiled(raw, tree.root, start)
    assert sorted(part.section for part in tree.root.leaves()) == sorted({part.section for part in tree.root.leaves()})
    for part in every(tree):
        assert part.raw is raw
        assert isinstance(part.content, bytes)
        part.text.text.encode()


# --- the standard library as oracle


@dataclass(frozen=True)
class Entity:
    """A small mail to build: a leaf with a body, a multipart with children, or a message that holds another."""

    kind: str
    body: str = ""
    children: tuple["Entity", ...] = ()
    extra: tuple[str, ...] = field(default=())

    def lines(self, boundary: str = "B0") -> list[str]:
        if self.kind == "multipart":
            out = [f'Content-Type: multipart/mixed; boundary="{boundary}"', *self.extra, "", *self.body.split("|")]
            for number, child in enumerate(self.children):
                out += [f"--{boundary}", *child.lines(f"{boundary}.{number}")]
            return [*out, f"--{boundary}--", "epilogue"]
        if self.kind == "message":
            return [RFC822, *self.extra, "", *self.children[0].lines(f"{boundary}m")]
        return [f"Content-Type: text/{self.kind}", *self.extra, "", *self.body.split("|")]

    def numbered(self, prefix: str, own: str) -> Iterator[tuple[str, str]]:
        """(section, body) of every leaf; `prefix` begins the children's sections, `own` is that of a leaf."""
        if self.kind == "multipart":
            for number, child in enumerate(self.children, 1):
                yield from child.numbered(f"{prefix}{number}.", f"{prefix}{number}")
        elif self.kind == "message":
            yield from self.children[0].numbered(f"{own}.", f"{own}.1")
        else:
            yield own, self.body


BODIES = st.sampled_from(["", "one", "one|two", "|", "one||", "--B0 not a delimiter|x", " --B0"])
EXTRA = st.sampled_from([(), ("Content-ID: <1>",), ("X-Folded: a", "\tb", " c"), ("Content-Disposition: inline",)])
LEAVES = st.builds(Entity, st.sampled_from(["plain", "html", "x-odd"]), BODIES, extra=EXTRA)
ENTITIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Entity, st.just("multipart"), BODIES, st.lists(inner, min_size=1, max_size=3).map(tuple), EXTRA),
        st.builds(Entity, st.just("message"), children=inner.map(lambda child: (child,)), extra=EXTRA),
    ),
    max_leaves=8,
)


def theirs(message: Any) -> Any:
    """(type, children) or (type, body) as `email` (compat32) sees it; it reads every message/* as a structure."""
    media_type = message.get_content_type().split()[0]
    if message.is_multipart() and (media_type in NESTED or media_type.startswith("multipart/")):
        children = message.get_payload()
        nothing_inside = media_type in NESTED and not children[0].keys() and not children[0].get_payload()
        return (media_type, b"" if nothing_inside else [theirs(child) for child in children])
    if media_type.startswith("message/"):
        return (media_type, None)
    return (media_type, message._payload.encode("ascii", "surrogateescape"))


def ours(part: Part) -> Any:
    if part.children:
        return (part.type, [ours(child) for child in part.children])
    if part.type.startswith("message/") and part.type not in NESTED:
        return (part.type, None)
    return (part.type, part.body)


@given(ENTITIES, st.sampled_from(["\r\n", "\n"]))
def test_the_tree_of_well_formed_mail_is_that_of_the_standard_library(entity: Entity, line_end: str) -> None:
    raw = line_end.join(entity.lines()).encode()
    message = email.message_from_bytes(raw)
    tree = parse(raw)
    assert not any(each.defects for each in message.walk())
    assert ours(tree.root) == theirs(message)
    assert [(part.section, part.body) for part in tree.root.leaves()] == [
        (section, body.replace("|", line_end).encode()) for section, body in entity.numbered("", "1")
    ]
    tiled(raw, tree.root)


@pytest.mark.corpus
@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"], ids=["CRLF", "LF"])
def test_real_mail_has_the_tree_the_standard_library_sees(real_mails: list[Path], line_end: bytes) -> None:
    """Where it sees no defect; a mail that is broken is read in its own way by each, but its spans tile too."""
    compared = 0
    for path in real_mails:
        raw = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", line_end)
        tree = parse(raw)
        tiled(raw, tree.root)
        message = email.message_from_bytes(raw)
        if tree.limits or any(each.defects for each in message.walk()):
            continue
        assert ours(tree.root) == theirs(message), path.name
        compared += 1
    assert compared > 0.85 * len(real_mails)


@pytest.mark.corpus
def test_real_mail_cut_anywhere_is_tiled(real_mails: list[Path]) -> None:
    for number, path in enumerate(real_mails):
        raw = path.read_bytes()[:50_000]
        raw = raw[: len(raw) * (number % 10) // 10]
        tiled(raw, parse(raw).root)


# --- limits and content


def nested(depth: int) -> bytes:
    heads = [f'Content-Type: multipart/mixed; boundary="{n}."\r\n\r\n--{n}.\r\n' for n in range(depth)]
    return "".join(heads).encode() + b"\r\nthe core\r\n" + b"".join(b"--%d.--\r\n" % n for n in reversed(range(depth)))


@pytest.mark.parametrize(("depth", "limited"), [(1, False), (MAX_DEPTH, False), (MAX_DEPTH + 1, True), (2_000, True)])
def test_mime_nested_too_deep_is_one_part_there(depth: int, limited: bool) -> None:
    raw = nested(depth)
    tree = parse(raw)
    assert [code for code, _ in tree.limits] == (["nested-too-deep"] if limited else [])
    (leaf,) = tree.root.leaves()
    assert leaf.section == ".".join(["1"] * min(depth, MAX_DEPTH))
    assert b"the core" in leaf.body
    assert leaf.type == ("multipart/mixed" if limited else "text/plain")
    tiled(raw, tree.root)


@pytest.mark.parametrize("depth", [MAX_DEPTH, MAX_DEPTH + 1, 5_000])
def test_messages_nested_too_deep_are_one_part_there(depth: int) -> None:
    raw = b"Content-Type: message/rfc822\r\n\r\n" * depth + b"Subject: core\r\n\r\nBody"
    tree = parse(raw)
    assert bool(tree.limits) is (depth > MAX_DEPTH)
    assert len(tree.root.descendants()) == min(depth, MAX_DEPTH)
    tiled(raw, tree.root)


def test_too_many_parts_are_one_from_there_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PARTS", 10)
    raw = mail(MIXED, "", "") + b"--b\r\n\r\nx\r\n" * 30 + b"--b--\r\n"
    tree = parse(raw)
    assert [code for code, _ in tree.limits] == ["too-many-parts"]
    assert len(tree.root.children) == 10
    assert tree.root.children[-1].body.startswith(b"x\r\n--b\r\n")
    tiled(raw, tree.root)


def test_a_header_with_too_many_fields_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snapdiff.mail.fields.MAX_FIELDS", 5)
    raw = b"A: b\r\n" * 6 + b"\r\nBody"
    tree = parse(raw)
    assert [code for code, _ in tree.limits] == ["too-many-fields"]
    tiled(raw, tree.root)


# Read without care, these take quadratic time or a deep stack: they are done at once or the run hangs.
LARGE = [
    ("one line", mail(MIXED, "", "--b", "", "") + b"x" * 20_000_000),
    ("almost delimiters", mail(MIXED, "", "--b", "", "") + b"--b-\r\n" * 1_000_000),
    ("dashes", mail(MIXED, "", "--b", "", "") + b"-" * 5_000_000),
    ("many parts", mail(MIXED, "", "") + b"--b\r\n\r\n" * 200_000),
    ("many parts in each of many", nested(90) + b"--0.\r\n\r\n" * 100_000),
    ("a long boundary", mail(f'Content-Type: multipart/mixed; boundary="{"-" * 100_000}"', "", "") + b"-" * 2_000_000),
]


@pytest.mark.parametrize("raw", [case[1] for case in LARGE], ids=[case[0] for case in LARGE])
def test_large_messages_are_read_in_linear_time(raw: bytes) -> None:
    tiled(raw, parse(raw).root)
