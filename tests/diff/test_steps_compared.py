"""What a step compares and tells beside the actor: statuses, headers alone, elapsed times, candidates, plain mails."""

import pytest
from stepmaker import (
    END,
    HEADERS,
    MAIL,
    ORIGINAL,
    OWN,
    A,
    B,
    File,
    Raw,
    last_step,
    receive,
    routing,
    steps_of,
    trace_of,
)

from snapdiff.diff.steps import Steps, with_candidates
from snapdiff.read.snapshot import load_snapshot


@pytest.mark.parametrize(("status", "kind"), [("Deleted", "message.deleted"), ("Deferred", "message.deferred")])
def test_a_status_says_that_alone_and_the_next_step_compares_with_the_last_message(status: str, kind: str) -> None:
    changed = MAIL.replace(b"Hello", b"Bye")
    into, out, then = steps_of(
        routing(1, OWN),
        routing(2, A, status=status),
        routing(3, "OnRoutedMessage", changed),
        routing(4, "OnRoutedMessage,C", changed),
    )
    assert [change.kind for change in into.changes] == [kind]
    (change,) = into.changes
    assert (change.before_span, change.after_span, change.hunks) == (None, None, None)
    assert (into.actor, into.agent, into.certain) == ("agent", "Agent A", True)
    assert (into.from_, into.to, into.compared_with) == ("Routing0001.eml", "Routing0002.eml", "Routing0001.eml")
    assert (out.from_, out.compared_with, out.actor) == ("Routing0002.eml", "Routing0001.eml", "transport")
    assert [(change.kind, change.name) for change in out.changes] == [("header.changed", "Subject")]
    assert out.certain
    assert (then.from_, then.compared_with, then.changes) == ("Routing0003.eml", "Routing0003.eml", [])


def test_two_statuses_in_a_row() -> None:
    steps = steps_of(
        routing(1, OWN), routing(2, A, status="Deferred"), routing(3, B, status="Deleted"), routing(4, OWN, at=9)
    )
    assert [step.compared_with for step in steps] == ["Routing0001.eml"] * 3
    assert [[change.kind for change in step.changes] for step in steps] == [
        ["message.deferred"],
        ["message.deleted"],
        [],
    ]


def test_a_status_before_any_message_leaves_nothing_to_compare_with() -> None:
    step = last_step(routing(1, OWN, status="Deferred"), routing(2, A))
    assert (step.from_, step.compared_with, step.changes, step.certain) == ("Routing0001.eml", None, [], False)


def test_a_status_that_ends_short_is_uncertain() -> None:
    assert not last_step(routing(1, OWN), routing(2, A, status="Deleted", cut=len(END))).certain


FULL = HEADERS + b"\r\nA body that was not there\r\n"
STAMPED = b"X-New: 1\r\n" + HEADERS

# what it is, the two files, the kinds of change
HEADERS_ONLY: list[tuple[str, File, File, list[str]]] = [
    ("a body that appears is no change", receive(1, "OnEndOfHeaders", HEADERS), receive(2, "OnEndOfData", FULL), []),
    ("with a blank line", receive(1, "OnEndOfHeaders", HEADERS + b"\r\n"), receive(2, "OnEndOfData", FULL), []),
    ("a body that goes is no change", File("Original.eml", mail=FULL), receive(1, "OnEndOfHeaders", HEADERS), []),
    (
        "a field that appears is one",
        receive(1, "OnEndOfHeaders", HEADERS),
        receive(2, "OnEndOfData", STAMPED + b"\r\nBody"),
        ["header.added"],
    ),
    (
        "an Original with a header alone",
        File("Original.eml", mail=HEADERS),
        receive(1, "OnEndOfData", STAMPED + b"\r\nBody"),
        ["header.added"],
    ),
    (
        "the envelope counts",
        receive(1, "OnEndOfHeaders", HEADERS),
        receive(2, "OnEndOfHeaders,X", HEADERS, to=()),
        ["envelope.recipient-removed"],
    ),
    ("an empty body is one", routing(1, OWN, FULL), routing(2, A, HEADERS + b"\r\n"), ["part.changed"]),
]


@pytest.mark.parametrize(
    ("before", "after", "kinds"), [case[1:] for case in HEADERS_ONLY], ids=[case[0] for case in HEADERS_ONLY]
)
def test_a_headers_only_side_compares_envelope_and_header_alone(before: File, after: File, kinds: list[str]) -> None:
    step = last_step(before, after)
    assert [change.kind for change in step.changes] == kinds


def test_a_refused_recipient_is_a_change_of_the_session() -> None:
    original = File("Original.eml", to=("user@fabrikam.test", "refused@fabrikam.test"))
    step = last_step(original, receive(1, "OnEndOfData"))
    assert [(change.kind, change.name) for change in step.changes] == [
        ("envelope.recipient-removed", "refused@fabrikam.test")
    ]
    assert step.actor == "session"


ELAPSED: list[tuple[int | None, int | None, int | None]] = [
    (0, 0, 0),
    (0, 47, 47),
    (100, 60_100, 60_000),
    (50, 40, -10),
    (None, 5, None),
    (5, None, None),
]


