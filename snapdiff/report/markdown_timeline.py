"""A journey's timeline to Markdown: a table of when, where and what happened."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from msgspec import UNSET

from snapdiff.log_words import row_words
from snapdiff.report.markdown_text import code, row, sentence
from snapdiff.report.moments import moments, session_words, who_words
from snapdiff.report.words import counted, summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from snapdiff.model import TimelineEntry
    from snapdiff.report.moments import Moment

SHOWN = 200
_REFUSALS_SHOWN = 3


def timeline_table(entries: Sequence[TimelineEntry], numbers: Mapping[str, int]) -> Iterator[str]:
    """The timeline as a table; `numbers` are those of the journey's folders where it has several, by path."""
    found = moments(entries)
    for number, moment in enumerate(islice(found, SHOWN)):
        if number == 0:
            yield "\n" + row("Time (UTC)", "Server", "What happened") + row("---", "---", "---")
        entry = moment.entry
        folder = f" ({numbers[str(entry.trace)]})" if entry.trace in numbers else ""
        server = (code(entry.server) if entry.server else "-") + folder
        yield row(code(entry.time) if entry.time else "-", server, _what(moment))
    if rest := sum(1 for _ in found):
        yield f"\nand {counted(rest, 'more line')}; `--format json` has them all.\n"


def _what(moment: Moment) -> str:
    entry, step = moment.entry, moment.entry.step
    if entry.row is not UNSET:
        ends = [code(one) for one in (entry.row.text("client_hostname"), entry.row.text("server_hostname")) if one]
        event = f", {code(entry.event)}" if entry.event else ""
        return sentence(row_words(entry.row)) + event + (f", {' to '.join(ends)}" if ends else "")
    if entry.session is not UNSET:
        refused = [line.data for line in entry.session.lines if line.is_refusal][:_REFUSALS_SHOWN]
        return session_words(entry.session, code) + "".join(f", {code(data, 300)}" for data in refused)
    if entry.kind == "gap":
        return f"Gap: {sentence(str(entry.text))}"
    if step is UNSET or moment.quiet:
        return who_words(moment, code)
    return who_words(moment, code) + (summary(step.changes, code) if step.changes else "nothing changed")
