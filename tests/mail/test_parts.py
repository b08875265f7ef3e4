"""The MIME tree: parts numbered as IMAP numbers them, where each begins and ends, and what it says of itself."""

import pytest
from mimetiles import every, mail, tiled

from snapdiff.mail.parts import parse


def sections(raw: bytes, start: int = 0) -> list[tuple[str, str]]:
    return [(part.section, part.type) for part in every(parse(raw, start))]


MIXED = 'Content-Type: multipart/mixed; boundary="b"'
ALTERNATIVE = 'Content-Type: multipart/alternative; boundary="i"'
TEXT, HTML = "Content-Type: text/plain", "Content-Type: text/html"
RFC822 = "Content-Type: message/rfc822"

PLAIN_PAIR = mail(MIXED, "", "--b", TEXT, "", "one", "--b", HTML, "", "two", "--b--", "")
FORWARDED = mail(MIXED, "", "--b", TEXT, "", "one", "--b", RFC822, "", "Subject: in", TEXT, "", "inner", "--b--", "")
FORWARDED_MULTIPART = mail(
    *(MIXED, "", "--b", TEXT, "", "one", "--b", RFC822, "", "Subject: in", ALTERNATIVE, ""),
    *("--i", TEXT, "", "x", "--i", HTML, "", "y", "--i--", "--b--", ""),
)
DIGEST = mail(
    *('Content-Type: multipart/digest; boundary="b"', "", "--b", "", "Subject: one", "", "1"),
    *("--b", TEXT, "", "a note", "--b", "", "Subject: two", "", "2", "--b--", ""),
)

# what it is, the mail, (section, type) of the root and every part below it, parents first
NUMBERED: list[tuple[str, bytes, list[tuple[str, str]]]] = [
    ("no MIME at all", mail("Subject: x", "", "Body"), [("1", "text/plain")]),
    ("no header", mail("", "Body"), [("1", "text/plain")]),
    ("nothing", b"", [("1", "text/plain")]),
    ("one part", mail(HTML, "", "Body"), [("1", "text/html")]),
    (
        "two parts",
        PLAIN_PAIR,
        [("TEXT", "multipart/mixed"), ("1", "text/plain"), ("2", "text/html")],
    ),
    (
        "a multipart in a multipart",
        mail(
            *(MIXED, "", "--b", ALTERNATIVE, "", "--i", TEXT, "", "x", "--i", HTML, "", "y", "--i--"),
            *("--b", "Content-Type: image/png", "", "z", "--b--", ""),
        ),
        [
            ("TEXT", "multipart/mixed"),
            ("1", "multipart/alternative"),
            ("1.1", "text/plain"),
            ("1.2", "text/html"),
            ("2", "image/png"),
        ],
    ),
    (
        "a message in part 2",
        FORWARDED,
        [("TEXT", "multipart/mixed"), ("1", "text/plain"), ("2", "message/rfc822"), ("2.1", "text/plain")],
    ),
    (
        "a multipart message in part 2",
        FORWARDED_MULTIPART,
        [
            ("TEXT", "multipart/mixed"),
            ("1", "text/plain"),
            ("2", "message/rfc822"),
            ("2.TEXT", "multipart/alternative"),
            ("2.1", "text/plain"),
            ("2.2", "text/html"),
        ],
    ),
    (
        "a message that is a message",
        mail(RFC822, "", "Subject: in", "", "Body"),
        [("1", "message/rfc822"), ("1.1", "text/plain")],
    ),
    (
        "a message in a message",
        mail(RFC822, "", RFC822, "", "Subject: in", "", "Body"),
        [("1", "message/rfc822"), ("1.1", "message/rfc822"), ("1.1.1", "text/plain")],
    ),
    (
        "a digest: what says nothing is a message",
        DIGEST,
        [
            ("TEXT", "multipart/digest"),
            ("1", "message/rfc822"),
            ("1.1", "text/plain"),
            ("2", "text/plain"),
            ("3", "message/rfc822"),
            ("3.1", "text/plain"),
        ],
    ),
    (
        "message/global",
        mail("Content-Type: message/global", "", "Subject: in", "", "Body"),
        [("1", "message/global"), ("1.1", "text/plain")],
    ),
    (
        "a message in base64 is no structure (RFC 2046 section 5.2.1)",
        mail(RFC822, "Content-Transfer-Encoding: base64", "", "U3ViamVjdDogaW4="),
        [("1", "message/rfc822")],
    ),
    ("a message of nothing", mail(RFC822, "", ""), [("1", "message/rfc822")]),
    (
        "a delivery status",
        mail("Content-Type: message/delivery-status", "", "A: b"),
        [("1", "message/delivery-status")],
    ),
    ("no boundary", mail("Content-Type: multipart/mixed", "", "--b", "", "x", "--b--"), [("1", "multipart/mixed")]),
    (
        "an empty boundary",
        mail('Content-Type: multipart/mixed; boundary=""', "", "--", "", "x"),
        [("1", "multipart/mixed")],
    ),
    ("no delimiter line", mail(MIXED, "", "just text"), [("1", "multipart/mixed")]),
    ("the closing delimiter alone", mail(MIXED, "", "--b--", ""), [("1", "multipart/mixed")]),
    ("no closing delimiter", mail(MIXED, "", "--b", "", "x"), [("TEXT", "multipart/mixed"), ("1", "text/plain")]),
    (
        "parts behind the closing delimiter are epilogue",
        mail(MIXED, "", "--b", "", "x", "--b--", "--b", "", "y", "--b--"),
        [("TEXT", "multipart/mixed"), ("1", "text/plain")],
    ),
    (
        "the outer boundary ends the inner multipart",
        mail(MIXED, "", "--b", ALTERNATIVE, "", "--i", "", "x", "--b", "", "y", "--b--"),
        [("TEXT", "multipart/mixed"), ("1", "multipart/alternative"), ("1.1", "text/plain"), ("2", "text/plain")],
    ),
    (
        "an inner multipart of the same boundary has no parts of its own",
        mail(MIXED, "", "--b", MIXED, "", "--b", "", "x", "--b--"),
        [("TEXT", "multipart/mixed"), ("1", "multipart/mixed"), ("2", "text/plain")],
    ),
    ("a type that can't be read", mail("Content-Type: nonsense", "", "x"), [("1", "text/plain")]),
    ("letter case", mail("content-TYPE: TEXT/Html", "", "x"), [("1", "text/html")]),
    (
        "a folded boundary",
        mail("Content-Type: multipart/mixed;", '\tboundary="b"', "", "--b", "", "x", "--b--"),
        [("TEXT", "multipart/mixed"), ("1", "text/plain")],
    ),
]


