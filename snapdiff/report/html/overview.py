"""The cards of all traces to the overview: one line a message, what it can be filtered by, and the agents' matrix."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, get_args

from msgspec import Struct

from snapdiff.agents import EVENTS
from snapdiff.model import Kind
from snapdiff.report.html.findings import Logged, Note, notes, unplaced
from snapdiff.report.log_notes import untold_gaps
from snapdiff.report.words import elapsed_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from snapdiff.agents import AgentRow
    from snapdiff.model import Journey, Session, TimelineEntry, TrackingRow
    from snapdiff.report.html.digests import Card

ROWS_SHOWN = 20_000
SEVERITIES = ("error", "warning", "note")
KIND_WORDS = {
    "envelope.sender-changed": "Sender changed",
    "envelope.recipient-added": "Recipient added",
    "envelope.recipient-removed": "Recipient removed",
    "header.added": "Header added",
    "header.removed": "Header removed",
    "header.changed": "Header changed",
    "header.moved": "Header moved",
    "header.rewritten": "Header rewritten",
    "part.added": "Part added",
    "part.removed": "Part removed",
    "part.changed": "Part changed",
    "part.rewritten": "Part rewritten",
    "part.moved": "Part moved",
    "message.deleted": "Deleted",
    "message.deferred": "Deferred",
}
_EXCHANGE = ("transport service", "SMTP session")
_KINDS: tuple[str, ...] = get_args(Kind)


class Message(Struct, frozen=True):
    """A message on its way through one or more services: its traces' cards in the order of the journey."""

    id: str
    cards: list[Card]
    gaps: list[str]
    events: list[TrackingRow]
    sessions: list[Session]
    joined_by: list[str]
    findings: list[Note] = []
    logged: list[Logged] = []
    more_logged: int = 0
    timeline: list[TimelineEntry] = []


class Row(Struct, frozen=True):
    """A message's line. The `data_` texts hold numbers of `Choices`, each between blanks."""

    id: str
    href: str
    subject: str | None
    sender: str | None
    recipients: list[str]
    more_recipients: int
    time: str | None
    places: list[str]
    ran: int
    agents_did: int
    did: list[str]
    severities: list[tuple[str, int]]
    worst: int
    unsure: int
    changed: int
    problems: bool
    data_ran: str
    data_did: str
    data_events: str
    data_kinds: str
    search: str


class Choices(Struct, frozen=True):
    """What the messages can be filtered by."""

    agents: list[str]
    events: list[str]
    kinds: list[tuple[int, str]]
    severities: list[str]


class MatrixRow(Struct, frozen=True):
    """An agent's line of the matrix; `cells` are numbers of changes, one a kind of `Matrix.kinds`."""

    event: str
    who: str
    actor: str
    agent_number: int | None
    runs: int
    changed: int
    unsure: int
    cells: list[int]
    median: str
    worst: str


class Matrix(Struct, frozen=True):
    """Agents against kinds of change over everything that was read."""

    kinds: list[str]
    rows: list[MatrixRow]


def messages(cards: Sequence[Card], journeys: Iterable[Journey]) -> list[Message]:
    """The traces put together to messages, in the order of each message's first trace."""
    by_path = {card.path: card for card in cards}
    taken: set[str] = set()
    found: dict[str, Message] = {}
    for journey in journeys:
        own = [by_path[path] for path in journey.traces if path in by_path and path not in taken]
        taken.update(card.path for card in own)
        if own:
            logged, more_logged = unplaced(journey)
            found[own[0].path] = Message(
                id=_id(own[0]),
                cards=own,
                gaps=untold_gaps(journey),
                events=journey.events,
                sessions=journey.sessions,
                joined_by=journey.joined_by,
                findings=list(notes(journey.findings or [], (), "", set())),
                logged=logged,
                more_logged=more_logged,
                timeline=journey.timeline or [],
            )
    for card in cards:
        if card.path not in taken:
            found[card.path] = Message(_id(card), [card], [], [], [], [])
    first = {card.path: place for place, card in enumerate(cards)}
    return sorted(found.values(), key=lambda message: min(first[card.path] for card in message.cards))


