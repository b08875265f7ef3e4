"""Turns a body as it was transferred into the bytes it carries (Content-Transfer-Encoding, RFC 2045 section 6)."""

import binascii

IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_UUENCODE = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


def decode_transfer(body: bytes, encoding: str) -> bytes:
    """The decoded bytes. Never fails: what no decoder understands is passed on or left out as mail readers do.

    `encoding` is the field's value in lower case, "" where the field is absent. An unknown encoding changes
    nothing, as RFC 2045 section 6.4 asks (the part is then opaque).
    """
    if encoding in IDENTITY:
        return body
    if encoding == "base64":
        return _base64(body)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding in _UUENCODE:
        return _uuencode(body)
    return body


def _base64(body: bytes) -> bytes:
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        pass
    for padding in (b"=", b"=="):
        try:
            return binascii.a2b_base64(body.rstrip(b"= \t\r\n") + padding)
        except binascii.Error:
            continue
    # One sextet too many: the last character carries less than a byte.
    kept = body.rstrip(b"= \t\r\n")[:-1]
    try:
        return binascii.a2b_base64(kept)
    except binascii.Error:
        return body


def _uuencode(body: bytes) -> bytes:
    out: list[bytes] = []
    inside = False
    for line in body.splitlines():
        if not inside:
            inside = line.startswith(b"begin ")
            continue
        if line.strip() == b"end":
            return b"".join(out)
        out.append(_uu_line(line))
    return b"".join(out) if inside else body


def _uu_line(line: bytes) -> bytes:
    """One line; what stands behind its data (a checksum, blanks) is left out, a line that can't be read is empty."""
    if not line:
        return b""
    for data in (line, line[: ((line[0] - 32 & 63) * 4 + 5) // 3]):
        try:
            return binascii.a2b_uu(data)
        except binascii.Error:
            continue
    return b""