@pytest.mark.parametrize("before", [b"", b"X-Block: 1\r\n"])
@pytest.mark.parametrize(("raw", "numbered"), [case[1:] for case in NUMBERED], ids=[case[0] for case in NUMBERED])
def test_sections_are_numbered_as_imap_numbers_them(raw: bytes, numbered: list[tuple[str, str]], before: bytes) -> None:
    assert sections(before + raw, len(before)) == numbered
    assert sections(raw.replace(b"\r\n", b"\n")) == numbered


def test_the_header_of_a_message_in_a_part_is_a_section_of_its_own() -> None:
    assert [part.header_section for part in every(parse(FORWARDED))] == [None, "1", "2", "2.HEADER"]


# what it is, the delimiter lines after the first part's text, the contents of the parts
DELIMITERS: list[tuple[str, bytes, list[bytes]]] = [
    ("CRLF", b"--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", [b"one", b"two"]),
    ("LF", b"--b\n\none\n--b\n\ntwo\n--b--\n", [b"one", b"two"]),
    ("blanks behind it", b"--b \t\r\n\r\none\r\n--b  \r\n\r\ntwo\r\n--b-- \r\n", [b"one", b"two"]),
    ("an empty line before it is content", b"--b\r\n\r\none\r\n\r\n--b--\r\n", [b"one\r\n"]),
    ("no line end behind the closing one", b"--b\r\n\r\none\r\n--b--", [b"one"]),
    ("a preamble", b"Hello\r\n--b\r\n\r\none\r\n--b--\r\n", [b"one"]),
    ("an epilogue", b"--b\r\n\r\none\r\n--b--\r\nBye\r\n", [b"one"]),
    ("within a line", b"--b\r\n\r\none --b\r\n--b--\r\n", [b"one --b"]),
    ("indented", b"--b\r\n\r\none\r\n --b\r\n--b--\r\n", [b"one\r\n --b"]),
    ("a longer boundary", b"--b\r\n\r\none\r\n--bb\r\n--b2--\r\n--b--\r\n", [b"one\r\n--bb\r\n--b2--"]),
    ("another letter case", b"--b\r\n\r\none\r\n--B\r\n--b--\r\n", [b"one\r\n--B"]),
    ("one dash of the closing two", b"--b\r\n\r\none\r\n--b-\r\n--b--\r\n", [b"one\r\n--b-"]),
    ("text behind it", b"--b\r\n\r\none\r\n--b x\r\n--b--\r\n", [b"one\r\n--b x"]),
    ("a lone CR before it", b"--b\r\n\r\none\r--b\r\n--b--\r\n", [b"one\r--b"]),
    ("two in a row", b"--b\r\n--b\r\n\r\ntwo\r\n--b--\r\n", [b"", b"two"]),
    ("a part of nothing", b"--b\r\n\r\n--b--\r\n", [b""]),
    ("a part of one line end", b"--b\r\n\r\n\r\n--b--\r\n", [b""]),
    ("a header without blank line", b"--b\r\nContent-ID: 1\r\n--b--\r\n", [b""]),
    ("a header and a blank line", b"--b\r\nContent-ID: 1\r\n\r\n--b--\r\n", [b""]),
    ("no header at all", b"--b\r\n\r\none\r\n--b--\r\n", [b"one"]),
    ("a header that is none", b"--b\r\nno field\r\n\r\none\r\n--b--\r\n", [b"no field\r\n\r\none"]),
    ("cut in a part", b"--b\r\n\r\none\r\n--b\r\n\r\ntw", [b"one", b"tw"]),
    ("cut behind a line", b"--b\r\n\r\none\r\n", [b"one\r\n"]),
    ("cut in a delimiter", b"--b\r\n\r\none\r\n--", [b"one\r\n--"]),
    ("cut behind a delimiter", b"--b\r\n\r\none\r\n--b", [b"one", b""]),
    ("cut in the closing one", b"--b\r\n\r\none\r\n--b-", [b"one\r\n--b-"]),
    ("cut in the line end of the closing one", b"--b\r\n\r\none\r\n--b--\r", [b"one\r\n--b--\r"]),
]


