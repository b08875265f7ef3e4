"""Sums over every trace of an input to what is unusual in one of them, and to what is said of the whole input.

Each trace comes as a `Seen`, small enough to cross from a worker; of the times only counts are kept, so that memory
does not grow with the input. Nothing depends on the order in which traces come.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from sys import intern
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.findings.hidden_agents import HIDDEN
from snapdiff.findings.register import Found
from snapdiff.findings.short_files import short_files
from snapdiff.model import Trace
from snapdiff.times import parse_time

if TYPE_CHECKING:
    from datetime import datetime

ENOUGH = 8
"""Runs, or traces, before anything is called usual."""
SLOW_MS = 1_000
"""No run that took less is called slow."""
_TIMES_SLOWER = 5
_MOST = 0.8
_SLOW_KEPT = 20
SMTP_EVENTS = ("OnEndOfHeaders", "OnEndOfData")
_EVENTS = (
    *SMTP_EVENTS,
    *("OnSubmittedMessage", "OnResolvedMessage", "OnRoutedMessage", "OnCategorizedMessage"),
)
"""The events that leave snapshots, in the order in which a message comes by them."""


class AgentRun(Struct, frozen=True):
    """One run of an agent: the index of its step, milliseconds (None where unknown), and whether it changed anything.

    `sure` is false where a step may hide something; its time then says nothing.
    """

    step: int
    event: str
    agent: str
    elapsed_ms: int | None
    changed: bool
    sure: bool


class Seen(Struct, frozen=True):
    """What of one trace the sums need.

    `fired` are events with runs of agents, `quiet` those whose own snapshot no agent followed, `unsure` those of steps
    that hold changes whose agent can't be known. `stopped` says that the message was deleted or deferred last, `short`
    names the last file where that ends short, `last` is the time of the last snapshot that has one.
    """

    runs: tuple[AgentRun, ...] = ()
    fired: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    last_event: str | None = None
    last_file: str | None = None
    last: str | None = None
    stopped: bool = False
    short: str | None = None


def seen_of(trace: Trace) -> Seen:
    """What the sums need of a finished trace."""
    if not trace.snapshots:
        return Seen()
    last = trace.snapshots[-1]
    event_of = {snapshot.file: snapshot.event for snapshot in trace.snapshots}
    unsure = {
        event
        for step in trace.steps
        if step.changes and not step.certain
        for event in (step.event, event_of.get(step.from_ or ""))
        if event is not None
    }
    ran = [
        AgentRun(index, step.event, step.agent, step.elapsed_ms, bool(step.changes), step.certain)
        for index, step in enumerate(trace.steps)
        if step.event is not None and step.agent is not None and step.actor == "agent"
    ]
    times = [snapshot.time for snapshot in trace.snapshots if snapshot.time]
    return Seen(
        runs=tuple(ran),
        fired=tuple(sorted({one.event for one in trace.snapshots if one.event is not None and one.agent is not None})),
        quiet=_quiet(trace),
        unsure=tuple(sorted(unsure)),
        last_event=last.event,
        last_file=last.file,
        last=times[-1] if times else None,
        stopped=last.status is not None,
        short=_short(trace),
    )


class Usual:
    """Takes what was seen of every trace; afterwards `of_trace` and `of_input` say what is unusual.

    Traces belong together in a `place`: one service on one server.
    """

    def __init__(self) -> None:
        self._times: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self._paces: dict[tuple[str, str], _Pace] = {}
        self._runs: Counter[str] = Counter()
        self._changed: set[str] = set()
        self._unsure: set[str] = set()
        self._events_of: dict[str, set[str]] = defaultdict(set)
        self._fired: Counter[tuple[str, str]] = Counter()
        self._quiet: Counter[tuple[str, str]] = Counter()
        self._ends: dict[str, Counter[str]] = defaultdict(Counter)
        self._newest: dict[str, datetime] = {}

    def add(self, place: str, seen: Seen) -> Seen:
        """Adds a trace to the sums, and gives what has to be kept of it until all are there."""
        self._paces.clear()
        for run in seen.runs:
            self._runs[run.agent] += 1
            self._events_of[run.agent].add(run.event)
            if run.changed:
                self._changed.add(run.agent)
            if run.sure and run.elapsed_ms is not None and run.elapsed_ms >= 0:
                self._times[run.event, run.agent][_rounded(run.elapsed_ms)] += 1
        self._unsure.update(seen.unsure)
        self._fired.update((place, event) for event in seen.fired)
        self._quiet.update((place, event) for event in seen.quiet)
        if seen.last_event in _EVENTS and not seen.stopped:
            self._ends[place][seen.last_event or ""] += 1
        if (time := parse_time(seen.last)) is not None:
            self._newest[place] = max(time, self._newest.get(place, time))
        slow = [run for run in seen.runs if run.sure and run.elapsed_ms is not None and run.elapsed_ms >= SLOW_MS]
        event, file = (intern(text) if text is not None else None for text in (seen.last_event, seen.last_file))
        return replace(seen, runs=tuple(slow[:_SLOW_KEPT]), fired=(), unsure=(), last_event=event, last_file=file)

    def of_trace(self, place: str, seen: Seen, *, may_end: bool = False) -> list[Found]:
        """What is unusual in one trace; `may_end` where it is no wonder that it ends before the others."""
        found = [*self._slow(seen)]
        newest = self._newest.get(place)
        is_newest = newest is not None and parse_time(seen.last) == newest
        usual_end = self._usual_end(place)
        early = usual_end is not None and not seen.stopped and not may_end and _before(seen.last_event, usual_end)
        if is_newest and seen.last_file is not None and (early or seen.short is not None):
            why = f"ends short ({seen.short})" if seen.short is not None else f"is the last, at {seen.last_event}"
            found.append(Found("SD115", {"snapshot": seen.last_file, "why": why}))
        elif early:
            evidence = {"last": seen.last_event or "", "usual": usual_end or "", "snapshot": seen.last_file or ""}
            found.append(Found("SD114", evidence))
        for event in seen.quiet:
            if is_newest and event == seen.last_event:
                continue
            fired, quiet = self._fired[place, event], self._quiet[place, event]
            if fired >= ENOUGH and fired >= _MOST * (fired + quiet):
                found.append(Found("SD113", {"event": event, "count": f"{fired:,}"}))
        return found

    def of_input(self) -> list[Found]:
        """What is said of the whole input: agents that somebody set up, that ran often and never changed anything."""
        idle = [
            (agent, runs)
            for agent, runs in sorted(self._runs.items())
            if runs >= ENOUGH and agent not in self._changed | HIDDEN and not self._events_of[agent] & self._unsure
        ]
        if not idle:
            return []
        agents = "; ".join(f"{agent}, {runs:,} runs" for agent, runs in idle)
        return [Found("SD112", {"agents": agents})]

    def _slow(self, seen: Seen) -> Iterator[Found]:
        for run in seen.runs:
            pace = self._pace(run.event, run.agent)
            if run.elapsed_ms is None or pace.runs < ENOUGH:
                continue
            low, median, high = pace.low, pace.median, pace.high
            if run.elapsed_ms > max(high + 3 * (high - low), _TIMES_SLOWER * median):
                evidence = {
                    "took": _seconds(run.elapsed_ms),
                    "event": run.event,
                    "usual": _seconds(median),
                    "three_of_four_up_to": _seconds(high),
                    "runs": f"{pace.runs:,}",
                }
                yield Found("SD111", evidence, step=run.step)

    def _pace(self, event: str, agent: str) -> "_Pace":
        """The usual times of an agent at an event, summed up once."""
        pace = self._paces.get((event, agent))
        if pace is None:
            times = self._times[event, agent]
            pace = _Pace(times.total(), *(_quantile(times, part) for part in (0.25, 0.5, 0.75)))
            self._paces[event, agent] = pace
        return pace

    def _usual_end(self, place: str) -> str | None:
        """The event that most traces of this place end with; None where there are too few, or they differ."""
        ends = self._ends[place]
        event, count = max(ends.items(), key=lambda one: (one[1], one[0]), default=("", 0))
        return event if ends.total() >= ENOUGH and count >= _MOST * ends.total() else None


class _Pace(Struct, frozen=True):
    """How many runs were timed, and the milliseconds that a quarter, half and three quarters of them took at most."""

    runs: int
    low: int
    median: int
    high: int


def _quiet(trace: Trace) -> tuple[str, ...]:
    """Events that fired while no agent left a snapshot; not the first event of a copy, whose agents may be done."""
    snapshots = [one for one in trace.snapshots if one.event is not None]
    whole = bool(trace.snapshots) and trace.snapshots[0].stage == "Original"
    first = snapshots[0].event if snapshots and not whole else None
    with_agents = {one.event for one in snapshots if one.agent is not None}
    alone = {
        one.event or ""
        for one in snapshots
        if one.agent is None and one.status is None and one.event not in with_agents and one.event != first
    }
    return tuple(sorted(alone))


def _short(trace: Trace) -> str | None:
    """Why the last file ends short; None where it does not, as far as its steps tell."""
    last = trace.snapshots[-1].file
    return next((short.why for short in short_files(trace) if short.file == last), None)


def _rounded(milliseconds: int) -> int:
    """To two digits from 100 on, so that there are few different times to count."""
    digits = len(str(milliseconds))
    unit = 10 ** max(digits - 2, 0) if digits > 2 else 1
    return milliseconds // unit * unit


def _quantile(times: Counter[int], part: float) -> int:
    """The smallest time that this part of all runs did not exceed."""
    wanted = part * times.total()
    done = 0
    for time in sorted(times):
        done += times[time]
        if done >= wanted:
            return time
    return 0


def _before(event: str | None, usual: str) -> bool:
    return event in _EVENTS and _EVENTS.index(event or "") < _EVENTS.index(usual)


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds:,} ms" if milliseconds < SLOW_MS else f"{milliseconds / 1000:,.1f} s"
