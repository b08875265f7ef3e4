"""Messages found in logs to the terminal: a list of them, or the whole path of the one that is left."""

from __future__ import annotations

import io
import sys
from collections import Counter
from typing import TYPE_CHECKING, BinaryIO

from snapdiff.log_words import event_words
from snapdiff.report.choose import stdout_encoding
from snapdiff.report.terminal_ending import problems as problem_lines
from snapdiff.report.terminal_notes import message_lines
from snapdiff.report.terminal_overview import time_words
from snapdiff.report.terminal_rows import event_lines, row_time_words
from snapdiff.report.terminal_sessions import hop_lines, session_lines, sessions_alone
from snapdiff.report.terminal_settings import terminal_settings
from snapdiff.report.terminal_text import Line, Paper, Piece, fold, hanging
from snapdiff.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snapdiff.model import (
        Problem,
        RecipientWay,
        RowSession,
        ServerStay,
        Session,
        SplitCopy,
        TrackedMessage,
        TrackFound,
    )
    from snapdiff.report.choose import ColorChoice

LISTED = 200
"""Messages that are listed; the other formats have all of them."""
_SHOWN = 100
_NAMED = 3
_SESSIONS_SHOWN = 10
_OUTCOME_WORDS = {
    "delivered": "delivered",
    "sent": "handed to the next server, whose log is not here",
    "failed": "NOT delivered",
    "expanded": "a list, expanded into its members",
    "redirected": "redirected",
    "open": "no word of what became of it",
}


def write_text(
    found: TrackFound, problems: Sequence[Problem], stream: BinaryIO, color: ColorChoice, number: int | None
) -> None:
    """Writes the list, or the path of the only message."""
    encoding = stdout_encoding() if stream is sys.stdout.buffer else "utf-8"
    text = io.TextIOWrapper(stream, encoding=encoding, errors="backslashreplace", newline="\n")
    drawn = terminal_settings(text, color)
    paper = Paper(color=drawn.color, width=drawn.width, ascii_only=drawn.ascii_only, encoding=encoding)
    lines = [*_found(found, paper, number), *_problems(problems, paper)]
    text.writelines(paper.render(row) + "\n" for line in lines for row in fold(line, paper.width))
    text.flush()
    text.detach()


def _found(found: TrackFound, paper: Paper, number: int | None) -> Iterator[Line]:
    if found.protocol_files:
        yield from sessions_alone(found, paper, LISTED)
        return
    where = f"{counted(found.rows_read, 'row')} of {counted(len(found.files), 'tracking log')}"
    if not found.messages:
        yield [Piece(f"No message fits, among {where}.")]
        yield [Piece("Search for less: a part of an address or one word of the subject is enough.", "dim")]
        return
    if number is not None or len(found.messages) == 1:
        yield from path(found.messages[0], found.sessions, paper)
        if found.sessions:
            yield []
            yield [Piece("  SMTP sessions in full", "title")]
        for session in found.sessions[:_SESSIONS_SHOWN]:
            yield from session_lines(session, paper, whole=True)
        if len(found.sessions) > _SESSIONS_SHOWN:
            more = counted(len(found.sessions) - _SESSIONS_SHOWN, "more SMTP session")
            yield [Piece(f"    and {more}; --format json has them all", "note")]
        yield []
        yield [Piece(f"Read {where}.", "dim")]
        return
    width = len(str(min(len(found.messages), LISTED)))
    for at, message in enumerate(found.messages[:LISTED], 1):
        yield from _listed(at, width, message, paper)
    if len(found.messages) > LISTED:
        yield [Piece(f"and {len(found.messages) - LISTED:,} more; --format csv has them all", "note")]
    yield []
    yield [Piece(f"{counted(len(found.messages), 'message')}, from {where}. --message N shows the path of one.", "dim")]


def _listed(number: int, width: int, message: TrackedMessage, paper: Paper) -> Iterator[Line]:
    head = [Piece(f"{number:>{width}}  ", "label")]
    subject = paper.show(message.subject, 200) or "(no subject)"
    yield from hanging(head, [Piece(subject, "title")], paper.width)
    first = message.events[0]
    named = _few(message.recipients, 100, paper) or "nobody named"
    who = f"{row_time_words(first, paper)}  {paper.show(message.sender, 200) or '-'} {paper.symbols.arrow} {named}"
    indent = [Piece(" " * (width + 2))]
    yield from hanging(indent, [Piece(who)], paper.width)
    style = "error" if any(one.outcome == "failed" for one in message.ways) else "dim"
    yield from hanging(indent, [Piece(_ending(message), style)], paper.width)


def _ending(message: TrackedMessage) -> str:
    """How it ended, in one line: so many of its recipients each way."""
    counts: Counter[str] = Counter(one.outcome for one in message.ways)
    words = {"delivered": "delivered", "sent": "handed on", "failed": "failed", "open": "open"}
    said = [f"{counts[outcome]:,} {word}" for outcome, word in words.items() if outcome in counts]
    return f"{', '.join(said) or 'no recipients'}; {counted(len(message.events), 'row')}"


def path(message: TrackedMessage, sessions: Sequence[Session], paper: Paper) -> Iterator[Line]:
    """One message's whole path: what it is, its recipients as a tree, each event in its order, and what is missing."""
    yield [Piece(paper.show(message.subject, 300) or "(no subject)", "title")]
    yield from _facts(message, paper)
    yield from _recipients(message, paper)
    yield from _copies(message, paper)
    yield from _times(message, paper)
    yield from _events(message, sessions, paper)
    yield from message_lines(message, paper)
    for gap in message.gaps[:_SHOWN]:
        yield from hanging([Piece("  ! ", "unsure")], [Piece(paper.show(gap))], paper.width)
    yield from _more(len(message.gaps), "gap")


def _facts(message: TrackedMessage, paper: Paper) -> Iterator[Line]:
    facts = [
        ("Sender", paper.show(message.sender, 300)),
        ("Message-Id", paper.show(message.message_id or "none", 400)),
        ("Network-Id", _few(message.network_message_ids, 60, paper)),
        ("Reports", _few(message.reports, 300, paper)),
        ("Report on", _few(message.about, 300, paper)),
    ]
    for label, words in facts:
        if words:
            yield from hanging([Piece(f"  {label:<11} ", "label")], [Piece(words)], paper.width)


def _recipients(message: TrackedMessage, paper: Paper) -> Iterator[Line]:
    """Each recipient and what became of it, further in where a list or another address brought it."""
    yield []
    yield [Piece("  Recipients", "title")]
    if not message.ways:
        yield [Piece("    no row here names one", "note")]
    depths: dict[str, int] = {}
    on_copy = {name.lower(): copy.number for copy in message.copies for name in copy.recipients}
    for one in message.ways[:_SHOWN]:
        depth = min(depths.get((one.came_from or "").lower(), -1) + 1, 8)
        depths[one.address.lower()] = depth
        yield from _way(one, depth, on_copy.get(one.address.lower(), 0), paper)
    yield from _more(len(message.ways), "recipient")


def _copies(message: TrackedMessage, paper: Paper) -> Iterator[Line]:
    if message.copies:
        yield []
        yield [Piece("  Copies that were split off", "title")]
        for copy in message.copies[:_SHOWN]:
            yield from _copy(copy, paper)
        yield from _more(len(message.copies), "copy", "copies")


def _events(message: TrackedMessage, sessions: Sequence[Session], paper: Paper) -> Iterator[Line]:
    """Each event in its order, with the number of the copy that it is about and the sessions that carried it."""
    yield []
    yield [Piece("  Path", "title")]
    copy_of = {at: copy.number for copy in message.copies for at in copy.events}
    spoken = {(one.file, one.session_id, one.start): one for one in sessions}
    talks: dict[int, list[RowSession]] = {}
    for talk in message.talks:
        talks.setdefault(talk.event, []).append(talk)
    for at, row in enumerate(message.events[:_SHOWN]):
        about = f"({copy_of[at]}) " if at in copy_of else ""
        head = [Piece(f"    {row_time_words(row, paper)}  ", "dim"), Piece(about, "name")]
        yield from event_lines(row, paper, head)
        for talk in talks.get(at, ()):
            session = spoken.get((talk.file, talk.session_id, talk.start))
            if session is not None:
                yield from hop_lines(session, talk.lines, paper)
    yield from _more(len(message.events), "row")


