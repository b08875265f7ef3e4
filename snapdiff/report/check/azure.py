"""A check's result to Azure DevOps logging commands: an issue a failure, the roll-up first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from snapdiff.report.check.told import harmless, policy_path, told, verdict_words
from snapdiff.report.safe_text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snapdiff.model.check import CheckReport


def azure(report: CheckReport) -> str:
    """The commands, a line each. They say what failed, and leave the task's result to the exit code."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: CheckReport) -> Iterator[str]:
    if report.exit_code:
        yield _issue("error", verdict_words(report), policy_path(report), None)
    else:
        yield harmless(safe(f"snapdiff: {verdict_words(report)}"))
    for reason in report.cannot_tell:
        yield _issue("error", f"Can't tell: {reason.sentence}", policy_path(report), None)
    for one in told(report):
        level = "error" if one.level == "error" else "warning"
        path = policy_path(report, one.expectation)
        if one.level == "note":
            yield harmless(safe(f"snapdiff: waived: {one.sentence}"))
        else:
            yield _issue(level, f"{one.expectation.id}: {one.sentence}", path, one.expectation.line)


def _issue(level: str, message: str, path: str, line: int | None) -> str:
    place = f";linenumber={line}" if line is not None else ""
    said = harmless(_escaped(message))
    return f"##vso[task.logissue type={level};sourcepath={_property(path)}{place}]{said}"


def _escaped(text: str) -> str:
    """The agent decodes %AZP25, %0D and %0A; line ends are escapes already in safe text."""
    return safe(text).replace("%", "%AZP25")


def _property(text: str) -> str:
    return _escaped(text).replace(";", "%3B").replace("]", "%5D")
