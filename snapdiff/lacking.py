"""A journey to findings about what its logs lack: the gaps between its rows, and servers that wrote snapshots alone."""

from collections.abc import Iterable, Iterator

from snapdiff.findings.register import Found
from snapdiff.model import Journey, Trace
from snapdiff.servers import host, may_have_logged
from snapdiff.times import parse_time
from snapdiff.track.gaps import missing_log, timed_gaps


def lacks(journey: Journey, traces: Iterable[Trace]) -> list[Found]:
    """SD701 to SD704 of a journey with rows. Where a snapshot shows that the message was deleted, no end is missed."""
    if not journey.events:
        return []
    gaps = timed_gaps(journey.events)
    if any(gap.code == "SD704" for gap in gaps) and any(_is_deleted(trace) for trace in traces):
        gaps = [gap for gap in gaps if gap.code != "SD704"]
    told = {host(gap.values["server"]) for gap in gaps if gap.code == "SD701"}
    found = [Found(gap.code, gap.values, rows=gap.rows) for gap in gaps]
    return [*found, *_traced_only(journey, told)]


def _is_deleted(trace: Trace) -> bool:
    return any(snapshot.status == "Deleted" for snapshot in trace.snapshots)


def _traced_only(journey: Journey, told: set[str]) -> Iterator[Found]:
    """Servers that wrote snapshots of the message, and of whose log there is no row."""
    logged = told | {host(name) for row in journey.events for name in may_have_logged(row)}
    for leg in journey.legs:
        time = parse_time(leg.from_time)
        if leg.server and time is not None and host(leg.server) not in logged:
            logged.add(host(leg.server))
            yield Found("SD701", missing_log(leg.server, time, delivers=True))
