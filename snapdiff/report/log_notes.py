"""What the logs tell beside a step or a journey to the words that every output for people shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snapdiff.model import Journey


def untold_gaps(journey: Journey) -> list[str]:
    """The gaps of a journey that none of its findings tells already, in the same words."""
    told = {finding.message for finding in journey.findings or ()}
    return [gap for gap in journey.gaps if gap not in told]
