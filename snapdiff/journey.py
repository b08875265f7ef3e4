"""Traces to journeys: puts together what belongs to one message over services and servers, and finds a fork's parent.

Nothing is read here: a small key a trace is all it takes, and the order the keys come in changes nothing.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from snapdiff.model import Journey, Leg, Service, Stage
from snapdiff.times import parse_time

JOIN_WINDOW = timedelta(hours=1)
"""The longest pause inside a journey that only Message-Id and times hold together.

Two legs follow within seconds, unless the message waits in a queue between them: Exchange tries again after 5 to 15
minutes, an Edge server after 30 (Set-TransportService, TransientFailureRetryInterval and
OutboundConnectionFailureRetryInterval). One missed try at the longest fits into the hour; a mail sent again
under its old Message-Id later in the day does not.
"""

FORK_WAIT = timedelta(seconds=10)
"""How long after its parent's last snapshot a fork's first one may come.

Both times are of one server's clock, so there is no skew to allow for: this is only the wait of the new copy for
its turn in the categorizer, while the parent, ahead of it, may have had its last snapshot already.
"""

IDS_KEPT = 8
"""Record-Ids or Protocol-Ids of one trace that are kept. It has one of each, or a few where it was submitted again."""

_TOO_MANY = 64
"""So many traces of one Message-Id at one time leave a fork's parent open without looking at each."""


class TraceKey(Struct, frozen=True):
    """What is known of a trace here: under 1 KB, as the main process keeps one for every trace.

    `from_time` and `to_time` are those of the first and last snapshot, as the files have them (ISO 8601, UTC).
    `first_event_agent` is the agent of the first snapshot: None where it is the event's own. `first_stage` is that
    snapshot's stage, None where it is not known. `record_ids` and `protocol_ids` are those that its snapshots
    name, each once, IDS_KEPT at most.
    """

    path: str
    server: str | None
    service: Service | None
    message_id: str | None
    network_message_id: str | None
    subject: str | None
    from_time: str | None
    to_time: str | None
    has_original: bool
    first_event_agent: str | None
    first_stage: Stage | None = None
    record_ids: tuple[str, ...] = ()
    protocol_ids: tuple[str, ...] = ()


_Name = tuple[str, str]
"""What a journey is told apart by: a Network-Message-Id, a run of times, or a trace's path."""


class _Dated(NamedTuple):
    """A trace with its ids cleaned and its times in microseconds since 1970, None where neither can be read."""

    key: TraceKey
    message_id: str | None
    network_id: str | None
    start: int | None
    end: int | None

    @property
    def order(self) -> tuple[bool, int, str]:
        return self.start is None, self.start or 0, self.key.path


def journeys(keys: Sequence[TraceKey], splits: Mapping[str, str] | None = None) -> list[Journey]:
    """Every journey at once; see `each_journey`."""
    return list(each_journey(keys, splits))


def each_journey(keys: Sequence[TraceKey], splits: Mapping[str, str] | None = None) -> Iterator[Journey]:
    """Group traces into journeys, given one by one, each trace in exactly one, in time order, undated ones last.

    Traces with the same Network-Message-Id belong together. One that has none joins those of the same Message-Id whose
    times lie within JOIN_WINDOW of its own, but stays apart where these have several Network-Message-Ids, as copies
    of one mail have. A trace without ids, or with a Message-Id alone and no time, is a journey of its own. `splits` are
    the forks that a log proves, by paths, each with its parent: these belong together whatever their ids.
    """
    splits = splits or {}
    traces = sorted(map(_dated, keys), key=lambda trace: trace.order)
    names = _names_by_times(traces)
    groups: dict[_Name, list[_Dated]] = defaultdict(list)
    for trace in traces:
        name = ("id", trace.network_id) if trace.network_id else names.get(trace.key.path, ("path", trace.key.path))
        groups[name].append(trace)
    whole: dict[_Name, list[list[_Dated]]] = defaultdict(list)
    leaders = _leaders(groups, splits)
    for name, group in groups.items():
        whole[leaders.get(name, name)].append(group)
    waiting = list(whole.values())[::-1]
    del traces, names, groups, whole
    while waiting:
        yield _journey(waiting.pop(), splits)


def parents(keys: Sequence[TraceKey]) -> dict[str, str]:
    """Find the trace each fork came from, by paths; a fork is left out unless exactly one trace fits.

    A fork has no Original.eml and begins with an event's own snapshot. Its parent has the same Message-Id, began before
    it, and had its last snapshot no more than FORK_WAIT before the fork's first; server, service and
    Network-Message-Id agree where both have them. A fork lies beside its parent: where traces fit there, others don't
    count.
    """
    found: dict[str, str] = {}
    for same_id in _by_message_id(map(_dated, keys)).values():
        if len(same_id) > 1:
            for fork, candidates in _forks(same_id):
                parent = _only(fork, candidates)
                if parent is not None:
                    found[fork.key.path] = parent
    return found


def _dated(key: TraceKey) -> _Dated:
    network_id = (key.network_message_id or "").strip().lower()
    times = [time for time in (microseconds(key.from_time), microseconds(key.to_time)) if time is not None]
    return _Dated(
        key=key,
        message_id=(key.message_id or "").strip() or None,
        network_id=network_id if network_id.strip("0-") else None,
        start=min(times, default=None),
        end=max(times, default=None),
    )


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(time: str | None) -> int | None:
    """A snapshot's time in microseconds since 1970; None where it is none. Without a zone it is UTC, as all are."""
    read = parse_time(time)
    return (read - _EPOCH) // timedelta(microseconds=1) if read is not None else None


