"""The timeline in a browser: it opens without JavaScript, leads to the steps, and fits a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser_pages import Open


def opened(page: Any, subject: str = "Drawings for hall 4") -> Any:
    """The opened timeline of one message."""
    message = page.locator("details.message", has_text=subject).first
    if not message.evaluate("one => one.open"):
        message.locator("> summary").click()
    message.locator("details.timeline > summary").click()
    return message.locator("details.timeline")


def test_it_works_without_javascript_and_leads_to_the_step(samples: Path, open_page: Open) -> None:
    at = open_page(samples, java_script_enabled=False)
    way = opened(at.page)
    assert way.locator("li.changed").count() > 5
    way.get_by_role("link", name="Malware Agent").first.click()
    target = at.page.url.partition("#")[2]
    assert at.page.locator(f"[id='{target}'] h4").first.inner_text().endswith("Malware Agent at OnSubmittedMessage")
    at.check_quiet()


@pytest.mark.parametrize("width", [390, 760, 1280])
def test_no_line_is_wider_than_the_page(samples: Path, open_page: Open, width: int) -> None:
    at = open_page(samples, viewport={"width": width, "height": 900})
    way = opened(at.page)
    wide = way.evaluate("one => [...one.querySelectorAll('li')].filter(x => x.scrollWidth > x.clientWidth + 1).length")
    assert wide == 0
    assert at.page.evaluate("document.documentElement.scrollWidth") <= width
    # On a phone what happened stands below clock and server, else beside them.
    clock, what = (way.locator(f"li.changed .{name}").first.bounding_box() for name in ("clock", "what"))
    assert (what["y"] > clock["y"] + 5) is (width <= 760)
