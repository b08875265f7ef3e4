"""Findings that take more than one trace to see: they stand with the trace they are about, or with the journey."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tracemaker import guid, write_trace

from snapdiff.commands import report as commands
from snapdiff.findings import judge
from snapdiff.findings.register import Found
from snapdiff.model import Journey, Trace
from snapdiff.run import Entry, Run

ID = b"Message-Id: <1@x.test>\r\nX-MS-Exchange-Organization-Network-Message-Id: "
COPY = b"11111111-0000-0000-0000-000000000000\r\n"
CAME = b"Received: from a by b\r\n" + ID + COPY + b"Subject: Hello\r\n\r\nBody\r\n"
OTHER = CAME.replace(b"1111", b"2222")


def changed_twice(journey: Journey, traces: Sequence[Trace]) -> Iterator[Found]:
    """The last step that changed the body, where another trace changed it too; and a word about the journey."""
    places = [
        (at, step)
        for at, trace in enumerate(traces)
        for step, told in enumerate(trace.steps)
        if any(change.kind == "part.changed" for change in told.changes)
    ]
    if len(places) > 1:
        at, step = places[-1]
        yield Found("SD501", {"before": "one", "after": "two"}, (0,), step, trace=at)
        yield Found("SD501", {"before": "old", "after": "new"})


@pytest.fixture
def detector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "JOURNEY_DETECTORS", [changed_twice])


def write(folder: Path) -> None:
    """A message changed on two servers, and another one changed on one alone."""
    changed = CAME.replace(b"Body", b"Body 1")
    write_trace(folder / "EX1" / "Hub" / "PipelineTracing" / "MessageSnapshots", 1, [CAME, changed, changed])
    write_trace(folder / "EX2" / "Hub" / "PipelineTracing" / "MessageSnapshots", 2, [changed, changed, CAME])
    write_trace(folder / "EX2" / "Hub" / "PipelineTracing" / "MessageSnapshots", 3, [OTHER, OTHER + b"More\r\n"])


@pytest.mark.usefixtures("detector")
def test_a_finding_stands_with_its_trace_and_its_step(tmp_path: Path) -> None:
    write(tmp_path)
    with Run([tmp_path], jobs=1) as run:
        traces = {trace.path.rpartition("/")[2]: trace for trace in run.traces()}
        assert [len(traces[guid(number)].findings) for number in (1, 2, 3)] == [0, 1, 0]
        (found,) = traces[guid(2)].findings
        assert (found.agent, found.step, found.flags) == (
            "Agent 2",
            ("Routing0002.eml", "Routing0003.eml"),
            ["/steps/1/changes/0"],
        )
        (whole,) = [journey for journey in run.each_journey() if journey.findings]
        assert whole.findings
        assert [one.message for one in whole.findings] == [" changed the Message-Id from old to new."]
        assert len(whole.traces) == 2


@pytest.mark.usefixtures("detector")
@pytest.mark.parametrize("form", ["text", "markdown", "json", "html"])
def test_every_output_has_both(tmp_path: Path, form: str) -> None:
    write(tmp_path)

    def drawn(*ignore: str) -> str:
        file = tmp_path / "report"
        drawn = commands.Drawn(form, file, "never", decoded=False)
        commands.report([tmp_path], commands.Asked(ignore=ignore), drawn, 1, exit_code=False)
        return " ".join(file.read_text(encoding="utf-8").split())

    shown = drawn()
    assert "from one to two" in shown
    assert "from old to new" in shown
    assert "SD501" not in drawn("SD501")


@pytest.mark.usefixtures("detector")
def test_a_trace_that_stands_alone_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    decoded = Run._decoded

    def reading(run: Run, entry: Entry) -> Trace:
        read.append(entry.key.path)
        return decoded(run, entry)

    monkeypatch.setattr(Run, "_decoded", reading)
    write(tmp_path)
    with Run([tmp_path], jobs=1) as run:
        list(run.encoded())
    assert sorted({path.rpartition("/")[2] for path in read}) == [guid(1), guid(2)]
    assert len(read) == 2


def test_many_traces_are_not_in_memory_at_once() -> None:
    from snapdiff.across import Traces

    alive: list[int] = []

    def read(path: str) -> Trace:
        alive.append(int(path))
        return Trace(path, path, None, None, None, None, None, None, None, [], [], [], [], [])

    traces = Traces([str(number) for number in range(100)], read)
    assert [trace.path for trace in traces] == [str(number) for number in range(100)]
    assert traces[-1].path == "99"
    assert [trace.path for trace in traces[10:12]] == ["10", "11"]
    assert len(traces._at_hand) < 20
    assert len(alive) == 102
    with pytest.raises(IndexError):
        traces[100]
