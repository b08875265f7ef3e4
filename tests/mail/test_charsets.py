"""Body bytes to text by the charset a mail names: the names mails use, wrong labels, and never a failure."""

import codecs
import encodings.aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.mail.charsets import Text, decode_as, decode_text, known_charset, show_undecodable

KNOWN: list[tuple[str, str | None]] = [
    ("utf-8", "utf-8"),
    ("UTF8", "utf-8"),
    (" utf-8 ", "utf-8"),
    ('"utf-8"', "utf-8"),
    ("'utf-8'", "utf-8"),
    ("us-ascii", "ascii"),
    ("ANSI_X3.4-1968", "ascii"),
    ("iso-8859-1", "iso8859-1"),
    ("ISO_8859-1", "iso8859-1"),
    ("latin1", "iso8859-1"),
    ("windows-1252", "cp1252"),
    ("iso-8859-8-i", "iso8859-8"),
    ("ks_c_5601-1987", "cp949"),
    ("gb2312", "gb2312"),
    ("shift_jis", "shift_jis"),
    ("x-sjis", "cp932"),
    ("iso-2022-jp", "iso2022_jp"),
    ("koi8-r", "koi8-r"),
    ("utf-7", "utf-7"),
    ("unicode-1-1-utf-8", "utf-8"),
    ("windows-874", "cp874"),
    ("", None),
    ('""', None),
    ("x-unknown", None),
    ("unknown-8bit", None),
    ("utf-8\0", None),
    ("utf-8\udcff", None),
    ("é", None),
    ("../utf-8", None),
    ("a" * 100_000, None),
    ("rot13", None),
    ("base64", None),
    ("zlib", None),
    ("hex", None),
    ("idna", None),
    ("punycode", None),
    ("undefined", None),
    ("unicode_escape", None),
    ("raw-unicode-escape", None),
    ("mbcs", None),
]


@pytest.mark.parametrize(
    ("name", "codec"), KNOWN, ids=[name[:20].encode("unicode_escape").decode() for name, _ in KNOWN]
)
def test_known_charsets(name: str, codec: str | None) -> None:
    found = known_charset(name)
    assert (found is None) is (codec is None)
    if found is not None and codec is not None:
        assert codecs.lookup(found).name == codecs.lookup(codec).name


def test_each_charset_of_python_reads_any_bytes_or_is_unknown() -> None:
    """Whatever a label picks, it decodes to text, without a failure and without lone surrogates."""
    every = bytes(range(256)) * 3 + b"\xff"
    for label in {*encodings.aliases.aliases, *encodings.aliases.aliases.values()}:
        if known_charset(label) is not None:
            assert decode_text(every, label).text.encode()
            decode_as(every, label, errors="surrogateescape")


# what it is, the bytes, the label, the text, the charset that read it, whether it is clean
READ: list[tuple[str, bytes, str | None, str, str, bool]] = [
    ("ASCII without label", b"abc", None, "abc", "ascii", True),
    ("no bytes", b"", "utf-16", "", "utf-16", True),
    ("labelled", b"caf\xe9", "iso-8859-1", "café", "iso8859-1", True),
    ("UTF-8", "Grüße".encode(), "utf-8", "Grüße", "utf-8", True),
    ("a BOM stays", b"\xef\xbb\xbfabc", "utf-8", "\ufeffabc", "utf-8", True),
    ("UTF-8 without label", "Grüße".encode(), None, "Grüße", "utf-8", True),
    ("UTF-8 under us-ascii", "Grüße".encode(), "us-ascii", "Grüße", "utf-8", True),
    ("UTF-8 under an unknown label", "Grüße".encode(), "x-unknown", "Grüße", "utf-8", True),
    ("UTF-8 under Latin-1 is read as it is labelled", b"\xc3\xbc", "iso-8859-1", "Ã¼", "iso8859-1", True),
    ("Latin-1 without label", b"caf\xe9", None, r"caf\xe9", "ascii", False),
    ("Latin-1 under UTF-8", b"caf\xe9", "utf-8", r"caf\xe9", "utf-8", False),
    ("Latin-1 under an unknown label", b"caf\xe9", "x-unknown", r"caf\xe9", "ascii", False),
    ("half a UTF-16 pair", b"a\0b", "utf-16-le", "a\0b", "utf-8", True),
    ("half a UTF-16 pair that is no UTF-8", b"a\0\xff", "utf-16-le", r"a\xff", "utf-16-le", False),
    ("GB2312", "中文".encode("gb2312"), "gb2312", "中文", "gb2312", True),
    ("a sign gb2312 lacks", "中€".encode("gb18030"), "gb2312", "", "gb2312", False),
    ("ISO-2022-JP", "日本".encode("iso-2022-jp"), "iso-2022-jp", "日本", "iso2022_jp", True),
    ("UTF-7", b"+APw-", "utf-7", "ü", "utf-7", True),
    ("UTF-7 that makes a lone surrogate", b"+2AA-\xff", "utf-7", "", "utf-7", False),
    ("line ends stay", b"a\r\nb\nc\rd", None, "a\r\nb\nc\rd", "ascii", True),
    ("NUL stays", b"a\0b", None, "a\0b", "ascii", True),
]


