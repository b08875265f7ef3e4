"""A message's rows to what the logs lack: the next server's log, an end that never comes, clocks that differ."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from snapdiff.findings.catalogue import said
from snapdiff.model import TrackingRow
from snapdiff.servers import host, taken_on_by
from snapdiff.track.recipients import ways
from snapdiff.track.search import row_time

LONG_PAUSE = timedelta(hours=1)
"""A pause this long is worth a word, unless a DEFER row accounts for it (Exchange tries again within the hour)."""
_SKEW = timedelta(seconds=1)
_INSIDE = ("intra-organization", "edgesync - inbound to ")
"""How the names of connectors begin that lead to an Exchange server of the house: the hidden one between them, and the
one from an Edge server."""
_NAMED_AT_MOST = 5
_LAST_LATENCIES = 50
"""Of one row: the server that logged it notes its own behind those of others."""


class Gap(Struct, frozen=True):
    """What is missing: the finding that tells it, the values seen, and the time of the row after which it is missing.

    `time` is None where that row has none; `rows` are places of the rows it is about.
    """

    code: str
    values: dict[str, str]
    time: str | None
    rows: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """The same in a sentence, which is the finding's."""
        return said(self.code, self.values)


def gaps(rows: Sequence[TrackingRow]) -> list[str]:
    """Sentences on what is missing in one message's rows, which come in order of time; empty where nothing is."""
    return [gap.sentence for gap in timed_gaps(rows)]


def timed_gaps(rows: Sequence[TrackingRow]) -> list[Gap]:
    """The same, each with the place in time where it belongs."""
    return [*_missing_servers(rows), *_open_ends(rows), *_pauses(rows), *_skews(rows)]


def missing_log(server: str, time: datetime, *, delivers: bool, by_day: bool = False) -> dict[str, str]:
    """The values of SD701: which server's log, of which hour (UTC), is in which files.

    `delivers` says that the server may have put the message into a mailbox, which stands in a log of its own since
    2013; `by_day` that a file holds a day, as before that.
    """
    values = {"server": server, "time": f"{time:%Y-%m-%d %H:%M}"}
    if by_day:
        return values | {"files": f"MSGTRK{time:%Y%m%d}-1.LOG and the further ones of that day"}
    hour = f"{time:%Y%m%d%H}"
    mailbox = f" (delivery to a mailbox: MSGTRKMD{hour}-1.LOG)" if delivers else ""
    return values | {"files": f"MSGTRK{hour}-1.LOG{mailbox}"}


def _is_by_day(row: TrackingRow) -> bool:
    """Whether a row is of Exchange 2007 or 2010, which know no Network-Message-Id."""
    return "internal_message_id" in row.fields and "network_message_id" not in row.fields


def _is_sent_inside(row: TrackingRow, domains: Collection[str]) -> bool:
    """Whether a row says that a server of the house took the message on: by its connector, or by its domain where it
    answered as an Exchange server does. A smart host in the house's domain does not.
    """
    if row.event != "SEND":
        return False
    if row.text("connector_id").lower().startswith(_INSIDE):
        return True
    return taken_on_by(row) is not None and _domain(row.text("server_hostname")) in domains


def _leads_out(row: TrackingRow) -> bool:
    """Whether a row's connector leads to an Edge server, which has no mailboxes."""
    connector = row.text("connector_id").lower()
    return connector.startswith("edgesync - ") and not connector.startswith(_INSIDE)


def _domain(name: str) -> str:
    return name.partition(".")[2].lower()


def _domains(rows: Sequence[TrackingRow]) -> set[str]:
    """The domains of servers that are the house's own: those that received the message, or noted how long they took."""
    received = (row.text("server_hostname") for row in rows if row.event in ("RECEIVE", "HARECEIVE"))
    noted = (
        one.server or ""
        for row in rows
        if row.parsed.message_info and row.event == "SEND"
        for one in row.parsed.message_info.latencies[-_LAST_LATENCIES:]
    )
    return {_domain(name) for name in (*received, *noted)} - {""}


def _missing_servers(rows: Sequence[TrackingRow]) -> Iterator[Gap]:
    """A server of the house that took the message on, and whose own RECEIVE row is not among these."""
    domains = _domains(rows)
    received = {host(row.text("server_hostname")) for row in rows if row.event in ("RECEIVE", "DELIVER")}
    told: set[str] = set()
    for place, row in enumerate(rows):
        submitted = row.event == "SUBMIT"
        server = row.text("server_hostname") if submitted or _is_sent_inside(row, domains) else ""
        time = row_time(row)
        if not server or host(server) in received | told or time is None:
            continue
        told.add(host(server))
        delivers = not submitted and not _leads_out(row)
        values = missing_log(server, time, delivers=delivers, by_day=_is_by_day(row))
        yield Gap("SD701", values, row.time, (place,))


def _open_ends(rows: Sequence[TrackingRow]) -> Iterator[Gap]:
    """Recipients for whom the message came in and nothing says what became of it."""
    received = [(place, row) for place, row in enumerate(rows) if row.event == "RECEIVE"]
    if not received:
        return
    still_open = [one.address for one in ways(rows) if one.outcome == "open"]
    if still_open:
        more = len(still_open) - _NAMED_AT_MOST
        names = ", ".join(still_open[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
        place, last = received[-1]
        server = last.text("server_hostname") or last.text("client_hostname") or "a server"
        yield Gap("SD704", {"server": server, "recipients": names}, rows[-1].time, (place,))


def _pauses(rows: Sequence[TrackingRow]) -> Iterator[Gap]:
    earlier: tuple[datetime, int] | None = None
    for place, row in enumerate(rows):
        time = row_time(row)
        if time is None:
            continue
        if earlier is not None and time - earlier[0] > LONG_PAUSE:
            before = rows[earlier[1]]
            minutes = int((time - earlier[0]).total_seconds() // 60)
            values = {
                "pause": f"{minutes // 60} h {minutes % 60} min",
                "event": row.text("event_id"),
                "since": f"{earlier[0]:%Y-%m-%d %H:%M}",
                "time": f"{time:%Y-%m-%d %H:%M}",
            }
            if before.event != "DEFER":
                yield Gap("SD702", values, before.time, (earlier[1], place))
        earlier = time, place


def _skews(rows: Sequence[TrackingRow]) -> Iterator[Gap]:
    """A server that received the message before the one it had it from had it itself: their clocks differ."""
    first: dict[str, datetime] = {}
    for row in rows:
        own = host(row.text("server_hostname")) if row.event == "RECEIVE" else ""
        time = row_time(row)
        if own and time is not None:
            first.setdefault(own, time)
    told: set[tuple[str, str]] = set()
    domains = _domains(rows)
    for place, row in enumerate(rows):
        if not _is_sent_inside(row, domains):
            continue
        sender, receiver = host(row.text("client_hostname")), host(row.text("server_hostname"))
        pair = (sender, receiver)
        if sender == receiver or pair in told or sender not in first or receiver not in first:
            continue
        behind = first[sender] - first[receiver]
        if behind > _SKEW:
            told.add(pair)
            values = {
                "first": row.text("client_hostname"),
                "second": row.text("server_hostname"),
                "seconds": f"{behind.total_seconds():.0f}",
            }
            yield Gap("SD703", values, row.time, (place,))
