"""Attachments that a step added, changed or renamed: what they truly are, by their bytes, and their hash."""

from collections.abc import Iterator

from snapdiff.findings.register import Found, Passing, of_step
from snapdiff.mail.parts import Part
from snapdiff.mail.true_types import RUNS_BY_NAME, contradicted, extension, true_type

_OF_A_PART = ("content-type", "content-disposition")


@of_step
def attachments_added(at: Passing) -> Iterator[Found]:
    """SD601 to SD603: each attachment that was not there before, under this name and label, with this content."""
    if (
        at.after_headers_only
        or at.before_headers_only
        or not any(
            change.kind.startswith("part.") or (change.name or "").lower() in _OF_A_PART for change in at.step.changes
        )
    ):
        return
    before = [part for part in at.before.tree.root.leaves() if part.is_attachment]
    known = {_key(part) for part in before}
    for part in at.after.tree.root.leaves():
        is_file = part.is_attachment and part.shape == "leaf" and not part.is_opaque and part.content
        if is_file and _key(part) not in known:
            yield from _looked_at(at, part, before)


def _looked_at(at: Passing, part: Part, before: list[Part]) -> Iterator[Found]:
    kind = true_type(part.content)
    evidence = {
        "file": part.file_name or f"without a name ({part.type})",
        "label": part.type,
        "truly": kind.name if kind else "text" if part.is_text else "of no kind known here",
        "size": f"{len(part.content):,} bytes",
        "sha256": part.digest,
        "part": part.section,
    }
    numbers = tuple(
        number
        for number, change in enumerate(at.step.changes)
        if change.part in {part.section, part.header_section}
        and (change.kind.startswith("part.") or (change.name or "").lower() in _OF_A_PART)
    )
    ending = extension(part.file_name)
    if kind is not None and (wrong := contradicted(kind, part.file_name, part.type)):
        yield Found("SD601", evidence, numbers, words={"wrong": " and ".join(wrong)})
    if (kind is not None and kind.runs) or ending in RUNS_BY_NAME:
        why = kind.name if kind is not None and kind.runs else f"a .{ending} file"
        yield Found("SD602", evidence, numbers, words={"why": why})
    if all(other.digest != part.digest and other.file_name != part.file_name for other in before):
        yield Found("SD603", evidence, numbers)


def _key(part: Part) -> tuple[str | None, str, str]:
    return part.file_name, part.type, part.digest
