"""One trace to its section of the page: facts, table of steps, each change, and who wrote what in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, Struct

from snapdiff.report.html.blamed import blame_html
from snapdiff.report.html.budget import Budget, fitting
from snapdiff.report.html.digests import card, lane
from snapdiff.report.html.environment import render
from snapdiff.report.html.findings import SHOWN, notes, shown_notes, signature_notes
from snapdiff.report.html.picture import STEPS_SHOWN, lane_title
from snapdiff.report.html.steps import Block, step_blocks
from snapdiff.report.log_notes import note_words, step_words, telling
from snapdiff.report.words import (
    LONG_SECONDS,
    actor_words,
    certainty_words,
    counted,
    cut,
    delay_words,
    split_words,
    summary,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from snapdiff.model import Step, Trace
    from snapdiff.report.html.digests import Card, Lane

_SESSION = (
    "No agent wrote this. It is what Exchange stamps on a mail while it comes in, and what agents at earlier SMTP "
    "events did (recipient or sender filters): those leave no snapshots."
)


HOPS_SHOWN = 20


class Line(Struct, frozen=True):
    """A row of the table of steps; `numbers` of more than one step where they changed nothing and share a row."""

    ids: list[str]
    number: str
    event: str
    who: list[str]
    look: str
    what: str
    href: str
    elapsed_ms: int | None
    certain: bool
    logged: list[str]
    more_logged: int


class HopLine(Struct, frozen=True):
    """One Received field; `delay` is the time since the hop before in words, `slow` marks one worth a look."""

    from_host: str
    by_host: str
    with_protocol: str
    time: str
    delay: str
    slow: bool


class Section(Struct, frozen=True):
    """A step that is shown at length."""

    id: str
    number: int
    who: str
    event: str
    files: str
    elapsed_ms: int | None
    doubt: str
    note: str
    summary: str
    logged: list[tuple[str, str]]
    more_logged: int
    blocks: list[Markup]
    left_out: list[str]


class Fragment(Struct, frozen=True):
    """A trace's HTML, and what the page around it needs to know of the trace."""

    html: Markup
    lane: Lane
    card: Card


def fragment(trace: Trace, budget: Budget, source: str) -> Fragment:
    """A trace as a section of a page, within its share of the budget."""
    shown = lane(trace)
    share = budget.share()
    views = {view.to: view for view in trace.views.steps} if trace.views is not UNSET else {}
    blocks: list[Block] = []
    chosen = [(number, step) for number, step in enumerate(trace.steps, 1) if step.changes or not step.certain]
    for number, step in chosen[:STEPS_SHOWN]:
        blocks += step_blocks(number, step, views.get(step.to), f"{shown.key}-s{number}")
    taken = fitting([len(block.html) for block in blocks], share)
    used = sum(len(blocks[index].html) for index in taken)
    at_length = {number for number, _ in chosen[:STEPS_SHOWN]}
    blame = blame_html(trace, shown.key, at_length) if trace.blame is not UNSET else None
    blame_left_out = blame is not None and len(blame) > share - used
    events = _events_before(trace.steps)
    sections = [
        _section(number, step, shown.key, blocks, taken, events[number - 1]) for number, step in chosen[:STEPS_SHOWN]
    ]
    html = render(
        "trace.html.j2",
        key=shown.key,
        trace=trace,
        title=lane_title(shown),
        began=shown.time,
        plain=shown.plain,
        verdict=_verdict(trace.steps),
        lines=_table(trace.steps, shown.key, is_tight=budget.is_tight),
        findings=list(notes(trace.findings, trace.steps, shown.key, at_length)),
        more_findings=max(len(trace.findings) - SHOWN, 0),
        signatures=signature_notes(trace),
        hops=_hops(trace),
        more_hops=max(len(trace.decoded.hops) - HOPS_SHOWN, 0) if trace.decoded else 0,
        sections=sections,
        steps_left_out=max(len(chosen) - STEPS_SHOWN, 0),
        blame=None if blame_left_out else blame,
        blame_left_out=blame_left_out,
        views_cut=trace.views.cut if trace.views is not UNSET and trace.views.cut else "",
        how=_how(trace, source),
    )
    budget.spend(len(html))
    return Fragment(html, shown, card(trace))


def _hops(trace: Trace) -> list[HopLine]:
    return [
        HopLine(
            from_host=hop.from_host or "",
            by_host=hop.by_host or "",
            with_protocol=hop.with_protocol or "",
            time=hop.time or "",
            delay=delay_words(hop.delay_seconds) if number else "",
            slow=bool(number) and (hop.delay_seconds or 0) >= LONG_SECONDS,
        )
        for number, hop in enumerate(trace.decoded.hops[:HOPS_SHOWN] if trace.decoded else ())
    ]


