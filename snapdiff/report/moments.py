"""A journey's timeline to what a reader sees of it: snapshots that changed nothing stand together, all else alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import UNSET, Struct

from snapdiff.report.words import actor_words, counted, session_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from snapdiff.model import Journey, Session, Step, TimelineEntry

    Mark = Callable[[str], str]

NAMED_AT_MOST = 6
"""So many of those that ran and changed nothing are named in one line."""


class Moment(Struct, frozen=True):
    """One line of a timeline. `quiet` are the steps of neighbouring snapshots of one trace that changed nothing.

    `number` is that of the (first) step in its trace, from 1; 0 where the entry has no step.
    """

    entry: TimelineEntry
    number: int
    quiet: list[Step]


def moments(entries: Iterable[TimelineEntry]) -> Iterator[Moment]:
    """The moments in the order of their first entries.

    Snapshots that changed nothing are put together up to the next thing worth a line of its own, those of each trace by
    themselves. A snapshot whose step was filtered away has nothing to say and is left out.
    """
    steps: Counter[str] = Counter()
    waiting: dict[str, Moment] = {}
    for entry in entries:
        step, trace = entry.step, str(entry.trace)
        if step is UNSET and entry.actor is not UNSET:
            continue
        steps[trace] += step is not UNSET
        if step is UNSET or step.changes or not step.certain:
            yield from waiting.values()
            waiting = {}
            yield Moment(entry, 0 if step is UNSET else steps[trace], [])
        elif trace in waiting:
            waiting[trace].quiet.append(step)
        else:
            waiting[trace] = Moment(entry, steps[trace], [step])
    yield from waiting.values()


def who_words(moment: Moment, mark: Mark) -> str:
    """What a snapshot shows, up to what changed: who did something, who ran and did nothing, or that it comes first."""
    entry, step = moment.entry, moment.entry.step
    if moment.quiet:
        names = list(dict.fromkeys(actor_words(one, mark) for one in moment.quiet))
        rest = len(names) - NAMED_AT_MOST
        between = "; " if any("," in name for name in names) else ", "
        return "nothing changed: " + between.join(names[:NAMED_AT_MOST]) + (f" and {rest:,} more" if rest > 0 else "")
    if step is UNSET:
        begins = "the message as it came in" if entry.event is None else "the first snapshot of this folder"
        return f"{begins}, {mark(str(entry.file))}"
    at = f" at {mark(step.event)}" if step.event else ""
    return f"{actor_words(step, mark)}{at}{'' if step.certain else ' (not certain)'}: "


def session_words(session: Session, mark: Mark) -> str:
    """Who spoke in an SMTP session, and how much of it is known."""
    return f"{session_with(session, mark)}, {counted(session.line_count, 'line')}"


def folder_numbers(journey: Journey) -> dict[str, int]:
    """The number of each folder, by path, where the journey has several and a timeline to tell them apart in."""
    if journey.timeline is UNSET or len(journey.legs) < 2:
        return {}
    return {leg.trace: number for number, leg in enumerate(journey.legs, 1)}
