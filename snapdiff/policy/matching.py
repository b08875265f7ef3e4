"""A condition and a change to whether the one means the other; a step to whose rules it falls under."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import UNSET

from snapdiff.model import Change, Finding, PartInfo, PartSeen, Step, StepAnswers, Trace
from snapdiff.policy.form import Block, Condition, Policy, Selector
from snapdiff.policy.patterns import Pattern

_ON_SIGNATURES = "SD2"
"""The group of findings on signatures: a change that one flags (save a note, which says that all is well) broke one."""


class Looked(NamedTuple):
    """One step with what is known of its parts; `breaking` are the places of those changes that broke a signature."""

    step: Step
    answers: StepAnswers | None
    breaking: frozenset[int]

    def part(self, change: Change) -> PartSeen | None:
        """What stands behind a change's section, None where that is not known."""
        on_after = not change.kind.endswith("removed")
        known = self.answers.parts if self.answers is not None else ()
        return next((part for part in known if part.section == change.part and part.on_after == on_after), None)


def looked_at(trace: Trace) -> list[Looked]:
    """The steps of a trace."""
    answered = {} if trace.answers is UNSET else {answers.to: answers for answers in trace.answers.steps}
    broken = [finding for finding in trace.findings if _breaks(finding)]
    return [Looked(step, answered.get(step.to), _breaking(step, broken)) for step in trace.steps]


def fits(condition: Condition, looked: Looked, change: Change) -> bool:
    """Whether a condition means a change; how often is not looked at, nor for which messages."""
    if condition.what == "cosmetic":
        return change.cosmetic and not any(change is looked.step.changes[at] for at in looked.breaking)
    return fits_kind(condition, change) and fits_name(condition, looked, change) and _fits_values(condition, change)


def fits_kind(condition: Condition, change: Change) -> bool:
    """Whether a condition is about such a kind of change: the kind itself, or what stands before its dot."""
    return change.kind == condition.what or change.kind.startswith(condition.what + ".")


def fits_name(condition: Condition, looked: Looked, change: Change) -> bool:
    """Whether a condition means the field, address or part that changed."""
    if condition.name is not None and not condition.name.fits(change.name or ""):
        return False
    part = looked.part(change)
    if condition.filename is not None and not condition.filename.fits(_file_name(change, part)):
        return False
    if not condition.parts:
        return True
    places = [place for place in (change.part or "", _type(change, part)) if place]
    return any(pattern.fits(place) for pattern in condition.parts for place in places)


def fits_finding(condition: Condition, finding: Finding) -> bool:
    """Whether a condition means a finding: its code, or the group it is of."""
    return finding.code.startswith(condition.code)


def suspects(policy: Policy, step: Step) -> list[Block | None]:
    """Whose rules a step's changes fall under: one block where it is known who did it, else those of all who may have.

    None stands for somebody whom nothing restricts.
    """
    if step.certain and step.actor == "agent" and step.agent is not None:
        return [policy.block_of(step.agent, step.event)]
    if step.certain and step.actor in ("transport", "session"):
        return [policy.block("transport")]
    if step.actor == "unknown":
        return list(policy.blocks) or [None]
    names = [*([step.agent] if step.agent else []), *step.candidates]
    return _once([*(policy.block_of(name, step.event) for name in names), policy.block("transport")])


def is_split(step: Step, change: Change) -> bool:
    """Whether a change is the split of a message into copies itself, which divides the recipients."""
    return step.from_ is None and change.kind.startswith("envelope.recipient-")


def selects(selector: Selector, trace: Trace) -> bool:
    """Whether a trace is of a message that is meant; subjects and envelopes count as they were on the way, too."""
    snapshots = trace.snapshots
    senders = (trace.sender, *(snapshot.sender for snapshot in snapshots))
    recipients = (*trace.recipients, *(name for snapshot in snapshots for name in snapshot.recipients))
    ids = [name for name in (trace.message_id, trace.network_message_id) if name]
    ids += [name.strip("<>") for name in ids]
    return (
        _any(selector.subject, subjects(trace))
        and _any(selector.sender, senders)
        and _any(selector.recipient, recipients)
        and _any(selector.message_id, ids)
    )


def subjects(trace: Trace) -> Iterable[str]:
    """Each value of the Subject field on the way."""
    yield trace.subject or ""
    for step in trace.steps:
        for change in step.changes:
            if change.part is None and (change.name or "").lower() == "subject":
                yield from (value for value in (change.before, change.after) if isinstance(value, str))


def flagged(finding: Finding, step: Step) -> list[int]:
    """The places of the changes of its step that a finding is about; all of them where it names none."""
    named = [flag.rpartition("/changes/")[2] for flag in finding.flags if "/changes/" in flag]
    places = [int(number) for number in named if number.isdigit()]
    return [at for at in places if at < len(step.changes)] if named else list(range(len(step.changes)))


def _breaks(finding: Finding) -> bool:
    return finding.code.startswith(_ON_SIGNATURES) and finding.severity != "note"


def _breaking(step: Step, findings: Iterable[Finding]) -> frozenset[int]:
    of_step = [finding for finding in findings if finding.step is not None and finding.step[1] == step.to]
    return frozenset(at for finding in of_step for at in flagged(finding, step))


def _any(patterns: tuple[Pattern, ...], values: Iterable[str | None]) -> bool:
    wanted = list(dict.fromkeys(value for value in values if value is not None)) if patterns else []
    return not patterns or any(pattern.fits(value) for pattern in patterns for value in wanted)


def _once(blocks: list[Block | None]) -> list[Block | None]:
    out: list[Block | None] = []
    for block in blocks:
        if not any(block is other for other in out):
            out.append(block)
    return out


def _fits_values(condition: Condition, change: Change) -> bool:
    if condition.value is None and condition.before is None:
        return True
    before = change.before if isinstance(change.before, str) else ""
    after = change.after if isinstance(change.after, str) else ""
    # A field that was removed has one value alone: the one it had.
    value = before if change.kind == "header.removed" else after
    return (condition.value is None or condition.value.fits(value)) and (
        condition.before is None or condition.before.fits(before)
    )


def _file_name(change: Change, part: PartSeen | None) -> str:
    for info in (change.after, change.before):
        if isinstance(info, PartInfo) and info.file_name is not None:
            return info.file_name
    return (part.file_name or "") if part is not None else ""


def _type(change: Change, part: PartSeen | None) -> str:
    for info in (change.after, change.before):
        if isinstance(info, PartInfo):
            return info.type
    return part.type if part is not None else ""
