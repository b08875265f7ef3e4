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
    event = row.text("event_id")
    servers = " ".join(dict.fromkeys(filter(None, (row.text("client_hostname"), row.text("server_hostname")))))
    head = told_by or [Piece(f"    {row_time_words(row, paper)}  ", "dim")]
    source = row.text("source")
    name = paper.show(f"{event}" + (f" ({source})" if source else ""), 60)
    words = row_words(row)
    body = [
        Piece(paper.show(words[:1].upper() + words[1:], 200), "error" if event.upper() == "FAIL" else ""),
    ]
    if name:
        body.append(Piece(f"  {name}", "label"))
    if servers:
        arrow = f" {paper.symbols.arrow} "
        body.append(Piece(f"  {paper.show(arrow.join(servers.split(' ')), 300)}", "dim"))
    yield from hanging(head, body, paper.width)
    indent = [Piece(" " * details)]
    related = row.text("related_recipient_address")
    if row.text("details") and row.format == "rulestrk":
        yield from hanging(indent, [Piece(paper.show(row.text("details"), 300), "dim")], paper.width)
    if related:
        yield from hanging(indent, [Piece(f"before: {paper.show(related, 300)}", "dim")], paper.width)
    told = [*context_words(row), *(_members(row) if event.upper() == "AGENTINFO" else ())]
    for words in told[:_MEMBERS_SHOWN]:
        yield from hanging(indent, [Piece(paper.show(cut(words, 300)), "dim")], paper.width)
    status = [text for text in row.texts("recipient_status") if text not in ("", _NO_STATUS)]
    if status and event.upper() not in _STATUS_OF_FIELDS:
        yield from hanging(indent, [Piece(paper.show(cut("; ".join(dict.fromkeys(status)), 300)), "dim")], paper.width)


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
