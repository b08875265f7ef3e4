"""A journey's timeline to lines of a terminal: clock, server, and what happened there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from snapdiff.report.moments import moments, who_words
from snapdiff.report.terminal_brief import brief
from snapdiff.report.terminal_overview import mark, time_words
from snapdiff.report.terminal_rows import event_lines
from snapdiff.report.terminal_sessions import session_lines
from snapdiff.report.terminal_text import Line, Paper, Piece, cells, hanging, width_of
from snapdiff.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from snapdiff.model import TimelineEntry
    from snapdiff.report.moments import Moment

SHOWN = 100
"""Moments that are shown."""
_WIDEST_SERVER = 16


def timeline_lines(entries: Sequence[TimelineEntry], numbers: Mapping[str, int], paper: Paper) -> Iterator[Line]:
    """The timeline; `numbers` are those of the journey's folders where it has several, by path."""
    servers = {id(entry): _server(entry, numbers, paper) for entry in entries}
    column = min(max(map(cells, servers.values()), default=0), _WIDEST_SERVER)
    day = ""
    found = list(moments(entries))
    for moment in found[:SHOWN]:
        entry = moment.entry
        words = time_words(entry.time, paper) if entry.time else "(no time)"
        today, _, clock = words.removesuffix(" UTC").rpartition(" ") if words.endswith(" UTC") else ("", "", words)
        if today != day:
            day = today
            yield [Piece(f"    {today} UTC" if today else "    Without a time in UTC", "label")]
        server = servers[id(entry)]
        head = [Piece(f"    {clock:<12}  ", "dim"), Piece(server + " " * max(column - cells(server), 0) + "  ", "name")]
        yield from _moment(moment, head, paper)
    if len(found) > SHOWN:
        rest = counted(len(found) - SHOWN, "more line")
        yield [Piece(f"    {paper.symbols.dots} {rest}; --format json has them all", "note")]


def _server(entry: TimelineEntry, numbers: Mapping[str, int], paper: Paper) -> str:
    """The server without its domain, and the number of the folder that a snapshot lies in."""
    name = paper.show((entry.server or "").partition(".")[0], 60)
    number = numbers.get(str(entry.trace))
    return f"{name} ({number})".strip() if number else name


def _moment(moment: Moment, head: Line, paper: Paper) -> Iterator[Line]:
    entry = moment.entry
    if entry.row is not UNSET:
        yield from event_lines(entry.row, paper, [*head, Piece("  ")], width_of(head) + 2)
    elif entry.session is not UNSET:
        yield from session_lines(entry.session, paper, whole=False, told_by=[*head, Piece("  ")])
    elif entry.kind == "gap":
        yield from hanging([*head, Piece("! ", "unsure")], [Piece(paper.show(str(entry.text)))], paper.width)
    else:
        step = entry.step
        sign = Piece(" ") if step is UNSET else mark(step, paper)
        if step is not UNSET and not step.certain:
            sign = Piece(paper.symbols.unsure, "unsure")
        words = who_words(moment, paper.show)
        head = [*head, sign, Piece(" ")]
        if step is not UNSET and not moment.quiet:
            room = max(paper.width - width_of(head) - cells(words), 20)
            words += brief(step.changes, paper, room)[0] if step.changes else "nothing changed"
        body = [Piece(words, "dim" if moment.quiet or step is UNSET else "")]
        yield from hanging(head, body, paper.width)