def _section(
    number: int, step: Step, key: str, blocks: Sequence[Block], taken: set[int], event_before: str | None
) -> Section:
    mine = [(index, block) for index, block in enumerate(blocks) if block.step == number]
    logged, more_logged = shown_notes(step_words(step, str))
    return Section(
        id=f"{key}-s{number}",
        number=number,
        who=actor_words(step),
        event=step.event or "",
        files=_files(step),
        elapsed_ms=step.elapsed_ms,
        doubt=certainty_words(step),
        note=_note(step, event_before),
        summary=summary(step.changes) if step.changes else "",
        logged=logged,
        more_logged=more_logged,
        blocks=[block.html for index, block in mine if index in taken],
        left_out=[
            f"{cut(block.words, 200)} ({len(block.html):,} characters)" for index, block in mine if index not in taken
        ],
    )


def _files(step: Step) -> str:
    start = step.from_ or (f"{step.compared_with} of the copy it came from" if step.compared_with else "the parent")
    words = f"{start} → {step.to}"
    if step.from_ and step.compared_with and step.compared_with != step.from_:
        words += f", compared with {step.compared_with}, the last one that holds a message"
    return words


def _note(step: Step, event_before: str | None) -> str:
    """In plain words who did it, where it was no agent."""
    if step.from_ is None:
        return split_words(step)
    if step.actor == "session":
        return _SESSION
    if step.actor == "transport":
        after = step.event or "the next event"
        between = f"between {event_before} and {after}" if event_before else f"before {after}"
        return f"No agent did this: it is Exchange's own work {between}."
    return ""


def _events_before(steps: Sequence[Step]) -> list[str | None]:
    found: list[str | None] = []
    event: str | None = None
    for step in steps:
        found.append(event)
        event = step.event or event
    return found


def _table(steps: Sequence[Step], key: str, *, is_tight: bool) -> list[Line]:
    lines: list[Line] = []
    quiet: list[tuple[int, Step]] = []

    def flush() -> None:
        if quiet:
            lines.append(_quiet_line(quiet, key))
            quiet.clear()

    for number, step in enumerate(steps, 1):
        if step.changes or not step.certain or not is_tight or telling(step.logged):
            flush()
            lines.append(_line(number, step, key))
            continue
        if quiet and quiet[-1][1].event != step.event:
            flush()
        quiet.append((number, step))
    flush()
    return lines


def _line(number: int, step: Step, key: str) -> Line:
    look = "changed" if step.changes else "same"
    if step.changes and all(change.cosmetic for change in step.changes):
        look = "cosmetic"
    told, more_logged = shown_notes(telling(step.logged))
    return Line(
        ids=[f"{key}-t{number}"],
        number=str(number),
        event=step.event or "",
        who=[actor_words(step)],
        look=look,
        what=cut(summary(step.changes), 400) if step.changes else "changed nothing",
        href=f"{key}-s{number}" if step.changes or not step.certain else "",
        elapsed_ms=step.elapsed_ms,
        certain=step.certain,
        logged=[note_words(note, str) for note in told],
        more_logged=more_logged,
    )


def _quiet_line(quiet: Sequence[tuple[int, Step]], key: str) -> Line:
    first, last = quiet[0][0], quiet[-1][0]
    times = [step.elapsed_ms for _, step in quiet]
    return Line(
        ids=[f"{key}-t{number}" for number, _ in quiet],
        number=f"{first}" if first == last else f"{first}-{last}",
        event=quiet[0][1].event or "",
        who=[actor_words(step) for _, step in quiet],
        look="same",
        what="changed nothing",
        href="",
        elapsed_ms=sum(time for time in times if time is not None) if any(time is not None for time in times) else None,
        certain=True,
        logged=[],
        more_logged=0,
    )


def _verdict(steps: Sequence[Step]) -> tuple[str, list[tuple[str, bool]], str]:
    """The answer: a beginning, the names of who changed something (and whether that is sure), and a doubt."""
    changing = [step for step in steps if step.changes]
    unsure = sum(not step.certain for step in steps)
    names = list(dict.fromkeys((actor_words(step), step.certain) for step in changing))
    if not steps:
        said = "There is one snapshot at most, so there is nothing to compare."
    elif changing:
        said = f"{len(changing):,} of {counted(len(steps), 'step')} changed something:"
    else:
        said = f"Nothing changed in {counted(len(steps), 'step')}."
    doubt = f"{counted(unsure, 'step')} {'is' if unsure == 1 else 'are'} not certain." if unsure else ""
    return said, names[:20], doubt


def _how(trace: Trace, source: str) -> str:
    """The command that shows one message at full length."""
    wanted = trace.message_id or trace.network_message_id
    quoted = cut(source, 200).replace('"', "")
    if not wanted or '"' in wanted or len(wanted) > 300:
        return f'snapdiff "{quoted}" --html-dir FOLDER'
    return f'snapdiff "{quoted}" --message-id "{wanted}" --html-dir FOLDER'
