"""What the report's contract says of parts, their content and their delimiters, sentence by sentence."""

import pytest
from agents_content import CONTENT_AGENTS
from agents_fields import FIELD_AGENTS
from agents_parts import PART_AGENTS
from agents_structure import STRUCTURE_AGENTS
from expectation import ANY, Expect, Inside, disagreements
from judge import judge
from mailkinds import KINDS, chance
from mailmaker import Entity, Rendered, attachment, encoded, forwarded, mail, multipart, text_part

from snapdiff.diff.message import Side, compare
from snapdiff.model import PartInfo

AGENTS = {**FIELD_AGENTS, **CONTENT_AGENTS, **PART_AGENTS, **STRUCTURE_AGENTS}

HUNKS = [
    ("one line replaced", "a\nb\nc", "a\nX\nc", [("b", "X", 2, 2)]),
    ("an insertion names the line it stands before", "a\nb", "a\nX\nb", [(None, "X", 2, 2)]),
    ("an insertion at the end", "a\nb\n", "a\nb\nX\n", [(None, "X", 3, 3)]),
    ("a deletion names the line it stood before", "a\nb\nc", "a\nc", [("b", None, 2, 2)]),
    ("a deletion at the start", "a\nb", "b", [("a", None, 1, 1)]),
    ("an empty line put in is no nothing", "a\nb", "a\n\nb", [(None, "", 2, 2)]),
    ("an empty line replaced", "a\n\nb", "a\nX\nb", [("", "X", 2, 2)]),
    ("two hunks", "a\nb\nc\nd\ne", "X\nb\nc\nd\nY", [("a", "X", 1, 1), ("e", "Y", 5, 5)]),
    ("lines after an insertion count on", "a\nb\nc\nd", "N\na\nb\nc\nX", [(None, "N", 1, 1), ("d", "X", 4, 5)]),
    ("two lines for one", "a\nb\nc", "a\nX\nY\nc", [("b", "X\nY", 2, 2)]),
    ("a final line end makes no empty last line", "a\n", "a\nb", [(None, "b", 2, 2)]),
    ("from nothing", "", "a\n", [(None, "a", 1, 1)]),
    ("to nothing", "a\n", "", [("a", None, 1, 1)]),
    ("one empty line at the end more", "a\n", "a\n\n", [(None, "", 2, 2)]),
]


@pytest.mark.parametrize(("one", "two", "hunks"), [case[1:] for case in HUNKS], ids=[case[0] for case in HUNKS])
@pytest.mark.parametrize("line_end", ["\r\n", "\n"], ids=["CRLF", "LF"])
@pytest.mark.parametrize("coding", ["7bit", "base64"])
def test_hunks(
    one: str, two: str, hunks: list[tuple[str | None, str | None, int, int]], line_end: str, coding: str
) -> None:
    head = b"Content-Type: text/plain\r\nContent-Transfer-Encoding: %s\r\n\r\n" % coding.encode()
    before, after = (head + encoded(text.replace("\n", line_end).encode(), coding) for text in (one, two))
    got = compare(Side(before), Side(after))
    assert [(change.kind, change.part) for change in got.changes] == [("part.changed", "1")]
    told = [(h.before, h.after, h.before_line, h.after_line) for h in got.changes[0].hunks or []]
    assert told == hunks
    assert judge(before, after, got) == []


REWRITTEN = [
    ("line ends alone", b"a\r\nb\r\n", b"a\nb\n", b"7bit"),
    ("the final line end", b"a\r\nb\r\n", b"a\r\nb", b"7bit"),
    ("base64 in lines of 60", encoded(bytes(200), "base64", 76), encoded(bytes(200), "base64", 60), b"base64"),
    ("a soft line break", b"one two three\r\n", b"one two =\r\nthree\r\n", b"quoted-printable"),
    ("a character written as its code", b"one two\r\n", b"one=20two\r\n", b"quoted-printable"),
    ("letter case of a code", b"caf=C3=A9\r\n", b"caf=c3=a9\r\n", b"quoted-printable"),
]


