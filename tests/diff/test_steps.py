"""Attribution, sentence by sentence of the contract's "Who did it": who made each step, and how sure that is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from snapdiff.diff.steps import Steps, with_candidates
from snapdiff.model import LoadedSnapshot, Step, Trace
from snapdiff.read.names import parse_name
from snapdiff.read.snapshot import load_snapshot

END = b"X-EndOfInjectedXHeaders: MessageSnapshot-End injected headers\r\n"
MAIL = b"Received: from a by b\r\nSubject: Hello\r\n\r\nBody\r\n"
START = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class File:
    """One snapshot file to make. `at` counts milliseconds from the trace's start; `cut` takes bytes off its end."""

    name: str
    source: str = "Original"
    mail: bytes = MAIL
    status: str | None = None
    sender: str = "alan@contoso.test"
    to: tuple[str, ...] = ("user@fabrikam.test",)
    at: int | None = 0
    cut: int = 0

    def raw(self) -> bytes:
        time = "never" if self.at is None else (START + timedelta(milliseconds=self.at)).isoformat()
        lines = [
            "X-CreatedBy: MessageSnapshot-Begin injected headers",
            f"X-MessageSnapshot-UTC-Time: {time}",
            "X-MessageSnapshot-Record-Id: 21474836486",
            f"X-MessageSnapshot-Source: {self.source}",
        ]
        if self.status:
            lines.append(f"X-MessageSnapshot-MessageStatus: {self.status}")
        else:
            lines += [f"X-Sender: {self.sender}", *(f"X-Receiver: {address}" for address in self.to)]
        raw = "".join(f"{line}\r\n" for line in lines).encode() + END + (b"" if self.status else self.mail)
        return raw[: len(raw) - self.cut]

    def loaded(self) -> LoadedSnapshot:
        return load_snapshot(self.name, self.raw(), parse_name(self.name))[0]


@dataclass(frozen=True)
class Raw(File):
    """A file with just these bytes, block or none."""

    bare: bytes = b""

    def raw(self) -> bytes:
        return self.bare


ORIGINAL = File("Original.eml")


def receive(number: int, source: str, mail: bytes = MAIL, **more: Any) -> File:
    return File(f"SmtpReceive{number:04d}.eml", source, mail, **more)


def routing(number: int, source: str, mail: bytes = MAIL, **more: Any) -> File:
    return File(f"Routing{number:04d}.eml", source, mail, **more)


def steps_of(*files: File, plain: bool = False) -> list[Step]:
    steps = Steps(plain)
    found = [steps.add(file.loaded()) for file in files]
    assert found[0] is None
    return [step for step in found if step is not None]


def last_step(*files: File) -> Step:
    return steps_of(*files)[-1]


OWN = "OnResolvedMessage"
A, B = "OnResolvedMessage,Agent A", "OnResolvedMessage,Agent B"
HEADERS = b"Received: from a by b\r\nSubject: Hello\r\n"

