"""What two runs do otherwise to the terminal: agent by agent, then the messages without a counterpart."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from snapdiff.report.compare.told import SIGNS, how_often, message_name, name_of, ran, verdict, what
from snapdiff.report.terminal_ending import problems as problem_lines
from snapdiff.report.terminal_stream import write_lines
from snapdiff.report.terminal_text import Line, Paper, Piece, hanging
from snapdiff.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snapdiff.model.compare import AgentCompared, ComparedMessage, CompareReport, Pair
    from snapdiff.report.choose import ColorChoice

MESSAGES_SHOWN = 20
_STYLES = {"new": "added", "gone": "removed", "times": "note"}


def write_text(report: CompareReport, stream: BinaryIO, color: ColorChoice) -> None:
    """Writes the result for people to a binary stream, which stays open."""
    write_lines(stream, color, lambda paper: _lines(report, paper))


def _lines(report: CompareReport, paper: Paper) -> Iterator[Line]:
    for name, source in (("before", report.before), ("after", report.after)):
        yield from hanging([Piece(f"{name:<8}", "label")], [Piece(paper.show(source, 300), "title")], paper.width)
    for one in report.agents:
        yield from _agent(one, paper)
    yield from _differing(report.pairs, paper)
    yield from _alone("Only before", report.unpaired_before, paper)
    yield from _alone("Only after", report.unpaired_after, paper)
    if any(pair.repeated for pair in report.pairs):
        yield []
        said = "Several messages had the same key; they were paired in the order of their times."
        yield from hanging([], [Piece(said, "note")], paper.width)
    if report.cannot_tell:
        yield []
        yield [Piece("Can't tell", "title")]
        for reason in report.cannot_tell:
            yield from hanging([Piece("  ? ", "unsure")], [Piece(paper.show(reason))], paper.width)
    if report.problems:
        yield []
        yield from problem_lines(report.problems, paper)
    yield []
    yield [Piece(verdict(report), "title" if report.differs else "added")]


def _agent(one: AgentCompared, paper: Paper) -> Iterator[Line]:
    yield []
    title = [Piece(paper.show(name_of(one), 300), "name")]
    if said := ran(one):
        title.append(Piece(f"  {said}", "warning"))
    yield from hanging([], title, paper.width)
    for difference in one.differences:
        event = f"  at {paper.show(difference.did.event, 100)}" if difference.did.event else ""
        style = _STYLES[difference.turn]
        body = [
            Piece(paper.show(what(difference.did), 300), style),
            Piece(f"  {how_often(difference)}{event}", "dim"),
        ]
        yield from hanging([Piece(f"  {SIGNS[difference.turn]} ", style)], body, paper.width)


def _differing(pairs: Sequence[Pair], paper: Paper) -> Iterator[Line]:
    if not pairs:
        return
    yield []
    yield [Piece(f"{counted(len(pairs), 'message')} on which something differs", "title")]
    for pair in pairs[:MESSAGES_SHOWN]:
        body = [
            Piece(paper.show(message_name(pair.after), 200), "name"),
            Piece(f"  {counted(len(pair.differences), 'difference')}", "dim"),
        ]
        yield from hanging([Piece("  ")], body, paper.width)
    if len(pairs) > MESSAGES_SHOWN:
        yield [Piece(f"  and {len(pairs) - MESSAGES_SHOWN:,} more; --format json has them all", "note")]


def _alone(title: str, messages: Sequence[ComparedMessage], paper: Paper) -> Iterator[Line]:
    if not messages:
        return
    yield []
    yield [Piece(f"{title}: {counted(len(messages), 'message')} without a counterpart", "title")]
    for one in messages[:MESSAGES_SHOWN]:
        body = [
            Piece(paper.show(message_name(one), 200), "name"),
            Piece(f"  {paper.show(one.traces[0] if one.traces else '', 300)}", "dim"),
        ]
        yield from hanging([Piece("  ")], body, paper.width)
    if len(messages) > MESSAGES_SHOWN:
        yield [Piece(f"  and {len(messages) - MESSAGES_SHOWN:,} more; --format json has them all", "note")]
