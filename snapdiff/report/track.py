"""What a search over logs found to text, JSON, CSV or Markdown, for `snapdiff track`."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, BinaryIO, Literal

from snapdiff.log_words import row_words
from snapdiff.report.safe_text import harmless_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from snapdiff.model import Problem, TrackFound
    from snapdiff.report.choose import ColorChoice

TrackForm = Literal["text", "json", "csv", "markdown"]
_SESSION_COLUMNS = (
    *("file", "line", "time", "kind", "connector_id", "session_id", "local", "remote", "sequence", "event", "data"),
    "context",
)
_FIRST_COLUMNS = ("file", "line", "format", "time", "meaning")


def draw_track(
    found: TrackFound,
    problems: Sequence[Problem],
    form: TrackForm,
    stream: BinaryIO,
    color: ColorChoice = "auto",
    *,
    number: int | None = None,
) -> None:
    """Writes what was found. `number` is that of the one message that was chosen, where one was."""
    if form == "json":
        from snapdiff.report.track_json import write_json

        write_json(found, problems, stream)
    elif form == "csv":
        _write_csv(_session_cells(found) if found.protocol_files else _row_cells(found), stream)
    elif form == "markdown":
        from snapdiff.report.track_markdown import markdown

        stream.write(markdown(found, problems).encode("utf-8", "backslashreplace"))
    else:
        from snapdiff.report.track_terminal import write_text

        write_text(found, problems, stream, color, number)


def _write_csv(rows: Iterable[Sequence[object]], stream: BinaryIO) -> None:
    """Rows as they come; a text that a spreadsheet could take for a formula is defused."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="backslashreplace", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([harmless_cell(cell) if isinstance(cell, str) else cell for cell in row])
    text.flush()
    text.detach()


def _row_cells(found: TrackFound) -> Iterator[Sequence[object]]:
    """One row a row of the logs, its columns those of all of them."""
    names = list(dict.fromkeys(name for message in found.messages for row in message.events for name in row.fields))
    yield [*_FIRST_COLUMNS, *names]
    for row in (row for message in found.messages for row in message.events):
        values = [row.fields.get(name, "") for name in names]
        texts = [value if isinstance(value, str) else "; ".join(value) for value in values]
        yield [row.file, row.line, row.format, row.time or "", row_words(row), *texts]


def _session_cells(found: TrackFound) -> Iterator[Sequence[object]]:
    """One row a line of a session, where protocol logs were looked through by themselves."""
    yield _SESSION_COLUMNS
    for session in found.sessions:
        ends = [session.kind, session.connector_id, session.session_id, session.local, session.remote]
        for line in session.lines:
            sequence = "" if line.sequence is None else str(line.sequence)
            said = [line.event, line.data, line.context]
            yield [session.file, str(line.line), line.time or "", *ends, sequence, *said]
