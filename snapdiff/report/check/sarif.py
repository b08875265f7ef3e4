"""A check's result to SARIF 2.1.0 (OASIS): a rule an expectation, a result a failure.

A result lies at the policy's line, which is in the repository; the snapshot it was seen in is a related location.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec import UNSET

from snapdiff.report.check.told import policy_path, told
from snapdiff.report.safe_text import safe

if TYPE_CHECKING:
    from snapdiff.model.check import CheckReport, Expectation
    from snapdiff.report.check.told import Told

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
"""A name, not an address that anything is read from."""


def sarif(report: CheckReport) -> str:
    """The JSON document as text."""
    rules = {one.id: number for number, one in enumerate(report.expectations)}
    run = {
        "tool": {
            "driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "rules": [_rule(one) for one in report.expectations],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": report.exit_code != 2,
                "exitCode": report.exit_code,
                "toolExecutionNotifications": _notifications(report),
            }
        ],
        "results": [_result(one, rules[one.expectation.id], report) for one in told(report)],
    }
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _rule(one: Expectation) -> dict[str, Any]:
    return {
        "id": safe(one.id),
        "shortDescription": {"text": safe(one.text)},
        "defaultConfiguration": {"level": "error"},
        "properties": {"scope": one.scope, "clause": one.clause},
    }


def _result(one: Told, rule: int, report: CheckReport) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": safe(one.expectation.id),
        "ruleIndex": rule,
        "level": one.level,
        "kind": "fail",
        "message": {"text": safe(one.sentence)},
        "locations": [{"physicalLocation": _policy_line(report, one.expectation)}],
        "partialFingerprints": {"snapdiffFailure/v1": one.key},
    }
    failure = one.failure
    if failure is not None and failure.step is not None:
        uri = quote(f"{failure.trace}/{failure.step[1]}".replace("\\", "/"))
        seen = "; ".join(safe(value) for value in failure.seen) or "the snapshot after the step"
        result["relatedLocations"] = [
            {"id": 1, "physicalLocation": {"artifactLocation": {"uri": uri}}, "message": {"text": seen}}
        ]
    if one.verdict.outcome == "waived":
        waiver = one.verdict.waiver
        reason = safe(waiver.reason) if waiver is not UNSET else "waived"
        result["suppressions"] = [{"kind": "external", "justification": reason}]
    return result


def _policy_line(report: CheckReport, expectation: Expectation) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(policy_path(report, expectation))}}
    if expectation.line is not None:
        place["region"] = {"startLine": expectation.line, "startColumn": expectation.column or 1}
    return place


def _uri(path: str) -> str:
    """A file URI for a path with a drive letter or a root; a relative reference for any other (RFC 3986)."""
    if len(path) > 1 and path[1] == ":":
        return "file:///" + path[:2] + quote(path[2:])
    return ("file://" if path.startswith("/") else "") + quote(path)


def _notifications(report: CheckReport) -> list[dict[str, Any]]:
    said = [one.sentence for one in report.cannot_tell]
    noted = [problem.message for problem in report.problems]
    return [
        {"level": level, "message": {"text": safe(text)}}
        for level, texts in (("error", said), ("warning", noted))
        for text in texts
    ]
