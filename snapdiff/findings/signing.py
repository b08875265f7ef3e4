"""A signature's way through a trace to the words findings say of it: who signed, who ran in between, what to set."""

import re
from collections.abc import Sequence
from itertools import groupby

from snapdiff.findings.actors import who_did
from snapdiff.findings.hidden_agents import RUN_LAST
from snapdiff.model import Change, Degree, PartInfo, SignatureState, Step, Trace, TracedSignature

_CAME = "nobody here: it came with the message"
_MOST_NAMED = 12
_DEGREES: dict[Degree, str] = {
    "re-wrapped": "wrapped anew",
    "re-encoded": "encoded anew for transfer",
    "relabelled": "put into another charset",
    "characters-lost": "with characters lost",
    "content-changed": "",
}
_HOW: dict[str, str] = {
    "header.added": "added",
    "header.removed": "removed",
    "header.moved": "moved",
    "header.rewritten": "written anew with the same value",
    "part.added": "added",
    "part.removed": "removed",
    "part.moved": "moved",
    "part.rewritten": "written anew with the same content",
}
_ENDS_A_STRING = re.compile(r'([`$"\u201c\u201d\u201e])')
"""What PowerShell does not take as it stands between double quotes; it takes curly ones for quotes as well."""


def first_known_body(signature: TracedSignature) -> SignatureState | None:
    """The first state in which it is known whether the body hash holds."""
    return next((state for state in signature.states if state.body != "unknown"), None)


def _state_after(signature: TracedSignature, step: tuple[str, str] | None) -> SignatureState | None:
    return next((state for state in signature.states if step and state.file == step[1]), None)


def body_broken(signature: TracedSignature) -> SignatureState | None:
    """The state since which the body hash, which held before, does not."""
    return _state_after(signature, signature.body_broken)


def fields_broken(signature: TracedSignature) -> SignatureState | None:
    """The state since which the signed fields are not as signed any more."""
    return _state_after(signature, signature.fields_broken)


def first_break(signature: TracedSignature) -> SignatureState | None:
    """The earlier one of both."""
    broken = (body_broken(signature), fields_broken(signature))
    return next((state for state in signature.states if any(state is one for one in broken)), None)


def is_intact(signature: TracedSignature) -> bool:
    """Whether, in the last snapshot, the body hash holds and the signed fields are as signed."""
    last = signature.states[-1]
    return (last.body, last.fields) == ("holds", "same")


def step_into(trace: Trace, state: SignatureState) -> tuple[int, Step]:
    """The step that led to the snapshot of a state, with its index."""
    return next((index, step) for index, step in enumerate(trace.steps) if step.to == state.file)


def named(signature: TracedSignature) -> dict[str, str]:
    """The tags by which an administrator knows a signature."""
    tags = {
        "domain": signature.domain or "(none)",
        "selector": signature.selector or "(none)",
        "canonicalization": signature.canonicalization,
    }
    if signature.length is not None:
        tags["length_signed"] = f"{signature.length:,} bytes of the body (l=)"
    return tags


def signer(trace: Trace, signature: TracedSignature) -> str:
    """Who added the signature, in words."""
    if signature.added is None:
        return _CAME
    return who_did(next(step for step in trace.steps if step.to == signature.added[1]))


def changes_told(step: Step, state: SignatureState, *, body: bool) -> tuple[int, ...]:
    """The indices of a step's changes to the signed fields that the state names, and with `body` to the body."""
    fields = {name.lower().removesuffix(" itself") for name in state.changed_fields or ()}
    return tuple(
        number
        for number, change in enumerate(step.changes)
        if (_is_of_body(change) and body) or (_is_field(change) and (change.name or "").lower() in fields)
    )


def how_deep(changes: Sequence[Change], signature: TracedSignature) -> str:
    """What was changed, part by part, and whether a reader could notice."""
    said = list(dict.fromkeys(_said_of(change) for change in changes))
    more = f" and {len(said) - _MOST_NAMED:,} more" if len(said) > _MOST_NAMED else ""
    text = ", ".join(said[:_MOST_NAMED]) + more
    if changes and all(_is_invisible(change) for change in changes):
        counts = f"(c={signature.canonicalization}) " if "simple" in signature.canonicalization else ""
        text += f"; for a reader it is the same, but the signature {counts}counts it"
    return text or "bytes outside any part"


