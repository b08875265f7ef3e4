"""A journey's timeline: what comes before what, where each entry points, and that nothing is lost."""

import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace
from program import called
from rowmaker import row

from snapdiff.model import Change, Journey, Session, Snapshot, Step, TimelineEntry, Trace, TrackingRow
from snapdiff.timeline import timeline


def snapshot(file: str, time: str | None, agent: str | None = None) -> Snapshot:
    clock = f"2024-05-14T{time}Z" if time else None
    return Snapshot(file, "Routing", 1, "OnRoutedMessage", agent, clock, None, None, None, None, [], False, 1, 0, "s")


def step(to: str, agent: str | None = None, *changes: Change) -> Step:
    actor = "agent" if agent else "transport"
    return Step("before", to, "before", "e", agent, actor, True, None, [], [], 1, list(changes))  # type: ignore[arg-type]


def trace(path: str, snapshots: list[Snapshot], steps: list[Step]) -> Trace:
    return Trace(path, path, "MBX01", "transport", None, None, None, None, None, [], snapshots, steps, [], [])


def session(session_id: str, start: str | None, connector: str = "MBX01\\Default") -> Session:
    began = f"2024-05-14T{start}Z" if start else None
    return Session("RECV.LOG", "receive", session_id, connector, "", "", began, "later", [], [])


def journey(traces: list[Trace], rows: list[TrackingRow], sessions: list[Session], gaps: list[str]) -> Journey:
    return Journey(None, None, None, [one.path for one in traces], [], rows, sessions, [], gaps)


def short(entry: TimelineEntry) -> str:
    if entry.kind == "row":
        return f"row {entry.event}"
    if entry.kind == "session":
        return f"session {entry.session_id}"
    return f"gap {entry.text}" if entry.kind == "gap" else f"{entry.trace} {entry.file}"


ONE = trace(
    "a",
    [snapshot("1", "08:00:01"), snapshot("2", None), snapshot("3", "08:00:00.500"), snapshot("4", "08:00:03", "X")],
    [step("2"), step("3"), step("4", "X", Change("header.added"), Change("header.moved", cosmetic=True))],
)
OTHER = trace("b", [snapshot("1", None), snapshot("2", "08:00:03")], [step("2")])
UNDATED = trace("c", [snapshot("1", None)], [])
ROWS = [
    row("RECEIVE", "08:00:01", server_hostname="MBX01.x.test"),
    row("SEND", "08:00:03", client_hostname="MBX01", server_hostname="OUT"),
    replace(row("FAIL"), time=None),
]
SESSIONS = [session("s1", "08:00:01"), session("s2", None, "To the Internet")]


def test_everything_stands_once_in_its_order() -> None:
    found = timeline(journey([ONE, OTHER, UNDATED], ROWS, SESSIONS, ["no log"]), [UNDATED, OTHER, ONE])
    assert [short(entry) for entry in found] == [
        # At the same time: the session, the row, then the snapshots; each trace keeps its own order.
        "session s1",
        "row RECEIVE",
        "a 1",
        "a 2",
        "a 3",
        "row SEND",
        "a 4",
        "b 1",
        "b 2",
        # What has no time comes last.
        "session s2",
        "row FAIL",
        "c 1",
        "gap no log",
    ]


def test_the_order_of_the_traces_changes_nothing() -> None:
    traces = [ONE, OTHER, UNDATED]
    whole = journey(traces, ROWS, SESSIONS, [])
    mixed = random.Random(5).sample(traces, 3)  # noqa: S311
    assert timeline(whole, mixed) == timeline(whole, traces)


def test_an_entry_points_at_what_it_is_about() -> None:
    found = {short(entry): entry for entry in timeline(journey([ONE], ROWS, SESSIONS, []), [ONE])}
    last, first = found["a 4"], found["a 1"]
    assert (last.trace, last.file, last.agent, last.actor, last.certain, last.changes) == (
        "a",
        "4",
        "X",
        "agent",
        True,
        2,
    )
    assert (first.agent, first.actor, first.changes, first.step) == (None, UNSET, UNSET, UNSET)
    sent = found["row SEND"]
    assert (sent.file, sent.line, sent.event, sent.server, sent.row) == ("MSGTRK.LOG", 1, "SEND", "MBX01", ROWS[1])
    talk = found["session s1"]
    assert (talk.file, talk.session_id, talk.until, talk.server) == ("RECV.LOG", "s1", "later", "MBX01")
    assert found["session s2"].server is None


