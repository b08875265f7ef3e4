"""Findings on the page: filtered by how grave they are, readable in every colour, and a click leads to their step."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_pages import AXE, Open, write_report
from test_browser_access import _OPEN_ALL, _RUN, told
from tracemaker import write_trace


@pytest.fixture(scope="module")
def with_findings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two messages: in one an agent changes the Message-Id, in the other its subject, which is no finding."""
    folder = tmp_path_factory.mktemp("findings")
    came = b"From: a@x.test\r\nDate: Tue, 14 May 2024 08:00:00 +0000\r\nMessage-Id: <1@x>\r\nSubject: A\r\n\r\nText\r\n"
    write_trace(folder / "MessageSnapshots", 1, [came, came.replace(b"<1@x>", b"<script>alert(1)</script>")])
    write_trace(folder / "MessageSnapshots", 2, [came, came.replace(b"Subject: A", b"Subject: B")])
    return write_report([folder / "MessageSnapshots"], folder / "report.html")


def test_messages_are_filtered_by_how_grave_their_findings_are(with_findings: Path, open_page: Open) -> None:
    opened = open_page(with_findings)
    assert opened.page.locator("#list tbody tr:not([hidden])").count() == 2
    opened.page.select_option("#f-severity", label="warning")
    assert opened.page.locator("#list tbody tr:not([hidden])").count() == 1
    opened.check_quiet()


def test_a_finding_leads_to_its_step(with_findings: Path, open_page: Open) -> None:
    opened = open_page(with_findings)
    finding = opened.page.locator(".finding", has_text="SD501")
    assert "<script>alert(1)</script>" in finding.locator("p").first.text_content()
    target = finding.locator("a").get_attribute("href")
    finding.locator("a").click()
    assert opened.page.evaluate("() => '#' + document.querySelector('.here').id") == target
    finding.locator("summary").click()
    assert finding.locator("dd").first.is_visible()
    opened.check_quiet()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_findings_are_readable_for_everyone(with_findings: Path, open_page: Open, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm install in tests/browser")
    opened = open_page(with_findings, color_scheme=scheme)
    opened.page.evaluate(_OPEN_ALL)
    opened.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert told(opened.page.evaluate(_RUN)) == []
