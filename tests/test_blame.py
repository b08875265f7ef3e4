"""Who owns what of a message in the end: exact on every text, field and part, whatever happened on the way."""

import base64
import quopri
from collections.abc import Sequence

import pytest
from blame_traces import blamed, follow, mail, multipart, snapshot
from blame_truth import check_at, check_final, standing
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from snapdiff import blame as blaming
from snapdiff import weave as weaving
from snapdiff.blame import CAME_IN, Blaming, with_owners
from snapdiff.diff import lineage, passages
from snapdiff.model import BlameRun, PartBlame, Touch
from snapdiff.passage import FieldPassage, PartPassage, Passage

HI = "Subject: Hi"
PLAIN = "Content-Type: text/plain; charset=utf-8\n\n"
HTML = "Content-Type: text/html; charset=utf-8\n\n"


def runs(part: PartBlame) -> list[tuple[str, int, int | None]]:
    return [(run.text, run.owner, run.removed_by) for run in part.runs]


def test_what_nobody_changed_came_in() -> None:
    told = blamed(mail("one\ntwo\n", HI), mail("one\ntwo\nthree\n", HI))
    assert told.blame.owners[0].label == CAME_IN
    assert told.blame.owners[0].to is None
    assert [(field.name, field.owner) for field in told.blame.fields] == [("Subject", 0), ("Content-Type", 0)]
    assert runs(told.blame.parts[0]) == [("one\ntwo\n", 0, None), ("three\n", 1, None)]
    assert told.by(1) == "Routing0002.eml"


def test_an_owner_is_told_as_its_step() -> None:
    told = blamed(mail("a", HI), mail("b", HI))
    owner = told.blame.owners[1]
    assert (owner.label, owner.agent, owner.event, owner.actor) == ("Agent 2", "Agent 2", "OnResolvedMessage", "agent")
    assert owner.certain


def test_only_steps_that_did_something_are_owners() -> None:
    told = blamed(mail("a", HI), mail("a", HI), mail("b", HI), mail("b", HI), mail("b", HI, "X-A: 1"))
    assert [owner.to for owner in told.blame.owners] == [None, "Routing0003.eml", "Routing0005.eml"]


def test_words_inside_a_line_are_told_apart() -> None:
    told = blamed(mail("pay to Alice now", HI), mail("pay to Mallory now", HI))
    assert runs(told.blame.parts[0]) == [
        ("pay to ", 0, None),
        ("Alice", 0, 1),
        ("Mallory", 1, None),
        (" now\n", 0, None),
    ]


def test_who_removed_and_who_had_brought() -> None:
    told = blamed(mail("a\n", HI), mail("a\nx y\n", HI), mail("a\n", HI))
    assert runs(told.blame.parts[0]) == [("a\n", 0, None), ("x y\n", 1, 2)]


FIELDS: list[tuple[str, list[Sequence[str]], list[tuple[str, int, list[BlameRun]]]]] = [
    ("added", [[HI], ["X-A: 1", HI]], [("X-A", 1, [BlameRun("1", 1)]), ("Subject", 0, [BlameRun("Hi", 0)])]),
    (
        "changed in front",
        [[HI], ["Subject: [EXTERN] Hi"]],
        [("Subject", 0, [BlameRun("[EXTERN] ", 1), BlameRun("Hi", 0)])],
    ),
    (
        "another value",
        [["X-A: one two three"], ["X-A: something else"]],
        [("X-A", 0, [BlameRun("one two three", 0, 1), BlameRun("something else", 1)])],
    ),
    (
        "one of two that are alike",
        [["Received: a", "Received: a"], ["Received: b", "Received: a", "Received: a"]],
        [
            ("Received", 1, [BlameRun("b", 1)]),
            ("Received", 0, [BlameRun("a", 0)]),
            ("Received", 0, [BlameRun("a", 0)]),
        ],
    ),
    ("empty now", [["X-A: 1"], ["X-A:"]], [("X-A", 0, [BlameRun("1", 0, 1)])]),
]


@pytest.mark.parametrize(("headers", "expected"), [case[1:] for case in FIELDS], ids=[case[0] for case in FIELDS])
def test_fields(headers: list[Sequence[str]], expected: list[tuple[str, int, list[BlameRun]]]) -> None:
    told = blamed(*(mail("a", *fields) for fields in headers))
    assert [(x.name, x.owner, x.runs) for x in told.blame.fields if x.name != "Content-Type"] == expected


