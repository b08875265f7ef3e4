"""Which traces make one journey, and which trace a fork came from."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from snapdiff.journey import FORK_WAIT, JOIN_WINDOW, TraceKey, journeys, parents
from snapdiff.model import Leg

START = datetime(2024, 5, 14, 7, 0, tzinfo=UTC)


def at(seconds: float) -> str:
    return (START + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def key(
    path: str,
    begin: float | None = 0,
    last: float = 1,
    *,
    network: str | None = None,
    message: str | None = "<m@x>",
    server: str | None = None,
) -> TraceKey:
    """A trace that ran for `last` seconds from `begin` on."""
    return TraceKey(
        path=path,
        server=server,
        service=None,
        message_id=message,
        network_message_id=network,
        subject=None,
        from_time=None if begin is None else at(begin),
        to_time=None if begin is None else at(begin + last),
        has_original=True,
        first_event_agent=None,
    )


def grouped(*keys: TraceKey) -> list[tuple[str, ...]]:
    return [tuple(journey.traces) for journey in journeys(keys)]


WINDOW = JOIN_WINDOW.total_seconds()
HOUR = 3600.0


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        # The Network-Message-Id joins whatever else differs.
        ([key("a", 0, network="N", message="<1>"), key("b", 99 * HOUR, network="n ", message="<2>")], [("a", "b")]),
        ([key("b", None, network="N"), key("a", 0, network="N")], [("a", "b")]),
        ([key("a", 0, network="N1"), key("b", 1, network="N2")], [("a",), ("b",)]),
        ([key("a", 0, network="00000000-0000-0000-0000-000000000000"), key("b", 9 * HOUR)], [("a",), ("b",)]),
        # Message-Id and times, where one or both lack it.
        ([key("a", 0), key("b", 10)], [("a", "b")]),
        ([key("a", 0), key("b", 10, network="N")], [("a", "b")]),
        ([key("a", 0, 1), key("b", 1 + WINDOW)], [("a", "b")]),
        ([key("a", 0, 1), key("b", 1.001 + WINDOW)], [("a",), ("b",)]),
        ([key("a", 0, 9 * HOUR), key("b", 1), key("c", 9.5 * HOUR)], [("a", "b", "c")]),
        ([key("a", 0), key("b", 0, message="<other>")], [("a",), ("b",)]),
        ([key("a", 0, message=" <m@x> "), key("b", 1)], [("a", "b")]),
        # Two copies of one mail: what has no Network-Message-Id may belong to either.
        (
            [key("a", 0, network="N1"), key("b", 1), key("c", 2, network="N2"), key("d", 3)],
            [("a",), ("b", "d"), ("c",)],
        ),
        (
            [key("a", 0, network="N1"), key("b", 1), key("c", 5 * HOUR), key("d", 5 * HOUR, network="N2")],
            [("a", "b"), ("c", "d")],
        ),
        # The Network-Message-Id reaches over hours where times alone would not.
        (
            [key("a", 0), key("b", 1, network="N"), key("c", 9 * HOUR, network="N"), key("d", 9 * HOUR)],
            [("a", "b", "c", "d")],
        ),
        # Without an id, or without a time to go by: alone.
        ([key("a", 0, message=None), key("b", 0, message=None), key("c", 0, message=" ")], [("a",), ("b",), ("c",)]),
        ([key("a", None), key("b", None), key("c", 0)], [("c",), ("a",), ("b",)]),
        ([], []),
    ],
)
def test_what_belongs_to_one_message(keys: list[TraceKey], expected: list[tuple[str, ...]]) -> None:
    assert grouped(*keys) == expected


def test_a_journey_tells_its_ids_legs_and_what_joined_it() -> None:
    edge = replace(key("e", 0, server="EDGE01"), subject="Offer", service="edge")
    hub = replace(key("h", 2, 3, network="N-1", server="MBX01"), subject="[EXT] Offer", service="transport")
    delivery = replace(key("d", 6, network="N-1", server="MBX02"), service="mailbox-delivery")
    (journey,) = journeys([delivery, hub, edge])
    assert journey.message_id == "<m@x>"
    assert journey.network_message_id == "n-1"
    assert journey.subject == "Offer"
    assert journey.traces == ["e", "h", "d"]
    assert journey.legs == [
        Leg("EDGE01", "edge", "e", at(0), at(1)),
        Leg("MBX01", "transport", "h", at(2), at(5)),
        Leg("MBX02", "mailbox-delivery", "d", at(6), at(7)),
    ]
    assert journey.joined_by == ["network-message-id", "message-id and times"]
    assert (journey.events, journey.sessions, journey.gaps) == ([], [], [])


@pytest.mark.parametrize(
    ("keys", "joined_by"),
    [
        ([key("a")], []),
        ([key("a", network="N")], []),
        ([key("a", network="N"), key("b", network="N")], ["network-message-id"]),
        ([key("a"), key("b")], ["message-id and times"]),
        ([key("a"), key("b", network="N")], ["message-id and times"]),
    ],
)
def test_joined_by_names_what_was_needed(keys: list[TraceKey], joined_by: list[str]) -> None:
    assert [journey.joined_by for journey in journeys(keys)] == [joined_by]


@pytest.mark.parametrize("time", ["", "yesterday", "2024-05-14T25:00:00Z", "0001-01-01T00:00:00+23:59", "9" * 5000])
def test_a_time_that_is_none_does_no_harm(time: str) -> None:
    odd = replace(key("a"), from_time=time, to_time=time)
    assert sorted(path for group in grouped(odd, key("b", 9 * HOUR)) for path in group) == ["a", "b"]


def test_times_of_any_precision_and_zone_compare() -> None:
    one = replace(key("one"), from_time="2024-05-14T09:00:00+02:00", to_time="2024-05-14T07:00:01")
    two = replace(key("two"), from_time="2024-05-14T07:00:00.5Z", to_time="2024-05-14T07:00:00.1234567Z")
    assert grouped(two, one) == [("one", "two")]


def fork(path: str, begin: float | None, last: float = 1, **more: str | None) -> TraceKey:
    return replace(key(path, begin, last, **more), has_original=False)


WAIT = FORK_WAIT.total_seconds()


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([key("p", 0, 5), fork("f", 2)], {"f": "p"}),
        ([key("p", 0, 5), fork("f", 5 + WAIT)], {"f": "p"}),
        ([key("p", 0, 5), fork("f", 5.001 + WAIT)], {}),
        ([key("p", 0, 5), fork("f", 0)], {}),
        ([key("p", 3, 5), fork("f", 2)], {}),
        ([key("p", 0, 5), fork("f", 2, message="<other>")], {}),
        ([key("p", 0, 5, message=None), fork("f", 2, message=None)], {}),
        ([key("p", 0, 5), fork("f", None)], {}),
        ([key("p", None), fork("f", 2)], {}),
        ([key("p", 0, 5), key("f", 2)], {}),
        ([key("p", 0, 5), replace(fork("f", 2), first_event_agent="Journal Agent")], {}),
        ([key("p", 0, 5), replace(fork("f", 2), first_stage="SmtpReceive")], {}),
        ([key("p", 0, 5), replace(fork("f", 2), first_stage="Routing")], {"f": "p"}),
        # Never where two fit.
        ([key("p", 0, 5), key("q", 0, 5), fork("f", 2)], {}),
        ([key("p", 0, 1), key("q", 60, 1), fork("f", 60.5)], {"f": "q"}),
        ([key("p", 0, 5), fork("f", 2, 3), fork("g", 3)], {"f": "p"}),
        ([key("p", 0, 5), fork("f", 2, 3), fork("g", 2)], {"f": "p", "g": "p"}),
        # A fork of a fork.
        ([key("p", 0, 1), fork("f", 1, 60), fork("g", 30)], {"f": "p", "g": "f"}),
        # Servers, services and Network-Message-Ids agree where both are known.
        ([key("p", 0, 5, server="A"), fork("f", 2, server="B")], {}),
        ([key("p", 0, 5, server="a"), fork("f", 2, server="A")], {"f": "p"}),
        ([key("p", 0, 5), fork("f", 2, server="B")], {"f": "p"}),
        ([key("p", 0, 5, server="A"), fork("f", 2)], {"f": "p"}),
        ([key("p", 0, 5, server="A"), key("q", 0, 5, server="B"), fork("f", 2, server="B")], {"f": "q"}),
        ([key("p", 0, 5, server="A"), key("q", 0, 5, server="B"), fork("f", 2)], {}),
        ([key("p", 0, 5, network="N"), fork("f", 2, network="n")], {"f": "p"}),
        ([key("p", 0, 5, network="N"), fork("f", 2, network="M")], {}),
        ([replace(key("p", 0, 5), service="edge"), replace(fork("f", 2), service="transport")], {}),
        # A fork lies beside its parent.
        ([key("x/p", 0, 5), key("y/p", 0, 5), fork("x/f", 2), fork("y/f", 2)], {"x/f": "x/p", "y/f": "y/p"}),
        ([key("x/p", 0, 5), key("x/q", 0, 5), key("y/p", 0, 5), fork("x/f", 2)], {}),
        ([key("x/p", 0, 5), fork("y/f", 2)], {"y/f": "x/p"}),
    ],
)
def test_a_forks_parent_where_exactly_one_trace_fits(keys: list[TraceKey], expected: dict[str, str]) -> None:
    assert parents(keys) == expected
    assert parents(keys[::-1]) == expected


def test_a_parent_among_too_many_is_left_open() -> None:
    crowd = [key(f"s{number}/p", 0, 5, network=str(number)) for number in range(100)]
    assert parents([*crowd, key("x/p", 0, 5, network="N"), fork("x/f", 2, network="N")]) == {}


few = st.sampled_from
keys_at_random = st.lists(
    st.builds(
        TraceKey,
        path=st.text(few("abc/"), min_size=1, max_size=6),
        server=few([None, "A", "a", "B"]),
        service=few([None, "transport", "edge"]),
        message_id=few([None, "", "<1>", "<2>"]),
        network_message_id=few([None, "", "n1", "N1", "n2"]),
        subject=few([None, "s", "t"]),
        from_time=few([None, "?", at(0), at(5), at(900), at(4000), at(90_000)]),
        to_time=few([None, at(0), at(8), at(3000), at(90_001)]),
        has_original=st.booleans(),
        first_event_agent=few([None, None, "Agent"]),
        first_stage=few([None, "Routing", "SmtpReceive"]),
    ),
    unique_by=lambda trace: trace.path,
    max_size=25,
)


@given(keys_at_random, st.randoms(use_true_random=False))
def test_order_changes_nothing_and_every_trace_is_in_one_journey(keys: list[TraceKey], chance: random.Random) -> None:
    shuffled = keys.copy()
    chance.shuffle(shuffled)
    found = journeys(keys)
    assert journeys(shuffled) == found
    assert parents(shuffled) == parents(keys)
    assert sorted(path for journey in found for path in journey.traces) == sorted(trace.path for trace in keys)
    assert all([leg.trace for leg in journey.legs] == journey.traces for journey in found)


@given(keys_at_random)
def test_network_ids_never_mix_and_parents_came_before(keys: list[TraceKey]) -> None:
    by_path = {trace.path: trace for trace in keys}
    for journey in journeys(keys):
        ids = {(by_path[path].network_message_id or "").lower() for path in journey.traces} - {""}
        assert len(ids) <= 1
        assert (journey.joined_by != []) == (len(journey.traces) > 1)
    for path, parent in parents(keys).items():
        one, other = by_path[path], by_path[parent]
        assert one.message_id == other.message_id
        assert not one.has_original
        assert first_time(other) < first_time(one)


def first_time(trace: TraceKey) -> str:
    """The earlier of a trace's times: a clock can be set back while it runs."""
    return min(time for time in (trace.from_time, trace.to_time) if time and time != "?")
