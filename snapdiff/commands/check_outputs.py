"""Where the result of a check goes beside its own format: files for a CI system, and commands in its log."""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from snapdiff.commands.streams import is_standard_output, output_stream, same_place
from snapdiff.faults import WrongUsage
from snapdiff.model.check import CheckReport
from snapdiff.output import whole_file
from snapdiff.report.check_choose import CheckForm, draw_check
from snapdiff.report.choose import ColorChoice

_SUMMARY = "GITHUB_STEP_SUMMARY"
"""The environment variable in which GitHub Actions names the file of a step's summary; each tool adds to it."""


class Outputs(Struct, frozen=True):
    """What is asked for: the format and its file (None: standard output), and what is written beside it.

    `github` and `azure` print the commands of these systems, and quote the text beside them so that it is none.
    """

    form: CheckForm
    output: Path | None
    color: ColorChoice
    junit: Path | None = None
    sarif: Path | None = None
    gitlab: Path | None = None
    markdown: Path | None = None
    github: bool = False
    azure: bool = False

    def files(self) -> Iterator[Path]:
        """Every file that is to be written."""
        for file in (self.output, self.junit, self.sarif, self.gitlab, self.markdown):
            if file is not None and not is_standard_output(file):
                yield file


def refuse_overwriting(outputs: Outputs, inputs: Sequence[Path]) -> None:
    """Raises WrongUsage where an output is one of the files that are read, or two outputs are one file."""
    files = list(outputs.files())
    for file in files:
        if file.exists() and any(same_place(file, one) for one in inputs):
            raise WrongUsage(f"{file} is what is read; give another file")
    resolved = [file.absolute() for file in files]
    twice = next((file for file in resolved if resolved.count(file) > 1), None)
    if twice is not None:
        raise WrongUsage(f"{twice} is asked for twice; give each output a file of its own")


def write_outputs(report: CheckReport, outputs: Outputs) -> None:
    """Writes all that is asked for. What goes to the log of a CI system begins with the roll-up."""
    if outputs.github or outputs.azure:
        _to_log(report, outputs)
    else:
        with output_stream(outputs.output) as stream:
            draw_check(report, outputs.form, stream, outputs.color)
    for form, file in (
        ("junit", outputs.junit),
        ("sarif", outputs.sarif),
        ("gitlab", outputs.gitlab),
        ("markdown", outputs.markdown),
    ):
        if file is not None:
            with output_stream(file) as stream:
                draw_check(report, form, stream, "never")  # type: ignore[arg-type]


def _to_log(report: CheckReport, outputs: Outputs) -> None:
    from snapdiff.report.check.azure import azure
    from snapdiff.report.check.github import github, quoted
    from snapdiff.report.check.told import harmless

    said = (github(report) if outputs.github else "") + (azure(report) if outputs.azure else "")
    text = ""
    if outputs.output is None or is_standard_output(outputs.output):
        drawn = io.BytesIO()
        draw_check(report, outputs.form, drawn, "never")
        text = drawn.getvalue().decode("utf-8", "replace")
        text = harmless(text)
        text = quoted(text) if outputs.github else text
    else:
        with whole_file(outputs.output) as stream:
            draw_check(report, outputs.form, stream, "never")
    sys.stdout.buffer.write((said + text).encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()
    summary = os.environ.get(_SUMMARY)
    if outputs.github and summary:
        from snapdiff.report.check.markdown import markdown

        with Path(summary).open("ab") as stream:
            stream.write(markdown(report).encode("utf-8", "backslashreplace"))
