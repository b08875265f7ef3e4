"""A message to its signed and encrypted parts, S/MIME and OpenPGP alike: what each protects, as a digest."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Literal

from msgspec import Struct

from snapdiff.mail.parts import Part, Tree

MOST_PARTS = 50
"""Secured parts looked at in one message; each costs a digest of what it protects."""

Form = Literal["multipart/signed", "multipart/encrypted", "application/pkcs7-mime", "text"]
_PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_BEGIN, _SIGNATURE, _END = (
    "-----BEGIN PGP SIGNED MESSAGE-----",
    "-----BEGIN PGP SIGNATURE-----",
    "-----END PGP SIGNATURE-----",
)
_LONGEST_TEXT = 4_000_000


class Secured(Struct, frozen=True):
    """One signed or encrypted part.

    `section` is that of what is protected: the first part of multipart/signed, the encrypted data, or a text part that
    holds a clear-signed text ("text"). `signature` is a digest of the signature that stands apart from it, None where
    both are one. `content` is a digest of what is protected: of its bytes with CRLF line ends (RFC 1847 section 2.1),
    of the decoded data where that is encrypted or signed as a whole. `is_root` says that it is the message's whole
    body, `in_message` that it stands in a message within the message.
    """

    form: Form
    section: str
    signature: str | None
    content: str
    is_root: bool
    in_message: bool


def secured_parts(tree: Tree) -> list[Secured]:
    """The secured parts of a message, in order; those below MOST_PARTS others are left out."""
    found: list[Secured] = []
    for part in (tree.root, *tree.root.descendants()):
        found.extend(_secured(part, part is tree.root))
        if len(found) >= MOST_PARTS:
            break
    return found[:MOST_PARTS]


def _secured(part: Part, is_root: bool) -> Iterator[Secured]:
    inside = part.embedding > 0
    if part.type in _PKCS7 and part.shape == "leaf":
        yield Secured("application/pkcs7-mime", part.section, None, part.digest, is_root, inside)
    elif part.type == "multipart/signed" and len(part.children) > 1:
        signed, signature = part.children[:2]
        content = _digest(part.raw[signed.header.start : signed.body_end])
        yield Secured("multipart/signed", signed.section, signature.digest, content, is_root, inside)
    elif part.type == "multipart/encrypted" and len(part.children) > 1:
        data = part.children[1]
        yield Secured("multipart/encrypted", data.section, None, data.digest, is_root, inside)
    elif part.is_text and _BEGIN.encode() in part.content and len(part.content) <= _LONGEST_TEXT:
        yield from _clear_signed(part, inside)


def _digest(raw: bytes) -> str:
    return sha256(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")).hexdigest()


def _clear_signed(part: Part, inside: bool) -> Iterator[Secured]:
    """OpenPGP's cleartext signatures (RFC 9580 section 7): line ends, and blanks before them, do not count."""
    text = part.text.text
    at = text.find(_BEGIN)
    while at >= 0:
        middle = text.find(_SIGNATURE, at)
        end = text.find(_END, middle) if middle >= 0 else -1
        if end < 0:
            return
        signed, signature = _plain_lines(text[at:middle]), "".join(text[middle:end].split())
        yield Secured("text", part.section, _digest_text(signature), _digest_text(signed), False, inside)
        at = text.find(_BEGIN, end)


def _plain_lines(text: str) -> str:
    return "\n".join(line.rstrip(" \t\r") for line in text.split("\n"))


def _digest_text(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
