"""Traces to HTML: one self-contained file, or an index with one page a message.

Each trace becomes HTML as it comes and waits in a temporary file; what stays in memory is a card a trace. At the end
the traces are put together to messages, and the pages are written.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import ExitStack
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from snapdiff.agents import AgentTable
from snapdiff.report.html.budget import WHOLE_LOGS, AllOfIt, Budget
from snapdiff.report.html.digests import Card, Lane
from snapdiff.report.html.environment import assets, render
from snapdiff.report.html.findings import notes
from snapdiff.report.html.message import fragment
from snapdiff.report.html.overview import ROWS_SHOWN, Message, choices, matrix, messages, rows
from snapdiff.report.html.picture import picture
from snapdiff.report.words import cut, tail_sentences

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

    from markupsafe import Markup

    from snapdiff.model import Tail, Trace

_IN_MEMORY = 8 * 1024 * 1024
_OPEN_AT_MOST = 3
"""With more messages than that, they are closed at first and open one by one."""
_PACKED_FROM = 2 * 1024 * 1024
"""Bytes of messages from which on closed ones wait in <noscript>, where they cost the browser nothing until opened."""
MESSAGES_FOLDER = "messages"


class _Kept(Struct, frozen=True):
    """Where a trace's lane and HTML wait in the spool: offset, length of the lane, length of the HTML, in bytes."""

    at: int
    lane: int
    html: int


class _Pages:
    """What both forms of the report share: the spool, the cards and the sums."""

    wants_views = True

    def __init__(self, budget: Budget | None) -> None:
        self._budget = budget
        self._log_room = WHOLE_LOGS if budget is None else None
        self._stack = ExitStack()
        spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the stack closes it
        self._spool = self._stack.enter_context(spool)
        self._at = 0
        self._kept: dict[str, _Kept] = {}
        self._cards: list[Card] = []
        self._agents = AgentTable()
        self._print = hashlib.sha256()
        self._source = ""

    def begin(self, source: str, trace_count: int) -> None:
        """What was read, and how many traces were found in it."""
        self._source = source
        self._budget = self._budget or Budget(trace_count)

    def trace(self, trace: Trace) -> None:
        """One trace: drawn at once, kept until the end."""
        made = fragment(trace, self._budget or AllOfIt(), self._source)
        encoded, html = msgspec.msgpack.encode(made.lane), made.html.encode("utf-8", "backslashreplace")
        self._spool.write(encoded)
        self._spool.write(html)
        self._kept[trace.path] = _Kept(self._at, len(encoded), len(html))
        self._at += len(encoded) + len(html)
        self._cards.append(made.card)
        self._agents.add(trace)
        self._print.update(html)

    def _lane(self, card: Card) -> Lane:
        kept = self._kept[card.path]
        self._spool.seek(kept.at)
        return msgspec.msgpack.decode(self._spool.read(kept.lane), type=Lane)

    def _html(self, card: Card) -> bytes:
        kept = self._kept[card.path]
        self._spool.seek(kept.at + kept.lane)
        return self._spool.read(kept.html)

    def _head(self, title: str, *, up: str, with_messages: bool) -> bytes:
        page = render(
            "head.html.j2",
            title=title,
            source=self._source,
            assets=assets(),
            report=self._print.hexdigest()[:16],
            up=up,
            with_messages=with_messages,
        )
        return _bytes(page)

    def _overview(self, found: list[Message], tail: Tail, link: str) -> bytes:
        offered = choices(self._cards, (note.severity for message in found for note in message.findings))
        page = render(
            "overview.html.j2",
            source=self._source,
            rows=rows(found, offered, link),
            more_rows=max(len(found) - ROWS_SHOWN, 0),
            choices=offered,
            matrix=matrix(self._agents.rows(), offered),
            traces=len(self._cards),
            findings=list(notes(tail.findings, (), "", set())),
            problems=tail.problems[:200],
            more_problems=max(len(tail.problems) - 200, 0),
            said=tail_sentences(tail),
        )
        return _bytes(page)

    def _message(self, stream: BinaryIO, message: Message, *, is_open: bool) -> None:
        lanes = [self._lane(card) for card in message.cards]
        is_packed = not is_open and self._at > _PACKED_FROM
        has_logs = bool(message.events or message.sessions)
        logged = render("logged.html.j2", message=message) if has_logs else None
        if logged is not None and self._log_room is not None:
            logged = logged if len(logged) <= self._log_room else None
            self._log_room -= len(logged or "")
        drawn = render(
            "message.html.j2",
            message=message,
            is_open=is_open,
            is_packed=is_packed,
            picture=picture(lanes),
            logged=logged,
            logged_left_out=has_logs and logged is None,
        )
        stream.write(_bytes(drawn))
        for card in message.cards:
            stream.write(self._html(card))
        stream.write(b"</div></noscript></details>\n" if is_packed else b"</div></details>\n")

    def _foot(self) -> bytes:
        return _bytes(render("foot.html.j2", assets=assets()))


class HtmlReport(_Pages):
    """One self-contained file, written to a binary stream when the tail is told."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__(None)
        self._stream = stream

    def end(self, tail: Tail) -> None:
        """Writes the whole page."""
        with self._stack:
            found = messages(self._cards, tail.journeys)
            self._stream.write(self._head("snapdiff report", up="", with_messages=True))
            self._stream.write(self._overview(found, tail, "#{}"))
            self._stream.write(b'<section class="messages" aria-label="Messages">\n')
            for message in found:
                self._message(self._stream, message, is_open=len(found) <= _OPEN_AT_MOST)
            self._stream.write(b"</section>\n")
            self._stream.write(self._foot())


class HtmlFolder(_Pages):
    """An index and one page a message, in a folder: what is too large for one file opens page by page.

    `open_file` opens one of its files for writing, as a context.
    """

    def __init__(self, folder: Path, open_file: Callable[[Path], AbstractContextManager[BinaryIO]]) -> None:
        super().__init__(AllOfIt())
        self._folder, self._open = folder, open_file

    def end(self, tail: Tail) -> None:
        """Writes all pages; the index last, so that a folder with an index is whole."""
        with self._stack:
            found = messages(self._cards, tail.journeys)
            below = self._folder / MESSAGES_FOLDER
            below.mkdir(mode=0o700, parents=True, exist_ok=True)
            for message in found:
                title = cut(next((card.subject for card in message.cards if card.subject), "message"), 100)
                with self._open(below / f"{message.id}.html") as stream:
                    stream.write(self._head(title, up="../index.html", with_messages=True))
                    self._message(stream, message, is_open=True)
                    stream.write(self._foot())
            with self._open(self._folder / "index.html") as stream:
                stream.write(self._head("snapdiff report", up="", with_messages=False))
                stream.write(self._overview(found, tail, MESSAGES_FOLDER + "/{}.html"))
                stream.write(self._foot())


def _bytes(page: Markup) -> bytes:
    return page.encode("utf-8", "backslashreplace")
