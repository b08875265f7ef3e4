"""Turns the raw value of an address field (From, To, Cc) into the addresses that stand in it."""

import re

from snapdiff.mail.fields import first_value, unfold
from snapdiff.mail.words import shown

_MAX_BYTES = 1 << 16
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)', re.DOTALL)
# Bounded as RFC 5321 section 4.5.3.1 has it, so that a long run without an @ costs no quadratic time.
_ADDRESS = re.compile(r"[^\s<>@,;:()\[\]\\\"]{1,64}@[^\s<>@,;:()\[\]\\\"]{1,255}")
_IN_ANGLES = re.compile(rf"<[ \t]*({_ADDRESS.pattern})[ \t]*>")


def addresses(value: bytes) -> list[str]:
    """The addresses of an address field, in lower case and in order; those quoted in display names are left out.

    `value` is what stands behind the colon. Where an address stands in angle brackets, only such ones count up to the
    next comma. Only the first 65,536 bytes are read.
    """
    # Encoded words stay as they are: no address stands in one (RFC 2047 section 5).
    text = _QUOTED.sub(" ", unfold(value[:_MAX_BYTES]).decode("utf-8", "surrogateescape"))
    out: list[str] = []
    for mailbox in text.split(","):
        found = _IN_ANGLES.findall(mailbox) or _ADDRESS.findall(mailbox)
        out.extend(shown(address).lower() for address in found)
    return out


def first_address(fields: list[bytes], name: bytes) -> str | None:
    """The first address of the first field called `name` (lower case); None where there is none."""
    value = first_value(fields, name)
    return next(iter(addresses(value)), None) if value is not None else None
