"""Maps the name of a format to the output that writes the result of a check."""

from collections.abc import Callable
from typing import BinaryIO, Literal

from snapdiff.model_check import CheckReport
from snapdiff.report.choose import ColorChoice

CheckForm = Literal["text", "json"]


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


_MAKERS: dict[str, Callable[[CheckReport, BinaryIO], None]] = {"json": _json}
