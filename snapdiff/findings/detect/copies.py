"""The traces of one message to recipients that left one of them because a copy was split off, which is another one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from snapdiff.findings.register import Found, of_journey
from snapdiff.model import Journey, Step, Trace

_LEFT = "envelope.recipient-removed"
_CAME = "envelope.recipient-added"
_NAMED = 3


@dataclass(frozen=True)
class _Taken:
    """Recipients that a step took out of the envelope; places of its trace and step, and since when they may be."""

    trace: int
    step: int
    changes: tuple[int, ...]
    recipients: tuple[str, ...]
    service: tuple[str | None, str | None]
    since: str


@dataclass(frozen=True)
class _Copy:
    """A trace that begins in the middle, for these recipients (in lower case)."""

    folder: str
    service: tuple[str | None, str | None]
    recipients: frozenset[str]
    began: str


@of_journey
def copies_split_off(_: Journey, traces: Sequence[Trace]) -> Iterator[Found]:
    """SD519: recipients that SD512 or SD514 missed, and that traces of copies begin with."""
    taken: list[_Taken] = []
    copies: list[_Copy] = []
    for place, trace in enumerate(traces):
        taken.extend(_taken(place, trace))
        first = trace.snapshots[0] if trace.snapshots else None
        if first is not None and first.stage != "Original" and first.time:
            recipients = frozenset(address.lower() for address in first.recipients)
            copies.append(_Copy(trace.path.rpartition("/")[2], (trace.server, trace.service), recipients, first.time))
    for one in taken:
        wanted = {address.lower() for address in one.recipients}
        fitting = [
            copy
            for copy in copies
            if copy.service == one.service and copy.began >= one.since and not wanted.isdisjoint(copy.recipients)
        ]
        if wanted <= {address for copy in fitting for address in copy.recipients}:
            evidence = {"removed": _listed(one.recipients), "folder": _listed([copy.folder for copy in fitting])}
            yield Found("SD519", evidence, one.changes, one.step, one.trace)


def _taken(place: int, trace: Trace) -> Iterator[_Taken]:
    times = {snapshot.file: snapshot.time for snapshot in trace.snapshots}
    for index, step in enumerate(trace.steps):
        numbers = tuple(number for number, change in enumerate(step.changes) if change.kind == _LEFT)
        since = times.get(step.from_ or "")
        if numbers and since and _may_split(step):
            gone = tuple(str(step.changes[number].before) for number in numbers)
            yield _Taken(place, index, numbers, gone, (trace.server, trace.service), since)


def _may_split(step: Step) -> bool:
    """Whether the step is one that SD512 or SD514 tells of."""
    resolved = step.actor == "transport" and step.event == "OnResolvedMessage"
    return step.actor != "session" and not resolved and all(change.kind != _CAME for change in step.changes)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
