"""Journeys and tracking rows to journeys that hold their rows, each with the word of what it was joined by.

Rows come one by one, and only those of a journey stay.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from msgspec.structs import replace

from snapdiff.forks import numbers
from snapdiff.journey import TraceKey
from snapdiff.model import Journey, Session, TrackingRow
from snapdiff.servers import host, may_have_logged
from snapdiff.track.gaps import gaps
from snapdiff.track.messages import row_order

_Key = TypeVar("_Key")
_NEITHER = -1
_BY_TRANSFER = "TRANSFER reference"


class Joining:
    """The journeys of one run, and what their rows are known by. Add every row, then take `journeys`.

    A row belongs to a journey by its Network-Message-Id; by the internal-message-id of its server, which is the
    Record-Id of that server's snapshots; by the SMTP session that is the Protocol-Id; or by its Message-Id, where just
    one journey has that and nothing else speaks against it: copies of a mail share it. `transfers` are the rows that
    tell which copies were split from it (`forks.transfers`): what names such a copy belongs to it as well.
    """

    def __init__(
        self, journeys: Sequence[Journey], keys: Iterable[TraceKey], transfers: Sequence[TrackingRow] = ()
    ) -> None:
        self._journeys = journeys
        self._rows: dict[int, list[TrackingRow]] = defaultdict(list)
        self._by: dict[int, set[str]] = defaultdict(set)
        self._sessions: dict[int, list[Session]] = defaultdict(list)
        self._network: dict[str, int] = {}
        self._message: dict[str, int] = {}
        self._record: dict[tuple[str, str], int] = {}
        self._session: dict[str, int] = {}
        self._session_alone: dict[str, int] = {}
        self._copies: dict[int, set[str]] = defaultdict(set)
        self._copy_network: dict[str, int] = {}
        self._copy_record: dict[tuple[str, str], int] = {}
        self._rows_of_session: dict[str, set[tuple[int, str]]] = defaultdict(set)
        of_path = {path: at for at, journey in enumerate(journeys) for path in journey.traces}
        for at, journey in enumerate(journeys):
            if journey.message_id:
                self._put(self._message, journey.message_id, at)
        for key in keys:
            at = of_path[key.path]
            if key.network_message_id:
                self._add_copy(self._network, key.network_message_id.strip().lower(), at)
            for one in key.record_ids if key.server else ():
                self._put(self._record, (host(key.server or ""), one), at)
            for one in key.protocol_ids:
                self._put(self._session, _session(one), at)
                self._put(self._session_alone, _without_number(one), at)
        for row in transfers:
            self._split(row)

    @staticmethod
    def _put(known: dict[_Key, int], key: _Key, at: int) -> None:
        """What two journeys are both known by tells neither."""
        known[key] = at if known.get(key, at) == at else _NEITHER

    def _add_copy(self, known: dict[str, int], network: str, at: int) -> None:
        if network.strip("0-"):
            self._put(known, network, at)
            if network != (self._journeys[at].network_message_id or "").lower():
                self._copies[at].add(network)

    def _split(self, row: TrackingRow) -> None:
        """A copy that was split from a message of a journey: its numbers are known from now on."""
        for number in numbers(row, row.texts("reference")):
            at = self._record.get(number, self._copy_record.get(number, _NEITHER))
            if at >= 0 and (not _copy(row) or _copy(row) not in self._network) and self._names_agree(at, row):
                for own in numbers(row, [row.text("internal_message_id")]):
                    if own[0]:
                        self._put(self._copy_record, own, at)
                self._add_copy(self._copy_network, _copy(row), at)

    def words(self) -> list[str]:
        """Texts one of which stands, in whatever letter case, in each row that belongs to a journey."""
        names = [*self._network.items(), *self._copy_network.items(), *self._message.items()]
        records = [*self._record.items(), *self._copy_record.items()]
        sessions = [*self._session.items(), *self._session_alone.items()]
        found = {name for name, at in names if at >= 0} | {number for (_, number), at in records if at >= 0}
        found |= {session.partition(";")[0] for session, at in sessions if at >= 0}
        return sorted(found - {""})

    def add(self, row: TrackingRow) -> None:
        """One row of a log; it is dropped where it belongs to none of the journeys."""
        at, by = self._place(row)
        if at >= 0:
            self._rows[at].append(row)
            self._by[at].add(by)
            session, semicolon, rest = _protocol_id(row).partition(";")
            if semicolon:
                number = rest.rpartition(";")[2]
                self._rows_of_session[session.lower()].add((at, number if number.isdigit() else ""))

    def _place(self, row: TrackingRow) -> tuple[int, str]:
        network = _copy(row)
        if network and network in self._network:
            return self._network[network], "network-message-id"
        if self._copy_network.get(network, _NEITHER) >= 0:
            return self._copy_network[network], _BY_TRANSFER
        record = row.text("internal_message_id")
        for name in may_have_logged(row) if record else ():
            for known, by in ((self._record, "record-id"), (self._copy_record, _BY_TRANSFER)):
                at = known.get((host(name), record), _NEITHER)
                if at >= 0 and self._agrees(at, row):
                    return at, by
        named = _protocol_id(row)
        near = [self._session.get(one, _NEITHER) for one in _near(named)]
        for at in [*near, self._session_alone.get(named.lower(), _NEITHER)]:
            if at >= 0 and self._agrees(at, row):
                return at, "protocol-id"
        at = self._message.get(row.text("message_id"), _NEITHER)
        if at >= 0 and not network:
            return at, "message-id"
        return _NEITHER, ""

    def _agrees(self, at: int, row: TrackingRow) -> bool:
        """Numbers are used again after a while: where both name the message or the copy, the names must be the same."""
        copy, known_copy = _copy(row), self._journeys[at].network_message_id
        if copy and known_copy and copy != known_copy.lower() and copy not in self._copies.get(at, ()):
            return False
        return self._names_agree(at, row)

    def _names_agree(self, at: int, row: TrackingRow) -> bool:
        named, known = row.text("message_id"), self._journeys[at].message_id
        return not named or not known or named == known

    def sessions_wanted(self) -> set[str]:
        """The ids, in lower case, of the SMTP sessions that snapshots and the rows added name."""
        named = {session.partition(";")[0] for session in self._session} | self._rows_of_session.keys()
        return {one for one in named if one.isalnum()}

    def add_session(self, session: Session) -> None:
        """One SMTP session: it stands with every journey whose message it carried.

        A row that names the session and a message in it counts where the session names that message too, or none.
        """
        own = session.session_id.lower()
        named = {_session(message) for message in session.messages}
        places = {at for one in named if (at := self._session.get(one, _NEITHER)) >= 0}
        for at, number in self._rows_of_session.get(own, ()):
            if not number or not named or f"{own};{number}" in named:
                places.add(at)
        for at in places:
            self._sessions[at].append(session)

    def journeys(self) -> list[Journey]:
        """Each journey with its rows in order of time, and what the logs lack; untouched where it has no rows."""
        return [self._joined(at, journey) for at, journey in enumerate(self._journeys)]

    def _joined(self, at: int, journey: Journey) -> Journey:
        rows = sorted(self._rows.get(at, ()), key=row_order)
        sessions = sorted(self._sessions.get(at, ()), key=lambda one: (one.start or "~", one.file, one.session_id))
        if not rows and not sessions:
            return journey
        by = [f"{name} (logs)" for name in sorted(self._by[at])] + (["protocol-id (SMTP sessions)"] if sessions else [])
        joined_by, lacks = list(dict.fromkeys([*journey.joined_by, *by])), [*journey.gaps, *gaps(rows)]
        return replace(journey, events=rows, sessions=sessions, joined_by=joined_by, gaps=lacks)


def _protocol_id(row: TrackingRow) -> str:
    """What may be a Protocol-Id, without the client's time that delivery to a mailbox adds to it."""
    return row.text("source_context").partition(";ClientSubmitTime:")[0]


def _session(protocol_id: str) -> str:
    """Session and message of a Protocol-Id, without the time between them."""
    first, _, rest = protocol_id.partition(";")
    return f"{first.lower()};{rest.rpartition(';')[2]}"


def _without_number(protocol_id: str) -> str:
    """A Protocol-Id as delivery to a mailbox logs it: session and start alone."""
    session, _, rest = protocol_id.lower().partition(";")
    return f"{session};{rest.partition(';')[0]}"


def _near(protocol_id: str) -> list[str]:
    """The session and message of a Protocol-Id, then its neighbours: the two sides may count a message apart."""
    session, _, number = _session(protocol_id).partition(";")
    if not session or not (number.isascii() and number.isdigit() and len(number) < 10):
        return []
    return [f"{session};{one}" for one in (int(number), int(number) - 1, int(number) + 1)]


def _copy(row: TrackingRow) -> str:
    """The row's Network-Message-Id in lower case; "" where it has none, or one of zeros alone."""
    network = row.text("network_message_id").lower()
    return network if network.strip("0-") else ""