@pytest.mark.parametrize(
    ("before", "after", "touch"),
    [
        (["X-A: 1 2", "X-B: 2"], ["X-B: 2", "X-A: 1 2"], "moved"),
        (["X-A: 1 2"], ["X-A: 1\n 2"], "rewritten"),
        (["X-A: 1 2"], ["x-a: 1 2"], "rewritten"),
    ],
)
def test_a_field_that_kept_its_value_keeps_its_owner(before: list[str], after: list[str], touch: str) -> None:
    told = blamed(mail("a", *before), mail("a", *after))
    touched = [field for field in told.blame.fields if field.touches is not UNSET]
    assert [(field.owner, field.touches) for field in touched] == [(0, [Touch(1, touch)])]
    assert {run.owner for field in told.blame.fields for run in field.runs} == {0}


def test_a_field_that_went() -> None:
    told = blamed(mail("a", HI, "X-A: 1"), mail("a", HI, "X-A: 1 2"), mail("a", HI))
    gone = told.blame.removed_fields
    assert [(field.name, field.owner, field.removed_by) for field in gone] == [("X-A", 0, 2)]
    assert gone[0].runs == [BlameRun("1", 0), BlameRun(" 2", 1)]


def test_parts_that_came_and_went() -> None:
    told = blamed(
        multipart(PLAIN + "a", HTML + "<p>a</p>"),
        multipart(HTML + "<p>a</p>", "Content-Type: image/png\n\nxyz"),
    )
    assert [(part.type, part.owner, part.removed_by) for part in told.blame.parts] == [
        ("text/html", 0, None),
        ("image/png", 1, None),
    ]
    assert [(part.type, part.owner, part.removed_by) for part in told.blame.removed_parts] == [("text/plain", 0, 1)]
    assert runs(told.blame.removed_parts[0]) == [("a\n", 0, None)]
    assert ("2", "Content-Type", 1) in [(field.part, field.name, field.owner) for field in told.blame.fields]


def test_a_part_that_moved_keeps_its_owners() -> None:
    told = blamed(
        multipart(PLAIN + "a", HTML + "<p>a</p>"),
        multipart(PLAIN + "a b", HTML + "<p>a</p>"),
        multipart(HTML + "<p>a</p>", PLAIN + "a b"),
    )
    plain = next(part for part in told.blame.parts if part.type == "text/plain")
    assert (plain.section, plain.owner) == ("2", 0)
    assert runs(plain) == [("a", 0, None), (" b", 1, None), ("\n", 0, None)]
    assert any(part.touches == [Touch(2, "moved")] for part in told.blame.parts)
    assert not told.blame.removed_parts


def test_a_text_wrapped_into_a_multipart_keeps_its_owners() -> None:
    told = blamed(mail("a\nb\n", HI), mail("a\nx\nb\n", HI), multipart(PLAIN + "a\nx\nb\n", PLAIN + "ad"))
    first, second = told.blame.parts
    assert runs(first) == [("a\n", 0, None), ("x\n", 1, None), ("b\n", 0, None)]
    assert first.touches == [Touch(2, "wrapped")]
    assert runs(second) == [("ad\n", 2, None)]
    unwrapped = blamed(multipart(PLAIN + "a", PLAIN + "ad"), mail("a", HI))
    assert unwrapped.blame.parts[0].touches == [Touch(1, "unwrapped")]
    assert runs(unwrapped.blame.parts[0]) == [("a\n", 0, None)]


def test_another_encoding_brings_no_words() -> None:
    body = "Grüße aus Köln\n"
    encoded = base64.b64encode(body.replace("\n", "\r\n").encode()).decode()
    kind = "Content-Type: text/plain; charset=utf-8"
    told = blamed(mail(body, HI, kind), mail(encoded, HI, kind, "Content-Transfer-Encoding: base64"))
    assert runs(told.blame.parts[0]) == [(body, 0, None)]
    assert told.blame.parts[0].touches == [Touch(1, "re-encoded")]


