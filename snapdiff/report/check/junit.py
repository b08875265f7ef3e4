"""A check's result to JUnit XML: a suite a message, a case an expectation, and one suite for the run as a whole.

The form is that of the xUnit plugin's junit-10.xsd, which Jenkins, GitLab and Azure DevOps read. There are no times
in it: the same input gives the same file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from msgspec import UNSET

from snapdiff.report.check.told import OUTCOME_WORDS
from snapdiff.report.safe_text import safe
from snapdiff.report.words import change_title

if TYPE_CHECKING:
    from snapdiff.model.check import CheckedMessage, CheckReport, Expectation, Failure, Verdict

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 can't hold (section 2.2)."""
_WHOLE_RUN = ("require", "baseline")


def junit(report: CheckReport) -> str:
    """The XML document as text."""
    root = Element("testsuites", name="snapdiff")
    expectations = {one.id: one for one in report.expectations}
    judged = {verdict.expectation for message in report.messages for verdict in message.verdicts}
    suites = [_suite(root, message, expectations) for message in report.messages]
    suites.append(_run_suite(root, report, [one for one in report.expectations if one.id not in judged]))
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, message: CheckedMessage, expectations: dict[str, Expectation]) -> Element:
    suite = SubElement(root, "testsuite", name=_text(message.subject or message.message_id or message.traces[0]))
    suite.set("package", _text(message.traces[0]) if message.traces else "")
    for verdict in message.verdicts:
        _case(suite, expectations[verdict.expectation], verdict)
    _count(suite)
    return suite


def _case(suite: Element, expectation: Expectation, verdict: Verdict) -> None:
    case = SubElement(suite, "testcase", classname=_class_name(expectation), name=_text(expectation.id))
    if verdict.outcome == "passed":
        return
    if verdict.outcome == "waived":
        waiver = verdict.waiver
        said = f"waived until {waiver.until}: {waiver.reason}" if waiver is not UNSET else "waived"
        SubElement(case, "skipped", message=_text(said))
        return
    first = verdict.failures[0].sentence if verdict.failures else OUTCOME_WORDS[verdict.outcome]
    kind = "failure" if verdict.outcome == "failed" else "error"
    child = SubElement(case, kind, message=_text(first), type=verdict.outcome)
    lines = [expectation.text, *(line for failure in verdict.failures for line in _detail(failure))]
    if verdict.note is not UNSET:
        lines.append(verdict.note)
    child.text = "\n".join(_text(line) for line in lines)


def _detail(failure: Failure) -> list[str]:
    lines = [failure.sentence]
    if failure.step is not None:
        lines.append(f"  step: {failure.step[0]} to {failure.step[1]} in {failure.trace}")
    lines += [f"  seen: {value}" for value in failure.seen]
    lines += [f"  {change_title(change)}" for change in failure.changes]
    return lines


def _run_suite(root: Element, report: CheckReport, expectations: list[Expectation]) -> Element:
    """What is about no single message: what the run requires, and why it has no full answer."""
    suite = SubElement(root, "testsuite", name="the run as a whole", package="")
    unmet = {one.expectation for one in report.cannot_tell}
    for expectation in expectations:
        case = SubElement(suite, "testcase", classname=_class_name(expectation), name=_text(expectation.id))
        if expectation.id in unmet or expectation.scope not in _WHOLE_RUN:
            said = next((one.sentence for one in report.cannot_tell if one.expectation == expectation.id), "")
            SubElement(
                case, "error", message=_text(said or "not exercised: no message was checked"), type="cannot-tell"
            )
    for number, reason in enumerate((one for one in report.cannot_tell if one.expectation is None), 1):
        case = SubElement(suite, "testcase", classname="snapdiff", name=f"can't tell {number}")
        SubElement(case, "error", message=_text(reason.sentence), type=reason.doubt)
    _count(suite)
    return suite


def _count(suite: Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))


def _class_name(expectation: Expectation) -> str:
    return _text(f"snapdiff.{expectation.agent or expectation.scope}")


def _text(text: str) -> str:
    """Text that XML can hold and nothing can be hidden in."""
    return _NO_XML.sub("?", safe(text))
