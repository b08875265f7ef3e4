"""A trace to its head and its overview: what message it is, who ran in which order, and who changed something.

One line a step, so that the agent at fault is found at a glance; the changes themselves are in `terminal_changes`.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from snapdiff.report.terminal_brief import brief
from snapdiff.report.terminal_notes import telling_lines
from snapdiff.report.terminal_text import Line, Paper, Piece, cells, cut_to, hanging, width_of
from snapdiff.report.words import actor_words, counted, elapsed_words, service_words
from snapdiff.times import parse_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence, Sized

    from snapdiff.model import Snapshot, Step, Trace

NAMED_AT_MOST = 5
"""So many recipients are named in the head; the rest are counted."""
_LABEL_WIDTH = 14
_WHO_WIDTH = 18
_TIME_WIDTH = 9
_BELOW = 10
_QUIET_NAMED = 40
_PLAIN_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d{1,7})?)Z", re.ASCII)


class Looks(NamedTuple):
    """Which steps are drawn, and how: with `changed_only` those alone that hold a change.

    With `filtered` some kinds of change were taken out before, so that a step without changes is not said to have
    changed nothing.
    """

    changed_only: bool
    filtered: bool


def head(trace: Trace, paper: Paper, looks: Looks) -> Iterator[Line]:
    """The message: subject, envelope, ids, where and when, and which agents changed it, and which did not."""
    title = paper.show(trace.subject, 300) if trace.subject else "(no subject)"
    yield from hanging([], [Piece(title, "title")], paper.width)
    facts = [
        ("Sender", paper.show(trace.sender) if trace.sender is not None else ""),
        ("Recipients", _listed([paper.show(name, 200) for name in trace.recipients[:NAMED_AT_MOST]], trace.recipients)),
        ("Message-Id", paper.show(trace.message_id or "")),
        ("Service", _place(trace, paper)),
        ("Time", _times(trace.snapshots, paper)),
        ("Folder", "" if is_plain(trace) else paper.show(trace.path)),
        ("Fork of", paper.show(trace.parent.trace) + ", at " + paper.show(trace.parent.file) if trace.parent else ""),
        ("Snapshots", _counts(trace)),
    ]
    for label, value in facts:
        if value:
            yield from _fact(label, [Piece(value)], paper)
    yield from _verdict(trace, paper, looks)


def overview(trace: Trace, paper: Paper, looks: Looks) -> Iterator[Line]:
    """The steps in the order in which they happened, under the events; then one line on those left out."""
    shown = [(number, step) for number, step in enumerate(trace.steps, 1) if step.changes or not looks.changed_only]
    if not trace.steps:
        said = "one snapshot only" if trace.snapshots else "no snapshot could be read"
        yield [Piece(f"  Nothing to compare: {said}.", "note")]
        return
    plain = is_plain(trace)
    names = [_who(step, plain, paper) for _, step in shown]
    column = max(min(max([cells(name) for name in names], default=0), _widest_who(paper)), _WHO_WIDTH)
    event: str | None = None
    if shown and (start := _start(trace, paper)):
        yield [Piece("      "), Piece(start, "event")]
        event = trace.snapshots[0].event
    for (number, step), name in zip(shown, names, strict=True):
        if step.agent is not None and step.event is not None and step.event != event:
            yield _event(step, paper)
            event = step.event
        yield from _row(number, step, name, column, paper, looks)
        yield from telling_lines(step, paper, _BELOW)
        if step.agent is None and step.event is not None:
            yield _event(step, paper)
            event = step.event
    quiet = len(trace.steps) - len(shown)
    if quiet:
        yield [Piece(f"      {counted(quiet, 'step')} without a change left out.", "dim")]


def doubts(trace: Trace, paper: Paper) -> Iterator[Line]:
    """Which steps it is not certain of who did them: why, who could have, what is missing, and what to do about it."""
    if is_plain(trace):
        yield []
        yield from hanging([Piece("  ")], [Piece("These are plain mails: nothing in them says who changed what.")], 100)
        return
    unsure = [(number, step) for number, step in enumerate(trace.steps, 1) if not step.certain]
    if not unsure:
        return
    yield []
    yield [Piece("  Not certain who did it", "unsure")]
    for number, step in unsure:
        yield from hanging([Piece(f"  {number:>4}  ")], [Piece(_reason(step, paper))], paper.width)
        for label, found in (("It could be: ", step.candidates), ("Missing: ", step.missing)):
            if found:
                words = _listed([paper.show(name, 200) for name in found[:10]], found)
                yield from hanging([Piece("        " + label, "label")], [Piece(words)], paper.width)
    if any(step.missing for _, step in unsure):
        advice = (
            "A number is missing where Exchange could not write a snapshot or the file was not copied. Copy the folder "
            "again; if the file is not on the server either, trace the message once more."
        )
        yield from hanging([Piece("        ")], [Piece(advice, "dim")], paper.width)


def time_words(time: str, paper: Paper) -> str:
    """A snapshot's time with its day first, and as it stands where it is no time in UTC."""
    found = _PLAIN_TIME.fullmatch(time)
    return f"{found[1]} {found[2]} UTC" if found else paper.show(time, 100)