def test_another_charset_label_brings_the_words_it_turns() -> None:
    encoded = quopri.encodestring("Köln lag am Rhein\n".encode(), quotetabs=False).decode()
    how = "Content-Transfer-Encoding: quoted-printable"
    told = blamed(
        mail(encoded, how, "Content-Type: text/plain; charset=utf-8"),
        mail(encoded, how, "Content-Type: text/plain; charset=iso-8859-1"),
    )
    final = told.blame.parts[0]
    assert standing(final.runs) == "KÃ¶ln lag am Rhein\n"
    assert {run.owner for run in final.runs} == {0, 1}


def test_content_that_is_no_text_has_no_runs() -> None:
    image = "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n"
    told = blamed(multipart(image + "YWJj"), multipart(image + "YWJjZA=="))
    assert (told.blame.parts[0].runs, told.blame.parts[0].size) == ([], 4)
    assert told.blame.parts[0].touches == [Touch(1, "content-changed")]


def test_a_type_that_becomes_text_is_told_by_its_content() -> None:
    same, other = "a line", "another"
    told = blamed(
        mail(same, "Content-Type: application/octet-stream"),
        mail(same, "Content-Type: text/plain"),
    )
    assert runs(told.blame.parts[0]) == [("a line\n", 0, None)]
    told = blamed(multipart("Content-Type: image/png\n\n" + same), multipart("Content-Type: text/plain\n\n" + other))
    assert standing(told.blame.parts[0].runs) == "another\n"
    assert {run.owner for run in told.blame.parts[0].runs} == {1}


def test_a_text_that_becomes_something_else_is_text_removed() -> None:
    told = blamed(mail("a", "Content-Type: text/plain"), mail("a", "Content-Type: image/png"))
    assert [(part.is_text, runs(part)) for part in told.blame.parts] == [(False, [("a\n", 0, 1)])]


def test_a_message_put_whole_into_another() -> None:
    told = blamed(
        mail("a\nb\n", HI),
        multipart(PLAIN + "see below", "Content-Type: message/rfc822\n\nSubject: Hi\n" + PLAIN + "a\nb\n"),
    )
    assert [(part.section, runs(part)) for part in told.blame.parts] == [
        ("1", [("see below\n", 1, None)]),
        ("2.1", [("a\nb\n", 0, None)]),
    ]


def test_a_deleted_message_is_told_as_it_stood() -> None:
    told = blamed(mail("a", HI), mail("b", HI), None)
    assert told.blame.file == "Routing0002.eml"
    assert standing(told.blame.parts[0].runs) == "b\n"


def test_after_a_deferral_it_goes_on_from_where_it_stood() -> None:
    told = blamed(mail("a", HI), mail("a\nb", HI), None, mail("a\nb\nc", HI))
    assert runs(told.blame.parts[0]) == [("a\n", 0, None), ("b\n", 1, None), ("c\n", 2, None)]
    assert told.by(2) == "Routing0004.eml"


def test_an_empty_file_takes_nothing_away() -> None:
    told = blamed(mail("a\nb", HI), b"", mail("a\nb\nc", HI))
    assert runs(told.blame.parts[0]) == [("a\nb\n", 0, None), ("c\n", 1, None)]
    assert told.by(1) == "Routing0003.eml"
    assert not told.blame.owners[1].certain
    assert not told.blame.removed_fields


def test_an_empty_last_file_is_not_the_final_message() -> None:
    drawn, _, steps = follow(
        [(f"Routing{n:04d}.eml", snapshot(n, m)) for n, m in enumerate([mail("a", HI), mail("b", HI), b""], 1)]
    )
    blame = drawn.blame("Routing0002.eml", steps)
    assert blame is not UNSET
    assert standing(blame.parts[0].runs) == "b\n"


def received(*messages: tuple[str, bytes]) -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    names = [f"SmtpReceive{number:04d}.eml" for number in range(1, len(messages) + 1)]
    files = [(name, snapshot(1, message, event=event)) for name, (event, message) in zip(names, messages, strict=True)]
    return files, list(zip(names, (message for _, message in messages), strict=True))


HEAD = "OnEndOfHeaders"
DATA = "OnEndOfData"


