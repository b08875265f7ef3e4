"""The whole flow: folders are read, compared and encoded in workers, and come out as traces in the report's order.

A worker hands on encoded nouns, never mail. They wait in a temporary file that only its owner can read, and what
stays in memory is a small index a trace, so that memory does not grow with what the messages hold.
"""

import os
import sys
import tempfile
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from snapdiff.diff.message import Side
from snapdiff.diff.steps import Steps, forked, sides_of, with_candidates
from snapdiff.journey import TraceKey, journeys, parents
from snapdiff.model import DecodedView, Journey, LoadedSnapshot, Parent, Problem, Snapshot, Step, Trace
from snapdiff.read.listing import Listing, ReadFailed, TraceFolder
from snapdiff.read.names import parse_name
from snapdiff.read.snapshot import load_snapshot, parse_time
from snapdiff.read.trace import file_path, load_trace, message_facts
from snapdiff.read.walker import read_file, walk
from snapdiff.report.json_report import encode

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

    from snapdiff.drawn import Drawn

_SPOOL_IN_MEMORY = 8 * 1024 * 1024
_CHUNK_SNAPSHOTS = 200
"""Snapshots a worker takes at once; a run with no more of them is done without workers."""

_HARMLESS = frozenset({"given-twice", "no-snapshots", "single-mail"})
"""Problems of the listing that hide nothing: all that is there was read."""
_SUBJECT_IN_KEY = 200

Progress = Callable[[int, int], None]
"""Told how many traces are done, and how many there are."""


class Wanted(Struct, frozen=True):
    """What a trace brings beside the contract, each where something in its message changed.

    `decoded` is the decoded view of its last message, `views` what a drawn report shows (`views` and `blame`).
    """

    decoded: bool = False
    views: bool = False


CONTRACT_ALONE = Wanted()


class Digest(Struct, frozen=True):
    """What the main process keeps of a trace: its key, who ran at which event, and what still has to be filled in."""

    key: TraceKey
    id: str
    agents: tuple[tuple[str, str], ...]
    uncertain: bool
    unreadable: bool
    changed: bool


class Entry(Struct, frozen=True):
    """Where a trace's encoded noun waits in the spool (offset and length in bytes), with its digest."""

    digest: Digest
    offset: int
    length: int


