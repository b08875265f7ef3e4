"""A journey and its traces to one timeline over all servers: snapshots, log rows, SMTP sessions and gaps by time."""

from collections.abc import Iterable, Iterator

from msgspec import UNSET

from snapdiff.journey import microseconds
from snapdiff.model import Journey, Session, TimelineEntry, Trace, TrackingRow
from snapdiff.servers import logging_server
from snapdiff.track.gaps import timed_gaps

_Order = tuple[bool, int, int, int, int]
_SESSION, _ROW, _SNAPSHOT, _GAP = range(4)
"""Which comes first at the same time. A session is open before anything comes of it; a log says that a copy was split
or a message received before the next snapshot shows it; and what is missing comes after what is there."""


def timeline(journey: Journey, traces: Iterable[Trace]) -> list[TimelineEntry]:
    """All that is known of a journey in order of time; its `traces` come in any order, each once.

    A snapshot never stands before the one before it in its trace, whatever its time says, and one without a time stands
    at that one's time. Rows and sessions without a time come last. Entries of the same time and kind keep the order of
    the journey's traces, rows and sessions. Clocks of servers differ, and nothing here sets them right.
    """
    numbers = {path: number for number, path in enumerate(journey.traces)}
    placed: list[tuple[_Order, TimelineEntry]] = []
    for trace in traces:
        placed += _snapshots(trace, numbers[trace.path])
    for number, row in enumerate(journey.events):
        placed.append((_order(row.time, _ROW, number), _row(row)))
    for number, session in enumerate(journey.sessions):
        placed.append((_order(session.start, _SESSION, number), _session(session)))
    placed += _gaps(journey)
    return [entry for _, entry in sorted(placed, key=lambda one: one[0])]


def _order(time: str | None, kind: int, number: int, place: int = 0) -> _Order:
    moment = microseconds(time)
    return moment is None, moment or 0, kind, number, place


def _snapshots(trace: Trace, number: int) -> Iterator[tuple[_Order, TimelineEntry]]:
    steps = {step.to: step for step in trace.steps}
    times = [microseconds(snapshot.time) for snapshot in trace.snapshots]
    latest = next((time for time in times if time is not None), None)
    for place, (snapshot, time) in enumerate(zip(trace.snapshots, times, strict=True)):
        if latest is not None and time is not None:
            latest = max(latest, time)
        step = steps.get(snapshot.file)
        entry = TimelineEntry(
            time=snapshot.time,
            kind="snapshot",
            server=trace.server,
            trace=trace.path,
            file=snapshot.file,
            event=snapshot.event,
            agent=step.agent if step else snapshot.agent,
            actor=step.actor if step else UNSET,
            certain=step.certain if step else UNSET,
            changes=len(step.changes) if step else UNSET,
            step=step or UNSET,
        )
        yield (latest is None, latest or 0, _SNAPSHOT, number, place), entry


def _row(row: TrackingRow) -> TimelineEntry:
    return TimelineEntry(
        time=row.time,
        kind="row",
        server=logging_server(row) or None,
        file=row.file,
        line=row.line,
        event=row.text("event_id") or None,
        row=row,
    )


def _session(session: Session) -> TimelineEntry:
    server, backslash, _ = session.connector_id.partition("\\")
    return TimelineEntry(
        time=session.start,
        kind="session",
        server=server if backslash else None,
        file=session.file,
        session_id=session.session_id,
        until=session.end,
        session=session,
    )


def _gaps(journey: Journey) -> Iterator[tuple[_Order, TimelineEntry]]:
    """The gaps of the rows at their times, then those whose time is not known."""
    times = {gap.sentence: gap.time for gap in timed_gaps(journey.events)}
    for number, sentence in enumerate(dict.fromkeys(journey.gaps)):
        time = times.get(sentence)
        yield _order(time, _GAP, number), TimelineEntry(time=time, kind="gap", server=None, text=sentence)
