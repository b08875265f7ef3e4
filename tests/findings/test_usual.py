"""SD111 to SD115: what is unusual in one trace beside the others, and what is said of all of them."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from program import snapdiff
from stepmaker import MAIL, File, receive, routing, trace_of
from tracemaker import guid

from snapdiff.findings.register import Found
from snapdiff.findings.usual import AgentRun, Seen, Usual, seen_of

EVENT, AGENT, LAST = "OnResolvedMessage", "Slow Agent", "OnCategorizedMessage"


def runs(*milliseconds: int | None, changed: bool = False) -> list[Seen]:
    return [
        Seen((AgentRun(3, EVENT, AGENT, elapsed, changed, sure=True),), (EVENT,), last_event=EVENT, last_file="x.eml")
        for elapsed in milliseconds
    ]


def told(seen: list[Seen], *, may_end: bool = False) -> list[list[Found]]:
    usual = Usual()
    kept = [usual.add("place", one) for one in seen]
    return [usual.of_trace("place", one, may_end=may_end) for one in kept]


SLOW = [
    ([20] * 8, [5_000], 1),
    ([20] * 7 + [40], [1_000], 1),
    ([20] * 8, [900], 0),
    ([20] * 6, [5_000], 0),
    ([900, 1_000, 1_100, 1_200] * 2, [3_000], 0),
    ([10, 500, 900, 2_000] * 2, [6_000], 0),
    ([1_000] * 8, [5_001], 1),
    ([20] * 8, [None], 0),
]


@pytest.mark.parametrize(("usual", "one", "count"), SLOW)
def test_a_run_that_was_slow(usual: list[int], one: list[int], count: int) -> None:
    *others, last = told(runs(*usual, *one))
    assert not any(others)
    assert [found.code for found in last] == ["SD111"] * count


def test_a_slow_run_is_told_with_what_is_usual() -> None:
    found = told(runs(*[20] * 7, 40, 5_240))[-1][0]
    assert found.step == 3
    assert found.evidence == {
        "took": "5.2 s",
        "event": EVENT,
        "usual": "20 ms",
        "three_of_four_up_to": "20 ms",
        "runs": "9",
    }


IDLE = [
    (runs(*[5] * 8), "Slow Agent, 8 runs"),
    (runs(*[5] * 7), None),
    ([*runs(*[5] * 8), *runs(5, changed=True)], None),
    ([*runs(*[5] * 8), Seen(unsure=(EVENT,))], None),
    ([*runs(*[5] * 8), Seen(unsure=("OnEndOfData",))], "Slow Agent, 8 runs"),
]


@pytest.mark.parametrize(("seen", "agents"), IDLE)
def test_agents_that_never_change_anything(seen: list[Seen], agents: str | None) -> None:
    usual = Usual()
    for one in seen:
        usual.add("place", one)
    assert [found.evidence["agents"] for found in usual.of_input()] == ([agents] if agents else [])


QUIET = Seen(quiet=(EVENT,), last_event=LAST, last_file="x.eml")
WHOLE = Seen(fired=(EVENT,), last_event=LAST, last_file="x.eml")
EARLY = Seen(last_event=EVENT, last_file="Routing0002.eml")
OTHERS = [
    ([WHOLE] * 8, QUIET, ["SD113"]),
    ([WHOLE] * 7, QUIET, []),
    ([WHOLE] * 8 + [QUIET] * 2, QUIET, []),
    ([WHOLE] * 8, EARLY, ["SD114"]),
    ([WHOLE] * 6, EARLY, []),
    ([WHOLE] * 8 + [EARLY] * 3, EARLY, []),
    ([WHOLE] * 8, Seen(last_event=EVENT, last_file="x", stopped=True), []),
    ([WHOLE] * 8, Seen(last_event="OnSomething", last_file="x"), []),
    ([WHOLE] * 8, Seen(last_event=EVENT, last_file="x", last="2024-03-01T10:00:00Z"), ["SD115"]),
    ([], Seen(last_event=EVENT, last_file="x", last="2024-03-01T10:00:00Z", short="it is empty"), ["SD115"]),
    ([], Seen(last_event=EVENT, last_file="x", last="2024-03-01T10:00:00Z"), []),
    (
        [Seen(last_event=LAST, last_file="x", last="2024-03-01T10:00:01Z")],
        Seen(last_event=EVENT, last_file="x", last="2024-03-01T10:00:00Z", short="it is empty"),
        [],
    ),
    (
        [Seen(last_event=LAST, last_file="x", last="2024-03-01T10:00:01Z\0")],
        Seen(last_event=EVENT, last_file="x", last="2024-03-01T10:00:00Z", short="it is empty"),
        ["SD115"],
    ),
]


@pytest.mark.parametrize(("others", "one", "codes"), OTHERS)
def test_a_trace_beside_the_others(others: list[Seen], one: Seen, codes: list[str]) -> None:
    assert [found.code for found in told([*others, one])[-1]] == codes


def test_the_parent_of_a_copy_can_end_anywhere() -> None:
    assert told([*[WHOLE] * 8, EARLY], may_end=True)[-1] == []


WAY = [
    *[receive(1, "OnEndOfData"), receive(2, "OnEndOfData,Busy")],
    *[routing(1, "OnSubmittedMessage"), routing(2, "OnSubmittedMessage,Busy")],
    *[routing(3, EVENT), routing(4, f"{EVENT},Busy")],
]


@pytest.mark.parametrize(("files", "codes"), [(WAY[:2], []), (WAY[:4], ["SD114"]), (WAY, [])])
def test_where_the_service_is_unknown_a_trace_may_be_one_of_delivery(
    tmp_path: Path, files: list[File], codes: list[str]
) -> None:
    for number in range(9):
        place = tmp_path / "MessageSnapshots" / guid(number)
        place.mkdir(parents=True)
        for file in WAY if number else files:
            (place / file.name).write_bytes(replace(file, at=number).raw())
    report = snapdiff(tmp_path, "--format", "json").json()
    found = {trace["id"]: [one["code"] for one in trace["findings"]] for trace in report["traces"]}
    assert found[guid(0)] == codes
    assert not any(told for folder, told in found.items() if folder != guid(0))


def test_traces_of_another_server_are_not_held_against_these() -> None:
    usual = Usual()
    for _ in range(8):
        usual.add("one", WHOLE)
    kept = usual.add("other", EARLY)
    assert usual.of_trace("other", kept) == []


@settings(deadline=None)
@given(st.permutations([*runs(5, 10, 1_000, 2_000, 4_000, None), QUIET, EARLY, *[WHOLE] * 8]))
def test_the_order_of_traces_says_nothing(seen: list[Seen]) -> None:
    def sums(given: list[Seen]) -> list[list[Found]]:
        usual = Usual()
        kept = [usual.add("place", one) for one in given]
        return [usual.of_input(), *sorted((usual.of_trace("place", one) for one in kept), key=repr)]

    assert sums(seen) == sums(sorted(seen, key=repr))


SEEN = [
    ([File("Original.eml"), receive(1, "OnEndOfData"), receive(2, "OnEndOfData,A")], (), ("OnEndOfData",), None),
    ([File("Original.eml"), receive(1, "OnEndOfData")], ("OnEndOfData",), (), None),
    ([routing(1, EVENT), routing(2, "OnRoutedMessage")], ("OnRoutedMessage",), (), None),
    ([File("Original.eml"), receive(1, "OnEndOfData", status="Deleted")], (), (), None),
    ([routing(1, EVENT), routing(2, f"{EVENT},A", cut=9)], (), (EVENT,), "its header has no blank line behind it"),
]


@pytest.mark.parametrize(("files", "quiet", "fired", "short"), SEEN)
def test_what_is_seen_of_a_trace(
    files: list[File], quiet: tuple[str, ...], fired: tuple[str, ...], short: str | None
) -> None:
    seen = seen_of(trace_of(*files))
    assert (seen.quiet, seen.fired, seen.short) == (quiet, fired, short)


def write(folder: Path, slow: int | None) -> Path:
    """Nine messages that two agents looked at; in one of them one took seven seconds."""
    for number in range(9):
        place = folder / "MessageSnapshots" / guid(number)
        place.mkdir(parents=True)
        changed = MAIL.replace(b"Hello", b"Bye")
        late = 7_000 if number == slow else 0
        files = [
            routing(1, EVENT, at=0),
            routing(2, f"{EVENT},Idle", at=10),
            routing(3, f"{EVENT},Busy", changed, at=20 + late),
            routing(4, f"{EVENT},Index Routing Agent", changed, at=30 + late),
        ]
        for file in files:
            (place / file.name).write_bytes(file.raw())
    return folder


def test_every_output_tells_it(tmp_path: Path) -> None:
    folder = write(tmp_path, slow=4)
    report = snapdiff(folder, "--format", "json").json()
    codes = [[finding["code"] for finding in trace["findings"]] for trace in report["traces"]]
    assert codes == [["SD111"] if number == 4 else [] for number in range(9)]
    (slow,) = report["traces"][4]["findings"]
    assert (slow["agent"], slow["flags"]) == ("Busy", ["/steps/1"])
    assert slow["message"].startswith("Busy took 7.0 s at OnResolvedMessage; usual here are 10 ms (median of 9 runs")
    assert [(one["code"], one["agent"]) for one in report["findings"]] == [("SD112", None)]
    assert report["findings"][0]["message"].endswith(" here: Idle, 9 runs.")  # the hidden agent is left out
    for form in ("text", "markdown", "html"):
        out = snapdiff(folder, "--format", form).out
        assert b"SD111" in out
        assert b"Over all messages" in out
        assert b"SD112" in out


def test_it_is_left_out_where_nothing_is_unusual_or_it_is_ignored(tmp_path: Path) -> None:
    folder = write(tmp_path, slow=None)
    report = snapdiff(folder, "--format", "json", "--ignore", "SD112").json()
    assert "findings" not in report
    assert not any(trace["findings"] for trace in report["traces"])
    assert b"Over all messages" not in snapdiff(folder, "--ignore", "SD112").out


def test_workers_change_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path, slow=4)
    outs = {snapdiff(folder, "--format", "json", "--jobs", jobs).out for jobs in ("1", "2")}
    assert len(outs) == 1
    assert outs.pop().count(b"SD111") == 1


def test_a_redacted_report_keeps_times_and_agents(tmp_path: Path) -> None:
    folder = write(tmp_path, slow=4)
    report = snapdiff(folder, "--format", "json", "--redact-key", "any key will do").json()
    (slow,) = report["traces"][4]["findings"]
    assert slow["message"].startswith("Busy took 7.0 s at OnResolvedMessage; usual here are 10 ms (median of 9 runs")
    assert report["findings"][0]["evidence"] == {"agents": "Idle, 9 runs"}
