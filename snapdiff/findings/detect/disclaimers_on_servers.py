"""The traces of one message to texts that a later server added although an earlier one had."""

from collections.abc import Iterator, Sequence

from snapdiff.findings.actors import who_did
from snapdiff.findings.added_text import added_by, seen_hunks, shown, telling_lines
from snapdiff.findings.body_text import folded
from snapdiff.findings.register import Found, of_journey
from snapdiff.model import Change, Journey, Step, Trace

_ARRIVED = "SD309"


@of_journey
def added_on_two_servers(journey: Journey, traces: Sequence[Trace]) -> Iterator[Found]:
    """SD302: a text that stood there when the message came in (SD309), and that an earlier trace shows being added."""
    for place, trace in enumerate(traces):
        for number, at, change in _there_on_arrival(trace):
            text = "\n".join(filter(None, map(added_by, seen_hunks(change))))
            for earlier in traces[:place]:
                step = _adding(earlier, text) if _is_over_before(earlier, trace) else None
                if step is not None:
                    evidence = {"text": shown(text), "first": who_did(step), "server": _named(earlier)}
                    yield Found("SD302", evidence, (at,), number, place)
                    break


def _there_on_arrival(trace: Trace) -> Iterator[tuple[int, int, Change]]:
    """The changes that SD309 is about: the step's place, the change's place in it, the change."""
    for finding in trace.findings:
        if finding.code == _ARRIVED and finding.flags:
            _, _, step, _, change = finding.flags[0].split("/")
            yield int(step), int(change), trace.steps[int(step)].changes[int(change)]


def _is_over_before(earlier: Trace, later: Trace) -> bool:
    """Whether the earlier trace's last snapshot is no later than the later one's first: not another copy beside it."""
    ended = [snapshot.time for snapshot in earlier.snapshots if snapshot.time]
    began = [snapshot.time for snapshot in later.snapshots if snapshot.time]
    return bool(ended and began) and ended[-1] <= began[0]


def _adding(trace: Trace, text: str) -> Step | None:
    """The step of the trace that added all of the text's lines, and did not find them there itself."""
    lines = telling_lines(text)
    found_there = {id(change) for _, _, change in _there_on_arrival(trace)}
    for step in trace.steps:
        for change in step.changes:
            if change.kind == "part.changed" and id(change) not in found_there:
                added = folded("\n".join(filter(None, map(added_by, seen_hunks(change)))))
                if all(line in added for line in lines):
                    return step
    return None


def _named(trace: Trace) -> str:
    service = (
        "the mailbox transport delivery service" if trace.service == "mailbox-delivery" else "the transport service"
    )
    return f"{service} of {trace.server}" if trace.server else f"{service} (trace {trace.path})"
