"""Messages and SMTP sessions to which session carried a message at which row, and the lines of it that are about it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta

from msgspec.structs import replace

from snapdiff.model import RowSession, Session, SessionLine, TrackedMessage, TrackFound, TrackingRow
from snapdiff.times import parse_time
from snapdiff.track.search import row_time

_KINDS = {"RECEIVE": "receive", "HARECEIVE": "receive", "DELIVER": "receive", "SEND": "send"}
_LATE = timedelta(seconds=10)
"""So long after a session's last line its row may come."""
_LINES_AT_MOST = 12
_TOO_MANY = 200
"""With more sessions of one id or connector than that, none is named: to look at all of them for each row is slow."""
_SAYS = ("MAIL FROM", "RCPT TO")


def with_sessions(found: TrackFound) -> TrackFound:
    """What was found, each message with the sessions of its hops.

    A SEND row's session is one of the server that sent, others' one of the server that received. The row names it in
    its source-context; where it names none, it is the one session of its connector at that time.
    """
    if not found.sessions:
        return found
    by_id: dict[tuple[str, str], list[Session]] = defaultdict(list)
    by_connector: dict[tuple[str, str], list[Session]] = defaultdict(list)
    for session in found.sessions:
        by_id[session.kind, session.session_id.lower()].append(session)
        by_connector[session.kind, session.connector_id.lower()].append(session)
    return replace(found, messages=[_with_sessions(one, by_id, by_connector) for one in found.messages])


_Sessions = Mapping[tuple[str, str], list[Session]]


def _with_sessions(message: TrackedMessage, by_id: _Sessions, by_connector: _Sessions) -> TrackedMessage:
    talks = [
        RowSession(at, session.file, session.session_id, session.start, [line.line for line in lines])
        for at, row in enumerate(message.events)
        if (session := _session(row, by_id, by_connector)) is not None
        for lines in (list(_about(session, row.text("message_id"))),)
    ]
    return replace(message, talks=talks)


def _session(row: TrackingRow, by_id: _Sessions, by_connector: _Sessions) -> Session | None:
    kind = _KINDS.get(row.text("event_id").upper())
    if kind is None:
        return None
    name = row.text("source_context").partition(";")[0].strip().lower()
    connector = row.text("connector_id").lower()
    known = by_id.get((kind, name), []) if name else by_connector.get((kind, connector), [])
    if len(known) > _TOO_MANY:
        return None
    if name:
        same = [one for one in known if _agree(connector, one.connector_id.lower())]
        return min(same, key=lambda one: (_distance(row, one), one.start or "~", one.file), default=None)
    around = [one for one in known if connector and _distance(row, one) == 0]
    return around[0] if len(around) == 1 else None


def _agree(one: str, other: str) -> bool:
    return not one or not other or one == other


def _distance(row: TrackingRow, session: Session) -> float:
    """The seconds between a row and a session; 0 where it falls into it."""
    time, start, end = row_time(row), parse_time(session.start), parse_time(session.end)
    if time is None or start is None or end is None:
        return float("inf")
    return max((start - time).total_seconds(), (time - end - _LATE).total_seconds(), 0)


def _about(session: Session, message_id: str) -> Iterator[SessionLine]:
    """The lines about one message, from its MAIL FROM on: its sender and recipients, refusals, and the answer to it."""
    named = [at for at, line in enumerate(session.lines) if message_id and message_id in line.data]
    end = named[0] if named else len(session.lines) - 1
    begins = [at for at, line in enumerate(session.lines[: end + 1]) if line.data.upper().startswith("MAIL FROM")]
    start = (begins[-1] if named else begins[0]) if begins else 0
    shown = 0
    for at, line in enumerate(session.lines[start : end + 1], start):
        if shown < _LINES_AT_MOST and (line.data.upper().startswith(_SAYS) or line.is_refusal or at in named[:1]):
            shown += 1
            yield line
