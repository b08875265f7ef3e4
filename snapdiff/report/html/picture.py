"""The lanes of one message to a picture of its way: columns are events, a chip is an agent that ran there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from snapdiff.agents import EVENTS
from snapdiff.report.words import counted, elapsed_words, service_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from snapdiff.report.html.digests import Chip, Lane

CHIP_WIDTH = 176
_CHIP_HEIGHT = 22
_GAP = 6
_LANE_TITLE = 26
_HEAD = 26
LANES_SHOWN = 40
STEPS_SHOWN = 300
"""Steps of one trace that are shown at length."""
CHIPS_SHOWN = 60
"""Chips of one event in one lane that are drawn; the table has them all."""


class Mark(Struct, frozen=True):
    """A chip with its place: `look` is solid, hollow, hatched or quiet (Exchange itself, which changed nothing)."""

    x: int
    y: int
    look: str
    cosmetic: bool
    href: str
    label: str
    name: str
    side: str


class Band(Struct, frozen=True):
    """A lane with its place."""

    y: int
    height: int
    title: str
    marks: list[Mark]
    more: list[tuple[int, int, str]]


class Picture(Struct, frozen=True):
    """All that the template draws; lengths in pixels."""

    width: int
    height: int
    columns: list[tuple[int, str]]
    bands: list[Band]
    left_out: int


def picture(lanes: Sequence[Lane]) -> Picture | None:
    """The picture of a message's lanes, in the order given; None where nothing ran that could be drawn."""
    events = _columns(chip.event for lane in lanes for chip in lane.chips if _is_drawn(chip))
    if not events:
        return None
    place = {event: number for number, event in enumerate(events)}
    bands: list[Band] = []
    y = _HEAD
    for lane in lanes[:LANES_SHOWN]:
        band = _band(lane, place, y)
        bands.append(band)
        y += band.height + _GAP
    columns = [(number * (CHIP_WIDTH + 12) + 12, event or "(event not known)") for number, event in enumerate(events)]
    return Picture(
        width=len(events) * (CHIP_WIDTH + 12) + 12,
        height=y,
        columns=columns,
        bands=bands,
        left_out=max(len(lanes) - LANES_SHOWN, 0),
    )


def chip_look(chip: Chip) -> str:
    """How a chip is drawn: hatched where a snapshot is missing, solid where it changed something, else hollow."""
    if chip.missing or (not chip.certain and not chip.changes):
        return "hatched"
    if chip.changes:
        return "solid" if chip.certain else "solid unsure"
    return "hollow" if chip.actor == "agent" else "quiet"


def _is_drawn(chip: Chip) -> bool:
    """Exchange's own work between events is drawn where it did something, or where that is not sure."""
    return chip.actor == "agent" or bool(chip.changes) or not chip.certain


def _columns(events: Iterable[str]) -> list[str]:
    order = {event: number for number, event in enumerate(EVENTS)}
    return sorted(set(events), key=lambda event: (order.get(event, len(order)), event))


def _band(lane: Lane, place: dict[str, int], top: int) -> Band:
    marks: list[Mark] = []
    hidden: dict[int, int] = {}
    filled = dict.fromkeys(place.values(), 0)
    at_length = 0
    for chip in lane.chips:
        if not _is_drawn(chip):
            continue
        at_length += bool(chip.changes) or not chip.certain
        column = place[chip.event]
        if filled[column] >= CHIPS_SHOWN:
            hidden[column] = hidden.get(column, 0) + 1
            continue
        x = column * (CHIP_WIDTH + 12) + 12
        y = top + _LANE_TITLE + filled[column] * (_CHIP_HEIGHT + _GAP)
        has_section = (bool(chip.changes) or not chip.certain) and at_length <= STEPS_SHOWN
        marks.append(_mark(chip, f"{lane.key}-{'s' if has_section else 't'}{chip.number}", x, y))
        filled[column] += 1
    rows = max(filled.values(), default=0)
    bottom = top + _LANE_TITLE + rows * (_CHIP_HEIGHT + _GAP)
    more = [(column * (CHIP_WIDTH + 12) + 12, bottom + 12, f"and {count:,} more") for column, count in hidden.items()]
    height = bottom - top + (20 if more else 4)
    return Band(top, height, lane_title(lane), marks, more)


def lane_title(lane: Lane) -> str:
    """Where a lane's snapshots were made."""
    if lane.plain:
        return "Plain mails, compared in the order given"
    words = f"{lane.server}: {service_words(lane.service)}" if lane.server else service_words(lane.service)
    return f"{words}, a copy that was split off" if lane.is_fork else words


def _mark(chip: Chip, href: str, x: int, y: int) -> Mark:
    did = counted(chip.changes, "change") if chip.changes else "changed nothing"
    if chip.changes and chip.changes == chip.cosmetic:
        did += " (the same for a reader)"
    if chip.ending:
        did = f"message {chip.ending} here"
    sure = "" if chip.certain else ", not certain"
    if chip.missing:
        sure += f", {counted(chip.missing, 'snapshot')} missing before it"
    time = elapsed_words(chip.elapsed_ms) if chip.elapsed_ms is not None else ""
    event = f" at {chip.event}" if chip.event else ""
    return Mark(
        x=x,
        y=y,
        look=chip_look(chip),
        cosmetic=bool(chip.changes) and chip.changes == chip.cosmetic,
        href=href,
        label=f"{chip.who}{event}: {did}{sure}{', ' + time if time else ''}",
        name=_short(chip.who, _letters(time, is_bold=bool(chip.changes) or not chip.certain)),
        side=time,
    )


def _letters(time: str, *, is_bold: bool) -> int:
    """How many letters of a name fit beside its time; no font is asked, so it is reckoned for a wide one."""
    room = CHIP_WIDTH - 18 - (len(time) * 6.4 + 6 if time else 0)
    return int(room / (7.5 if is_bold else 6.7))


def _short(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1].rstrip() + "…"
