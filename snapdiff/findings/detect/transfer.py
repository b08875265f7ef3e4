"""How text travels: bits, line ends, long lines, and the soft line ends of format=flowed."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from snapdiff.findings.changed_parts import changed_texts, lines_of
from snapdiff.findings.register import Found, Passing, of_step
from snapdiff.mail.fields import first_value
from snapdiff.mail.once import once
from snapdiff.mail.parameters import parameters
from snapdiff.mail.parts import Part

_EIGHT_BIT = frozenset({"8bit", "binary"})
_SEVEN_BIT = frozenset({"quoted-printable", "base64"})
_ENCODING = "content-transfer-encoding"
_LONGEST_LINE = 998
_SIGNATURE = "-- "


@of_step
def eight_bit_to_seven(at: Passing) -> Iterator[Found]:
    """SD405: parts that travelled in 8 bits are encoded for 7 now."""
    changes = at.step.changes
    found = [
        number
        for number, change in enumerate(changes)
        if change.kind == "header.changed"
        and (change.name or "").lower() == _ENCODING
        and str(change.before).strip().lower() in _EIGHT_BIT
        and str(change.after).strip().lower() in _SEVEN_BIT
    ]
    if found:
        parts = ", ".join(changes[number].part or "1" for number in found)
        encodings = ", ".join(dict.fromkeys(str(changes[number].after).strip() for number in found))
        yield Found("SD405", {"parts": parts, "encodings": encodings}, tuple(found))


@of_step
def bare_line_ends(at: Passing) -> Iterator[Found]:
    """SD406: LF without CR, or CR without LF, in a message that had none."""
    before, after = _differing(at)
    whole = after.count(b"\r\n")
    for name, end in (("LF", b"\n"), ("CR", b"\r")):
        count = after.count(end) - whole
        if count and before.count(end) == before.count(b"\r\n"):
            yield Found("SD406", {"end": name, "count": str(count), "line": str(_first_bare(after, end))})


@of_step
def long_lines(at: Passing) -> Iterator[Found]:
    """SD407: lines of more than 998 octets, in a message that had none."""
    before, after = _differing(at)
    long = _too_long(after)
    if long and not _too_long(before):
        line = 1 + after.count(b"\n", 0, long[0].start)
        evidence = {"count": str(len(long)), "line": str(line), "octets": str(max(one.size for one in long))}
        yield Found("SD407", evidence)


@of_step
def flowed_text_broken(at: Passing) -> Iterator[Found]:
    """SD408: format=flowed text that lost the blanks at its soft line ends, or the parameter that tells of them."""
    for text in changed_texts(at):
        soft = {line for line in lines_of(text.before) if _is_soft(line)} if _is_flowed(text.before) else set()
        if not soft:
            continue
        after = set(lines_of(text.after))
        if not _is_flowed(text.after):
            if soft & after:
                what = "the parameter format=flowed is gone, and the text is as before"
                yield Found("SD408", {"part": text.after.section, "what": what}, (text.number,))
        elif any(line not in after and line.rstrip() in after for line in soft):
            what = "blanks at the ends of lines are gone"
            yield Found("SD408", {"part": text.after.section, "what": what}, (text.number,))


@once
def _differing(at: Passing) -> tuple[bytes, bytes]:
    """Both messages from their starts as far as they can differ: the headers alone where the bodies are equal.

    Nothing where one side has no body to compare.
    """
    if at.before_headers_only != at.after_headers_only or not (at.before.raw and at.after.raw):
        return b"", b""
    old, new = at.before.raw, at.after.raw
    if at.after_headers_only:
        return old, new
    old_body, new_body = at.before.header.body, at.after.header.body
    if len(old) - old_body == len(new) - new_body and old[old_body:] == new[new_body:]:
        return old[:old_body], new[:new_body]
    return old, new


def _first_bare(raw: bytes, end: bytes) -> int:
    """The number of the line that the first bare one ends, from 1."""
    found = re.search(rb"(?<!\r)\n" if end == b"\n" else rb"\r(?!\n)", raw)
    return 1 + raw.count(b"\n", 0, found.start()) if found else 0


class _Long(NamedTuple):
    """A line over the limit: where it starts, and its size in octets without the line end."""

    start: int
    size: int


def _too_long(raw: bytes) -> list[_Long]:
    """The lines over the limit. Looks backwards from where a line must have ended, and so passes over most of them."""
    found: list[_Long] = []
    start, end = 0, len(raw)
    while end - start > _LONGEST_LINE:
        at = raw.rfind(b"\n", start, start + _LONGEST_LINE + 1)
        if at < 0:
            at = raw.find(b"\n", start)
            at = end if at < 0 else at
            size = at - start - raw[start:at].endswith(b"\r")
            if size > _LONGEST_LINE:
                found.append(_Long(start, size))
        start = at + 1
    return found


def _is_flowed(part: Part) -> bool:
    if part.type != "text/plain":
        return False
    value = first_value(part.header.fields, b"content-type") or b""
    return parameters(value.decode("utf-8", "surrogateescape"))[1].get("format", "").lower() == "flowed"


def _is_soft(line: str) -> bool:
    """Whether the line flows on into the next one (RFC 3676 section 4.1); the line above a signature does not."""
    words = line.lstrip("> ")
    return line.endswith(" ") and bool(words) and words != _SIGNATURE