def test_a_body_behind_snapshots_of_the_header_alone_came_in() -> None:
    head = b"Subject: Hi\r\n\r\n"
    files, _ = received(
        (HEAD, head),
        (HEAD, b"X-A: 1\r\n" + head),
        (DATA, b"X-A: 1\r\n" + head + b"a\r\n"),
        (DATA, head + b"a\r\nb\r\n"),
    )
    drawn, _, steps = follow(files)
    blame = drawn.blame(files[-1][0], steps)
    assert blame is not UNSET
    assert runs(blame.parts[0]) == [("a\n", 0, None), ("b\n", 2, None)]
    assert [(field.name, field.removed_by) for field in blame.removed_fields] == [("X-A", 2)]


@pytest.mark.parametrize("again", ["a", "z"])
def test_a_body_seen_before_is_compared_with_what_it_was(again: str) -> None:
    whole = multipart(PLAIN + "a", HTML + "<p>a</p>")
    head = whole[: whole.index(b"\r\n\r\n") + 4]
    back = multipart(PLAIN + again, HTML + "<p>a</p>", fields=["X-A: 1", "Subject: Hi"])
    files, _ = received((HEAD, b"X-A: 1\r\n" + head), (DATA, back))
    drawn, _, steps = follow([("Original.eml", snapshot(1, whole, event="Original")), *files])
    blame = drawn.blame(files[-1][0], steps)
    assert blame is not UNSET
    check_final(blame, back)
    assert [(field.part, field.owner) for field in blame.fields] == [
        (None, 1),
        (None, 0),
        (None, 0),
        ("1", 0),
        ("2", 0),
    ]
    assert not blame.removed_fields
    assert not blame.removed_parts
    by = blame.owners[blame.parts[0].runs[-1].owner]
    assert (by.label, by.certain) == ((CAME_IN, True) if again == "a" else ("unknown", False))
    assert runs(blame.parts[1]) == [("<p>a</p>\n", 0, None)]


def test_candidates_are_filled_in_when_they_are_known() -> None:
    told = blamed(mail("a", HI), mail("b", HI))
    from msgspec.structs import replace

    steps = [replace(told.steps[0], certain=False, reason="a gap", candidates=["A", "B"])]
    owner = with_owners(told.blame, steps).owners[1]
    assert (owner.certain, owner.reason, owner.candidates) == (False, "a gap", ["A", "B"])
    assert with_owners(told.blame, []).owners == told.blame.owners


def test_hunks_cut_by_a_limit_make_the_text_the_steps_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("snapdiff.diff.content._MAX_HUNK_TEXT", 3)
    told = blamed(mail("a\nb c\n", HI), mail("a\nlonger\n", HI))
    final = told.blame.parts[0]
    assert runs(final) == [("a\nb c\n", 0, 1), ("a\nlonger\n", 1, None)]
    assert "as a whole" in str(final.whole)


def test_a_text_too_long_has_no_runs_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passages, "MAX_TEXT", 6)
    told = blamed(mail("short", HI), mail("far too long", HI), mail("short", HI, "X-A: 1"))
    assert runs(told.blame.parts[0]) == [("short\n", 2, None)]
    assert "too long" in str(told.blame.parts[0].whole)
    told = blamed(mail("short", HI), mail("far too long", HI), mail("far too long", HI, "X-A: 1"))
    assert told.blame.parts[0].runs == []
    assert "too long" in str(told.blame.parts[0].cut)


def test_a_long_value_is_told_in_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passages, "MAX_VALUE", 5)
    told = blamed(mail("a", "X-A: 123456789"), mail("a", "X-A: 12345678x"))
    first = told.blame.fields[0]
    assert standing(first.runs) == "12345"
    assert "beginning" in str(first.cut)
    assert first.touches == [Touch(1, "changed")]


def test_more_fields_than_are_followed_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lineage, "MAX_FIELDS", 2)
    for messages in (
        [mail("a", HI, "X-A: 1"), mail("a\nb", HI)],
        [mail("a", HI), mail("a", HI, "X-A: 1"), mail("a\nb", HI)],
        [mail("a", HI), mail("a\nb", HI, "X-A: 1")],
    ):
        told = blamed(*messages)
        assert told.blame.fields == []
        assert told.blame.removed_fields == []
        assert told.blame.cut == "the header had too many fields to tell who brought which"
        assert standing(told.blame.parts[0].runs) == "a\nb\n"


