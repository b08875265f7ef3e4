"""A check's result to the things that every form of it tells: failures with their verdicts, and keys that stay."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snapdiff.model.check import CheckedMessage, CheckReport, Expectation, Failure, Verdict

Level = Literal["error", "warning", "note"]

_COMMAND = re.compile(r"##(?=vso\[|\[)", re.IGNORECASE)
"""Azure's agent and GitHub's runner look for these anywhere in a line."""


class Told(NamedTuple):
    """One failure (None: a verdict that has none), the verdict and message it belongs to, and what was expected.

    `key` stays the same from run to run as long as the same expectation fails in the same way for a message of the same
    subject: it holds no id, time or path of the traces.
    """

    expectation: Expectation
    verdict: Verdict
    message: CheckedMessage
    failure: Failure | None
    key: str

    @property
    def level(self) -> Level:
        """How loud it is: what fails is an error, what can't be told a warning, what is waived a note."""
        return {"failed": "error", "waived": "note"}.get(self.verdict.outcome, "warning")  # type: ignore[return-value]

    @property
    def sentence(self) -> str:
        """What happened, in one sentence."""
        if self.failure is not None:
            return self.failure.sentence
        return f"{self.expectation.id}: {OUTCOME_WORDS[self.verdict.outcome]}."


OUTCOME_WORDS = {
    "passed": "passed",
    "failed": "failed",
    "waived": "waived",
    "not-exercised": "not exercised",
    "uncertain": "can't be told",
}


def told(report: CheckReport) -> Iterator[Told]:
    """Every failure of the report, and every verdict that is no pass and has none, message by message."""
    expectations = {one.id: one for one in report.expectations}
    seen: Counter[str] = Counter()
    for message in report.messages:
        for verdict in message.verdicts:
            expectation = expectations.get(verdict.expectation)
            if verdict.outcome == "passed" or expectation is None:
                continue
            failures: list[Failure | None] = [*verdict.failures] or [None]
            for failure in failures:
                key = _key(expectation, message, failure)
                seen[key] += 1
                key = key if seen[key] == 1 else hashlib.sha256(f"{key}{seen[key]}".encode()).hexdigest()
                yield Told(expectation, verdict, message, failure, key)


def _key(expectation: Expectation, message: CheckedMessage, failure: Failure | None) -> str:
    kinds = sorted({f"{change.kind} {change.name or ''}" for change in failure.changes}) if failure else []
    where = [failure.event or "", failure.agent or ""] if failure else []
    parts = [expectation.id, message.subject or "", *where, *kinds]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def verdict_words(report: CheckReport) -> str:
    """The whole result in one sentence."""
    counts = report.counts
    if report.exit_code == 2:
        first = "Can't tell whether the rollout did what it should"
    else:
        first = "The rollout did not do what it should" if report.exit_code else "Everything expected happened"
    messages = f"{counts.messages:,} message{'' if counts.messages == 1 else 's'}"
    numbers = [
        (counts.passed, "passed"),
        (counts.failed, "failed"),
        (counts.uncertain, "can't be told"),
        (counts.not_exercised, "not exercised"),
        (counts.waived, "waived"),
    ]
    said = ", ".join(f"{number:,} {word}" for number, word in numbers if number or word == "passed")
    return f"{first}: {messages} checked, expectations: {said}."


def policy_path(report: CheckReport, expectation: Expectation | None = None) -> str:
    """The file in which it was written, with `/`, as the systems that show it beside the code want it."""
    file = expectation.file if expectation is not None and expectation.file else report.policy or report.baseline or ""
    return str(file or "snapdiff").replace("\\", "/").removeprefix("./")


def harmless(text: str) -> str:
    """Text that is printed to a log of either system: no line of it is a command that begins with `##`."""
    return _COMMAND.sub("# #", text)
