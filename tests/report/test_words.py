"""Sentences on changes and steps: what they say, and that hostile pieces all pass through `mark`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from snapdiff.model import Change, Degree, Kind, PartInfo, Step
from snapdiff.report import words

PDF = PartInfo(type="application/pdf", file_name="report.pdf", size=1024, sha256="00")
TNEF = PartInfo(type="application/ms-tnef", file_name=None, size=1, sha256="00", opaque=True)


def step(**keys: object) -> Step:
    given_keys = {
        "from_": "A.eml",
        "to": "B.eml",
        "compared_with": "A.eml",
        "event": "OnResolvedMessage",
        "agent": None,
        "actor": "transport",
        "certain": True,
        "reason": None,
        "missing": [],
        "candidates": [],
        "elapsed_ms": None,
        "changes": [],
    } | keys
    return Step(**given_keys)  # type: ignore[arg-type]


TITLES = [
    (Change("envelope.sender-changed", before="a@b", after="c@d"), "envelope sender changed"),
    (Change("envelope.recipient-added", name="a@b"), "recipient a@b added"),
    (Change("envelope.recipient-removed", name="a@b"), "recipient a@b removed"),
    (Change("header.added", name="X-Foo"), "header field X-Foo added"),
    (Change("header.changed", name="Subject", moved=True), "header field Subject changed and moved"),
    (Change("header.moved", name="To", cosmetic=True), "header field To moved"),
    (Change("header.rewritten", name="To", cosmetic=True), "header field To rewritten with the same value"),
    (Change("header.removed", name="Content-Type", part="1.2"), "header field Content-Type of part 1.2 removed"),
    (Change("header.added", name="To", part="2.HEADER"), "header field To of the message in part 2 added"),
    (
        Change("part.added", name="report.pdf", part="2", after=PDF),
        "part 2 (report.pdf, application/pdf, 1,024 bytes) added",
    ),
    (
        Change("part.removed", name="application/ms-tnef", part="2", before=TNEF),
        "part 2 (application/ms-tnef, 1 byte, opaque: this program can't look into it) removed",
    ),
    (Change("part.changed", part="1"), "part 1 changed"),
    (Change("part.changed", part="1", degree="content-changed"), "part 1 changed"),
    (Change("part.changed", part="1", degree="characters-lost"), "part 1 changed: characters lost"),
    (Change("part.changed", name="preamble", part="TEXT"), "preamble of the message changed"),
    (Change("part.changed", name="epilogue", part="2"), "epilogue of part 2 changed"),
    (
        Change("part.rewritten", part="1", cosmetic=True, degree="re-wrapped"),
        "part 1 re-wrapped with the same content",
    ),
    (Change("part.rewritten", part="TEXT"), "multipart structure of the message rewritten with the same content"),
    (Change("part.moved", part="1.1", before="1", after="1.1"), "part 1 moved to 1.1"),
    (Change("part.moved", part="2", before=PDF, after=PDF), "part 2 moved"),
    (Change("message.deleted"), "message deleted"),
    (Change("message.deferred"), "message deferred"),
]


@pytest.mark.parametrize(("change", "title"), TITLES)
def test_title(change: Change, title: str) -> None:
    assert words.change_title(change) == title


SAME = "with the same content"
REWRITTEN: list[tuple[str, Degree | UnsetType]] = [
    ("1", "re-encoded"),
    ("2", "re-wrapped"),
    ("3", UNSET),
    ("4", "re-encoded"),
]
SUMMARIES: list[tuple[list[Change], str]] = [
    ([], "nothing changed"),
    ([Change("header.added", name="A")], "header field A added"),
    ([Change("header.added", name="A"), Change("header.added", name="B")], "header fields A, B added"),
    ([Change("header.added", name="Received")] * 2, "header fields Received (2 times) added"),
    ([Change("header.added", name=name) for name in "ABCD"], "4 header fields added"),
    ([Change("header.added", name="A")] * 5, "header fields A (5 times) added"),
    (
        [Change("part.changed", part="1"), Change("header.removed", name="A"), Change("envelope.sender-changed")],
        "envelope sender changed; header field A removed; part 1 changed",
    ),
    (
        [Change("header.moved", name="A", cosmetic=True), Change("part.added", part="2", name="a.pdf")],
        "part 2 (a.pdf) added; cosmetic: header field A moved",
    ),
    (
        [Change("part.changed", part="1", degree="characters-lost"), Change("part.changed", part="2")],
        "part 2 changed; part 1 changed (characters lost)",
    ),
    ([Change("header.moved", name="A", cosmetic=True)], "cosmetic: header field A moved"),
    (
        [Change("part.rewritten", part=part, degree=degree, cosmetic=True) for part, degree in REWRITTEN],
        f"cosmetic: part 3 rewritten {SAME}, parts 1, 4 re-encoded {SAME}, part 2 re-wrapped {SAME}",
    ),
    (
        [Change("part.rewritten", part=part, cosmetic=True) for part in ("TEXT", "1", "TEXT")],
        f"cosmetic: multipart structure of the message rewritten {SAME}, part 1 rewritten {SAME}",
    ),
    (
        [Change("header.changed", name="Content-Type", part=part) for part in (None, "1", "2.HEADER")],
        "header fields Content-Type, Content-Type of part 1, Content-Type of the message in part 2 changed",
    ),
    ([Change("message.deleted")], "message deleted"),
]


@pytest.mark.parametrize(("changes", "line"), SUMMARIES)
def test_summary(changes: list[Change], line: str) -> None:
    assert words.summary(changes) == line


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (step(), "transport service"),
        (step(actor="session"), "SMTP session"),
        (step(actor="unknown"), "unknown"),
        (step(actor="agent", agent="Malware Agent", certain=False), "Malware Agent"),
        (step(actor="agent", agent=None), "unknown agent"),
    ],
)
def test_actor(one: Step, line: str) -> None:
    assert words.actor_words(one) == line


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (step(), ""),
        (step(certain=False), "not certain"),
        (
            step(certain=False, reason="files are missing", missing=["Routing0003.eml"], candidates=["A", "B"]),
            "not certain: files are missing; missing: Routing0003.eml; it could be: A, B",
        ),
        (
            step(certain=False, candidates=[str(number) for number in range(12)]),
            "not certain; it could be: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and 2 more",
        ),
    ],
)
def test_certainty(one: Step, line: str) -> None:
    assert words.certainty_words(one) == line


def test_reason_has_a_mark_of_its_own() -> None:
    one = step(certain=False, reason="why", candidates=["A"])
    assert words.certainty_words(one, mark="<{}>".format) == "not certain: <why>; it could be: <A>"
    assert words.certainty_words(one, "<{}>".format, "({})".format) == "not certain: (why); it could be: <A>"


@pytest.mark.parametrize(
    ("milliseconds", "line"),
    [
        (None, "-"),
        (0, "0 ms"),
        (999, "999 ms"),
        (1000, "1.00 s"),
        (1259, "1.25 s"),
        (59_999, "59.99 s"),
        (125_000, "2 min 5 s"),
        (3_720_000, "1 h 2 min"),
        (36_000_000, "10 h"),
        (-5, "-5 ms"),
    ],
)
def test_elapsed(milliseconds: int | None, line: str) -> None:
    assert words.elapsed_words(milliseconds) == line


def test_degrees_and_services() -> None:
    degrees: list[Degree] = ["re-wrapped", "re-encoded", "relabelled", "characters-lost", "content-changed"]
    assert len({words.degree_words(degree) for degree in degrees}) == len(degrees)
    assert words.degree_words(UNSET) == ""
    assert words.degree_words(None) == ""
    assert words.service_words("edge") == "Edge Transport service"
    assert words.service_words(None) == "Unknown service"


def test_long_names_are_cut() -> None:
    title = words.change_title(Change("header.added", name="X" * 5_000_000))
    assert len(title) < 200
    assert title.endswith("... added")


HOSTILE = st.text(alphabet="\u2603", min_size=1, max_size=200)
KINDS: list[Kind] = [change.kind for change, _ in TITLES]


@given(kind=st.sampled_from(KINDS), name=HOSTILE, part=HOSTILE, before=HOSTILE, info=st.booleans())
def test_every_piece_of_the_mail_is_marked(kind: Kind, name: str, part: str, before: str, info: bool) -> None:
    held = PartInfo(type=name, file_name=part, size=1, sha256=before) if info else before
    change = Change(kind, name=name, part=part, before=held, after=held)
    for sentence in (words.change_title(change, lambda _: "safe"), words.summary([change] * 2, lambda _: "safe")):
        assert "\u2603" not in sentence
    one = step(actor="agent", agent=name, certain=False, reason=part, missing=[name], candidates=[part])
    assert "\u2603" not in words.actor_words(one, lambda _: "safe") + words.certainty_words(one, lambda _: "safe")
