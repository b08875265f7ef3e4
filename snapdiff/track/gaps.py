"""A message's rows to what the logs lack: the next server's log, an end that never comes, clocks that differ."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from snapdiff.model import TrackingRow
from snapdiff.track.recipients import ways
from snapdiff.track.search import row_time

LONG_PAUSE = timedelta(hours=1)
"""A pause this long is worth a word, unless a DEFER row accounts for it (Exchange tries again within the hour)."""
_SKEW = timedelta(seconds=1)
_INSIDE = "intra-organization"
"""What the hidden connector between Exchange servers of one house is called begins so."""
_NAMED_AT_MOST = 5


class Gap(Struct, frozen=True):
    """What is missing, in a sentence, and the time of the row after which it is missing, None where it has none."""

    time: str | None
    sentence: str


def gaps(rows: Sequence[TrackingRow]) -> list[str]:
    """Sentences on what is missing in one message's rows, which come in order of time; empty where nothing is."""
    return [gap.sentence for gap in timed_gaps(rows)]


def timed_gaps(rows: Sequence[TrackingRow]) -> list[Gap]:
    """The same, each with the place in time where it belongs."""
    return [*_missing_servers(rows), *_open_ends(rows), *_pauses(rows), *_skews(rows)]


def host(name: str) -> str:
    """A server's name without its domain, in lower case: logs have it now with, now without."""
    return name.partition(".")[0].lower()


def _is_sent_inside(row: TrackingRow) -> bool:
    return row.text("event_id").upper() == "SEND" and row.text("connector_id").lower().startswith(_INSIDE)


def _missing_servers(rows: Sequence[TrackingRow]) -> Iterator[Gap]:
    """A server of the house that took the message on, and whose own RECEIVE row is not among these."""
    received = {
        host(row.text("server_hostname")) for row in rows if row.text("event_id").upper() in ("RECEIVE", "DELIVER")
    }
    told: set[str] = set()
    for row in rows:
        submitted = row.text("event_id").upper() == "SUBMIT"
        server = row.text("server_hostname") if submitted or _is_sent_inside(row) else ""
        time = row_time(row)
        if not server or host(server) in received | told or time is None:
            continue
        told.add(host(server))
        mailbox = "" if submitted else f" (delivery to a mailbox: MSGTRKMD{time:%Y%m%d%H}-1.LOG)"
        yield Gap(
            row.time,
            f"{server} took the message on at {time:%Y-%m-%d %H:%M} UTC, and its log is not here: copy "
            f"MSGTRK{time:%Y%m%d%H}-1.LOG{mailbox}, and the "
            f"hour after it, from {server}.",
        )


def _open_ends(rows: Sequence[TrackingRow]) -> Iterator[Gap]:
    """Recipients for whom the message came in and nothing says what became of it."""
    received = [row for row in rows if row.text("event_id").upper() == "RECEIVE"]
    if not received:
        return
    still_open = [one.address for one in ways(rows) if one.outcome == "open"]
    if still_open:
        more = len(still_open) - _NAMED_AT_MOST
        names = ", ".join(still_open[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
        last = received[-1]
        server = last.text("server_hostname") or last.text("client_hostname") or "a server"
        said = f"{server} received the message for {names}, and no row here says that it was sent, delivered or failed."
        yield Gap(rows[-1].time, said)


def _pauses(rows: Sequence[TrackingRow]) -> Iterator[Gap]:
    earlier: tuple[datetime, TrackingRow] | None = None
    for row in rows:
        time = row_time(row)
        if time is None:
            continue
        if earlier is not None and time - earlier[0] > LONG_PAUSE and earlier[1].text("event_id").upper() != "DEFER":
            minutes = int((time - earlier[0]).total_seconds() // 60)
            yield Gap(
                earlier[1].time,
                f"Nothing is logged for {minutes // 60} h {minutes % 60} min before {row.text('event_id')} at "
                f"{time:%Y-%m-%d %H:%M} UTC.",
            )
        earlier = time, row


def _skews(rows: Sequence[TrackingRow]) -> Iterator[Gap]:
    """A server that received the message before the one it had it from had it itself: their clocks differ."""
    first: dict[str, datetime] = {}
    for row in rows:
        own = host(row.text("server_hostname")) if row.text("event_id").upper() == "RECEIVE" else ""
        time = row_time(row)
        if own and time is not None:
            first.setdefault(own, time)
    told: set[tuple[str, str]] = set()
    for row in filter(_is_sent_inside, rows):
        sender, receiver = host(row.text("client_hostname")), host(row.text("server_hostname"))
        pair = (sender, receiver)
        if sender == receiver or pair in told or sender not in first or receiver not in first:
            continue
        behind = first[sender] - first[receiver]
        if behind > _SKEW:
            told.add(pair)
            yield Gap(
                row.time,
                f"The clocks of {row.text('client_hostname')} and {row.text('server_hostname')} differ by at least "
                f"{behind.total_seconds():.0f} s: the second one logged the message before the first one had it.",
            )
