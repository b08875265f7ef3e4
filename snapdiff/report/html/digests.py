"""What is kept of each trace until the report's end: a lane of the picture, and a line of the overview."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from snapdiff.model import Service  # noqa: TC001 - msgspec reads the annotation when it decodes a lane
from snapdiff.report.words import actor_words, cut, service_words

if TYPE_CHECKING:
    from snapdiff.model import Step, Trace

RECIPIENTS_KEPT = 5


class Chip(Struct, frozen=True, array_like=True):
    """One step as the picture shows it. `changes` counts all changes, `cosmetic` those of them no reader can see."""

    number: int
    event: str
    who: str
    actor: str
    changes: int
    cosmetic: int
    certain: bool
    missing: int
    elapsed_ms: int | None
    ending: str | None


class Lane(Struct, frozen=True, array_like=True):
    """One trace as the picture shows it."""

    key: str
    server: str | None
    service: Service | None
    time: str | None
    is_fork: bool
    plain: bool
    chips: list[Chip]


class Card(Struct, frozen=True, array_like=True):
    """One trace as the overview counts it: `ran` names agents, `did` all who changed something, Exchange itself too."""

    key: str
    path: str
    subject: str | None
    sender: str | None
    recipients: list[str]
    recipient_count: int
    message_id: str | None
    time: str | None
    place: str
    steps: int
    ran: list[str]
    did: list[str]
    agents_did: list[str]
    events: list[str]
    kinds: list[str]
    severities: list[str]
    unsure: int
    changed_steps: int
    has_problems: bool


def key_of(path: str) -> str:
    """A short name for a trace inside links: the same for the same folder in every report."""
    return "m" + hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:10]


def lane(trace: Trace) -> Lane:
    """A trace's lane."""
    return Lane(
        key=key_of(trace.path),
        server=trace.server,
        service=trace.service,
        time=_began(trace),
        is_fork=trace.parent is not None,
        plain=not any(snapshot.stage for snapshot in trace.snapshots),
        chips=[_chip(number, step) for number, step in enumerate(trace.steps, 1)],
    )


def card(trace: Trace) -> Card:
    """A trace's share of the overview."""
    changing = [step for step in trace.steps if step.changes]
    place = service_words(trace.service) + (f" on {trace.server}" if trace.server else "")
    return Card(
        key=key_of(trace.path),
        path=trace.path,
        subject=cut(trace.subject, 200) if trace.subject else trace.subject,
        sender=cut(trace.sender, 120) if trace.sender else trace.sender,
        recipients=[cut(name, 120) for name in trace.recipients[:RECIPIENTS_KEPT]],
        recipient_count=len(trace.recipients),
        message_id=cut(trace.message_id, 300) if trace.message_id else trace.message_id,
        time=_began(trace),
        place=place,
        steps=len(trace.steps),
        ran=list(dict.fromkeys(actor_words(step) for step in trace.steps if step.actor == "agent")),
        did=list(dict.fromkeys(actor_words(step) for step in sorted(changing, key=_is_exchange))),
        agents_did=list(dict.fromkeys(actor_words(step) for step in changing if step.actor == "agent")),
        events=list(dict.fromkeys(step.event for step in trace.steps if step.event)),
        kinds=sorted({change.kind for step in changing for change in step.changes}),
        severities=[finding.severity for finding in trace.findings],
        unsure=sum(not step.certain for step in trace.steps),
        changed_steps=len(changing),
        has_problems=bool(trace.problems),
    )


def _began(trace: Trace) -> str | None:
    return next((snapshot.time for snapshot in trace.snapshots if snapshot.time), None)


def _is_exchange(step: Step) -> bool:
    """Agents are told first: who asks for a culprit asks for an agent."""
    return step.actor != "agent"


def _chip(number: int, step: Step) -> Chip:
    ending = next((one.kind.partition(".")[2] for one in step.changes if one.kind.startswith("message.")), None)
    return Chip(
        number=number,
        event=step.event or "",
        who=actor_words(step),
        actor=step.actor,
        changes=len(step.changes),
        cosmetic=sum(change.cosmetic for change in step.changes),
        certain=step.certain,
        missing=len(step.missing),
        elapsed_ms=step.elapsed_ms,
        ending=ending,
    )
