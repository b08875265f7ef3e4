"""Transfer encodings (RFC 2045 section 6) against the standard library, and bodies that no encoder wrote."""

import base64
import binascii
import email
import io
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.mail.transfer import decode_transfer


def by_standard_library(body: bytes, encoding: str) -> bytes:
    """What `email` (compat32) decodes; it cuts nothing off the body of a message that is not multipart."""
    message = email.message_from_bytes(b"Content-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n" + body)
    decoded = message.get_payload(decode=True)
    assert isinstance(decoded, bytes)
    return decoded


def uuencoded(data: bytes) -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)]
    return b"begin 644 file.bin\n" + b"".join(lines) + b"`\nend\n"


@pytest.mark.parametrize("encoding", ["", "7bit", "8bit", "binary", "x-unknown", "base-64", "utf-8", "7bit base64"])
@given(st.binary(max_size=60))
def test_what_is_not_encoded_stays(encoding: str, body: bytes) -> None:
    assert decode_transfer(body, encoding) == body


@given(st.binary(max_size=300), st.sampled_from([4, 60, 72, 76, 1000]), st.sampled_from([b"\r\n", b"\n", b" ", b""]))
def test_base64_in_any_line_width(data: bytes, width: int, line_end: bytes) -> None:
    text = base64.b64encode(data)
    body = line_end.join(text[at : at + width] for at in range(0, len(text), width)) + line_end
    assert decode_transfer(body, "base64") == data == by_standard_library(body, "base64")


@given(st.binary(max_size=200), st.booleans())
def test_quoted_printable(data: bytes, quote_tabs: bool) -> None:
    lines = quopri.encodestring(data, quotetabs=quote_tabs)
    assert decode_transfer(lines, "quoted-printable") == data
    crlf = quopri.encodestring(data.replace(b"\r", b"").replace(b"\n", b"\r\n"), quotetabs=quote_tabs)
    assert decode_transfer(crlf, "quoted-printable") == by_standard_library(crlf, "quoted-printable")


@pytest.mark.parametrize("name", ["x-uuencode", "uuencode", "x-uue", "uue"])
@given(st.binary(max_size=200))
def test_uuencode(name: str, data: bytes) -> None:
    body = uuencoded(data)
    assert decode_transfer(body, name) == data == by_standard_library(body, name)
    assert decode_transfer(body.replace(b"\n", b"\r\n"), name) == data


# what it is, encoding, body, content
ODD: list[tuple[str, str, bytes, bytes]] = [
    ("base64 without padding", "base64", b"w7w", b"\xc3\xbc"),
    ("base64 with half the padding", "base64", b"w7xhYQ=", b"\xc3\xbcaa"),
    ("base64 with too much padding", "base64", b"YWJj====", b"abc"),
    ("base64 with a letter too many", "base64", b"YWJjZ", b"abc"),
    ("base64 with padding and a letter too many", "base64", b"YWJjZ===", b"abc"),
    ("base64 of one letter", "base64", b"Z", b""),
    ("base64 with other signs in it", "base64", b"YW\0J-j!\xff", b"abc"),
    ("base64 with an 8-bit tail", "base64", b"YWJj\r\n\xa0\r\n", b"abc"),
    ("base64 of nothing", "base64", b"", b""),
    ("base64 of line ends", "base64", b"\r\n\r\n", b""),
    ("base64 that is text", "base64", b"!!! ???", b""),
    ("soft line breaks", "quoted-printable", b"a=\r\nb=\nc", b"abc"),
    ("lower case", "quoted-printable", b"=c3=bc", b"\xc3\xbc"),
    ("a sign that is no code", "quoted-printable", b"a=ZZb=", b"a=ZZb"),
    ("8-bit in quoted-printable", "quoted-printable", b"\xc3\xbc=20", b"\xc3\xbc "),
    ("underline is no blank in a body", "quoted-printable", b"a_b", b"a_b"),
    ("no begin line", "x-uuencode", b"#86)C\nend\n", b"#86)C\nend\n"),
    ("no end line", "x-uuencode", b"begin 644 x\n#86)C\n", b"abc"),
    ("text around", "x-uuencode", b"Hi\n\nbegin 644 x\n#86)C\n`\nend\nBye\n", b"abc"),
    ("a line that is none", "x-uuencode", b"begin 644 x\n#\xff\xff\n#86)C\n`\nend\n", b"abc"),
    ("a checksum behind the data", "x-uuencode", b"begin 644 x\n#86)Cx\n`\nend\n", b"abc"),
    ("blanks in the data cut off", "x-uuencode", b"begin 644 x\n$      \n`\nend\n", b"\0" * 4),
    ("an empty line", "x-uuencode", b"begin 644 x\n\n#86)C\n`\nend\n", b"abc"),
    ("nothing", "x-uuencode", b"", b""),
]


@pytest.mark.parametrize(("encoding", "body", "content"), [case[1:] for case in ODD], ids=[case[0] for case in ODD])
def test_odd_bodies(encoding: str, body: bytes, content: bytes) -> None:
    assert decode_transfer(body, encoding) == content


SIGNS = st.lists(
    st.sampled_from([b"A", b"YWJj", b"=", b"==", b"\r\n", b" ", b"!", b"\xff", b"=3D", b"=\r\n"]), max_size=30
)


@given(SIGNS.map(b"".join))
def test_quoted_printable_is_read_as_the_standard_library_reads_it(body: bytes) -> None:
    assert decode_transfer(body, "quoted-printable") == quopri.decodestring(body)


@given(SIGNS.map(b"".join))
def test_base64_is_read_as_the_standard_library_reads_it(body: bytes) -> None:
    try:
        expected = base64.b64decode(body)
    except binascii.Error:
        expected = None
    got = decode_transfer(body, "base64")
    assert got == expected if expected is not None else isinstance(got, bytes)


@given(st.binary(max_size=120), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "", "uue"]))
def test_any_bytes_are_decoded_to_no_more_than_they_are(body: bytes, encoding: str) -> None:
    assert len(decode_transfer(body, encoding)) <= len(body) + 45


def test_a_large_body() -> None:
    data = bytes(range(256)) * 8192
    text = io.BytesIO()
    base64.encode(io.BytesIO(data), text)
    assert decode_transfer(text.getvalue(), "base64") == data
    assert decode_transfer(text.getvalue()[:-2] + b"!", "base64")[:-3] == data[:-3][: len(data) - 3]
