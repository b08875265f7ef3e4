"""Tracking rows to lines of a terminal: when, what it means, on which servers, and what agents noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapdiff.log_words import context_words, row_words
from snapdiff.report.terminal_overview import time_words
from snapdiff.report.terminal_text import Line, Paper, Piece, hanging
from snapdiff.report.words import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snapdiff.model import TrackingRow

_MEMBERS_SHOWN = 20
_NO_STATUS = "0"
"""What Exchange 2003 and older ones write where there is none."""
_STATUS_OF_FIELDS = ("RECEIVE", "DELIVER")
"""Events whose recipient-status says the field a recipient stood in (To, Cc), or nothing."""


def event_lines(row: TrackingRow, paper: Paper, told_by: Line | None = None, details: int = 8) -> Iterator[Line]:
    """One event of a message's way, behind its time, or behind what else it is `told_by`.

    Its details stand below it, so many columns from the left.
    """
    head = told_by or [Piece(f"    {row_time_words(row, paper)}  ", "dim")]
    yield from hanging(head, _what(row, paper), paper.width)
    for words in _details(row, paper):
        yield from hanging([Piece(" " * details)], [Piece(words, "dim")], paper.width)


def _what(row: TrackingRow, paper: Paper) -> Line:
    """What happened, the event and its source, and on which servers."""
    words, event, source = row_words(row), row.text("event_id"), row.text("source")
    name = paper.show(f"{event}" + (f" ({source})" if source else ""), 60)
    servers = dict.fromkeys(filter(None, (row.text("client_hostname"), row.text("server_hostname"))))
    line = [Piece(paper.show(words[:1].upper() + words[1:], 200), "error" if row.event == "FAIL" else "")]
    if name:
        line.append(Piece(f"  {name}", "label"))
    if servers:
        line.append(Piece(f"  {paper.show(f' {paper.symbols.arrow} '.join(servers), 300)}", "dim"))
    return line


def _details(row: TrackingRow, paper: Paper) -> Iterator[str]:
    """What a row tells beside that, a line each: the rule, the address before, why and by whom, and the replies."""
    if row.text("details") and row.format == "rulestrk":
        yield paper.show(row.text("details"), 300)
    if related := row.text("related_recipient_address"):
        yield f"before: {paper.show(related, 300)}"
    told = [*context_words(row), *(_members(row) if row.event == "AGENTINFO" else ())]
    yield from (paper.show(cut(words, 300)) for words in told[:_MEMBERS_SHOWN])
    if len(told) > _MEMBERS_SHOWN:
        yield f"and {len(told) - _MEMBERS_SHOWN:,} more; --format json has them all"
    status = [text for text in row.texts("recipient_status") if text not in ("", _NO_STATUS)]
    if status and row.event not in _STATUS_OF_FIELDS:
        yield paper.show(cut("; ".join(dict.fromkeys(status)), 300))


def _members(row: TrackingRow) -> Iterator[str]:
    """What agents noted, a member at a time, and members of which nothing is known."""
    for datum in row.parsed.custom_data:
        if datum.values:
            pairs = ", ".join(f"{key} {value}" for key, value in datum.values if value)
            yield f"{datum.key} {datum.group}: {pairs}" if datum.group else f"{datum.key}: {pairs}"
    yield from (text for text in row.texts("custom_data") if text and "=" not in text)


def row_time_words(row: TrackingRow, paper: Paper) -> str:
    """The row's time in words."""
    return time_words(row.time, paper) if row.time else "(no time)"
