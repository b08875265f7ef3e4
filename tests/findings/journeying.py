"""Judges a journey made in memory, as a run would, for the tests of findings that take more than one trace, or logs."""

from collections.abc import Sequence

from msgspec.structs import replace
from rowmaker import row
from stepmaker import File, trace_of

from snapdiff.across import JourneyTold, Traces, told
from snapdiff.model import Finding, Journey, Leg, LogValue, Trace, TrackingRow
from snapdiff.read.log_values import with_parsed
from snapdiff.track.messages import row_order

RECORD = "21474836486"
"""The Record-Id of snapshots made in tests."""


def traced(*files: File, path: str = "a", server: str | None = "MBX01", record: str = RECORD, **facts: str) -> Trace:
    """A trace of these snapshots in the Transport service of a server."""
    made = trace_of(*files)
    snapshots = [replace(one, record_id=record) for one in made.snapshots]
    known = {"path": path, "service": "transport", "network_message_id": "n1", "message_id": "<1@x.test>"}
    return replace(made, server=server, snapshots=snapshots, **{**known, **facts})


def logged(event: str, at: str = "08:00:00", /, **fields: LogValue) -> TrackingRow:
    """A row that MBX01 wrote about that trace's message, its packed fields read."""
    own: dict[str, LogValue] = {"server_hostname": "MBX01", "internal_message_id": RECORD}
    return with_parsed(row(event, at, **{**own, **fields}))


def info(*members: str, **fields: LogValue) -> TrackingRow:
    """Its AGENTINFO row, with these members of custom-data."""
    own: dict[str, LogValue] = {"server_hostname": "", "client_hostname": "MBX01", "source": "AGENT"}
    return logged("AGENTINFO", **{**own, "custom_data": list(members), **fields})


def judged(rows: Sequence[TrackingRow], *traces: Trace, rules: dict[str, str] | None = None) -> JourneyTold:
    """What a journey of these rows and traces tells."""
    legs = [
        Leg(one.server, one.service, one.path, one.snapshots[0].time if one.snapshots else None, None) for one in traces
    ]
    events = sorted(rows, key=row_order)
    journey = Journey("<1@x.test>", "n1", None, [one.path for one in traces], legs, events, [], [], [])
    by_path = {one.path: one for one in traces}
    return told(journey, Traces(journey.traces, by_path.__getitem__), rules)


def findings_of(told: JourneyTold) -> list[Finding]:
    """All of its findings: about the whole of it first, then by trace."""
    return [*told.findings, *(one for trace in told.of_traces.values() for one in trace.findings)]