@pytest.mark.parametrize(("body", "contents"), [case[1:] for case in DELIMITERS], ids=[case[0] for case in DELIMITERS])
def test_delimiter_lines(body: bytes, contents: list[bytes]) -> None:
    raw = mail(MIXED, "", "") + body
    root = parse(raw).root
    assert [child.body for child in root.children] == contents
    tiled(raw, root)


def test_where_a_part_stands() -> None:
    raw = mail(MIXED, "", "Hi", "--b", TEXT, "", "one", "--b--", "Bye")
    root = parse(raw).root
    (child,) = root.children
    assert raw[child.start : child.end] == b"--b\r\nContent-Type: text/plain\r\n\r\none\r\n"
    assert raw[child.body_start : child.body_end] == b"one"
    assert raw[slice(*root.preamble)] == b"Hi\r\n"
    assert raw[slice(*root.epilogue)] == b"Bye"
    assert root.close is not None
    assert raw[root.close.start : root.close.end] == b"--b--\r\n"


# what stands before the closing delimiter line; the last leaf's fields, and whether a blank line ends them
TO_THE_DELIMITER: list[tuple[list[str], list[bytes], bool]] = [
    (["Content-ID: 1"], [b"Content-ID: 1\r\n"], False),
    (["Content-ID: 1", ""], [b"Content-ID: 1\r\n"], True),
    (["Content-ID: 1", "X: a", " b"], [b"Content-ID: 1\r\n", b"X: a\r\n b\r\n"], False),
    ([RFC822, "", "Subject: in"], [b"Subject: in\r\n"], False),
    ([RFC822, "", "Subject: in", ""], [b"Subject: in\r\n"], True),
    ([ALTERNATIVE, "", "--i", "Content-ID: 1"], [b"Content-ID: 1\r\n"], False),
    ([ALTERNATIVE, "", "--i", "Content-ID: 1", ""], [b"Content-ID: 1\r\n"], True),
    ([ALTERNATIVE, "", "--i", RFC822, "", "Subject: in"], [b"Subject: in\r\n"], False),
]


