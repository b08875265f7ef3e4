"""Rows of the agent table to text, JSON, Markdown or CSV, for `snapdiff agents`."""

from __future__ import annotations

import csv
import io
from textwrap import wrap
from typing import TYPE_CHECKING, Literal
from unicodedata import combining, east_asian_width

from snapdiff.report.json_report import encode
from snapdiff.report.safe_text import harmless_cell, safe
from snapdiff.report.words import cut, elapsed_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from snapdiff.agents import AgentRow

Style = Literal["text", "json", "markdown", "csv"]
SCHEMA_NAME = "snapdiff.agents/1"
WIDTH = 80
"""Columns of the text table: those of a plain Windows console."""
_NAME_WIDTH = 34
_SLOW_MS = 100
"""A worst time from here on, and of twice the median at least, has its trace named in the text table."""
_CSV_HEAD = (
    *("event", "actor", "agent", "order", "runs", "changed", "uncertain"),
    *("kinds", "timed", "median_ms", "worst_ms", "worst_trace"),
)


def draw(rows: Sequence[AgentRow], style: Style = "text") -> str:
    """The whole table as text that ends with a line end; lines end with LF in every style.

    - text: one block an event, at most 80 columns, frame and words in ASCII; names stand as `safe` shows them. The
      trace with the worst time is named where that is 0.1 s or more, and twice the median or more.
    - json: one object, with one row a line, under the names of `AgentRow`.
    - markdown: one table; names stand in code.
    - csv: one line a row, with a head line. A text that a spreadsheet could take for a formula gets an apostrophe.
    """
    drawers: dict[Style, Callable[[Sequence[AgentRow]], str]] = {
        "text": _text,
        "json": _json,
        "markdown": _markdown,
        "csv": _csv,
    }
    return drawers[style](rows)


def _text(rows: Sequence[AgentRow]) -> str:
    if not rows:
        return "No agent ran, and nothing was compared.\n"
    lines: list[str] = []
    event: str | None = ""
    for row in rows:
        if row.event != event or not lines:
            event = row.event
            lines += [""] if lines else []
            lines += _event_head(event)
        lines += _text_row(row)
    return "\n".join(lines) + "\n"


def _event_head(event: str | None) -> list[str]:
    name = safe(cut(event)) if event else "(no event)"
    head = _line("", "runs", "changed", "unsure", "median", "worst")
    return [name + head[_columns(name) :]] if _columns(name) < _NAME_WIDTH else [*_wrapped(name, ""), head]


def _text_row(row: AgentRow) -> list[str]:
    name = f"  {safe(_who(row))}"
    cells = [f"{number:,}" for number in (row.runs, row.changed, row.uncertain)]
    cells += [_median_words(row), elapsed_words(row.worst_ms)]
    fits = _columns(name) <= _NAME_WIDTH
    lines = [_line(name, *cells)] if fits else [*_wrapped(name.strip(), "  "), _line("", *cells)]
    if row.kinds:
        lines += _wrapped(", ".join(f"{kind} {count:,}" for kind, count in row.kinds.items()), "      ")
    if row.worst_trace is not None and (row.worst_ms or 0) >= max(_SLOW_MS, 2 * (row.median_ms or 0)):
        path = safe(row.worst_trace)
        lines.append("      worst in " + _tail(path, WIDTH - len("      worst in ")))
    return lines


def _line(name: str, runs: str, changed: str, unsure: str, median: str, worst: str) -> str:
    gap = " " * (_NAME_WIDTH - _columns(name))
    return f"{name}{gap} {runs:>6} {changed:>7} {unsure:>6} {median:>11} {worst:>11}"


def _wrapped(text: str, indent: str) -> list[str]:
    """Lines of at most 80 columns; a word that is longer is broken, and wide characters count as two."""
    is_wide = any(east_asian_width(char) in "WF" for char in text)
    room = (WIDTH - len(indent)) // (2 if is_wide else 1)
    return [indent + line for line in wrap(text, room)]


def _tail(text: str, columns: int) -> str:
    """The end of a path, where its GUID is, behind three dots where it is too long."""
    if _columns(text) <= columns:
        return text
    while _columns(text) > columns - 3:
        text = text[max(1, (_columns(text) - columns + 3) // 2) :]
    return "..." + text


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes (Unicode TR 11: wide and full-width characters take two)."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def _who(row: AgentRow) -> str:
    """The row's name; the same words as `actor_words` has for a step."""
    if row.actor == "agent":
        return cut(row.agent) if row.agent else "unknown agent"
    return {"transport": "transport service", "session": "SMTP session"}.get(row.actor, "unknown")


def _median_words(row: AgentRow) -> str:
    if row.median_ms is not None and row.median_ms % 1 and row.median_ms < 1000:
        return f"{row.median_ms:.1f} ms"
    return elapsed_words(None if row.median_ms is None else round(row.median_ms))


def _json(rows: Sequence[AgentRow]) -> str:
    lines = ",\n".join(encode(row).decode() for row in rows)
    return (
        f'{{"schema":"{SCHEMA_NAME}","agents":[\n{lines}\n]}}\n'
        if rows
        else f'{{"schema":"{SCHEMA_NAME}","agents":[]}}\n'
    )


def _markdown(rows: Sequence[AgentRow]) -> str:
    from snapdiff.report.markdown_text import code, row

    if not rows:
        return "No agent ran, and nothing was compared.\n"
    lines = [
        row("Event", "Agent", "Runs", "Changed", "Unsure", "Kinds of change", "Median", "Worst", "Worst in"),
        row("---", "---", "--:", "--:", "--:", "---", "--:", "--:", "---"),
    ]
    for one in rows:
        kinds = ", ".join(f"{code(kind)} {count:,}" for kind, count in one.kinds.items())
        lines.append(
            row(
                code(one.event) if one.event else "-",
                code(_who(one)) if one.actor == "agent" else _who(one),
                f"{one.runs:,}",
                f"{one.changed:,}",
                f"{one.uncertain:,}",
                kinds or "-",
                _median_words(one),
                elapsed_words(one.worst_ms),
                code(one.worst_trace) if one.worst_trace is not None else "-",
            )
        )
    return "".join(lines)


def _csv(rows: Sequence[AgentRow]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_CSV_HEAD)
    for row in rows:
        kinds = "; ".join(f"{kind} {count}" for kind, count in row.kinds.items())
        writer.writerow(
            [
                *(harmless_cell(text or "") for text in (row.event, row.actor, row.agent)),
                *(row.order, row.runs, row.changed, row.uncertain),
                kinds,
                *(row.timed, row.median_ms, row.worst_ms),
                harmless_cell(row.worst_trace or ""),
            ]
        )
    return out.getvalue()
