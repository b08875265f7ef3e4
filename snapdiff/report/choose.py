"""Maps the name of a format to the output that writes it."""

import io
import sys
from collections.abc import Callable, Sequence
from typing import BinaryIO, Literal, NamedTuple, Protocol

from msgspec import UNSET
from msgspec.structs import replace

from snapdiff.model import Tail, Trace

ColorChoice = Literal["auto", "always", "never"]


class Output(Protocol):
    """What every output offers: it is told the head, then each trace in the report's order, then the tail."""

    def begin(self, source: str, trace_count: int) -> None:
        """The head: what was given, and how many traces were found in it."""

    def trace(self, trace: Trace) -> None:
        """One trace."""

    def end(self, tail: Tail) -> None:
        """The tail; the output is whole when this returns."""


class Several:
    """More than one output of one run, each told the same. Only those that draw get what only a drawing needs."""

    def __init__(self, outputs: Sequence[Output]) -> None:
        self._outputs = outputs

    def begin(self, source: str, trace_count: int) -> None:
        """The head."""
        for output in self._outputs:
            output.begin(source, trace_count)

    def trace(self, trace: Trace) -> None:
        """One trace."""
        plain = replace(trace, views=UNSET, blame=UNSET)
        for output in self._outputs:
            output.trace(trace if getattr(output, "wants_views", False) else plain)

    def end(self, tail: Tail) -> None:
        """The tail."""
        for output in self._outputs:
            output.end(tail)


class Looks(NamedTuple):
    """How a report for people looks. `filtered` says that kinds of change were taken out of it before."""

    color: ColorChoice = "auto"
    changed_only: bool = False
    filtered: bool = False


def reporter(form: str, stream: BinaryIO, looks: Looks) -> Output:
    """The output for a format's name, writing to a binary stream. Raises KeyError for a name it does not know."""
    return _MAKERS[form](stream, looks)


def _json(stream: BinaryIO, looks: Looks) -> Output:
    from snapdiff.report.json_report import JsonReport

    return JsonReport(stream)


def _markdown(stream: BinaryIO, looks: Looks) -> Output:
    from snapdiff.report.markdown import MarkdownReport

    text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n")
    return _Text(MarkdownReport(text, changed_only=looks.changed_only, filtered=looks.filtered), text)


def _html(stream: BinaryIO, looks: Looks) -> Output:
    from snapdiff.report.html import HtmlReport

    return HtmlReport(stream)


def _terminal(stream: BinaryIO, looks: Looks) -> Output:
    from snapdiff.report.terminal import TerminalReport
    from snapdiff.report.terminal_settings import terminal_settings

    encoding = stdout_encoding() if stream is sys.stdout.buffer else "utf-8"
    text = io.TextIOWrapper(stream, encoding=encoding, errors="backslashreplace", newline="\n")
    drawn = terminal_settings(text, looks.color)
    report = TerminalReport(
        text,
        color=drawn.color,
        width=drawn.width,
        ascii_only=drawn.ascii_only,
        changed_only=looks.changed_only,
        filtered=looks.filtered,
    )
    return _Text(report, text)


def stdout_encoding() -> str:
    """The encoding that what reads standard output expects: a console's own, such as a Windows code page."""
    return sys.stdout.encoding or "ascii"


class _Text:
    """An output of text on a binary stream, which stays open behind it."""

    def __init__(self, report: Output, text: io.TextIOWrapper) -> None:
        self._report, self._text = report, text
        self.begin, self.trace = report.begin, report.trace

    def end(self, tail: Tail) -> None:
        self._report.end(tail)
        self._text.flush()
        self._text.detach()


_MAKERS: dict[str, Callable[[BinaryIO, Looks], Output]] = {
    "html": _html,
    "json": _json,
    "markdown": _markdown,
    "text": _terminal,
}
