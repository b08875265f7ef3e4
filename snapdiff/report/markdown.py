"""Traces to Markdown for a ticket or a pull request: a table of steps a message, then each change in a diff block.

It is written as a stream, one message after the other. What comes from a mail stands in code, never in the open (see
`markdown_text`); what is cut says so in the open, where no mail can put such words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from snapdiff import __version__
from snapdiff.report.log_notes import untold_gaps
from snapdiff.report.markdown_changes import changes_detail
from snapdiff.report.markdown_notes import all_notes, step_notes, unplaced_notes
from snapdiff.report.markdown_text import code, row, sentence
from snapdiff.report.markdown_timeline import timeline_table
from snapdiff.report.moments import folder_numbers
from snapdiff.report.signature_words import SIGNATURES_SHOWN, signature_title, state_lines
from snapdiff.report.words import (
    actor_words,
    certainty_words,
    counted,
    elapsed_words,
    service_words,
    split_words,
    summary,
    tail_sentences,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TextIO

    from snapdiff.model import DecodedView, Finding, Journey, Problem, Step, Tail, Trace

NAMED_AT_MOST = 10
"""So many recipients or agents are named in one line; the rest are counted."""


class MarkdownReport:
    """Writes the report to `out` as it comes: `begin`, then `trace` for each trace in its order, then `end`.

    With `changed_only` the steps that changed nothing are named in one line instead of standing in the table;
    `filtered` says that kinds of change were taken out before. `out` is neither flushed nor closed here.
    """

    def __init__(self, out: TextIO, *, changed_only: bool, filtered: bool = False) -> None:
        self._out = out
        self._changed_only = changed_only
        self._nothing = "nothing of the kinds asked for" if filtered else "nothing"
        self._empty_cell = "-" if filtered else "nothing"

    def begin(self, source: str, trace_count: int) -> None:
        """The title; `trace_count` is the number of traces found, whether or not a filter leaves them."""
        found = f"{code(source)}: {counted(trace_count, 'trace')} found."
        self._out.write(f"# snapdiff report\n\n{found} Made by snapdiff `{__version__}`.\n")

    def trace(self, trace: Trace) -> None:
        """One message in one service: head, table of steps, what is not certain, findings, changes in detail."""
        self._write(_head(trace, self._nothing))
        self._write(self._table(trace.steps))
        self._write(_doubts(trace.steps))
        self._write(step_notes(trace.steps))
        self._write(_findings(trace.findings))
        self._write(_signatures(trace))
        self._write(_problems(trace.problems))
        for number, step in enumerate(trace.steps, 1):
            if step.changes:
                self._write(_detail(number, step))

    def end(self, tail: Tail) -> None:
        """The tail: journeys of more than one trace or with logs, what could not be read, and what was left out."""
        told = (journey for journey in tail.journeys if len(journey.traces) > 1 or journey.events or journey.sessions)
        for number, journey in enumerate(told):
            self._out.write("" if number else "\n## Journeys\n")
            self._write(_journey(journey))
        if tail.findings:
            self._out.write("\n## Over all messages\n")
        self._write(_findings(tail.findings))
        self._write(_problems(tail.problems, heading="## Could not be read"))
        for said in tail_sentences(tail):
            self._out.write(f"\n{said}\n")

    def _write(self, lines: Iterable[str]) -> None:
        self._out.writelines(lines)

    def _table(self, steps: Sequence[Step]) -> Iterator[str]:
        shown = [(number, step) for number, step in enumerate(steps, 1) if step.changes or not self._changed_only]
        if shown:
            yield "\n" + row("Step", "Event", "Who", "What changed", "Time", "Sure")
            yield row("--:", "---", "---", "---", "--:", "---")
        for number, step in shown:
            what = summary(step.changes, code) if step.changes else self._empty_cell
            event = code(step.event) if step.event else "-"
            sure = "yes" if step.certain else "**no**"
            yield row(str(number), event, actor_words(step, code), what, elapsed_words(step.elapsed_ms), sure)
        quiet = [step for step in steps if not step.changes]
        if quiet and self._changed_only:
            names = list(dict.fromkeys(actor_words(step, code) for step in quiet))
            yield f"\n{counted(len(quiet), 'step')} not shown here changed {self._nothing}: {_some(names)}.\n"


def _head(trace: Trace, nothing: str) -> Iterator[str]:
    yield f"\n## {code(trace.subject) if trace.subject else 'Message without a subject'}\n\n"
    if trace.sender is not None:
        yield f"- From {code(trace.sender)}\n"
    if trace.recipients:
        yield f"- To {_some([code(name) for name in trace.recipients[: NAMED_AT_MOST + 1]], len(trace.recipients))}\n"
    if trace.message_id:
        yield f"- Message-Id {code(trace.message_id)}\n"
    if any(snapshot.stage for snapshot in trace.snapshots) or not trace.snapshots:
        yield f"- {_place(trace)}\n"
    if trace.parent:
        yield f"- Forked from {code(trace.parent.trace)} at {code(trace.parent.file)}\n"
    if trace.decoded is not UNSET:
        yield from _decoded(trace.decoded)
    yield f"- {_verdict(trace.steps, nothing)}\n"


def _place(trace: Trace) -> str:
    """Service, server, time and folder; plain mails, which are no snapshots, have none of them."""
    server = f" on {code(trace.server)}" if trace.server else ""
    times = [snapshot.time for snapshot in trace.snapshots if snapshot.time]
    began = f", first snapshot {code(times[0])}" if times else ""
    return f"{service_words(trace.service)}{server}{began}, folder {code(trace.path)}"


def _decoded(view: DecodedView) -> Iterator[str]:
    """What the last snapshot carries, and how long each hop took from the one before."""
    if view.attachments:
        names = [
            f"{code(one.file_name)} ({code(one.type)}, {counted(one.size, 'byte')})"
            for one in view.attachments[:NAMED_AT_MOST]
        ]
        yield f"- Attachments {_some(names, len(view.attachments))}\n"
    if view.hops:
        hops = [
            (code(hop.by_host) if hop.by_host else "an unnamed host")
            + (f" after {elapsed_words(round(hop.delay_seconds * 1000))}" if hop.delay_seconds is not None else "")
            for hop in view.hops[:NAMED_AT_MOST]
        ]
        yield f"- Received by {_some(hops, len(view.hops))}\n"


def _verdict(steps: Sequence[Step], nothing: str) -> str:
    """The answer in one sentence: how many steps changed the message, who made them, and how many are not certain."""
    changing = [step for step in steps if step.changes]
    doubtful = sum(not step.certain for step in steps)
    if changing:
        names = list(dict.fromkeys(actor_words(step, code) + _doubt(step) for step in changing))
        words = f"**{len(changing):,} of {counted(len(steps), 'step')} changed something:** {_some(names)}"
    elif not steps:
        words = "One snapshot at most: nothing to compare"
    else:
        words = f"**{nothing.capitalize()} changed** in {counted(len(steps), 'step')}"
    return words + (f"; {counted(doubtful, 'step')} not certain" if doubtful else "")


def _doubt(step: Step) -> str:
    return "" if step.certain or step.actor == "unknown" else " (not certain)"


def _some(names: Sequence[str], total: int | None = None) -> str:
    total = len(names) if total is None else total
    shown = list(names[:NAMED_AT_MOST])
    if total > len(shown):
        shown.append(f"and {total - len(shown):,} more")
    return ", ".join(shown)


def _doubts(steps: Sequence[Step]) -> Iterator[str]:
    lines = [
        f"- Step {number} is {certainty_words(step, code, sentence)}\n"
        for number, step in enumerate(steps, 1)
        if not step.certain
    ]
    if lines:
        yield "\n"
        yield from lines


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    if findings:
        yield "\n**Findings**\n\n"
    for finding in findings:
        who = f" by {code(finding.agent)}" if finding.agent else ""
        where = f", {code(finding.step[0])} to {code(finding.step[1])}" if finding.step else ""
        yield f"- **{finding.severity}** {code(finding.code)} {code(finding.name)}{who}{where}:"
        yield f" {sentence(finding.message)}"
        yield f" Fix: {sentence(finding.fix)}\n" if finding.fix else "\n"


def _signatures(trace: Trace) -> Iterator[str]:
    found = trace.signatures or []
    if found:
        yield "\n**Signatures**\n\n"
    for signature in found[:SIGNATURES_SHOWN]:
        yield f"- {signature_title(signature, trace, code)}\n"
        for line in state_lines(signature, trace, code):
            yield f"  - {code(line.file)}: {f'**{line.words}**' if line.is_bad else line.words}\n"
    if len(found) > SIGNATURES_SHOWN:
        yield f"- and {counted(len(found) - SIGNATURES_SHOWN, 'more signature')}\n"


def _problems(problems: Sequence[Problem], heading: str = "**Could not be read in full**") -> Iterator[str]:
    if problems:
        yield f"\n{heading}\n\n"
    for problem in problems:
        yield f"- {code(problem.path)}: {sentence(problem.message)} ({code(problem.code)})\n"


def _detail(number: int, step: Step) -> Iterator[str]:
    event = f" at {code(step.event)}" if step.event else ""
    yield f"\n### Step {number}: {actor_words(step, code)}{event}{_doubt(step)}\n\n"
    yield f"{code(step.from_) if step.from_ else _parents_file(step)} to {code(step.to)}"
    if step.compared_with and step.from_ and step.compared_with != step.from_:
        yield f", compared with {code(step.compared_with)}, the last one before it that holds a message"
    yield ".\n"
    if step.from_ is None:
        yield f"\n{sentence(split_words(step))}\n"
    yield from all_notes(step)
    yield from changes_detail(step.changes)


def _parents_file(step: Step) -> str:
    """What a fork's first snapshot was compared with."""
    return f"The parent's {code(step.compared_with)}" if step.compared_with else "The parent"


def _journey(journey: Journey) -> Iterator[str]:
    name = journey.message_id or journey.network_message_id or journey.subject
    yield f"\n{code(name) if name else 'A message'}"
    yield f", joined by {_some([code(key) for key in journey.joined_by])}\n\n" if journey.joined_by else "\n\n"
    numbers = folder_numbers(journey)
    for leg in journey.legs:
        server = f" on {code(leg.server)}" if leg.server else ""
        times = [code(time) for time in (leg.from_time, leg.to_time) if time]
        when = f", {' to '.join(times)}" if times else ""
        number = f"({numbers[leg.trace]}) " if numbers else ""
        yield f"- {number}{service_words(leg.service)}"
        yield f"{server}{when}: {code(leg.trace)}\n"
    if journey.timeline is not UNSET:
        yield from timeline_table(journey.timeline, numbers)
    yield from unplaced_notes(journey)
    yield from _findings(journey.findings or ())
    for gap in untold_gaps(journey) if journey.timeline is UNSET else ():
        yield f"- Gap: {sentence(gap)}\n"
