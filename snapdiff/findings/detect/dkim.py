"""DKIM signatures that stopped holding on the way, or never held: who signed, and who changed the message then."""

from collections import defaultdict
from collections.abc import Iterator

from snapdiff.findings.register import Found, of_trace
from snapdiff.findings.short_files import short_files
from snapdiff.findings.signing import (
    body_broken,
    changes_told,
    fields_broken,
    first_known_body,
    how_deep,
    is_intact,
    named,
    order_between,
    others_after,
    priority_advice,
    signer,
    step_into,
)
from snapdiff.model import SignatureState, Trace, TracedSignature


@of_trace
def body_changed_after_sign(trace: Trace) -> Iterator[Found]:
    """SD201, SD207: the body hash held, and from this step on it does not."""
    for signature in _dkim(trace):
        at = body_broken(signature)
        if at is None:
            continue
        index, step = step_into(trace, at)
        numbers = changes_told(step, at, body=True)
        evidence = _evidence(trace, signature, at, numbers)
        if at.changed_fields:
            evidence["signed_fields_changed"] = ", ".join(at.changed_fields)
        if signature.added:
            words = {"advice": priority_advice(trace, signature, index)}
            yield Found("SD201", evidence, numbers, index, words=words)
        else:
            yield Found("SD207", evidence, numbers, index)


@of_trace
def signed_fields_changed_after_sign(trace: Trace) -> Iterator[Found]:
    """SD202, SD208: the signed fields were as signed, and from this step on they are not.

    Where the same step broke the body hash, that finding names the fields as well.
    """
    for signature in _dkim(trace):
        at = fields_broken(signature)
        if at is None or at is body_broken(signature):
            continue
        index, step = step_into(trace, at)
        numbers = changes_told(step, at, body=False)
        evidence = {"fields": ", ".join(at.changed_fields or ()), **_evidence(trace, signature, at, numbers)}
        if signature.added:
            words = {"advice": priority_advice(trace, signature, index)}
            yield Found("SD202", evidence, numbers, index, words=words)
        else:
            yield Found("SD208", evidence, numbers, index)


@of_trace
def intact_at_the_last_snapshot(trace: Trace) -> Iterator[Found]:
    """SD203: added here, and it held to the end of what this trace can see."""
    cut = {short.file for short in short_files(trace)}
    files = [one.file for one in trace.snapshots]
    whole = [file for file in files if file not in cut] or files
    for signature in _dkim(trace):
        if signature.added and is_intact(signature):
            yield Found(
                "SD203", {**named(signature), "signed_by": signer(trace, signature), "last_snapshot": whole[-1]}
            )


@of_trace
def broken_when_first_seen(trace: Trace) -> Iterator[Found]:
    """SD204: the first body it was seen with is not the one that was hashed."""
    for signature in _dkim(trace):
        at = first_known_body(signature)
        if at is None or at.body != "broken":
            continue
        evidence = {**named(signature), "signed_by": signer(trace, signature), "seen_first_in": at.file}
        if signature.added is None:
            yield Found("SD204", evidence, words={"origin": "It came so with the message"})
            continue
        added = next(index for index, step in enumerate(trace.steps) if step.to == signature.states[0].file)
        yield Found("SD204", evidence, step=added, words={"origin": f"Added by {evidence['signed_by']}"})


@of_trace
def stale_beside_one_that_holds(trace: Trace) -> Iterator[Found]:
    """SD205: two signatures of one domain at the end, of which one holds and one does not."""
    by_domain = defaultdict(list)
    for signature in _dkim(trace):
        if signature.domain and not signature.states[-1].gone:
            by_domain[signature.domain.lower()].append(signature)
    for domain, signatures in by_domain.items():
        good = [one for one in signatures if is_intact(one)]
        stale = [one for one in signatures if one.states[-1].body == "broken" or one.states[-1].fields == "changed"]
        if good and stale:
            evidence = {"domain": domain, "holds": _whose(trace, good), "stale": _whose(trace, stale)}
            yield Found("SD205", evidence)


@of_trace
def signature_removed(trace: Trace) -> Iterator[Found]:
    """SD206: a signature's field went and did not come back, and no new one of its domain came in its place."""
    for signature in _dkim(trace):
        if not signature.states[-1].gone:
            continue
        index, step = step_into(trace, signature.states[-1])
        if any(one.added and one.added[1] == step.to and one.domain == signature.domain for one in _dkim(trace)):
            continue
        numbers = tuple(
            number
            for number, change in enumerate(step.changes)
            if change.part is None and (change.name or "").lower() == "dkim-signature"
        )
        yield Found("SD206", {**named(signature), "signed_by": signer(trace, signature)}, numbers, index)


def _dkim(trace: Trace) -> list[TracedSignature]:
    return [one for one in trace.signatures or () if one.field == "DKIM-Signature"]


def _evidence(trace: Trace, signature: TracedSignature, at: SignatureState, numbers: tuple[int, ...]) -> dict[str, str]:
    index, step = step_into(trace, at)
    return {
        **named(signature),
        "signed_by": signer(trace, signature),
        "changed": how_deep([step.changes[number] for number in numbers], signature),
        "ran_in_order": order_between(trace, signature, index),
        "changed_it_afterwards": others_after(trace, signature),
    }


def _whose(trace: Trace, signatures: list[TracedSignature]) -> str:
    return "; ".join(f"selector {one.selector or '(none)'}, added by {signer(trace, one)}" for one in signatures)
