"""What the tracking log says agents did, against what their snapshots show."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec import UNSET

from snapdiff.findings.register import Found, of_journey
from snapdiff.model import AgentNote, Change, Journey, Step, Trace, TrackingRow
from snapdiff.servers import host, may_have_logged

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
    for at, trace in enumerate(traces if journey.events else ()):
        for place, step in enumerate(trace.steps):
            if not step.certain or step.from_ is None or any(map(_is_of_a_rule, step.changes)):
                continue
            for note in step.logged or ():
                actions = [action for action in note.actions if action.lower().startswith(_CHANGING)]
                if note.what == "rule" and actions and not _is_test(note):
                    yield Found("SD705", _rule_values(note, actions), step=place, trace=at)


@of_journey
def change_without_rule(journey: Journey, traces: Sequence[Trace]) -> Iterator[Found]:
    """SD706: the Transport Rule Agent changed something, and the whole AGENTINFO row of that copy has no rule."""
    told = _by_number(row for row in journey.events if row.event == "AGENTINFO" and _is_whole(row))
    unplaced = {note.trace for note in journey.logged or () if note.what == "rule"}
    for at, trace in enumerate(traces) if told and UNSET not in unplaced else ():
        row = next((told[key] for key in _numbers(trace) if key in told), None)
        fired = trace.path in unplaced or any(note.what == "rule" for step in trace.steps for note in step.logged or ())
        if row is None or fired:
            continue
        for place, step in enumerate(trace.steps):
            changes = tuple(number for number, change in enumerate(step.changes) if _is_of_a_rule(change))
            own = step.certain and step.from_ is not None and (step.agent or "").lower() == _RULES
            if changes and own:
                values = {"what": _what(step, changes), "row": f"{row.file}:{row.line}"}
                yield Found("SD706", values, changes, place, at)


@of_journey
def logged_without_snapshot(journey: Journey, traces: Sequence[Trace]) -> Iterator[Found]:
    """SD707: the log says an agent split, failed or deferred the message where its trace has no snapshot of that."""
    rows = [row for row in journey.events if row.is_by_agent and row.text("source_context")]
    rows = [row for row in rows if row.event in ("TRANSFER", "FAIL", "DEFER")]
    seen = _seen(traces) if rows else {}
    for row in rows:
        context, number = row.text("source_context").strip(), row.text("internal_message_id")
        if row.event == "TRANSFER":
            trace = None if _find(seen, row, [number]) else _find(seen, row, row.texts("reference"))
            agent, did = context, f"split off a copy (internal-message-id {number})"
        else:
            trace = _find(seen, row, [number])
            agent, did = _who_and_what(row, context, trace) if trace else ("", "")
        if trace and did:
            values = {"agent": agent, "did": did, "time": _time(row), "server": trace.server}
            yield Found("SD707", {**values, "row": f"{row.file}:{row.line}"}, trace=trace.at)


@dataclass(frozen=True)
class _Seen:
    """What snapshots of a trace show: the agents that ran, and whether the message was deferred."""

    at: int
    server: str
    agents: frozenset[str]
    deferred: bool


def _seen(traces: Sequence[Trace]) -> dict[tuple[str, str], _Seen]:
    """The traces by their server and numbers; the first of several copies of a folder."""
    found: dict[tuple[str, str], _Seen] = {}
    for at, trace in enumerate(traces):
        agents = frozenset(one.agent.lower() for one in trace.snapshots if one.agent)
        deferred = any(one.status == "Deferred" for one in trace.snapshots)
        for key in _numbers(trace):
            found.setdefault(key, _Seen(at, trace.server or "", agents, deferred))
    return found


def _find(seen: dict[tuple[str, str], _Seen], row: TrackingRow, numbers: Sequence[str]) -> _Seen | None:
    """The trace of the row's server that has one of these numbers."""
    return next((seen[name, one] for name in _servers(row) for one in numbers if (name, one) in seen), None)


def _who_and_what(row: TrackingRow, context: str, trace: _Seen) -> tuple[str, str]:
    """Who failed or deferred the message and in what words; no words where a snapshot shows it.

    Of a DEFER row the context is why, which need not be an agent's name.
    """
    ran = context.lower() in trace.agents
    if row.event == "FAIL":
        return context, "" if ran else "failed the message"
    return "an agent", "" if ran or trace.deferred else f"deferred the message ({context})"


def _by_number(rows: Iterable[TrackingRow]) -> dict[tuple[str, str], TrackingRow]:
    """Rows by the servers that may have logged them and by the number that the message has there."""
    found: dict[tuple[str, str], TrackingRow] = {}
    for row in rows:
        for name in _servers(row):
            found.setdefault((name, row.text("internal_message_id")), row)
    return found


def _servers(row: TrackingRow) -> list[str]:
    return [host(name) for name in may_have_logged(row)]


def _numbers(trace: Trace) -> list[tuple[str, str]]:
    """A trace's server with each of its Record-Ids; none where it does not say its server."""
    records = dict.fromkeys(snapshot.record_id for snapshot in trace.snapshots if snapshot.record_id)
    return [(host(trace.server), record) for record in records] if trace.server else []


def _time(row: TrackingRow) -> str:
    return f"{row.time[:19].replace('T', ' ')} UTC" if row.time else "a time that can't be read"


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


def _what(step: Step, changes: Sequence[int]) -> str:
    """The first changes by name."""
    told = [step.changes[number] for number in changes]
    names = [change.name or (f"part {change.part}" if change.part else "the message") for change in told]
    named = list(dict.fromkeys(names))
    return ", ".join(named[:3]) + (f" and {len(named) - 3} more" if len(named) > 3 else "")
