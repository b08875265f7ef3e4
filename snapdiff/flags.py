"""Findings to the same findings whose flags point into another list of steps: filtered, or with a step put before."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from snapdiff.model import Finding, Step

_POINTER = re.compile(r"/steps/(\d{1,9})(?:/changes/(\d{1,9}))?")


def reflagged(findings: list[Finding], before: Sequence[Step], after: Sequence[Step]) -> list[Finding]:
    """The findings with each flag (a JSON pointer into the trace) moved from the steps before to the same ones after.

    A flag on a step or change that is not there any more goes; other flags stay as they are.
    """
    if not any(finding.flags for finding in findings):
        return findings
    places = {step.to: place for place, step in enumerate(after)}
    return [
        replace(
            finding,
            flags=[moved for flag in finding.flags if (moved := _moved(flag, before, after, places)) is not None],
        )
        for finding in findings
    ]


def _moved(flag: str, before: Sequence[Step], after: Sequence[Step], places: dict[str, int]) -> str | None:
    found = _POINTER.fullmatch(flag)
    if found is None:
        return flag
    step = before[int(found[1])]
    place = places.get(step.to)
    if place is None or found[2] is None:
        return None if place is None else f"/steps/{place}"
    change = step.changes[int(found[2])]
    kept = next((number for number, one in enumerate(after[place].changes) if one is change), None)
    return None if kept is None else f"/steps/{place}/changes/{kept}"