def _copy(copy: SplitCopy, paper: Paper) -> Iterator[Line]:
    count = counted(len(copy.recipients), "recipient")
    who = paper.show(copy.by, 200)
    by = f"by agent {who}" if copy.source.upper() == "AGENT" else f"by {who or 'Exchange'}"
    of = f" of copy ({copy.parent})" if copy.parent else ""
    when = f", {time_words(copy.time, paper)}" if copy.time else ""
    words = f"split off{of} {by} on {paper.show(copy.server, 100) or '?'} for {count}{when}"
    yield from hanging([Piece(f"    ({copy.number}) ", "name")], [Piece(words)], paper.width)


def _times(message: TrackedMessage, paper: Paper) -> Iterator[Line]:
    """How long it was on each server, and between one and the next."""
    timed = [one for one in message.stays if one.seconds is not None]
    hops = [one for one in message.hops if one.seconds is not None]
    if not timed and not hops:
        return
    yield []
    yield [Piece("  Time on each server and between them", "title")]
    for stay in timed[:_SHOWN]:
        yield from _stay(stay, paper)
    yield from _more(len(timed), "server")
    for hop in hops[:_SHOWN]:
        ends = f"{paper.show(hop.sender, 100)} {paper.symbols.arrow} {paper.show(hop.receiver, 100)}"
        yield from hanging([Piece("    "), Piece(ends)], [Piece(f"  {hop.seconds:,.3f} s", "dim")], paper.width)
    yield from _more(len(hops), "hop")


def _way(one: RecipientWay, depth: int, copy: int, paper: Paper) -> Iterator[Line]:
    style = {"delivered": "added", "failed": "error", "open": "unsure"}.get(one.outcome, "dim")
    words = _OUTCOME_WORDS[one.outcome]
    at = f" by {paper.show(one.server, 100)}" if one.server and one.outcome in ("delivered", "failed") else ""
    on = f", on copy ({copy})" if copy else ""
    why = f": {paper.show(_reason(one.status), 300)}" if one.outcome in ("failed", "open") and one.status else ""
    said = f"  {words}{at}{on}{why}"
    head = [Piece("    " + "  " * depth)]
    yield from hanging(head, [Piece(paper.show(one.address, 200)), Piece(said, style)], paper.width)


def _stay(one: ServerStay, paper: Paper) -> Iterator[Line]:
    noted = "" if one.logged_seconds is None else f"; Exchange itself noted {one.logged_seconds:,.3f} s"
    head = [Piece("    "), Piece(paper.show(one.server, 100))]
    yield from hanging(head, [Piece(f"  {one.seconds:,.3f} s{noted}", "dim")], paper.width)


def _reason(status: str) -> str:
    """The reply itself out of `[{LED=550 5.1.1 ...};{MSG=};...]`, other forms as they stand; an event in words."""
    before, begins, rest = status.partition("[{LED=")
    reply = rest.partition("}")[0] if begins else ""
    said = f"{before}{reply}" if reply else status
    event, colon, rest = said.partition(":")
    return f"{event_words(event)}{colon}{rest}"


def _few(names: Sequence[str], longest: int, paper: Paper) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(paper.show(name, longest) for name in names[:_NAMED]) + more


def _more(count: int, noun: str, nouns: str = "") -> Iterator[Line]:
    if count > _SHOWN:
        rest = counted(count - _SHOWN, f"more {noun}", nouns and f"more {nouns}")
        yield [Piece(f"    and {rest}; --format json has them all", "note")]


def _problems(found: Sequence[Problem], paper: Paper) -> Iterator[Line]:
    if found:
        yield []
        yield [Piece("  Could not be read, or not in full", "title")]
        yield from problem_lines(found, paper)
