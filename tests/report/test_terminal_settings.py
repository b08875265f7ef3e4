"""Colour, width and signs, from what the user, the environment and the stream say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from terminal_drawing import Stream

from snapdiff.report.terminal import terminal_settings

if TYPE_CHECKING:
    from pathlib import Path

COLORS: list[tuple[str, bool, dict[str, str], bool]] = [
    ("auto", True, {}, True),
    ("auto", False, {}, False),
    ("auto", True, {"NO_COLOR": "1"}, False),
    ("auto", True, {"NO_COLOR": ""}, True),
    ("auto", True, {"TERM": "dumb"}, False),
    ("auto", False, {"FORCE_COLOR": "1"}, True),
    ("auto", True, {"FORCE_COLOR": "0"}, False),
    ("auto", False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ("always", False, {"NO_COLOR": "1"}, True),
    ("always", True, {"TERM": "dumb"}, True),
    ("never", True, {"FORCE_COLOR": "1"}, False),
]


@pytest.mark.parametrize(("option", "is_terminal", "environment", "color"), COLORS)
def test_color(
    option: Any, is_terminal: bool, environment: dict[str, str], color: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal_settings(Stream(is_terminal, "utf-8"), option).color is color


@pytest.mark.parametrize(
    ("encoding", "ascii_only"),
    [
        ("utf-8", False),
        ("utf-16", False),
        ("cp1252", True),
        ("cp437", True),
        ("ascii", True),
        (None, True),
        ("odd", True),
    ],
)
def test_signs_follow_the_encoding(encoding: str | None, ascii_only: bool) -> None:
    assert terminal_settings(Stream(False, encoding), "never").ascii_only is ascii_only


@pytest.mark.parametrize(
    ("columns", "width"), [("120", 120), ("10", 40), ("9999", 200), ("", 100), ("x", 100), ("-5", 100)]
)
def test_width(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert terminal_settings(Stream(False, "utf-8"), "auto").width == width


def test_a_terminal_that_does_not_tell_its_width_has_eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert terminal_settings(Stream(True, "utf-8"), "auto").width in (79, 80)


def test_a_closed_stream_is_no_terminal(tmp_path: Path) -> None:
    with (tmp_path / "out.txt").open("w", encoding="utf-8") as stream:
        pass
    assert terminal_settings(stream, "auto").color is False
