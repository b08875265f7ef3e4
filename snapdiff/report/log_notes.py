"""What the logs tell beside a step or a journey to the words that every output for people shares.

Names of rules, agents, files and malware come from logs and are hostile; each passes through `mark`, as in `words`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapdiff.report.words import counted, cut, elapsed_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from snapdiff.model import AgentNote, Journey, Step

    Mark = Callable[[str], str]

_SEVERITIES = {"1": "low", "2": "medium", "3": "high"}
_MALWARE_ACTIONS = {
    "r": "replaced the content",
    "d": "deferred the message",
    "s": "deleted the message",
    "ni": "rejected the message",
    "ne": "rejected the message",
    "b": "blocked the message",
    "p": "let the message pass",
    "st": "let the message pass",
    "sy": "let the message pass",
}
"""The documented letters of AMA's action (custom_data of AGENTINFO, in the documentation of message tracing)."""
_COUNTED = {"Malware Agent": "its scan", "Journal Agent": "its journaling"}
"""What an agent's part of CompCost is the time of, where it is not that of its rules."""
_VALUES_SHOWN = 12


def untold_gaps(journey: Journey) -> list[str]:
    """The gaps of a journey that none of its findings tells already, in the same words."""
    told = {finding.message for finding in journey.findings or ()}
    return [gap for gap in journey.gaps if gap not in told]


def telling(notes: Iterable[AgentNote] | object) -> list[AgentNote]:
    """The notes that say that something happened: a rule fired, malware was found. UNSET gives none."""
    return [note for note in notes if _is_telling(note)] if isinstance(notes, list) else []


def _is_telling(note: AgentNote) -> bool:
    values = dict(note.values)
    if note.what == "malware-scan":
        return values.get("v") == "1" or "error" in values
    if note.what == "malware-engine":
        return values.get("v") == "1"
    return note.what not in ("time", "rule-time")


def step_words(step: Step, mark: Mark, quote: Mark | None = None) -> list[tuple[str, str]]:
    """All that the log says of a step, each with where it stands (`file:line`); times come last, put together."""
    notes = step.logged or []
    told = [(note_words(note, mark, quote), f"{note.file}:{note.line}") for note in notes if note.what != "time"]
    times = sorted((note for note in notes if note.what == "time" and note.milliseconds), key=_is_of_rules)
    if times:
        told.append((", ".join(note_words(note, mark) for note in times), f"{times[0].file}:{times[0].line}"))
    return told


def _is_of_rules(note: AgentNote) -> bool:
    """Whether a time is that of the agent's rules alone (CompCost), not of the agent (a latency text)."""
    return "component" not in dict(note.values)


def note_words(note: AgentNote, mark: Mark, quote: Mark | None = None) -> str:
    """One note in plain words, without who and without an end: `rule 'External disclaimer' fired: ...`.

    `quote` marks a rule's name, in single quotes where it is not given.
    """
    quote = quote or (lambda text: f"'{mark(text)}'")
    values = dict(note.values)
    if note.what in ("rule", "rule-time"):
        return _rule_words(note, mark, quote)
    if note.what == "malware-scan":
        return _scan_words(note, values, mark)
    if note.what == "malware-engine":
        engine = f"engine {mark(cut(values.get('engine', '?')))}"
        if values.get("v") != "1":
            return f"{engine} found nothing"
        file = f" in {mark(cut(values['file']))}" if "file" in values else ""
        return f"{engine} found {mark(cut(values.get('name', 'malware')))}{file}"
    if note.what == "classification":
        count = values.get("count", "")
        times = f", {mark(cut(count))} {'time' if count == '1' else 'times'}" if "count" in values else ""
        sure = f", confidence {mark(cut(values['conf']))} %" if "conf" in values else ""
        return f"sensitive data found: classification {mark(cut(values.get('dcid', '?')))}{times}{sure}"
    if note.what == "time":
        took = elapsed_words(round(note.milliseconds or 0))
        return f"{_COUNTED.get(note.agent, 'its rules')} took {took}" if _is_of_rules(note) else f"took {took}"
    return _pairs_words(note, mark)


def _rule_words(note: AgentNote, mark: Mark, quote: Mark) -> str:
    rule = f"rule {quote(cut(note.rule_name, 200)) if note.rule_name else mark(cut(note.rule_id or '?'))}"
    if note.rule_unknown is True:
        rule += " (not among the rules given)"
    if note.what == "rule-time":
        return f"{rule} took {elapsed_words(round(note.milliseconds or 0))} to be evaluated"
    test = (note.mode or "").lower().startswith("audit")
    said = ", ".join(mark(cut(action)) for action in note.actions[:_VALUES_SHOWN]) or "no action"
    words = f"{rule} fired in test mode, and did not do what it would: {said}" if test else f"{rule} fired: {said}"
    if note.severity:
        words += f", severity {_SEVERITIES.get(note.severity) or mark(cut(note.severity))}"
    if note.mode:
        words += f", mode {mark(cut(note.mode))}"
    override = {key.lower(): value for key, value in note.values}.get("sndoverride")
    if override:
        words += ", which the sender overrode" if override == "or" else ", which the sender reported as wrong"
    return words


def _scan_words(note: AgentNote, values: dict[str, str], mark: Mark) -> str:
    did = [_MALWARE_ACTIONS.get(action) or f"action {mark(cut(action))}" for action in note.actions[:_VALUES_SHOWN]]
    if "error" in values:
        return f"the scan failed: {mark(cut(values['error'], 200))}" + "".join(f"; {one}" for one in did)
    found = {"1": "malware found", "0": "no malware found"}.get(values.get("v", ""), "scan")
    return f"{found}: {', '.join(did)}" if did else found


def _pairs_words(note: AgentNote, mark: Mark) -> str:
    pairs = [f"{mark(cut(key))} {mark(cut(value))}" for key, value in note.values[:_VALUES_SHOWN]]
    more = len(note.values) - len(pairs)
    return ", ".join(pairs) + (f" and {counted(more, 'more value')}" if more > 0 else "") or "nothing further"
