"""SMTP protocol logs to sessions: the lines of one conversation put together, wherever they stand between others."""

import contextlib
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from msgspec import UNSET, Struct

from snapdiff.model import Problem, Session, SessionLine
from snapdiff.read.columns import columns_named
from snapdiff.read.listing import ReadFailed
from snapdiff.read.log_lines import Line, Lines
from snapdiff.read.log_needles import Needles
from snapdiff.read.logs import LogPlace, Tell, kind_of, open_log
from snapdiff.read.tracking import split_row

LINES_KEPT = 1000
"""Lines of one session that are kept; beyond that they are counted."""
_COLUMNS = ("date-time", "connector-id", "session-id", "sequence-number", "local-endpoint", "remote-endpoint")
_REST = ("event", "data", "context")
_PROTOCOL_ID = re.compile(r"[0-9A-Za-z]{1,64};\d{4}-\d\d-\d\dT[0-9:.]+Z?;\d{1,10}")
_KINDS: dict[str | None, Literal["receive", "send"]] = {"smtp-receive": "receive", "smtp-send": "send"}


def protocol_logs(places: Sequence[LogPlace]) -> list[LogPlace]:
    """Those of the places that are SMTP protocol logs; what can't be opened is none."""
    found = []
    for place in places:
        with contextlib.suppress(ReadFailed), open_log(place) as stream:
            if kind_of(stream) in _KINDS:
                found.append(place)
    return found


def sessions(places: Sequence[LogPlace], wanted: Collection[str] | None, tell: Tell) -> Iterator[Session]:
    """The sessions with these ids (in lower case; None: all), log by log, in the order in which they begin.

    A session whose lines go on in the next file gives one session a file. Only lines of sessions that are wanted stay
    in memory, LINES_KEPT of each.
    """
    needles = None if wanted is None else Needles(sorted(wanted))
    for place in places if wanted is None or wanted else ():
        try:
            with open_log(place) as stream:
                kind = _KINDS.get(kind_of(stream))
                if kind is not None:
                    yield from _Book(place.file, kind, wanted).read(Lines(stream, place.file, tell, needles))
        except ReadFailed as failed:
            tell(Problem(place.file, failed.code, failed.message))


class _Open(Struct):
    """A session that is being put together."""

    connector: str
    local: str
    remote: str
    lines: list[SessionLine]
    messages: dict[str, None]
    more: int = 0
    is_connected: bool = False
    is_ended: bool = False


class _Book:
    """One protocol log, read line by line; its columns are named by the log itself."""

    def __init__(self, file: str, kind: Literal["receive", "send"], wanted: Collection[str] | None) -> None:
        self._file = file
        self._kind = kind
        self._wanted = wanted
        self._columns: Sequence[str] = (*_COLUMNS, *_REST)
        self._open: dict[str, list[_Open]] = {}
        self._order: list[tuple[str, _Open]] = []

    def read(self, lines: Lines) -> Iterator[Session]:
        """Every wanted session of the log."""
        for line in lines:
            if line.is_header:
                if (columns := columns_named(line)) is not None:
                    self._columns = [column.lower() for column in columns]
            else:
                self._take(line)
        for name, one in self._order:
            yield self._session(name, one)

    def _take(self, line: Line) -> None:
        values = dict(zip(self._columns, split_row(line.text), strict=False))
        name = values.get("session-id", "")
        if self._wanted is not None and name.lower() not in self._wanted:
            return
        event = values.get("event", "")
        runs = self._open.setdefault(name, [])
        if not runs or _begins_another(event, runs[-1]):
            endpoints = (values.get("local-endpoint", ""), values.get("remote-endpoint", ""))
            runs.append(_Open(values.get("connector-id", ""), *endpoints, [], {}))
            self._order.append((name, runs[-1]))
        one = runs[-1]
        one.is_connected = one.is_connected or event == "+"
        one.is_ended = one.is_ended or event == "-"
        one.local = one.local or values.get("local-endpoint", "")
        one.remote = one.remote or values.get("remote-endpoint", "")
        data, context = values.get("data", ""), values.get("context", "")
        if _PROTOCOL_ID.fullmatch(data):
            one.messages[data] = None
        if len(one.lines) >= LINES_KEPT:
            one.more += 1
            return
        number = values.get("sequence-number", "")
        sequence = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None
        one.lines.append(SessionLine(line.number, values.get("date-time") or None, sequence, event, data, context))

    def _session(self, name: str, one: _Open) -> Session:
        times = [line.time for line in one.lines if line.time]
        return Session(
            file=self._file,
            kind=self._kind,
            session_id=name,
            connector_id=one.connector,
            local=one.local,
            remote=one.remote,
            start=times[0] if times else None,
            end=times[-1] if times else None,
            lines=one.lines,
            messages=list(one.messages),
            more_lines=one.more or UNSET,
        )


def _begins_another(event: str, last: _Open) -> bool:
    """Whether a line begins the next session of the same id, as some servers log every session under one.

    A send log says `attempting to connect` before the connect itself, so that a connect alone begins nothing.
    """
    return (event == "+" and (last.is_connected or last.is_ended)) or (event == "*" and last.is_ended)
