"""A trace, a step and its changes to a failure that quotes them: short, and bounded whatever the mail holds."""

from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from snapdiff.model import Change, Hunk, PartInfo, Step, Trace
from snapdiff.model.check import Failure

SHOWN = 5
"""Changes that a failure shows; more are counted."""
_LONGEST_VALUE = 300
_LONGEST_HUNK = 400
_HUNKS = 3
_VALUES = 10


def failure(
    trace: Trace,
    sentence: str,
    step: Step | None = None,
    changes: Sequence[Change] = (),
    seen: Sequence[str] | None = None,
) -> Failure:
    """A failure at a step (None: of the trace as a whole), with its changes cut short; names who did it if it is sure.

    `seen` are the values to show, those of the changes where it is None.
    """
    shown = [bounded(change) for change in changes[:SHOWN]]
    values = [value_seen(change) for change in changes[:SHOWN]] if seen is None else seen
    return Failure(
        sentence=sentence,
        trace=trace.path,
        message_id=trace.message_id,
        subject=trace.subject and _cut(trace.subject),
        step=(step.from_ or "", step.to) if step is not None else None,
        event=step.event if step is not None else None,
        agent=step.agent if step is not None and step.certain and step.actor == "agent" else None,
        seen=[_cut(value) for value in values],
        changes=shown,
        left_out=len(changes) - len(shown),
    )


def value_seen(change: Change) -> str:
    """What a change did, in the words of the policy: `header.added X-Foo: v2`, `part.removed 2 (a.pdf)`."""
    said = change.kind
    info = change.after or change.before
    if isinstance(info, PartInfo):
        return f"{said} {change.part or ''} ({info.file_name or info.type})"
    if change.kind.startswith("header."):
        where = f" (part {change.part})" if change.part else ""
        if change.kind == "header.changed":
            return f"{said} {change.name}{where}: {_value(change.before)} -> {_value(change.after)}"
        return f"{said} {change.name}{where}: {_value(info)}"
    if change.kind.startswith("envelope.") and change.name is None:
        return f"{said} {_value(change.before)} -> {_value(change.after)}"
    named = change.name or (f"part {change.part}" if change.part else "")
    return f"{said} {named}".rstrip()


def bounded(change: Change) -> Change:
    """The change with its texts and lists cut; `note` says so."""
    hunks = None if change.hunks is None else [_hunk(hunk) for hunk in change.hunks[:_HUNKS]]
    visible = change.visible if change.visible is UNSET else [_hunk(hunk) for hunk in change.visible[:_HUNKS]]
    values = change.values if change.values is UNSET else change.values[:_VALUES]
    short = replace(
        change,
        name=change.name and _cut(change.name),
        before=_cut(change.before) if isinstance(change.before, str) else change.before,
        after=_cut(change.after) if isinstance(change.after, str) else change.after,
        hunks=hunks,
        visible=visible,
        values=values
        if values is UNSET
        else [replace(x, before=_some(x.before), after=_some(x.after)) for x in values],
    )
    more = (len(change.hunks or ()) > _HUNKS) or (change.visible is not UNSET and len(change.visible) > _HUNKS)
    if not more:
        return short
    note = f"the first {_HUNKS} differences; the report has them all"
    return replace(short, note=note if change.note is UNSET else f"{change.note}; {note}")


def _value(value: object) -> str:
    return "(none)" if value is None else str(value)


def _hunk(hunk: Hunk) -> Hunk:
    before, after = (_some(hunk.before, _LONGEST_HUNK), _some(hunk.after, _LONGEST_HUNK))
    return Hunk(before, after, hunk.before_line, hunk.after_line)


def _some(text: str | None, longest: int = _LONGEST_VALUE) -> str | None:
    return None if text is None else _cut(text, longest)


def _cut(text: str, longest: int = _LONGEST_VALUE) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."
