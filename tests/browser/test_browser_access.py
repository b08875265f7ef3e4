"""The pages for everyone: axe-core finds nothing, in light and dark, wide and narrow, with everything opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser_pages import AXE, Open

_RUN = "async () => (await axe.run(document, {resultTypes: ['violations'], iframes: false})).violations"
_OPEN_ALL = """() => {
    for (const one of document.querySelectorAll('details')) one.open = true;
    for (const id of ['sw-cosmetic']) document.getElementById(id)?.click();
    for (const one of document.querySelectorAll('.message')) one.style.contentVisibility = 'visible';
}"""
_CHIPS = """() => [...document.querySelectorAll('a.chip')].map(chip => {
    const style = (selector, key) => getComputedStyle(chip.querySelector(selector))[key];
    return [chip.getAttribute('class'), style('text', 'fill'), style('rect', 'fill'),
        getComputedStyle(chip.querySelector('text')).stroke];
})"""


def told(violations: list[dict[str, Any]]) -> list[str]:
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in violations for node in one["nodes"]][
        :8
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(samples: Path, open_page: Open, scheme: str, width: int) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm install in tests/browser")
    opened = open_page(samples, color_scheme=scheme, viewport={"width": width, "height": 900})
    opened.page.evaluate(_OPEN_ALL)
    opened.page.evaluate(AXE.read_text(encoding="utf-8"))
    assert told(opened.page.evaluate(_RUN)) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_words_on_chips_stand_out(samples: Path, open_page: Open, scheme: str) -> None:
    opened = open_page(samples, color_scheme=scheme)
    opened.page.evaluate(_OPEN_ALL)
    chips = opened.page.evaluate(_CHIPS)
    assert {name for name, *_ in chips} >= {"chip solid", "chip hollow", "chip hatched"}
    for name, words, ground, halo in chips:
        behind = halo if "url" in ground else ground
        assert contrast(words, behind) >= 4.5, (name, words, behind)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two `rgb(...)` colours (WCAG 2.2, definition of contrast ratio)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    parts = [float(part) / 255 for part in color[color.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
