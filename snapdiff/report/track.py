"""What a search over logs found to text, JSON, CSV or Markdown, for `snapdiff track`."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, BinaryIO, Literal

from snapdiff.log_words import row_words
from snapdiff.report.safe_text import harmless_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        text = _csv_of_sessions(found) if found.protocol_files else _csv(found)
        stream.write(text.encode("utf-8-sig", "backslashreplace"))
    elif form == "markdown":
        from snapdiff.report.track_markdown import markdown

        stream.write(markdown(found, problems).encode("utf-8", "backslashreplace"))
    else:
        from snapdiff.report.track_terminal import write_text

        write_text(found, problems, stream, color, number)


def _csv(found: TrackFound) -> str:
    """One line a row, its columns those of all rows; a text that a spreadsheet could take for a formula is defused."""
    rows = [row for message in found.messages for row in message.events]
    names = list(dict.fromkeys(name for row in rows for name in row.fields))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_FIRST_COLUMNS, *(harmless_cell(name) for name in names)])
    for row in rows:
        values = [row.fields.get(name, "") for name in names]
        texts = [value if isinstance(value, str) else "; ".join(value) for value in values]
        first = [harmless_cell(row.file), row.line, row.format, harmless_cell(row.time or "")]
        meaning = harmless_cell(row_words(row))
        writer.writerow([*first, meaning, *(harmless_cell(text) for text in texts)])
    return out.getvalue()


def _csv_of_sessions(found: TrackFound) -> str:
    """One line a line of a session, where protocol logs were looked through by themselves."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_SESSION_COLUMNS)
    for session in found.sessions:
        ends = [session.kind, session.connector_id, session.session_id, session.local, session.remote]
        for line in session.lines:
            sequence = "" if line.sequence is None else str(line.sequence)
            said = [session.file, str(line.line), line.time or "", *ends, sequence, line.event, line.data, line.context]
            writer.writerow([harmless_cell(one) for one in said])
    return out.getvalue()
