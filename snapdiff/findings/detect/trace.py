"""What the trace itself lacks, and what became of the message while it was traced."""

from collections.abc import Iterator

from snapdiff.findings.register import Found, of_trace
from snapdiff.findings.short_files import short_files
from snapdiff.model import Trace

_NAMED = 5
_BROKEN = "a sender that is a mail server tries again"
_REFUSED_OR_BROKEN = f"all recipients were refused at RCPT TO, or the session broke off, and then {_BROKEN}"


@of_trace
def snapshots_missing(trace: Trace) -> Iterator[Found]:
    """SD101: numbers are missing between two snapshots."""
    for index, step in enumerate(trace.steps):
        if step.missing:
            count = len(step.missing)
            named = ", ".join(step.missing[:_NAMED])
            more = f" and {count - _NAMED:,} more" if count > _NAMED else ""
            words = {"verb": "is" if count == 1 else "are"}
            yield Found("SD101", {"missing": named + more}, step=index, words=words)


@of_trace
def snapshots_short(trace: Trace) -> Iterator[Found]:
    """SD102: a file ends before its message does; each file once, at the first step it makes unsure."""
    for short in short_files(trace):
        yield Found("SD102", {"snapshot": short.file, "why": short.why}, step=short.step)


@of_trace
def session_broken_off(trace: Trace) -> Iterator[Found]:
    """SD103: the message never came in whole."""
    if len(trace.snapshots) != 1:
        return
    (only,) = trace.snapshots
    empty = only.size <= only.message_offset
    if only.stage == "Original" and only.size and (only.headers_only or empty):
        came = "before the header had come" if empty else "before the body had come"
        words = {"meaning": _REFUSED_OR_BROKEN if empty else _BROKEN}
        yield Found("SD103", {"snapshot": only.file, "came": came}, words=words)


@of_trace
def message_ended(trace: Trace) -> Iterator[Found]:
    """SD104, SD106: a snapshot says that the message was deleted or deferred."""
    for index, step in enumerate(trace.steps):
        for number, change in enumerate(step.changes):
            if change.kind == "message.deleted":
                yield Found("SD104", {"snapshot": step.to}, (number,), step=index)
            elif change.kind == "message.deferred":
                yield Found("SD106", {"snapshot": step.to}, (number,), step=index)


@of_trace
def recipients_refused(trace: Trace) -> Iterator[Found]:
    """SD105: recipients of Original.eml that did not get into the message."""
    for index, step in enumerate(trace.steps):
        if step.actor != "session":
            continue
        refused = [
            (number, str(change.before))
            for number, change in enumerate(step.changes)
            if change.kind == "envelope.recipient-removed"
        ]
        if refused:
            named = ", ".join(address for _, address in refused[:_NAMED])
            more = f" and {len(refused) - _NAMED:,} more" if len(refused) > _NAMED else ""
            yield Found("SD105", {"recipients": named + more}, tuple(number for number, _ in refused), step=index)
