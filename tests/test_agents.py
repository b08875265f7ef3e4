"""Sums over traces: order of running, counts, exact medians; and that neither order nor merging shows in the rows."""

import pickle
import statistics
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.agents import AgentRow, AgentTable
from snapdiff.model import Actor, Change, Step, Trace

RESOLVED = "OnResolvedMessage"


def step(
    agent: str | None,
    event: str | None = RESOLVED,
    elapsed: int | None = None,
    *changes: Change,
    actor: Actor | None = None,
    certain: bool = True,
) -> Step:
    return Step(
        from_="Routing0001.eml",
        to="Routing0002.eml",
        compared_with="Routing0001.eml",
        event=event,
        agent=agent,
        actor=actor or ("agent" if agent else "transport"),
        certain=certain,
        reason=None,
        missing=[],
        candidates=[],
        elapsed_ms=elapsed,
        changes=list(changes),
    )


def trace(*steps: Step, path: str = "a") -> Trace:
    return Trace(
        id=path,
        path=path,
        server=None,
        service="transport",
        parent=None,
        message_id=None,
        network_message_id=None,
        subject=None,
        sender=None,
        recipients=[],
        snapshots=[],
        steps=list(steps),
        findings=[],
        problems=[],
    )


def table(*traces: Trace) -> AgentTable:
    made = AgentTable()
    for one in traces:
        made.add(one)
    return made


def runs(*letters: str) -> list[Trace]:
    """One trace for each text, in which the agents with these one-letter names ran in this order."""
    return [trace(*(step(letter if letter != "-" else None) for letter in text)) for text in letters]


ORDERS: list[tuple[str, list[Trace], str]] = [
    ("nothing", [], ""),
    ("one trace", runs("CAB"), "CAB"),
    ("a fork that begins in the middle", runs("CAB", "AB", "B"), "CAB"),
    ("forks alone", runs("AB", "CA"), "CAB"),
    ("an agent missing in between", runs("CB", "CAB"), "CAB"),
    ("the event fires twice without a snapshot of its own", runs("CABCAB"), "CAB"),
    ("the event fires twice, with its own snapshot", runs("-CAB-CAB"), "CAB"),
    ("priorities were changed: what was seen more often", runs("BA", "AB", "BA"), "BA"),
    ("seen equally often: by name", runs("BA", "AB"), "AB"),
    ("never seen in one run: by name", runs("B", "A", "C"), "ABC"),
    ("a circle", runs("BC", "CD", "DB"), "BCD"),
]


@pytest.mark.parametrize(("traces", "order"), [case[1:] for case in ORDERS], ids=[case[0] for case in ORDERS])
def test_order_within_an_event(traces: list[Trace], order: str) -> None:
    assert "".join(row.agent for row in table(*traces).rows() if row.agent) == order


def test_events_stand_in_pipeline_order_and_service_before_agents() -> None:
    events = ["OnXyz", None, "OnCategorizedMessage", "OnRoutedMessage", RESOLVED, "OnSubmittedMessage", "OnAbc"]
    events += ["OnEndOfData", "OnEndOfHeaders"]
    steps = [step("A", event) for event in events]
    steps += [
        step(None, "OnEndOfData"),
        step(None, "OnEndOfHeaders", actor="session"),
        step(None, None, actor="unknown"),
    ]
    assert [(row.event, row.actor, row.agent, row.order) for row in table(trace(*steps)).rows()] == [
        ("OnEndOfHeaders", "session", None, 1),
        ("OnEndOfHeaders", "agent", "A", 2),
        ("OnEndOfData", "transport", None, 1),
        ("OnEndOfData", "agent", "A", 2),
        ("OnSubmittedMessage", "agent", "A", 1),
        (RESOLVED, "agent", "A", 1),
        ("OnRoutedMessage", "agent", "A", 1),
        ("OnCategorizedMessage", "agent", "A", 1),
        ("OnAbc", "agent", "A", 1),
        ("OnXyz", "agent", "A", 1),
        (None, "agent", "A", 1),
        (None, "unknown", None, 2),
    ]


def test_sums_of_one_agent() -> None:
    added, moved = Change("header.added", name="X"), Change("header.moved", name="To", cosmetic=True)
    rows = table(
        trace(step("A", RESOLVED, 5, moved, added, added), step("A", RESOLVED, 9), path="b"),
        trace(step("A", RESOLVED, 9, added), step("A", RESOLVED, 500, certain=False), step("A"), path="a"),
    ).rows()
    assert rows == [
        AgentRow(
            event=RESOLVED,
            actor="agent",
            agent="A",
            order=1,
            runs=5,
            changed=2,
            uncertain=1,
            kinds={"header.added": 3, "header.moved": 1},
            timed=3,
            median_ms=9.0,
            worst_ms=9,
            worst_trace="a",
        )
    ]
    assert list(rows[0].kinds) == ["header.added", "header.moved"]


def test_no_time_known() -> None:
    row = table(trace(step("A"))).rows()[0]
    assert (row.timed, row.median_ms, row.worst_ms, row.worst_trace) == (0, None, None, None)


@given(st.lists(st.integers(-5, 30), min_size=1))
def test_the_median_is_exact(times: list[int]) -> None:
    row = table(*(trace(step("A", RESOLVED, time)) for time in times)).rows()[0]
    assert row.median_ms == statistics.median(times)
    assert row.worst_ms == max(times)


STEPS = st.builds(
    step,
    st.sampled_from([None, "A", "B", "C"]),
    st.sampled_from([None, RESOLVED, "OnEndOfData"]),
    st.none() | st.integers(0, 3),
    certain=st.booleans(),
)
TRACES = st.lists(
    st.builds(lambda steps, path: trace(*steps, path=path), st.lists(STEPS), st.sampled_from("abc")), max_size=8
)


@given(traces=TRACES, cut=st.integers(0, 8), order=st.randoms(use_true_random=False))
def test_merging_in_any_order_gives_the_same_rows(traces: list[Trace], cut: int, order: Random) -> None:
    whole = table(*traces).rows()
    shuffled = list(traces)
    order.shuffle(shuffled)
    merged = pickle.loads(pickle.dumps(table(*shuffled[:cut])))  # noqa: S301 (as it comes back from a worker)
    merged.merge(table(*shuffled[cut:]))
    assert merged.rows() == whole
    assert sum(row.runs for row in whole) == sum(len(one.steps) for one in traces)


def test_a_long_chain_and_circle_of_agents_is_put_in_order() -> None:
    names = [f"{number:05}" for number in range(5000)]
    steps = [step(name) for name in reversed(names)]
    assert [row.agent for row in table(trace(*steps)).rows()] == names[::-1]
    circle = trace(step(names[0]), step(names[-1]))
    assert len(table(trace(*steps), circle, circle).rows()) == len(names)