@pytest.mark.parametrize(("one", "two", "coding"), [c[1:] for c in REWRITTEN], ids=[c[0] for c in REWRITTEN])
def test_the_same_decoded_text_is_rewritten(one: bytes, two: bytes, coding: bytes) -> None:
    head = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n" % coding
    got = compare(Side(head + one), Side(head + two))
    start = len(head)
    spans = Inside((start, start + len(one))), Inside((start, start + len(two)))
    assert disagreements([Expect("part.rewritten", None, "1", True, *spans)], got.changes) == []
    assert judge(head + one, head + two, got) == []


@pytest.mark.parametrize("agent", AGENTS)
def test_agents_on_mails_of_all_kinds(agent: str) -> None:
    """Every agent on every kind of mail it can act on, each with its exact changes."""
    wrong, acted = {}, 0
    for kind, build in KINDS.items():
        made = AGENTS[agent](build(chance(kind)), chance(kind, agent))
        if made is None:
            continue
        acted += 1
        got = compare(Side(made.before.raw), Side(made.after.raw))
        faults = disagreements(made.expected, got.changes) + judge(made.before.raw, made.after.raw, got)
        if faults:
            wrong[kind] = faults
    assert wrong == {}
    assert acted


def test_what_cannot_be_decoded_is_shown_by_its_code() -> None:
    head = b"Content-Type: text/plain; charset=us-ascii\r\n\r\n"
    got = compare(Side(head + b"a\r\ncaf\xe9\r\n"), Side(head + b"a\r\ncaf\xe8\r\n"))
    assert [(h.before, h.after) for h in got.changes[0].hunks or []] == [("caf\\xe9", "caf\\xe8")]


LABELS = [
    ("us-ascii", "utf-8"),
    ("us-ascii", "x-no-such-charset"),
    ("utf-8", '"UTF-8"'),
    ("iso-8859-1", "windows-1252"),
]


@pytest.mark.parametrize(("one", "two"), LABELS)
def test_only_the_label_changed_and_the_text_is_the_same(one: str, two: str) -> None:
    sides = [f"Content-Type: text/plain; charset={label}\r\n\r\nplain words\r\n".encode() for label in (one, two)]
    spans = [(0, side.index(b"\r\n") + 2) for side in sides]
    got = compare(Side(sides[0]), Side(sides[1]))
    assert disagreements([Expect("header.changed", "Content-Type", None, False, spans[0], spans[1])], got.changes) == []
    assert judge(sides[0], sides[1], got) == []


def test_html_has_hunks_of_the_source_and_of_the_visible_text() -> None:
    """An attribute is no text for a reader; a word is."""
    head = b"Content-Type: text/html; charset=us-ascii\r\n\r\n"
    before = head + b"<p class=a>Good day</p>\r\n<p>All the best</p>\r\n"
    hidden, seen = before.replace(b"class=a", b"class=b"), before.replace(b"best", b"very best")
    (markup,), (text,) = compare(Side(before), Side(hidden)).changes, compare(Side(before), Side(seen)).changes
    assert [(h.before, h.after) for h in markup.hunks or []] == [("<p class=a>Good day</p>", "<p class=b>Good day</p>")]
    assert markup.visible == []
    assert [(h.before, h.after) for h in text.visible or []] == [("All the best", "All the very best")]


# ---- parts


def tree_pair(before: Entity, after: Entity) -> tuple[Rendered, Rendered]:
    return Rendered(before), Rendered(after)


def check(sides: tuple[Rendered, Rendered], expected: list[Expect]) -> None:
    """Exactly the changes expected, and nothing for the judge to complain of."""
    got = compare(Side(sides[0].raw), Side(sides[1].raw))
    assert disagreements(expected, got.changes) == []
    assert judge(sides[0].raw, sides[1].raw, got) == []


