"""What the report's contract says of header fields, of the envelope and of "nothing hidden", sentence by sentence."""

from dataclasses import dataclass, field

import pytest
from expectation import ANY, Expect, Inside, disagreements
from judge import judge, judge_header
from mailkinds import KINDS, chance
from mailmaker import Rendered, Span

from snapdiff.diff.message import Side, compare


@dataclass(frozen=True)
class Fields:
    """Two headers over one body, and the changes: kind, name, index before, index after (None: not there)."""

    says: str
    before: tuple[bytes, ...]
    after: tuple[bytes, ...]
    expected: tuple[tuple[str, str, int | None, int | None], ...]
    moved: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return self.says


COSMETIC = {"header.moved", "header.rewritten", "part.rewritten"}
R1, R2, R3, R4, R5 = (b"Received: from h%d by h%d; %d Jun 2017\r\n" % (n, n + 1, n) for n in range(1, 6))
FROM, TO = b"From: a@contoso.test\r\n", b"To: b@contoso.test\r\n"
SUBJECT, DATE = b"Subject: Hello\r\n", b"Date: Mon, 5 Jun 2017 10:00:00 +0000\r\n"
FOUR = (FROM, TO, SUBJECT, DATE)

FIELDS = [
    Fields("one field more: added", FOUR, (*FOUR, b"X-New: 1\r\n"), (("header.added", "X-New", None, 4),)),
    Fields("one field less: removed", FOUR, (FROM, SUBJECT, DATE), (("header.removed", "To", 1, None),)),
    Fields(
        "another value: changed",
        FOUR,
        (FROM, TO, b"Subject: [EXT] Hello\r\n", DATE),
        (("header.changed", "Subject", 2, 2),),
    ),
    Fields(
        "moved: same bytes, another place",
        (R1, *FOUR),
        (*FOUR, R1),
        (("header.moved", "Received", 0, 4),),
    ),
    Fields(
        "as few fields moved as explain the new order",
        (R1, R2, FROM, TO, SUBJECT, DATE),
        (SUBJECT, R1, R2, FROM, TO, DATE),
        (("header.moved", "Subject", 4, 0),),
    ),
    Fields(
        "two moved of six",
        (R1, FROM, R2, TO, SUBJECT, DATE),
        (SUBJECT, FROM, R2, TO, DATE, R1),
        (("header.moved", "Received", 0, 5), ("header.moved", "Subject", 4, 0)),
    ),
    Fields("a new Received on top is one added", (R2, R3), (R1, R2, R3), (("header.added", "Received", None, 0),)),
    Fields("a Received in the middle is one added", (R1, R3), (R1, R2, R3), (("header.added", "Received", None, 1),)),
    Fields("one Received of three gone", (R1, R2, R3), (R1, R3), (("header.removed", "Received", 1, None),)),
    Fields(
        "one of five Received replaced is one changed",
        (R1, R2, R3, R4, R5),
        (R1, R2, b"Received: from nowhere\r\n", R4, R5),
        (("header.changed", "Received", 2, 2),),
    ),
    Fields(
        "left over of one name: paired in order, the surplus added",
        (b"X-A: 1\r\n", b"X-A: 2\r\n", FROM),
        (b"X-A: 3\r\n", b"X-A: 4\r\n", b"X-A: 5\r\n", FROM),
        (("header.changed", "X-A", 0, 0), ("header.changed", "X-A", 1, 1), ("header.added", "X-A", None, 2)),
    ),
    Fields(
        "left over of one name: paired in order, the surplus removed",
        (b"X-A: 1\r\n", b"X-A: 2\r\n", FROM),
        (b"X-A: 3\r\n", FROM),
        (("header.changed", "X-A", 0, 0), ("header.removed", "X-A", 1, None)),
    ),
    Fields(
        "equal bytes are matched first, then equal values",
        (b"X-A: one two\r\n", b"X-A: three\r\n", FROM),
        (b"X-A: one\r\n two\r\n", b"X-A: three\r\n", FROM),
        (("header.rewritten", "X-A", 0, 0),),
    ),
    Fields(
        "an equal value is matched before what is left over is paired",
        (b"X-A: one two\r\n", b"X-A: three\r\n", FROM),
        (b"X-A: four\r\n", b"X-A: one\r\n two\r\n", FROM),
        (("header.rewritten", "X-A", 0, 1), ("header.changed", "X-A", 1, 0)),
        moved=("?",),
    ),
    Fields(
        "value and place changed: one changed with moved",
        (SUBJECT, FROM, TO, DATE),
        (FROM, TO, DATE, b"Subject: Bye\r\n"),
        (("header.changed", "Subject", 0, 3),),
        moved=("Subject",),
    ),
    Fields(
        "the name's letter case: rewritten",
        FOUR,
        (FROM, TO, b"SUBJECT: Hello\r\n", DATE),
        (("header.rewritten", "subject", 2, 2),),
    ),
    Fields(
        "Content-Type differing only in boundary: rewritten",
        (FROM, b'Content-Type: text/plain; boundary="a1"\r\n'),
        (FROM, b'Content-Type: text/plain; boundary="b2"\r\n'),
        (("header.rewritten", "Content-Type", 1, 1),),
    ),
    Fields(
        "Content-Type differing in boundary and more: changed",
        (FROM, b'Content-Type: text/plain; boundary="a1"\r\n'),
        (FROM, b'Content-Type: text/enriched; boundary="b2"\r\n'),
        (("header.changed", "Content-Type", 1, 1),),
    ),
    Fields(
        "two names are two fields, alike as their values are",
        (b"X-A: same\r\n", FROM),
        (b"X-B: same\r\n", FROM),
        (("header.removed", "X-A", 0, None), ("header.added", "X-B", None, 0)),
    ),
    Fields(
        "a leading From line is a field of that name",
        (b"From a@contoso.test Mon Jun  5 10:00:00 2017\r\n", *FOUR),
        FOUR,
        (("header.removed", "From ", 0, None),),
    ),
    Fields(
        "equal fields: one of two gone",
        (b"X-A: 1\r\n", b"X-A: 1\r\n", FROM),
        (b"X-A: 1\r\n", FROM),
        (("header.removed", "X-A", -1, None),),
    ),
    Fields(
        "line ends alone: rewritten",
        FOUR,
        (FROM, b"To: b@contoso.test\n", SUBJECT, DATE),
        (("header.rewritten", "To", 1, 1),),
    ),
    Fields(
        "8-bit bytes: changed",
        (FROM, b"X-A: caf\xe9\r\n"),
        (FROM, b"X-A: caf\xe8\r\n"),
        (("header.changed", "X-A", 1, 1),),
    ),
]


