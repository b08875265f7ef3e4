"""Messages and SMTP sessions to which session carried a message at which row, and the lines of it that are about it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec.structs import replace

from snapdiff.model import RowSession, Session, SessionLine, TrackedMessage, TrackFound, TrackingRow
from snapdiff.times import parse_time
from snapdiff.track.packed import Each
from snapdiff.track.search import row_time

_KINDS = {"RECEIVE": "receive", "HARECEIVE": "receive", "DELIVER": "receive", "SEND": "send"}
_LATE = timedelta(seconds=10)
"""So long after a session's last line its row may come."""
_LINES_AT_MOST = 12
_TOO_MANY = 200
"""With more sessions of one id or connector than that, none is named: to look at all of them for each row is slow."""
_PROXY = re.compile(r"XPROXY(?:FROM)? .{0,200}?\bSID=([0-9A-Za-z]{4,64})\b", re.IGNORECASE)
"""How the front end of Exchange 2013 and later says whose session it hands on."""
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
    return replace(found, messages=Each(found.messages, lambda one: _with_sessions(one, by_id, by_connector)))


_Place = tuple[str, str, str | None]


def proxied_ids(found: TrackFound) -> set[str]:
    """The ids, in lower case, of the sessions with clients that a front end handed on in the sessions of the hops."""
    handing = _handing_on(found.sessions)
    named = (sid for message in found.messages for _, sid in _proxied(message, handing)) if handing else ()
    return set(named) - {one.session_id.lower() for one in found.sessions}


def with_proxied(found: TrackFound, fronts: Sequence[Session]) -> TrackFound:
    """What was found, with the sessions of the front end behind those that they were handed on in."""
    handing = _handing_on(found.sessions)
    by_id: dict[str, list[Session]] = defaultdict(list)
    for session in fronts:
        if session.kind == "receive":
            by_id[session.session_id.lower()].append(session)
    told = Each(found.messages, lambda one: _with_fronts(one, handing, by_id))
    return replace(found, messages=told, sessions=[*found.sessions, *fronts])


def _with_fronts(
    message: TrackedMessage, handing: Mapping[_Place, Session], by_id: Mapping[str, list[Session]]
) -> TrackedMessage:
    more = []
    for talk, sid in _proxied(message, handing):
        row, known = message.events[talk.event], by_id.get(sid, [])
        if known and len(known) <= _TOO_MANY:
            more.append(_talk(talk.event, min(known, key=lambda one: (_distance(row, one), one.file)), row))
    return replace(message, talks=sorted([*message.talks, *more], key=lambda talk: talk.event)) if more else message


def _handing_on(sessions: Sequence[Session]) -> dict[_Place, Session]:
    """The sessions in which a front end handed on those of clients, by where they stand."""
    return {
        (one.file, one.session_id, one.start): one
        for one in sessions
        if any(_PROXY.match(line.data) for line in one.lines)
    }


def _proxied(message: TrackedMessage, handing: Mapping[_Place, Session]) -> Iterator[tuple[RowSession, str]]:
    """The message's talks in which it was handed on, each with the id of the client's session in lower case."""
    for talk in message.talks:
        session = handing.get((talk.file, talk.session_id, talk.start))
        if session is not None and talk.lines and (sid := _client_of(session, talk.lines[0])):
            yield talk, sid.lower()


def _client_of(session: Session, first: int) -> str:
    """The session that is named before this line of a message, and behind the message before; "" where none is."""
    for line in reversed([line for line in session.lines if line.line < first]):
        if line.data.upper().startswith("MAIL FROM"):
            break
        if (named := _PROXY.match(line.data)) is not None:
            return named[1]
    return ""


_Sessions = Mapping[tuple[str, str], list[Session]]


def _with_sessions(message: TrackedMessage, by_id: _Sessions, by_connector: _Sessions) -> TrackedMessage:
    talks = [
        _talk(at, session, row)
        for at, row in enumerate(message.events)
        if (session := _session(row, by_id, by_connector)) is not None
    ]
    return replace(message, talks=talks)


def _talk(event: int, session: Session, row: TrackingRow) -> RowSession:
    lines = [line.line for line in _about(session, row)]
    return RowSession(event, session.file, session.session_id, session.start, lines)


def _session(row: TrackingRow, by_id: _Sessions, by_connector: _Sessions) -> Session | None:
    kind = _KINDS.get(row.event)
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


def _about(session: Session, row: TrackingRow) -> list[SessionLine]:
    """The lines about the message of a row: its sender, its recipients, refusals, and the answer to it."""
    begins = [at for at, line in enumerate(session.lines) if line.data.upper().startswith("MAIL FROM")]
    spans = [_Span(session, at, end) for at, end in zip(begins, [*begins[1:], len(session.lines)], strict=False)]
    if not spans:
        return [line for line in session.lines if line.is_refusal][:_LINES_AT_MOST]
    message_id = row.text("message_id")
    naming = (span for span in spans if message_id and span.has_id(message_id))
    numbered = (span for span in spans if span.has_number(row))
    found = next(naming, None) or next(numbered, None) or _by_time(spans, row)
    return found.told(message_id)


class _Span:
    """The lines of a session that are about one message: from its MAIL FROM to the next one's."""

    def __init__(self, session: Session, begin: int, end: int) -> None:
        lines = session.lines
        # A server that sends says which message comes next, just before its MAIL FROM.
        before = lines[begin - 1 : begin] if begin and "sending message" in lines[begin - 1].context.lower() else []
        is_followed = end < len(lines) and "sending message" in lines[end - 1].context.lower()
        self._lines = [*before, *lines[begin : end - is_followed]]
        self._replies = ">" if session.kind == "receive" else "<"

    @property
    def start(self) -> str:
        """The time of the first line; "" where it has none."""
        return self._lines[0].time or ""

    def has_id(self, message_id: str) -> bool:
        """Whether the lines name this Message-Id."""
        return any(message_id in line.data or message_id in line.context for line in self._lines)

    def has_number(self, row: TrackingRow) -> bool:
        """Whether the lines name the Protocol-Id of a row, or its message's number on the server."""
        protocol_id = row.text("source_context").partition(";ClientSubmitTime:")[0].lower()
        numbers = (protocol_id, row.text("internal_message_id"))
        return any(line.event in ("*", "") and line.data and line.data.lower() in numbers for line in self._lines)

    def told(self, message_id: str) -> list[SessionLine]:
        """The lines that matter: the answer and refusals are never left out for the sake of many recipients."""
        answer = self._answer(message_id)
        wanted = [at for at, line in enumerate(self._lines) if line.is_refusal or at == answer]
        wanted += [at for at, line in enumerate(self._lines) if line.data.upper().startswith(_SAYS) and at != answer]
        return [self._lines[at] for at in sorted(wanted[:_LINES_AT_MOST])]

    def _answer(self, message_id: str) -> int | None:
        """Where the reply to the message stands: it names the message, or is the first one to the end of its data."""
        data = [at for at, line in enumerate(self._lines) if line.data[:5].upper().strip() in ("DATA", "BDAT")]
        replies = [at for at, line in enumerate(self._lines) if line.event == self._replies and line.data[:3].isdigit()]
        named = [at for at in replies if message_id and message_id in self._lines[at].data]
        after = [at for at in replies if data and at > data[-1] and not self._lines[at].data.startswith("354")]
        return next(iter([*named, *after]), None)


def _by_time(spans: Sequence[_Span], row: TrackingRow) -> _Span:
    """The last one that begins before the row's time."""
    return next((span for span in reversed(spans) if span.start <= (row.time or "~")), spans[0])
