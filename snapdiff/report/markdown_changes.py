"""The changes of one step to Markdown: envelope, headers and parts in diff blocks, then a list of what is cosmetic."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import UNSET

from snapdiff.model import PartInfo
from snapdiff.report.markdown_text import code, fenced, sentence
from snapdiff.report.words import change_title, counted, part_words
from snapdiff.texts import same_start

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snapdiff.model import Change, Hunk

LINES_AT_MOST = 80
"""Lines of one diff block; what is longer is cut, and says so."""
LONGEST_LINE = 300
"""Characters of one line in a diff block."""
NAMED_AT_MOST = 20
"""Parts shown, and cosmetic changes or values listed, for one step."""
_BEFORE_DIFFERENCE = 60
"""Characters kept before the first difference where a long line is cut."""


def changes_detail(changes: Sequence[Change]) -> Iterator[str]:
    """Markdown blocks, each with a blank line before it. Cosmetic changes are named alone: there is nothing to read."""
    real = [change for change in changes if not change.cosmetic]
    yield from _envelope([change for change in real if change.kind.startswith("envelope.")])
    headers: dict[str | None, list[Change]] = {}
    for change in real:
        if change.kind.startswith("header."):
            headers.setdefault(change.part, []).append(change)
    for part, fields in headers.items():
        yield from _header(part, fields)
    parts = [change for change in real if change.kind.startswith(("part.", "message."))]
    for change in parts[:NAMED_AT_MOST]:
        yield from _part(change)
    if len(parts) > NAMED_AT_MOST:
        yield f"\n{counted(len(parts) - NAMED_AT_MOST, 'more change')} of parts left out here.\n"
    cosmetic = Counter(_titled(change) for change in changes if change.cosmetic)
    titles = [title if count == 1 else f"{title} ({count:,} times)" for title, count in cosmetic.items()]
    yield from _listed("Cosmetic, the same for a reader:", titles)


def _envelope(changes: list[Change]) -> Iterator[str]:
    before, after = [], []
    for change in changes:
        if change.kind == "envelope.sender-changed":
            before.append(f"X-Sender: {_value(change.before)}")
            after.append(f"X-Sender: {_value(change.after)}")
        else:
            side = after if change.kind == "envelope.recipient-added" else before
            side.append(f"X-Receiver: {change.name or ''}")
    if changes:
        yield "\nEnvelope:\n"
        yield from _block([("-", before), ("+", after)])


def _header(part: str | None, changes: list[Change]) -> Iterator[str]:
    """The fields of one header in one block, as they stand there, and below it what a line of text can't say."""
    sides: list[tuple[str, list[str]]] = []
    remarks: list[str] = []
    for change in changes:
        before, after = _aligned(
            None if change.kind == "header.added" else _value(change.before),
            None if change.kind == "header.removed" else _value(change.after),
        )
        name = change.name or ""
        sides += [(sign, _named(name, lines)) for sign, lines in (("-", before), ("+", after)) if lines]
        remarks += _remarks(change)
    yield f"\nHeader of part {code(part)}:\n" if part else "\nHeader:\n"
    yield from _block(sides)
    yield from _listed("", remarks)


def _part(change: Change) -> Iterator[str]:
    yield f"\n{_titled(change)}\n"
    infos = [info for info in (change.before, change.after) if isinstance(info, PartInfo)]
    if change.visible is not UNSET:
        yield "\nWhat a reader sees:\n" if change.visible else "\nWhat a reader sees is the same.\n"
        yield from _block(_hunk_lines(change.visible))
        if change.hunks:
            yield "\nThe source:\n"
    if change.hunks is not None:
        yield from _block(_hunk_lines(change.hunks))
    elif len(infos) == 2 and infos[0] != infos[1]:
        yield from _block([("-", [_info(infos[0])]), ("+", [_info(infos[1])])])
    elif infos and change.kind in ("part.added", "part.removed"):
        yield f"\nSHA-256 of its content: {code(infos[0].sha256)}\n"


