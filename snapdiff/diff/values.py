"""Two header fields to whether a reader sees the same value, and to what each shows."""

import re

from snapdiff.mail.fields import field_name, field_value, unfold, unfold_to_blanks
from snapdiff.mail.words import decode_value, shown

_BOUNDARY = re.compile(rb';\s*boundary\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^;\s]*)', re.IGNORECASE | re.DOTALL)


def display(field: bytes, charset: str | None) -> str:
    """The field's value for people: unfolded and decoded, undecodable bytes visible."""
    return shown(decode_value(unfold_to_blanks(field_value(field)), charset))


def same_value(before: bytes, after: bytes, charsets: tuple[str | None, str | None] = (None, None)) -> bool:
    """Whether two fields of one name (any letter case) say the same to a reader.

    Folding and encoded words do not count, nor does the boundary of a Content-Type; inner blanks do. A fold may
    be read either way: as nothing but a line end, or, with the white space around it, as one blank.
    """
    name = field_name(before).lower()
    if name != field_name(after).lower():
        return False
    old, new = field_value(before), field_value(after)
    if name == "content-type":
        without_old, without_new = _BOUNDARY.sub(b"", unfold(old)), _BOUNDARY.sub(b"", unfold(new))
        if len(without_old) < len(unfold(old)) and len(without_new) < len(unfold(new)):
            old, new = without_old, without_new
    for unfolded in (unfold, unfold_to_blanks):
        x, y = unfolded(old), unfolded(new)
        if x == y or (
            (b"=?" in x or b"=?" in y or not x.isascii() or not y.isascii())
            and decode_value(x, charsets[0]) == decode_value(y, charsets[1])
        ):
            return True
    return False