def texts(*bodies: str) -> list[Entity]:
    return [text_part(body) for body in bodies]


def letter(*parts: Entity) -> Entity:
    return mail(multipart("mixed", list(parts), "outer"))


def test_of_equal_siblings_the_last_counts() -> None:
    one, two = letter(*texts("same", "same", "other")), letter(*texts("same", "same", "same", "other"))
    sides = tree_pair(one, two)
    third = sides[1].of((two.children or [])[2])
    check(sides, [Expect("part.added", "text/plain", "3", after=third.own)])
    check((sides[1], sides[0]), [Expect("part.removed", "text/plain", "3", before=third.own)])


def test_a_part_tells_type_name_size_and_digest() -> None:
    one, two = letter(*texts("text")), letter(*texts("text"), attachment("a.bin", b"12345"))
    change = compare(Side(Rendered(one).raw), Side(Rendered(two).raw)).changes[0]
    digest = "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5"
    assert (change.name, change.part, change.before) == ("a.bin", "2", None)
    assert isinstance(change.after, PartInfo)
    assert (change.after.type, change.after.file_name) == ("application/octet-stream", "a.bin")
    assert (change.after.size, change.after.sha256) == (5, digest)


def test_binary_content_tells_size_and_digest_of_both_sides() -> None:
    one, two = letter(attachment("a.bin", b"12345")), letter(attachment("a.bin", b"123456"))
    change = compare(Side(Rendered(one).raw), Side(Rendered(two).raw)).changes[0]
    assert (change.kind, change.name, change.part, change.hunks) == ("part.changed", None, "1", None)
    assert isinstance(change.before, PartInfo)
    assert isinstance(change.after, PartInfo)
    assert (change.before.size, change.after.size) == (5, 6)


def test_a_shifted_number_is_no_move() -> None:
    one, two = letter(*texts("b", "c", "d")), letter(*texts("a", "b", "c", "d"))
    sides = tree_pair(one, two)
    check(sides, [Expect("part.added", "text/plain", "1", after=sides[1].of((two.children or [])[0]).own)])


def test_a_change_in_a_shifted_part_is_told_at_the_section_after() -> None:
    one = letter(*texts("one\r\ntwo\r\nthree\r\nfour", "last"))
    two = letter(*texts("a new one", "one\r\ntwo\r\nTHREE\r\nfour", "last"))
    sides = tree_pair(one, two)
    new, old = sides[1].of((two.children or [])[0]), sides[0].of((one.children or [])[0])
    changed = sides[1].of((two.children or [])[1])
    hunks = (("three", "THREE", 3, 3),)
    spans = Inside((old.body[0], old.end)), Inside((changed.body[0], changed.end))
    check(
        sides,
        [
            Expect("part.added", "text/plain", "1", after=new.own),
            Expect("part.changed", None, "2", False, *spans, hunks=hunks),
        ],
    )


def test_a_field_of_a_part_owns_its_bytes() -> None:
    one = letter(*texts("a"), attachment("a.bin", b"12345"))
    two = one.clone()
    part = (two.children or [])[1]
    part.set("Content-Disposition", 'attachment; filename="b.bin"')
    sides = tree_pair(one, two)
    spans = sides[0].of(part).fields[2], sides[1].of(part).fields[2]
    check(sides, [Expect("header.changed", "Content-Disposition", "2", False, *spans)])


