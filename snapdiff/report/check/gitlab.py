"""A check's result to GitLab's code quality report: a list of issues, each at a line of the policy."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from snapdiff.report.check.told import policy_path, told
from snapdiff.report.safe_text import safe

if TYPE_CHECKING:
    from snapdiff.model.check import CheckReport

_SEVERITY = {"error": "critical", "warning": "major", "note": "info"}


def gitlab(report: CheckReport) -> str:
    """The JSON document as text. Fingerprints stay from run to run; see `Told.key`."""
    issues = [
        _issue(
            one.sentence,
            one.expectation.id,
            one.key,
            _SEVERITY[one.level],
            policy_path(report, one.expectation),
            one.expectation.line or 1,
        )
        for one in told(report)
    ]
    lines = {one.id: one.line or 1 for one in report.expectations}
    for reason in report.cannot_tell:
        key = hashlib.sha256(f"{reason.doubt}\0{reason.sentence}".encode("utf-8", "surrogatepass")).hexdigest()
        line = lines.get(reason.expectation or "", 1)
        issues.append(
            _issue(reason.sentence, f"cannot-tell/{reason.doubt}", key, "critical", policy_path(report), line)
        )
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"


def _issue(sentence: str, name: str, key: str, severity: str, path: str, line: int) -> dict[str, Any]:
    return {
        "description": safe(sentence),
        "check_name": f"snapdiff/{safe(name)}",
        "fingerprint": key,
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }
