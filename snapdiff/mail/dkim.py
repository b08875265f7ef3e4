"""A message to its DKIM and ARC signatures: what each says, whether its body hash holds, which fields it signs.

The one module that uses dkimpy, for tags and for canonicalisation. The body hash needs no key, so no DNS is ever asked.
dkimpy is imported where a message bears such a field, and not before: it takes a while to load.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from snapdiff.mail.fields import field_name, field_value
from snapdiff.mail.message import Message

if TYPE_CHECKING:
    from dkim.canonicalization import CanonicalizationPolicy

MAX_SIGNATURES = 20
"""Signatures looked at in one message, from the top: each costs a hash of the body. Real mail has up to ten or so."""
_LONGEST_FIELD = 65_536
_MOST_FIELDS_SIGNED = 1_000

FieldName = Literal["DKIM-Signature", "ARC-Message-Signature"]
_FIELDS: dict[str, FieldName] = {
    "dkim-signature": "DKIM-Signature",
    "arc-message-signature": "ARC-Message-Signature",
}
_LENGTH = re.compile(rb"[0-9]{1,76}")
_RUN_OF_BLANKS = re.compile(rb"[\t ]{2,}+")


class Signature(Struct, frozen=True):
    """One DKIM-Signature field, or ARC-Message-Signature field, which signs a message in the same way (RFC 8617 4.1.2).

    `place` is its index among the message's fields, `raw` the field as it stands. `domain` (d=), `selector` (s=) and
    `instance` (i= of ARC) are None where the tag is missing; `names` are the field names of h= in lower case, as often
    as they stand there; `length` is l=, None where the whole body is signed. `key` is the same for the same signature
    value (b=), however its field is folded.
    """

    field: FieldName
    place: int
    raw: bytes
    key: str
    domain: str | None
    selector: str | None
    algorithm: str
    canonicalization: str
    names: tuple[str, ...]
    length: int | None
    body_hash: bytes
    instance: int | None


def signatures(message: Message) -> tuple[Signature, ...]:
    """The signatures in a message's header, from the top; those that can't be read as RFC 6376 has them are left out.

    Of two fields with the same signature value the first counts. More than MAX_SIGNATURES are not looked at.
    """
    found: dict[str, Signature] = {}
    for place, field in enumerate(message.header.fields):
        if field[:4].lower() not in (b"dkim", b"arc-"):
            continue
        name = _FIELDS.get(field_name(field).lower())
        if name is None or len(field) > _LONGEST_FIELD:
            continue
        signature = _read(name, place, field)
        if signature is not None:
            found.setdefault(signature.key, signature)
            if len(found) == MAX_SIGNATURES:
                break
    return tuple(found.values())


def bodies_hold(wanted: Sequence[Signature], message: Message) -> list[bool | None]:
    """Whether the message's body has the hash that each signature states, by its own c=, a= and l=.

    None where that can't be told: an algorithm or canonicalization that RFC 6376 does not know, a hash that is no
    base64, or a header that ends in a line that is no field, so that readers differ on where the body begins.
    """
    held: list[bool | None] = [None] * len(wanted)
    header = message.header
    if not header.has_blank and header.end < len(message.raw):
        return held
    by_form = defaultdict(list)
    for at, signature in enumerate(wanted):
        if (policy := _policy(signature.canonicalization)) is not None:
            by_form[policy.body_algorithm.name].append((at, signature, policy))
    for alike in by_form.values():
        body = _canonical_body(alike[0][2], message.raw[header.body :])
        for at, signature, _ in alike:
            hasher = _hashers(signature.field).get(signature.algorithm.encode("utf-8"))
            if hasher is not None and signature.body_hash:
                signed = body if signature.length is None else body[: signature.length]
                held[at] = hasher(signed).digest() == signature.body_hash
    return held


def signed_fields(signature: Signature, message: Message) -> dict[str, bytes] | None:
    """What the signature signs of the message's header, canonicalised, under the names of h= in lower case.

    Fields of one name are taken from the last one up, as often as h= names them (RFC 6376 section 5.4.2). A name that
    h= has more often than the header holds what there is, b"" where that is nothing, so that a field added later shows.
    The signature's own field, with an empty b=, stands under its name and "itself". None where c= is unknown.
    """
    policy = _policy(signature.canonicalization)
    if policy is None:
        return None
    signed = dict.fromkeys(signature.names, b"")
    left = {name: [place for place in message.places(name) if place != signature.place] for name in signed}
    for name in signature.names:
        if left[name]:
            signed[name] += _canonical_field(policy, message.header.fields[left[name].pop()])
    signed[f"{signature.field} itself"] = _canonical_field(policy, _without_value(signature.raw)).rstrip(b"\r\n")
    return signed


def _read(name: FieldName, place: int, field: bytes) -> Signature | None:
    from dkim.util import InvalidTagValueList, parse_tag_value

    try:
        tags: dict[bytes, bytes] = parse_tag_value(field_value(field))
    except InvalidTagValueList:
        return None  # a tag without a value, or twice: no verifier takes such a field for a signature
    value = _closed_up(tags.get(b"b", b""))
    names = tuple(_text(each).lower() for each in tags.get(b"h", b"").split(b":") if each.strip())
    length = tags.get(b"l")
    if not value or len(names) > _MOST_FIELDS_SIGNED or (length is not None and not _LENGTH.fullmatch(length)):
        return None
    canonical = _text(tags.get(b"c", b"relaxed/relaxed" if name == "ARC-Message-Signature" else b"simple/simple"))
    instance = tags.get(b"i", b"") if name == "ARC-Message-Signature" else b""
    return Signature(
        field=name,
        place=place,
        raw=field,
        key=sha256(name.encode() + b"\0" + value).hexdigest(),
        domain=_text(tags[b"d"]) if b"d" in tags else None,
        selector=_text(tags[b"s"]) if b"s" in tags else None,
        algorithm=_text(tags.get(b"a", b"")),
        canonicalization=canonical,
        names=names,
        length=int(length) if length is not None else None,
        body_hash=_decoded(_closed_up(tags.get(b"bh", b""))),
        instance=int(instance) if instance.isdigit() and len(instance) <= 3 else None,
    )


def _text(value: bytes) -> str:
    return b" ".join(value.split()).decode("utf-8", "replace")


def _closed_up(value: bytes) -> bytes:
    return b"".join(value.split())


def _decoded(value: bytes) -> bytes:
    try:
        return b64decode(value)
    except NotBase64:
        return b""


def _without_value(field: bytes) -> bytes:
    """The signature's field with an empty b= tag (RFC 6376 section 3.7)."""
    name, colon, value = field.partition(b":")
    tags = value.split(b";")
    emptied = [tag[: tag.index(b"=") + 1] if tag.split(b"=")[0].strip() == b"b" else tag for tag in tags]
    return name + colon + b";".join(emptied)


@cache
def _hashers(field: FieldName) -> dict[bytes, type]:
    from dkim.crypto import ARC_HASH_ALGORITHMS, HASH_ALGORITHMS

    known: dict[bytes, type] = ARC_HASH_ALGORITHMS if field == "ARC-Message-Signature" else HASH_ALGORITHMS
    return known


def _policy(canonicalization: str) -> "CanonicalizationPolicy | None":
    from dkim.canonicalization import CanonicalizationPolicy, InvalidCanonicalizationPolicyError

    try:
        return CanonicalizationPolicy.from_c_value(canonicalization.encode("utf-8"))
    except InvalidCanonicalizationPolicyError:
        return None


def _canonical_field(policy: "CanonicalizationPolicy", field: bytes) -> bytes:
    name, _, value = _with_crlf(field).partition(b":")
    ((name, value),) = policy.canonicalize_headers([(name, value)])
    canonical: bytes = name + b":" + value
    return canonical


def _canonical_body(policy: "CanonicalizationPolicy", body: bytes) -> bytes:
    body = _with_crlf(body)
    if policy.body_algorithm.name == b"relaxed":
        # The same in the end; but dkimpy's search for blanks before a line end is quadratic in a long run of blanks.
        body = _RUN_OF_BLANKS.sub(b" ", body)
    canonical: bytes = policy.canonicalize_body(body)
    return canonical


def _with_crlf(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
