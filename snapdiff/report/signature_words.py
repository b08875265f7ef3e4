"""A signature's way through a trace to the words every output for people shares: a title, and a line for each state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from snapdiff.report.words import actor_words, cut

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from snapdiff.model import SignatureState, Step, Trace, TracedSignature

    Mark = Callable[[str], str]

SIGNATURES_SHOWN = 10
"""Signatures of one message that are shown; the JSON report has all."""
_FIELDS_NAMED = 6
_BODY = {"holds": "body hash holds", "broken": "body hash broken", "unknown": "body hash unknown"}


class StateLine(Struct, frozen=True):
    """How a signature stood from a file on, in words; `is_bad` where it does not hold, or is gone."""

    file: str
    words: str
    is_bad: bool


def signature_title(signature: TracedSignature, trace: Trace, mark: Mark) -> str:
    """What signs, for whom, and who added it. Names go through `mark`, as in `words`."""
    selector = f"selector {mark(cut(signature.selector))}, " if signature.selector else ""
    instance = f"i={signature.instance}, " if signature.instance is not None else ""
    tags = f"{instance}{selector}c={mark(cut(signature.canonicalization))}"
    domain = mark(cut(signature.domain)) if signature.domain else "no domain"
    length = f", the first {signature.length:,} bytes of the body alone" if signature.length is not None else ""
    return f"{signature.field} for {domain} ({tags}{length}), {_origin(signature, trace, mark)}"


def state_lines(signature: TracedSignature, trace: Trace, mark: Mark) -> list[StateLine]:
    """Its states one after the other; those are left out that say no more than that no body was there yet."""
    telling = [state for state in signature.states if _tells(state)] or signature.states[:1]
    lines: list[StateLine] = []
    for state in telling:
        words = _words(state, mark)
        if lines and lines[-1].words.startswith(words):
            continue
        by = _after(state, trace.steps, mark) if state is not signature.states[0] else ""
        is_bad = state.body == "broken" or state.fields == "changed" or bool(state.gone)
        lines.append(StateLine(state.file, words + by, is_bad))
    return lines


def _origin(signature: TracedSignature, trace: Trace, mark: Mark) -> str:
    if signature.added is None:
        return "came with the message"
    step = _step_to(signature.added[1], trace.steps)
    return f"added by {_who(step, mark)}" if step else f"added in {mark(signature.added[1])}"


def _tells(state: SignatureState) -> bool:
    return state.body != "unknown" or state.fields == "changed" or bool(state.gone)


def _words(state: SignatureState, mark: Mark) -> str:
    if state.gone:
        return "removed"
    names = state.changed_fields or []
    shown = [mark(cut(name)) for name in names[:_FIELDS_NAMED]]
    if len(names) > len(shown):
        shown.append(f"and {len(names) - len(shown):,} more")
    fields = {"same": "signed fields as signed", "unknown": "signed fields unknown"}
    return f"{_BODY[state.body]}, {fields.get(state.fields) or 'signed fields changed: ' + ', '.join(shown)}"


def _after(state: SignatureState, steps: Sequence[Step], mark: Mark) -> str:
    step = _step_to(state.file, steps)
    if step is None:
        return ""
    return f" by {_who(step, mark)}" if state.gone else f", after {_who(step, mark)}"


def _step_to(file: str, steps: Sequence[Step]) -> Step | None:
    return next((step for step in steps if step.to == file), None)


def _who(step: Step, mark: Mark) -> str:
    return actor_words(step, mark) + ("" if step.certain or step.actor == "unknown" else " (not certain)")
