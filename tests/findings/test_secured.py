"""S/MIME and OpenPGP: signed and encrypted content touched, taken away or wrapped, and left alone."""

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judging import findings
from stepmaker import File, receive

from snapdiff.mail.message import Message
from snapdiff.mail.secured import secured_parts

EVENT, AGENT = "OnEndOfData", "OnEndOfData,Footer Agent"
HEAD = b"From: anna@contoso.test\r\nSubject: Offer\r\nMIME-Version: 1.0\r\n"
TEXT = b"Content-Type: text/plain; charset=us-ascii\r\n\r\nHello\r\n"
DATA = base64.encodebytes(bytes(range(200))).replace(b"\n", b"\r\n")


def multipart(kind: bytes, *parts: bytes) -> bytes:
    line = b"--b-" + kind
    joined = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts)
    return b'Content-Type: multipart/%s; boundary="b-%s"\r\n\r\n' % (kind, kind) + joined + line + b"--\r\n"


SIGNED = multipart(b"signed", TEXT, b"Content-Type: application/pgp-signature\r\n\r\nc2lnbmF0dXJl\r\n")
SMIME = SIGNED.replace(b"pgp-signature", b"pkcs7-signature; name=smime.p7s")
P7M = b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
WHOLE = P7M + b"Content-Transfer-Encoding: base64\r\n\r\n" + DATA
PGP = multipart(
    b"encrypted",
    b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n",
    b"Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\nabc\r\n",
)
CLEAR = (
    b"Content-Type: text/plain\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHello\r\n"
    b"-----BEGIN PGP SIGNATURE-----\r\n\r\nc2ln\r\n-----END PGP SIGNATURE-----\r\n"
)


def inside(entity: bytes) -> bytes:
    """A message whose second part is a message that is the entity given."""
    return multipart(b"mixed", TEXT, b"Content-Type: message/rfc822\r\n\r\n" + HEAD + entity)


TOUCHED = [
    (SIGNED, SIGNED.replace(b"Hello", b"Hello\r\nFooter"), "SD221", "1"),
    (SMIME, SMIME.replace(b"plain; charset", b"plain;\r\n charset"), "SD221", "1"),
    (SIGNED, SIGNED.replace(b"Hello", b"Hello "), "SD221", "1"),
    (inside(SMIME), inside(SMIME.replace(b"Hello", b"Bye")), "SD221", "2.1"),
    (CLEAR, CLEAR.replace(b"Hello", b"Hello,"), "SD221", "1"),
    (SMIME, inside(SMIME), "SD222", "2.1"),
    (WHOLE, multipart(b"mixed", WHOLE, TEXT), "SD222", "1"),
    (WHOLE, WHOLE.replace(DATA, base64.encodebytes(b"other")), "SD223", "1"),
    (PGP, PGP.replace(b"abc", b"abd"), "SD223", "2"),
    (SMIME, TEXT, "SD224", "1"),
    (WHOLE, TEXT, "SD224", "1"),
    (CLEAR, TEXT, "SD224", "1"),
    (PGP, multipart(b"mixed", TEXT), "SD224", "2"),
]
FINE = [
    (SIGNED, SIGNED.replace(b"\r\n\r\n--b", b"\r\n\r\nA preamble\r\n--b", 1)),
    (SIGNED, SIGNED.replace(b"\r\nContent-Type: application", b"\r\nX-A: b\r\nContent-Type: application")),
    (SIGNED, SIGNED + b"An epilogue\r\n"),
    (WHOLE, WHOLE.replace(DATA, DATA.replace(b"\r\n", b""))),
    (CLEAR, CLEAR.replace(b"Hello\r\n", b"Hello  \r\n") + b"Footer\r\n"),
    (TEXT, SIGNED),
    (inside(TEXT), inside(TEXT.replace(b"Hello", b"Bye"))),
    (multipart(b"signed", TEXT), multipart(b"signed", TEXT.replace(b"Hello", b"Bye"))),
    (inside(SMIME), multipart(b"related", inside(SMIME))),
]


@pytest.mark.parametrize(("before", "after", "code", "part"), TOUCHED)
def test_secured_content_touched(tmp_path: Path, before: bytes, after: bytes, code: str, part: str) -> None:
    came, left = HEAD + before, HEAD + after
    files = [File("Original.eml", mail=came), receive(1, EVENT, came), receive(2, AGENT, left)]
    (found,) = [one for one in findings(tmp_path, *files) if one.code.startswith("SD2")]
    assert (found.code, found.agent, found.evidence["part"]) == (code, "Footer Agent", part)
    assert found.flags


@pytest.mark.parametrize(("before", "after"), FINE)
def test_what_does_secured_content_no_harm(tmp_path: Path, before: bytes, after: bytes) -> None:
    came, left = HEAD + before, HEAD + after
    assert came != left
    files = [File("Original.eml", mail=came), receive(1, EVENT, came), receive(2, AGENT, left)]
    assert [one for one in findings(tmp_path, *files) if one.code.startswith("SD2")] == []


@pytest.mark.parametrize(("after", "said"), [(inside(SMIME), "a new message"), (multipart(b"mixed", SMIME), "a multi")])
def test_it_says_what_a_message_was_wrapped_in(tmp_path: Path, after: bytes, said: str) -> None:
    files = [File("Original.eml", mail=HEAD + SMIME), receive(1, EVENT, HEAD + SMIME), receive(2, AGENT, HEAD + after)]
    (found,) = [one for one in findings(tmp_path, *files) if one.code == "SD222"]
    assert f"signed content that was the whole message into {said}" in found.message


def test_a_body_not_received_yet_is_none_taken_away(tmp_path: Path) -> None:
    header = (HEAD + SMIME).partition(b"\r\n\r\n")[0] + b"\r\n"
    files = [File("Original.eml", mail=HEAD + SMIME), receive(1, "OnEndOfHeaders", b"X-A: b\r\n" + header)]
    assert [one for one in findings(tmp_path, *files) if one.code.startswith("SD2")] == []


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [HEAD, SIGNED, TEXT, PGP, CLEAR, b"--b-signed\r\n", b"--b-signed--\r\n", b"\r\n", b"\xff", WHOLE]
        )
    )
)
def test_no_bytes_crash_it(pieces: list[bytes]) -> None:
    secured_parts(Message(b"".join(pieces)).tree)
