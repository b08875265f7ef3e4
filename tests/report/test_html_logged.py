"""Rows of tracking logs and SMTP sessions on the HTML page: whole, escaped, and cut with a word about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from rowmaker import row

from snapdiff.commands import report as commands
from snapdiff.model import Session, SessionLine
from snapdiff.report.html.environment import render
from snapdiff.report.html.overview import Message

if TYPE_CHECKING:
    import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
EVIL = "<script>pwned=1</script></noscript>\u202e"
LINE = SessionLine(1, None, 1, "<", "QUIT", "")
SESSION = Session("RECV.LOG", "receive", "08DC", "MBX01", "", "192.0.2.9:25", None, None, [LINE], [])


def logged(message: Message) -> str:
    return str(render("logged.html.j2", message=message))


def test_what_a_log_says_is_escaped() -> None:
    hostile = row(EVIL, message_subject=EVIL, recipient_address=[EVIL], client_hostname=EVIL, server_hostname=EVIL)
    session = replace(SESSION, remote=EVIL, lines=[replace(LINE, event=EVIL, data=EVIL, context=EVIL, time=EVIL)])
    html = logged(Message("m", [], [], [hostile], [session], []))
    assert "<script" not in html
    assert "</noscript" not in html
    assert "\u202e" not in html


def test_a_line_without_a_time_has_a_dash() -> None:
    assert "<tr><td>-</td><td>&lt;</td>" in logged(Message("m", [], [], [], [SESSION], []))


def test_what_is_cut_is_counted() -> None:
    html = logged(Message("m", [], [], [row("SEND")] * 230, [replace(SESSION, lines=[LINE] * 230)] * 23, []))
    assert "and 30 more rows; --format json has them all." in html
    assert "and 3 more SMTP sessions; --format json has them all." in html
    assert "More lines are not shown here" in html


def page(tmp_path: Path) -> str:
    file = tmp_path / "r.html"
    commands.report([SAMPLES], commands.Asked(), commands.Drawn("html", file, "never", True), 1, False)
    return file.read_text(encoding="utf-8")


def test_a_message_says_what_it_was_joined_by(tmp_path: Path) -> None:
    html = page(tmp_path)
    assert "8 rows of it in the tracking logs" in html
    assert "Put together by network-message-id, network-message-id (logs), protocol-id (SMTP sessions)." in html


def test_notes_of_the_log_that_are_cut_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "of the log" not in page(tmp_path)
    monkeypatch.setattr("snapdiff.report.html.findings.NOTES_SHOWN", 1)
    html = page(tmp_path)
    assert '<p class="log-says">and 1 more note of the log; --format json has them all.</p>' in html
    monkeypatch.setattr("snapdiff.report.html.findings.NOTES_SHOWN", 0)
    html = page(tmp_path)
    assert '<span class="dim">and 1 more note of the log</span>' in html


def test_logs_that_would_make_the_file_too_large_are_left_out_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapdiff.report.html.WHOLE_LOGS", 20_000)
    html = page(tmp_path)
    assert "of it in the tracking logs" in html
    assert "of this message are not shown, to keep this file small; --html-dir and --format json have them." in html
