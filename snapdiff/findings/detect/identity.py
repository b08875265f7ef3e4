"""Fields that say which message this is and whom it is from: changed on the way."""

from collections.abc import Iterator

from snapdiff.findings.register import Found, Passing, of_step


@of_step
def message_id_changed(at: Passing) -> Iterator[Found]:
    """SD501: another Message-Id than before."""
    for number, change in enumerate(at.step.changes):
        if change.kind == "header.changed" and change.part is None and (change.name or "").lower() == "message-id":
            yield Found("SD501", {"before": str(change.before), "after": str(change.after)}, (number,))