def spans_of(lines: tuple[bytes, ...]) -> list[Span]:
    """Where each line stands."""
    ends = [sum(map(len, lines[: at + 1])) for at in range(len(lines))]
    return [(end - len(line), end) for line, end in zip(lines, ends, strict=True)]


@pytest.mark.parametrize("case", FIELDS, ids=str)
@pytest.mark.parametrize("body", [b"\r\nHello there\r\n", b"\r\n"], ids=["body", "no body"])
def test_fields_are_matched_one_to_one(case: Fields, body: bytes) -> None:
    before, after = b"".join(case.before) + body, b"".join(case.after) + body
    was, now = spans_of(case.before), spans_of(case.after)
    got = compare(Side(before), Side(after))
    expected = []
    for kind, name, one, two in case.expected:
        sides = (ANY if one == -1 else None if one is None else was[one], None if two is None else now[two])
        expected.append(Expect(kind, name, None, kind in COSMETIC, *sides, moved=name in case.moved))
    if case.moved == ("?",):
        expected = [Expect(e.kind, e.name, e.part, e.cosmetic, e.before, e.after, moved=None) for e in expected]
    assert disagreements(expected, got.changes) == []
    assert judge(before, after, got) == []


VALUES = [
    ("folded: CRLF before white space taken out", b"one two", b"one\r\n two", "rewritten"),
    ("folded with more white space, by the first reading", b"one   two", b"one\r\n   two", "rewritten"),
    ("each fold with its white space as one blank", b"one two", b"one \r\n\t  two", "rewritten"),
    ("folded elsewhere", b"one\r\n two three", b"one two\r\n three", "rewritten"),
    ("folded twice", b"one two three", b"one\r\n two\r\n\tthree", "rewritten"),
    ("white space at both ends does not count", b"one", b"one  ", "rewritten"),
    ("a tab at the end does not count", b"one", b"one\t", "rewritten"),
    ("inner blanks count", b"one two", b"one  two", "changed"),
    ("a tab for an inner blank counts", b"one two", b"one\ttwo", "changed"),
    ("a fold inside a word makes a blank", b"onetwo", b"one\r\n two", "changed"),
    ("an empty value is another", b"one", b"", "changed"),
    ("charset=x and charset=\"x\" are two values", b"text/plain; charset=x", b'text/plain; charset="x"', "changed"),
    ("letter case of the value counts", b"one", b"One", "changed"),
    ("an encoded word in B for Q", b"=?utf-8?B?w6k=?=", b"=?utf-8?Q?=C3=A9?=", "rewritten"),
    ("an encoded word split in two", b"=?utf-8?Q?caf=C3=A9?=", b"=?utf-8?Q?ca?=\r\n =?utf-8?B?ZsOp?=", "rewritten"),
    ("an encoded word of another charset", b"=?utf-8?Q?caf=C3=A9?=", b"=?iso-8859-1?Q?caf=E9?=", "rewritten"),
    ("letters of an encoded word's frame", b"=?utf-8?Q?caf=C3=A9?=", b"=?UTF-8?q?caf=c3=a9?=", "rewritten"),
    ("another text in an encoded word", b"=?utf-8?Q?caf=C3=A9?=", b"=?utf-8?Q?caf=C3=A8?=", "changed"),
    ("a tag before an encoded word", b"=?utf-8?Q?caf=C3=A9?=", b"[EXT] =?utf-8?Q?caf=C3=A9?=", "changed"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "two", "kind"), [case[1:] for case in VALUES], ids=[case[0] for case in VALUES])
