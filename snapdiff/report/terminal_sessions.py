"""SMTP sessions to lines of a terminal: who spoke with whom, and what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapdiff.report.terminal_overview import time_words
from snapdiff.report.terminal_text import Line, Paper, Piece, hanging
from snapdiff.report.words import counted, cut, session_with

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from snapdiff.model import Session, SessionLine, TrackFound

_SHOWN = 60
_LONGEST = 300


def session_lines(session: Session, paper: Paper, *, whole: bool, told_by: Line | None = None) -> Iterator[Line]:
    """One session behind its time, or behind what else it is `told_by`: who spoke, and its lines if all are wanted.

    Else only the refusals among them.
    """
    when = f"{time_words(session.start, paper)}  " if session.start else ""
    head = told_by or [Piece("    "), Piece(when, "dim")]
    body = [
        Piece(session_with(session, lambda text: paper.show(text, 100))),
        Piece(f"  {paper.show(session.connector_id, 200)}, {counted(session.line_count, 'line')}", "dim"),
    ]
    yield from hanging(head, body, paper.width)
    chosen = session.lines if whole else [line for line in session.lines if line.is_refusal]
    yield from _said(chosen[:_SHOWN], paper)
    if len(chosen) > _SHOWN or session.more_lines:
        left = len(chosen) - min(len(chosen), _SHOWN) + (session.more_lines or 0)
        yield [Piece(f"        and {counted(left, 'more line')}; --format json has them", "note")]


def sessions_alone(found: TrackFound, paper: Paper, most: int) -> Iterator[Line]:
    """The sessions of protocol logs that were looked through by themselves: a list, or the only one in full."""
    where = counted(len(found.protocol_files), "SMTP protocol log")
    if not found.sessions:
        yield [Piece(f"No SMTP session fits, in {where}.")]
        return
    if len(found.sessions) == 1:
        yield from session_lines(found.sessions[0], paper, whole=True)
        yield []
        yield [Piece(f"Read {where}. With the tracking logs as well, sessions stand with their messages.", "dim")]
        return
    width = len(str(min(len(found.sessions), most)))
    for at, session in enumerate(found.sessions[:most], 1):
        when = time_words(session.start, paper) if session.start else "(no time)"
        head = [Piece(f"{at:>{width}}  ", "label"), Piece(f"{when}  ", "dim")]
        yield from session_lines(session, paper, whole=False, told_by=head)
    if len(found.sessions) > most:
        yield [Piece(f"and {len(found.sessions) - most:,} more; --format csv has them all", "note")]
    yield []
    said = f"{counted(len(found.sessions), 'SMTP session')}, from {where}. --message N shows one in full."
    yield [Piece(said, "dim")]


def hop_lines(session: Session, lines: Collection[int], paper: Paper) -> Iterator[Line]:
    """A session in short, below the row of its hop: who spoke, and the lines with these numbers."""
    body = [
        Piece(session_with(session, lambda text: paper.show(text, 100))),
        Piece(f"  {paper.show(session.connector_id, 200)}, session {paper.show(session.session_id, 64)}", "dim"),
    ]
    yield from hanging([Piece("        ")], body, paper.width)
    yield from _said([line for line in session.lines if line.line in lines], paper)


def _said(lines: Sequence[SessionLine], paper: Paper) -> Iterator[Line]:
    for line in lines:
        style = "error" if line.is_refusal else "dim"
        words = f"{line.data}{' ' if line.data and line.context else ''}{line.context}"
        sign = [Piece(f"        {paper.show(line.event, 1) or ' '} ", "label")]
        yield from hanging(sign, [Piece(paper.show(cut(words, _LONGEST)), style)], paper.width)
