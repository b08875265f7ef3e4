"""Draws traces by the terminal report into a text, on a stream that says of itself what the test wants."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from snapdiff import model
from snapdiff.report.terminal import TerminalReport

if TYPE_CHECKING:
    from collections.abc import Sequence

SGR = re.compile(r"\x1b\[[0-9;]*m")


class Stream(io.StringIO):
    """A stream that says of itself what the test wants."""

    def __init__(self, is_terminal: bool, encoding: str | None) -> None:
        super().__init__()
        self._is_terminal = is_terminal
        self._said = encoding

    @property
    def encoding(self) -> Any:  # type: ignore[override]
        return self._said

    def isatty(self) -> bool:
        return self._is_terminal


def draw(
    *traces: model.Trace,
    color: bool = False,
    width: int = 80,
    ascii_only: bool = False,
    changed_only: bool = False,
    filtered: bool = False,
    journeys: Sequence[model.Journey] = (),
    problems: Sequence[model.Problem] = (),
    filtered_out: int = 0,
    source: str = "samples",
    encoding: str | None = None,
) -> str:
    binary = io.BytesIO()
    out = io.TextIOWrapper(binary, encoding=encoding, newline="") if encoding else Stream(False, None)
    report = TerminalReport(
        out, color=color, width=width, ascii_only=ascii_only, changed_only=changed_only, filtered=filtered
    )
    report.begin(source, len(traces))
    for one in traces:
        report.trace(one)
    report.end(model.Tail(list(journeys), list(problems), left_out=1, logs=2, filtered=filtered_out))
    out.flush()
    return out.getvalue() if isinstance(out, Stream) else binary.getvalue().decode(encoding or "utf-8")