@pytest.mark.parametrize("name", [b"X-Value", b"Subject"])
def test_values_are_equal_or_not(one: bytes, two: bytes, kind: str, name: bytes) -> None:
    """Both ways round: what is equal one way is equal the other."""
    sides = [FROM + name + b": " + value + b"\r\n" + DATE + b"\r\nHello\r\n" for value in (one, two)]
    ends = [len(FROM) + len(name) + 4 + len(value) for value in (one, two)]
    for here, there in ((0, 1), (1, 0)):
        got = compare(Side(sides[here]), Side(sides[there]))
        spans = (len(FROM), ends[here]), (len(FROM), ends[there])
        expected = Expect(f"header.{kind}", name.decode(), None, kind == "rewritten", *spans)
        assert disagreements([expected], got.changes) == []
        assert judge(sides[here], sides[there], got) == []


def test_values_are_told_decoded() -> None:
    """`before` and `after` are for people; what can't be decoded stands as `\\xNN`."""
    before = b"Subject: =?utf-8?B?w6k=?=\r\nX-A: ok\xff\r\nX-B: one\r\n two\r\n\r\nHi\r\n"
    after = b"Subject: plain\r\nX-A: ok\r\nX-B: three\r\n\r\nHi\r\n"
    told = {change.name: (change.before, change.after) for change in compare(Side(before), Side(after)).changes}
    assert told == {"Subject": ("é", "plain"), "X-A": ("ok\\xff", "ok"), "X-B": ("one two", "three")}


def test_a_line_that_is_no_field_ends_the_header() -> None:
    before = FROM + b"this is the body\r\nSubject: not a field\r\n"
    after = FROM + b"this is the body\r\nSubject: no field at all\r\n"
    got = compare(Side(before), Side(after))
    spans = Inside((len(FROM), len(before))), Inside((len(FROM), len(after)))
    assert disagreements([Expect("part.changed", None, "1", False, *spans)], got.changes) == []
    assert judge(before, after, got) == []


# ---- envelope, headers-only sides, and no change at all

ENVELOPES = [
    ("the sender", "a@x", ("b@x",), "c@x", ("b@x",), [("envelope.sender-changed", None)]),
    ("the null sender", "a@x", ("b@x",), "<>", ("b@x",), [("envelope.sender-changed", None)]),
    ("one more", "a@x", ("b@x",), "a@x", ("b@x", "c@x"), [("envelope.recipient-added", "c@x")]),
    ("one less", "a@x", ("b@x", "c@x"), "a@x", ("c@x",), [("envelope.recipient-removed", "b@x")]),
    ("order alone", "a@x", ("b@x", "c@x"), "a@x", ("c@x", "b@x"), []),
    ("letter case alone", "a@x", ("B@x",), "a@x", ("b@X",), []),
    ("one change an occurrence", "a", ("b@x",), "a", ("b@x", "b@x", "B@x"), [("envelope.recipient-added", "b@x")] * 2),
    ("one of two equal gone", "a@x", ("b@x", "b@x"), "a@x", ("b@x",), [("envelope.recipient-removed", "b@x")]),
]  # fmt: skip


