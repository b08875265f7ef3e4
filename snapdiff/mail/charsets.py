"""Turns decoded body bytes into text by the charset a mail names, and never fails at it."""

import codecs
import re
from functools import lru_cache

from msgspec import Struct

_NOT_FOR_MAIL = frozenset(
    {"idna", "mbcs", "oem", "palmos", "punycode", "raw-unicode-escape", "unicode-escape", "undefined"}
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Text(Struct, frozen=True):
    r"""Decoded text; `clean` is false where some bytes could not be decoded and stand as `\xNN`.

    `charset` is the codec that read it, in Python's spelling.
    """

    text: str
    charset: str
    clean: bool


@lru_cache(maxsize=256)
def known_charset(name: str) -> str | None:
    """The codec for a charset name of a mail, None where Python has none (or none that is a mail charset)."""
    label = name.strip().strip("\"'").lower()
    if not label or len(label) > 40 or "\0" in label:
        return None
    try:
        codec = codecs.lookup(_ALIASES.get(label, label))
    except (LookupError, ValueError, UnicodeError):
        return None
    if not getattr(codec, "_is_text_encoding", True):
        return None
    return None if codec.name.replace("_", "-") in _NOT_FOR_MAIL else codec.name


_ALIASES = {
    "ansi_x3.110-1983": "latin-1",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "unicode-1-1-utf-8": "utf-8",
    "x-gbk": "gbk",
    "x-sjis": "cp932",
    "x-mac-roman": "mac-roman",
    "cp-850": "cp850",
    "windows-874": "cp874",
}


def decode_as(data: bytes, charset: str, errors: str = "strict") -> str | None:
    """The bytes read by the charset; None where the charset is unknown or, with `strict`, does not fit."""
    codec = known_charset(charset)
    if codec is None:
        return None
    try:
        return data.decode(codec, errors)
    except (UnicodeError, ValueError):
        return None


def decode_text(data: bytes, charset: str | None) -> Text:
    r"""Reads a text body: by the charset named (us-ascii where None), else as UTF-8, else with `\xNN` for the rest.

    A body that names a charset it does not hold is read as UTF-8 where it is valid UTF-8, as mail readers do.
    """
    named = known_charset(charset) if charset else "ascii"
    if named is not None:
        text = decode_as(data, named)
        if text is not None and not _LONE_SURROGATE.search(text):
            return Text(text, named, clean=True)
    try:
        return Text(data.decode("utf-8"), "utf-8", clean=True)
    except UnicodeDecodeError:
        pass
    codec = named or "ascii"
    text = decode_as(data, codec, errors="backslashreplace")
    if text is None:
        text = data.decode("ascii", "backslashreplace")
    return Text(show_undecodable(text), codec, clean=False)


def show_undecodable(text: str) -> str:
    r"""Lone surrogates made visible: `\xNN` for an undecodable byte, `\uNNNN` for any other."""
    if text.isascii():
        return text
    return _LONE_SURROGATE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
