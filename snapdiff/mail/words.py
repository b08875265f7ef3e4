"""Turns header bytes into the text a reader sees: encoded words (RFC 2047) and 8-bit bytes decoded."""

import binascii
import re

from snapdiff.mail.charsets import decode_as, show_undecodable

_ENCODED_WORD = re.compile(rb"=\?([!-)+->@-~*]{1,80})\?([BbQq])\?([!->@-~ ]*?)\?=")
_MAX_BYTES = 1 << 20


def decode_value(value: bytes, charset: str | None = None) -> str:
    """The value as text; `charset` is the one to try for 8-bit bytes that are not UTF-8.

    Undecodable bytes stand as lone surrogates, so that two values are equal only where their bytes are: use
    `shown` before the text leaves the program. A value over 1 MiB is not searched for encoded words.
    """
    if b"=?" not in value or len(value) > _MAX_BYTES:
        return _eight_bit(value, charset)
    out: list[str] = []
    pending, pending_charset, at = b"", "", 0
    for word in _ENCODED_WORD.finditer(value):
        data = _word_bytes(word)
        if data is None:
            continue
        between = value[at : word.start()]
        word_charset = word.group(1).split(b"*")[0].decode("ascii", "replace").lower()
        blank_between = at > 0 and not between.strip()
        if pending and not (blank_between and word_charset == pending_charset):
            out.append(_word_text(pending, pending_charset))
            pending = b""
        if not blank_between:
            out.append(_eight_bit(between, charset))
        pending, pending_charset = pending + data, word_charset
        at = word.end()
    if at:
        out.append(_word_text(pending, pending_charset))
    out.append(_eight_bit(value[at:], charset))
    return "".join(out)


def shown(text: str) -> str:
    r"""The text with each undecodable byte as `\xNN`: safe to encode as UTF-8."""
    return show_undecodable(text)


def _word_bytes(word: re.Match[bytes]) -> bytes | None:
    """What the word carries, None where it can't be decoded: it is then no encoded word."""
    text = word.group(3)
    if word.group(2) in b"Qq":
        return binascii.a2b_qp(text.replace(b"_", b"=20"), header=False)
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return None


def _word_text(data: bytes, charset: str) -> str:
    text = decode_as(data, charset, errors="surrogateescape")
    return _eight_bit(data, None) if text is None else text


def _eight_bit(data: bytes, charset: str | None) -> str:
    if data.isascii():
        return data.decode("ascii")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    text = decode_as(data, charset) if charset else None
    return data.decode("utf-8", "surrogateescape") if text is None else text