def is_plain(trace: Trace) -> bool:
    """Whether the trace is made of mails that are no snapshots, so that nothing says who changed them."""
    return bool(trace.snapshots) and all(snapshot.stage is None for snapshot in trace.snapshots)


def mark(step: Step, paper: Paper) -> Piece:
    """The sign of a step: changed, the same for a reader, unchanged, deleted or deferred."""
    signs = paper.symbols
    kinds = {change.kind for change in step.changes}
    if "message.deleted" in kinds:
        return Piece(signs.gone, "gone")
    if "message.deferred" in kinds:
        return Piece(signs.deferred, "gone")
    if not step.changes:
        return Piece(signs.same, "dim")
    if all(change.cosmetic for change in step.changes):
        return Piece(signs.cosmetic, "dim")
    return Piece(signs.changed, "changed")


def legend(paper: Paper) -> Line:
    """What the signs mean."""
    signs = paper.symbols
    return [
        Piece(signs.changed, "changed"),
        Piece(" changed  ", "dim"),
        Piece(signs.cosmetic, "dim"),
        Piece(" same for a reader  ", "dim"),
        Piece(signs.same, "dim"),
        Piece(" unchanged  ", "dim"),
        Piece(signs.unsure, "unsure"),
        Piece(" not certain  ", "dim"),
        Piece(signs.gone, "gone"),
        Piece(" deleted", "dim"),
    ]


def _fact(label: str, value: Line, paper: Paper) -> Iterator[Line]:
    return hanging([Piece(f"  {label:<{_LABEL_WIDTH - 2}} ", "label")], value, paper.width)


def _place(trace: Trace, paper: Paper) -> str:
    if trace.service is None and trace.server is None:
        return ""
    server = f" on {paper.show(trace.server, 200)}" if trace.server else ""
    words = service_words(trace.service)
    return (words if trace.service else words.capitalize()) + server


def _times(snapshots: Sequence[Snapshot], paper: Paper) -> str:
    times = [snapshot.time for snapshot in snapshots if snapshot.time]
    if not times:
        return ""
    words = time_words(times[0], paper)
    first, last = parse_time(times[0]), parse_time(times[-1])
    if len(times) == 1 or first is None or last is None:
        return words
    return f"{words}, {elapsed_words(round((last - first).total_seconds() * 1000))} in all"


def _counts(trace: Trace) -> str:
    ran = {snapshot.agent for snapshot in trace.snapshots if snapshot.agent is not None}
    ran |= {step.agent for step in trace.steps if step.agent is not None}
    changed = {step.agent for step in trace.steps if step.agent is not None and step.changes}
    words = counted(len(trace.snapshots), "file")
    if is_plain(trace):
        return words
    if not ran:
        return f"{words}; no agent ran"
    if len(ran) == 1:
        return f"{words}; 1 agent ran and changed {'the message' if changed else 'nothing'}"
    which = f"{len(changed):,} of them changed the message" if changed else "none of them changed anything"
    return f"{words}; {counted(len(ran), 'agent')} ran, {which}"


