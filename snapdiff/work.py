"""What a worker does: folders of snapshots in, encoded traces and a small digest of each out.

A trace is read, compared and encoded in one worker, and only nouns leave it, never mail.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from snapdiff.diff.message import Side
from snapdiff.diff.steps import Steps
from snapdiff.findings.judge import Judge, load_detectors
from snapdiff.findings.usual import Seen, seen_of
from snapdiff.journey import IDS_KEPT, TraceKey
from snapdiff.mail.message import Message
from snapdiff.model import DecodedView, LoadedSnapshot, Problem, Snapshot, Step, Trace
from snapdiff.policy.asking import Asker
from snapdiff.policy.form import Policy
from snapdiff.read.listing import TraceFolder, unheard
from snapdiff.read.names import parse_name
from snapdiff.read.snapshot import load_snapshot
from snapdiff.read.trace import file_path, load_trace, message_facts
from snapdiff.read.walker import read_file
from snapdiff.report.json_report import encode
from snapdiff.signatures import SignatureWatch
from snapdiff.workers import available_cores, in_order

if TYPE_CHECKING:
    from snapdiff.drawn import Drawn

_CHUNK_SNAPSHOTS = 200
"""Snapshots a worker takes at once; a run with no more of them is done without workers."""

_SUBJECT_IN_KEY = 200


class Wanted(Struct, frozen=True):
    """What a trace brings beside the contract, each where something in its message changed.

    `decoded` is the decoded view of its last message, `views` what a drawn report shows (`views` and `blame`), `policy`
    what a check asks of the mail (`answers`).
    """

    decoded: bool = False
    views: bool = False
    policy: Policy | None = None


CONTRACT_ALONE = Wanted()


class Digest(Struct, frozen=True):
    """What the main process keeps of a trace: its key, who ran at which event, and what still has to be filled in.

    `seen` goes into the sums over the whole input.
    """

    key: TraceKey
    id: str
    agents: tuple[tuple[str, str], ...]
    uncertain: bool
    unreadable: bool
    changed: bool
    seen: Seen


def read_trace(folder: TraceFolder, wanted: Wanted = CONTRACT_ALONE) -> tuple[Trace, bool]:
    """Reads and compares one folder; also whether a file of it could not be read."""
    problems: list[Problem] = []
    drawn = _drawn() if wanted.views else None
    judge = Judge()
    signed = SignatureWatch()
    asker = Asker(wanted.policy) if wanted.policy is not None else None
    snapshots: list[Snapshot] = []
    told: list[Step] = []

    def watch(step: Step, before: Side, after: Side) -> None:
        sides, headers_only = (before.message, after.message), (before.headers_only, after.headers_only)
        judge.passed(len(told), step, sides, headers_only)
        signed.passed(step, sides, headers_only, is_cut=is_cut, unclosed=steps.unclosed)
        if drawn is not None:
            drawn.watch(step, before, after)
        if asker is not None:
            asker.passed(step, before.message, after.message)

    steps = Steps(folder.plain, watch)
    unreadable = is_cut = False
    for loaded in load_trace(folder, problems.append):
        if loaded is None:
            unreadable = True
            continue
        first = None
        if loaded.message and not any(snapshot.size > snapshot.message_offset for snapshot in snapshots):
            first = Message(loaded.message)
            judge.began(loaded.snapshot, first)
            signed.began(loaded.snapshot, first)
        is_cut = loaded.short is not None
        snapshots.append(loaded.snapshot)
        if (step := steps.add(loaded, first)) is not None:
            told.append(step)
    problems.extend(Problem(file_path(folder.path, name), code, text) for name, code, text in steps.problems)
    last, read = steps.last_message, steps.last_read
    facts = message_facts(read.header.fields if read else ())
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
        signatures=signed.traced() or UNSET,
        answers=asker.answers(read) if asker else UNSET,
    )
    return replace(trace, findings=judge.findings(trace)), unreadable


def _drawn() -> "Drawn":
    from snapdiff.drawn import Drawn

    return Drawn()


def drawn_from(folder: TraceFolder, trace: Trace, sides: tuple[Side, Side]) -> Trace:
    """The trace of a fork with views and blame that begin at its parent's snapshot; its first step is from there."""
    drawn = _drawn()
    drawn.watch(trace.steps[0], *sides)
    steps = Steps(folder.plain, drawn.watch)
    for loaded in load_trace(folder, unheard):
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


def _given_up(folder: TraceFolder, fault: Exception) -> Trace:
    """A trace that the program itself failed at: the rest goes on, and the report says so."""
    text = f"the program itself failed here ({type(fault).__name__}: {fault}); please report it"
    return Trace(
        id=folder.id,
        path=folder.path,
        server=folder.server,
        service=folder.service,
        parent=None,
        message_id=None,
        network_message_id=None,
        subject=None,
        sender=None,
        recipients=[],
        snapshots=[],
        steps=[],
        findings=[],
        problems=[Problem(folder.path, "internal-error", text)],
    )


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
        record_ids=_each_once(snapshot.record_id for snapshot in trace.snapshots),
        protocol_ids=_each_once(snapshot.protocol_id for snapshot in trace.snapshots),
    )
    return Digest(
        key=key,
        id=trace.id,
        agents=tuple(sorted(ran)),
        uncertain=any(not step.certain for step in trace.steps),
        unreadable=unreadable,
        changed=any(step.changes for step in trace.steps),
        seen=seen_of(trace),
    )


def _each_once(ids: Iterable[str | None]) -> tuple[str, ...]:
    """The ids in their order; where there are too many, the last ones."""
    return tuple(dict.fromkeys(one for one in ids if one))[-IDS_KEPT:]


def _work(folders: Sequence[TraceFolder], wanted: Wanted) -> list[tuple[bytes, Digest]]:
    """What a worker does: folders in, encoded nouns and their digests out."""
    out: list[tuple[bytes, Digest]] = []
    for folder in folders:
        try:
            trace, unreadable = read_trace(folder, wanted)
        except Exception as fault:
            if os.environ.get("SNAPDIFF_DEBUG"):
                raise
            trace, unreadable = _given_up(folder, fault), True
        out.append((encode(trace), _digest(trace, unreadable)))
    return out


def results(folders: Sequence[TraceFolder], jobs: int | None, wanted: Wanted) -> Iterator[list[tuple[bytes, Digest]]]:
    """The work's results, a chunk at a time, in the order of the folders whatever the number of workers."""
    chunks = list(_chunks(folders))
    workers = min(jobs or available_cores(), len(chunks))
    load_detectors()  # before the workers fork, so that each has them already
    return in_order(partial(_work, wanted=wanted), chunks, workers)


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


def load(folder: TraceFolder, noun: Snapshot) -> LoadedSnapshot:
    loaded, _ = load_snapshot(noun.file, read_file(folder, noun.file), parse_name(noun.file))
    return loaded
