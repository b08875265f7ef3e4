"""A trace's blame to HTML: fields and runs of text with their owner's number, colour and pattern; what went, listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from msgspec import UNSET, Struct

from snapdiff.report.html.environment import render
from snapdiff.report.html.marks import inline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snapdiff.model import Blame, BlameRun, FieldBlame, Owner, PartBlame, Trace

LOOKS = 8
"""Colours with a pattern each; a later owner has a look again, and always its own number."""
TEXT_SHOWN = 40_000
"""Characters of one text that are shown."""
REMOVED_SHOWN = 100
FIELDS_SHOWN = 400


class OwnerView(Struct, frozen=True):
    """An owner as the page shows it."""

    number: int
    look: int
    label: str
    event: str
    href: str
    doubt: str


class Gone(Struct, frozen=True):
    """Text, a field or a part that is no longer there."""

    what: str
    text: str
    by: OwnerView
    remover: OwnerView | None


class FieldView(Struct, frozen=True):
    """A field of the final header; `where` is the part whose header it stands in, empty for the message's own."""

    name: str
    where: str
    owner: OwnerView
    value: Markup
    touches: list[str]
    cut: str


class PartView(Struct, frozen=True):
    """A leaf of the final message."""

    title: str
    owner: OwnerView
    text: Markup | None
    touches: list[str]
    notes: list[str]


def blame_html(trace: Trace, key: str, shown: set[int]) -> Markup | None:
    """The view of who wrote what, or None where the trace brings no blame; `shown` are the steps to link to."""
    if trace.blame is UNSET:
        return None
    blame = trace.blame
    numbers = {step.to: number for number, step in enumerate(trace.steps, 1) if number in shown}
    owners = [_owner(number, owner, key, numbers) for number, owner in enumerate(blame.owners)]
    return render(
        "blame.html.j2",
        key=key,
        blame=blame,
        owners=owners,
        fields=[_field(field, owners) for field in blame.fields[:FIELDS_SHOWN]],
        more_fields=max(len(blame.fields) - FIELDS_SHOWN, 0),
        parts=[_part(part, owners) for part in blame.parts],
        gone=list(_gone(blame, owners))[:REMOVED_SHOWN],
        more_gone=max(sum(1 for _ in _gone(blame, owners)) - REMOVED_SHOWN, 0),
        cut=blame.cut or "",
    )


def _owner(number: int, owner: Owner, key: str, numbers: dict[str, int]) -> OwnerView:
    doubt = ""
    if not owner.certain:
        doubt = "not certain" + (f": {owner.reason}" if owner.reason else "")
    step = numbers.get(owner.to) if owner.to is not None else None
    return OwnerView(
        number=number,
        look=number if number < LOOKS else 1 + (number - 1) % (LOOKS - 1),
        label=owner.label,
        event=owner.event or "",
        href=f"{key}-s{step}" if step is not None else "",
        doubt=doubt,
    )


def _field(field: FieldBlame, owners: Sequence[OwnerView]) -> FieldView:
    return FieldView(
        name=field.name,
        where=field.part or "",
        owner=owners[field.owner],
        value=_runs(field.runs, owners, 4_000),
        touches=_touches(field, owners),
        cut=field.cut or "",
    )


def _part(part: PartBlame, owners: Sequence[OwnerView]) -> PartView:
    name = f"{part.file_name}, " if part.file_name else ""
    notes = [words for words in (part.whole, part.cut) if words]
    return PartView(
        title=f"Part {part.section}: {name}{part.type}, {part.size:,} bytes",
        owner=owners[part.owner],
        text=_runs(part.runs, owners, TEXT_SHOWN) if part.is_text and part.runs else None,
        touches=_touches(part, owners),
        notes=notes,
    )


def _touches(one: FieldBlame | PartBlame, owners: Sequence[OwnerView]) -> list[str]:
    return [f"{touch.what} by {owners[touch.owner].label}" for touch in (one.touches or [])[:10]]


def _runs(runs: Sequence[BlameRun], owners: Sequence[OwnerView], most: int) -> Markup:
    """The runs that stand in the end. A run of the first owner, who brought the message, has no mark."""
    out: list[Markup] = []
    left = most
    for run in runs:
        if run.removed_by is not None:
            continue
        text = run.text[:left]
        left -= len(text)
        owner = owners[run.owner]
        pieces = Markup("\n").join(inline(line) for line in text.split("\n"))
        if run.owner == 0:
            out.append(pieces)
        else:
            out.append(
                Markup('<span class="o o{}" data-o="{}" title="{}">{}</span>').format(
                    owner.look, owner.number, inline(owner.label), pieces
                )
            )
        if left <= 0:
            out.append(Markup('<span class="cut">… the rest of this text is not shown here</span>'))
            break
    return Markup("").join(out)


def _gone(blame: Blame, owners: Sequence[OwnerView]) -> Iterator[Gone]:
    for field in blame.removed_fields:
        text = "".join(run.text for run in field.runs if run.removed_by is None)
        yield Gone(f"Header field {field.name}", text[:500], owners[field.owner], _at(owners, field.removed_by))
    for part in blame.removed_parts:
        text = "".join(run.text for run in part.runs if run.removed_by is None)
        name = part.file_name or part.type
        yield Gone(f"Part {part.section} ({name})", text[:500], owners[part.owner], _at(owners, part.removed_by))
    for field in blame.fields:
        for run in field.runs:
            if run.removed_by is not None:
                yield Gone(f"Words of {field.name}", run.text[:500], owners[run.owner], _at(owners, run.removed_by))
    for part in blame.parts:
        for run in part.runs:
            if run.removed_by is not None:
                where = f"Text of part {part.section}"
                yield Gone(where, run.text.removesuffix("\n")[:500], owners[run.owner], _at(owners, run.removed_by))


def _at(owners: Sequence[OwnerView], number: int | None) -> OwnerView | None:
    return None if number is None else owners[number]
