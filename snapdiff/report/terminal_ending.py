"""What stands beside the steps to lines: findings, the decoded message, journeys, and what could not be read."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import UNSET

from snapdiff.report.log_notes import untold_gaps
from snapdiff.report.moments import folder_numbers
from snapdiff.report.terminal_notes import unplaced_lines
from snapdiff.report.terminal_overview import time_words
from snapdiff.report.terminal_text import Line, Paper, Piece, hanging
from snapdiff.report.terminal_timeline import timeline_lines
from snapdiff.report.words import LONG_SECONDS, counted, delay_words, service_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from snapdiff.model import Address, DecodedView, Finding, Hop, Journey, Leg, Problem

SHOWN = 20
"""Hops, attachments, legs, and problems of one kind that are shown."""
_ADDRESSES_SHOWN = 5
_HOW = "--format json has them all"
_ADVICE = {
    "no-block": "If these are snapshots, copy the files again as they are: an editor or a mail program may have "
    "changed them.",
    "no-end-line": "This is usual where an SMTP session broke off. Where it did not, copy the file again.",
    "empty-file": "Exchange could not write the snapshot: look for a full disk and for write access of NetworkService "
    "to the tracing folder, then trace the message again.",
    "no-access": "Run snapdiff as a user who may read the folder, or copy the folder first.",
    "too-large": "Take the file out by hand; a snapshot this large is not compared.",
    "bad-zip": "Pack the folder again, or give the folder itself.",
    "truncated-zip": "The copy is not complete: copy the zip again.",
    "not-a-zip": "Give a folder, a .zip, or two and more .eml files.",
    "damaged-member": "Pack the folder again, or give the folder itself.",
    "zip-bomb": "If you trust the zip, unpack it and give the folder.",
    "too-many-members": "Unpack the zip and give the folder.",
    "nested-too-deep": "Unpack the inner zip and give its folder.",
    "unsupported-compression": "Pack it again with the usual compression (Compress-Archive), or give the folder.",
    "single-mail": "Give two mails or more, in the order in which they came to be.",
}
"""What to do about a problem, by its code; a code without a line here needs nothing done."""


def findings(found: Sequence[Finding], paper: Paper, indent: int = 2) -> Iterator[Line]:
    """What is known about a change: how grave, what it means, and what mends it."""
    edge = " " * indent
    if found:
        yield []
        yield [Piece(f"{edge}Findings", "title")]
    for finding in found[:SHOWN]:
        style = {"error": "error", "warning": "warning"}.get(finding.severity, "label")
        head = [Piece(f"{edge}{finding.severity:>8}  ", style)]
        agent = f" ({paper.show(finding.agent, 200)})" if finding.agent is not None else ""
        body = [Piece(f"{paper.show(finding.code, 20)} ", style), Piece(paper.show(finding.message) + agent)]
        yield from hanging(head, body, paper.width)
        if finding.fix:
            yield from hanging([Piece(edge + " " * 10)], [Piece(paper.show(finding.fix), "dim")], paper.width)
    yield from _more(len(found), "finding", paper)


def decoded(view: DecodedView, paper: Paper) -> Iterator[Line]:
    """The last message as a mail program shows it: addresses, attachments, and the way it came."""
    yield []
    yield [Piece("  The last message, as a reader sees it", "title")]
    facts = [
        ("From", _addresses(view.from_, paper)),
        ("To", _addresses(view.to, paper)),
        ("Cc", _addresses(view.cc, paper)),
        ("Reply-To", _addresses(view.reply_to, paper)),
        ("Date", paper.show(view.date or "", 100)),
    ]
    for label, words in facts:
        if words:
            yield from hanging([Piece(f"  {label:<11} ", "label")], [Piece(words)], paper.width)
    for number, item in enumerate(view.attachments[:SHOWN]):
        label = "Attachments" if number == 0 else ""
        words = f"{paper.show(item.file_name, 200)} ({paper.show(item.type, 100)}, {counted(item.size, 'byte')})"
        yield from hanging([Piece(f"  {label:<11} ", "label")], [Piece(words)], paper.width)
    yield from _more(len(view.attachments), "attachment", paper)
    for number, hop in enumerate(view.hops[:SHOWN]):
        label = "Came by" if number == 0 else ""
        delay = hop.delay_seconds if number else None
        style = "note" if delay is not None and delay >= LONG_SECONDS else "dim"
        head = [Piece(f"  {label:<11} ", "label"), Piece(f"{delay_words(delay):>11}  ", style)]
        yield from hanging(head, _hop(hop, paper), paper.width)
    yield from _more(len(view.hops), "hop", paper)


def journeys(found: Iterable[Journey], paper: Paper) -> Iterator[Line]:
    """The messages that left more than one folder: servers and services in the order in which they had it."""
    for journey in found:
        yield []
        title = paper.show(journey.subject, 200) if journey.subject else "(no subject)"
        yield from hanging([Piece("  ")], [Piece(title, "title")], paper.width)
        ids = journey.message_id or journey.network_message_id
        if ids:
            yield from hanging([Piece("  ")], [Piece(paper.show(ids, 300), "dim")], paper.width)
        numbers = folder_numbers(journey)
        for leg in journey.legs[:SHOWN]:
            yield from _leg(leg, numbers.get(leg.trace), paper)
        yield from _more(len(journey.legs), "folder", paper)
        if journey.timeline is not UNSET:
            yield from timeline_lines(journey.timeline, numbers, paper)
        yield from unplaced_lines(journey, paper)
        yield from findings(journey.findings or (), paper, indent=4)
        gaps = untold_gaps(journey) if journey.timeline is UNSET else []
        for gap in gaps[:SHOWN]:
            yield from hanging([Piece("    Gap: ", "unsure")], [Piece(paper.show(gap))], paper.width)
        yield from _more(len(gaps), "gap", paper)
        if journey.joined_by:
            keys = ", ".join(paper.show(key, 100) for key in journey.joined_by[:SHOWN])
            yield from hanging([Piece("    ")], [Piece(f"Put together by {keys}.", "dim")], paper.width)


def problems(found: Sequence[Problem], paper: Paper, indent: int = 2) -> Iterator[Line]:
    """What could not be read, or not in full, by kind: the files, the cause, and what to do."""
    for code, group in groupby(sorted(found, key=lambda problem: problem.code), key=lambda problem: problem.code):
        same = list(group)
        for problem in same[:SHOWN]:
            path = "" if problem.path in problem.message else f"{paper.show(problem.path, 300)}: "
            body = [Piece(path, "name"), Piece(paper.show(problem.message))]
            yield from hanging([Piece(" " * indent + "! ", "warning")], body, paper.width)
        yield from _more(len(same), "problem", paper)
        if code in _ADVICE:
            yield from hanging([Piece(" " * (indent + 2))], [Piece(_ADVICE[code], "dim")], paper.width)


def _addresses(found: Sequence[Address], paper: Paper) -> str:
    shown = []
    for one in found[:_ADDRESSES_SHOWN]:
        address = paper.show(one.address, 200)
        shown.append(f"{paper.show(one.name, 200)} <{address}>" if one.name else address)
    rest = len(found) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")


def _hop(hop: Hop, paper: Paper) -> Line:
    start = paper.show(hop.from_host, 200) if hop.from_host else "?"
    end = paper.show(hop.by_host, 200) if hop.by_host else "?"
    line = [Piece(f"{start} {paper.symbols.arrow} {end}")]
    if hop.with_protocol:
        line.append(Piece(f"  {paper.show(hop.with_protocol, 100)}", "dim"))
    if hop.time:
        line.append(Piece(f"  {time_words(hop.time, paper)}", "dim"))
    return line


def _leg(leg: Leg, number: int | None, paper: Paper) -> Iterator[Line]:
    times = [time_words(time, paper) for time in (leg.from_time, leg.to_time) if time]
    words = service_words(leg.service)
    where = (
        (f"({number}) " if number else "")
        + (words if leg.service else words.capitalize())
        + (f" on {paper.show(leg.server, 200)}" if leg.server else "")
    )
    yield from hanging([Piece("    ")], [Piece(where, "name"), Piece(f"  {' to '.join(times)}", "dim")], paper.width)
    yield from hanging([Piece("      ")], [Piece(paper.show(leg.trace, 300), "dim")], paper.width)


def _more(count: int, noun: str, paper: Paper) -> Iterator[Line]:
    if count > SHOWN:
        yield [Piece(f"    {paper.symbols.dots} {counted(count - SHOWN, 'more ' + noun)}; {_HOW}", "note")]