@pytest.mark.parametrize("case", ENVELOPES, ids=[case[0] for case in ENVELOPES])
@pytest.mark.parametrize("headers_only", [False, True])
def test_envelope(
    case: tuple[str, str, tuple[str, ...], str, tuple[str, ...], list[tuple[str, str | None]]], headers_only: bool
) -> None:
    _, sender, recipients, other_sender, others, expected = case
    raw = FROM + b"\r\nHello\r\n"
    got = compare(Side(raw, 0, sender, recipients), Side(raw, 0, other_sender, others, headers_only=headers_only))
    told = [(change.kind, change.name and change.name.lower()) for change in got.changes]
    assert told == expected
    assert all(not change.cosmetic and change.before_span is change.after_span is None for change in got.changes)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("block", [b"", b"X-Sender: a@x\r\nX-End: block\r\n"], ids=["at the start", "behind a block"])
def test_no_change_exactly_where_bytes_and_envelope_are_equal(kind: str, block: bytes) -> None:
    raw = Rendered(KINDS[kind](chance(kind))).raw
    got = compare(Side(raw, 0, "a@x", ("b@x",)), Side(block + raw, len(block), "a@x", ("b@x",)))
    assert got.changes == []
    assert judge(raw, block + raw, got, after_at=len(block)) == []


def test_spans_are_offsets_in_the_files() -> None:
    block, longer = b"X-Sender: a\r\n", b"X-Sender: a longer block\r\n"
    before, after = block + FROM + SUBJECT + b"\r\nHi\r\n", longer + FROM + b"Subject: Bye\r\n\r\nHo\r\n"
    got = compare(Side(before, len(block)), Side(after, len(longer)))
    one, two = before.index(b"Subject"), after.index(b"Subject")
    body = Inside((before.index(b"Hi"), len(before))), Inside((after.index(b"Ho"), len(after)))
    expected = [
        Expect("header.changed", "Subject", None, False, (one, one + len(SUBJECT)), (two, two + 14)),
        Expect("part.changed", None, "1", False, *body, hunks=(("Hi", "Ho", 1, 1),)),
    ]
    assert disagreements(expected, got.changes) == []
    assert judge(before, after, got, before_at=len(block), after_at=len(longer)) == []


@pytest.mark.parametrize("blank", [b"", b"\r\n"], ids=["no blank line", "blank line"])
@pytest.mark.parametrize("turned", [False, True])
def test_a_headers_only_side_compares_envelope_and_header_alone(blank: bytes, turned: bool) -> None:
    whole = R1 + b"".join(FOUR) + b"MIME-Version: 1.0\r\n\r\nA body that appears is no change by anyone\r\n"
    head = b"".join(FOUR) + b"MIME-Version: 1.0\r\n" + blank
    one, two = Side(head, 0, "a", ("b",), headers_only=True), Side(whole, 0, "a", ("b", "c"))
    received = Expect("header.added", "Received", None, after=(0, len(R1)))
    recipient = Expect("envelope.recipient-added", "c")
    if turned:
        received = Expect("header.removed", "Received", None, before=(0, len(R1)))
        recipient = Expect("envelope.recipient-removed", "c")
        one, two = two, one
    got = compare(one, two)
    assert disagreements([received, recipient], got.changes) == []
    assert judge_header(one.raw, two.raw, got) == []


def test_a_headers_only_side_of_a_multipart_tells_nothing_of_its_parts() -> None:
    raw = Rendered(KINDS["mixed"](chance(3))).raw
    head = raw[: raw.index(b"\r\n\r\n") + 4]
    assert compare(Side(head, headers_only=True), Side(raw)).changes == []


def test_all_line_ends_changed_is_cosmetic_for_text() -> None:
    raw = Rendered(KINDS["deep"](chance(4))).raw
    other = raw.replace(b"\r\n", b"\n")
    for before, after in ((raw, other), (other, raw)):
        got = compare(Side(before), Side(after))
        assert {change.kind for change in got.changes} == {"header.rewritten", "part.rewritten"}
        assert judge(before, after, got) == []
