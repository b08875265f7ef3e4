"""A check's result to Markdown: a comment for a pull request, or the summary of a workflow's step."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import UNSET

from snapdiff.report.check.told import OUTCOME_WORDS, told, verdict_words
from snapdiff.report.markdown_changes import changes_detail
from snapdiff.report.markdown_text import code, row, sentence
from snapdiff.report.safe_text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snapdiff.model.check import CheckReport, Failure
    from snapdiff.report.check.told import Told

MARK = "<!-- snapdiff check -->"
"""The first line: a job finds the comment of an earlier run by it and replaces it."""
SHOWN_AT_MOST = 50
"""Failures shown at length; a comment may hold 65,536 characters."""
LONGEST = 60_000
_SIGNS = {"failed": "❌", "uncertain": "❔", "not-exercised": "❔", "waived": "⏸️", "passed": "✅"}


def markdown(report: CheckReport) -> str:
    """The comment, never longer than a comment can be."""
    text, left = "", 0
    for block in _blocks(report):
        if len(text) + len(block) > LONGEST:
            left += 1
        elif not left:
            text += block
    return text + (f"\n{left:,} more sections left out: they stand in the other outputs.\n" if left else "")


def _blocks(report: CheckReport) -> Iterator[str]:
    sign = ("✅", "❌", "❔")[report.exit_code]
    yield f"{MARK}\n### {sign} snapdiff check\n\n{sentence(verdict_words(report))}\n"
    if report.cannot_tell:
        reasons = "".join(f"- {sentence(one.sentence)}\n" for one in report.cannot_tell[:SHOWN_AT_MOST])
        yield f"\n**Can't tell:**\n\n{reasons}"
    everything = list(told(report))
    if everything:
        rows = [row("", "expectation", "message", "what happened"), row("---", "---", "---", "---")]
        rows += [_row(one) for one in everything[:SHOWN_AT_MOST]]
        yield "\n" + "".join(rows)
    for _, group in groupby(everything[:SHOWN_AT_MOST], key=lambda one: (one.expectation.id, id(one.message))):
        yield from _details(list(group))
    if len(everything) > SHOWN_AT_MOST:
        yield f"\n{len(everything) - SHOWN_AT_MOST:,} more failures left out here.\n"
    for waiver in report.waivers:
        if waiver.state != "used":
            yield f"\nThe waiver of {code(waiver.expectation)} (until {code(waiver.until)}) is {waiver.state}.\n"


def _row(one: Told) -> str:
    subject = one.message.subject or one.message.message_id or ""
    sign = f"{_SIGNS[one.verdict.outcome]} {OUTCOME_WORDS[one.verdict.outcome]}"
    return row(sign, code(one.expectation.id), code(subject), sentence(one.sentence))


def _details(group: list[Told]) -> Iterator[str]:
    first = group[0]
    failures = [one.failure for one in group if one.failure is not None]
    if not any(failure.changes or failure.seen for failure in failures):
        return
    name = escape(safe(first.expectation.id))
    yield f"\n<details><summary>{OUTCOME_WORDS[first.verdict.outcome]}: <code>{name}</code></summary>\n\n"
    yield f"Expected: {sentence(first.expectation.text)}\n"
    if first.verdict.waiver is not UNSET:
        yield f"\nWaived until {code(first.verdict.waiver.until)}: {sentence(first.verdict.waiver.reason)}\n"
    for failure in failures:
        yield from _failure(failure)
    yield "\n</details>\n"


def _failure(failure: Failure) -> Iterator[str]:
    where = f" ({code(failure.step[0])} to {code(failure.step[1])})" if failure.step is not None else ""
    yield f"\n{sentence(failure.sentence)}{where}\n"
    if failure.seen:
        yield "\n" + "".join(f"- seen: {code(value)}\n" for value in failure.seen)
    yield from changes_detail(failure.changes)
    if failure.left_out:
        yield f"\n{failure.left_out:,} more changes left out.\n"
