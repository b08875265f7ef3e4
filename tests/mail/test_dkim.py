"""Signatures read from mail, their body hashes and signed fields: in agreement with what dkimpy signs and verifies."""

import itertools
from base64 import b64decode
from pathlib import Path

import dkim
import pytest
from dkim.crypto import RSASSA_PKCS1_v1_5_verify
from dkim.util import parse_tag_value
from hypothesis import given, settings
from hypothesis import strategies as st
from signed import key, public_key, sign
from tracemaker import with_crlf

from snapdiff.mail.dkim import MAX_SIGNATURES, bodies_hold, signatures, signed_fields
from snapdiff.mail.message import Message

HEADER = b"From: Anna <anna@contoso.test>\r\nTo: ben@fabrikam.test\r\nSubject:  Two   blanks\r\n and a fold\r\n"
BODY = b"One  line \r\n\r\n\ttwo\r\n\r\n\r\n"
EIGHT_BIT = "Grüße\r\n".encode("iso-8859-1")
FORMS = [*itertools.product((b"simple", b"relaxed"), repeat=2)]
BODIES = [BODY, b"", b"\r\n", b"\r\n\r\n", b"no line end", b" \r\n", EIGHT_BIT, b"a\rb\r\n\r\n"]


def holds(mail: bytes) -> list[bool | None]:
    message = Message(mail)
    return bodies_hold(signatures(message), message)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("body", BODIES)
def test_the_body_hash_of_a_signed_mail_holds(form: tuple[bytes, bytes], body: bytes) -> None:
    mail = sign(HEADER + b"\r\n" + body, canonicalize=form)
    (signature,) = signatures(Message(mail))
    assert (signature.domain, signature.selector, signature.length) == ("contoso.test", "s1", None)
    assert signature.canonicalization.encode() == b"/".join(form)
    assert holds(mail) == [True]
    assert holds(mail.replace(b"\r\n", b"\n")) == [True]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("over", [[], ["from", "subject", "x-none", "x-none"], ["received"]])
def test_the_signed_fields_are_what_was_signed(form: tuple[bytes, bytes], over: list[str]) -> None:
    mail = b"Received: b\r\nReceived: a\r\n" + HEADER + b"\r\n" + BODY
    signer = dkim.DKIM(mail)
    signer.should_not_sign = set()
    field = signer.sign(
        b"s1", b"contoso.test", key(), canonicalize=form, include_headers=["from", "to", "subject", *over]
    )
    message = Message(field + mail)
    (signature,) = signatures(message)
    signed = signed_fields(signature, message)
    assert signed is not None
    in_order = b"".join(_one_by_one(signature.names, signed))
    hasher = dkim.HashThrough(dkim.HASH_ALGORITHMS[b"rsa-sha256"]())
    hasher.update(in_order + signed["DKIM-Signature itself"])
    public, *_ = dkim.evaluate_pk(b"s1._domainkey.contoso.test.", public_key())
    value = parse_tag_value(signature.raw.partition(b":")[2])[b"b"]
    assert RSASSA_PKCS1_v1_5_verify(hasher, b64decode(value), public)


def _one_by_one(names: tuple[str, ...], signed: dict[str, bytes]) -> list[bytes]:
    """The fields in the order of h=; those of one name stand together in `signed`, the first wanted first."""
    left = {name: _fields(value) for name, value in signed.items()}
    return [left[name].pop(0) for name in names if left[name]]


def _fields(value: bytes) -> list[bytes]:
    return [bytes(field) for field in Message(value).tree.root.header.fields]


CHANGES = [
    # what an agent does to the body; whether the hash holds afterwards under simple, and under relaxed
    (BODY, BODY + b"\r\n\r\n", True, True),
    (BODY, BODY.replace(b"line ", b"line"), False, True),
    (BODY, BODY.replace(b"One  line", b"One line"), False, True),
    (BODY, BODY.replace(b"\ttwo", b" two"), False, True),
    (BODY, BODY.replace(b"\ttwo", b"two"), False, False),
    (BODY, BODY + b"Footer\r\n", False, False),
    (EIGHT_BIT, b"Gr=FC=DFe\r\n", False, False),
]


@pytest.mark.parametrize(("old", "new", "simple", "relaxed"), CHANGES)
def test_its_own_canonicalization_says_what_broken_is(old: bytes, new: bytes, simple: bool, relaxed: bool) -> None:
    mail = HEADER + b"\r\n" + old
    for body, expected in ((b"simple", simple), (b"relaxed", relaxed)):
        signed = sign(mail, canonicalize=(b"relaxed", body))
        assert holds(signed.removesuffix(old) + new) == [expected]


def test_a_length_leaves_what_follows_unsigned() -> None:
    mail = sign(HEADER + b"\r\nSigned text\r\n", length=True)
    assert signatures(Message(mail))[0].length == len(b"Signed text\r\n")
    assert holds(mail + b"A footer of a list\r\n") == [True]
    assert holds(mail.replace(b"Signed text", b"Singed text")) == [False]


def test_several_signatures_are_told_apart() -> None:
    mail = sign(sign(HEADER + b"\r\n" + BODY, canonicalize=(b"simple", b"simple")), b"list.test", b"s2", length=True)
    assert [one.domain for one in signatures(Message(mail))] == ["list.test", "contoso.test"]
    assert holds(mail) == [True, True]
    assert holds(mail + b"\r\nMore") == [True, False]
    assert len({one.key for one in signatures(Message(mail))}) == 2