def test_nested_messages_are_told_at_the_deepest_section_alone() -> None:
    inner = mail(multipart("mixed", texts("x", "y"), "inner"), subject="inside")
    one = letter(*texts("a"), forwarded(inner))
    two = one.clone()
    new = two.find(inner.uid)
    at = new.index("Subject")
    new.set("Subject", "inside, tagged")
    leaf = (new.children or [])[1]
    leaf.body = b"z"
    new.preamble = b"words before\r\n"
    sides = tree_pair(one, two)
    was, now = sides[0].of(new), sides[1].of(new)
    old_leaf, new_leaf = sides[0].of(leaf), sides[1].of(leaf)
    body = Inside((old_leaf.body[0], old_leaf.end)), Inside((new_leaf.body[0], new_leaf.end))
    check(
        sides,
        [
            Expect("header.changed", "Subject", "2.HEADER", False, was.fields[at], now.fields[at]),
            Expect("part.changed", None, "2.2", False, *body, hunks=(("y", "z", 1, 1),)),
            Expect("part.changed", "preamble", "2.TEXT", False, ANY, Inside(now.preamble)),
        ],
    )


def test_a_child_of_a_digest_is_a_message_by_default() -> None:
    raw = (
        b'Content-Type: multipart/digest; boundary="d"\r\n\r\n--d\r\n\r\nSubject: one\r\n\r\nfirst\r\n'
        b"--d\r\n\r\nSubject: two\r\n\r\nsecond\r\n--d--\r\n"
    )
    other = raw.replace(b"Subject: two", b"Subject: 2").replace(b"second", b"SECOND")
    field_at, body_at = raw.index(b"Subject: two"), raw.index(b"second")
    spans = (field_at, field_at + 14), (field_at, field_at + 12)
    body = Inside((body_at, body_at + 8)), Inside((body_at - 2, body_at + 6))
    got = compare(Side(raw), Side(other))
    expected = [
        Expect("header.changed", "Subject", "2.HEADER", False, *spans),
        Expect("part.changed", None, "2.1", False, *body),
    ]
    assert disagreements(expected, got.changes) == []
    assert judge(raw, other, got) == []


def test_delimiter_lines_belong_to_their_multipart() -> None:
    """Blanks behind a delimiter: one part.rewritten a line, nested and not."""
    inner = multipart("alternative", texts("x", "y"), "inner")
    sides = Rendered(letter(inner, *texts("z")))
    raw = sides.raw
    for place, section in ((sides.of(sides.root), "TEXT"), (sides.of(inner), "1")):
        for start, end in place.delimiters:
            other = raw[: end - 2] + b" \t" + raw[end - 2 :]
            got = compare(Side(raw), Side(other))
            spans = Inside((start, end), (end - 2, end - 2)), Inside((start, end + 2), (end - 2, end))
            assert disagreements([Expect("part.rewritten", None, section, True, *spans)], got.changes) == []
            assert judge(raw, other, got) == []


def test_an_attachment_that_became_a_body_part_is_not_cosmetic() -> None:
    note = text_part("the note", "plain", "us-ascii", None, b"Content-Disposition: attachment\r\n")
    one = letter(*texts("a", "b"), note)
    two = one.clone()
    kids = two.children or []
    kids.insert(0, kids.pop())
    kids[0].fields.pop()
    sides = tree_pair(one, two)
    got = compare(Side(sides[0].raw), Side(sides[1].raw))
    moved = [change for change in got.changes if change.kind == "part.moved"]
    assert [(change.part, change.cosmetic) for change in moved] == [("1", False)]
    assert judge(sides[0].raw, sides[1].raw, got) == []


def nested(depth: int, text: bytes) -> bytes:
    """A text that many multiparts deep."""
    marks = [b"b%d" % level for level in range(depth)]
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n--%s\r\n" % (m, m) for m in marks)
    closing = b"".join(b"\r\n--%s--" % m for m in reversed(marks))
    return opening + b"\r\n" + text + closing + b"\r\n"


@pytest.mark.parametrize(("depth", "told"), [(99, False), (150, True)])
def test_mime_nested_too_deep_is_one_part_with_a_problem(depth: int, told: bool) -> None:
    before, after = nested(depth, b"one"), nested(depth, b"two")
    got = compare(Side(before), Side(after))
    assert [change.kind for change in got.changes] == ["part.changed"]
    assert bool(got.problems) is told
    assert judge(before, after, got) == []