@pytest.mark.parametrize(("before", "after", "elapsed"), ELAPSED)
def test_elapsed_time(before: int | None, after: int | None, elapsed: int | None) -> None:
    assert last_step(routing(1, OWN, at=before), routing(2, A, at=after)).elapsed_ms == elapsed


def test_elapsed_time_counts_from_the_file_before_even_where_another_is_compared() -> None:
    step = last_step(routing(1, OWN, at=0), routing(2, A, status="Deferred", at=30), routing(3, B, at=50))
    assert (step.compared_with, step.elapsed_ms) == ("Routing0001.eml", 20)


def test_an_agent_that_changed_nothing_is_named_all_the_same() -> None:
    step = last_step(routing(1, OWN), routing(2, A))
    assert (step.agent, step.changes) == ("Agent A", [])


SEEN = {
    OWN: ["Agent A", "Agent B", "Agent C"],
    "OnRoutedMessage": ["Journal Agent"],
    "OnEndOfData": ["Content Filter Agent"],
}

# what it is, the files, the last step's candidates
CANDIDATES: list[tuple[str, list[File], list[str]]] = [
    ("a certain step has none", [routing(1, OWN), routing(2, A)], []),
    ("the agent named first, then the event's", [routing(1, OWN), routing(3, B)], ["Agent B", "Agent A", "Agent C"]),
    (
        "an agent seen nowhere else",
        [routing(1, OWN), routing(3, OWN + ",New")],
        ["New", "Agent A", "Agent B", "Agent C"],
    ),
    ("an event seen nowhere else", [routing(1, OWN), routing(3, "OnX,New")], ["New"]),
    (
        "a gap before an event's own: the event before may have gone on",
        [routing(1, OWN), routing(3, "OnRoutedMessage")],
        ["Agent A", "Agent B", "Agent C", "Journal Agent"],
    ),
    ("a short file", [routing(1, OWN), routing(2, A, HEADERS)], ["Agent A", "Agent B", "Agent C"]),
    (
        "an event fired again",
        [routing(1, OWN), routing(2, A), routing(3, A)],
        ["Agent A", "Agent B", "Agent C"],
    ),
    ("Original to an agent's", [ORIGINAL, receive(1, "OnEndOfData,X")], ["X", "Content Filter Agent"]),
]


@pytest.mark.parametrize(
    ("files", "candidates"), [case[1:] for case in CANDIDATES], ids=[case[0] for case in CANDIDATES]
)
def test_candidates(files: list[File], candidates: list[str]) -> None:
    trace = with_candidates(trace_of(*files), SEEN)
    assert trace.steps[-1].candidates == candidates
    assert [step.to for step in trace.steps] == [file.name for file in files[1:]]


def test_a_fork_begins_without_a_step() -> None:
    """It has no Original; its first file is an event's own, maybe in the middle of the pipeline."""
    steps = steps_of(routing(1, "OnResolvedMessage"), routing(2, B), routing(3, "OnRoutedMessage"))
    assert [(step.from_, step.actor, step.certain) for step in steps] == [
        ("Routing0001.eml", "agent", True),
        ("Routing0002.eml", "transport", True),
    ]


def test_plain_mails_do_not_say_who_changed_them() -> None:
    mails = [MAIL, MAIL.replace(b"Hello", b"Bye"), MAIL]
    files = [Raw(name, bare=mail) for name, mail in zip(("a.eml", "z.eml", "b.eml"), mails, strict=True)]
    steps = Steps(plain=True)
    found = [steps.add(load_snapshot(file.name, file.raw(), None)[0]) for file in files]
    told = [step for step in found if step is not None]
    assert [(step.from_, step.to, step.compared_with) for step in told] == [
        ("a.eml", "z.eml", "a.eml"),
        ("z.eml", "b.eml", "z.eml"),
    ]
    for step in told:
        assert (step.actor, step.agent, step.event, step.certain, step.missing) == ("unknown", None, None, False, [])
        assert step.reason
        assert [(change.kind, change.name) for change in step.changes] == [("header.changed", "Subject")]


def test_the_trace_is_told_by_the_last_snapshot_that_holds_a_message() -> None:
    for last in (routing(3, B, status="Deleted"), Raw("Routing0003.eml"), routing(3, B, b"", cut=len(END))):
        steps = Steps()
        for file in (routing(1, OWN), routing(2, A), last):
            steps.add(file.loaded())
        assert steps.last_message is not None
        assert steps.last_message.snapshot.file == "Routing0002.eml"


def test_an_original_that_broke_off_is_all_there_is_of_its_trace() -> None:
    steps = Steps()
    steps.add(File("Original.eml", mail=b"", cut=len(END)).loaded())
    assert steps.last_message is not None
    assert steps.last_message.snapshot.sender == "alan@contoso.test"


def test_what_was_met_on_the_way_is_told_with_its_file() -> None:
    deep = b"Subject: x\r\n"
    for number in range(150):
        deep += b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (number, number)
    steps = Steps()
    for file in (routing(1, OWN), routing(2, A, deep)):
        steps.add(file.loaded())
    assert [(name, code) for name, code, _ in steps.problems] == [("Routing0002.eml", "nested-too-deep")]