def _titled(change: Change) -> str:
    title = change_title(change, code)
    note = f" {sentence(change.note)}" if change.note is not UNSET else ""
    return f"{title[0].upper()}{title[1:]}.{note}"


def _remarks(change: Change) -> list[str]:
    """What changed inside a structured field, whether the field moved as well, and its note."""
    name = code(change.name or "")
    remarks = []
    for value in change.values if change.values is not UNSET else ():
        before = "absent" if value.before is None else code(value.before)
        after = "absent" if value.after is None else code(value.after)
        remarks.append(f"{name}: {code(value.name)} was {before}, is {after}")
    if change.moved is True:
        remarks.append(f"{name} moved as well")
    if change.note is not UNSET:
        remarks.append(f"{name}: {sentence(change.note)}")
    return remarks


def _listed(heading: str, lines: list[str]) -> Iterator[str]:
    if not lines:
        return
    yield f"\n{heading}\n\n" if heading else "\n"
    for line in lines[:NAMED_AT_MOST]:
        yield f"- {line}\n"
    if len(lines) > NAMED_AT_MOST:
        yield f"- and {len(lines) - NAMED_AT_MOST:,} more\n"


def _hunk_lines(hunks: Sequence[Hunk]) -> Iterator[tuple[str, list[str]]]:
    for hunk in hunks:
        before, after = _aligned(hunk.before, hunk.after)
        yield "", [f"@@ -{hunk.before_line},{len(before)} +{hunk.after_line},{len(after)} @@"]
        yield "-", before
        yield "+", after


def _block(sides: Sequence[tuple[str, list[str]]] | Iterator[tuple[str, list[str]]]) -> Iterator[str]:
    """A diff block of runs of lines with their sign, cut at `LINES_AT_MOST`, and the notices in the open below it."""
    shown: list[str] = []
    total = 0
    for sign, lines in sides:
        shown += [sign + line for line in lines[: max(0, LINES_AT_MOST - total)]]
        total += len(lines)
    if not total:
        return
    yield "\n" + fenced(shown, "diff")
    if total > len(shown):
        yield f"\n{counted(total - len(shown), 'more line')} left out here; the JSON report has all of them.\n"
    if any(len(line) > LONGEST_LINE for line in shown):
        yield f"\nLines of more than {LONGEST_LINE} characters are cut, at three dots.\n"


def _aligned(before: str | None, after: str | None) -> tuple[list[str], list[str]]:
    """The lines of both sides; of two that face each other and are long, the stretch where they begin to differ."""
    old = [] if before is None else before.split("\n")
    new = [] if after is None else after.split("\n")
    if len(old) != len(new):
        return [_cut(line, 0) for line in old], [_cut(line, 0) for line in new]
    starts = [same_start(a, b) if max(len(a), len(b)) > LONGEST_LINE else 0 for a, b in zip(old, new, strict=True)]
    return (
        [_cut(line, start) for line, start in zip(old, starts, strict=True)],
        [_cut(line, start) for line, start in zip(new, starts, strict=True)],
    )


def _cut(line: str, difference: int) -> str:
    """At most `LONGEST_LINE` characters, around the first difference, with dots at either end where some are gone."""
    if len(line) <= LONGEST_LINE:
        return line
    start = max(0, min(difference - _BEFORE_DIFFERENCE, len(line) - LONGEST_LINE))
    end = start + LONGEST_LINE
    return ("..." if start else "") + line[start:end] + ("..." if end < len(line) else "")


def _named(name: str, lines: list[str]) -> list[str]:
    first = name if len(name) <= LONGEST_LINE else name[: LONGEST_LINE - 3] + "..."
    return [f"{first}: {lines[0]}", *lines[1:]]


def _value(value: str | PartInfo | None) -> str:
    return value if isinstance(value, str) else "" if value is None else part_words(value)


def _info(info: PartInfo) -> str:
    return f"{part_words(info)}, SHA-256 {info.sha256}"
