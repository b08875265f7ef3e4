"""Traces to a table of the agents that ran: how often, what they changed, how long they took, in pipeline order.

Only sums are kept, so memory grows with the number of different agents and elapsed times, not with that of messages.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from msgspec import Struct

from snapdiff.model import Actor, Kind, Step, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable

EVENTS = (
    "OnEndOfHeaders",
    "OnEndOfData",
    "OnSubmittedMessage",
    "OnResolvedMessage",
    "OnRoutedMessage",
    "OnCategorizedMessage",
)
"""The events that leave snapshots, in the order in which the pipeline raises them."""

_EVENT_ORDER = {event: place for place, event in enumerate(EVENTS)}
_ACTOR_ORDER: dict[Actor, int] = {"session": 0, "transport": 1, "agent": 2, "unknown": 3}
_KINDS: tuple[Kind, ...] = get_args(Kind)


class AgentRow(Struct, frozen=True):
    """What one agent did in one event, over all traces; the SMTP session and the transport service have rows as well.

    `event` is that of the later snapshot: the transport service's row stands before the agents of the event it leads
    to. `order` counts the rows of one event from 1. `changed` and `uncertain` are numbers of runs, `kinds` numbers of
    changes in the order of the contract. Times are in milliseconds, over the `timed` runs: those that are certain and
    whose snapshots both have a time, since at a gap the time of others would be counted. `worst_trace` is the path of
    the trace with the worst time, the first by name where several share it.
    """

    event: str | None
    actor: Actor
    agent: str | None
    order: int
    runs: int
    changed: int
    uncertain: int
    kinds: dict[str, int]
    timed: int
    median_ms: float | None
    worst_ms: int | None
    worst_trace: str | None


class AgentTable:
    """Sums over traces. Tables may be filled in several processes and merged in any order: the rows are the same."""

    def __init__(self) -> None:
        self._sums: dict[_Key, _Sums] = {}
        self._followers: dict[str | None, Counter[tuple[str, str]]] = {}

    def add(self, trace: Trace) -> None:
        """Counts every step of a trace."""
        for step in trace.steps:
            key = (step.event, step.actor, step.agent if step.actor == "agent" else None)
            self._sums.setdefault(key, _Sums()).add(step, trace.path)
        for event, first, second in _neighbours(trace.steps):
            self._followers.setdefault(event, Counter())[first, second] += 1

    def merge(self, other: AgentTable) -> None:
        """Takes the sums of another table into this one."""
        for key, sums in other._sums.items():
            self._sums.setdefault(key, _Sums()).merge(sums)
        for event, pairs in other._followers.items():
            self._followers.setdefault(event, Counter()).update(pairs)

    def rows(self) -> list[AgentRow]:
        """One row an agent and event: events in pipeline order, then others by name; within one, the order of running.

        That order is read from which agent came right after which: it holds across forks, which begin in the middle.
        Where traces disagree, what was seen more often counts; agents that were never seen in one run stand by name.
        """
        rows: list[AgentRow] = []
        events: dict[str | None, list[_Key]] = {}
        for key in self._sums:
            events.setdefault(key[0], []).append(key)
        for event in sorted(events, key=_event_place):
            names = sorted(agent for _, actor, agent in events[event] if actor == "agent" and agent is not None)
            places = {name: place for place, name in enumerate(_in_order(names, self._followers.get(event, Counter())))}
            keys = sorted(events[event], key=lambda key: (_ACTOR_ORDER[key[1]], places.get(key[2] or "", -1)))
            rows += [self._sums[key].row(key, order) for order, key in enumerate(keys, 1)]
        return rows


_Key = tuple[str | None, Actor, str | None]


class _Sums:
    """The sums of one row; `elapsed` counts the runs at each number of milliseconds, so that the median is exact."""

    def __init__(self) -> None:
        self.runs = self.changed = self.uncertain = 0
        self.kinds: Counter[str] = Counter()
        self.elapsed: Counter[int] = Counter()
        self.worst: tuple[int, str] | None = None

    def add(self, step: Step, path: str) -> None:
        self.runs += 1
        self.changed += bool(step.changes)
        self.uncertain += not step.certain
        self.kinds.update(change.kind for change in step.changes)
        if step.certain and step.elapsed_ms is not None:
            self.elapsed[step.elapsed_ms] += 1
            self.worst = _worse(self.worst, (step.elapsed_ms, path))

    def merge(self, other: _Sums) -> None:
        self.runs += other.runs
        self.changed += other.changed
        self.uncertain += other.uncertain
        self.kinds.update(other.kinds)
        self.elapsed.update(other.elapsed)
        self.worst = _worse(self.worst, other.worst)

    def row(self, key: _Key, order: int) -> AgentRow:
        event, actor, agent = key
        return AgentRow(
            event=event,
            actor=actor,
            agent=agent,
            order=order,
            runs=self.runs,
            changed=self.changed,
            uncertain=self.uncertain,
            kinds={kind: self.kinds[kind] for kind in _KINDS if kind in self.kinds},
            timed=self.elapsed.total(),
            median_ms=_median(self.elapsed),
            worst_ms=self.worst[0] if self.worst else None,
            worst_trace=self.worst[1] if self.worst else None,
        )


def _worse(one: tuple[int, str] | None, other: tuple[int, str] | None) -> tuple[int, str] | None:
    """The longer time; of equal ones the first path, so that the order of adding does not show."""
    if one is None or other is None:
        return one or other
    return min(one, other, key=lambda time: (-time[0], time[1]))


def _median(counts: Counter[int]) -> float | None:
    """The median of values given by how often each occurs; of an even number, the mean of the two in the middle."""
    total, seen = counts.total(), 0
    below: int | None = None
    for value in sorted(counts):
        seen += counts[value]
        if below is None and seen * 2 >= total:
            below = value
        if below is not None and seen * 2 > total:
            return (below + value) / 2
    return None


def _neighbours(steps: Iterable[Step]) -> Iterable[tuple[str | None, str, str]]:
    """Event, agent, and the agent that ran right after it in the same run of that event.

    An agent that runs a second time begins a new run: an event that fires twice in a row has no snapshot of its own
    between (reference: the event's own snapshot is left out).
    """
    event: str | None = None
    before: str | None = None
    ran: set[str] = set()
    for step in steps:
        agent = step.agent if step.actor == "agent" else None
        if agent is None or step.event != event or agent in ran:
            before, ran = None, set()
        event = step.event
        if agent is not None:
            if before is not None:
                yield event, before, agent
            before = agent
            ran.add(agent)


def _in_order(names: list[str], pairs: Counter[tuple[str, str]]) -> list[str]:
    """The agents in an order that no pair contradicts (Kahn's algorithm, by name where it is open).

    A pair seen as often or more often the other way round counts for nothing; in a longer circle the first by name
    goes first.
    """
    from heapq import heapify, heappop, heappush

    followers: dict[str, list[str]] = {name: [] for name in names}
    waits: dict[str, int] = dict.fromkeys(names, 0)
    for (first, second), count in sorted(pairs.items()):
        if count > pairs[second, first]:
            followers[first].append(second)
            waits[second] += 1
    ready = [name for name in names if not waits[name]]
    heapify(ready)
    stuck = iter(names)
    ordered: dict[str, None] = {}
    while len(ordered) < len(names):
        name = heappop(ready) if ready else next(stuck)
        if name in ordered:
            continue
        ordered[name] = None
        for follower in followers[name]:
            waits[follower] -= 1
            if not waits[follower]:
                heappush(ready, follower)
    return list(ordered)


def _event_place(event: str | None) -> tuple[int, str]:
    return (_EVENT_ORDER.get(event, len(EVENTS)), event) if event is not None else (len(EVENTS) + 1, "")
