"""What the browser tests share: a page with what it logged and asked for, and the reports they open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from snapdiff.commands import report as commands

ROOT = Path(__file__).parents[2]
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Opened(Struct):
    """A page with what went on in it: console messages but plain logs, faults, and addresses asked for."""

    page: Any
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def check_quiet(self) -> None:
        """Fails where anything was logged, or anything but the file itself was asked for."""
        assert self.console == []
        assert [url for url in self.requests if not url.startswith(("file:", "about:", "data:"))] == []


Open = Callable[..., Opened]


def write_report(paths: list[Path], file: Path) -> Path:
    """The HTML report of what lies at these paths."""
    drawn = commands.Drawn("html", file, "never", True)
    commands.report(paths, commands.Asked(), drawn, 1, False)
    return file