@pytest.mark.parametrize(
    ("data", "label", "text", "charset", "clean"), [case[1:] for case in READ], ids=[case[0] for case in READ]
)
def test_reading(data: bytes, label: str | None, text: str, charset: str, clean: bool) -> None:
    read = decode_text(data, label)
    assert (codecs.lookup(read.charset).name, read.clean) == (codecs.lookup(charset).name, clean)
    if text or clean:
        assert read.text == text
    else:
        assert "\\x" in read.text


@given(
    st.binary(max_size=60),
    st.one_of(st.none(), st.sampled_from(["utf-8", "utf-7", "utf-16", "utf-32", "gb18030", "iso-2022-kr", "hz", "x"])),
)
def test_any_bytes_give_text_that_can_be_written(data: bytes, label: str | None) -> None:
    read = decode_text(data, label)
    read.text.encode()
    assert known_charset(read.charset) is not None
    if read.clean and read.charset not in {"utf-7", "utf-16", "utf-32", "hz", "iso2022_kr"}:
        assert read.text.encode(read.charset).decode(read.charset) == read.text


@given(st.text(max_size=60), st.sampled_from(["utf-8", "utf-16-le", "utf-32", "gb18030", "utf-7"]))
def test_text_under_its_own_label_comes_back(text: str, label: str) -> None:
    read = decode_text(text.encode(label), label)
    assert (read.text, read.clean) == (text, True)


@given(st.binary(max_size=60))
def test_different_undecodable_bytes_show_as_different_text(data: bytes) -> None:
    for other in (data + b"\xff", b"\xfe" + data):
        assert decode_text(data, "us-ascii") != decode_text(other, "us-ascii")


def test_decode_as() -> None:
    assert decode_as(b"caf\xe9", "latin1") == "café"
    assert decode_as(b"caf\xe9", "utf-8") is None
    assert decode_as(b"caf\xe9", "utf-8", errors="surrogateescape") == "caf\udce9"
    assert decode_as(b"abc", "x-unknown") is None
    assert decode_as(b"abc", "rot13") is None


SHOWN = [
    ("abc", "abc"),
    ("ü", "ü"),
    ("a\udcffb", r"a\xffb"),
    ("\udc80", r"\x80"),
    ("\udc7f", r"\udc7f"),
    ("\ud800", r"\ud800"),
    ("\udc00", r"\udc00"),
    ("💩", "💩"),
]


@pytest.mark.parametrize(("text", "visible"), SHOWN, ids=range(len(SHOWN)))
def test_show_undecodable(text: str, visible: str) -> None:
    assert show_undecodable(text) == visible


def test_a_text_is_a_value() -> None:
    assert decode_text(b"a", None) == Text("a", "ascii", clean=True)
