"""A journey with its rows, and its traces one after the other, to what only they together tell."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import overload

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.findings.judge import judge_journey, with_findings
from snapdiff.model import Finding, Journey, Trace

_AT_HAND = 16
"""Traces of a journey that are in memory at once; a journey can have thousands."""


class Told(Struct, frozen=True):
    """What a journey tells of one of its traces."""

    findings: list[Finding]


class Traces(Sequence[Trace]):
    """The traces at these paths, each read when it is asked for, so that a few of them are in memory at once."""

    def __init__(self, paths: Sequence[str], read: Callable[[str], Trace]) -> None:
        self._paths = paths
        self._read = read
        self._at_hand: OrderedDict[int, Trace] = OrderedDict()

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


def told(journey: Journey, traces: Sequence[Trace]) -> tuple[Journey, dict[str, Told]]:
    """The journey with what was found about the whole of it, and what it tells of its traces, under their paths."""
    found = judge_journey(journey, traces)
    if found.whole:
        journey = replace(journey, findings=found.whole)
    return journey, {path: Told(findings) for path, findings in found.of_traces.items()}


def with_told(trace: Trace, more: Told) -> Trace:
    """The trace, as it came from its folder, with what its journey tells of it."""
    return replace(trace, findings=with_findings(trace, more.findings))