# what it is, the files, the last step's actor, agent, and whether it is certain
ACTORS: list[tuple[str, list[File], str, str | None, bool]] = [
    ("between an event's own snapshot and an agent's", [routing(1, OWN), routing(2, A)], "agent", "Agent A", True),
    ("between two agents", [routing(1, OWN), routing(2, A), routing(3, B)], "agent", "Agent B", True),
    (
        "between the last file of one event and the next event's own",
        [routing(1, OWN), routing(2, A), routing(3, "OnRoutedMessage")],
        "transport",
        None,
        True,
    ),
    ("an event in which no agent ran", [routing(1, OWN), routing(2, "OnRoutedMessage")], "transport", None, True),
    ("from SMTP to the categorizer", [receive(1, "OnEndOfData"), routing(1, OWN)], "transport", None, True),
    (
        "from OnEndOfHeaders to OnEndOfData",
        [receive(1, "OnEndOfHeaders"), receive(2, "OnEndOfData")],
        "transport",
        None,
        True,
    ),
    ("from Original to the first SmtpReceive", [ORIGINAL, receive(1, "OnEndOfHeaders")], "session", None, True),
    ("from Original to OnEndOfData", [ORIGINAL, receive(1, "OnEndOfData")], "session", None, True),
    ("from Original to Routing0001: no SMTP", [ORIGINAL, routing(1, "OnSubmittedMessage")], "transport", None, True),
    ("from Original to an agent's at SMTP", [ORIGINAL, receive(1, "OnEndOfData,X")], "agent", "X", False),
    ("from Original to an agent's at routing", [ORIGINAL, routing(1, "OnSubmittedMessage,X")], "agent", "X", False),
    ("from Original over a gap", [ORIGINAL, receive(2, "OnEndOfData")], "session", None, False),
    ("from Original over a gap to routing", [ORIGINAL, routing(2, OWN)], "transport", None, False),
    ("from Original over a gap to an agent's", [ORIGINAL, receive(3, "OnEndOfData,X")], "agent", "X", False),
    ("over a gap to an agent's", [routing(1, OWN), routing(3, B)], "agent", "Agent B", False),
    ("over a gap to an event's own", [routing(1, OWN), routing(3, "OnRoutedMessage")], "transport", None, False),
    ("to a file that says nothing", [routing(1, OWN), Raw("Routing0002.eml")], "unknown", None, False),
    (
        "from a file that says nothing",
        [routing(1, OWN), Raw("Routing0002.eml"), routing(3, A)],
        "agent",
        "Agent A",
        False,
    ),
    ("an agent whose name holds a comma", [routing(1, OWN), routing(2, OWN + ",X, Y")], "agent", "X, Y", True),
]


@pytest.mark.parametrize(
    ("files", "actor", "agent", "certain"), [case[1:] for case in ACTORS], ids=[case[0] for case in ACTORS]
)
def test_who_did_it(files: list[File], actor: str, agent: str | None, certain: bool) -> None:
    step = last_step(*files)
    assert (step.actor, step.agent, step.certain) == (actor, agent, certain)
    assert (step.reason is None) is certain
    assert (step.from_, step.to) == (files[-2].name, files[-1].name)
    assert step.compared_with == step.from_
    if not isinstance(files[-1], Raw):
        assert step.event == files[-1].source.partition(",")[0]


GAPS: list[tuple[str, list[File], list[str]]] = [
    ("none", [routing(1, OWN), routing(2, A)], []),
    ("one", [routing(1, OWN), routing(3, A)], ["Routing0002.eml"]),
    ("several", [routing(1, OWN), routing(5, A)], [f"Routing000{n}.eml" for n in (2, 3, 4)]),
    ("the first number", [ORIGINAL, receive(2, "OnEndOfData")], ["SmtpReceive0001.eml"]),
    ("the first number of the next stage", [receive(1, "OnEndOfData"), routing(2, OWN)], ["Routing0001.eml"]),
    (
        "across stages nothing of the stage before is known",
        [receive(7, "OnEndOfData"), routing(3, OWN)],
        ["Routing0001.eml", "Routing0002.eml"],
    ),
    ("the next stage begins again", [receive(9, "OnEndOfData"), routing(1, OWN)], []),
    ("a lost last file of a stage does not show", [receive(1, "OnEndOfData"), routing(1, OWN)], []),
    ("past 9999", [routing(9998, OWN), routing(10001, A)], ["Routing9999.eml", "Routing10000.eml"]),
    ("numbers that stand still", [routing(2, OWN), routing(2, A)], []),
    ("numbers that fall", [routing(5, OWN), routing(2, A)], []),
    ("number 0", [ORIGINAL, routing(0, OWN)], []),
]


@pytest.mark.parametrize(("files", "missing"), [case[1:] for case in GAPS], ids=[case[0] for case in GAPS])
def test_gaps_name_the_files(files: list[File], missing: list[str]) -> None:
    step = last_step(*files)
    assert step.missing == missing
    assert step.certain is not bool(missing)
    assert missing == [] or missing[0] in (step.reason or "")


