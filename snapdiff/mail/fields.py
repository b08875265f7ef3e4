"""Turns the raw bytes of a header into its fields, joinable back to the very same bytes.

No mail library keeps what a byte-exact diff needs: the standard parser loses the blank after the colon,
mail-parser the order of repeated fields and 8-bit bytes. So this thin layer keeps the raw bytes and says
where they stand; what people read is decoded from it on demand (`snapdiff.mail.words`).
"""

import re
from collections.abc import Sequence
from itertools import accumulate

from msgspec import Struct

MAX_FIELDS = 250_000
"""More fields than this end the header: the rest counts as body."""

# Possessive, so that no way back is kept: 50 MB of folds took 2 GB otherwise.
_FIELD = re.compile(rb"[!-9;-~]++[ \t]*+:[^\n]*+(?:\n[ \t][^\n]*+)*+\n?")
_ENVELOPE_FROM = re.compile(rb"From [^\n]*+(?:\n[ \t][^\n]*+)*+\n?")
_BLANK = re.compile(rb"\r?\n")
# A run of blanks is tried from its start alone: tried from each of its blanks, a long one takes quadratic time.
_FOLD_AND_BLANKS = re.compile(rb"(?:(?<![ \t])[ \t]++)?\r?\n[ \t]++")


class Header(Struct, frozen=True):
    """The fields of one header, each with its folds and its line end; offsets count from the file's start.

    `start` is where the first field begins, `end` where the last one ends, `body` where the body begins: behind
    the blank line, or at `end` where there is none (`has_blank` false: the file ends, or a line that is neither
    field nor continuation ends the header, RFC 5322 section 2.2). `overflow` is true where MAX_FIELDS was reached.
    """

    start: int
    end: int
    body: int
    has_blank: bool
    fields: list[bytes]
    overflow: bool = False

    def offsets(self) -> list[int]:
        """Where each field begins, and, as one more, where the last ends."""
        return list(accumulate(map(len, self.fields), initial=self.start))


def split_header(raw: bytes, start: int = 0, end: int | None = None) -> Header:
    """Splits the header that begins at `start`; `end` bounds the entity (the file's end where left out).

    A first line `From ...`, as a mailbox file writes it, is a field of the name `From `.
    """
    stop = len(raw) if end is None else end
    fields: list[bytes] = []
    at = start
    if raw.startswith(b"From ", start, stop) and (line := _ENVELOPE_FROM.match(raw, start, stop)):
        fields.append(line.group())
        at = line.end()
    match = _FIELD.match
    while (found := match(raw, at, stop)) is not None:
        if len(fields) >= MAX_FIELDS:
            return Header(start, at, at, False, fields, overflow=True)
        fields.append(found.group())
        at = found.end()
    blank = _BLANK.match(raw, at, stop)
    if blank is None:
        return Header(start, at, at, False, fields)
    return Header(start, at, blank.end(), True, fields)


def field_name(field: bytes) -> str:
    """The field's name as it is written; `From ` (with its blank) for a mailbox file's envelope line."""
    if field.startswith(b"From ") and not re.match(rb"From[ \t]+:", field):
        return "From "
    return field.partition(b":")[0].rstrip(b" \t").decode("ascii", "replace")


def field_value(field: bytes) -> bytes:
    """What stands behind the colon, folds and line end included."""
    if field.startswith(b"From ") and not re.match(rb"From[ \t]+:", field):
        return field[5:]
    return field.partition(b":")[2]


def unfold(value: bytes) -> bytes:
    """The value with its folds undone as RFC 5322 section 2.2.3 has it: only the line end goes."""
    value = _without_line_end(value)
    if b"\n" in value:
        value = value.replace(b"\r\n ", b" ").replace(b"\r\n\t", b"\t")
        value = value.replace(b"\n ", b" ").replace(b"\n\t", b"\t")
    return value.strip(b" \t")


def unfold_to_blanks(value: bytes) -> bytes:
    """The value with each fold, and the white space around it, read as one blank."""
    return _FOLD_AND_BLANKS.sub(b" ", _without_line_end(value)).strip(b" \t")


def _without_line_end(value: bytes) -> bytes:
    """Blank and tab alone are white space in a header (RFC 5322 section 2.2): a form feed at the end is content."""
    if value.endswith(b"\n"):
        return value[:-2] if value.endswith(b"\r\n") else value[:-1]
    return value


def first_value(fields: Sequence[bytes], name: bytes) -> bytes | None:
    """The unfolded value of the first field called `name` (lower case, without colon), None where there is none."""
    size = len(name)
    for field in fields:
        if field[:size].lower() == name:
            colon = field.find(b":", size)
            if colon >= 0 and not field[size:colon].strip(b" \t"):
                return unfold(field[colon + 1 :])
    return None
