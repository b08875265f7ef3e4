"""DKIM signatures made in one trace of a message and broken or lost in another: on the next server, or in a fork."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from snapdiff.findings.register import Found, of_journey
from snapdiff.findings.signing import (
    changes_told,
    first_break,
    first_known_body,
    how_deep,
    is_intact,
    named,
    signer,
    step_into,
)
from snapdiff.model import Journey, Trace, TracedSignature


@dataclass
class _Signed:
    """A signature at the end of the last trace seen that bore it, and who made it on which server, in which folder.

    `recipients` and `until` are those of the last snapshot of the trace in which it was made.
    """

    signature: TracedSignature
    signed_by: str
    server: str | None
    folder: str
    recipients: set[str]
    until: str
    intact: bool
    lost: bool = False


@of_journey
def signature_broken_on_the_way(_: Journey, traces: Sequence[Trace]) -> Iterator[Found]:
    """SD231, SD232, SD233: what was signed in one trace, in those behind it."""
    signed: dict[str, _Signed] = {}
    for place, trace in enumerate(traces):
        here = {one.sha256: one for one in trace.signatures or () if one.field == "DKIM-Signature"}
        for key, was in signed.items():
            if key in here:
                yield from _arrived(was, here[key], trace, place)
                was.intact = was.intact and is_intact(here[key])
            elif was.intact and not was.lost and _goes_on(was, trace):
                was.lost = True
                yield Found("SD233", {**_made(was, trace), "missing_on": _place(trace, was)}, trace=place)
        for key, one in here.items():
            if key not in signed and one.added and one.added_by and trace.snapshots:
                signed[key] = _made_here(one, trace)


def _made_here(signature: TracedSignature, trace: Trace) -> _Signed:
    last = trace.snapshots[-1]
    return _Signed(
        signature=signature,
        signed_by=signer(trace, signature),
        server=trace.server,
        folder=_folder(trace),
        recipients={address.lower() for address in last.recipients},
        until=last.time or "",
        intact=is_intact(signature),
    )


def _arrived(was: _Signed, now: TracedSignature, trace: Trace, place: int) -> Iterator[Found]:
    """What happened to a signature up to this trace, or in it, where it held at the end of the one before."""
    if not was.intact:
        return
    came = first_known_body(now)
    differs = ["the body"] if came is not None and came.body == "broken" else []
    before, after = was.signature.signed_sha256, now.signed_sha256
    if before is not None and after is not None and before != after:
        differs.append("signed fields")
    if differs:
        evidence = {**_made(was, trace), "seen_on": _place(trace, was), "changed": " and ".join(differs)}
        yield Found("SD231", evidence, trace=place)
    elif (at := first_break(now)) is not None:
        index, step = step_into(trace, at)
        numbers = changes_told(step, at, body=at.body == "broken")
        changed = how_deep([step.changes[number] for number in numbers], now)
        evidence = {**_made(was, trace), "broken_on": _place(trace, was), "changed": changed}
        yield Found("SD232", evidence, numbers, index, place)


def _goes_on(was: _Signed, trace: Trace) -> bool:
    """Whether a trace is surely of the copy that was signed: it begins later, at its beginning, for its recipients."""
    first = trace.snapshots[0] if trace.snapshots else None
    if first is None or first.stage != "Original" or not first.time or first.time < was.until:
        return False
    recipients = {address.lower() for address in first.recipients}
    return (
        bool(recipients)
        and recipients <= was.recipients
        and any(one.size > one.message_offset for one in trace.snapshots)
    )


def _made(was: _Signed, trace: Trace) -> dict[str, str]:
    signed_on = _named_apart(was.server, was.folder, trace.server)
    return {**named(was.signature), "signed_by": was.signed_by, "signed_on": signed_on}


def _place(trace: Trace, was: _Signed) -> str:
    return _named_apart(trace.server, _folder(trace), was.server)


def _named_apart(server: str | None, folder: str, other: str | None) -> str:
    """A trace by its server where the other one's is another, else by its folder's last name as well."""
    if server is None:
        return folder
    return server if other is not None and server != other else f"{server} ({folder})"


def _folder(trace: Trace) -> str:
    return trace.path.rpartition("/")[2]