class Run:
    """One run over one input. Use it as a context: the spool goes when it ends.

    `traces` gives the nouns one by one in the report's order, as often as wanted; `encoded` their JSON bytes. With
    `views` the nouns hold what only a drawn report needs (`Trace.views`, `Trace.blame`); the JSON never does.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        jobs: int | None = None,
        decoded: bool = False,
        progress: Progress | None = None,
        views: bool = False,
    ) -> None:
        self.listing: Listing = walk(paths)
        self._jobs = jobs
        self._wanted = Wanted(decoded, views)
        self._progress = progress or (lambda done, total: None)
        self._stack = ExitStack()
        self._entries: list[Entry] = []
        self._by_path: dict[str, Entry] = {}
        self._agents: dict[str, list[str]] = {}
        self._parents: dict[str, str] = {}
        self._unreadable = False

    def __enter__(self) -> "Run":
        self._spool = self._stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY))
        self._folders = {folder.path: folder for folder in self.listing.traces}
        self._read_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    @property
    def problems(self) -> list[Problem]:
        """What could not be found or opened; what is odd inside a trace stands in that trace."""
        return self.listing.problems

    @property
    def unreadable(self) -> bool:
        """Whether something could not be read, so that the report is not the whole truth."""
        return (
            self._unreadable
            or any(problem.code not in _HARMLESS for problem in self.problems)
            or any(entry.digest.unreadable for entry in self._entries)
        )

    @property
    def any_change(self) -> bool:
        """Whether anything changed in any trace."""
        return any(entry.digest.changed for entry in self._entries)

    def journeys(self) -> list[Journey]:
        """The traces of each message put together."""
        return journeys([entry.digest.key for entry in self._entries])

    def encoded(self) -> Iterator[bytes]:
        """Each trace as JSON, in the report's order: by time of the first snapshot, then id, then path."""
        for entry in self._entries:
            if self._wanted.views:
                yield encode(replace(self._filled(entry), views=UNSET, blame=UNSET))
            else:
                yield encode(self._filled(entry)) if self._unfinished(entry) else self._bytes(entry)

    def traces(self) -> Iterator[Trace]:
        """Each trace as a noun, in the same order."""
        for entry in self._entries:
            yield self._filled(entry)

    def _bytes(self, entry: Entry) -> bytes:
        self._spool.seek(entry.offset)
        return self._spool.read(entry.length)

    def _unfinished(self, entry: Entry) -> bool:
        return entry.digest.uncertain or entry.digest.key.path in self._parents

    def _filled(self, entry: Entry) -> Trace:
        """The trace with what only the whole input tells: candidates, and a fork's parent."""
        trace = msgspec.json.decode(self._bytes(entry), type=Trace)
        parent = self._parents.get(trace.path)
        if parent is not None:
            trace = self._with_parent(trace, parent)
        if not self._unfinished(entry):
            return trace
        trace = with_candidates(trace, self._agents)
        if trace.blame is UNSET:
            return trace
        from snapdiff.blame import with_owners

        return replace(trace, blame=with_owners(trace.blame, trace.steps))

    def _with_parent(self, trace: Trace, parent_path: str) -> Trace:
        """The fork with its parent, and a first step that compares the two where both can be read."""
        parent = msgspec.json.decode(self._bytes(self._by_path[parent_path]), type=Trace)
        first = trace.snapshots[0]
        left_at = _left_at(parent, first)
        if left_at is None:
            return trace
        try:
            before = _load(self._folders[parent_path], left_at)
            after = _load(self._folders[trace.path], first)
        except ReadFailed as failed:
            self._unreadable = True
            problem = Problem(file_path(parent_path, left_at.file), failed.code, failed.message)
            return replace(trace, parent=Parent(parent_path, left_at.file), problems=[*trace.problems, problem])
        step = forked(before, after)
        trace = replace(trace, parent=Parent(parent_path, left_at.file), steps=[step, *trace.steps])
        if not self._wanted.views or not step.changes or first.status is not None:
            return trace
        return _drawn_from(self._folders[trace.path], trace, sides_of(before, after))

    def _read_all(self) -> None:
        agents: dict[str, set[str]] = defaultdict(set)
        done, total = 0, len(self.listing.traces)
        at = 0
        for results in _results(self.listing.traces, self._jobs, self._wanted):
            for encoded, digest in results:
                self._spool.write(encoded)
                self._entries.append(Entry(digest, at, len(encoded)))
                at += len(encoded)
                for event, agent in digest.agents:
                    agents[event].add(agent)
            done += len(results)
            self._progress(done, total)
        self._entries.sort(key=_place)
        self._by_path = {entry.digest.key.path: entry for entry in self._entries}
        self._agents = {event: sorted(names) for event, names in agents.items()}
        found = parents([entry.digest.key for entry in self._entries])
        self._parents = dict(found.items())


def _place(entry: Entry) -> tuple[datetime, str, str]:
    return _time(entry.digest.key.from_time), entry.digest.id, entry.digest.key.path


def _time(text: str | None) -> datetime:
    """A snapshot's time; the beginning of time where it has none that can be read."""
    return (parse_time(text) if text else None) or datetime.min.replace(tzinfo=UTC)


def _left_at(parent: Trace, first: Snapshot) -> Snapshot | None:
    """The parent's snapshot that a fork left at: the last one before the fork's first, best one of the same message.

    By time alone, the parent may have gone on already.
    """
    earlier = [x for x in parent.snapshots if x.status is None and x.time and _time(x.time) <= _time(first.time)]
    same = [x for x in earlier if x.sha256 == first.sha256]
    found = same or earlier
    return found[-1] if found else None


def read_trace(folder: TraceFolder, wanted: Wanted = CONTRACT_ALONE) -> tuple[Trace, bool]:
    """Reads and compares one folder; also whether a file of it could not be read."""
    problems: list[Problem] = []
    drawn = _drawn() if wanted.views else None
    steps = Steps(folder.plain, drawn.watch if drawn else None)
    snapshots: list[Snapshot] = []
    told: list[Step] = []
    unreadable = False
    for loaded in load_trace(folder, problems.append):
        if loaded is None:
            unreadable = True
            continue
        snapshots.append(loaded.snapshot)
        if (step := steps.add(loaded)) is not None:
            told.append(step)
    problems.extend(Problem(file_path(folder.path, name), code, text) for name, code, text in steps.problems)
    last = steps.last_message
    facts = message_facts(last.message if last else b"")
    trace = Trace(
        id=folder.id,
        path=folder.path,
        server=folder.server,
        service=folder.service,
        parent=None,
        message_id=facts.message_id,
        network_message_id=facts.network_message_id,
        subject=facts.subject,
        sender=last.snapshot.sender if last else None,
        recipients=last.snapshot.recipients if last else [],
        snapshots=snapshots,
        steps=told,
        findings=[],
        problems=problems,
        decoded=_decoded_view(last, told) if wanted.decoded else UNSET,
        views=drawn.views() if drawn else UNSET,
        blame=drawn.blame(last.snapshot.file, told) if drawn and last else UNSET,
    )
    return trace, unreadable


