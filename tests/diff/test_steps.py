"""Attribution, sentence by sentence of the contract's "Who did it": who made each step, and how sure that is."""

import pytest
from stepmaker import END, HEADERS, MAIL, ORIGINAL, OWN, A, B, File, Raw, last_step, receive, routing, steps_of

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