@pytest.mark.parametrize(("lines", "fields", "has_blank"), TO_THE_DELIMITER, ids=range(len(TO_THE_DELIMITER)))
def test_a_header_that_runs_into_a_delimiter_keeps_its_last_line_end(
    lines: list[str], fields: list[bytes], has_blank: bool
) -> None:
    raw = mail(MIXED, "", "--b", *lines, "--b--", "")
    root = parse(raw).root
    (leaf,) = root.leaves()
    assert (leaf.header.fields, leaf.header.has_blank, leaf.body) == (fields, has_blank, b"")
    tiled(raw, root)


def test_an_unclosed_multipart_ends_at_its_parents_delimiter_and_its_parts_count() -> None:
    raw = mail(
        MIXED, "", "--b", ALTERNATIVE, "", "--i", TEXT, "", "x", "--i", HTML, "", "y", "--b", "", "z", "--b--", ""
    )
    root = parse(raw).root
    inner, last = root.children
    assert (inner.close, inner.epilogue) == (None, (inner.body_end, inner.body_end))
    assert [part.body for part in inner.children] == [b"x", b"y"]
    assert last.body == b"z"
    tiled(raw, root)


# the part's header lines and body, then: file name, attachment?, text?, opaque?, charset, encoding, content
CONTENT: list[tuple[list[str], tuple[str | None, bool, bool, bool, str | None, str, bytes]]] = [
    ([TEXT, "", "abc"], (None, False, True, False, None, "", b"abc")),
    ([f'{TEXT}; charset="UTF-8"', "", "abc"], (None, False, True, False, "UTF-8", "", b"abc")),
    ([TEXT, "Content-Transfer-Encoding: BASE64", "", "YWJj"], (None, False, True, False, None, "base64", b"abc")),
    (
        [TEXT, "Content-Transfer-Encoding: quoted-printable (odd)", "", "a=\r\nb=63"],
        (None, False, True, False, None, "quoted-printable", b"abc"),
    ),
    ([TEXT, "Content-Transfer-Encoding: 8bit", "", "abc"], (None, False, True, False, None, "8bit", b"abc")),
    (
        [TEXT, 'Content-Disposition: attachment; filename="a b.txt"', "", "abc"],
        ("a b.txt", True, True, False, None, "", b"abc"),
    ),
    ([f'{TEXT}; name="n.txt"', "", "abc"], ("n.txt", True, True, False, None, "", b"abc")),
    (
        [f'{TEXT}; name="n.txt"', 'Content-Disposition: inline; filename="f.txt"', "", "abc"],
        ("f.txt", False, True, False, None, "", b"abc"),
    ),
    (
        [TEXT, "Content-Disposition: attachment; filename*=utf-8''%C3%BC.txt", "", "abc"],
        ("ü.txt", True, True, False, None, "", b"abc"),
    ),
    (
        [TEXT, "Content-Disposition: attachment; filename=\xfc.txt", "", "abc"],
        (r"\xfc.txt", True, True, False, None, "", b"abc"),
    ),
    (["Content-Type: image/png", "", "abc"], (None, True, False, False, None, "", b"abc")),
    (["Content-Type: application/ms-tnef", "", "abc"], (None, True, False, True, None, "", b"abc")),
    (
        ["Content-Type: application/pkcs7-mime; name=smime.p7m", "", "abc"],
        ("smime.p7m", True, False, True, None, "", b"abc"),
    ),
]


@pytest.mark.parametrize(("lines", "says"), CONTENT, ids=range(len(CONTENT)))
def test_what_a_part_says_of_itself(
    lines: list[str], says: tuple[str | None, bool, bool, bool, str | None, str, bytes]
) -> None:
    for part in (parse(mail(*lines)).root, parse(mail(MIXED, "", "--b", *lines, "--b--", "")).root.children[0]):
        told = (
            part.file_name,
            part.is_attachment,
            part.is_text,
            part.is_opaque,
            part.charset,
            part.encoding,
            part.content,
        )
        assert told == says


def test_a_multipart_or_message_is_not_decoded_as_a_whole() -> None:
    raw = PLAIN_PAIR.replace(MIXED.encode(), MIXED.encode() + b"\r\nContent-Transfer-Encoding: base64")
    root = parse(raw).root
    assert root.shape == "multipart"
    assert root.content == root.body
    assert [child.content for child in root.children] == [b"one", b"two"]
