"""A check's result to GitHub Actions: workflow commands that annotate the policy's lines, the roll-up first.

Mail text must never be a command. What stands in a command is escaped as the runner's toolkit escapes it; what is
printed beside it stands between `::stop-commands::` and a token that only its own text can give.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from snapdiff.report.check.told import harmless, policy_path, told, verdict_words
from snapdiff.report.safe_text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snapdiff.model.check import CheckReport

ANNOTATIONS_AT_MOST = 10
"""GitHub shows ten annotations of a kind for a step, and drops the rest without a word."""
_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def github(report: CheckReport) -> str:
    """The commands, a line each."""
    return "".join(f"{line}\n" for line in _lines(report))


def quoted(text: str) -> str:
    """Text for people that is printed to the log of a workflow: whatever stands in it, none of it is a command."""
    token = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"::stop-commands::{token}\n{text}\n::{token}::\n"


def _lines(report: CheckReport) -> Iterator[str]:
    level = ("notice", "error", "error")[report.exit_code]
    yield _command(level, verdict_words(report), title="snapdiff", file=policy_path(report))
    for one in report.cannot_tell[:ANNOTATIONS_AT_MOST]:
        yield _command("error", one.sentence, title="snapdiff: can't tell", file=policy_path(report))
    given = {"error": 1 + len(report.cannot_tell[:ANNOTATIONS_AT_MOST]), "warning": 0, "note": 0}
    dropped = 0
    for failure in told(report):
        given[failure.level] += 1
        if given[failure.level] > ANNOTATIONS_AT_MOST:
            dropped += 1
            continue
        yield _command(
            _LEVELS[failure.level],
            failure.sentence,
            title=failure.expectation.id,
            file=policy_path(report, failure.expectation),
            line=str(failure.expectation.line or 1),
        )
    if dropped:
        yield f"snapdiff: {dropped:,} more stand in the step's summary and in the other outputs."


def _command(name: str, message: str, **properties: str) -> str:
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {said}::{_data(message)}"


def _data(text: str) -> str:
    """The runner decodes %25, %0D and %0A in a command's text (actions/toolkit, command.ts); safe text is one line."""
    return harmless(safe(text)).replace("%", "%25")


def _property(text: str) -> str:
    """And %3A and %2C as well in its properties."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
