"""What the tracking log says agents did to lines of a terminal: beside a step, and beside a journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapdiff.report.log_notes import note_words, step_words, telling
from snapdiff.report.terminal_text import Line, Paper, Piece, hanging
from snapdiff.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snapdiff.model import AgentNote, Journey, Step, TrackedMessage

NOTES_SHOWN = 20


def telling_lines(step: Step, paper: Paper, indent: int) -> Iterator[Line]:
    """Below a step of the overview: what the log says happened there, a rule that fired and the like."""
    notes = telling(step.logged)
    for note in notes[:NOTES_SHOWN]:
        yield from hanging([Piece(" " * indent + "log: ", "label")], [Piece(note_words(note, paper.show))], paper.width)
    yield from _more(len(notes), indent, paper)


def all_lines(step: Step, paper: Paper, indent: int) -> Iterator[Line]:
    """Where a step is shown at length: all that the log says of it, and where it stands."""
    notes = step_words(step, paper.show)
    for words, place in notes[:NOTES_SHOWN]:
        body = [Piece(words), Piece(f"  {paper.show(place, 300)}", "dim")]
        yield from hanging([Piece(" " * indent + "The log says: ", "label")], body, paper.width)
    yield from _more(len(notes), indent, paper)


def unplaced_lines(journey: Journey, paper: Paper) -> Iterator[Line]:
    """What the log says happened where it can't be known at which step, and why."""
    notes = telling(journey.logged)
    if notes:
        yield [Piece("    Logged by agents, and not known at which step:", "label")]
    for note in notes[:NOTES_SHOWN]:
        reason = paper.show(note.reason or "", 300)
        body = [Piece(f"{paper.show(note.agent, 100)}: {note_words(note, paper.show)}"), Piece(f"; {reason}", "dim")]
        yield from hanging([Piece("      ")], [*body, Piece(f"  {_place(note, paper)}", "dim")], paper.width)
    yield from _more(len(notes), 6, paper)


def message_lines(message: TrackedMessage, paper: Paper) -> Iterator[Line]:
    """What agents logged about a message found in logs alone: rules that fired, malware that was found."""
    notes = telling(message.logged)
    if notes:
        yield []
        yield [Piece("  What agents did, by the log", "title")]
    for note in notes[:NOTES_SHOWN]:
        body = [Piece(f"{paper.show(note.agent, 100)}: {note_words(note, paper.show)}")]
        yield from hanging([Piece("    ")], [*body, Piece(f"  {_place(note, paper)}", "dim")], paper.width)
    yield from _more(len(notes), 4, paper)


def _place(note: AgentNote, paper: Paper) -> str:
    return f"{paper.show(note.file, 300)}:{note.line}"


def _more(count: int, indent: int, paper: Paper) -> Iterator[Line]:
    if count > NOTES_SHOWN:
        more = counted(count - NOTES_SHOWN, "more note")
        words = f"{paper.symbols.dots} {more} of the log; --format json has them all"
        yield from hanging([Piece(" " * indent)], [Piece(words, "note")], paper.width)
