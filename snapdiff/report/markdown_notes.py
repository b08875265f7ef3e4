"""What the tracking log says agents did to lines of Markdown: of a trace's steps, and of a journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapdiff.report.log_notes import note_words, step_words, telling
from snapdiff.report.markdown_text import code, sentence
from snapdiff.report.words import actor_words, counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snapdiff.model import AgentNote, Journey, Step, TrackedMessage

NOTES_SHOWN = 100


def step_notes(steps: Sequence[Step]) -> Iterator[str]:
    """What the log says happened at steps: a rule that fired and the like."""
    told = [(number, step, note) for number, step in enumerate(steps, 1) for note in telling(step.logged)]
    if told:
        yield "\n**What the tracking log says**\n\n"
    for number, step, note in told[:NOTES_SHOWN]:
        yield f"- Step {number}, {actor_words(step, code)}: {note_words(note, code, code)} ({_place(note)})\n"
    yield from _more(len(told))


def all_notes(step: Step) -> Iterator[str]:
    """All that the log says of a step that is shown at length."""
    notes = step_words(step, code, code)
    for words, place in notes[:NOTES_SHOWN]:
        yield f"\n- The log says: {words} ({code(place)})"
    if notes:
        yield "\n"
    yield from _more(len(notes))


def unplaced_notes(journey: Journey) -> Iterator[str]:
    """What the log says happened where it can't be known at which step, and why."""
    notes = telling(journey.logged)
    for note in notes[:NOTES_SHOWN]:
        words = f"{code(note.agent)}: {note_words(note, code, code)} ({_place(note)})"
        yield f"- Logged, and not known at which step: {words}; {sentence(note.reason or '')}\n"
    yield from _more(len(notes))


def message_notes(message: TrackedMessage) -> Iterator[str]:
    """What agents logged about a message found in logs alone."""
    notes = telling(message.logged)
    for note in notes[:NOTES_SHOWN]:
        yield f"\n- {code(note.agent)}: {note_words(note, code, code)} ({_place(note)})"
    if notes:
        yield "\n"
    yield from _more(len(notes))


def _place(note: AgentNote) -> str:
    return code(f"{note.file}:{note.line}")


def _more(count: int) -> Iterator[str]:
    if count > NOTES_SHOWN:
        yield f"- and {counted(count - NOTES_SHOWN, 'more note')} of the log; --format json has them all\n"
