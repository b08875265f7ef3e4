"""DKIM signatures that stopped holding on the way: who signed, who changed the message behind the signer."""

from collections.abc import Iterator, Sequence

from snapdiff.findings.register import Found, of_trace
from snapdiff.findings.signing import (
    changes_told,
    how_deep,
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
        at = _first_broken_body(signature.states)
        if at is None:
            continue
        index, step = step_into(trace, at)
        numbers = changes_told(step, at, body=True)
        evidence = {
            **named(signature),
            "signed_by": signer(trace, signature),
            "changed": how_deep([step.changes[number] for number in numbers], signature),
            "ran_in_order": order_between(trace, signature, index),
            "changed_it_afterwards": others_after(trace, signature),
        }
        if fields := _fields_changed_at(signature, at):
            evidence["signed_fields_changed"] = fields
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
        at = _first_changed_fields(signature.states)
        if at is None or at is _first_broken_body(signature.states):
            continue
        index, step = step_into(trace, at)
        numbers = changes_told(step, at, body=False)
        evidence = {
            **named(signature),
            "signed_by": signer(trace, signature),
            "fields": _fields_changed_at(signature, at),
            "changed": how_deep([step.changes[number] for number in numbers], signature),
            "ran_in_order": order_between(trace, signature, index),
            "changed_it_afterwards": others_after(trace, signature),
        }
        if signature.added:
            words = {"advice": priority_advice(trace, signature, index)}
            yield Found("SD202", evidence, numbers, index, words=words)
        else:
            yield Found("SD208", evidence, numbers, index)


def _dkim(trace: Trace) -> list[TracedSignature]:
    return [one for one in trace.signatures or () if one.field == "DKIM-Signature"]


def _first_broken_body(states: Sequence[SignatureState]) -> SignatureState | None:
    """The first state with a broken body behind one whose body held; None where the body was never known to hold."""
    known = [state for state in states if state.body != "unknown"]
    if not known or known[0].body != "holds":
        return None
    return next((state for state in known if state.body == "broken"), None)


def _first_changed_fields(states: Sequence[SignatureState]) -> SignatureState | None:
    return next((state for state in states if state.fields == "changed"), None)


def _fields_changed_at(signature: TracedSignature, at: SignatureState) -> str:
    return ", ".join(at.changed_fields or ())
