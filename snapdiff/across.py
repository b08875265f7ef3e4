"""A journey with its rows, and its traces one after the other, to what only they together tell."""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import overload

from msgspec import UNSET, Struct
from msgspec.structs import replace

from snapdiff.attribution import attributed
from snapdiff.findings.judge import judge_journey, with_findings
from snapdiff.lacking import lacks
from snapdiff.model import AgentNote, Finding, Journey, Trace

_AT_HAND = 16
"""Traces of a journey that are in memory at once; a journey can have thousands."""


class Told(Struct, frozen=True):
    """What a journey tells of one of its traces; `logged` are notes of the log by the later file of their step."""

    findings: list[Finding]
    logged: Mapping[str, list[AgentNote]]


class JourneyTold(Struct, frozen=True):
    """What a journey tells: findings and notes of the log about the whole of it, and what is about single traces."""

    findings: list[Finding]
    logged: list[AgentNote]
    of_traces: dict[str, Told]


class Traces(Sequence[Trace]):
    """The traces at these paths, each read when it is asked for, so that a few of them are in memory at once."""

    def __init__(self, paths: Sequence[str], read: Callable[[str], Trace]) -> None:
        self._paths = paths
        self._read = read
        self._at_hand: OrderedDict[int, Trace] = OrderedDict()

    def with_logged(self, logged: Mapping[str, Mapping[str, list[AgentNote]]]) -> "Traces":
        """The same traces, each with notes of the log beside its steps: by path, then by a step's later file."""
        return Traces(self._paths, lambda path: _with_logged(self._read(path), logged.get(path, {})))

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, at: int) -> Trace: ...

    @overload
    def __getitem__(self, at: slice) -> "Traces": ...

    def __getitem__(self, at: "int | slice") -> "Trace | Traces":
        if isinstance(at, slice):
            return Traces(self._paths[at], self._read)
        at = range(len(self._paths))[at]
        trace = self._at_hand.pop(at, None) or self._read(self._paths[at])
        self._at_hand[at] = trace
        if len(self._at_hand) > _AT_HAND:
            self._at_hand.popitem(last=False)
        return trace


def tells(journey: Journey) -> bool:
    """Whether a journey can tell more than its one trace does."""
    return bool(journey.events or journey.sessions) or len(journey.traces) > 1


def told(journey: Journey, traces: Traces, rules: Mapping[str, str] | None = None) -> JourneyTold:
    """What a journey and its traces tell together. `rules` are transport rules' names by their ids, None: not given."""
    notes = attributed(journey, traces, rules)
    if notes.unplaced:
        journey = replace(journey, logged=notes.unplaced)
    traces = traces.with_logged(notes.of_steps) if notes.of_steps else traces
    found = judge_journey(journey, traces, lacks(journey, traces))
    paths = found.of_traces.keys() | notes.of_steps.keys()
    of_traces = {path: Told(found.of_traces.get(path, []), notes.of_steps.get(path, {})) for path in sorted(paths)}
    return JourneyTold(found.whole, notes.unplaced, of_traces)


def journey_with_told(journey: Journey, more: JourneyTold) -> Journey:
    """The journey with what is about the whole of it."""
    return replace(journey, findings=more.findings or UNSET, logged=more.logged or UNSET)


def with_told(trace: Trace, more: Told) -> Trace:
    """The trace, as it came from its folder, with what its journey tells of it."""
    return replace(_with_logged(trace, more.logged), findings=with_findings(trace, more.findings))


def _with_logged(trace: Trace, logged: Mapping[str, list[AgentNote]]) -> Trace:
    if not logged:
        return trace
    steps = [replace(step, logged=logged[step.to]) if step.to in logged else step for step in trace.steps]
    return replace(trace, steps=steps)
