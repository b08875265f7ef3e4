"""The result of a check to the terminal: every expectation in a line, then what failed, where and by what change."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from msgspec import UNSET

from snapdiff.report.terminal_changes import changes_detail
from snapdiff.report.terminal_ending import problems as problem_lines
from snapdiff.report.terminal_stream import write_lines
from snapdiff.report.terminal_text import Line, Paper, Piece, hanging
from snapdiff.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snapdiff.model.check import CheckReport, Expectation, Failure, Outcome, Verdict, Waiver
    from snapdiff.report.choose import ColorChoice

FAILURES_SHOWN = 5
"""Failures of one expectation that are shown in full; more are counted."""
DOUBTS_SHOWN = 20
_ORDER: tuple[Outcome, ...] = ("failed", "uncertain", "not-exercised", "waived", "passed")
_STYLES: dict[Outcome, tuple[str, str]] = {
    "failed": ("FAILED", "error"),
    "uncertain": ("CAN'T TELL", "unsure"),
    "not-exercised": ("not exercised", "warning"),
    "waived": ("waived", "note"),
    "passed": ("passed", "added"),
}
_WIDEST = max(len(word) for word, _ in _STYLES.values())


def write_text(report: CheckReport, stream: BinaryIO, color: ColorChoice) -> None:
    """Writes the result for people to a binary stream, which stays open."""
    write_lines(stream, color, lambda paper: _lines(report, paper))


def _lines(report: CheckReport, paper: Paper) -> Iterator[Line]:
    yield from _roll_up(report, paper)
    by_id = {one.id: one for one in report.expectations}
    failed = _failed(report, by_id)
    for expectation, failures in failed:
        yield from _expectation(expectation, failures, paper)
    yield from _doubts(report, paper)
    yield from _waivers(report.waivers, paper)
    if report.problems:
        yield []
        yield from problem_lines(report.problems, paper)
    yield []
    yield _result(report)


def _roll_up(report: CheckReport, paper: Paper) -> Iterator[Line]:
    counts = report.counts
    out = f", {counts.messages_left_out:,} left out by the policy's selection" if counts.messages_left_out else ""
    baseline = None if report.baseline is UNSET else report.baseline
    held = paper.show(" and ".join(one for one in (report.policy, baseline) if one) or report.source, 300)
    yield from hanging(
        [], [Piece(f"{counted(counts.messages, 'message')} held against {held}{out}", "title")], paper.width
    )
    yield []
    told: dict[str, list[Verdict]] = {expectation.id: [] for expectation in report.expectations}
    for message in report.messages:
        for verdict in message.verdicts:
            told[verdict.expectation].append(verdict)
    doubted = {one.expectation for one in report.cannot_tell if one.doubt == "not-exercised"}
    as_accepted = 0
    for expectation in report.expectations:
        verdicts = told[expectation.id]
        outcome = _outcome(report, expectation, verdicts, doubted)
        if outcome == "passed" and expectation.scope == "baseline" and expectation.clause == "must":
            as_accepted += 1
            continue
        word, style = _STYLES[outcome]
        head = [Piece(f"  {word:<{_WIDEST}}  ", style)]
        body = [Piece(paper.show(expectation.id, 300), "name"), Piece(_share(outcome, verdicts), "dim")]
        yield from hanging(head, body, paper.width)
    if as_accepted:
        said = f"{counted(as_accepted, 'accepted change')} of {paper.show(baseline or '', 300)}"
        word, style = _STYLES["passed"]
        yield from hanging([Piece(f"  {word:<{_WIDEST}}  ", style)], [Piece(said, "name")], paper.width)


def _outcome(
    report: CheckReport, expectation: Expectation, verdicts: Sequence[Verdict], doubted: set[str | None]
) -> Outcome:
    """What became of an expectation in all; of one about the run as a whole, what the doubts say."""
    found = {verdict.outcome for verdict in verdicts}
    if not verdicts or expectation.id in doubted:
        worst: Outcome = "not-exercised" if expectation.id in doubted else "passed"
        waived = any(one.expectation == expectation.id and one.state == "used" for one in report.waivers)
        return "waived" if worst == "passed" and waived else "failed" if "failed" in found else worst
    # An agent that did not run on one message is no doubt where nothing was asked of it there.
    relevant = [outcome for outcome in _ORDER if outcome in found and outcome != "not-exercised"]
    return relevant[0] if relevant else "not-exercised"


def _share(outcome: Outcome, verdicts: Sequence[Verdict]) -> str:
    number = sum(verdict.outcome == outcome for verdict in verdicts)
    if outcome in ("passed", "not-exercised") or not number:
        return ""
    return f"  on {number:,} of {counted(len(verdicts), 'message')}"


def _failed(
    report: CheckReport, by_id: dict[str, Expectation]
) -> list[tuple[Expectation, list[tuple[Failure, Verdict]]]]:
    """What failed, in the order of the policy."""
    failures: dict[str, list[tuple[Failure, Verdict]]] = {name: [] for name in by_id}
    for message in report.messages:
        for verdict in message.verdicts:
            if verdict.outcome == "failed":
                failures[verdict.expectation] += [(failure, verdict) for failure in verdict.failures]
    return [(by_id[name], found) for name, found in failures.items() if found]


def _expectation(expectation: Expectation, failures: Sequence[tuple[Failure, Verdict]], paper: Paper) -> Iterator[Line]:
    yield []
    place = f"{expectation.file}:{expectation.line}:{expectation.column}" if expectation.line else expectation.file
    title = [Piece(paper.show(expectation.id, 300), "error"), Piece(f"  {paper.show(place, 300)}", "dim")]
    yield from hanging([], title, paper.width)
    yield from hanging([Piece("  ")], [Piece(paper.show(expectation.text), "title")], paper.width)
    for failure, verdict in failures[:FAILURES_SHOWN]:
        yield from _failure(failure, verdict, paper)
    if len(failures) > FAILURES_SHOWN:
        more = len(failures) - FAILURES_SHOWN
        yield [Piece(f"  and {counted(more, 'more failure')} of it; --format json has them all", "note")]


def _failure(failure: Failure, verdict: Verdict, paper: Paper) -> Iterator[Line]:
    yield []
    subject = paper.show(failure.subject or "(no subject)", 120)
    head = [Piece(f'  "{subject}"', "name"), Piece(f"  {paper.show(failure.message_id or '', 200)}", "dim")]
    yield from hanging([], head, paper.width)
    yield from hanging([Piece("    ")], [Piece(paper.show(failure.sentence))], paper.width)
    yield from hanging([Piece("    ")], [Piece(_where(failure, paper), "dim")], paper.width)
    if verdict.note is not UNSET:
        yield from hanging([Piece("    ")], [Piece(paper.show(verdict.note), "note")], paper.width)
    for seen in failure.seen if not failure.changes else ():
        yield from hanging([Piece("    seen: ", "label")], [Piece(paper.show(seen, 400))], paper.width)
    if failure.changes:
        yield from changes_detail(failure.changes, paper)
    if failure.left_out:
        yield [Piece(f"    and {counted(failure.left_out, 'more change')}; snapdiff report shows them", "note")]


def _where(failure: Failure, paper: Paper) -> str:
    if failure.step is None:
        return paper.show(failure.trace, 400)
    start = paper.show(failure.step[0] or "the parent", 200)
    step = f"{start} {paper.symbols.arrow} {paper.show(failure.step[1], 200)}"
    event = f", {paper.show(failure.event, 100)}" if failure.event else ""
    return f"{step}{event}, in {paper.show(failure.trace, 400)}"


def _doubts(report: CheckReport, paper: Paper) -> Iterator[Line]:
    if not report.cannot_tell:
        return
    yield []
    yield [Piece("Can't tell", "title")]
    for one in report.cannot_tell[:DOUBTS_SHOWN]:
        yield from hanging([Piece("  ? ", "unsure")], [Piece(paper.show(one.sentence))], paper.width)
    if len(report.cannot_tell) > DOUBTS_SHOWN:
        more = counted(len(report.cannot_tell) - DOUBTS_SHOWN, "more reason")
        yield [Piece(f"  and {more}; --format json has them all", "note")]


def _waivers(waivers: Sequence[Waiver], paper: Paper) -> Iterator[Line]:
    if not waivers:
        return
    yield []
    yield [Piece("Waivers", "title")]
    for one in waivers:
        words = {"used": "holds", "unused": "is not needed: take it out", "expired": "has expired"}[one.state]
        style = "note" if one.state == "used" else "warning"
        said = f"{paper.show(one.expectation, 300)}, until {paper.show(one.until, 20)}, {words} "
        body = [Piece(said, style), Piece(f"({paper.show(one.reason, 300)})", "dim")]
        yield from hanging([Piece("  ")], body, paper.width)


def _result(report: CheckReport) -> Line:
    counts = report.counts
    if report.exit_code == 0:
        return [Piece("Every expectation holds.", "added")]
    failed = f"{counted(counts.failed, 'expectation')} failed" if counts.failed else ""
    if report.exit_code == 1:
        return [Piece(f"{failed}.", "error")]
    also = f"; {failed}" if failed else ""
    return [Piece(f"No full answer: see what can't be told{also}.", "unsure")]
