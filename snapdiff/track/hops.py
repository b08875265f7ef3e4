"""A message's rows to its hops from server to server: when it was handed on, and when the next one had it."""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Sequence

from snapdiff.model import ServerHop, TrackingRow
from snapdiff.servers import host, taken_on_by
from snapdiff.track.search import row_time


def hops(rows: Sequence[TrackingRow]) -> list[ServerHop]:
    """One hop a SEND or SUBMIT row, in their order, where the next server's RECEIVE row is here as well.

    `rows` are one message's, in order of time. The RECEIVE row is the one with the number that the next server had in
    its answer, else the next one on that server that no hop has yet.
    """
    arrivals = _Arrivals([row for row in rows if row.event == "RECEIVE"])
    found: list[ServerHop] = []
    for row in rows:
        is_handed_on = row.event in ("SEND", "SUBMIT") and row.text("client_hostname")
        received = arrivals.take(row) if is_handed_on and row.text("server_hostname") else None
        if received is not None:
            found.append(_hop(row, received))
    return found


class _Arrivals:
    """RECEIVE rows in order of time, each of which is the end of one hop at most."""

    def __init__(self, rows: Sequence[TrackingRow]) -> None:
        self._rows = rows
        self._waiting: dict[str, list[int]] = defaultdict(list)
        self._numbered: dict[tuple[str, str], deque[int]] = defaultdict(deque)
        for at, row in enumerate(rows):
            server = host(row.text("server_hostname"))
            self._waiting[server].append(at)
            self._numbered[server, row.text("internal_message_id")].append(at)

    def take(self, sent: TrackingRow) -> TrackingRow | None:
        """The other end of a hop; None where it is not here."""
        server = host(sent.text("server_hostname"))
        waiting = self._waiting.get(server)
        if not waiting:
            return None
        if (taken := taken_on_by(sent)) is not None:
            # An answer with a number that no row here has is about a row that is missing.
            at = self._next(server, taken[1] if (server, taken[1]) in self._numbered else "")
            return None if at is None else self._rows[at]
        place = bisect_left(waiting, True, key=lambda at: _is_later(self._rows[at], sent))
        return self._rows[waiting.pop(place if place < len(waiting) else 0)]

    def _next(self, server: str, number: str) -> int | None:
        """The first row of this number that no hop has yet."""
        same, waiting = self._numbered.get((server, number)), self._waiting[server]
        while same:
            at = same.popleft()
            place = bisect_left(waiting, at)
            if waiting[place : place + 1] == [at]:
                waiting.pop(place)
                return at
        return None


def _is_later(one: TrackingRow, other: TrackingRow) -> bool:
    """Whether a row's time is no earlier than another's; rows without a time stand last and count as later."""
    first, second = row_time(one), row_time(other)
    return first is None or second is None or first >= second


def _hop(sent: TrackingRow, received: TrackingRow) -> ServerHop:
    start, end = row_time(sent), row_time(received)
    return ServerHop(
        sender=sent.text("client_hostname"),
        receiver=received.text("server_hostname"),
        sent=sent.time,
        received=received.time,
        seconds=(end - start).total_seconds() if start and end and end >= start else None,
    )
