"""What Exchange's own disclaimers leave behind: messages wrapped into new ones, and the field that remembers a text."""

from collections.abc import Iterable, Iterator

from snapdiff.findings.register import Found, Passing, follower, of_step
from snapdiff.mail.fields import field_value, unfold
from snapdiff.mail.message import Message
from snapdiff.mail.parts import Part
from snapdiff.mail.words import shown
from snapdiff.model import Snapshot, Trace

_MARK = "x-ms-exchange-organization-disclaimer-hash"
_RULES = "Transport Rule Agent"
_SEALED = {
    "multipart/signed": "signed",
    "multipart/encrypted": "encrypted",
    "application/pkcs7-mime": "signed or encrypted (S/MIME)",
    "application/x-pkcs7-mime": "signed or encrypted (S/MIME)",
}


@of_step
def wrapped(at: Passing) -> Iterator[Found]:
    """SD307: the whole message became an attachment of a new one."""
    added = [
        (number, change)
        for number, change in enumerate(at.step.changes)
        if change.kind == "part.added" and change.part is not None
    ]
    if not added:
        return
    old = at.before.tree.root
    sections = {change.part: number for number, change in added}
    for part in at.after.tree.root.descendants():
        if part.shape == "message" and part.section in sections and _holds(part, old):
            sealed = f", which was {_SEALED[old.type]}," if old.type in _SEALED else ""
            yield Found("SD307", {"part": part.section, "sealed": sealed}, (sections[part.section],))


@of_step
def marked_again(at: Passing) -> Iterator[Found]:
    """SD308: a second, other mark beside the one of an earlier disclaimer."""
    for number, change in enumerate(at.step.changes):
        if change.kind == "header.added" and change.part is None and (change.name or "").lower() == _MARK:
            there = _marks(at.before)
            value = str(change.after).strip()
            if there and value not in there:
                yield Found("SD308", {"earlier": ", ".join(sorted(there)), "added": value}, (number,))


@follower
class MarkedOnArrival:
    """SD310: the mark stood there when the message came in, and the Transport Rule Agent ran and changed no text."""

    def __init__(self) -> None:
        self._marks: list[str] = []
        self._wrote = False

    def began(self, snapshot: Snapshot, message: Message) -> None:
        """Reads the marks it came with."""
        self._marks = _marks(message)

    def passed(self, at: Passing) -> None:
        """Whether the agent changed the body."""
        if at.step.agent == _RULES and any(change.kind.startswith("part.") for change in at.step.changes):
            self._wrote = True

    def ended(self, trace: Trace) -> Iterable[Found]:
        """What is known in the end."""
        ran = any(snapshot.agent == _RULES for snapshot in trace.snapshots)
        if self._marks and ran and not self._wrote:
            yield Found("SD310", {"marks": ", ".join(self._marks)})


def _holds(part: Part, old: Part) -> bool:
    """Whether the attached message is the one that was there before."""
    kind, _ = old.content_key
    return kind != "empty" and part.children[0].content_key == old.content_key


def _marks(message: Message) -> list[str]:
    """The values of the fields that remember a disclaimer's text."""
    return list(dict.fromkeys(_value(field) for field in message.named(_MARK)))


def _value(field: bytes) -> str:
    return shown(unfold(field_value(field)).decode("utf-8", "surrogateescape"))
