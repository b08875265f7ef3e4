"""Messages and SMTP sessions to which session carried a message at which row, and the lines of it that are about it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
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


_Sessions = Mapping[tuple[str, str], list[Session]]


def _with_sessions(message: TrackedMessage, by_id: _Sessions, by_connector: _Sessions) -> TrackedMessage:
    talks = [
        RowSession(at, session.file, session.session_id, session.start, [line.line for line in _about(session, row)])
        for at, row in enumerate(message.events)
        if (session := _session(row, by_id, by_connector)) is not None
    ]
    return replace(message, talks=talks)


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
