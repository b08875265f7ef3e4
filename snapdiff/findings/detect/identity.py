"""Fields that say which message this is, when it was written and whom it is from: changed on the way."""

from collections.abc import Iterator

from snapdiff.findings.register import Found, Passing, of_step
from snapdiff.model import Change


@of_step
def message_id_changed(at: Passing) -> Iterator[Found]:
    """SD501: another Message-Id than before."""
    for number, change in _changed(at, "message-id"):
        yield Found("SD501", _sides(change), (number,))


@of_step
def date_changed(at: Passing) -> Iterator[Found]:
    """SD502: another Date than before."""
    for number, change in _changed(at, "date"):
        yield Found("SD502", _sides(change), (number,))


@of_step
def author_changed(at: Passing) -> Iterator[Found]:
    """SD503: another From or Sender than before."""
    for number, change in _changed(at, "from", "sender"):
        yield Found("SD503", {"field": change.name or "", **_sides(change)}, (number,))


@of_step
def reply_to_changed(at: Passing) -> Iterator[Found]:
    """SD504: answers go elsewhere than before."""
    for number, change in enumerate(at.step.changes):
        if change.part is not None or (change.name or "").lower() != "reply-to":
            continue
        what = {
            "header.changed": f"changed Reply-To from {change.before} to {change.after}",
            "header.added": f"added Reply-To: {change.after}",
            "header.removed": f"removed Reply-To: {change.before}",
        }.get(change.kind)
        sides = {"before": change.before, "after": change.after}
        if what is not None:
            evidence = {name: value for name, value in sides.items() if isinstance(value, str)}
            yield Found("SD504", evidence, (number,), words={"what": what})


@of_step
def return_path_changed(at: Passing) -> Iterator[Found]:
    """SD505: another Return-Path than before."""
    for number, change in _changed(at, "return-path"):
        yield Found("SD505", _sides(change), (number,))


@of_step
def message_id_lost(at: Passing) -> Iterator[Found]:
    """SD506: the Message-Id is gone."""
    for number, change in enumerate(at.step.changes):
        if change.kind == "header.removed" and change.part is None and (change.name or "").lower() == "message-id":
            yield Found("SD506", {"before": str(change.before)}, (number,))


def _changed(at: Passing, *names: str) -> Iterator[tuple[int, Change]]:
    """The message's own fields of these names (in lower case) whose value the step changed, with their indices."""
    for number, change in enumerate(at.step.changes):
        if change.kind == "header.changed" and change.part is None and (change.name or "").lower() in names:
            yield number, change


def _sides(change: Change) -> dict[str, str]:
    return {"before": str(change.before), "after": str(change.after)}
