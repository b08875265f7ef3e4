"""Mail signed with DKIM and ARC, by dkimpy and a key of the tests' own."""

import base64
import random
from functools import cache
from typing import Any

import dkim

CRLF = b"\r\n"


def sign(mail: bytes, domain: bytes = b"contoso.test", selector: bytes = b"s1", **more: Any) -> bytes:
    """The mail with a DKIM-Signature field on top; `more` goes to dkimpy (canonicalize, include_headers, length)."""
    field: bytes = dkim.sign(mail, selector, domain, key(), **more)
    return field + mail


@cache
def key() -> bytes:
    """A private RSA key (PKCS#1, PEM), the same in every run, and worth nothing."""
    return (
        b"-----BEGIN RSA PRIVATE KEY-----\n"
        + base64.encodebytes(_sequence(*_numbers()))
        + (b"-----END RSA PRIVATE KEY-----\n")
    )


def public_key() -> bytes:
    """What the key's DNS record would say."""
    _, modulus, exponent, *_ = _numbers()
    oid = bytes.fromhex("300d06092a864886f70d0101010500")
    bits = b"\0" + _sequence(modulus, exponent)
    body = oid + b"\x03" + _length(bits) + bits
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(b"\x30" + _length(body) + body)


@cache
def _numbers() -> tuple[int, ...]:
    chance = random.Random(20240514)  # noqa: S311
    p, q = _prime(chance), _prime(chance)
    e = 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    return 0, p * q, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p)


def _prime(chance: random.Random) -> int:
    while True:
        number = chance.getrandbits(512) | 1 | 3 << 510
        if number % 65537 != 1 and all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7)):
            return number


def _sequence(*numbers: int) -> bytes:
    body = b"".join(map(_integer, numbers))
    return b"\x30" + _length(body) + body


def _integer(number: int) -> bytes:
    raw = number.to_bytes(number.bit_length() // 8 + 1, "big")
    return b"\x02" + _length(raw) + raw


def _length(raw: bytes) -> bytes:
    size = len(raw)
    if size < 128:
        return bytes([size])
    return b"\x82" + size.to_bytes(2, "big")
