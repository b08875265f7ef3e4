"""What of a noun is shown when the rest is redacted: names of agents, events and snapshots, times, codes and kinds.

A field that can hold nothing but words of ours (a Literal) is shown in any noun, and stands in no list.
"""

import typing
from functools import cache
from types import UnionType

from msgspec import Struct, UnsetType


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FIELDS = _words(
    """
    Trace.id Parent.file
    Snapshot.file Snapshot.event Snapshot.agent
    Step.from_ Step.to Step.compared_with Step.event Step.agent Step.reason Step.missing Step.candidates
    Change.part Change.note
    Finding.code Finding.name Finding.step Finding.agent Finding.flags
    Journey.joined_by Split.agent Split.reason
    TimelineEntry.event TimelineEntry.agent
    AgentNote.agent AgentNote.rule_id AgentNote.actions AgentNote.severity AgentNote.mode
    SignatureState.file TracedSignature.added TracedSignature.added_by
    TracedSignature.body_broken TracedSignature.fields_broken
    Tool.name Tool.version
    MimeNode.section PartTexts.section PartTexts.cut StepView.to TraceViews.cut
    Owner.to Owner.label Owner.agent Owner.event Owner.actor Owner.reason Owner.candidates Touch.what
    FieldBlame.part FieldBlame.cut PartBlame.section PartBlame.whole PartBlame.cut Blame.file Blame.cut
    CustomDatum.type Latency.component Latency.parent SessionLine.event
    Expectation.id Expectation.agent Expectation.event Expectation.what Expectation.file
    Failure.step Failure.event Failure.agent
    Waiver.expectation Waiver.reason Waiver.until Waiver.file
    Verdict.expectation Verdict.note CannotTell.expectation
    CheckReport.policy CheckReport.today CheckReport.baseline
    Did.agent Did.event Did.part AgentCompared.agent CompareReport.pair_by
    """
)
"""`Noun.field`."""

TIMES = _words("arrived date end from_time left start time to_time until")
"""Fields of any noun that hold a time; they are shown where they hold nothing else."""

KEPT_EVIDENCE = _words(
    "added_by agent agents by came changed_it_afterwards count event events family files form hops instance instances "
    "kind kinds last limit missing order part ran_in_order removed_by runs sealed_by section seconds signed_by "
    "signer size snapshot state status three_of_four_up_to times took truly usual where why"
)
"""What a finding saw that is no word of a mail."""

KEPT_IN_ROWS = _words(
    "event_id event_number source directionality total_bytes recipient_count schema_version transport_traffic_type "
    "message_latency message_latency_type priority encryption"
)
"""Fields of a tracking row by their names in snake case."""


@cache
def kept(noun: type[Struct]) -> frozenset[str]:
    """The fields of a noun that are shown as they are."""
    hints = typing.get_type_hints(noun)
    return frozenset(
        name for name in noun.__struct_fields__ if f"{noun.__name__}.{name}" in _FIELDS or _is_closed(hints[name])
    )


def _is_closed(hint: object) -> bool:
    """Whether a type holds literals alone, or nothing."""
    if typing.get_origin(hint) in (typing.Union, UnionType):
        parts = [part for part in typing.get_args(hint) if part not in (type(None), UnsetType)]
        return all(map(_is_closed, parts))
    return typing.get_origin(hint) is typing.Literal