def choices(cards: Iterable[Card], of_journeys: Iterable[str] = ()) -> Choices:
    """Every agent, event, kind and severity that occurs; `of_journeys` are severities of findings about journeys."""
    agents: dict[str, None] = {}
    events: dict[str, None] = {}
    kinds: set[str] = set()
    severities = set(of_journeys)
    for card in cards:
        agents.update(dict.fromkeys([*card.ran, *card.did]))
        events.update(dict.fromkeys(card.events))
        kinds.update(card.kinds)
        severities.update(card.severities)
    order = {event: number for number, event in enumerate(EVENTS)}
    return Choices(
        agents=sorted(agents, key=str.casefold),
        events=sorted(events, key=lambda event: (order.get(event, len(order)), event)),
        kinds=[(_KINDS.index(kind), KIND_WORDS[kind]) for kind in sorted(kinds, key=_KINDS.index)],
        severities=[name for name in SEVERITIES if name in severities],
    )


def rows(found: Sequence[Message], offered: Choices, link: str = "#{}") -> list[Row]:
    """The overview's lines; `link` tells how a message's id becomes a link."""
    agents = {name: number for number, name in enumerate(offered.agents)}
    events = {name: number for number, name in enumerate(offered.events)}
    return [_row(message, agents, events, link) for message in found[:ROWS_SHOWN]]


def matrix(table: Sequence[AgentRow], offered: Choices) -> Matrix:
    """The agents' sums; kinds that never occur have no column."""
    kinds = [kind for kind in _KINDS if any(kind in row.kinds for row in table)]
    agents = {name: number for number, name in enumerate(offered.agents)}
    return Matrix([KIND_WORDS[kind] for kind in kinds], [_matrix_row(row, kinds, agents) for row in table])


def _id(card: Card) -> str:
    return "j" + card.key[1:]


def _row(message: Message, agents: dict[str, int], events: dict[str, int], link: str) -> Row:
    cards = message.cards
    last = cards[-1]
    ran = list(dict.fromkeys(name for card in cards for name in card.ran))
    did = list(dict.fromkeys(name for card in cards for name in card.did))
    severities = Counter(name for card in cards for name in card.severities)
    severities.update(note.severity for note in message.findings)
    recipients = list(dict.fromkeys(name for card in cards for name in card.recipients))
    kinds = sorted({_KINDS.index(kind) for card in cards for kind in card.kinds})
    worst = next((len(SEVERITIES) - place for place, name in enumerate(SEVERITIES) if severities[name]), 0)
    texts = [last.subject, *(card.subject for card in cards), last.sender, *recipients, last.message_id]
    return Row(
        id=message.id,
        href=link.format(message.id),
        subject=last.subject or next((card.subject for card in cards if card.subject), None),
        sender=last.sender or next((card.sender for card in cards if card.sender), None),
        recipients=recipients[:3],
        more_recipients=max(max(card.recipient_count for card in cards), len(recipients)) - len(recipients[:3]),
        time=next((card.time for card in cards if card.time), None),
        places=[card.place for card in cards],
        ran=len(ran),
        agents_did=len({name for card in cards for name in card.agents_did}),
        did=sorted(did, key=lambda name: name in _EXCHANGE),
        severities=[(name, severities[name]) for name in SEVERITIES if severities[name]],
        worst=worst,
        unsure=sum(card.unsure for card in cards),
        changed=sum(card.changed_steps for card in cards),
        problems=any(card.has_problems for card in cards),
        data_ran=_numbers(agents[name] for name in dict.fromkeys([*ran, *did])),
        data_did=_numbers(agents[name] for name in did),
        data_events=_numbers(events[name] for card in cards for name in card.events),
        data_kinds=_numbers(kinds),
        search=" ".join(dict.fromkeys(text for text in texts if text)),
    )


def _numbers(numbers: Iterable[int]) -> str:
    return " " + " ".join(str(number) for number in dict.fromkeys(numbers)) + " "


def _matrix_row(row: AgentRow, kinds: Sequence[str], agents: dict[str, int]) -> MatrixRow:
    who = row.agent or {"session": "SMTP session", "transport": "transport service"}.get(row.actor, "unknown")
    return MatrixRow(
        event=row.event or "",
        who=who,
        actor=row.actor,
        agent_number=agents.get(who),
        runs=row.runs,
        changed=row.changed,
        unsure=row.uncertain,
        cells=[row.kinds.get(kind, 0) for kind in kinds],
        median=elapsed_words(round(row.median_ms)) if row.median_ms is not None else "-",
        worst=elapsed_words(row.worst_ms),
    )
