"""Encoded words (RFC 2047) and 8-bit bytes to text, as a reader sees it; what is broken stays as it stands."""

import base64
import quopri
from email.header import Header, decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.mail.words import decode_value, shown

# what it is, the value, the text
VALUES: list[tuple[str, bytes, str]] = [
    ("plain", b"Quarterly figures", "Quarterly figures"),
    ("nothing", b"", ""),
    ("Q", b"=?iso-8859-1?Q?caf=E9_noir?=", "café noir"),
    ("B", b"=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
    ("letter case of charset and encoding", b"=?IsO-8859-1?q?caf=e9?=", "café"),
    ("a language behind the charset (RFC 2231 section 5)", b"=?iso-8859-1*fr?Q?caf=E9?=", "café"),
    ("text around", b"Re: =?utf-8?Q?=C3=A9t=C3=A9?= 2024", "Re: été 2024"),
    ("blanks between two words go", b"=?utf-8?Q?a?=  =?utf-8?Q?b?=", "ab"),
    ("fold between two words goes", b"=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"),
    ("blanks between words of two charsets go", b"=?utf-8?Q?=C3=A9?= =?iso-8859-1?Q?=E9?=", "éé"),
    ("text between two words stays", b"=?utf-8?Q?a?= and =?utf-8?Q?b?=", "a and b"),
    ("blank before a word stays", b"x =?utf-8?Q?a?=", "x a"),
    ("blank behind a word stays", b"=?utf-8?Q?a?= x", "a x"),
    ("blank inside a word", b"=?utf-8?Q?a_b?= =?utf-8?Q?_c?=", "a b c"),
    ("underline in B", b"=?utf-8?B?YV9i?=", "a_b"),
    ("a character split over two words", b"=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü"),
    ("a character split over Q and B", b"=?utf-8?Q?=E2=82?= =?utf-8?B?rA==?=", "€"),
    ("a character split over three words", b"=?utf-8?B?8J8=?= =?utf-8?B?kg==?= =?utf-8?B?qQ==?=", "💩"),
    ("ISO-2022-JP", b"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "日本"),
    ("ISO-2022-JP over two words", b"=?ISO-2022-JP?B?GyRCRnwbKEI=?= =?ISO-2022-JP?B?GyRCS1wbKEI=?=", "日本"),
    ("GB2312", b"=?gb2312?B?1tDOxA==?=", "中文"),
    ("windows-1251", b"=?windows-1251?Q?=CF=F0=E8=E2=E5=F2?=", "Привет"),
    ("empty word", b"=?utf-8?Q??=", ""),
    ("empty word between texts", b"a =?utf-8?Q??= b", "a  b"),
    ("padding missing", b"=?utf-8?B?w7w?=", "ü"),
    ("word glued to text, as mailers write it", b"a=?utf-8?Q?=C3=BC?=b", "aüb"),
    ("raw blank in Q", b"=?utf-8?Q?a b?=", "a b"),
    ("8-bit that is UTF-8", "Grüße".encode(), "Grüße"),
    ("8-bit UTF-8 beside a word", "Grüße =?utf-8?Q?=C3=BC?=".encode(), "Grüße ü"),
]

BROKEN: list[tuple[str, bytes, str]] = [
    ("no end", b"=?utf-8?Q?abc", "=?utf-8?Q?abc"),
    ("half an end", b"=?utf-8?Q?abc?", "=?utf-8?Q?abc?"),
    ("no encoding", b"=?utf-8?abc?=", "=?utf-8?abc?="),
    ("unknown encoding", b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
    ("no charset", b"=??Q?abc?=", "=??Q?abc?="),
    ("base64 of one letter", b"=?utf-8?B?A?=", "=?utf-8?B?A?="),
    ("base64 of one letter, wide charset", b"=?utf-16?B?A?=", "=?utf-16?B?A?="),
    ("base64 of one letter between good ones", b"=?utf-8?Q?a?= =?utf-8?B?A?= =?utf-8?Q?b?=", "a =?utf-8?B?A?= b"),
    ("a sign that is not hex", b"=?utf-8?Q?=ZZ?=", "=ZZ"),
    ("only signs", b"=?=?=?=?", "=?=?=?=?"),
]

UNDECODABLE: list[tuple[str, bytes, str]] = [
    ("8-bit that is not UTF-8", b"caf\xe9", r"caf\xe9"),
    ("bytes its charset does not know", b"=?utf-8?Q?a=FFb?=", r"a\xffb"),
    ("unknown charset, ASCII content", b"=?x-nowhere?Q?abc?=", "abc"),
    ("unknown charset, UTF-8 content", b"=?x-nowhere?Q?=C3=BC?=", "ü"),
    ("unknown charset, other content", b"=?x-nowhere?Q?=FC?=", r"\xfc"),
    ("half a character at the end", b"=?utf-8?Q?a=C3?=", r"a\xc3"),
    ("half a character, then another charset", b"=?utf-8?Q?=C3?= =?iso-8859-1?Q?=FC?=", r"\xc3ü"),
    ("half a character, then text", b"=?utf-8?Q?=C3?= x =?utf-8?Q?=BC?=", r"\xc3 x \xbc"),
    ("wide charset with an odd number of bytes", b"=?utf-16-be?Q?=00a=00?=", "\0a\0"),
    ("a codec that is no charset", b"=?rot13?Q?abc?=", "abc"),
    ("a codec of domain names", b"=?punycode?Q?abc?=", "abc"),
]


@pytest.mark.parametrize(
    ("value", "text"), [case[1:] for case in VALUES + BROKEN], ids=[case[0] for case in VALUES + BROKEN]
)
def test_decoding(value: bytes, text: str) -> None:
    assert decode_value(value) == text
    assert shown(decode_value(value)) == text


@pytest.mark.parametrize(("value", "text"), [case[1:] for case in UNDECODABLE], ids=[case[0] for case in UNDECODABLE])
def test_what_can_not_be_decoded_stands_as_its_byte(value: bytes, text: str) -> None:
    assert shown(decode_value(value)) == text


def test_the_message_charset_reads_8_bit_bytes_that_are_not_utf8() -> None:
    assert decode_value(b"caf\xe9", "iso-8859-1") == "café"
    assert decode_value("café".encode(), "iso-8859-1") == "café"
    assert shown(decode_value(b"caf\xe9", "us-ascii")) == r"caf\xe9"
    assert shown(decode_value(b"caf\xe9", "x-nowhere")) == r"caf\xe9"
    assert decode_value(b"caf\xe9 =?utf-8?Q?=C3=A9?=", "iso-8859-1") == "café é"


def test_undecodable_bytes_keep_two_values_apart() -> None:
    assert decode_value(b"caf\xe9") != decode_value(b"caf\xe8")
    assert decode_value(b"caf\xe9") != decode_value(rb"caf\xe9")
    assert decode_value(b"=?utf-8?Q?caf=E9?=") != decode_value(b"=?utf-8?Q?caf=E8?=")


@given(st.text(max_size=60), st.sampled_from(["utf-8", "utf-16", "utf-7", "iso-2022-jp", "gb18030"]), st.booleans())
def test_any_text_in_one_word_comes_back(text: str, charset: str, quoted: bool) -> None:
    try:
        data = text.encode(charset)
    except UnicodeEncodeError:
        return
    inner = b"".join(b"=%02X" % byte for byte in data) if quoted else base64.b64encode(data)
    value = b"=?" + charset.encode() + (b"?Q?" if quoted else b"?B?") + inner + b"?="
    assert decode_value(value) == data.decode(charset)


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["C", "Z"]), min_size=1, max_size=80), st.data())
def test_any_text_split_at_any_byte_comes_back(text: str, data: st.DataObject) -> None:
    raw = text.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=4)))
    pieces = [raw[a:z] for a, z in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    words = [b"=?utf-8?B?" + base64.b64encode(piece) + b"?=" for piece in pieces]
    assert decode_value(b"\r\n ".join(words)) == text


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=120))
def test_what_the_standard_library_encodes_is_read_as_it_reads_it(text: str) -> None:
    value = Header(text, "utf-8").encode()
    assert decode_value(value.encode()) == str(make_header(decode_header(value)))


