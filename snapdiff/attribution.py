"""A journey's AGENTINFO rows and latencies to notes beside the steps of the agents that they are about.

A note stands with a step only where there is no doubt whose it is: the row's server and its internal-message-id (or
Network-Message-Id) lead to one trace, and the agent ran in it once. Else it stands with the journey, and says why.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import UNSET, Struct
from msgspec.structs import replace

from snapdiff.model import AgentNote, CustomDatum, Journey, NoteKind, Trace, TrackingRow
from snapdiff.track.gaps import host

_AGENTS = {"TRA": "Transport Rule Agent", "AMA": "Malware Agent", "JA": "Journal Agent"}
"""What agents are called in custom-data. Any other logs under its own name, with `_` for separators."""
_COSTS = {"ETR": "Transport Rule Agent", "TRA": "Transport Rule Agent", "AMA": "Malware Agent", "JA": "Journal Agent"}
_CODES = {"transport_rule_agent": "TRA", "malware_agent": "AMA", "journal_agent": "JA"}
_KINDS: dict[tuple[str, str], NoteKind] = {
    ("TRA", "ETR"): "rule",
    ("TRA", "ETRP"): "rule-time",
    ("TRA", "DC"): "classification",
    ("TRA", "CI"): "classification-override",
    ("AMA", "SUM"): "malware-scan",
    ("AMA", "EV"): "malware-engine",
}
_OWN_PLACE = frozenset({"ruleid", "action", "sev", "mode"})
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,7})?", re.ASCII)


class Attributed(Struct, frozen=True):
    """The notes of a journey: by a trace's path and a step's later file; and those that belong to no one step."""

    of_steps: dict[str, dict[str, list[AgentNote]]]
    unplaced: list[AgentNote]


class _Place(Struct, frozen=True):
    """What a trace is known by, and the later files of the steps that each agent did, under `_plain` names."""

    path: str
    server: str
    service: str | None
    records: frozenset[str]
    network_id: str
    message_id: str
    steps: dict[str, list[str]]
    names: dict[str, str]


def attributed(journey: Journey, traces: Iterable[Trace], rules: Mapping[str, str] | None) -> Attributed:
    """The notes of one journey. `rules` are the names of transport rules by their `plain_id`; None: not given."""
    rows = [row for row in journey.events if row.text("event_id").upper() == "AGENTINFO"]
    timed = [row for row in journey.events if row.parsed.message_info and row.parsed.message_info.latencies]
    if not rows and not timed:
        return Attributed({}, [])
    places = [_place(trace) for trace in traces]
    named = {plain: name for place in places for plain, name in place.names.items()}
    splits = {(_split_by(row), row.text("internal_message_id")): row for row in journey.events if _split_by(row)}
    found = Attributed({}, [])
    for row in rows:
        place, reason = _place_of(row, places, rows)
        for note in agent_notes(row, rules, named):
            split = splits.get((_plain(note.agent), row.text("internal_message_id")))
            _put(note, place, reason, found, split)
    for row in timed:
        for note, place in _latencies(row, places):
            _put(note, place, "", found, None)
    return found


def agent_notes(row: TrackingRow, rules: Mapping[str, str] | None, named: Mapping[str, str]) -> Iterator[AgentNote]:
    """What one AGENTINFO row says agents did, in its order; `named` are the snapshots' agents by their plain names."""
    for datum in row.parsed.custom_data:
        if datum.key == "CompCost":
            for key, value in datum.values:
                if key in _COSTS and _NUMBER.fullmatch(value):
                    yield _note(row, _COSTS[key], "time", milliseconds=float(value))
            continue
        code = datum.key if datum.key in _AGENTS else _CODES.get(_plain(datum.key), "")
        agent = _AGENTS.get(code) or named.get(_plain(datum.key))
        if agent is not None:
            yield _of_member(row, agent, code, datum, rules)


def _of_member(
    row: TrackingRow, agent: str, code: str, datum: CustomDatum, rules: Mapping[str, str] | None
) -> AgentNote:
    kind: NoteKind = _KINDS.get((code, datum.group), "journal" if code == "JA" else "other")
    first = {key.lower(): value for key, value in reversed(datum.values) if value}
    rule = first.get("ruleid") if kind in ("rule", "rule-time") else None
    name = rules.get(plain_id(rule)) if rules is not None and rule else None
    told = _OWN_PLACE if kind in ("rule", "rule-time") else _OWN_PLACE - {"ruleid"}
    pairs = [(key, value) for key, value in datum.values if value and key.lower() not in told]
    if datum.group and kind in ("journal", "other"):
        pairs = [("group", datum.group), *pairs]
    took = first.get("execw", "") if kind == "rule-time" else ""
    note = _note(row, agent, kind, milliseconds=float(took) if _NUMBER.fullmatch(took) else None)
    return replace(
        note,
        rule_id=rule,
        rule_name=name,
        actions=[value for key, value in datum.values if key.lower() == "action" and value],
        severity=first.get("sev"),
        mode=first.get("mode"),
        values=pairs,
        rule_unknown=True if rules is not None and rule and name is None else UNSET,
    )


def _note(row: TrackingRow, agent: str, what: NoteKind, milliseconds: float | None = None) -> AgentNote:
    return AgentNote(agent, what, None, None, [], None, None, milliseconds, [], row.time, row.file, row.line)


