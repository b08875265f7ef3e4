"""A message's rows to its hops from server to server: when it was handed on, and when the next one had it."""

import re
from collections.abc import Iterator, Sequence

from snapdiff.model import ServerHop, TrackingRow
from snapdiff.track.gaps import host
from snapdiff.track.search import row_time

_REPLY = re.compile(r"\[InternalId=(\d{1,20}),")


def hops(rows: Sequence[TrackingRow]) -> list[ServerHop]:
    """One hop a SEND or SUBMIT row, in their order, where the next server's RECEIVE row is here as well.

    `rows` are one message's, in order of time. The RECEIVE row is the one with the number that the next server had in
    its answer, else the next one on that server that no hop has yet.
    """
    received = [row for row in rows if row.text("event_id").upper() == "RECEIVE"]
    taken: set[int] = set()
    found: list[ServerHop] = []
    for row in rows:
        sender, receiver = row.text("client_hostname"), row.text("server_hostname")
        if row.text("event_id").upper() not in ("SEND", "SUBMIT") or not sender or not receiver:
            continue
        at = next(_arrivals(row, host(receiver), received, taken), None)
        if at is not None:
            taken.add(at)
            found.append(_hop(row, received[at]))
    return found


def _arrivals(row: TrackingRow, receiver: str, received: Sequence[TrackingRow], taken: set[int]) -> Iterator[int]:
    """The RECEIVE rows that may be the other end, the best one first."""
    here = [at for at, one in enumerate(received) if at not in taken and host(one.text("server_hostname")) == receiver]
    number = _REPLY.search(row.text("source_context")[:2000])
    if number is not None:
        named = [at for at in here if received[at].text("internal_message_id") == number[1]]
        # An answer with a number that no row here has is about a row that is missing.
        unnumbered = [at for at in here if not received[at].text("internal_message_id")]
        return iter(named or unnumbered)
    time = row_time(row)
    times = {at: row_time(received[at]) for at in here}
    later = [at for at in here if time is not None and (end := times[at]) is not None and end >= time]
    return iter(later or here)


def _hop(sent: TrackingRow, received: TrackingRow) -> ServerHop:
    start, end = row_time(sent), row_time(received)
    return ServerHop(
        sender=sent.text("client_hostname"),
        receiver=received.text("server_hostname"),
        sent=sent.time,
        received=received.time,
        seconds=(end - start).total_seconds() if start and end and end >= start else None,
    )
