"""Maps the name of a format to the output that writes the result of a check."""

from collections.abc import Callable
from typing import BinaryIO, Literal

from snapdiff.model.check import CheckReport
from snapdiff.report.choose import ColorChoice

CheckForm = Literal["text", "json", "junit", "sarif", "gitlab", "markdown"]


def draw_check(report: CheckReport, form: CheckForm, stream: BinaryIO, color: ColorChoice = "auto") -> None:
    """Writes a check's result in one format to a binary stream, which stays open. No format changes the exit code."""
    if form == "text":
        from snapdiff.report.check_text import write_text

        write_text(report, stream, color)
    else:
        _MAKERS[form](report, stream)


def _json(report: CheckReport, stream: BinaryIO) -> None:
    from snapdiff.report.check_json import write_json

    write_json(report, stream)


def _junit(report: CheckReport, stream: BinaryIO) -> None:
    from snapdiff.report.check.junit import junit

    stream.write(junit(report).encode())


def _sarif(report: CheckReport, stream: BinaryIO) -> None:
    from snapdiff.report.check.sarif import sarif

    stream.write(sarif(report).encode())


def _gitlab(report: CheckReport, stream: BinaryIO) -> None:
    from snapdiff.report.check.gitlab import gitlab

    stream.write(gitlab(report).encode())


def _markdown(report: CheckReport, stream: BinaryIO) -> None:
    from snapdiff.report.check.markdown import markdown

    stream.write(markdown(report).encode())


_MAKERS: dict[str, Callable[[CheckReport, BinaryIO], None]] = {
    "json": _json,
    "junit": _junit,
    "sarif": _sarif,
    "gitlab": _gitlab,
    "markdown": _markdown,
}