def _by_message_id(traces: Iterable[_Dated]) -> dict[str, list[_Dated]]:
    """The traces that have a Message-Id and a time, in time order for each Message-Id."""
    groups: dict[str, list[_Dated]] = defaultdict(list)
    for trace in traces:
        if trace.message_id is not None and trace.start is not None:
            groups[trace.message_id].append(trace)
    for group in groups.values():
        group.sort(key=lambda trace: trace.order)
    return groups


def _names_by_times(traces: Sequence[_Dated]) -> dict[str, _Name]:
    """Name the journey of each trace without a Network-Message-Id, where Message-Id and times tell it: path to name."""
    names: dict[str, _Name] = {}
    for same_id in _by_message_id(traces).values():
        for run in _runs(same_id):
            network_ids = {trace.network_id for trace in run if trace.network_id is not None}
            alone = [trace.key.path for trace in run if trace.network_id is None]
            if alone:
                name = ("id", network_ids.pop()) if len(network_ids) == 1 else ("times", alone[0])
                names.update(dict.fromkeys(alone, name))
    return names


def _runs(traces: Sequence[_Dated]) -> Iterator[list[_Dated]]:
    """Cut traces in time order where nothing happened for longer than the window."""
    window = JOIN_WINDOW // timedelta(microseconds=1)
    run: list[_Dated] = []
    end = 0
    for trace in traces:
        start, last = trace.start or 0, trace.end or 0
        if run and start > end + window:
            yield run
            run = []
        end = max(end, last) if run else last
        run.append(trace)
    if run:
        yield run


def _leaders(groups: Mapping[_Name, Sequence[_Dated]], splits: Mapping[str, str]) -> dict[_Name, _Name]:
    """The groups that proven splits hold together: the name that each goes under, where it is not its own."""
    ends = {*splits, *splits.values()}
    name_of = {trace.key.path: name for name, group in groups.items() for trace in group if trace.key.path in ends}
    leaders: dict[_Name, _Name] = {}

    def leader(name: _Name) -> _Name:
        while (above := leaders.get(name)) is not None:
            leaders[name] = leaders.get(above, above)
            name = leaders[name]
        return name

    for copy, parent in sorted(splits.items()):
        one, other = leader(name_of[parent]), leader(name_of[copy])
        if one != other:
            leaders[other] = one
    return {name: leader(name) for name in list(leaders)}


def _journey(groups: Sequence[Sequence[_Dated]], splits: Mapping[str, str]) -> Journey:
    """Make a journey of groups of traces; ids and subject are those of the earliest trace that has them."""
    traces = groups[0] if len(groups) == 1 else sorted((x for group in groups for x in group), key=lambda x: x.order)
    with_network_id = [sum(trace.network_id is not None for trace in group) for group in groups]
    joined_by = ["network-message-id"] if max(with_network_id) > 1 else []
    if any(1 < len(group) > count for group, count in zip(groups, with_network_id, strict=True)):
        joined_by.append("message-id and times")
    if any(trace.key.path in splits for trace in traces):
        joined_by.append("TRANSFER reference (logs)")
    keys = [trace.key for trace in traces]
    return Journey(
        message_id=next((trace.message_id for trace in traces if trace.message_id), None),
        network_message_id=next((trace.network_id for trace in traces if trace.network_id), None),
        subject=next((key.subject for key in keys if key.subject is not None), None),
        traces=[key.path for key in keys],
        legs=[Leg(key.server, key.service, key.path, key.from_time, key.to_time) for key in keys],
        events=[],
        sessions=[],
        joined_by=joined_by,
        gaps=[],
    )


def _is_fork(trace: _Dated) -> bool:
    key = trace.key
    return not key.has_original and key.first_event_agent is None and key.first_stage in (None, "Routing")


def _forks(traces: Sequence[_Dated]) -> Iterator[tuple[_Dated, Iterator[_Dated]]]:
    """Give each fork of one Message-Id with the traces of its server, or of no known one, that ran when it began."""
    wait = FORK_WAIT // timedelta(microseconds=1)
    running: dict[str | None, dict[str, _Dated]] = defaultdict(dict)
    ends: list[tuple[int, str, str | None]] = []
    begun = 0
    for fork in traces:
        start = fork.start or 0
        while (traces[begun].start or 0) < start:
            parent = traces[begun]
            server = _server(parent)
            running[server][parent.key.path] = parent
            heapq.heappush(ends, ((parent.end or 0) + wait, parent.key.path, server))
            begun += 1
        while ends and ends[0][0] < start:
            _, path, server = heapq.heappop(ends)
            del running[server][path]
            if not running[server]:
                del running[server]
        if _is_fork(fork):
            server = _server(fork)
            at_hand = running.values() if server is None else [running.get(server, {}), running.get(None, {})]
            yield fork, (trace for each in at_hand for trace in each.values())


def _server(trace: _Dated) -> str | None:
    return trace.key.server.lower() if trace.key.server else None


def _only(fork: _Dated, candidates: Iterable[_Dated]) -> str | None:
    """The path of the one trace that fits as the parent, None where none or several do."""
    near: list[str] = []
    far: list[str] = []
    folder = fork.key.path.rpartition("/")[0]
    for count, trace in enumerate(candidates):
        if count == _TOO_MANY or len(near) > 1:
            return None
        if _agree(fork.network_id, trace.network_id) and _agree(fork.key.service, trace.key.service):
            path = trace.key.path
            (near if path.rpartition("/")[0] == folder else far).append(path)
    fitting = near or far
    return fitting[0] if len(fitting) == 1 else None


def _agree(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other