def test_a_signature_folded_anew_is_the_same_one() -> None:
    mail = sign(HEADER + b"\r\n" + BODY)
    folded = mail.replace(b"; bh=", b";\r\n\tbh=", 1)
    assert folded != mail
    assert signatures(Message(folded))[0].key == signatures(Message(mail))[0].key


@pytest.mark.parametrize(
    ("form", "same"), [((b"simple", b"simple"), False), ((b"relaxed", b"simple"), True)], ids=["simple", "relaxed"]
)
def test_a_fold_counts_under_simple_alone(form: tuple[bytes, bytes], same: bool) -> None:
    mail = sign(HEADER + b"\r\n" + BODY, canonicalize=form)
    folded = mail.replace(b"To: ben", b"To:\r\n ben")
    before, after = Message(mail), Message(folded)
    assert (signed_fields(signatures(before)[0], before) == signed_fields(signatures(after)[0], after)) is same


def test_a_field_added_where_one_more_is_signed_shows() -> None:
    mail = sign(HEADER + b"\r\n" + BODY, include_headers=[b"from", b"from", b"to"])
    more = b"From: mallory@contoso.test\r\n" + mail
    assert _signed(mail) != _signed(more)
    mail = sign(HEADER + b"\r\n" + BODY, include_headers=[b"from", b"to"])
    assert _signed(mail) == _signed(b"To: mallory@contoso.test\r\n" + mail)


def _signed(mail: bytes) -> dict[str, bytes] | None:
    message = Message(mail)
    return signed_fields(signatures(message)[0], message)


NO_BODY = b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
TAGS = b"v=1; a=rsa-sha256; c=relaxed/relaxed; d=x; s=y; h=from; bh=" + NO_BODY + b"; b=YQ=="
UNREADABLE = [b"", b"v=1; v=1; " + TAGS, TAGS.replace(b"b=YQ==", b""), TAGS + b"; l=-1", TAGS + b"; l=" + b"9" * 99]
UNKNOWN = [
    TAGS.replace(b"relaxed/relaxed", b"nofws"),
    TAGS.replace(b"rsa-sha256", b"rsa-sha512"),
    TAGS.replace(NO_BODY, b"Y"),
]


@pytest.mark.parametrize("value", UNREADABLE)
def test_what_is_no_signature(value: bytes) -> None:
    assert signatures(Message(b"DKIM-Signature: " + value + b"\r\n\r\n")) == ()


@pytest.mark.parametrize("value", UNKNOWN)
def test_what_can_not_be_told(value: bytes) -> None:
    assert holds(b"DKIM-Signature: " + value + b"\r\n\r\n") == [None]
    assert holds(b"DKIM-Signature: " + TAGS + b"\r\n\r\n") == [True]


def test_where_the_body_begins_must_be_sure() -> None:
    assert holds(b"DKIM-Signature: " + TAGS + b"\r\nno field\r\n\r\n") == [None]


def test_signatures_and_names_without_number_are_bounded() -> None:
    fields = b"".join(b"DKIM-Signature: %s; b=%d\r\n" % (TAGS.replace(b"; b=YQ==", b""), i) for i in range(500))
    assert len(signatures(Message(fields + b"\r\n"))) == MAX_SIGNATURES
    assert signatures(Message(b"DKIM-Signature: h=" + b"a:" * 50_000 + b"; " + TAGS + b"\r\n\r\n")) == ()


PIECES = (
    b"DKIM-Signature:|ARC-Message-Signature:|b=|simple|relaxed/|a=rsa-sha256|bh=|YQ|"
    b" |\t|\r\n|\n|=|l=|h=|i=|c=|;|:|\xff|0"
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES.split(b"|"))))
def test_no_bytes_crash_it(pieces: list[bytes]) -> None:
    message = Message(b"".join(pieces))
    found = signatures(message)
    assert len(bodies_hold(found, message)) == len(found)
    for signature in found:
        signed_fields(signature, message)


@pytest.mark.corpus
def test_it_agrees_with_dkimpy_on_real_mail(shared: Path) -> None:
    """dkimpy checks the body hash first, and raises ValidationError where it does not hold; the key comes after."""
    compared = 0
    for path in sorted(path for path in (shared / "corpus").rglob("*") if path.is_file()):
        for mail in (path.read_bytes(), with_crlf(path.read_bytes())):
            message = Message(mail)
            found = signatures(message)
            for signature, held in zip(found, bodies_hold(found, message), strict=True):
                assert held is _dkimpy_says(mail, signature.raw), path.name
                compared += 1
    assert compared > 400


def _dkimpy_says(mail: bytes, field: bytes) -> bool:
    verifier = dkim.DKIM(mail)
    name, _, value = field.partition(b":")
    tags = parse_tag_value(value)
    if name.lower().startswith(b"arc"):
        tags.setdefault(b"c", b"relaxed/relaxed")
    verifier.ktag = b"no key"
    try:
        verifier.verify_sig_process(tags, [], (name, value), None)
    except dkim.ValidationError:
        return False
    except dkim.UnknownKeyTypeError:
        return True
    pytest.fail("dkimpy can verify without a key")