@given(st.binary(max_size=80))
def test_any_bytes_give_text_that_can_be_written(value: bytes) -> None:
    for sample in (value, b"=?utf-8?Q?" + value + b"?=", b"=?" + value + b"?B?YQ==?="):
        shown(decode_value(sample)).encode()
        shown(decode_value(sample, "utf-8")).encode()


@given(st.binary(max_size=40).filter(lambda data: b"=?" not in data))
def test_bytes_without_words_keep_their_bytes(value: bytes) -> None:
    assert decode_value(value).encode("utf-8", "surrogateescape") == value


def test_q_is_read_as_quoted_printable_is() -> None:
    every = bytes(range(256))
    encoded = quopri.encodestring(every, quotetabs=True, header=True).replace(b"=\n", b"").replace(b"?", b"=3F")
    encoded = encoded.replace(b"\n", b"=0A").replace(b"\r", b"=0D")
    assert decode_value(b"=?iso-8859-1?Q?" + encoded + b"?=") == every.decode("iso-8859-1")


# Read without care, these take quadratic time.
LARGE = [b"=?u?q?a?=" * 110_000, b"=?" * 500_000, b"=?a?q?" * 170_000, (b"=?utf-8?q?" + b"x" * 50) * 16_000]


@pytest.mark.parametrize("value", LARGE, ids=["words", "starts", "heads", "long heads"])
def test_large_values_are_read_in_linear_time(value: bytes) -> None:
    assert len(value) < 1 << 20
    text = decode_value(value)
    assert text.startswith(("a" * 110_000, "=?"))


def test_a_value_over_a_mebibyte_is_not_searched_for_words() -> None:
    value = b"=?utf-8?Q?a?= " + b"x" * (1 << 20)
    assert decode_value(value) == value.decode()
