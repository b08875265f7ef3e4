"""Maps the name of a format to the output that writes what two runs do otherwise."""

from typing import BinaryIO, Literal

from snapdiff.model.compare import CompareReport
from snapdiff.report.choose import ColorChoice

CompareForm = Literal["text", "json", "markdown"]


def draw_compare(report: CompareReport, form: CompareForm, stream: BinaryIO, color: ColorChoice = "auto") -> None:
    """Writes it in one format to a binary stream, which stays open. No format changes the exit code."""
    if form == "json":
        from snapdiff.report.compare.json import write_json

        write_json(report, stream)
    elif form == "markdown":
        from snapdiff.report.compare.markdown import markdown

        stream.write(markdown(report).encode("utf-8", "backslashreplace"))
    else:
        from snapdiff.report.compare.text import write_text

        write_text(report, stream, color)