def order_between(trace: Trace, signature: TracedSignature, index: int) -> str:
    """The agents that ran, in their order, from the one that signed to the step of this index, event by event."""
    first = 0
    if signature.added:
        first = next(at for at, step in enumerate(trace.steps) if step.to == signature.added[1])
    ran = trace.steps[first : index + 1]
    by_event = (
        f"{event or 'no event'}: " + " > ".join(step.agent or "(the transport service)" for step in steps)
        for event, steps in groupby(ran, key=lambda step: step.event)
    )
    return "; ".join(by_event)


def others_after(trace: Trace, signature: TracedSignature) -> str:
    """All who changed what the signature covers, after it was there, in their order."""
    signed_at = -1
    if signature.added:
        signed_at = next(at for at, step in enumerate(trace.steps) if step.to == signature.added[1])
    behind = trace.steps[signed_at + 1 :]
    covers = [step for step in behind if any(_covers(signature, change) for change in step.changes)]
    return ", ".join(dict.fromkeys(map(who_did, covers)))


def priority_advice(trace: Trace, signature: TracedSignature, index: int) -> str:
    """How to bring the signer behind the one who changed the message at the step of this index: one sentence."""
    step = trace.steps[index]
    signed = next((one for one in trace.steps if signature.added and one.to == signature.added[1]), None)
    if signed is None or signature.added_by is None or not step.certain:
        return "Here it can't be known who it was: trace the message once more, with every snapshot file kept"
    here, there = signature.added_by, step.agent
    if there is None:
        return (
            f"No priority helps here, for the transport service itself changed it after {signed.event}: {here} has to "
            "sign at a later event, OnCategorizedMessage being the last one"
        )
    if there == here:
        return f"Here {there} changed what it had signed itself: ask its maker for a version that signs last"
    if there in RUN_LAST:
        return f"No priority helps here: Exchange runs {there} behind all other agents of {step.event}"
    if step.event != signed.event:
        return (
            f"No priority helps here, for it counts among the agents of one event, and {there} runs at {step.event}, "
            f"after {signed.event}: {here} has to sign at {step.event} or later"
        )
    if any((one.event, one.agent) == (step.event, there) for one in trace.steps[: trace.steps.index(signed)]):
        return f"No priority helps here: {step.event} fired again, and {there} ran once more after {here} had signed"
    return (
        f"Both run at {step.event}, by priority: Set-TransportAgent -Identity {_quoted(here)} -Priority N, where N is "
        f"the number that Get-TransportAgent shows for {_quoted(there)}, then restart the service MSExchangeTransport"
    )


def _covers(signature: TracedSignature, change: Change) -> bool:
    if not _is_field(change):
        return _is_of_body(change)
    counts = not change.cosmetic or signature.canonicalization.startswith("simple")
    return counts and (change.name or "").lower() in signature.signed


def _is_field(change: Change) -> bool:
    return change.part is None and change.kind.startswith("header.")


def _is_of_body(change: Change) -> bool:
    return change.part is not None


def _is_invisible(change: Change) -> bool:
    return change.cosmetic or change.degree in ("re-wrapped", "re-encoded", "relabelled")


def _said_of(change: Change) -> str:
    how = _DEGREES[change.degree] if change.degree else _HOW.get(change.kind, "")
    if change.kind.startswith("header."):
        what = f"field {change.name}" + (f" of part {change.part}" if change.part else "")
    else:
        info = next((one for one in (change.after, change.before) if isinstance(one, PartInfo)), None)
        what = f"part {change.part or '1'}" + (f" ({info.file_name or info.type})" if info else "")
    return f"{what} {how}".rstrip()


def _quoted(name: str) -> str:
    return '"' + _ENDS_A_STRING.sub(r"`\1", name) + '"'
