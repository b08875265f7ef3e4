"""A trace's findings to the notes above its steps: how grave, what it means, what was seen, and where it happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from snapdiff.report.log_notes import note_words, telling
from snapdiff.report.signature_words import SIGNATURES_SHOWN, signature_title, state_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snapdiff.model import Finding, Journey, Step, Trace

AnyNote = TypeVar("AnyNote")
SHOWN = 100
NOTES_SHOWN = 20
"""Notes of the log that are shown beside one step, or one message."""
_SEEN_SHOWN = 12


class Note(Struct, frozen=True):
    """One finding as the page shows it. `href` and `where` lead to its step, "" where it is about the whole trace."""

    severity: str
    code: str
    name: str
    message: str
    fix: str
    seen: list[tuple[str, str]]
    href: str
    where: str


class Logged(Struct, frozen=True):
    """A note of the log that stands at no step: who, what, why at none, and the row it is from."""

    who: str
    words: str
    reason: str
    place: str


def shown_notes(notes: Sequence[AnyNote]) -> tuple[list[AnyNote], int]:
    """The notes of the log that are shown, and how many more there are."""
    return list(notes[:NOTES_SHOWN]), max(len(notes) - NOTES_SHOWN, 0)


def unplaced(journey: Journey) -> tuple[list[Logged], int]:
    """What the log says happened where it can't be known at which step, and how much more there is of it."""
    notes, more = shown_notes(telling(journey.logged))
    return [
        Logged(note.agent, note_words(note, str), note.reason or "", f"{note.file}:{note.line}") for note in notes
    ], more


class SignatureNote(Struct, frozen=True):
    """One signature as the page shows it: its title, and its states as (file, words, whether it is bad)."""

    title: str
    states: list[tuple[str, str, bool]]


def signature_notes(trace: Trace) -> list[SignatureNote]:
    """The ways of the signatures that are shown."""
    return [
        SignatureNote(
            signature_title(signature, trace, str),
            [(line.file, line.words, line.is_bad) for line in state_lines(signature, trace, str)],
        )
        for signature in (trace.signatures or [])[:SIGNATURES_SHOWN]
    ]


def notes(findings: Sequence[Finding], steps: Sequence[Step], key: str, at_length: set[int]) -> Iterator[Note]:
    """The findings that are shown; `at_length` numbers the steps that have a section of their own to lead to."""
    numbers = {step.to: number for number, step in enumerate(steps, 1)}
    for finding in findings[:SHOWN]:
        number = numbers.get(finding.step[1]) if finding.step else None
        yield Note(
            severity=finding.severity,
            code=finding.code,
            name=finding.name,
            message=finding.message,
            fix=finding.fix,
            seen=list(finding.evidence.items())[:_SEEN_SHOWN],
            href="" if number is None else f"{key}-{'s' if number in at_length else 't'}{number}",
            where="" if number is None else f"Step {number}",
        )
