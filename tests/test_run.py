"""The whole flow: the same bytes whatever the workers and the folders' order, and what only the whole input tells."""

import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.context import BaseContext
from pathlib import Path
from zipfile import ZipFile

import pytest
from msgspec import UNSET

from snapdiff import work as module
from snapdiff import workers
from snapdiff.model import LoadedSnapshot, Problem, Trace
from snapdiff.read.listing import TraceFolder
from snapdiff.read.trace import load_trace
from snapdiff.run import Run

BEGIN = "X-CreatedBy: MessageSnapshot-Begin injected headers"
END = "X-EndOfInjectedXHeaders: MessageSnapshot-End injected headers"
START = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
HEAD = "Received: from a by b\r\nMessage-ID: <{id}@contoso.test>\r\nSubject: {subject}\r\nFrom: a@contoso.test\r\n\r\n"


def guid(number: int) -> str:
    return f"0a1b2c3d-0000-4000-8000-{number:012x}"


def mail(number: int = 1, subject: str = "Hello", body: str = "Body\r\n") -> str:
    return HEAD.format(id=number, subject=subject) + body


def snapshot(source: str, message: str, at: int = 0, status: str | None = None) -> bytes:
    """One snapshot file; `at` counts seconds."""
    time = (START + timedelta(seconds=at)).isoformat().replace("+00:00", "Z")
    envelope = (
        [f"X-MessageSnapshot-MessageStatus: {status}"] if status else ["X-Sender: a@b.test", "X-Receiver: c@d.test"]
    )
    lines = [BEGIN, f"X-MessageSnapshot-UTC-Time: {time}", f"X-MessageSnapshot-Source: {source}", *envelope, END]
    return ("\r\n".join(lines) + "\r\n" + ("" if status else message)).encode()


def trace(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True)
    for name, raw in files.items():
        (folder / f"{name}.eml").write_bytes(raw)
    return folder


def ordinary(number: int, at: int = 0, agents: Sequence[str] = ("A", "B")) -> dict[str, bytes]:
    """A message through one event; the second agent changes the subject."""
    files = {"Routing0001": snapshot("OnResolvedMessage", mail(number), at)}
    for place, agent in enumerate(agents, 2):
        subject = "Hello" if place == 2 else f"Hello {place}"
        files[f"Routing{place:04d}"] = snapshot(f"OnResolvedMessage,{agent}", mail(number, subject), at + place)
    return files


def whole(paths: Sequence[Path], jobs: int = 1, decoded: bool = False) -> tuple[list[bytes], list[Trace], str]:
    with Run(paths, jobs=jobs, decoded=decoded) as run:
        return list(run.encoded()), list(run.traces()), repr((run.journeys(), run.problems, run.unreadable))