def plain_id(rule: str) -> str:
    """A rule's id as it is compared: lower case, without braces and dashes, as the log has it now with, now without."""
    return re.sub(r"[{}\-\s]", "", rule).lower()


def _plain(agent: str) -> str:
    """An agent's name as it is compared: what is neither letter nor digit stands as `_` in the log's keys."""
    return re.sub(r"\W", "_", agent).lower()


def _place(trace: Trace) -> _Place:
    steps: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for step in trace.steps:
        if step.agent is not None:
            steps.setdefault(_plain(step.agent), []).append(step.to)
            names[_plain(step.agent)] = step.agent
    return _Place(
        path=trace.path,
        server=host(trace.server or ""),
        service=trace.service,
        records=frozenset(one.record_id for one in trace.snapshots if one.record_id),
        network_id=(trace.network_message_id or "").lower(),
        message_id=trace.message_id or "",
        steps=steps,
        names=names,
    )


def _place_of(row: TrackingRow, places: Sequence[_Place], rows: Sequence[TrackingRow]) -> tuple[_Place | None, str]:
    """The one trace that a row is about; None, and why, where there is none or it can't be known which."""
    server, record = _server(row), row.text("internal_message_id")
    known = [one for one in places if one.server and one.server == server and one.service != "mailbox-delivery"]
    fitting = [one for one in known if record and record in one.records]
    if not fitting:
        copy = row.text("network_message_id").lower()
        fitting = [one for one in known if copy and copy == one.network_id and not (record and one.records)]
    if not fitting and not known:
        fitting = [one for one in places if not one.server and _is_its(one, row)]
        same = {_server(one) for one in rows if one.text("internal_message_id") == record}
        if fitting and len(same) > 1:
            return None, f"several servers logged the number {record}, and the folder does not say whose it is"
    if len(fitting) == 1:
        return fitting[0], ""
    if fitting:
        return None, f"{len(fitting)} folders fit the row, and it does not say which"
    shown = row.text("client_hostname") or row.text("server_hostname") or "the server"
    if not known:
        return None, f"no folder of snapshots from {shown} is here"
    return None, f"the folder of this copy (internal-message-id {record or 'not given'} on {shown}) is not here"


def _is_its(place: _Place, row: TrackingRow) -> bool:
    """Whether a folder of a server that is not known fits: its number and its copy, or message, are the row's."""
    if row.text("internal_message_id") not in place.records:
        return False
    copy = row.text("network_message_id").lower()
    if copy and place.network_id:
        return copy == place.network_id
    return bool(place.message_id) and place.message_id == row.text("message_id")


def _server(row: TrackingRow) -> str:
    """The server that logged an AGENTINFO, SEND or DELIVER row: it is the client, in some the server."""
    return host(row.text("client_hostname") or row.text("server_hostname"))


def _latencies(row: TrackingRow, places: Sequence[_Place]) -> Iterator[tuple[AgentNote, _Place]]:
    """The agents' own times in a latency text, where one trace of its server has one step of that agent."""
    for one in row.parsed.message_info.latencies if row.parsed.message_info else ():
        agent = _plain(one.component.partition("-")[2])
        if not one.parent or not agent or not one.server:
            continue
        place = _timed(row, host(one.server), places)
        if place is not None and len(place.steps.get(agent, ())) == 1:
            note = _note(row, place.names[agent], "time", milliseconds=round(one.seconds * 1000, 3))
            yield replace(note, values=[("component", one.component)]), place


def _timed(row: TrackingRow, server: str, places: Sequence[_Place]) -> _Place | None:
    """The trace on a server that a row's latencies are about: of the row's own number, or the only one there."""
    there = [one for one in places if one.server == server and one.service != "mailbox-delivery"]
    record = row.text("internal_message_id") if _server(row) == server else ""
    if record and any(one.records for one in there):
        there = [one for one in there if record in one.records]
    return there[0] if len(there) == 1 else None


def _split_by(row: TrackingRow) -> str:
    """The plain name of the agent that split a copy off; "" for any other row."""
    is_split = row.text("event_id").upper() == "TRANSFER" and row.text("source").upper() == "AGENT"
    return _plain(row.text("source_context").strip()) if is_split else ""


def _put(note: AgentNote, place: _Place | None, reason: str, found: Attributed, split: TrackingRow | None) -> None:
    """Puts a note beside its step, or with the journey; not twice where two copies of a log have it."""
    there = found.unplaced
    if place is not None:
        steps = place.steps.get(_plain(note.agent), [])
        if len(steps) == 1:
            there = found.of_steps.setdefault(place.path, {}).setdefault(steps[0], [])
        else:
            times = f"ran {len(steps)} times in {place.path}, and the log does not say in which run it was"
            reason = f"{note.agent} {times}" if steps else f"no snapshot in {place.path} is of {note.agent}"
            if split is not None and not steps:
                reason = (
                    f"{note.agent} split this copy off ({split.file}:{split.line}), so {place.path} begins behind it"
                )
            note = replace(note, reason=reason, trace=place.path)
    else:
        note = replace(note, reason=reason)
    if not any(_is_same(note, other) for other in there):
        there.append(note)


def _is_same(note: AgentNote, other: AgentNote) -> bool:
    return replace(note, file="", line=0) == replace(other, file="", line=0)