def _drawn() -> "Drawn":
    from snapdiff.drawn import Drawn

    return Drawn()


def _drawn_from(folder: TraceFolder, trace: Trace, sides: tuple[Side, Side]) -> Trace:
    """The trace of a fork with views and blame that begin at its parent's snapshot; its first step is from there."""
    drawn = _drawn()
    drawn.watch(trace.steps[0], *sides)
    steps = Steps(folder.plain, drawn.watch)
    for loaded in load_trace(folder, lambda problem: None):
        if loaded is not None:
            steps.add(loaded)
    last = steps.last_message
    blame = drawn.blame(last.snapshot.file, trace.steps) if last else UNSET
    return replace(trace, views=drawn.views(), blame=blame)


def _decoded_view(last: LoadedSnapshot | None, steps: Sequence[Step]) -> DecodedView | UnsetType:
    if last is None or not any(step.changes for step in steps):
        return UNSET
    from snapdiff.mail.decoded import decoded_view

    return decoded_view(last.message) or UNSET


def _digest(trace: Trace, unreadable: bool) -> Digest:
    times = [snapshot.time for snapshot in trace.snapshots if snapshot.time]
    first = trace.snapshots[0] if trace.snapshots else None
    ran = {(x.event, x.agent) for x in trace.snapshots if x.event is not None and x.agent is not None}
    key = TraceKey(
        path=trace.path,
        server=trace.server,
        service=trace.service,
        message_id=trace.message_id,
        network_message_id=trace.network_message_id,
        subject=trace.subject[:_SUBJECT_IN_KEY] if trace.subject else None,
        from_time=times[0] if times else None,
        to_time=times[-1] if times else None,
        has_original=first is not None and first.stage == "Original",
        first_event_agent=first.agent if first else None,
        first_stage=first.stage if first else None,
    )
    return Digest(
        key=key,
        id=trace.id,
        agents=tuple(sorted(ran)),
        uncertain=any(not step.certain for step in trace.steps),
        unreadable=unreadable,
        changed=any(step.changes for step in trace.steps),
    )


def _work(folders: Sequence[TraceFolder], wanted: Wanted) -> list[tuple[bytes, Digest]]:
    """What a worker does: folders in, encoded nouns and their digests out."""
    out: list[tuple[bytes, Digest]] = []
    for folder in folders:
        trace, unreadable = read_trace(folder, wanted)
        out.append((encode(trace), _digest(trace, unreadable)))
    return out


def _results(folders: Sequence[TraceFolder], jobs: int | None, wanted: Wanted) -> Iterator[list[tuple[bytes, Digest]]]:
    """The work's results, a chunk at a time, in the order of the folders whatever the number of workers."""
    chunks = list(_chunks(folders))
    workers = min(jobs or available_cores(), len(chunks))
    if workers < 2:
        yield from (_work(chunk, wanted) for chunk in chunks)
        return
    from concurrent.futures import Future, ProcessPoolExecutor

    with ProcessPoolExecutor(workers, mp_context=_context()) as pool:
        waiting: deque[Future[list[tuple[bytes, Digest]]]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(_work, chunk, wanted))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _chunks(folders: Sequence[TraceFolder]) -> Iterator[list[TraceFolder]]:
    chunk: list[TraceFolder] = []
    snapshots = 0
    for folder in folders:
        chunk.append(folder)
        snapshots += len(folder.files)
        if snapshots >= _CHUNK_SNAPSHOTS:
            yield chunk
            chunk, snapshots = [], 0
    if chunk:
        yield chunk


def _context() -> "BaseContext":
    """Workers start by fork where the system has it and no other thread runs: they then need not import anew."""
    import multiprocessing
    import threading

    can_fork = sys.platform.startswith("linux") and threading.active_count() == 1
    return multiprocessing.get_context("fork" if can_fork else "spawn")


def available_cores() -> int:
    """How many processor cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))  # type: ignore[attr-defined,unused-ignore]
    except AttributeError:
        return os.cpu_count() or 1


def _load(folder: TraceFolder, noun: Snapshot) -> LoadedSnapshot:
    loaded, _ = load_snapshot(noun.file, read_file(folder, noun.file), parse_name(noun.file))
    return loaded
