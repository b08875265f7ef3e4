"""What two runs do otherwise to Markdown, for a pull request or a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapdiff.report.compare.told import SIGNS, how_often, message_name, name_of, ran, verdict, what
from snapdiff.report.markdown_text import code, row, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snapdiff.model.compare import ComparedMessage, CompareReport

ROWS_SHOWN = 200
MESSAGES_SHOWN = 50


def markdown(report: CompareReport) -> str:
    """The whole page."""
    return "".join(_blocks(report))


def _blocks(report: CompareReport) -> Iterator[str]:
    yield f"### snapdiff compare\n\n{sentence(verdict(report))}\n\n"
    yield f"Before: {code(report.before)}, after: {code(report.after)}, paired by {code(report.pair_by)}.\n"
    if report.cannot_tell:
        yield "\n**Can't tell:**\n\n" + "".join(f"- {sentence(one)}\n" for one in report.cannot_tell)
    rows = [
        row(code(name_of(one)), SIGNS[x.turn], code(what(x.did)), code(x.did.event or "-"), how_often(x))
        for one in report.agents
        for x in one.differences
    ]
    if rows:
        yield "\n" + row("agent", "", "change", "event", "how often") + row("---", "---", "---", "---", "---")
        yield "".join(rows[:ROWS_SHOWN])
        if len(rows) > ROWS_SHOWN:
            yield f"\n{len(rows) - ROWS_SHOWN:,} more changes left out here; the JSON has them all.\n"
    once = [f"- {code(name_of(one))} {said}\n" for one in report.agents if (said := ran(one))]
    yield "\n" + "".join(once) if once else ""
    if report.pairs:
        yield "\n**Messages on which something differs:**\n\n"
        yield "".join(
            f"- {code(message_name(one.after))} ({len(one.differences):,})\n" for one in report.pairs[:MESSAGES_SHOWN]
        )
        if len(report.pairs) > MESSAGES_SHOWN:
            yield f"- and {len(report.pairs) - MESSAGES_SHOWN:,} more\n"
    yield from _alone("Only before", report.unpaired_before)
    yield from _alone("Only after", report.unpaired_after)
    if report.problems:
        yield "\n**Problems:**\n\n"
        yield "".join(f"- {code(one.path)}: {sentence(one.message)}\n" for one in report.problems[:MESSAGES_SHOWN])


def _alone(title: str, messages: Sequence[ComparedMessage]) -> Iterator[str]:
    if not messages:
        return
    yield f"\n**{title}**, without a counterpart:\n\n"
    yield "".join(f"- {code(message_name(one))}\n" for one in messages[:MESSAGES_SHOWN])
    if len(messages) > MESSAGES_SHOWN:
        yield f"- and {len(messages) - MESSAGES_SHOWN:,} more\n"
