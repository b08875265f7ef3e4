"""Trace keys and TRANSFER rows to forks: the trace each copy was split from, and the row that proves it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from snapdiff.journey import TraceKey, microseconds, parents
from snapdiff.model import Snapshot, Split, Trace, TrackingRow
from snapdiff.servers import host
from snapdiff.track.messages import row_order

TRANSFER = "TRANSFER"
"""The event of a split: its internal-message-id is the copy's, its reference that of the message it was split from."""

_Number = tuple[str, str]
"""A server in lower case without its domain ("" where it is not known), and an internal-message-id on it."""


class Fork(Struct, frozen=True):
    """Where a copy came from: the path of the parent's trace, and the TRANSFER row that says so.

    Without a row only Message-Id and times speak for it.
    """

    parent: str
    row: TrackingRow | None = None


def transfers(rows: Iterable[TrackingRow], keys: Iterable[TraceKey]) -> list[TrackingRow]:
    """The TRANSFER rows that name one of these traces' messages or a copy split from it, in order of time.

    `rows` come in the order of the logs. A copy of a copy is known where the first split comes before the second one,
    as it does in the logs of one server.
    """
    known = {(host(key.server or ""), one) for key in keys for one in key.record_ids}
    kept: list[TrackingRow] = []
    for row in rows if known else ():
        if row.event == TRANSFER and row.texts("reference"):
            own = set(numbers(row, [row.text("internal_message_id")]))
            if not known.isdisjoint(own) or not known.isdisjoint(numbers(row, row.texts("reference"))):
                known |= own
                kept.append(row)
    return sorted(kept, key=row_order)


def numbers(row: TrackingRow, ids: Iterable[str]) -> Iterator[_Number]:
    """These internal-message-ids on the servers that a row names, and on a server that is not known."""
    names = {"", host(row.text("client_hostname")), host(row.text("server_hostname"))}
    return ((name, one) for one in ids if one for name in sorted(names))


def forks(keys: Sequence[TraceKey], rows: Sequence[TrackingRow]) -> dict[str, Fork]:
    """Each fork with the trace it was split from, by paths; `rows` are those of `transfers`.

    Message-Id and times make a guess (`journey.parents`). A row that names both ends proves it, and where a row says
    otherwise the guess goes: the copy then has the parent that the row names, or none where that has no trace here.
    """
    found = {child: Fork(parent) for child, parent in parents(keys).items()}
    if not rows:
        return found
    named = {
        number for row in rows for number in numbers(row, [row.text("internal_message_id"), *row.texts("reference")])
    }
    by_number: dict[_Number, list[TraceKey]] = defaultdict(list)
    for key in keys:
        for one in key.record_ids:
            if (number := (host(key.server or ""), one)) in named:
                by_number[number].append(key)
    by_path = {key.path: key for same in by_number.values() for key in same}
    guessed = {fork.parent for fork in found.values()}
    unnumbered = {key.path for key in keys if key.path in guessed and not key.record_ids}
    telling: dict[str, list[TrackingRow]] = defaultdict(list)
    for row in rows:
        for path in dict.fromkeys(key.path for key in _named(row, [row.text("internal_message_id")], by_number)):
            if not by_path[path].has_original:
                telling[path].append(row)
    for path, own in telling.items():
        guess = found.pop(path, None)
        fork = _proved(by_path[path], own, by_number, guess)
        if fork is None and guess is not None and guess.parent in unnumbered:
            fork = guess
        if fork is not None:
            found[path] = fork
    return found


def _proved(
    copy: TraceKey, rows: Sequence[TrackingRow], by_number: Mapping[_Number, list[TraceKey]], guess: Fork | None
) -> Fork | None:
    """What the rows about one copy make of the guess: None where they name a message that has no trace here."""
    if len({tuple(row.texts("reference")) for row in rows}) > 1:
        return guess
    row = rows[0]
    fitting = {key.path: key for key in _named(row, row.texts("reference"), by_number) if _may_be_parent(key, copy)}
    folder = copy.path.rpartition("/")[0]
    near = [path for path in fitting if path.rpartition("/")[0] == folder] or list(fitting)
    if len(near) == 1:
        return Fork(near[0], row)
    return Fork(guess.parent, row) if guess is not None and guess.parent in fitting else None


def _named(row: TrackingRow, ids: Iterable[str], by_number: Mapping[_Number, list[TraceKey]]) -> Iterator[TraceKey]:
    """The traces of the messages that a row names. Numbers are used again: a Message-Id must be the same."""
    message_id = row.text("message_id")
    for number in numbers(row, ids):
        for key in by_number.get(number, ()):
            if key.message_id == message_id or (number[0] and not (key.message_id and message_id)):
                yield key


def _may_be_parent(key: TraceKey, copy: TraceKey) -> bool:
    if key.path == copy.path or (key.service and copy.service and key.service != copy.service):
        return False
    began, split = microseconds(key.from_time), microseconds(copy.from_time)
    return began is None or split is None or began <= split


_PART_OF_EXCHANGE = re.compile(r"[A-Za-z]{1,40}")
"""What a TRANSFER row without an agent names, such as Resolver or ContentConversion."""
_BY_GUESS = "the copy it was split from is known by its Message-Id and times alone"


def split(parent: Trace, first: Snapshot, fork: Fork) -> Split | None:
    """How the copy that begins with the snapshot `first` came off its parent; None where the parent was not there yet.

    Its reason names no file, server or person, so that it can be shown outside the house as it is.

    A TRANSFER row of an agent proves who it was where it stands between the snapshot before that agent's and the
    agent's own, with no number missing between the two: nobody else ran then. One of Exchange itself (a resolver, the
    content conversion) does so between two snapshots of which the later one names no agent.
    """
    earlier = [x for x in parent.snapshots if x.status is None and _is_before(x, first)]
    same = [x for x in earlier if x.sha256 == first.sha256]
    left_at = next(reversed(same or earlier), None)
    row = fork.row
    if row is None:
        return None if left_at is None else Split(left_at, None, False, _BY_GUESS)
    who = row.text("source_context").strip()
    where = f"TRANSFER row of {row.time}" if row.time else "TRANSFER row"
    window = _window(parent, row, who if row.is_by_agent else "")
    if window is None or first.sequence not in (None, 1):
        said = f"the tracking log names the copy it was split from ({where}), but not all that was done up to here"
        return None if left_at is None else Split(left_at, None, False, said)
    name = window[1].agent if row.is_by_agent else None
    splitter = name or "Exchange itself" + (f" ({who})" if _PART_OF_EXCHANGE.fullmatch(who) else "")
    said = f"the tracking log says that {splitter} split this copy off ({where})"
    return Split(window[0], name, True, said)


def _is_before(one: Snapshot, other: Snapshot) -> bool:
    """Whether both have a time, and the first is no later."""
    first, second = microseconds(one.time), microseconds(other.time)
    return first is not None and second is not None and first <= second


def _window(parent: Trace, row: TrackingRow, agent: str) -> tuple[Snapshot, Snapshot] | None:
    """The two neighbours among the parent's snapshots between which a row stands, the later one of this agent."""
    time = microseconds(row.time)
    for before, after in pairwise(parent.snapshots):
        start, end = microseconds(before.time), microseconds(after.time)
        if time is None or start is None or end is None or end < time:
            continue
        if (after.agent or "").casefold() == agent.casefold():
            follows = after.sequence == (1 if before.stage != after.stage else (before.sequence or 0) + 1)
            return (before, after) if start <= time and follows and before.status is None else None
    return None
