"""Signs mail with DKIM as a signer on the server would: true signatures, made with a key that is worth nothing."""

import base64
from datetime import datetime
from unittest.mock import patch

import dkim
from _exchange import Mail

DOMAIN = "contoso.com"
_SIGNED = [b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"]
_PRIMES = (
    0xC752495DC7FD41F58F5941C57F5072455B6135DBAEC4959DD74305E86BA0E870812DEE665DC1AB9CE3484FF3F71DAD80CCC5611586F65BACF8C09D8A3C328293,
    0xF569EAFA15074761C6BF96BE5E15D5E3676D155E97255CCAFC38C8EA3EE6358DCE0A1FE21392CD70FA36E34391F51F53A916AC1E2B88C0EF68DE9BDA6D0BE2D7,
)
"""The key, of 1,024 bits: nobody has published it in any DNS, and it is here for all to read."""
_EXPONENT = 65537


def signed(mail: Mail, moment: datetime, selector: str = "ex2024", canonicalization: str = "relaxed/relaxed") -> Mail:
    """The mail with a DKIM-Signature field on top whose t= is the moment."""
    canonical = tuple(half.encode() for half in canonicalization.split("/"))
    with patch("dkim.time.time", return_value=moment.timestamp()):
        field: bytes = dkim.sign(
            mail.raw, selector.encode(), DOMAIN.encode(), _key(), canonicalize=canonical, include_headers=_SIGNED
        )
    return mail.on_top(field.decode("ascii").removesuffix("\r\n"))


def _key() -> bytes:
    """The key as PKCS#1 in PEM."""
    p, q = _PRIMES
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    numbers = (0, p * q, _EXPONENT, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))
    body = b"".join(_tagged(2, number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in numbers)
    kind = b"RSA PRIVATE KEY"
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (kind, base64.encodebytes(_tagged(0x30, body)), kind)


def _tagged(tag: int, data: bytes) -> bytes:
    """A DER value: its tag, its length, its bytes."""
    size = len(data)
    if size < 128:
        return bytes((tag, size)) + data
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + data
