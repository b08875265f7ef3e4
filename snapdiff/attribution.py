"""A journey's AGENTINFO rows and latencies to notes beside the steps of the agents that they are about.

A note stands with a step only where there is no doubt whose it is: the row's server and its internal-message-id (or
Network-Message-Id) lead to one trace, and the agent ran in it once. Else it stands with the journey, and says why.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec import UNSET, Struct
from msgspec.structs import astuple, replace

from snapdiff.model import AgentNote, CustomDatum, Journey, NoteKind, Trace, TrackingRow
from snapdiff.servers import host, logging_server

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
    rows = [row for row in journey.events if row.event == "AGENTINFO"]
    timed = [row for row in journey.events if row.parsed.message_info and row.parsed.message_info.latencies]
    if not rows and not timed:
        return Attributed({}, [])
    places = _Places(map(_place, traces), rows)
    splits = {(_split_by(row), row.text("internal_message_id")): row for row in journey.events if _split_by(row)}
    notes = _Notes()
    for row in rows:
        place, reason = places.of(row)
        for note in agent_notes(row, rules, places.named):
            notes.put(note, place, reason, splits.get((_plain(note.agent), row.text("internal_message_id"))))
    for row in timed:
        for note, place in _latencies(row, places):
            notes.put(note, place)
    return notes.found


def message_notes(rows: Iterable[TrackingRow], rules: Mapping[str, str] | None) -> list[AgentNote]:
    """All that agents logged about one message, by its rows alone, each once; of agents whose code is known."""
    found: dict[tuple[object, ...], AgentNote] = {}
    for row in rows:
        if row.event == "AGENTINFO":
            for note in agent_notes(row, rules, {}):
                found.setdefault(_without_place(note), note)
    return list(found.values())


def _without_place(note: AgentNote) -> tuple[object, ...]:
    """The note as it is compared: two copies of a log say the same at other places."""
    values = astuple(replace(note, file="", line=0))
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)


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


class _Places:
    """The traces of a journey, looked up by what a row says of its message; `rows` are its AGENTINFO rows."""

    def __init__(self, places: Iterable[_Place], rows: Iterable[TrackingRow]) -> None:
        self.named: dict[str, str] = {}
        self._on: dict[str, list[_Place]] = defaultdict(list)
        self._numbered: dict[tuple[str, str], list[_Place]] = defaultdict(list)
        self._logging: dict[str, set[str]] = defaultdict(set)
        for place in places:
            self.named |= place.names
            if place.service != "mailbox-delivery" or not place.server:
                self._on[place.server].append(place)
                for record in place.records:
                    self._numbered[place.server, record].append(place)
        for row in rows:
            self._logging[row.text("internal_message_id")].add(_server(row))

    def of(self, row: TrackingRow) -> tuple[_Place | None, str]:
        """The one trace that a row is about; None, and why, where there is none or it can't be known which."""
        server, record = _server(row), row.text("internal_message_id")
        known = self._on.get(server, []) if server else []
        fitting = self._numbered.get((server, record), []) if server and record else []
        if not fitting:
            copy = row.text("network_message_id").lower()
            fitting = [one for one in known if copy and copy == one.network_id and not (record and one.records)]
        if not fitting and not known:
            fitting = [one for one in self._numbered.get(("", record), []) if _is_its(one, row)]
            if fitting and len(self._logging[record]) > 1:
                return None, f"several servers logged the number {record}, and the folder does not say whose it is"
        if len(fitting) == 1:
            return fitting[0], ""
        if fitting:
            return None, f"{len(fitting)} folders fit the row, and it does not say which"
        shown = logging_server(row) or "the server"
        if not known:
            return None, f"no folder of snapshots from {shown} is here"
        return None, f"the folder of this copy (internal-message-id {record or 'not given'} on {shown}) is not here"

    def timed(self, row: TrackingRow, server: str) -> _Place | None:
        """The trace on a server that a row's latencies are about: of the row's own number, or the only one there."""
        there = self._on.get(server, []) if server else []
        record = row.text("internal_message_id") if _server(row) == server else ""
        if record and any(one.records for one in there):
            there = self._numbered.get((server, record), [])
        return there[0] if len(there) == 1 else None


def _is_its(place: _Place, row: TrackingRow) -> bool:
    """Whether a folder with the row's number, of a server that is not known, is of its copy, or of its message."""
    copy = row.text("network_message_id").lower()
    if copy and place.network_id:
        return copy == place.network_id
    return bool(place.message_id) and place.message_id == row.text("message_id")


def _server(row: TrackingRow) -> str:
    return host(logging_server(row))


def _latencies(row: TrackingRow, places: _Places) -> Iterator[tuple[AgentNote, _Place]]:
    """The agents' own times in a latency text, where one trace of its server has one step of that agent."""
    for one in row.parsed.message_info.latencies if row.parsed.message_info else ():
        agent = _plain(one.component.partition("-")[2])
        if not one.parent or not agent or not one.server:
            continue
        place = places.timed(row, host(one.server))
        if place is not None and len(place.steps.get(agent, ())) == 1:
            note = _note(row, place.names[agent], "time", milliseconds=round(one.seconds * 1000, 3))
            yield replace(note, values=[("component", one.component)]), place


def _split_by(row: TrackingRow) -> str:
    """The plain name of the agent that split a copy off; "" for any other row."""
    is_split = row.event == "TRANSFER" and row.is_by_agent
    return _plain(row.text("source_context").strip()) if is_split else ""


class _Notes:
    """Takes notes to their places, each once where several copies of a log have it."""

    def __init__(self) -> None:
        self.found = Attributed({}, [])
        self._taken: set[tuple[str, str, tuple[object, ...]]] = set()

    def put(self, note: AgentNote, place: _Place | None, reason: str = "", split: TrackingRow | None = None) -> None:
        """Puts a note beside the one step of its agent; else with the journey, for this reason.

        `split` is the row that says that this agent split the copy off.
        """
        steps = place.steps.get(_plain(note.agent), []) if place is not None else []
        if place is not None and len(steps) != 1:
            note = replace(note, reason=_no_step(note.agent, place, len(steps), split), trace=place.path)
        elif place is None:
            note = replace(note, reason=reason)
        path, step = (place.path, steps[0]) if place is not None and len(steps) == 1 else ("", "")
        key = path, step, _without_place(note)
        if key in self._taken:
            return
        self._taken.add(key)
        if path:
            self.found.of_steps.setdefault(path, {}).setdefault(step, []).append(note)
        else:
            self.found.unplaced.append(note)


def _no_step(agent: str, place: _Place, count: int, split: TrackingRow | None) -> str:
    """Why a note about a trace stands at none of its steps."""
    if count:
        return f"{agent} ran {count} times in {place.path}, and the log does not say in which run it was"
    if split is not None:
        return f"{agent} split this copy off ({split.file}:{split.line}), so {place.path} begins behind it"
    return f"no snapshot in {place.path} is of {agent}"
