"""The MIME tree: as the standard library sees it, numbered as IMAP numbers it, with spans that leave no byte out."""

import email
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.mail import parts as module
from snapdiff.mail.parts import MAX_DEPTH, Part, Tree, parse

NESTED = frozenset({"message/rfc822", "message/global"})


def every(tree: Tree) -> list[Part]:
    return [tree.root, *tree.root.descendants()]


def sections(raw: bytes, start: int = 0) -> list[tuple[str, str]]:
    return [(part.section, part.type) for part in every(parse(raw, start))]


def mail(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("latin-1")


MIXED = 'Content-Type: multipart/mixed; boundary="b"'
ALTERNATIVE = 'Content-Type: multipart/alternative; boundary="i"'
TEXT, HTML = "Content-Type: text/plain", "Content-Type: text/html"
RFC822 = "Content-Type: message/rfc822"

PLAIN_PAIR = mail(MIXED, "", "--b", TEXT, "", "one", "--b", HTML, "", "two", "--b--", "")
FORWARDED = mail(MIXED, "", "--b", TEXT, "", "one", "--b", RFC822, "", "Subject: in", TEXT, "", "inner", "--b--", "")
FORWARDED_MULTIPART = mail(
    *(MIXED, "", "--b", TEXT, "", "one", "--b", RFC822, "", "Subject: in", ALTERNATIVE, ""),
    *("--i", TEXT, "", "x", "--i", HTML, "", "y", "--i--", "--b--", ""),
)
DIGEST = mail(
    *('Content-Type: multipart/digest; boundary="b"', "", "--b", "", "Subject: one", "", "1"),
    *("--b", TEXT, "", "a note", "--b", "", "Subject: two", "", "2", "--b--", ""),
)

# what it is, the mail, (section, type) of the root and every part below it, parents first
NUMBERED: list[tuple[str, bytes, list[tuple[str, str]]]] = [
    ("no MIME at all", mail("Subject: x", "", "Body"), [("1", "text/plain")]),
    ("no header", mail("", "Body"), [("1", "text/plain")]),
    ("nothing", b"", [("1", "text/plain")]),
    ("one part", mail(HTML, "", "Body"), [("1", "text/html")]),
    (
        "two parts",
        PLAIN_PAIR,
        [("TEXT", "multipart/mixed"), ("1", "text/plain"), ("2", "text/html")],
    ),
    (
        "a multipart in a multipart",
        mail(
            *(MIXED, "", "--b", ALTERNATIVE, "", "--i", TEXT, "", "x", "--i", HTML, "", "y", "--i--"),
            *("--b", "Content-Type: image/png", "", "z", "--b--", ""),
        ),
        [
            ("TEXT", "multipart/mixed"),
            ("1", "multipart/alternative"),
            ("1.1", "text/plain"),
            ("1.2", "text/html"),
            ("2", "image/png"),
        ],
    ),
    (
        "a message in part 2",
        FORWARDED,
        [("TEXT", "multipart/mixed"), ("1", "text/plain"), ("2", "message/rfc822"), ("2.1", "text/plain")],
    ),
    (
        "a multipart message in part 2",
        FORWARDED_MULTIPART,
        [
            ("TEXT", "multipart/mixed"),
            ("1", "text/plain"),
            ("2", "message/rfc822"),
            ("2.TEXT", "multipart/alternative"),
            ("2.1", "text/plain"),
            ("2.2", "text/html"),
        ],
    ),
    (
        "a message that is a message",
        mail(RFC822, "", "Subject: in", "", "Body"),
        [("1", "message/rfc822"), ("1.1", "text/plain")],
    ),
    (
        "a message in a message",
        mail(RFC822, "", RFC822, "", "Subject: in", "", "Body"),
        [("1", "message/rfc822"), ("1.1", "message/rfc822"), ("1.1.1", "text/plain")],
    ),
    (
        "a digest: what says nothing is a message",
        DIGEST,
        [
            ("TEXT", "multipart/digest"),
            ("1", "message/rfc822"),
            ("1.1", "text/plain"),
            ("2", "text/plain"),
            ("3", "message/rfc822"),
            ("3.1", "text/plain"),
        ],
    ),
    (
        "message/global",
        mail("Content-Type: message/global", "", "Subject: in", "", "Body"),
        [("1", "message/global"), ("1.1", "text/plain")],
    ),
    (
        "a message in base64 is no structure (RFC 2046 section 5.2.1)",
        mail(RFC822, "Content-Transfer-Encoding: base64", "", "U3ViamVjdDogaW4="),
        [("1", "message/rfc822")],
    ),
    ("a message of nothing", mail(RFC822, "", ""), [("1", "message/rfc822")]),
    (
        "a delivery status",
        mail("Content-Type: message/delivery-status", "", "A: b"),
        [("1", "message/delivery-status")],
    ),
    ("no boundary", mail("Content-Type: multipart/mixed", "", "--b", "", "x", "--b--"), [("1", "multipart/mixed")]),
    (
        "an empty boundary",
        mail('Content-Type: multipart/mixed; boundary=""', "", "--", "", "x"),
        [("1", "multipart/mixed")],
    ),
    ("no delimiter line", mail(MIXED, "", "just text"), [("1", "multipart/mixed")]),
    ("the closing delimiter alone", mail(MIXED, "", "--b--", ""), [("1", "multipart/mixed")]),
    ("no closing delimiter", mail(MIXED, "", "--b", "", "x"), [("TEXT", "multipart/mixed"), ("1", "text/plain")]),
    (
        "parts behind the closing delimiter are epilogue",
        mail(MIXED, "", "--b", "", "x", "--b--", "--b", "", "y", "--b--"),
        [("TEXT", "multipart/mixed"), ("1", "text/plain")],
    ),
    (
        "the outer boundary ends the inner multipart",
        mail(MIXED, "", "--b", ALTERNATIVE, "", "--i", "", "x", "--b", "", "y", "--b--"),
        [("TEXT", "multipart/mixed"), ("1", "multipart/alternative"), ("1.1", "text/plain"), ("2", "text/plain")],
    ),
    (
        "an inner multipart of the same boundary has no parts of its own",
        mail(MIXED, "", "--b", MIXED, "", "--b", "", "x", "--b--"),
        [("TEXT", "multipart/mixed"), ("1", "multipart/mixed"), ("2", "text/plain")],
    ),
    ("a type that can't be read", mail("Content-Type: nonsense", "", "x"), [("1", "text/plain")]),
    ("letter case", mail("content-TYPE: TEXT/Html", "", "x"), [("1", "text/html")]),
    (
        "a folded boundary",
        mail("Content-Type: multipart/mixed;", '\tboundary="b"', "", "--b", "", "x", "--b--"),
        [("TEXT", "multipart/mixed"), ("1", "text/plain")],
    ),
]


@pytest.mark.parametrize("before", [b"", b"X-Block: 1\r\n"])
@pytest.mark.parametrize(("raw", "numbered"), [case[1:] for case in NUMBERED], ids=[case[0] for case in NUMBERED])
def test_sections_are_numbered_as_imap_numbers_them(raw: bytes, numbered: list[tuple[str, str]], before: bytes) -> None:
    assert sections(before + raw, len(before)) == numbered
    assert sections(raw.replace(b"\r\n", b"\n")) == numbered


def test_the_header_of_a_message_in_a_part_is_a_section_of_its_own() -> None:
    assert [part.header_section for part in every(parse(FORWARDED))] == [None, "1", "2", "2.HEADER"]


# what it is, the delimiter lines after the first part's text, the contents of the parts
DELIMITERS: list[tuple[str, bytes, list[bytes]]] = [
    ("CRLF", b"--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", [b"one", b"two"]),
    ("LF", b"--b\n\none\n--b\n\ntwo\n--b--\n", [b"one", b"two"]),
    ("blanks behind it", b"--b \t\r\n\r\none\r\n--b  \r\n\r\ntwo\r\n--b-- \r\n", [b"one", b"two"]),
    ("an empty line before it is content", b"--b\r\n\r\none\r\n\r\n--b--\r\n", [b"one\r\n"]),
    ("no line end behind the closing one", b"--b\r\n\r\none\r\n--b--", [b"one"]),
    ("a preamble", b"Hello\r\n--b\r\n\r\none\r\n--b--\r\n", [b"one"]),
    ("an epilogue", b"--b\r\n\r\none\r\n--b--\r\nBye\r\n", [b"one"]),
    ("within a line", b"--b\r\n\r\none --b\r\n--b--\r\n", [b"one --b"]),
    ("indented", b"--b\r\n\r\none\r\n --b\r\n--b--\r\n", [b"one\r\n --b"]),
    ("a longer boundary", b"--b\r\n\r\none\r\n--bb\r\n--b2--\r\n--b--\r\n", [b"one\r\n--bb\r\n--b2--"]),
    ("another letter case", b"--b\r\n\r\none\r\n--B\r\n--b--\r\n", [b"one\r\n--B"]),
    ("one dash of the closing two", b"--b\r\n\r\none\r\n--b-\r\n--b--\r\n", [b"one\r\n--b-"]),
    ("text behind it", b"--b\r\n\r\none\r\n--b x\r\n--b--\r\n", [b"one\r\n--b x"]),
    ("a lone CR before it", b"--b\r\n\r\none\r--b\r\n--b--\r\n", [b"one\r--b"]),
    ("two in a row", b"--b\r\n--b\r\n\r\ntwo\r\n--b--\r\n", [b"", b"two"]),
    ("a part of nothing", b"--b\r\n\r\n--b--\r\n", [b""]),
    ("a part of one line end", b"--b\r\n\r\n\r\n--b--\r\n", [b""]),
    ("a header without blank line", b"--b\r\nContent-ID: 1\r\n--b--\r\n", [b""]),
    ("a header and a blank line", b"--b\r\nContent-ID: 1\r\n\r\n--b--\r\n", [b""]),
    ("no header at all", b"--b\r\n\r\none\r\n--b--\r\n", [b"one"]),
    ("a header that is none", b"--b\r\nno field\r\n\r\none\r\n--b--\r\n", [b"no field\r\n\r\none"]),
    ("cut in a part", b"--b\r\n\r\none\r\n--b\r\n\r\ntw", [b"one", b"tw"]),
    ("cut behind a line", b"--b\r\n\r\none\r\n", [b"one\r\n"]),
    ("cut in a delimiter", b"--b\r\n\r\none\r\n--", [b"one\r\n--"]),
    ("cut behind a delimiter", b"--b\r\n\r\none\r\n--b", [b"one", b""]),
    ("cut in the closing one", b"--b\r\n\r\none\r\n--b-", [b"one\r\n--b-"]),
    ("cut in the line end of the closing one", b"--b\r\n\r\none\r\n--b--\r", [b"one\r\n--b--\r"]),
]


@pytest.mark.parametrize(("body", "contents"), [case[1:] for case in DELIMITERS], ids=[case[0] for case in DELIMITERS])
def test_delimiter_lines(body: bytes, contents: list[bytes]) -> None:
    raw = mail(MIXED, "", "") + body
    root = parse(raw).root
    assert [child.body for child in root.children] == contents
    tiled(raw, root)


def test_where_a_part_stands() -> None:
    raw = mail(MIXED, "", "Hi", "--b", TEXT, "", "one", "--b--", "Bye")
    root = parse(raw).root
    (child,) = root.children
    assert raw[child.start : child.end] == b"--b\r\nContent-Type: text/plain\r\n\r\none\r\n"
    assert raw[child.body_start : child.body_end] == b"one"
    assert raw[slice(*root.preamble)] == b"Hi\r\n"
    assert raw[slice(*root.epilogue)] == b"Bye"
    assert root.close is not None
    assert raw[root.close.start : root.close.end] == b"--b--\r\n"


def test_an_unclosed_multipart_ends_at_its_parents_delimiter_and_its_parts_count() -> None:
    raw = mail(
        MIXED, "", "--b", ALTERNATIVE, "", "--i", TEXT, "", "x", "--i", HTML, "", "y", "--b", "", "z", "--b--", ""
    )
    root = parse(raw).root
    inner, last = root.children
    assert (inner.close, inner.epilogue) == (None, (inner.body_end, inner.body_end))
    assert [part.body for part in inner.children] == [b"x", b"y"]
    assert last.body == b"z"
    tiled(raw, root)


def tiled(raw: bytes, root: Part, start: int = 0) -> None:
    """Header, blank line, content, delimiter lines and line ends of the root and all below it leave no byte out."""
    assert (root.start, root.end) == (start, len(raw))
    pieces = sorted(_pieces(root))
    assert (pieces[0][0], pieces[-1][1]) == (start, len(raw)) if pieces else start == len(raw)
    assert all(end == begin for (_, end), (begin, _) in pairwise(pieces))


def _pieces(part: Part) -> Iterator[tuple[int, int]]:
    """The bytes of a part that lie in none of its children, without empty stretches."""
    assert part.start <= part.header.start <= part.header.end <= part.body_start <= part.body_end <= part.end
    stretches = [
        (part.start, part.header.start),
        (part.header.start, part.header.end),
        (part.header.end, part.body_start),
    ]
    if part.shape == "multipart":
        inside = [part.preamble, part.epilogue]
        if part.close is not None:
            assert part.close.closing
            inside.append((part.close.start, part.close.end))
        stop = part.close.start if part.close else part.body_end
        bounds = [child.start for child in part.children] + [stop]
        assert [child.end for child in part.children] == bounds[1:]
        stretches += inside
    elif part.shape == "message":
        (child,) = part.children
        assert (child.start, child.end, child.body_end) == (part.body_start, part.body_end, part.body_end)
    else:
        assert part.children == []
        stretches.append((part.body_start, part.body_end))
    stretches.append((part.body_end, part.end))
    assert part.raw[part.body_end : part.end] in (b"", b"\n", b"\r\n")
    yield from (stretch for stretch in stretches if stretch[0] < stretch[1])
    for child in part.children:
        yield from _pieces(child)


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


# the part's header lines and body, then: file name, attachment?, text?, opaque?, charset, encoding, content
CONTENT: list[tuple[list[str], tuple[str | None, bool, bool, bool, str | None, str, bytes]]] = [
    ([TEXT, "", "abc"], (None, False, True, False, None, "", b"abc")),
    ([f'{TEXT}; charset="UTF-8"', "", "abc"], (None, False, True, False, "UTF-8", "", b"abc")),
    ([TEXT, "Content-Transfer-Encoding: BASE64", "", "YWJj"], (None, False, True, False, None, "base64", b"abc")),
    (
        [TEXT, "Content-Transfer-Encoding: quoted-printable (odd)", "", "a=\r\nb=63"],
        (None, False, True, False, None, "quoted-printable", b"abc"),
    ),
    ([TEXT, "Content-Transfer-Encoding: 8bit", "", "abc"], (None, False, True, False, None, "8bit", b"abc")),
    (
        [TEXT, 'Content-Disposition: attachment; filename="a b.txt"', "", "abc"],
        ("a b.txt", True, True, False, None, "", b"abc"),
    ),
    ([f'{TEXT}; name="n.txt"', "", "abc"], ("n.txt", True, True, False, None, "", b"abc")),
    (
        [f'{TEXT}; name="n.txt"', 'Content-Disposition: inline; filename="f.txt"', "", "abc"],
        ("f.txt", False, True, False, None, "", b"abc"),
    ),
    (
        [TEXT, "Content-Disposition: attachment; filename*=utf-8''%C3%BC.txt", "", "abc"],
        ("ü.txt", True, True, False, None, "", b"abc"),
    ),
    (
        [TEXT, "Content-Disposition: attachment; filename=\xfc.txt", "", "abc"],
        (r"\xfc.txt", True, True, False, None, "", b"abc"),
    ),
    (["Content-Type: image/png", "", "abc"], (None, True, False, False, None, "", b"abc")),
    (["Content-Type: application/ms-tnef", "", "abc"], (None, True, False, True, None, "", b"abc")),
    (
        ["Content-Type: application/pkcs7-mime; name=smime.p7m", "", "abc"],
        ("smime.p7m", True, False, True, None, "", b"abc"),
    ),
]


@pytest.mark.parametrize(("lines", "says"), CONTENT, ids=range(len(CONTENT)))
def test_what_a_part_says_of_itself(
    lines: list[str], says: tuple[str | None, bool, bool, bool, str | None, str, bytes]
) -> None:
    for part in (parse(mail(*lines)).root, parse(mail(MIXED, "", "--b", *lines, "--b--", "")).root.children[0]):
        told = (
            part.file_name,
            part.is_attachment,
            part.is_text,
            part.is_opaque,
            part.charset,
            part.encoding,
            part.content,
        )
        assert told == says


def test_a_multipart_or_message_is_not_decoded_as_a_whole() -> None:
    raw = PLAIN_PAIR.replace(MIXED.encode(), MIXED.encode() + b"\r\nContent-Transfer-Encoding: base64")
    root = parse(raw).root
    assert root.shape == "multipart"
    assert root.content == root.body
    assert [child.content for child in root.children] == [b"one", b"two"]