def test_a_row_stands_on_the_server_that_logged_it() -> None:
    rows = [row("RECEIVE", "08:00:01", client_hostname="EDGE", server_hostname="HUB")]
    rows.append(row("DELIVER", "08:00:02", client_hostname="HUB", server_hostname="MBX01"))
    assert [entry.server for entry in timeline(journey([], rows, [], []), [])] == ["HUB", "HUB"]


def test_a_gap_stands_behind_the_row_after_which_something_is_missing() -> None:
    rows = [
        row("RECEIVE", "08:00:01", server_hostname="MBX01"),
        row(
            "SEND",
            "08:00:02",
            client_hostname="MBX01",
            server_hostname="MBX02",
            connector_id="Intra-Organization SMTP Send Connector",
        ),
        row("SEND", "12:00:02", client_hostname="EDGE", server_hostname="OUT"),
    ]
    from snapdiff.track.gaps import gaps

    found = [short(entry)[:12] for entry in timeline(journey([], rows, [], gaps(rows)), [])]
    assert found == ["row RECEIVE", "row SEND", "gap MBX02 to", "gap Nothing ", "row SEND"]


def whole_sample(*arguments: str) -> Any:
    return called("samples", "--format", "json", *arguments).json()


def test_the_samples_timelines_hold_every_snapshot_row_and_session_and_no_copy_of_them() -> None:
    told = whole_sample()
    traces = {one["path"]: one for one in told["traces"]}
    assert any(journey.get("timeline") for journey in told["journeys"])
    for one in told["journeys"]:
        entries = one["timeline"]
        pointed = [(x["trace"], x["file"]) for x in entries if x["kind"] == "snapshot"]
        assert sorted(pointed) == sorted((path, y["file"]) for path in one["traces"] for y in traces[path]["snapshots"])
        rows = sorted((x["file"], x["line"]) for x in entries if x["kind"] == "row")
        assert rows == sorted((y["file"], y["line"]) for y in one["events"])
        talks = sorted((x["file"], x["session_id"]) for x in entries if x["kind"] == "session")
        assert talks == sorted((y["file"], y["session_id"]) for y in one["sessions"])
        assert [x["time"] for x in entries] == sorted(x["time"] for x in entries)
        assert not {"step", "row", "session"} & {key for x in entries for key in x}


def test_a_fork_stands_in_the_timeline_with_the_agent_that_split_it() -> None:
    (one,) = whole_sample("--subject", "hall 4")["journeys"]
    (copy,) = {x["trace"] for x in one["timeline"] if x["kind"] == "snapshot" and x["server"] == "MBX02"} - {
        one["traces"][0]
    }
    first = next(x for x in one["timeline"] if x.get("trace") == copy)
    assert (first["agent"], first["certain"]) == ("Transport Rule Agent", True)
    split = next(place for place, x in enumerate(one["timeline"]) if x.get("event") == "TRANSFER")
    assert one["timeline"][split + 1]["agent"] == "Transport Rule Agent"


def test_without_logs_there_is_no_timeline() -> None:
    told = called("samples/traces", "--format", "json").json()
    assert not any("timeline" in one for one in told["journeys"])


def test_filters_reach_the_timeline() -> None:
    (one,) = whole_sample("--subject", "hall 4", "--only", "envelope")["journeys"]
    assert sum(x.get("changes") or 0 for x in one["timeline"]) == 2
    (named,) = whole_sample("--subject", "hall 4", "--agent", "Journal Agent")["journeys"]
    assert {x["agent"] for x in named["timeline"] if "changes" in x} == {"Journal Agent"}


TIMES = st.one_of(st.none(), st.integers(0, 59).map(lambda second: f"08:00:{second:02d}"))


@given(
    st.lists(TIMES, max_size=6), st.lists(TIMES, max_size=6), st.lists(TIMES, max_size=4), st.lists(TIMES, max_size=4)
)
def test_nothing_is_lost_and_a_trace_keeps_its_order(
    first: list[str | None], second: list[str | None], rows: list[str | None], talks: list[str | None]
) -> None:
    traces = [
        trace(name, [snapshot(str(at), time) for at, time in enumerate(times)], [])
        for name, times in (("a", first), ("b", second))
    ]
    events = [replace(row("SEND"), time=time and f"2024-05-14T{time}Z", line=at) for at, time in enumerate(rows)]
    found = timeline(journey(traces, events, [session(str(at), time) for at, time in enumerate(talks)], ["g"]), traces)
    assert len(found) == len(first) + len(second) + len(rows) + len(talks) + 1
    for one in traces:
        assert [x.file for x in found if x.trace == one.path] == [x.file for x in one.snapshots]
    timed = [x.time for x in found if x.kind in ("row", "session")]
    assert timed == sorted(timed, key=lambda time: time or "~")
