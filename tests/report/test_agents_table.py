"""The table of agents in its four forms: fits 80 columns, is harmless in Markdown and in a spreadsheet."""

import csv
import io
import json
import re
from unicodedata import combining, east_asian_width

import pytest
from golden_files import check_golden
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from snapdiff.agents import AgentRow
from snapdiff.report.agents_table import Style, draw

GUID = "11111111-2222-3333-4444-555555555555"
SESSION = AgentRow(
    event="OnEndOfHeaders",
    actor="session",
    agent=None,
    order=1,
    runs=12,
    changed=2,
    uncertain=0,
    kinds={"envelope.recipient-removed": 2},
    timed=12,
    median_ms=3.5,
    worst_ms=1250,
    worst_trace=f"MBX01/MessageSnapshots/{GUID}",
)
RULE = AgentRow(
    event="OnResolvedMessage",
    actor="agent",
    agent="Transport Rule Agent",
    order=1,
    runs=1234,
    changed=100,
    uncertain=3,
    kinds={"header.added": 200, "header.changed": 100, "header.moved": 5, "part.changed": 99, "part.rewritten": 12},
    timed=1231,
    median_ms=2.0,
    worst_ms=125_000,
    worst_trace=f"a long server name/MessageSnapshots, and a copy of it/{GUID}",
)
ROWS = [
    SESSION,
    replace(SESSION, actor="agent", agent="Inbound Trust Agent", order=2, kinds={}, changed=0, timed=1),
    replace(SESSION, event="OnResolvedMessage", actor="transport", worst_ms=None, worst_trace=None, median_ms=None),
    RULE,
    replace(RULE, agent="An agent of a third party whose name is longer than the column of the names", order=2),
    replace(RULE, event="An event whose name is longer than its column", agent="=cmd|' /C calc'!A0", kinds={}),
    replace(RULE, event=None, actor="unknown", agent=None, runs=1, kinds={"part.removed": 1}, timed=1),
]
STYLES: list[tuple[Style, str]] = [("text", "txt"), ("json", "json"), ("markdown", "md"), ("csv", "csv")]


@pytest.mark.parametrize(("style", "ending"), STYLES)
def test_golden(style: Style, ending: str) -> None:
    check_golden(f"agents.{ending}", draw(ROWS, style).encode())


@pytest.mark.parametrize(("style", "ending"), STYLES)
def test_no_rows(style: Style, ending: str) -> None:
    written = draw([], style)
    assert written.endswith("\n")
    assert written.count("\n") == 1


def columns(line: str) -> int:
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in line)


HOSTILE = st.text(max_size=40) | st.text("ab -=+@|`<>[]漢字\x1b\u202e", max_size=120) | st.just("w" * 500)


@given(name=HOSTILE, event=HOSTILE, path=HOSTILE)
def test_text_fits_80_columns_and_holds_no_control_character(name: str, event: str, path: str) -> None:
    written = draw([replace(RULE, agent=name, event=event, worst_trace=path), SESSION], "text")
    assert max(columns(line) for line in written.split("\n")) <= 80
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", written)


def test_the_text_table_is_ascii() -> None:
    assert draw(ROWS, "text").isascii()


def test_json_holds_every_field() -> None:
    document = json.loads(draw(ROWS, "json"))
    assert document["schema"] == "snapdiff.agents/1"
    assert [list(row) for row in document["agents"]] == [list(AgentRow.__struct_fields__)] * len(ROWS)
    assert document["agents"][3]["kinds"] == RULE.kinds


@given(name=HOSTILE, event=HOSTILE, path=HOSTILE)
def test_csv_reads_back_and_holds_no_formula(name: str, event: str, path: str) -> None:
    written = draw([replace(RULE, agent=name, event=event, worst_trace=path)], "csv")
    head, row = csv.reader(io.StringIO(written))
    assert head == list(AgentRow.__struct_fields__)
    assert len(row) == len(head)
    assert not [cell for cell in row if re.match(r"\s*[=+\-@＝＋－＠]", cell)]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_formulas_become_text(name: str) -> None:
    _, row = csv.reader(io.StringIO(draw([replace(RULE, agent=name)], "csv")))
    assert not row[2].startswith(("=", "+", "-", "@", "\t", "\r", " ", "＝"))
    assert row[2].endswith(name.strip())


@given(name=HOSTILE, event=HOSTILE, path=HOSTILE)
def test_markdown_is_one_table_without_foreign_markup(name: str, event: str, path: str) -> None:
    written = draw([replace(RULE, agent=name, event=event, worst_trace=path)], "markdown")
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(written)
    inner = [child for token in tokens for child in token.children or []]
    assert sum(token.type == "td_open" for token in tokens) == 9
    assert {token.type for token in inner} <= {"text", "code_inline"}
    assert not re.search(r"[<>`|*@#]", "".join(token.content for token in inner if token.type == "text"))