def test_limits_of_a_trace_say_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blaming, "MAX_SHOWN_TEXT", 30)
    told = blamed(mail("a", HI), mail("a text that is longer than there is room", HI))
    assert told.blame.parts[0].runs == []
    assert "left out" in str(told.blame.parts[0].cut)
    assert told.blame.cut is not UNSET
    monkeypatch.undo()
    monkeypatch.setattr(blaming, "MAX_GONE", 1)
    told = blamed(mail("a", "X-A: 1", "X-B: 1", "X-C: 1"), mail("a"))
    assert len(told.blame.removed_fields) == 1
    assert str(told.blame.cut).startswith("2 more")
    monkeypatch.undo()
    monkeypatch.setattr(blaming, "MAX_GONE_TEXT", 4)
    told = blamed(mail("a", "X-A: 123", "X-B: 456"), mail("a"))
    assert [(field.runs != [], field.cut is UNSET) for field in told.blame.removed_fields] == [
        (True, True),
        (False, False),
    ]


def test_removed_text_beyond_a_limit_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weaving, "MAX_REMOVED", 3)
    told = blamed(mail("abcdef\nz", HI), mail("z", HI))
    assert runs(told.blame.parts[0]) == [("abc", 0, 1), ("z\n", 0, None)]
    assert told.blame.parts[0].cut == "4 removed characters are left out"


def test_hunks_that_lead_elsewhere_are_not_believed() -> None:
    def part(origin: int | None, text: str | None) -> PartPassage:
        return PartPassage("1", "text/plain", None, 1, False, True, origin, text=text, hunks=[])

    following = Blaming(Passage(None, [FieldPassage(None, "A", None, "1")], [part(None, "a\n")]))
    following.follow(Passage("2", [FieldPassage(None, "A", 0, "2")], [part(0, "b\n")]))
    blame = following.blame("2", [])
    assert runs(blame.parts[0]) == [("a\n", 0, 1), ("b\n", 1, None)]
    assert blame.parts[0].whole is not UNSET
    assert blame.fields[0].runs == [BlameRun("1", 0, 1), BlameRun("2", 1)]


LINE = st.sampled_from(["", "the cat", "the black cat", "a b c", "a c", "Grüße", "--", "<p>Hi</p>", "x"])
BODY = st.lists(LINE, max_size=5).map("\n".join)
FIELD = st.sampled_from(
    ["Received: a", "Received: b", "Subject: Hi", "Subject: [X] Hi", "X-A: 1\n 2", "X-A: 1 2", "x-b: ä"]
)
LEAF = st.builds(
    lambda head, body: f"{head}\n\n{body}",
    st.sampled_from(
        [
            "Content-Type: text/plain; charset=utf-8",
            "Content-Type: text/html; charset=utf-8",
            "Content-Type: text/plain; name=a.txt",
            "Content-Type: application/pdf",
            "Content-Type: message/rfc822",
            "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit",
        ]
    ),
    BODY,
)
MAIL = st.one_of(
    st.builds(lambda body, fields: mail(body, *fields), BODY, st.lists(FIELD, max_size=4)),
    st.builds(
        lambda parts, kind, fields: multipart(*parts, kind=kind, fields=fields),
        st.lists(LEAF, min_size=1, max_size=4),
        st.sampled_from(["mixed", "alternative"]),
        st.lists(FIELD, max_size=3),
    ),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(MAIL, min_size=2, max_size=5))
def test_every_character_has_one_owner_and_every_step_reads_back(messages: list[bytes]) -> None:
    files = [(f"Routing{number:04d}.eml", snapshot(number, message)) for number, message in enumerate(messages, 1)]
    drawn, _, steps = follow(files)
    blame = drawn.blame(files[-1][0], steps)
    if blame is UNSET:
        assert len(set(messages)) == 1
        return
    check_final(blame, messages[-1])
    for (name, _), message in zip(files, messages, strict=True):
        check_at(blame, steps, name, message)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=200), min_size=2, max_size=4))
def test_any_bytes_do(messages: list[bytes]) -> None:
    files = [(f"Routing{number:04d}.eml", snapshot(number, message)) for number, message in enumerate(messages, 1)]
    drawn, snapshots, steps = follow(files)
    last = next((x for x in reversed(snapshots) if x.status is None), None)
    assert last is not None
    drawn.blame(last.file, steps)
    drawn.views()
