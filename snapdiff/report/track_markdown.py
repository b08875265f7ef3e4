"""Messages found in logs to Markdown, for a ticket: each with its recipients and its path as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapdiff.log_words import context_words, row_words
from snapdiff.report.markdown_notes import message_notes
from snapdiff.report.markdown_text import code, row, sentence
from snapdiff.report.words import counted, session_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snapdiff.model import Problem, Session, TrackedMessage, TrackFound

_SHOWN = 200
_NAMED = 10
_REFUSALS_SHOWN = 10


def markdown(found: TrackFound, problems: Sequence[Problem]) -> str:
    """The whole document, lines ended by LF."""
    if found.protocol_files:
        where = counted(len(found.protocol_files), "SMTP protocol log")
        head = [f"# {counted(len(found.sessions), 'SMTP session')}, from {where}\n", *_session_list(found.sessions)]
        return "".join([*head, *_problem_list(problems)])
    where = f"{counted(found.rows_read, 'row')} of {counted(len(found.files), 'tracking log')}"
    parts = [f"# {counted(len(found.messages), 'message')}, from {where}\n"]
    for message in found.messages[:_SHOWN]:
        parts.append("\n" + "".join(_message(message)))
    if len(found.messages) > _SHOWN:
        parts.append(f"\nand {len(found.messages) - _SHOWN:,} more.\n")
    if found.sessions:
        parts += ["\n## SMTP sessions\n", *_session_list(found.sessions)]
    return "".join([*parts, *_problem_list(problems)])


def _problem_list(problems: Sequence[Problem]) -> Iterator[str]:
    if problems:
        yield "\n## Could not be read, or not in full\n\n"
    yield from (f"- {code(problem.path)}: {sentence(problem.message)}\n" for problem in problems[:_SHOWN])
    yield from _more(len(problems), "problem")


def _message(message: TrackedMessage) -> Iterator[str]:
    yield f"## {code(message.subject) if message.subject else '(no subject)'}\n\n"
    yield f"From {code(message.sender or '-')}, Message-Id {code(message.message_id or 'none', 400)}.\n\n"
    if message.ways:
        yield row("Recipient", "Came from", "What became of it") + row("---", "---", "---")
        for one in message.ways[:_SHOWN]:
            ending = one.outcome + (f": {code(one.status)}" if one.outcome in ("failed", "open") and one.status else "")
            yield row(code(one.address), code(one.came_from) if one.came_from else "-", ending)
        yield from _more(len(message.ways), "recipient")
    for copy in message.copies[:_SHOWN]:
        by = f"agent {code(copy.by)}" if copy.source.upper() == "AGENT" else code(copy.by or "Exchange")
        whom = ", ".join(code(name) for name in copy.recipients[:_NAMED])
        more = f" and {len(copy.recipients) - _NAMED:,} more" if len(copy.recipients) > _NAMED else ""
        yield f"\nCopy ({copy.number}), split off by {by} on {code(copy.server or '?')} for {whom}{more}.\n"
    yield from _more(len(message.copies), "copy", "copies")
    yield from _times(message)
    yield from _event_table(message)
    yield from message_notes(message)
    yield "".join(f"\n- {sentence(gap)}" for gap in message.gaps) + ("\n" if message.gaps else "")


def _times(message: TrackedMessage) -> Iterator[str]:
    """How long it was on each server, and between one and the next."""
    timed = [(code(one.server), one.seconds) for one in message.stays if one.seconds is not None]
    timed += [
        (f"{code(one.sender)} to {code(one.receiver)}", one.seconds) for one in message.hops if one.seconds is not None
    ]
    if timed:
        yield "\n" + row("Where", "Seconds") + row("---", "--:")
        yield from (row(where, f"{seconds:,.3f}") for where, seconds in timed[:_SHOWN])
        yield from _more(len(timed), "time")


def _event_table(message: TrackedMessage) -> Iterator[str]:
    """A message's events as a table, each with the copy it is about and the session that carried it."""
    if not message.events:
        return
    copies = {at: copy.number for copy in message.copies for at in copy.events}
    talks: dict[int, list[str]] = {}
    for talk in message.talks:
        talks.setdefault(talk.event, []).append(code(talk.session_id))
    yield "\n" + row("Time (UTC)", "Event", "What happened", "From", "To") + row("---", "---", "---", "---", "---")
    for at, event in enumerate(message.events[:_SHOWN]):
        name = event.text("event_id")
        meaning = row_words(event)
        what = (f"({copies[at]}) " if at in copies else "") + (sentence(meaning) if meaning != name else "-")
        yield row(
            code(event.time or "-"),
            code(name) if name else "-",
            what
            + (f", SMTP session {' behind '.join(talks[at])}" if at in talks else "")
            + "".join(f"; {code(words, 300)}" for words in context_words(event)),
            code(event.text("client_hostname")) if event.text("client_hostname") else "-",
            code(event.text("server_hostname")) if event.text("server_hostname") else "-",
        )
    yield from _more(len(message.events), "row")


def _session_list(sessions: Sequence[Session]) -> Iterator[str]:
    """SMTP sessions, a line each, with the replies in them that refuse; nothing where there are none."""
    yield "\n" if sessions else ""
    for session in sessions[:_SHOWN]:
        when = f", {code(session.start)}" if session.start else ""
        lines = counted(session.line_count, "line")
        yield f"- {code(session.session_id)}: {session_with(session, code)}{when}, {lines}\n"
        refused = [line for line in session.lines if line.is_refusal]
        yield from (f"  - {code(line.data, 300)}\n" for line in refused[:_REFUSALS_SHOWN])
        if len(refused) > _REFUSALS_SHOWN:
            yield f"  - and {counted(len(refused) - _REFUSALS_SHOWN, 'more line')} that refuse\n"
    yield from _more(len(sessions), "SMTP session")


def _more(count: int, noun: str, nouns: str = "") -> Iterator[str]:
    """A word on what is not shown of so many."""
    if count > _SHOWN:
        yield f"\nand {counted(count - _SHOWN, f'more {noun}', nouns and f'more {nouns}')}.\n"
