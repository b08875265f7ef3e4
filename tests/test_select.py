"""Filters: which messages and changes each one leaves, and that none touches who did it and how sure that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from snapdiff.model import Change, Finding, Kind, Snapshot, Step, Trace
from snapdiff.select import KINDS, Selection, changed, choose, parse_classes

RULE, MALWARE = "Transport Rule Agent", "Malware Agent"


def snapshot(sender: str | None, recipients: list[str]) -> Snapshot:
    return Snapshot(
        file="Original.eml",
        stage="Original",
        sequence=None,
        event=None,
        agent=None,
        time=None,
        record_id=None,
        protocol_id=None,
        status=None,
        sender=sender,
        recipients=recipients,
        headers_only=False,
        size=0,
        message_offset=0,
        sha256="",
    )


def step(number: int, agent: str | None, *changes: Change, candidates: list[str] | None = None) -> Step:
    return Step(
        from_=f"Routing{number:04}.eml",
        to=f"Routing{number + 1:04}.eml",
        compared_with=f"Routing{number:04}.eml",
        event="OnResolvedMessage",
        agent=agent,
        actor="agent" if agent else "transport",
        certain=candidates is None,
        reason=None if candidates is None else "a file is missing",
        missing=[],
        candidates=candidates or [],
        elapsed_ms=None,
        changes=list(changes),
    )


def finding(agent: str | None, number: int | None) -> Finding:
    pair = None if number is None else (f"Routing{number:04}.eml", f"Routing{number + 1:04}.eml")
    return Finding("SD000", f"{agent}-{number}", "note", pair, agent, "", {}, "", [])


ADDED = Change("header.added", name="X-Foo")
MOVED = Change("header.moved", name="To", cosmetic=True)
SUBJECT = Change("header.changed", name="subject", before="Hello", after="[EXTERNAL] Hello")
BODY = Change("part.changed", part="1")
WRAPPED = Change("part.rewritten", part="1", cosmetic=True)
GONE = Change("envelope.recipient-removed", name="carol@contoso.com")
DELETED = Change("message.deleted")
EVERY = [ADDED, MOVED, SUBJECT, BODY, WRAPPED, GONE, DELETED]
TRACE = Trace(
    id="1",
    path="a/1",
    server="MBX01",
    service="transport",
    parent=None,
    message_id="<Abc.1@mail.contoso.com>",
    network_message_id="0f9d6f0e-1111-2222-3333-444455556666",
    subject="[EXTERNAL] Hello",
    sender="Anna@contoso.com",
    recipients=["bob@fabrikam.com"],
    snapshots=[
        snapshot("anna@old.example", ["bob@fabrikam.com", "carol@contoso.com"]),
        snapshot("Anna@contoso.com", ["bob@fabrikam.com"]),
    ],
    steps=[
        step(1, None, GONE),
        step(2, MALWARE),
        step(3, RULE, SUBJECT, BODY, MOVED),
        step(4, "Index Routing Agent", ADDED, candidates=["Index Routing Agent", MALWARE]),
        step(5, None, WRAPPED),
    ],
    findings=[finding(None, None), finding(RULE, 3), finding(MALWARE, 2), finding(None, 4), finding(None, 5)],
    problems=[],
)
NULL = replace(TRACE, sender="<>", subject=None, message_id=None, recipients=[], snapshots=[], steps=[])

MESSAGES: list[tuple[Selection, bool]] = [
    (Selection(), True),
    (Selection(message_id="<abc.1@MAIL.contoso.com>"), True),
    (Selection(message_id="Abc.1@mail.contoso.com"), True),
    (Selection(message_id="abc.1"), False),
    (Selection(message_id="abc.1@*"), True),
    (Selection(message_id="<abc.?@mail.contoso.com>"), True),
    (Selection(message_id="0F9D6F0E-1111-2222-3333-444455556666"), True),
    (Selection(subject="hello"), True),
    (Selection(subject="HELL?"), True),
    (Selection(subject="ell?"), False),
    (Selection(subject="[external]*"), True),
    (Selection(subject="[e]*"), False),
    (Selection(subject="bye"), False),
    (Selection(subject=""), True),
    (Selection(sender="anna@contoso.com"), True),
    (Selection(sender="nna@contoso.com"), False),
    (Selection(sender="anna@contoso.co"), False),
    (Selection(sender="ANNA"), True),
    (Selection(sender="@contoso.com"), True),
    (Selection(sender="anna@old.example"), True),
    (Selection(sender="*@contoso.com"), True),
    (Selection(sender="a??a@contoso.com"), True),
    (Selection(sender="<>"), False),
    (Selection(recipient="bob@fabrikam.com"), True),
    (Selection(recipient="CAROL@contoso.com"), True),
    (Selection(recipient="anna@contoso.com"), False),
    (Selection(agent="rule"), True),
    (Selection(agent="Rule*"), False),
    (Selection(agent="*rule*"), True),
    (Selection(agent="Journal Agent"), False),
    (Selection(sender="anna", recipient="bob", subject="hello", agent="malware"), True),
    (Selection(sender="anna", recipient="bob", subject="hello", agent="journal"), False),
    (Selection(changed_only=True), True),
    (Selection(changed_only=True, only=frozenset({"message"})), False),
    (Selection(changed_only=True, agent="transport rule", only=frozenset({"envelope"})), False),
    (Selection(only=frozenset({"message"})), True),
]


@pytest.mark.parametrize(("selection", "wanted"), MESSAGES)
def test_which_messages_are_wanted(selection: Selection, wanted: bool) -> None:
    assert (choose(TRACE, selection) is not None) == wanted


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        (Selection(sender="<>"), True),
        (Selection(sender="anna"), False),
        (Selection(subject="?*"), False),
        (Selection(subject="*"), False),
        (Selection(message_id="*"), True),
        (Selection(agent="*"), False),
        (Selection(changed_only=True), False),
        (Selection(), True),
    ],
)
def test_a_bounce_without_values(selection: Selection, wanted: bool) -> None:
    assert (choose(NULL, selection) is not None) == wanted


CHANGES: list[tuple[str, str, list[Change]]] = [
    ("", "", EVERY),
    ("header", "", [ADDED, MOVED, SUBJECT]),
    ("header,cosmetic", "", [ADDED, MOVED, SUBJECT, WRAPPED]),
    ("header", "cosmetic", [ADDED, SUBJECT]),
    ("cosmetic", "", [MOVED, WRAPPED]),
    ("", "cosmetic", [ADDED, SUBJECT, BODY, GONE, DELETED]),
    ("header.added", "", [ADDED]),
    ("*.moved", "", [MOVED]),
    ("part.re*,message", "", [WRAPPED, DELETED]),
    ("", "header,part", [GONE, DELETED]),
    ("envelope", "", [GONE]),
    ("part", "part", []),
    ("*", "", EVERY),
]


@pytest.mark.parametrize(("only", "ignore", "left"), CHANGES)
def test_which_changes_are_left(only: str, ignore: str, left: list[Change]) -> None:
    trace = replace(TRACE, steps=[step(1, RULE, *EVERY)])
    chosen = choose(trace, Selection(only=parse_classes(only), ignore=parse_classes(ignore)))
    assert chosen is not None
    assert chosen.steps[0].changes == left
    assert changed(chosen) == bool(left)


def test_an_agents_steps_and_findings() -> None:
    chosen = choose(TRACE, Selection(agent="malware"))
    assert chosen is not None
    assert chosen.steps == [TRACE.steps[1], TRACE.steps[3]]
    assert [found.name for found in chosen.findings] == ["None-None", f"{MALWARE}-2", "None-4"]


def test_what_no_filter_touches_is_handed_back_as_it_is() -> None:
    assert choose(TRACE, Selection()) is TRACE
    assert choose(TRACE, Selection(sender="anna", changed_only=True)) is TRACE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", set()),
        (" , ", set()),
        ("envelope,header", {"envelope", "header"}),
        (" Header , COSMETIC,header", {"header", "cosmetic"}),
        ("header.added,part.*", {"header.added", "part.*"}),
    ],
)
def test_classes(text: str, words: set[str]) -> None:
    assert parse_classes(text) == words


KNOWN = "is no class of change; known are envelope, header, part, message, cosmetic, and kinds such as header.added."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("headers", "'headers' is no class of change; did you mean header?"),
        ("cosmetics", "'cosmetics' is no class of change; did you mean cosmetic?"),
        ("header,body", "'body' is no class of change; did you mean part?"),
        ("header.add", "'header.add' is no class of change; did you mean header.added?"),
        ("xyzzy", f"'xyzzy' {KNOWN}"),
        ("x*", f"'x*' {KNOWN}"),
    ],
)
def test_unknown_classes(text: str, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the whole sentence is compared below)
        parse_classes(text)
    assert str(caught.value) == sentence


WORDS = st.frozensets(st.sampled_from(["envelope", "header", "part", "message", "cosmetic", "*.added", *KINDS]))
KIND_NAMES: list[Kind] = ["header.added", "part.moved", "envelope.sender-changed", "message.deleted"]
STEPS = st.lists(
    st.builds(
        step,
        st.integers(1, 9),
        st.sampled_from([None, RULE, MALWARE]),
        st.builds(Change, st.sampled_from(KIND_NAMES), cosmetic=st.booleans()),
        candidates=st.none() | st.just([RULE, MALWARE]),
    )
)


@given(steps=STEPS, only=WORDS, ignore=WORDS, agent=st.sampled_from([None, "rule", "Malware Agent"]))
def test_filters_take_away_and_never_alter(
    steps: list[Step], only: frozenset[str], ignore: frozenset[str], agent: str | None
) -> None:
    chosen = choose(replace(TRACE, steps=steps), Selection(agent=agent, only=only, ignore=ignore))
    left = iter(steps)
    for one in chosen.steps if chosen else []:
        assert any(replace(one, changes=[]) == replace(before, changes=[]) for before in left)
    kept = [change for one in (chosen.steps if chosen else []) for change in one.changes]
    assert all(change in [held for one in steps for held in one.changes] for change in kept)
    if chosen and not only and not ignore and agent is None:
        assert chosen.steps == steps


def test_a_glob_of_many_stars_does_not_go_back_over_the_text() -> None:
    assert choose(replace(TRACE, subject="a" * 20_000), Selection(subject="*a" * 30 + "*b")) is None
