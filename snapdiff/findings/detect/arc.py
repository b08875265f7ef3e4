"""ARC chains (RFC 8617) that came whole and did not stay so, and the newest ARC signature that stopped holding."""

from collections.abc import Iterator

from snapdiff.findings.register import Found, Passing, of_step, of_trace
from snapdiff.findings.signing import changes_told, first_break, how_deep, named, signer, step_into
from snapdiff.mail.arc import ARC_FIELDS, ArcSets, arc_sets, is_whole
from snapdiff.model import Trace


@of_trace
def newest_signature_broken(trace: Trace) -> Iterator[Found]:
    """SD211: the ARC-Message-Signature of the highest instance, which alone has to hold (RFC 8617 section 5.2)."""
    there = [one for one in trace.signatures or () if one.field == "ARC-Message-Signature" and not one.states[-1].gone]
    newest = max(there, key=lambda one: one.instance or 0, default=None)
    if newest is None or (at := first_break(newest)) is None:
        return
    index, step = step_into(trace, at)
    numbers = changes_told(step, at, body=at.body == "broken")
    evidence = {
        "instance": str(newest.instance or "(none)"),
        **named(newest),
        "sealed_by": signer(trace, newest),
        "changed": how_deep([step.changes[number] for number in numbers], newest),
    }
    if at.changed_fields:
        evidence["signed_fields_changed"] = ", ".join(at.changed_fields)
    yield Found("SD211", evidence, numbers, index)


@of_step
def chain_broken(at: Passing) -> Iterator[Found]:
    """SD212: the chain was whole before this step; now fields of it are gone, changed, or there twice."""
    numbers = tuple(number for number, change in enumerate(at.step.changes) if _is_of_chain(change.name, change.part))
    if not numbers:
        return
    before, after = arc_sets(at.before), arc_sets(at.after)
    if is_whole(before) and (faults := _faults(before, after)):
        yield Found("SD212", {"instances": str(len(before)), "broken": "; ".join(faults)}, numbers)


def _is_of_chain(name: str | None, part: str | None) -> bool:
    return part is None and (name or "").lower() in ARC_FIELDS


def _faults(before: ArcSets, after: ArcSets) -> list[str]:
    if not after:
        return ["all of its fields are gone"]
    faults: list[str] = []
    for number in dict.fromkeys((*before, *after)):
        for name in ARC_FIELDS.values():
            was, now = before.get(number, {}).get(name, ()), after.get(number, {}).get(name, ())
            if now != was or len(now) != 1:
                how = "missing" if not now else "there more than once" if len(now) > 1 else "changed" if was else ""
                faults += [f"{name} of i={number} {how}"] if how else []
    if list(after) != list(range(1, len(after) + 1)):
        faults.append(f"the instances are {', '.join(map(str, after))}")
    return faults
