"""Traces to the traces a user asked for: filters on messages, on agents and on kinds of change, before any report.

A filter takes away, and never says anything new: who made a change and how sure that is stays as it was read.
"""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache
from typing import TYPE_CHECKING, get_args

from msgspec import UNSET, Struct
from msgspec.structs import replace

from snapdiff.flags import reflagged
from snapdiff.model import Change, Finding, Journey, Kind, Severity, Step, TimelineEntry, Trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Fits = Callable[[str, str], bool]

KINDS: tuple[str, ...] = get_args(Kind)
GROUPS = tuple(dict.fromkeys(kind.partition(".")[0] for kind in KINDS))
"""What stands before the dot of a kind: envelope, header, part, message."""
COSMETIC = "cosmetic"
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""From the gravest down."""


class Selection(Struct, frozen=True):
    """What a user wants to see. All that is given must hold; None, an empty text and an empty set ask for nothing.

    Texts are compared without letter case. `*` stands for any characters and `?` for one: a text with either is
    compared with the whole value. Without them:

    - `subject`, `agent`: found anywhere in the value. `subject` looks at each value the Subject field had on its way.
    - `sender`, `recipient`: a whole address (something on both sides of its @, or `<>`) must be equal; anything else
      (`@contoso.com`, `anna`) is found anywhere. They look at the envelope of every snapshot, so that a sender that an
      agent rewrote and a recipient that was refused or removed are found too.
    - `message_id`: equal to the Message-Id, with or without its angle brackets, or to the Network-Message-Id.
    - `agent`: the messages in which that agent ran, and of those the steps of that agent alone. A step that is not
      certain counts as its step where it is one of the candidates.
    - `changed_only`: the messages in which something changed that the other filters left. Their unchanged steps stay:
      how those are shown, or summed up, is the output's matter.
    - `only`, `ignore`: words of `parse_classes`. A change is shown where one word of `only` fits it, and no word of
      `ignore` does. So `header,cosmetic` in `only` is every header change and, beside them, every cosmetic change of
      any kind; and `only` header with `ignore` cosmetic is every header change that a reader could notice.
    - `severity`: the findings that are as grave or graver. `ignore_codes`: every finding but those of these codes.
    """

    message_id: str | None = None
    subject: str | None = None
    sender: str | None = None
    recipient: str | None = None
    agent: str | None = None
    changed_only: bool = False
    only: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    severity: Severity | None = None
    ignore_codes: frozenset[str] = frozenset()


_EVERYTHING = Selection()


def parse_classes(text: str) -> frozenset[str]:
    """The words of a list such as `envelope,header`, in lower case; empty for a text without words.

    A word is `envelope`, `header`, `part`, `message`, `cosmetic`, a kind (`header.added`), or a glob that fits at least
    one kind (`*.added`, `part.re*`). Any other word raises ValueError with a sentence that names the nearest one.
    """
    words = frozenset(word for piece in text.split(",") if (word := piece.strip().lower()))
    for word in sorted(words):
        if word not in (*GROUPS, COSMETIC) and not any(_fits_kind(word, kind) for kind in KINDS):
            raise ValueError(_unknown(word))
    return words


def choose(trace: Trace, selection: Selection) -> Trace | None:
    """The trace with the steps and changes that were asked for, or None where the message is not wanted.

    Problems stay, and so do the findings that `severity` and `ignore_codes` leave, save that under `agent` the findings
    on another agent or on a step that went are left out. A trace that no filter touches is handed back as it is.
    """
    if selection == _EVERYTHING:
        return trace
    if not _is_wanted(trace, selection):
        return None
    steps: list[Step] = trace.steps
    if selection.agent:
        steps = [step for step in steps if _may_be_by(step, selection.agent)]
        if not steps:
            return None
    if selection.only or selection.ignore:
        steps = [_with_chosen_changes(step, selection) for step in steps]
    if steps is not trace.steps:
        trace = _with_chosen_texts(trace, steps)
        findings = _findings_of(trace.findings, steps, selection.agent)
        trace = replace(trace, steps=steps, findings=reflagged(findings, trace.steps, steps))
    findings = chosen_findings(trace.findings, selection)
    trace = trace if len(findings) == len(trace.findings) else replace(trace, findings=findings)
    return None if selection.changed_only and not changed(trace) else trace


def chosen_findings(findings: list[Finding], selection: Selection) -> list[Finding]:
    """The findings that are grave enough and whose code is not ignored."""
    shown = SEVERITIES[: SEVERITIES.index(selection.severity) + 1] if selection.severity else SEVERITIES
    return [one for one in findings if one.severity in shown and one.code not in selection.ignore_codes]


def chosen_journey(journey: Journey, selection: Selection) -> Journey:
    """The journey with the findings that are asked for; its timeline says nothing of steps and changes that are not."""
    if journey.findings is not UNSET:
        journey = replace(journey, findings=chosen_findings(journey.findings, selection) or UNSET)
    if journey.timeline is not UNSET and (selection.agent or selection.only or selection.ignore):
        journey = replace(journey, timeline=[_with_chosen_step(entry, selection) for entry in journey.timeline])
    return journey


def _with_chosen_step(entry: TimelineEntry, selection: Selection) -> TimelineEntry:
    """A snapshot stays where its step goes: that it was taken is part of the way."""
    if entry.step is UNSET:
        return entry
    if selection.agent and not _may_be_by(entry.step, selection.agent):
        return replace(entry, step=UNSET, changes=UNSET)
    step = _with_chosen_changes(entry.step, selection)
    return replace(entry, step=step, changes=len(step.changes))


def changed(trace: Trace) -> bool:
    """Whether any step of the trace holds a change; after `choose`, any that the filters left."""
    return any(step.changes for step in trace.steps)


def _is_wanted(trace: Trace, selection: Selection) -> bool:
    snapshots = trace.snapshots
    senders = (trace.sender, *(snapshot.sender for snapshot in snapshots))
    recipients = (*trace.recipients, *(name for snapshot in snapshots for name in snapshot.recipients))
    return (
        _any_fits(selection.message_id, (trace.message_id, trace.network_message_id), _id_fits)
        and _any_fits(selection.sender, senders, _address_fits)
        and _any_fits(selection.recipient, recipients, _address_fits)
        and (not selection.subject or any(_text_fits(selection.subject, subject) for subject in _subjects(trace)))
    )


def _any_fits(wanted: str | None, values: Iterable[str | None], fits: Fits) -> bool:
    return not wanted or any(fits(wanted, value) for value in dict.fromkeys(values) if value is not None)


def _subjects(trace: Trace) -> Iterable[str]:
    """Each value of the Subject field: the last one, and those an agent replaced, removed or added."""
    if trace.subject is not None:
        yield trace.subject
    for step in trace.steps:
        for change in step.changes:
            if change.part is None and (change.name or "").lower() == "subject":
                yield from (value for value in (change.before, change.after) if isinstance(value, str))


def _id_fits(wanted: str, value: str) -> bool:
    return _whole_fits(wanted.strip().strip("<>"), value.strip().strip("<>"))


def _address_fits(wanted: str, value: str) -> bool:
    local, at, domain = wanted.partition("@")
    is_whole = wanted == "<>" or bool(local and at and domain)
    return _whole_fits(wanted, value) if is_whole else _text_fits(wanted, value)


def _text_fits(wanted: str, value: str) -> bool:
    return _whole_fits(wanted, value) if _is_glob(wanted) else wanted.casefold() in value.casefold()


def _whole_fits(wanted: str, value: str) -> bool:
    if _is_glob(wanted):
        return _pattern(wanted.casefold()).match(value.casefold()) is not None
    return wanted.casefold() == value.casefold()


def _is_glob(text: str) -> bool:
    return "*" in text or "?" in text


@lru_cache(maxsize=64)
def _pattern(glob: str) -> re.Pattern[str]:
    """A pattern for `*` and `?` alone: since Python 3.11 `translate` makes one that never goes back over the text."""
    return re.compile(translate(glob.replace("[", "[[]")))


def _may_be_by(step: Step, agent: str) -> bool:
    names = [step.agent] if step.certain else [step.agent, *step.candidates]
    return any(_text_fits(agent, name) for name in names if name)


def _findings_of(findings: list[Finding], steps: list[Step], agent: str | None) -> list[Finding]:
    if not agent:
        return findings
    left = {(step.from_, step.to) for step in steps}
    return [
        finding
        for finding in findings
        if (_text_fits(agent, finding.agent) if finding.agent else finding.step is None or finding.step in left)
    ]


def _with_chosen_changes(step: Step, selection: Selection) -> Step:
    chosen = [change for change in step.changes if _is_chosen(change, selection)]
    return step if len(chosen) == len(step.changes) else replace(step, changes=chosen)


def _with_chosen_texts(trace: Trace, steps: list[Step]) -> Trace:
    """The views of the steps that are left, their texts counted by the changes that are left."""
    if trace.views is UNSET:
        return trace
    before = {step.to: step.changes for step in trace.steps}
    after = {step.to: step.changes for step in steps}
    views = []
    for view in trace.views.steps:
        if view.to not in after:
            continue
        places = {id(change): place for place, change in enumerate(after[view.to])}
        moved = [(places.get(id(before[view.to][text.change])), text) for text in view.texts]
        texts = [replace(text, change=place) for place, text in moved if place is not None]
        views.append(replace(view, texts=texts))
    return replace(trace, views=replace(trace.views, steps=views))


def _is_chosen(change: Change, selection: Selection) -> bool:
    if selection.only and not any(_fits_change(word, change) for word in selection.only):
        return False
    return not any(_fits_change(word, change) for word in selection.ignore)


def _fits_change(word: str, change: Change) -> bool:
    return change.cosmetic if word == COSMETIC else _fits_kind(word, change.kind)


def _fits_kind(word: str, kind: str) -> bool:
    return kind.startswith(word + ".") if word in GROUPS else _whole_fits(word, kind)


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    near = [_OTHER_WORDS[word]] if word in _OTHER_WORDS else get_close_matches(word, (*GROUPS, COSMETIC, *KINDS), n=1)
    if near:
        return f"{word!r} is no class of change; did you mean {near[0]}?"
    return f"{word!r} is no class of change; known are {', '.join((*GROUPS, COSMETIC))}, and kinds such as {KINDS[3]}."


_OTHER_WORDS = {
    "body": "part",
    "attachment": "part",
    "attachments": "part",
    "mime": "part",
    "text": "part",
    "recipient": "envelope",
    "recipients": "envelope",
    "sender": "envelope",
    "field": "header",
    "fields": "header",
}
"""What people may call a class, and its name here."""