def only(path: Path) -> Trace:
    _, traces, _ = whole([path])
    (found,) = traces
    return found


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Thirty traces, some with gaps, some broken, one a fork: enough for several chunks of work."""
    for number in range(30):
        files = ordinary(number, at=100 * (number * 7 % 30), agents=[f"Agent {number % 3}", "B", "C"])
        if number % 5 == 0:
            del files["Routing0002"]
        if number % 7 == 0:
            files["Routing0003"] = b""
        trace(tmp_path / "MessageSnapshots" / guid(number), files)
    return tmp_path


def test_the_number_of_workers_changes_no_byte(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pools: list[str] = []
    context = workers._context

    def counted() -> BaseContext:
        pools.append("pool")
        return context()

    monkeypatch.setattr(workers, "_context", counted)
    alone = whole([many])
    monkeypatch.setattr(module, "_CHUNK_SNAPSHOTS", 10)
    chunks = whole([many], jobs=1)
    assert pools == []
    spread = whole([many], jobs=2)
    assert pools == ["pool"]
    assert len(alone[0]) == 30
    assert alone == chunks == spread


def test_the_order_in_which_folders_were_made_changes_no_byte(many: Path, tmp_path: Path) -> None:
    folders = sorted((many / "MessageSnapshots").iterdir())
    random.Random(3).shuffle(folders)  # noqa: S311
    copy = tmp_path / "copy" / "MessageSnapshots"
    for folder in folders:
        files = sorted(folder.iterdir(), reverse=True)
        trace(copy / folder.name, {file.stem: file.read_bytes() for file in files})
    assert whole([copy]) == whole([many / "MessageSnapshots"])


def test_traces_come_by_time_of_the_first_snapshot_then_id_then_path(tmp_path: Path) -> None:
    times = {1: 50, 2: 10, 3: 10, 4: 0}
    for number, at in times.items():
        trace(tmp_path / "b" / guid(number), ordinary(number, at))
    trace(tmp_path / "a" / guid(3), ordinary(3, 10))
    order = [(found.id, found.path) for found in whole([tmp_path])[1]]
    assert order == [
        (guid(4), f"b/{guid(4)}"),
        (guid(2), f"b/{guid(2)}"),
        (guid(3), f"a/{guid(3)}"),
        (guid(3), f"b/{guid(3)}"),
        (guid(1), f"b/{guid(1)}"),
    ]


def test_encoded_traces_and_nouns_say_the_same(many: Path) -> None:
    encoded, traces, _ = whole([many])
    assert [json.loads(raw)["id"] for raw in encoded] == [found.id for found in traces]
    for raw, noun in zip(encoded, traces, strict=True):
        assert [step["candidates"] for step in json.loads(raw)["steps"]] == [step.candidates for step in noun.steps]


def test_a_run_can_be_gone_through_as_often_as_wanted(many: Path) -> None:
    with Run([many]) as run:
        assert list(run.encoded()) == list(run.encoded())
        assert list(run.traces()) == list(run.traces())


def test_candidates_come_from_every_trace_of_the_input(tmp_path: Path) -> None:
    gap = ordinary(1, agents=["A", "B"])
    del gap["Routing0002"]
    trace(tmp_path / guid(1), gap)
    trace(tmp_path / guid(2), ordinary(2, agents=["Zed", "A"]))
    other_event = {name: raw.replace(b"OnResolvedMessage", b"OnRoutedMessage") for name, raw in ordinary(3).items()}
    trace(tmp_path / guid(3), {name: raw.replace(b",B", b",Other") for name, raw in other_event.items()})
    by_id = {found.id: found for found in whole([tmp_path])[1]}
    (step,) = by_id[guid(1)].steps
    assert (step.agent, step.certain, step.missing) == ("B", False, ["Routing0002.eml"])
    assert step.candidates == ["B", "A", "Zed"]
    assert all(step.candidates == [] for step in by_id[guid(2)].steps)


def parent_and_fork(folder: Path, fork_at: int = 4, fork_subject: str = "Hello 3") -> tuple[Path, Path]:
    first = {"Original": snapshot("Original", mail()), **ordinary(1)}
    first["Routing0004"] = snapshot("OnRoutedMessage", mail(1, "Hello 3", "Body\r\nmore\r\n"), 9)
    fork = {
        "Routing0001": snapshot("OnRoutedMessage", mail(1, fork_subject), fork_at),
        "Routing0002": snapshot("OnRoutedMessage,C", mail(1, fork_subject), fork_at + 1),
    }
    return trace(folder / guid(1), first), trace(folder / guid(2), fork)


def test_a_fork_is_joined_with_its_parent(tmp_path: Path) -> None:
    parent_and_fork(tmp_path)
    parent, fork = whole([tmp_path])[1]
    assert parent.parent is None
    assert fork.parent is not None
    assert (fork.parent.trace, fork.parent.file) == (guid(1), "Routing0003.eml")
    step, later = fork.steps
    assert (step.from_, step.to, step.compared_with) == (None, "Routing0001.eml", "Routing0003.eml")
    assert (step.event, step.agent, step.certain, step.changes) == ("OnRoutedMessage", None, False, [])
    assert step.reason
    assert (later.from_, later.to) == ("Routing0001.eml", "Routing0002.eml")


def test_a_forks_first_step_tells_what_differs_from_the_parent(tmp_path: Path) -> None:
    parent_and_fork(tmp_path, fork_subject="Forked")
    _, fork = whole([tmp_path])[1]
    assert [(change.kind, change.name) for change in fork.steps[0].changes] == [("header.changed", "Subject")]
    (change,) = fork.steps[0].changes
    assert (change.before, change.after) == ("Hello 3", "Forked")
    assert change.after_span is not None
    raw = (tmp_path / guid(2) / "Routing0001.eml").read_bytes()
    assert raw[slice(*change.after_span)] == b"Subject: Forked\r\n"


def test_a_fork_without_its_parent_begins_without_a_step(tmp_path: Path) -> None:
    _, fork = parent_and_fork(tmp_path)
    found = only(fork)
    assert found.parent is None
    assert [step.from_ for step in found.steps] == ["Routing0001.eml"]


def test_traces_of_one_message_are_one_journey(tmp_path: Path) -> None:
    parent_and_fork(tmp_path)
    trace(tmp_path / guid(9), ordinary(9))
    with Run([tmp_path]) as run:
        assert sorted(sorted(journey.traces) for journey in run.journeys()) == [[guid(1), guid(2)], [guid(9)]]


@pytest.mark.skipif(os.name == "nt", reason="rights are set in another way there")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_rights_is_told(tmp_path: Path) -> None:
    folder = trace(tmp_path / guid(1), ordinary(1))
    (folder / "Routing0002.eml").chmod(0)
    with Run([tmp_path]) as run:
        assert run.unreadable


def test_an_unreadable_file_is_a_problem_and_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = trace(tmp_path / guid(1), ordinary(1, agents=["A", "B", "C"]))
    monkeypatch.setattr("snapdiff.read.files.MAX_BYTES", 100_000)
    (folder / "Routing0003.eml").write_bytes(snapshot("OnResolvedMessage,B", mail(1, body="x" * 200_000)))
    with Run([tmp_path]) as run:
        assert run.unreadable
        assert run.problems == []
        (found,) = run.traces()
    assert [(problem.path, problem.code) for problem in found.problems] == [(f"{guid(1)}/Routing0003.eml", "too-large")]
    assert [shot.file for shot in found.snapshots] == ["Routing0001.eml", "Routing0002.eml", "Routing0004.eml"]
    assert (found.steps[-1].missing, found.steps[-1].certain) == (["Routing0003.eml"], False)


def test_a_damaged_zip_member_is_a_problem_too(tmp_path: Path) -> None:
    path = tmp_path / "traces.zip"
    with ZipFile(path, "w") as archive:
        for name, raw in ordinary(1).items():
            archive.writestr(f"{guid(1)}/{name}.eml", raw)
    data = bytearray(path.read_bytes())
    at = data.index(b"Hello 3")
    data[at] ^= 1
    path.write_bytes(bytes(data))
    with Run([path]) as run:
        assert run.unreadable
        (found,) = run.traces()
    assert [problem.path.rpartition("/")[2] for problem in found.problems] == ["Routing0003.eml"]
    assert [shot.file for shot in found.snapshots] == ["Routing0001.eml", "Routing0002.eml"]


def test_where_all_was_read_nothing_is_unreadable(many: Path) -> None:
    with Run([many]) as run:
        assert not run.unreadable
        assert run.problems == []


def test_a_zip_says_what_the_folder_says(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    parent_and_fork(folder)
    path = tmp_path / "in.zip"
    with ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.eml")):
            archive.write(file, file.relative_to(folder).as_posix())
    assert whole([path])[0] == whole([folder])[0]


def test_the_decoded_view_comes_on_demand_and_only_where_something_changed(tmp_path: Path) -> None:
    trace(tmp_path / guid(1), ordinary(1))
    trace(tmp_path / guid(2), ordinary(2, at=60, agents=["A"]))
    changed, same = whole([tmp_path], decoded=True)[1]
    assert changed.decoded is not UNSET
    assert (changed.decoded.subject, changed.decoded.text_plain) == ("Hello 3", "Body")
    assert same.decoded is UNSET
    assert all(found.decoded is UNSET for found in whole([tmp_path])[1])
    assert b'"decoded"' not in b"".join(whole([tmp_path])[0])


def test_workers_bring_the_decoded_view_too(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = whole([many], decoded=True)
    monkeypatch.setattr(module, "_CHUNK_SNAPSHOTS", 30)
    assert whole([many], jobs=2, decoded=True) == alone


def test_any_change(tmp_path: Path) -> None:
    trace(tmp_path / "same" / guid(1), ordinary(1, agents=["A"]))
    trace(tmp_path / "changed" / guid(1), ordinary(1))
    for name, changed in (("same", False), ("changed", True)):
        with Run([tmp_path / name]) as run:
            assert run.any_change is changed


def test_progress_is_told_up_to_the_end(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CHUNK_SNAPSHOTS", 10)
    told: list[tuple[int, int]] = []
    with Run([many], jobs=1, progress=lambda done, total: told.append((done, total))):
        pass
    assert told == sorted(told)
    assert len(told) > 1
    assert told[-1] == (30, 30)


def test_the_trace_tells_of_the_last_snapshot_that_holds_a_message(tmp_path: Path) -> None:
    files = ordinary(1)
    files["Routing0004"] = snapshot("OnResolvedMessage,Quarantine", "", 9, status="Deleted")
    trace(tmp_path / "deleted" / guid(1), files)
    trace(tmp_path / "empty" / guid(2), ordinary(1) | {"Routing0004": b""})
    for name in ("deleted", "empty"):
        found = only(tmp_path / name)
        assert (found.message_id, found.subject, found.sender) == ("<1@contoso.test>", "Hello 3", "a@b.test")
        assert found.recipients == ["c@d.test"]


def test_what_is_odd_inside_a_trace_stands_there_and_names_its_file(tmp_path: Path) -> None:
    trace(tmp_path / guid(1), ordinary(1) | {"Routing0004": b"", "Routing0005": mail().encode()})
    found = only(tmp_path)
    assert [(problem.path, problem.code) for problem in found.problems] == [
        (f"{guid(1)}/Routing0004.eml", "empty-file"),
        (f"{guid(1)}/Routing0005.eml", "no-block"),
    ]
    assert [step.actor for step in found.steps[-2:]] == ["unknown", "unknown"]


def test_plain_mails_are_compared_in_the_order_given(tmp_path: Path) -> None:
    paths = []
    for name, subject in (("z.eml", "one"), ("a.eml", "two"), ("m.eml", "two")):
        (tmp_path / name).write_bytes(mail(subject=subject).encode())
        paths.append(tmp_path / name)
    _, (found,), _ = whole(paths)
    assert [(step.from_, step.to, len(step.changes)) for step in found.steps] == [
        ("z.eml", "a.eml", 1),
        ("a.eml", "m.eml", 0),
    ]
    assert [step.actor for step in found.steps] == ["unknown", "unknown"]
    assert (found.server, found.service, found.subject) == (None, None, "two")


def test_a_fault_of_the_program_stops_one_trace_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "MessageSnapshots"
    for name in ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"):
        (root / name).mkdir(parents=True)
        (root / name / "Original.eml").write_bytes(b"Subject: x\r\n\r\n")
    real = load_trace

    def failing(folder: TraceFolder, report: Callable[[Problem], None]) -> Iterator[LoadedSnapshot | None]:
        if folder.id.startswith("1"):
            raise RecursionError("too deep")
        return real(folder, report)

    monkeypatch.setattr("snapdiff.work.load_trace", failing)
    monkeypatch.delenv("SNAPDIFF_DEBUG", raising=False)
    with Run([root], jobs=1) as made:
        first, second = made.traces()
        assert [problem.code for problem in first.problems] == ["internal-error"]
        assert second.snapshots
        assert made.unreadable
