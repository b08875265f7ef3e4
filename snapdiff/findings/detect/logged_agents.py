"""What the tracking log says agents did, against what their snapshots show."""

from collections.abc import Iterator, Sequence

from msgspec import UNSET

from snapdiff.findings.register import Found, of_journey
from snapdiff.model import AgentNote, Change, Journey, Step, Trace, TrackingRow

_RULES = "transport rule agent"
_CHANGING = (
    *("applyhtmldisclaimer", "applydisclaimer", "prependsubject", "setheader", "removeheader", "setscl"),
    *("applyclassification", "addtorecipient", "addmanagerasrecipient", "copyto", "blindcopyto", "redirectmessage"),
)
"""How the names of actions begin that change the message where it stands (the actions of New-TransportRule)."""
_MARKS = frozenset(
    {
        "x-ms-exchange-organization-scl",
        "x-ms-exchange-organization-classification",
        "x-ms-exchange-organization-disclaimer-hash",
        "x-ms-exchange-organization-disclaimer-wrapper",
    }
)
"""Exchange's own fields that a rule's action leaves; its others are stamps that the agent makes with no rule, too."""


@of_journey
def rule_without_change(journey: Journey, traces: Sequence[Trace]) -> Iterator[Found]:
    """SD705: a rule fired that changes a message, and the agent's snapshot is as the one before."""
    for at, trace in enumerate(traces):
        for place, step in enumerate(trace.steps):
            if not step.certain or any(map(_is_of_a_rule, step.changes)):
                continue
            for note in step.logged or ():
                actions = [action for action in note.actions if action.lower().startswith(_CHANGING)]
                if note.what == "rule" and actions and not _is_test(note):
                    yield Found("SD705", _rule_values(note, actions), step=place, trace=at)


@of_journey
def change_without_rule(journey: Journey, traces: Sequence[Trace]) -> Iterator[Found]:
    """SD706: the Transport Rule Agent changed something, and the whole AGENTINFO row of that copy has no rule."""
    told = [row for row in journey.events if _event(row) == "AGENTINFO" and _is_whole(row)]
    for at, trace in enumerate(traces) if told else ():
        own = [row for row in told if _is_about(row, trace)]
        if not own or _has_rule(trace, journey):
            continue
        for place, step in enumerate(trace.steps):
            changes = tuple(number for number, change in enumerate(step.changes) if _is_of_a_rule(change))
            if changes and step.certain and (step.agent or "").lower() == _RULES:
                values = {"what": _what(step, changes), "row": f"{own[0].file}:{own[0].line}"}
                yield Found("SD706", values, changes, place, at)


@of_journey
def logged_without_snapshot(journey: Journey, traces: Sequence[Trace]) -> Iterator[Found]:
    """SD707: the log says an agent split, failed or deferred the message where its trace has no snapshot of that."""
    for row in journey.events:
        event, context = _event(row), row.text("source_context").strip()
        if row.text("source").upper() != "AGENT" or not context or event not in ("TRANSFER", "FAIL", "DEFER"):
            continue
        number = row.text("internal_message_id")
        if event == "TRANSFER":
            copies = any(_has_number(trace, row, [number]) for trace in traces)
            at = None if copies else _place_of(traces, row, row.texts("reference"))
            agent, did = context, f"split off a copy (internal-message-id {number})"
        else:
            at = _place_of(traces, row, [number])
            agent, did = _who_and_what(event, context, traces[at]) if at is not None else ("", "")
        if at is not None and did:
            values = {"agent": agent, "did": did, "time": _time(row), "server": traces[at].server or ""}
            yield Found("SD707", {**values, "row": f"{row.file}:{row.line}"}, trace=at)


def _who_and_what(event: str, context: str, trace: Trace) -> tuple[str, str]:
    """Who failed or deferred the message and in what words; no words where a snapshot shows it.

    Of a DEFER row the context is why, which need not be an agent's name.
    """
    ran = any((snapshot.agent or "").lower() == context.lower() for snapshot in trace.snapshots)
    if event == "FAIL":
        return context, "" if ran else "failed the message"
    shown = ran or any(snapshot.status == "Deferred" for snapshot in trace.snapshots)
    return "an agent", "" if shown else f"deferred the message ({context})"


def _place_of(traces: Sequence[Trace], row: TrackingRow, numbers: Sequence[str]) -> int | None:
    """The first trace of the row's server with one of these numbers."""
    return next((at for at, trace in enumerate(traces) if _has_number(trace, row, numbers)), None)


def _time(row: TrackingRow) -> str:
    return f"{row.time[:19].replace('T', ' ')} UTC" if row.time else "a time that can't be read"


def _event(row: TrackingRow) -> str:
    return row.text("event_id").upper()


def _is_of_a_rule(change: Change) -> bool:
    """Whether a change is what a rule's action does: no stamp of the agent, and no recipient that left for a copy."""
    name = (change.name or "").lower()
    if change.cosmetic or change.kind == "envelope.recipient-removed":
        return False
    return not (change.kind.startswith("header.") and name.startswith("x-ms-exchange-") and name not in _MARKS)


def _is_test(note: AgentNote) -> bool:
    return (note.mode or "").lower().startswith("audit")


def _rule_values(note: AgentNote, actions: Sequence[str]) -> dict[str, str]:
    name = f"'{note.rule_name}'" if note.rule_name else note.rule_id or "without an id"
    row = f"{note.file}:{note.line}"
    return {"rule": name, "rule_id": note.rule_id or "", "action": ", ".join(actions), "row": row}


def _is_whole(row: TrackingRow) -> bool:
    """Whether all that agents logged is here: a shell cuts long lists short, and some exports lose them."""
    members = row.texts("custom_data")
    return bool(members) and len(row.parsed.custom_data) == len(members) and not members[-1].endswith(("...", "…"))


def _is_about(row: TrackingRow, trace: Trace) -> bool:
    return _has_number(trace, row, [row.text("internal_message_id")])


def _has_number(trace: Trace, row: TrackingRow, numbers: Sequence[str]) -> bool:
    """Whether a trace is of the server that logged a row, and has one of these numbers of its as its Record-Id."""
    own = _host(row.text("server_hostname") or row.text("client_hostname"))
    if not trace.server or _host(trace.server) not in (own, _host(row.text("client_hostname"))):
        return False
    return any(snapshot.record_id in numbers for snapshot in trace.snapshots if snapshot.record_id)


def _host(name: str) -> str:
    return name.partition(".")[0].lower()


def _has_rule(trace: Trace, journey: Journey) -> bool:
    """Whether any rule may have fired on a trace's copy: one beside a step, or one that can't be told apart from it."""
    beside = any(note.what == "rule" for step in trace.steps for note in step.logged or ())
    return beside or any(note.what == "rule" and note.trace in (UNSET, trace.path) for note in _unplaced(journey))


def _unplaced(journey: Journey) -> list[AgentNote]:
    return journey.logged or []


def _what(step: Step, changes: Sequence[int]) -> str:
    """The first changes by name."""
    told = [step.changes[number] for number in changes]
    names = [change.name or (f"part {change.part}" if change.part else "the message") for change in told]
    named = list(dict.fromkeys(names))
    return ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
