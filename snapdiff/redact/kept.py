"""What of a noun is shown when the rest is redacted: names of agents, events and snapshots, times, codes and kinds."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEPT_FIELDS = _words(
    """
    Trace.id Trace.service Parent.file
    Snapshot.file Snapshot.stage Snapshot.event Snapshot.agent Snapshot.status
    Step.from_ Step.to Step.compared_with Step.event Step.agent Step.actor Step.reason Step.missing Step.candidates
    Change.kind Change.part Change.degree Change.note
    Finding.code Finding.name Finding.severity Finding.step Finding.agent Finding.flags
    Leg.service Journey.joined_by
    Tool.name Tool.version
    MimeNode.section PartTexts.section PartTexts.cut StepView.to TraceViews.cut
    Owner.to Owner.label Owner.agent Owner.event Owner.actor Owner.reason Owner.candidates Touch.what
    FieldBlame.part FieldBlame.cut PartBlame.section PartBlame.whole PartBlame.cut Blame.file Blame.cut
    TrackingRow.format CustomDatum.type CustomDatum.key CustomDatum.group
    Latency.component Latency.parent SessionLine.event
    Session.kind RecipientWay.outcome
    Expectation.id Expectation.scope Expectation.agent Expectation.event Expectation.clause Expectation.what
    Expectation.file Failure.step Failure.event Failure.agent
    Waiver.expectation Waiver.reason Waiver.until Waiver.state Waiver.file
    Verdict.expectation Verdict.outcome Verdict.note CannotTell.doubt CannotTell.expectation
    CheckReport.schema CheckReport.policy CheckReport.today CheckReport.baseline
    """
)
"""`Noun.field`."""

TIMES = _words("arrived date end from_time left start time to_time until")
"""Fields of any noun that hold a time; they are shown where they hold nothing else."""

KEPT_EVIDENCE = _words(
    "added_by agent agents by count event events files kind kinds limit missing order part removed_by section seconds "
    "signer state status where"
)
"""What a finding saw that is no word of a mail."""

KEPT_IN_ROWS = _words(
    "event_id event_number source directionality total_bytes recipient_count schema_version transport_traffic_type "
    "message_latency message_latency_type priority encryption"
)
"""Fields of a tracking row by their names in snake case."""
