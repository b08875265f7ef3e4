"""A message's rows to its stay on each server: when it came in, when it left, and how long that took."""

from collections.abc import Sequence
from datetime import datetime

from snapdiff.model import ServerStay, TrackingRow
from snapdiff.servers import host
from snapdiff.track.search import row_time

_LEAVES = ("SEND", "DELIVER", "DUPLICATEDELIVER")
"""What the server that had the message logs as the client: it handed it on, or put it into a mailbox."""


def stays(rows: Sequence[TrackingRow]) -> list[ServerStay]:
    """One stay a server, in the order in which they appear; `rows` are one message's, in order of time.

    A server is known by its name without its domain. A copy that is sent again makes its stay longer.
    """
    names: dict[str, str] = {}
    arrived: dict[str, TrackingRow] = {}
    left: dict[str, TrackingRow] = {}
    for row in rows:
        event = row.event
        name = row.text("server_hostname" if event == "RECEIVE" else "client_hostname")
        if not name or event not in ("RECEIVE", *_LEAVES):
            continue
        names.setdefault(host(name), name)
        if event == "RECEIVE":
            arrived.setdefault(host(name), row)
        else:
            left[host(name)] = row
    return [_stay(rows, name, arrived.get(key), left.get(key)) for key, name in names.items()]


def _stay(rows: Sequence[TrackingRow], name: str, arrived: TrackingRow | None, left: TrackingRow | None) -> ServerStay:
    start, end = _time(arrived), _time(left)
    seconds = (end - start).total_seconds() if start and end and end >= start else None
    return ServerStay(
        server=name,
        arrived=arrived.time if arrived else None,
        left=left.time if left else None,
        seconds=seconds,
        logged_seconds=_logged(rows, host(name)),
    )


def _time(row: TrackingRow | None) -> datetime | None:
    return row_time(row) if row else None


def _logged(rows: Sequence[TrackingRow], server: str) -> float | None:
    """The greatest total of the server; since 2013 each of its services notes one of its own (TOTAL-HUB, TOTAL-DEL)."""
    totals = (
        one.seconds
        for row in rows
        if row.parsed.message_info
        for one in row.parsed.message_info.latencies
        if one.component.partition("-")[0] == "TOTAL" and not one.parent and host(one.server or "") == server
    )
    return max(totals, default=None)
