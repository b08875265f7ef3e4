"""Traces to how often each kind of change was made in them, by whom: small, and without a word of any mail."""

import re
from collections import Counter

from msgspec import UNSET, Struct

from snapdiff.model import Change, PartInfo, Step, Trace
from snapdiff.model.compare import By, Did
from snapdiff.policy.matching import Looked, is_split, looked_at
from snapdiff.policy.shapes import known_type

UNUSUAL_NAME = "(unusual name)"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
"""Names of header fields as people give them. RFC 5322 allows more, and an address with it."""
_LONGEST_NAME = 200
_KEPT_NAMES = frozenset({"preamble", "epilogue"})


class Counted(Struct, frozen=True):
    """How often each thing was done in one trace, and which agents ran.

    `kind` is the service and whether it is a copy that was split off; `shape` that of its first message.
    """

    path: str
    kind: str
    shape: str
    times: dict[Did, int]
    agents: frozenset[str]


def counted(trace: Trace) -> Counted:
    """One trace, with the answers to what any policy asks for."""
    times: Counter[Did] = Counter()
    for looked in looked_at(trace):
        for change in looked.step.changes:
            if not is_split(looked.step, change):
                times[did(looked, change)] += 1
    service = trace.service or "message"
    return Counted(
        path=trace.path,
        kind=f"{service} copy" if trace.parent else service,
        shape=trace.answers.shape if trace.answers is not UNSET else "",
        times=dict(times),
        agents=frozenset(snapshot.agent for snapshot in trace.snapshots if snapshot.agent),
    )


def did(looked: Looked, change: Change) -> Did:
    """A change in its normal form."""
    step = looked.step
    by = _by(step)
    is_part, is_header = change.kind.startswith("part."), change.kind.startswith("header.")
    name = change.name if is_header or (is_part and change.name in _KEPT_NAMES) else None
    return Did(
        change=change.kind,
        agent=_plain(step.agent) if by == "agent" else None,
        by=by,
        event=_plain(step.event),
        name=name if name is None or _NAME.fullmatch(name) else UNUSUAL_NAME,
        part=_part(looked, change) if is_part or (is_header and change.part is not None) else None,
        degree=None if change.degree is UNSET else change.degree,
        cosmetic=change.cosmetic,
    )


def _by(step: Step) -> By:
    if not step.certain or (step.actor == "agent" and step.agent is None):
        return "unknown"
    return step.actor


def _plain(text: str | None) -> str | None:
    """A name from an injected block, which can hold anything, as text that any file can hold."""
    return text and text[:_LONGEST_NAME].encode("utf-8", "backslashreplace").decode("utf-8")


def _part(looked: Looked, change: Change) -> str:
    """The media type of the part that a change is about; `part` where it is not known."""
    for info in (change.after, change.before):
        if isinstance(info, PartInfo):
            return known_type(info.type)
    part = looked.part(change)
    return known_type(part.type) if part is not None else "part"
