"""Maps the name of a format to the output that writes it."""

import io
from typing import BinaryIO, Literal, Protocol

from snapdiff.model import Tail, Trace

Color = Literal["auto", "always", "never"]


class Output(Protocol):
    """What every output offers: it is told the head, then each trace in the report's order, then the tail."""

    def begin(self, source: str, trace_count: int) -> None:
        """The head: what was given, and how many traces were found in it."""

    def trace(self, trace: Trace) -> None:
        """One trace."""

    def end(self, tail: Tail) -> None:
        """The tail; the output is whole when this returns."""


def reporter(form: str, stream: BinaryIO, color: Color, changed_only: bool) -> Output:
    """The output for a format's name, writing to a binary stream. Raises KeyError for a name it does not know."""
    return _OUTPUTS[form](stream, color, changed_only)


class _Json:
    def __init__(self, stream: BinaryIO, color: Color, changed_only: bool) -> None:
        from snapdiff.report.json_report import JsonReport

        self._report = JsonReport(stream)

    def begin(self, source: str, trace_count: int) -> None:
        self._report.begin(source)

    def trace(self, trace: Trace | bytes) -> None:
        self._report.trace(trace)

    def end(self, tail: Tail) -> None:
        self._report.end(tail.journeys, tail.problems)


class _Markdown:
    def __init__(self, stream: BinaryIO, color: Color, changed_only: bool) -> None:
        from snapdiff.report.markdown import MarkdownReport

        self._text = io.TextIOWrapper(stream, encoding="utf-8", newline="\n", write_through=False)
        self._report = MarkdownReport(self._text, changed_only=changed_only)

    def begin(self, source: str, trace_count: int) -> None:
        self._report.begin(source, trace_count)

    def trace(self, trace: Trace) -> None:
        self._report.trace(trace)

    def end(self, tail: Tail) -> None:
        self._report.end(tail.journeys, tail.problems, tail.filtered)
        self._text.flush()
        self._text.detach()


_OUTPUTS = {"json": _Json, "markdown": _Markdown}
