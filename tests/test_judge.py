"""The judge itself: silent about a right comparison, and loud about each way to spoil one."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from judge import judge, judge_header
from msgspec.structs import replace

from snapdiff.model import Change, Hunk, PartInfo

HEAD = b"From: a@contoso.test\r\nSubject: one\r\nTo: b@contoso.test\r\nDate: today\r\n"
BEFORE = (
    HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nfirst\r\nsecond\r\n"
    b"--b\r\nContent-Transfer-Encoding: 7bit\r\n\r\nlast\r\n--b--\r\n"
)
AFTER = (
    BEFORE.replace(b"Subject: one", b"Subject: other").replace(b"first", b"FIRST").replace(b"--b--\r\n", b"--b--  \r\n")
)
SUBJECT, SUBJECT_AFTER = (22, 36), (22, 38)
_FIRST = BEFORE.index(b"first")
_CLOSE = BEFORE.index(b"--b--")
BODY, BODY_AFTER = (_FIRST, _FIRST + 13), (_FIRST + 2, _FIRST + 15)
HUNK = Hunk("first", "FIRST", 1, 1)
RIGHT = [
    Change("header.changed", "Subject", None, False, "one", "other", SUBJECT, SUBJECT_AFTER),
    Change("part.changed", None, "1", False, None, None, BODY, BODY_AFTER, [HUNK]),
    Change("part.rewritten", None, "TEXT", True, None, None, (_CLOSE, _CLOSE + 7), (_CLOSE + 2, _CLOSE + 11)),
]


def verdict(changes: list[Change], before: bytes = BEFORE, after: bytes = AFTER) -> list[str]:
    return judge(before, after, SimpleNamespace(changes=changes))


def test_a_right_comparison_is_passed() -> None:
    assert verdict(RIGHT) == []
    assert verdict([], BEFORE, BEFORE) == []


def spoiled(at: int, **fields: Any) -> Callable[[], list[Change]]:
    """The right changes with one of them spoiled."""
    return lambda: [replace(change, **fields) if n == at else change for n, change in enumerate(RIGHT)]


NOTHING = PartInfo("text/plain", None, 4, "0" * 64)
SPOILED = [
    ("a change left out", lambda: RIGHT[1:], "bytes unaccounted for"),
    ("no change at all", list, "no change must be told"),
    ("an unknown kind", spoiled(0, kind="message.deleted"), "kind unknown"),
    ("a span beyond the message", spoiled(2, after_span=(_CLOSE + 2, _CLOSE + 99)), "outside the message"),
    ("two spans overlap", lambda: [*RIGHT, replace(RIGHT[0], name="From", before_span=(0, 23))], "overlaps"),
    ("half a field", spoiled(0, before_span=(22, 33), after_span=(22, 35)), "not exactly one field"),
    ("two fields", spoiled(0, before_span=(0, 36), after_span=(0, 38)), "not exactly one field"),
    ("another field's name", spoiled(0, name="To"), "is not that of the field"),
    ("another header's part", spoiled(0, part="2"), "the field stands in"),
    ("added with a span before", spoiled(0, kind="header.added"), "wrong sides"),
    ("changed told as moved", spoiled(0, kind="header.moved", cosmetic=True), "moved, yet other bytes"),
    ("changed told as rewritten", spoiled(0, kind="header.rewritten", cosmetic=True), "another value"),
    ("a cosmetic change of value", spoiled(0, cosmetic=True), "cosmetic is True"),
    ("a delimiter not cosmetic", spoiled(2, cosmetic=False), "cosmetic is False"),
    ("another part's section", spoiled(1, part="2"), "outside the part"),
    ("no such section", spoiled(1, part="7"), "no part '7'"),
    ("other content told as rewritten", spoiled(1, kind="part.rewritten", cosmetic=True), "content is another"),
    ("hunks that do not replay", spoiled(1, hunks=[Hunk("first", "FIRST", 2, 2)]), "hunks do not lead"),
    ("no hunks", spoiled(1, hunks=None), "without hunks"),
    ("a hunk too big", spoiled(1, hunks=[Hunk("first\nsecond", "FIRST\nsecond", 1, 1)]), "unchanged line"),
    ("an empty hunk", spoiled(1, hunks=[HUNK, Hunk(None, None, 3, 3)]), "without lines"),
    ("a part added where it changed", spoiled(1, kind="part.added", after=NOTHING), "before_span is not null"),
    ("a part told with another digest", spoiled(1, kind="part.added", after=NOTHING, before_span=None), "SHA-256"),
    ("a frame over a body", spoiled(1, part="TEXT", kind="part.rewritten", cosmetic=True), "into a part's body"),
    ("moved from nowhere", lambda: [*RIGHT, Change("part.moved", None, "1", True)], "moved with null spans"),
    (
        "added and removed of one name",
        lambda: [
            replace(RIGHT[0], kind="header.removed", after_span=None),
            replace(RIGHT[0], kind="header.added", before_span=None),
            *RIGHT[1:],
        ],
        "where a changed was due",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "says"), [case[1:] for case in SPOILED], ids=[case[0] for case in SPOILED])
def test_a_spoiled_comparison_is_not_passed(spoil: Callable[[], list[Change]], says: str) -> None:
    assert any(says in complaint for complaint in verdict(spoil()))


def test_an_unchanged_body_blamed() -> None:
    after = BEFORE.replace(b"Subject: one", b"Subject: two")
    blamed = [replace(RIGHT[0], after_span=SUBJECT), replace(RIGHT[1], after_span=BODY)]
    assert "an unchanged body blamed" in verdict(blamed, BEFORE, after)


def test_more_moved_fields_than_needed() -> None:
    one, two, three = b"A: 1\r\n", b"B: 2\r\n", b"C: 3\r\n"
    before, after = one + two + three + b"\r\n", three + one + two + b"\r\n"
    few = [Change("header.moved", "C", None, True, None, None, (12, 18), (0, 6))]
    many = [
        Change("header.moved", "A", None, True, None, None, (0, 6), (6, 12)),
        Change("header.moved", "B", None, True, None, None, (6, 12), (12, 18)),
    ]
    assert verdict(few, before, after) == []
    assert "2 fields moved where 1 explain the order" in verdict(many, before, after)


def test_an_equal_part_added_and_removed() -> None:
    part = b"--b\r\n\r\nsame\r\n"
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    before = head + part + b"--b\r\n\r\nother\r\n--b--\r\n"
    after = head + b"--b\r\n\r\nother\r\n" + part + b"--b--\r\n"
    at, end = len(head), len(head) + len(part)
    told = PartInfo("text/plain", None, 4, "0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5")
    changes = [
        Change("part.removed", "text/plain", "1", False, told, None, (at, end), None),
        Change("part.added", "text/plain", "2", False, None, told, None, (at + 14, end + 14)),
    ]
    assert verdict(changes, before, after) == ["part 2 added, an equal one removed: moved or no change"]


def test_a_headers_only_step_with_a_part_or_a_wrong_header() -> None:
    whole = SimpleNamespace(changes=RIGHT)
    assert any("headers-only" in complaint for complaint in judge_header(BEFORE, AFTER, whole))
    assert "header bytes unaccounted for" in judge_header(BEFORE, AFTER, SimpleNamespace(changes=[]))
    assert judge_header(HEAD, AFTER, SimpleNamespace(changes=[])) != []
