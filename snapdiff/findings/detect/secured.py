"""Signed and encrypted mail (S/MIME, OpenPGP) that was touched, opened or wrapped on the way."""

from collections.abc import Iterator, Sequence

from snapdiff.findings.register import Found, Passing, of_step
from snapdiff.mail.message import Message
from snapdiff.mail.once import once
from snapdiff.mail.secured import Secured, secured_parts
from snapdiff.model import Change

_NAMES = {
    "multipart/signed": "signed content",
    "multipart/encrypted": "encrypted content (OpenPGP)",
    "application/pkcs7-mime": "S/MIME content (signed as a whole, or encrypted)",
    "text": "clear-signed text (OpenPGP)",
}


@of_step
def secured_content_touched(at: Passing) -> Iterator[Found]:
    """SD221 to SD224: what was signed or encrypted before this step is another, gone, or wrapped after it."""
    if at.before_headers_only or at.after_headers_only or not any(map(_may_touch, at.step.changes)):
        return
    before = _secured(at.before)
    if not before:
        return
    left = list(_secured(at.after))
    same = [(old, _taken(left, old, exactly=True)) for old in before]
    for old, exact in same:
        new = exact or _taken(left, old, exactly=False)
        evidence = {"content": _NAMES[old.form], "form": old.form, "part": (new or old).section}
        if new is None:
            yield Found("SD224", evidence, _within(at.step.changes, None))
        elif exact is None:
            numbers = _within(at.step.changes, new.section)
            if old.signature is None:
                yield Found("SD223", evidence, numbers)
            else:
                yield Found("SD221", evidence, numbers)
        elif old.is_root and not new.is_root:
            evidence["wrapped_in"] = "a new message" if new.in_message else "a multipart"
            yield Found("SD222", evidence, _within(at.step.changes, None))


@once
def _secured(message: Message) -> Sequence[Secured]:
    return secured_parts(message.tree)


def _may_touch(change: Change) -> bool:
    """Whether a change can touch content: most steps change fields of the message's own header alone."""
    return change.part is not None or (change.name or "").lower().startswith("content-")


def _taken(left: list[Secured], old: Secured, *, exactly: bool) -> Secured | None:
    """The part that is the old one, taken out of those left; without `exactly` its content may be another."""
    for place, new in enumerate(left):
        alike = (new.form, new.signature) == (old.form, old.signature)
        if alike and (new.content == old.content or not exactly):
            return left.pop(place)
    return None


def _within(changes: Sequence[Change], section: str | None) -> tuple[int, ...]:
    """The indices of the changes inside a section; of all that are not of the message's own header for None."""
    return tuple(
        number
        for number, change in enumerate(changes)
        if change.part is not None and (section is None or f"{change.part}.".startswith(f"{section}."))
    )
