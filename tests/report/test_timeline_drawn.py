"""A journey's timeline as it is drawn on the terminal and in Markdown."""

from __future__ import annotations

import io

import pytest
from golden_files import check_golden
from msgspec import UNSET
from msgspec.structs import replace
from terminal_drawing import draw
from timeline_journey import FIRST, GAP, journey

from snapdiff.model import Tail
from snapdiff.report.markdown import MarkdownReport
from snapdiff.report.moments import moments
from snapdiff.timeline import timeline


def way(text: str) -> str:
    """The part of a terminal's report that shows the way of the message."""
    return text[text.index("The way of") : text.index("In short")]


def markdown() -> str:
    out = io.StringIO()
    made = MarkdownReport(out, changed_only=False)
    made.begin("samples", 0)
    made.end(Tail([journey()], []))
    return out.getvalue().partition("## Journeys")[2]


@pytest.mark.parametrize(
    ("name", "width", "ascii_only"), [("timeline-100.txt", 100, False), ("timeline-60-ascii.txt", 60, True)]
)
def test_golden(name: str, width: int, ascii_only: bool) -> None:
    check_golden(name, way(draw(journeys=[journey()], width=width, ascii_only=ascii_only)).encode())


def test_golden_markdown() -> None:
    check_golden("timeline.md", markdown().encode())


def test_hostile_names_do_nothing() -> None:
    for text in (draw(journeys=[journey()]), markdown()):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "|`" not in markdown().replace("\\|", "").replace("| `", "")


def test_quiet_snapshots_of_a_trace_stand_together_until_something_happens() -> None:
    told = journey().timeline
    assert told is not UNSET
    found = list(moments(told))
    assert [len(moment.quiet) for moment in found if moment.quiet] == [2]
    # Each step is there once, under its number in its trace.
    numbers = [(moment.entry.trace, moment.number) for moment in found if moment.number]
    assert numbers == [("MBX01/1", 1), ("MBX01/1", 3), ("MBX01/1", 4), ("MBX02/2", 1)]


def test_a_step_that_was_filtered_away_has_no_line() -> None:
    told = journey().timeline
    assert told is not UNSET
    left = [replace(one, step=UNSET) if one.agent == "Rule Agent" else one for one in told]
    assert "Rule Agent" not in draw(journeys=[replace(journey(), timeline=left)])
    assert len(list(moments(left))) == len(list(moments(told))) - 1


def test_a_gap_is_told_once() -> None:
    assert " ".join(draw(journeys=[journey()]).split()).count(GAP) == 1
    assert "its log is not here" in markdown()
    assert markdown().count("Gap:") == 1


def test_one_folder_needs_no_number_and_what_is_not_shown_is_counted() -> None:
    whole = replace(journey(), legs=journey().legs[:1], traces=["MBX01/1"], events=journey().events * 80, gaps=[])
    shown = draw(journeys=[replace(whole, timeline=timeline(whole, [FIRST]))])
    assert "(1)" not in shown
    assert "225 more lines; --format json has them all" in shown
