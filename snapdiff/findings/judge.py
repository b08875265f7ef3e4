"""Watches the steps of one trace as they are compared, asks every detector, and words what they found.

What takes more than one trace to see is asked afterwards, of each journey.
"""

import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import chain

from msgspec import Struct

from snapdiff.findings.catalogue import catalogue, filled, short
from snapdiff.findings.register import (
    FOLLOWERS,
    JOURNEY_DETECTORS,
    SETUP_DETECTORS,
    STEP_DETECTORS,
    TRACE_DETECTORS,
    Follower,
    Found,
    Passing,
)
from snapdiff.mail.message import Message
from snapdiff.model import Finding, Journey, Snapshot, Step, Trace
from snapdiff.model.setup import SetUp

_TOLD_BETTER = {
    "SD232": ("SD207", "SD208"),
    "SD302": ("SD309",),
    "SD519": ("SD512", "SD514"),
}
"""A finding that takes a journey to see, and those by which one of its traces alone tells of the same thing."""


class Judge:
    """Takes the messages and steps of one trace in order; `findings` then gives what is known of them.

    It holds no mail beyond the step at hand, save the first whole message.
    """

    def __init__(self) -> None:
        load_detectors()
        self._followers: list[Follower] = [kind() for kind in FOLLOWERS]
        self._found: list[Found] = []
        self._first: Message | None = None

    def began(self, snapshot: Snapshot, message: Message) -> None:
        """The first snapshot that holds a message."""
        self._remember(message, snapshot.headers_only)
        for each in self._followers:
            each.began(snapshot, message)

    def passed(self, index: int, step: Step, sides: tuple[Message, Message], headers_only: tuple[bool, bool]) -> None:
        """One step that compared two messages; `headers_only` says of either whether it holds a header alone."""
        if step.changes:
            at = Passing(index, step, *sides, self._first, *headers_only)
            for detector in STEP_DETECTORS:
                self._found.extend(_at(found, index) for found in detector(at))
            for each in self._followers:
                each.passed(at)
        self._remember(sides[1], headers_only[1])

    def findings(self, trace: Trace) -> list[Finding]:
        """Every finding of the finished trace: those about the whole of it first, then step by step, by code."""
        found = list(self._found)
        for detector in TRACE_DETECTORS:
            found.extend(detector(trace))
        for each in self._followers:
            found.extend(each.ended(trace))
        found.sort(key=lambda one: (-1 if one.step is None else one.step, one.code))
        return [_worded(one, trace.steps) for one in found]

    def _remember(self, message: Message, headers_only: bool) -> None:
        if self._first is None and message.raw and not headers_only:
            self._first = message


def setup_findings(setup: SetUp) -> list[Finding]:
    """What is wrong with a set-up for tracing, by code."""
    load_detectors()
    found = [one for detector in SETUP_DETECTORS for one in detector(setup)]
    return [_worded(one, ()) for one in sorted(found, key=lambda one: one.code)]


class JourneyFindings(Struct, frozen=True):
    """What was found about a journey: about the whole of it, and about single traces, under their paths."""

    whole: list[Finding]
    of_traces: dict[str, list[Finding]]


def judge_journey(journey: Journey, traces: Sequence[Trace], lacks: Iterable[Found] = ()) -> JourneyFindings:
    """Every finding that it takes the journey to see. `traces` are its own, in its order.

    `lacks` is what is known already: what its logs lack.
    """
    load_detectors()
    whole: list[Finding] = []
    of_traces: dict[str, list[Finding]] = {}
    for found in chain(lacks, *(detector(journey, traces) for detector in JOURNEY_DETECTORS)):
        if found.trace is None:
            whole.append(_worded(found, ()))
        else:
            trace = traces[found.trace]
            of_traces.setdefault(trace.path, []).append(_worded(found, trace.steps))
    whole.sort(key=lambda finding: finding.code)
    return JourneyFindings(whole, of_traces)


def worded(found: Iterable[Found], trace: Trace | None = None) -> list[Finding]:
    """Findings of what was found out otherwise: of a trace, or where there is none, of the whole input."""
    return [_worded(one, trace.steps if trace is not None else ()) for one in found]


def with_findings(trace: Trace, more: Sequence[Finding]) -> list[Finding]:
    """The trace's findings and further ones about it, in the same order as ever.

    Where one of the further ones tells better what the trace alone could tell of the same changes, it stands alone.
    """
    places = {step.to: place for place, step in enumerate(trace.steps)}
    own = [one for one in trace.findings if not any(_tells_better(other, one) for other in more)]
    return sorted([*own, *more], key=lambda one: (places.get(one.step[1], -1) if one.step else -1, one.code))


def _tells_better(finding: Finding, than: Finding) -> bool:
    about_the_same = finding.step == than.step and not set(finding.flags).isdisjoint(than.flags)
    return about_the_same and than.code in _TOLD_BETTER.get(finding.code, ())


def _at(found: Found, index: int) -> Found:
    return replace(found, step=index) if found.step is None else found


@cache
def load_detectors() -> None:
    """Imports every module of `findings/detect`, so that its decorators run; in order of their names."""
    from snapdiff.findings import detect

    for module in sorted(pkgutil.iter_modules(detect.__path__), key=lambda module: module.name):
        import_module(f"{detect.__name__}.{module.name}")


def _worded(found: Found, steps: Sequence[Step]) -> Finding:
    """The finding as the report has it: the catalogue's texts filled with the evidence."""
    definition = catalogue()[found.code]
    step = steps[found.step] if found.step is not None else None
    evidence = {name: short(value) for name, value in found.evidence.items()}
    words = {"who": _who(step), "where": _where(step), **found.words, **evidence}
    return Finding(
        code=found.code,
        name=definition.name,
        severity=definition.severity,
        step=(step.from_ or "", step.to) if step else None,
        agent=step.agent if step is not None and step.certain and step.actor == "agent" else None,
        message=filled(definition, definition.message, words),
        evidence=evidence,
        fix=filled(definition, definition.fix, words),
        flags=_flags(found),
    )


def _who(step: Step | None) -> str:
    """Who did a step, to begin a sentence; where it can't be known, these words say so and name nobody."""
    if step is None:
        return ""
    if not step.certain:
        return f"Somebody (it can't be known who, between {step.from_ or 'the parent'} and {step.to})"
    named = {"agent": step.agent or "", "transport": "The transport service itself", "session": "The SMTP session"}
    return named.get(step.actor, "Somebody (the mails do not say who)")


def _where(step: Step | None) -> str:
    return f"{step.from_ or step.compared_with} to {step.to}" if step else ""


def _flags(found: Found) -> list[str]:
    """JSON pointers (RFC 6901) into the trace, or the journey, of the rows of the report that the finding is about."""
    if found.trace is None and found.rows:
        return [f"/events/{number}" for number in found.rows]
    if found.step is None:
        return []
    if not found.changes:
        return [f"/steps/{found.step}"]
    return [f"/steps/{found.step}/changes/{number}" for number in found.changes]