def test_the_reason_counts_what_is_missing() -> None:
    for count, words in (
        (1, "Routing0002.eml could"),
        (2, "Routing0002.eml and 1 more"),
        (3, "Routing0002.eml and 2 more"),
    ):
        assert words in (last_step(routing(1, OWN), routing(2 + count, A)).reason or "")


def test_a_file_without_block_in_between_leaves_the_event_as_it_was() -> None:
    steps = steps_of(routing(1, OWN), routing(2, A), Raw("Routing0003.eml", bare=MAIL), routing(4, B), routing(5, A))
    assert [step.certain for step in steps[2:]] == [True, False]


def test_an_enormous_gap_is_told_without_naming_every_file() -> None:
    step = last_step(routing(1, OWN), routing(9_999_999_999, A))
    assert step.missing[:2] == ["Routing0002.eml", "Routing0003.eml"]
    assert 0 < len(step.missing) <= 10_000
    assert "9,999,999,996 more" in (step.reason or "")


def test_a_gap_makes_only_its_own_step_uncertain() -> None:
    certain = [step.certain for step in steps_of(routing(1, OWN), routing(2, A), routing(4, B), routing(5, OWN + ",C"))]
    assert certain == [True, False, True]


REPEATS: list[tuple[str, list[str], list[bool]]] = [
    ("an event with its own snapshot", ["E", "E,a", "E,b", "E,c"], [True, True, True]),
    (
        "an event fired twice, the second time without its own",
        ["E", "E,a", "E,b", "E,a", "E,b"],
        [True, True, False, False],
    ),
    ("an agent twice in a row", ["E", "E,a", "E,a"], [True, False]),
    ("a new agent in the second run", ["E", "E,a", "E,a", "E,c"], [True, False, True]),
    ("an event fired twice with its own", ["E", "E,a", "E", "E,a"], [True, True, True]),
    ("the same agent in two events", ["E", "E,a", "F", "F,a"], [True, True, True]),
    ("an event without its own", ["E", "E,a", "F,a"], [True, False]),
    ("further agents of an event without its own", ["E", "F,a", "F,b", "F,c"], [False, False, False]),
    ("an event that comes again after another, with its own", ["E", "E,a", "F", "F,a", "E", "E,a"], [True] * 5),
    ("an event that comes again after another, without", ["E", "E,a", "F", "F,a", "E,a"], [True, True, True, False]),
    ("agents named alike but for letter case are two", ["E", "E,a", "E,A"], [True, True]),
]


@pytest.mark.parametrize(("sources", "certain"), [case[1:] for case in REPEATS], ids=[case[0] for case in REPEATS])
def test_an_agent_whose_event_has_no_snapshot_of_its_own_since_it_ran(sources: list[str], certain: list[bool]) -> None:
    steps = steps_of(*(routing(number, source) for number, source in enumerate(sources, 1)))
    assert [step.certain for step in steps] == certain
    assert all((step.reason is None) is step.certain and step.missing == [] for step in steps)


MULTIPART = (
    b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n'
)
INNER = MULTIPART.replace(
    b"\r\n\r\none\r\n", b'\r\nContent-Type: multipart/alternative; boundary="i"\r\n\r\n--i\r\n\r\none\r\n--i--\r\n'
)
INNER_OPEN = INNER.replace(b"--i--\r\n", b"")
OPEN = MULTIPART.removesuffix(b"--b--\r\n")
BODY = MULTIPART.index(b"\r\n\r\n") + 4

