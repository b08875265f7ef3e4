"""The changes of one step to lines that show them: envelope, header fields, parts, and what is the same for a reader.

Every list and every text has an end; where more follows, a line says how much and how to see it.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from snapdiff.model import PartInfo
from snapdiff.report.terminal_brief import lines_words
from snapdiff.report.terminal_hunks import (
    AFTER,
    BEFORE,
    LINES_SHOWN,
    LONGEST_LINE,
    Side,
    differing,
    draw_hunks,
    excerpt,
    line_count,
    marked,
)
from snapdiff.report.terminal_notes import all_lines
from snapdiff.report.terminal_text import Line, Paper, Piece, hanging
from snapdiff.report.words import actor_words, change_title, counted, elapsed_words, part_words, split_words, summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from snapdiff.model import Change, Step

CHANGES_SHOWN = 30
"""Changes of one group (the envelope, the header, a part's header) that are shown, and groups of one step."""
VALUES_SHOWN = 12
"""Values inside one structured field that are shown one by one."""
SOURCE_LINES_SHOWN = 8
"""Rows of HTML source shown where the visible text is shown before them."""
_COMPARED = 200_000
"""Characters of a field's value in which the words that differ are looked for."""
_HOW = "--format json has them all"
_STATUS = {
    "message.deleted": "The message was deleted here and goes no further.",
    "message.deferred": "The message was deferred here: Exchange keeps it in the queue and tries it again later.",
}
_SESSION = (
    "What Exchange stamps while a mail comes in, and what agents at earlier SMTP events did (recipient or sender "
    "filters): they leave no snapshots."
)


def step_detail(number: int, step: Step, event_before: str | None, paper: Paper) -> Iterator[Line]:
    """A step that changed something: who, between which files, then every change."""
    yield []
    who = "not known who did it" if step.actor == "unknown" else actor_words(step, paper.show)
    title: Line = [Piece(f"Step {number}  ", "title"), Piece(who, "changed")]
    if step.agent is not None and step.event is not None:
        title.append(Piece(f" at {paper.show(step.event, 100)}"))
    if not step.certain and step.actor != "unknown":
        title.append(Piece("  not certain", "unsure"))
    yield from hanging([Piece("  ")], title, paper.width)
    yield from hanging([Piece("  ")], [Piece(_files(step, paper), "dim")], paper.width)
    if words := _no_agent(step, event_before, paper):
        yield from hanging([Piece("  ")], [Piece(words, "dim")], paper.width)
    yield from all_lines(step, paper, 2)
    yield from changes_detail(step.changes, paper)


def _files(step: Step, paper: Paper) -> str:
    start = paper.show(step.from_, 200) if step.from_ is not None else _parent(step, paper)
    words = f"{start} {paper.symbols.arrow} {paper.show(step.to, 200)}"
    if step.elapsed_ms is not None:
        words += f", {elapsed_words(step.elapsed_ms)}"
    if step.compared_with is not None and step.from_ is not None and step.compared_with != step.from_:
        words += f"; compared with {paper.show(step.compared_with, 200)}, the last one that holds a message"
    return words


def _no_agent(step: Step, event_before: str | None, paper: Paper) -> str:
    """In plain words who did it, where it was no agent."""
    if step.from_ is None:
        return paper.show(split_words(step))
    if step.actor == "session":
        return _SESSION
    if step.actor == "transport":
        before = paper.show(step.event or "the first event", 100)
        if event_before is None:
            return f"No agent: Exchange itself, before {before}."
        return f"No agent: Exchange itself, between {paper.show(event_before, 100)} and {before}."
    return ""


def _parent(step: Step, paper: Paper) -> str:
    if step.compared_with is None:
        return "the parent's snapshot"
    return f"{paper.show(step.compared_with, 200)} of the parent"


def changes_detail(changes: Sequence[Change], paper: Paper) -> Iterator[Line]:
    """Each change in full: the envelope, the header, then part by part; what is the same for a reader comes last."""
    groups = _grouped(change for change in changes if not change.cosmetic)
    for place, ((heading, is_list), group) in enumerate(groups.items()):
        if place == CHANGES_SHOWN:
            rest = list(islice(groups.values(), place, None))
            yield from _left_out([change for others in rest for change in others], paper)
            break
        if is_list:
            yield from hanging([Piece("    ")], [Piece(paper.show(heading, 100), "label")], paper.width)
        for change in group[:CHANGES_SHOWN]:
            yield from _change(change, paper)
        if len(group) > CHANGES_SHOWN:
            yield from _left_out(group[CHANGES_SHOWN:], paper)
    cosmetic = [change for change in changes if change.cosmetic]
    if cosmetic:
        yield from _same_for_a_reader(cosmetic, paper)


def _grouped(changes: Iterable[Change]) -> dict[tuple[str, bool], list[Change]]:
    """The changes by heading: status, envelope, header, and each part with its header; in the order found within."""
    order = {"message": 0, "envelope": 1, "header": 2, "part": 3}
    groups: dict[tuple[str, bool], list[Change]] = {}
    for change in sorted(changes, key=lambda one: order[one.kind.partition(".")[0]] if one.part is None else 4):
        group = change.kind.partition(".")[0]
        if group == "header":
            key = (_header_heading(change), True)
        else:
            key = ("Envelope", True) if group == "envelope" else (f"{group} {change.part}", False)
        groups.setdefault(key, []).append(change)
    return groups


def _header_heading(change: Change) -> str:
    if change.part is None:
        return "Header"
    inner = change.part.removesuffix(".HEADER")
    return f"Header of part {inner}" if inner == change.part else f"Header of the message in part {inner}"


def _change(change: Change, paper: Paper) -> Iterator[Line]:
    if change.kind.startswith("header."):
        yield from _field(change, paper)
    elif change.kind.startswith("envelope."):
        yield from _envelope(change, paper)
    elif change.kind.startswith("message."):
        yield from hanging([Piece("    ")], [Piece(_STATUS[change.kind], "gone")], paper.width)
    else:
        yield from _part(change, paper)
    if change.note:
        yield from hanging([Piece("      ")], [Piece(f"Note: {paper.show(change.note)}", "note")], paper.width)


def _envelope(change: Change, paper: Paper) -> Iterator[Line]:
    if change.kind == "envelope.sender-changed":
        for side, value in ((BEFORE, change.before), (AFTER, change.after)):
            yield from _named("sender", value if isinstance(value, str) else None, side, paper)
        return
    side = AFTER if change.kind.endswith("-added") else BEFORE
    yield from _named("recipient", change.name, side, paper)


def _named(label: str, value: str | None, side: Side, paper: Paper) -> Iterator[Line]:
    head = [Piece(f"      {side.sign} ", side.style), Piece(f"{label:<9} ", "label")]
    text = excerpt(value, [], paper) if value is not None else excerpt("(none)", [], paper)
    yield from marked(head, text, side, paper, None)


def _field(change: Change, paper: Paper) -> Iterator[Line]:
    """One field: a line before and a line after, what differs inside its value, and where it went."""
    name = paper.show(change.name or "", 200)
    before = change.before if isinstance(change.before, str) else None
    after = change.after if isinstance(change.after, str) else None
    marks: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
    if before is not None and after is not None and len(before) + len(after) <= _COMPARED:
        marks = differing(before, after)
    shows = {"header.added": (AFTER,), "header.removed": (BEFORE,)}.get(change.kind, (BEFORE, AFTER))
    for side, value, found in ((BEFORE, before, marks[0]), (AFTER, after, marks[1])):
        if side not in shows:
            continue
        shown = excerpt(value or "", found, paper)
        head = f"{name}: "
        line = shown._replace(
            text=head + shown.text,
            marks=[(start + len(head), end + len(head)) for start, end in shown.marks],
            notices=[(start + len(head), end + len(head)) for start, end in shown.notices],
        )
        yield from marked([Piece(f"      {side.sign} ", side.style)], line, side, paper, "header")
    yield from _values(change, paper)
    if change.moved:
        yield [Piece("        and moved to another place in the header", "dim")]


def _values(change: Change, paper: Paper) -> Iterator[Line]:
    values = change.values or []
    width = min(max([len(value.name) for value in values[:VALUES_SHOWN]], default=0), 24)
    for value in values[:VALUES_SHOWN]:
        head = [Piece("          "), Piece(f"{paper.show(value.name, 60):<{width}}  ", "label")]
        arrow = f" {paper.symbols.arrow} "
        if value.before is None:
            body = [Piece("new: ", "dim"), Piece(paper.show(value.after or "", LONGEST_LINE), "added")]
        elif value.after is None:
            body = [Piece("gone: ", "dim"), Piece(paper.show(value.before, LONGEST_LINE), "removed")]
        else:
            body = [
                Piece(paper.show(value.before, LONGEST_LINE // 2), "removed"),
                Piece(arrow),
                Piece(paper.show(value.after, LONGEST_LINE // 2), "added"),
            ]
        yield from hanging(head, body, paper.width)
    if len(values) > VALUES_SHOWN:
        rest = len(values) - VALUES_SHOWN
        yield [Piece(f"          {paper.symbols.dots} {rest:,} more values that differ; {_HOW}", "note")]


def _part(change: Change, paper: Paper) -> Iterator[Line]:
    title = change_title(change, paper.show)
    if change.hunks:
        title += f" ({lines_words(change.hunks, paper)})"
    style = {"part.added": "added", "part.removed": "removed"}.get(change.kind, "name")
    yield from hanging([Piece("    ")], [Piece(title[:1].upper() + title[1:], style)], paper.width)
    infos = [
        (side, info) for side, info in ((BEFORE, change.before), (AFTER, change.after)) if isinstance(info, PartInfo)
    ]
    if change.kind in ("part.added", "part.removed"):
        for _, info in infos:
            yield [Piece(f"      SHA-256 {paper.show(info.sha256, 64)}", "dim")]
    else:
        for side, info in infos:
            words = f"{part_words(info, paper.show)}, SHA-256 {paper.show(info.sha256, 12)}"
            yield from hanging([Piece(f"      {side.sign} ", side.style)], [Piece(words, side.style)], paper.width)
    yield from _text(change, paper)


def _text(change: Change, paper: Paper) -> Iterator[Line]:
    """The lines of a text that differ; of HTML first what a reader sees, then the source, folded where it is long."""
    visible = change.visible if isinstance(change.visible, list) else None
    if visible is None:
        yield from draw_hunks(change.hunks or [], paper, 6, None, LINES_SHOWN)
        return
    most = LINES_SHOWN
    if visible:
        yield [Piece("      What a reader sees", "label")]
        yield from draw_hunks(visible, paper, 6, None, LINES_SHOWN)
        rows = sum(line_count(hunk.before) + line_count(hunk.after) for hunk in change.hunks or ())
        most = LINES_SHOWN if rows <= LINES_SHOWN // 2 else SOURCE_LINES_SHOWN
    else:
        yield [Piece("      A reader sees the same text; only the markup differs.", "label")]
    if change.hunks:
        yield [Piece("      HTML source", "label")]
        yield from draw_hunks(change.hunks, paper, 6, "html", most)


def _same_for_a_reader(changes: Sequence[Change], paper: Paper) -> Iterator[Line]:
    """The cosmetic changes, gathered: a reader sees no difference, a signature may."""
    heading = "Same for a reader, in other bytes (a DKIM or S/MIME signature can still break)"
    yield from hanging([Piece("    ")], [Piece(heading, "label")], paper.width)
    words = summary(changes, paper.show).removeprefix("cosmetic: ")
    yield from hanging([Piece("      ")], [Piece(words[:1].upper() + words[1:], "dim")], paper.width)
    replaced = [one for one in changes if one.kind == "header.changed" and isinstance(one.before, str)]
    for change in replaced[:VALUES_SHOWN]:
        arrow = f" {paper.symbols.arrow} "
        values = [paper.show(value, 100) for value in (change.before, change.after) if isinstance(value, str)]
        yield from hanging(
            [Piece("      ")], [Piece(f"{paper.show(change.name or '', 80)}: {arrow.join(values)}", "dim")], paper.width
        )
    notes = dict.fromkeys(change.note for change in changes if change.note)
    for note in islice(notes, VALUES_SHOWN):
        yield from hanging([Piece("      ")], [Piece(f"Note: {paper.show(note)}", "note")], paper.width)


def _left_out(changes: Sequence[Change], paper: Paper) -> Iterator[Line]:
    said = (
        f"{paper.symbols.dots} {counted(len(changes), 'more change')} not shown: {summary(changes, paper.show)}; {_HOW}"
    )
    yield from hanging([Piece("      ")], [Piece(said, "note")], paper.width)
