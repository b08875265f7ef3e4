"""A journey's timeline on the HTML page: whole, escaped, and linked with the steps that are on the page."""

from __future__ import annotations

import re
from pathlib import Path

from msgspec import UNSET
from timeline_journey import FIRST, SECOND, journey

from snapdiff.commands import report as commands
from snapdiff.report.html.digests import card, key_of
from snapdiff.report.html.environment import render
from snapdiff.report.html.overview import Message
from snapdiff.report.html.ticks import SHOWN, ticks

SAMPLES = Path(__file__).parents[2] / "samples"
WAY = journey().timeline or []
PATHS = ["MBX01/1", "MBX02/2"]


def test_each_line_says_when_where_and_what() -> None:
    told = ticks(WAY, PATHS)
    assert [(one.day, one.clock, one.server, one.folder, one.look) for one in told.shown] == [
        ("2024-05-14", "23:59:58", "MBX02", 0, "session"),
        ("", "23:59:58.000", "MBX01", 0, "row"),
        ("", "23:59:58.000", "MBX01", 1, "first"),
        ("", "23:59:58.100", "MBX01", 1, "same"),
        ("", "23:59:58.300", "MBX01", 1, "changed"),
        ("", "23:59:58.400", "MBX01", 1, "unsure"),
        ("", "23:59:59.000", "MBX01", 0, "row"),
        ("", "23:59:59.000", "MBX02", 2, "first"),
        ("", "23:59:59.100", "MBX02", 2, "changed"),
        ("2024-05-15", "00:00:01.000", "MBX02", 0, "row"),
        ("no time", "-", "MBX02", 0, "failed"),
        ("", "-", "", 0, "gap"),
    ]
    assert (told.servers, told.left_out) == (2, 0)
    assert {one.href for one in told.shown} == {
        "",
        *(f"{key_of('MBX01/1')}-s{n}" for n in (3, 4)),
        f"{key_of('MBX02/2')}-s1",
    }


def test_a_trace_that_is_not_on_the_page_has_no_link() -> None:
    told = ticks(WAY, PATHS[1:])
    assert [one.who for one in told.shown if one.href] == ["transport service at OnRoutedMessage"]
    assert {one.folder for one in told.shown} == {0}
    assert "Rule Agent at OnRoutedMessage" in {one.who for one in told.shown}


def test_what_is_left_out_is_counted() -> None:
    rows = [one for one in WAY if one.row is not UNSET]
    many = ticks(rows * SHOWN, [])
    assert (len(many.shown), many.left_out) == (SHOWN, len(rows) * SHOWN - SHOWN)
    page = render("timeline.html.j2", message=Message("m", [], [], [], [], [], timeline=rows * SHOWN))
    assert f"and {len(rows) * SHOWN - SHOWN:,} more lines; --format json has them all." in page


def test_hostile_names_are_escaped() -> None:
    whole = journey()
    cards = [card(FIRST), card(SECOND)]
    page = str(
        render("logged.html.j2", message=Message("m", cards, [], whole.events, whole.sessions, [], timeline=WAY))
    )
    assert "<script" not in page
    assert "\u202e" not in page
    assert "550 5.1.10" in page
    assert "<b>Gap</b>: MBX03" in page


def test_every_link_of_the_samples_leads_to_a_step(tmp_path: Path) -> None:
    file = tmp_path / "r.html"
    commands.report([SAMPLES], commands.Asked(), commands.Drawn("html", file, "never", True), 1, False)
    html = file.read_text(encoding="utf-8")
    lists = re.findall(r'<details class="timeline">.*?</details>', html, re.S)
    links = [link for one in lists for link in re.findall(r'href="#([^"]+)"', one)]
    assert len(lists) == html.count('class="message"')
    assert len(links) > 50
    assert set(links) <= set(re.findall(r'id="([^"]+)"', html))
    assert "from here 1 recipient went on as a copy of its own" in html.lower()