# what it is, the two files, a word of the reason (None where the step is certain)
SHORT: list[tuple[str, File, File, str | None]] = [
    ("an empty file", routing(1, OWN), Raw("Routing0002.eml"), "Routing0002.eml"),
    ("from an empty file", Raw("Original.eml"), receive(1, "OnEndOfData"), "Original.eml"),
    ("a block without its end line", routing(1, OWN), routing(2, A, b"", cut=len(END)), "end line"),
    ("from one without its end line", routing(1, OWN, b"", cut=len(END)), routing(2, A), "end line"),
    ("an Original broken off", File("Original.eml", mail=b"", cut=len(END)), receive(1, "OnEndOfData"), None),
    ("an Original with a header alone", File("Original.eml", mail=HEADERS), receive(1, "OnEndOfData"), None),
    ("a header without its blank line", routing(1, OWN), routing(2, A, HEADERS), "blank line"),
    ("from such a header", routing(1, OWN, HEADERS), routing(2, A), "blank line"),
    ("a header cut in a name", routing(1, OWN), routing(2, A, HEADERS + b"Conte"), "blank line"),
    ("a headers-only one", receive(1, "OnEndOfHeaders", HEADERS), receive(2, "OnEndOfHeaders,X", HEADERS), None),
    ("a body cut elsewhere", routing(1, OWN), routing(2, A, MAIL[:-4]), None),
    ("an empty body", routing(1, OWN), routing(2, A, HEADERS + b"\r\n"), None),
    ("a multipart that lost its closing delimiter", routing(1, OWN, MULTIPART), routing(2, A, OPEN), "delimiter"),
    ("a multipart that got it back", routing(1, OWN, OPEN), routing(2, A, MULTIPART), "delimiter"),
    ("cut in the closing delimiter", routing(1, OWN, MULTIPART), routing(2, A, MULTIPART[:-3]), "delimiter"),
    ("cut behind the closing delimiter", routing(1, OWN, MULTIPART), routing(2, A, MULTIPART[:-2]), None),
    ("cut in the first delimiter", routing(1, OWN, MULTIPART), routing(2, A, MULTIPART[: BODY + 3]), "delimiter"),
    ("cut in a part", routing(1, OWN, MULTIPART), routing(2, A, MULTIPART[: BODY + 10]), "delimiter"),
    ("cut behind a delimiter", routing(1, OWN, MULTIPART), routing(2, A, MULTIPART[: BODY + 15]), "delimiter"),
    ("an inner multipart that lost it", routing(1, OWN, INNER), routing(2, A, INNER_OPEN), "delimiter"),
    ("unclosed on both sides", routing(1, OWN, OPEN), routing(2, A, OPEN + b"more"), None),
    ("unclosed and equal", routing(1, OWN, OPEN), routing(2, A, OPEN), None),
    ("a multipart where there was none", routing(1, OWN), routing(2, A, OPEN), None),
]


@pytest.mark.parametrize(("before", "after", "word"), [case[1:] for case in SHORT], ids=[case[0] for case in SHORT])
def test_a_short_file_on_either_side(before: File, after: File, word: str | None) -> None:
    step = last_step(before, after)
    assert (step.certain, step.missing) == (word is None, [])
    assert (step.reason or "none").count(word or "none") >= 1


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_multipart_cut_before_its_first_delimiter_is_short_too(kept: int) -> None:
    cut = MULTIPART[: BODY + kept]
    assert not last_step(routing(1, OWN, MULTIPART), routing(2, A, cut)).certain
    assert not last_step(routing(1, OWN, cut), routing(2, A, MULTIPART)).certain


def test_a_short_file_makes_both_steps_beside_it_uncertain() -> None:
    steps = steps_of(routing(1, OWN), routing(2, A, HEADERS), routing(3, B), routing(4, OWN + ",C"))
    assert [step.certain for step in steps] == [False, False, True]


def test_several_reasons_are_all_told() -> None:
    step = last_step(ORIGINAL, routing(3, A, HEADERS))
    assert all(word in (step.reason or "") for word in ("Routing0001.eml", "blank line", OWN))


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


def trace_of(*files: File) -> Trace:
    loaded = [file.loaded() for file in files]
    return Trace(
        id="x",
        path="x",
        server=None,
        service=None,
        parent=None,
        message_id=None,
        network_message_id=None,
        subject=None,
        sender=None,
        recipients=[],
        snapshots=[each.snapshot for each in loaded],
        steps=steps_of(*files),
        findings=[],
        problems=[],
    )


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
