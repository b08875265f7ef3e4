"""Traces to the report on the terminal: for each message an overview of who ran and who changed it, then the changes.

It is written as a stream, one message after the other, and keeps nothing but small sums. The drawing is done by the
`terminal_*` modules beside this one; what every text passes through on its way out is `Paper.render`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from snapdiff.report.terminal_changes import step_detail
from snapdiff.report.terminal_ending import decoded, findings, journeys, problems
from snapdiff.report.terminal_overview import Looks, doubts, head, is_plain, legend, overview
from snapdiff.report.terminal_settings import ColorOption, TerminalSettings, terminal_settings
from snapdiff.report.terminal_signatures import signature_lines
from snapdiff.report.terminal_text import Line, Paper, Piece, fold, hanging
from snapdiff.report.words import actor_words, counted, tail_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

    from snapdiff.model import Tail, Trace

__all__ = ["ColorOption", "TerminalReport", "TerminalSettings", "terminal_settings"]

_NAMES_COUNTED = 1000
_NAMES_SHOWN = 12
_LONGEST_RULE = 120


class TerminalReport:
    """Writes the report to `out` as it comes: `begin`, then `trace` for each trace in its order, then `end`.

    `color`, `width` and `ascii_only` come from `terminal_settings`. With `changed_only` the steps and messages without
    a change are left out and counted. `filtered` says that some kinds of change were taken out of the traces before, so
    that the words claim nothing about those. `out` is neither flushed nor closed here.
    """

    def __init__(
        self,
        out: TextIO,
        *,
        color: bool,
        width: int,
        ascii_only: bool,
        changed_only: bool,
        filtered: bool = False,
    ) -> None:
        encoding = getattr(out, "encoding", None)
        self._out = out
        self._paper = Paper(color=color, width=width, ascii_only=ascii_only, encoding=encoding)
        self._looks = Looks(changed_only, filtered)
        self._total = 0
        self._seen = 0
        self._changed = 0
        self._unsure = 0
        self._hidden = 0
        self._doers: Counter[str] = Counter()

    def begin(self, source: str, trace_count: int) -> None:
        """The first lines; `trace_count` is the number of traces found, whether or not a filter leaves them."""
        self._total = trace_count
        title = [
            Piece("snapdiff  ", "title"),
            Piece(self._paper.show(source)),
            Piece(f"  {counted(trace_count, 'trace')}"),
        ]
        self._write(hanging([], title, self._paper.width))
        if trace_count:
            self._write(hanging([], legend(self._paper), self._paper.width))

    def trace(self, trace: Trace) -> None:
        """One message in one service: its head, who ran and what they did in short, then each change."""
        self._seen += 1
        changed = self._count(trace)
        if not changed and self._looks.changed_only:
            self._hidden += 1
            if trace.problems:
                self._write([[], [Piece(f"  {self._paper.show(trace.path)}: nothing changed; not read in full:")]])
                self._write(problems(trace.problems, self._paper, indent=4))
            return
        paper = self._paper
        self._rule(f"{self._seen:,} of {max(self._total, self._seen):,}")
        self._write(head(trace, paper, self._looks))
        self._write([[]])
        self._write(overview(trace, paper, self._looks))
        self._write(doubts(trace, paper))
        self._write(findings(trace.findings, paper))
        self._write(signature_lines(trace, paper))
        event_of = {snapshot.file: snapshot.event for snapshot in trace.snapshots}
        for number, step in enumerate(trace.steps, 1):
            if step.changes:
                self._write(step_detail(number, step, event_of.get(step.from_ or ""), paper))
        if trace.decoded:
            self._write(decoded(trace.decoded, paper))
        if trace.problems:
            self._write([[], [Piece("  Not read in full", "title")]])
            self._write(problems(trace.problems, paper))

    def end(self, tail: Tail) -> None:
        """The tail: messages that left more than one folder, what could not be read, and the sums."""
        paper = self._paper
        told = (journey for journey in tail.journeys if len(journey.traces) > 1 or journey.events or journey.sessions)
        for number, journey in enumerate(told):
            if number == 0:
                self._rule("The way of each message")
            self._write(journeys([journey], paper))
        if tail.findings:
            self._rule("Over all messages")
            self._write(findings(tail.findings, paper))
        if tail.problems:
            self._rule("Could not be read, or not in full")
            self._write(problems(tail.problems, paper))
        self._rule("In short")
        for sentence in self._sums(tail):
            self._write(hanging([], sentence, paper.width))

    def _count(self, trace: Trace) -> bool:
        """Adds a trace to the sums; says whether it holds a change."""
        changed = any(step.changes for step in trace.steps)
        self._changed += changed
        if is_plain(trace):
            return changed
        self._unsure += sum(not step.certain for step in trace.steps)
        for name in {actor_words(step, self._paper.show) for step in trace.steps if step.changes}:
            if name in self._doers or len(self._doers) < _NAMES_COUNTED:
                self._doers[name] += 1
        return changed

    def _sums(self, tail: Tail) -> Iterable[Line]:
        same = self._seen - self._changed
        hidden = " (left out of this report)" if self._hidden else ""
        words = f"{counted(self._seen, 'trace')}: {self._changed:,} changed, {same:,} unchanged{hidden}."
        yield [Piece(words if self._seen else "No message to show.")]
        if self._doers:
            ranked = sorted(self._doers.items(), key=lambda item: (-item[1], item[0]))
            names = ", ".join(f"{name} ({count:,})" for name, count in ranked[:_NAMES_SHOWN])
            rest = len(ranked) - _NAMES_SHOWN
            yield [
                Piece("Changed by, in so many traces: "),
                Piece(names + (f" and {rest:,} more" if rest > 0 else "") + "."),
            ]
        if self._unsure:
            yield [Piece(f"It is not certain who did {counted(self._unsure, 'step')}.", "unsure")]
        yield from ([Piece(said)] for said in tail_sentences(tail))
        if self._seen > 1:
            hide = "" if self._looks.changed_only else "--changed-only hides what stayed the same; "
            more = "'snapdiff agents' sums up each agent; --format json holds everything uncut"
            yield [Piece(f"See also: {hide}{more}.", "dim")]

    def _rule(self, title: str) -> None:
        sign = self._paper.symbols.rule
        line = [Piece(sign * 2, "rule"), Piece(f" {title} ", "title")]
        rest = min(self._paper.width, _LONGEST_RULE) - len(title) - 4
        self._write([[], [*line, Piece(sign * max(rest, 2), "rule")]])

    def _write(self, lines: Iterable[Line]) -> None:
        paper = self._paper
        self._out.writelines(paper.render(row) + "\n" for line in lines for row in fold(line, paper.width))