def _verdict(trace: Trace, paper: Paper, looks: Looks) -> Iterator[Line]:
    """Who changed the message, agents first, and who ran and left it as it was."""
    changing = [step for step in trace.steps if step.changes]
    agents = _doers([step for step in changing if step.agent is not None], paper)
    others = _doers([step for step in changing if step.agent is None and step.actor != "unknown"], paper)
    if not changing and trace.steps:
        said = "nothing of the kinds asked for changed" if looks.filtered else "nobody: every byte is the same"
        yield from _fact("Changed by", [Piece(said)], paper)
    if agents:
        yield from _fact("Changed by", agents, paper)
    if others:
        yield from _fact("" if agents else "Changed by", [Piece("no agent: ", "dim"), *others], paper)
    quiet = {step.agent: None for step in trace.steps if step.agent is not None and not step.changes}
    for step in changing:
        quiet.pop(step.agent or "", None)
    if quiet and looks.changed_only and not looks.filtered:
        names = [paper.show(name, 100) for name in islice(quiet, _QUIET_NAMED)]
        yield from _fact("Unchanged by", [Piece(_listed(names, quiet), "dim")], paper)


def _doers(steps: Sequence[Step], paper: Paper) -> Line:
    """Who did the steps, each once, with a word where all of it is cosmetic."""
    doers: dict[str, bool] = {}
    for step in steps:
        name = actor_words(step, paper.show)
        doers[name] = doers.get(name, True) and all(change.cosmetic for change in step.changes)
    pieces: Line = []
    between = Piece("; " if any("," in name for name in doers) else ", ")
    for name, only_cosmetic in doers.items():
        pieces += [between] if pieces else []
        pieces += [Piece(name, "changed"), *([Piece(" (cosmetic only)", "dim")] if only_cosmetic else [])]
    return pieces


def _start(trace: Trace, paper: Paper) -> str:
    """The line for the snapshot that all begins with; it has no step of its own."""
    if not trace.snapshots or trace.steps[0].from_ != trace.snapshots[0].file:
        return ""
    first = trace.snapshots[0]
    if first.stage == "Original":
        return f"{paper.show(first.file, 200)}: the message as it came in"
    if first.event is None:
        return f"{paper.show(first.file, 200)}: the first mail"
    agent = f", {paper.show(first.agent, 200)} (ran before the first comparison)" if first.agent is not None else ""
    return f"{paper.show(first.event, 100)}{agent}"


def _event(step: Step, paper: Paper) -> Line:
    return [
        Piece("      "),
        Piece(cut_to(paper.show(step.event or "", 100), paper.width - 6, paper.symbols.dots), "event"),
    ]


def _who(step: Step, plain: bool, paper: Paper) -> str:
    if plain:
        return paper.show(step.to, 200)
    return ("  " if step.agent is not None else "") + actor_words(step, paper.show)


def _row(number: int, step: Step, name: str, column: int, paper: Paper, looks: Looks) -> Iterator[Line]:
    """One step: sign, number, who, how long, and in a few words what changed; these go below where there is no room."""
    unsure = not step.certain and step.actor != "unknown"
    shown = cut_to(name, column, paper.symbols.dots)
    head = [
        mark(step, paper),
        Piece(paper.symbols.unsure, "unsure") if unsure else Piece(" "),
        Piece(f"{number:>3} ", "dim"),
        Piece(shown, "name" if step.changes else ""),
        Piece(" " * (column - cells(shown))),
        Piece(f" {elapsed_words(step.elapsed_ms):>{_TIME_WIDTH}}  ", "dim"),
    ]
    if not step.changes:
        yield [*head, Piece("-" if looks.filtered else "nothing changed", "dim")]
        return
    words, is_whole = brief(step.changes, paper, paper.width - width_of(head))
    if is_whole:
        yield [*head, Piece(words)]
        return
    yield head
    below, _ = brief(step.changes, paper, paper.width - _BELOW)
    yield from hanging([Piece(" " * _BELOW)], [Piece(below)], paper.width)


def _widest_who(paper: Paper) -> int:
    if paper.width >= 100:
        return 40
    return 34 if paper.width >= 76 else 26


def _reason(step: Step, paper: Paper) -> str:
    words = paper.show(step.reason or "the reason is not known")
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")


def _listed(shown: Sequence[str], everything: Sized) -> str:
    rest = len(everything) - len(shown)
    between = "; " if any("," in name for name in shown) else ", "
    return between.join(shown) + (f" and {rest:,} more" if rest else "")
