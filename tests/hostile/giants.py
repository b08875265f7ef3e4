"""Mails made to exhaust whoever reads them: names to the messages of one trace, biggest sizes first."""

import random
from collections.abc import Callable

FIELDS = 100_000
PARTS = 100_000
NESTED = 2_000
LONG_LINE = 50 * 1024 * 1024
LINES = 1_000_000

Messages = list[bytes]
_TOP = b"From: a@contoso.test\r\nSubject: giant\r\nMIME-Version: 1.0\r\n"
_PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"


def fields_one_more() -> Messages:
    """100,000 fields of one name, and one more among them."""
    lines = [b"X-Repeated: %d\r\n" % number for number in range(FIELDS)]
    more = [*lines[: FIELDS // 2], b"X-Repeated: more\r\n", *lines[FIELDS // 2 :]]
    return [_TOP + b"".join(rows) + b"\r\nbody\r\n" for rows in (lines, more)]


def fields_reversed() -> Messages:
    """100,000 fields, then the same from the last to the first."""
    lines = [b"X-%d: %d\r\n" % (number, number) for number in range(FIELDS)]
    return [_TOP + b"".join(rows) + b"\r\nbody\r\n" for rows in (lines, lines[::-1])]


def fields_all_changed() -> Messages:
    """100,000 fields of one name, each with another value."""
    return [
        _TOP + b"".join(b"Received: %s%d\r\n" % (word, number) for number in range(FIELDS)) + b"\r\nbody\r\n"
        for word in (b"from a", b"from b")
    ]


def fields_equal() -> Messages:
    """100,000 fields equal to the byte, then one less, then all refolded."""
    line = b"X-Same: one two\r\n"
    refolded = _TOP + b"X-Same: one\r\n two\r\n" * FIELDS
    return [_TOP + line * FIELDS + b"\r\n", _TOP + line * (FIELDS - 1) + b"\r\n", refolded + b"\r\n"]


def long_body_line() -> Messages:
    """A body that is one line of 50 MB, with a word changed in its middle."""
    half = b"words in a line " * (LONG_LINE // 32)
    return [_TOP + _PLAIN + half + word + half + b"\r\n" for word in (b"right", b"wrong")]


def long_field() -> Messages:
    """A header field of 50 MB, with a word changed in its middle."""
    half = b"words in a line " * (LONG_LINE // 32)
    return [_TOP + b"X-Long: " + half + word + half + b"\r\n" + _PLAIN + b"body\r\n" for word in (b"a", b"b")]


def many_folds() -> Messages:
    """One field of a million folds, and another value in its last."""
    return [_TOP + b"X-Folded: a\r\n" + b" b\r\n" * LINES + word + b"\r\n\r\nbody\r\n" for word in (b" c", b" d")]


def nested_multiparts() -> Messages:
    """Multiparts 2,000 deep, and another text in the innermost."""
    heads = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(NESTED)
    )
    tails = b"".join(b"\r\n--b%d--\r\n" % level for level in reversed(range(NESTED)))
    return [_TOP + heads + _PLAIN + text + tails for text in (b"one", b"two")]


def nested_messages() -> Messages:
    """Messages in messages, 2,000 deep."""
    return [_TOP + b"Content-Type: message/rfc822\r\n\r\n" * NESTED + _PLAIN + text for text in (b"one", b"two")]


def one_boundary_nested() -> Messages:
    """Multiparts 2,000 deep that all have the same boundary, none of them closed."""
    heads = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * NESTED
    return [_TOP + heads + _PLAIN + text for text in (b"one", b"two")]


def parts_one_less() -> Messages:
    """100,000 parts of all different text, then without the one in the middle, then in the reverse order."""
    parts = [b"--b\r\n%spart %d\r\n" % (_PLAIN, number) for number in range(PARTS)]
    less = parts[: PARTS // 2] + parts[PARTS // 2 + 1 :]
    return [_many(rows) for rows in (parts, less, less[::-1])]


def parts_equal() -> Messages:
    """100,000 parts equal to the byte, then one less."""
    part = b"--b\r\n" + _PLAIN + b"the same\r\n"
    return [_many([part] * count) for count in (PARTS, PARTS - 1)]


def parts_all_changed() -> Messages:
    """15,000 parts, within what is told apart, each with another text."""
    return [_many([b"--b\r\n%s%s %d\r\n" % (_PLAIN, word, n) for n in range(15_000)]) for word in (b"one", b"two")]


def _many(parts: list[bytes]) -> bytes:
    return _TOP + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"".join(parts) + b"--b--\r\n"


def equal_lines() -> Messages:
    """1,000,000 equal lines against 1,000,001."""
    return [_TOP + _PLAIN + b"the same line\r\n" * count for count in (LINES, LINES + 1)]


def few_kinds_of_lines() -> Messages:
    """300,000 lines of three kinds, shuffled in two ways: no line is unique, and every one has many twins."""
    rng = random.Random(4)  # noqa: S311
    return [_TOP + _PLAIN + b"".join(rng.choices((b"a\r\n", b"b\r\n", b"\r\n"), k=300_000)) for _ in range(2)]


def all_lines_changed() -> Messages:
    """300,000 lines, each with another word."""
    return [
        _TOP + _PLAIN + b"".join(b"%s %d\r\n" % (word, number) for number in range(300_000))
        for word in (b"one", b"two")
    ]


def every_other_line_changed() -> Messages:
    """100,000 lines of twelve words, and in every other one another word in the middle: 50,000 hunks of like words."""
    line = b"one two six one two six %s one two six one two\r\n"
    return [
        _TOP + _PLAIN + b"".join(line % (word if number % 2 else b"same") for number in range(100_000))
        for word in (b"before", b"after")
    ]


def many_wordy_hunks() -> Messages:
    """1,500 changed lines of 500 words of one letter, an unchanged line between any two."""
    rng = random.Random(4)  # noqa: S311

    def line() -> bytes:
        return " ".join(rng.choices("abcdefghijklmnop", k=500)).encode()

    return [_TOP + _PLAIN + b"".join(b"%s\r\n--%d\r\n" % (line(), number) for number in range(1_500)) for _ in range(2)]


def wide_and_deep() -> Messages:
    """Multiparts 90 deep with 200 small parts at each level, of which every one is another text."""

    def of(word: bytes) -> bytes:
        out = b"".join(b"--b0\r\n\r\n%s 0 %d\r\n" % (word, n) for n in range(200))
        for level in range(1, 90):
            mark = b"b%d" % (level - 1)
            head = b"--b%d\r\nContent-Type: multipart/mixed; boundary=%s\r\n\r\n" % (level, mark)
            own = b"".join(b"--b%d\r\n\r\n%s %d %d\r\n" % (level, word, level, n) for n in range(200))
            out = head + out + b"--%s--\r\n" % mark + own
        return _TOP + b"Content-Type: multipart/mixed; boundary=b89\r\n\r\n" + out + b"--b89--\r\n"

    return [of(word) for word in (b"one", b"two")]


def multiparts_to_leaves() -> Messages:
    """6,000 multiparts with a text each, in whose place 6,000 other texts stand, and back."""
    nested = b"Content-Type: multipart/mixed; boundary=c%d\r\n\r\n--c%d\r\n\r\nnested %d\r\n--c%d--\r\n"
    multiparts = _many([b"--b\r\n" + nested % (n, n, n, n) for n in range(6_000)])
    leaves = _many([b"--b\r\n%sleaf number %d\r\n" % (_PLAIN, n) for n in range(6_000)])
    return [multiparts, leaves, multiparts]


def deep_html() -> Messages:
    """HTML elements nested 200,000 deep around a word."""
    count = 200_000
    html = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    return [_TOP + html + b"<div><b>" * count + word + b"</b></div>" * count for word in (b"one", b"two")]


def html_without_ends() -> Messages:
    """HTML of a million tags, attributes and entities that never end."""
    html = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    junk = b"<p <a href='&#x26;&lt;" * 50_000 + b"<!--" * 50_000 + b"<table><tr><td>" * 50_000
    return [_TOP + html + junk + word for word in (b"one", b"two")]


def encoded_words() -> Messages:
    """A subject of 100,000 encoded words, and some that never end."""
    words = b" =?utf-8?B?w6k=?=\r\n" * 100_000
    broken = b" =?" * 100_000 + b"\r\n"
    return [_TOP + b"X-Words:" + words + b"X-Broken:" + broken + tail + b"\r\nbody\r\n" for tail in (b"", b" more\r\n")]


def parameters() -> Messages:
    """A Content-Type of 100,000 parameters in RFC 2231's pieces, and one of a comment 100,000 deep."""
    pieces = b"".join(b";\r\n name*%d*=%%41" % number for number in range(100_000))
    first = b"Content-Type: application/x-a" + pieces
    second = b"Content-Type: text/plain " + b"(" * 100_000 + b")" * 100_000
    return [_TOP + value + b"\r\n\r\nbody\r\n" for value in (first, second, first + b"; a=b")]


def blanks() -> Messages:
    """Runs of 300,000 blanks wherever a reader may try to take them in more than one way."""
    run = b" \t" * 150_000
    names = (b"X-Blanks", b"Subject", b"To", b"Received", b"DKIM-Signature", b"Authentication-Results", b"Content-Type")
    rows = (b"a%sb", b"a;%sb=c", b"a=%s;", b"a%s\r\n b", b"(%s", b'"%s', b"=?utf-8?q?%s?=", b";boundary%s=", b"a/b%s;")
    fields = b"".join(b"%s: %s\r\n" % (name, row % run) for name in names for row in rows)
    encoding = b"Content-Transfer-Encoding: quoted-printable\r\n"
    body = b"\r\n--b" + run + b"x\r\n--b" + run + b"\r\n" + encoding + b"\r\n=" + run + b"\r\n" + run + b"=\r\n"
    top = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
    return [top + rows + body + word for rows in (fields, fields.replace(b"b", b"d")) for word in (b"one", b"two")]


def addresses() -> Messages:
    """Addresses, comments and quotes without end in the fields that people read."""
    rows = (b"<" * 100_000, b'"' * 100_001, b"(" * 100_000, b"a@b.test, " * 100_000, b"@,;:\\" * 50_000, b"[" * 100_000)
    fields = b"".join(b"%s: %s\r\n" % (name, row) for row in rows for name in (b"To", b"Cc", b"Reply-To"))
    return [_TOP + fields + extra + b"\r\nbody\r\n" for extra in (b"", b"X-A: b\r\n")]


def hops() -> Messages:
    """Received fields made to be read forever."""
    rows = (
        b"from " + b"a " * 50_000,
        b"from a by b with c id d for <e>; " + b"," * 50_000,
        b"(" * 20_000 + b"from by with id for ;" * 5_000,
        b"from [" + b"1." * 50_000 + b"] by " + b"x" * 50_000,
        b"by a" + b" \t" * 50_000 + b"; Mon, 5 Jun 2017 10:00:00 +0000",
    )
    fields = b"".join(b"Received: %s\r\n" % row for row in rows)
    return [_TOP + fields + extra + b"\r\nbody\r\n" for extra in (b"", b"X-A: b\r\n")]


def structured() -> Messages:
    """Tags without end in the fields whose values are taken apart."""
    fields = b"".join(
        b"%s: %s\r\n" % (name, b"; ".join(b"t%d=v%d" % (n, n) for n in range(50_000)))
        for name in (b"DKIM-Signature", b"Authentication-Results", b"X-Forefront-Antispam-Report")
    )
    odd = b"DKIM-Signature: " + b"=;" * 100_000 + b"\r\nAuthentication-Results: " + b"(" * 100_000 + b"\r\n"
    changed = fields.replace(b"v7;", b"other;").replace(b"v49999", b"last")
    return [_TOP + rows + b"\r\nbody\r\n" for rows in (fields, changed, odd, odd.replace(b"=;=", b"=;a="))]


def broken_encodings() -> Messages:
    """Base64 and quoted-printable of 10 MB that is neither."""

    def of(encoding: bytes, body: bytes) -> bytes:
        return _TOP + b"Content-Transfer-Encoding: " + encoding + b"\r\n" + _PLAIN + body

    return [
        of(b"base64", b"=" * 10_000_000),
        of(b"base64", b"A=\r\n" * 2_500_000),
        of(b"quoted-printable", b"=" * 10_000_000),
        of(b"quoted-printable", b"=\r\n" * 3_000_000),
        of(b"x-uuencode", b"begin 644 a\r\n" + b"M" * 10_000_000),
    ]  # fmt: skip


def boundary_prefix() -> Messages:
    """A boundary that is the beginning of the one inside it, and of a line of text there."""
    outer = (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=ab\r\n\r\n"
    )
    rest = b"\r\n--abc is no delimiter\r\n--ab--\r\n--a\r\n\r\nlast\r\n--a--\r\n"
    return [_TOP + outer + b"--ab\r\n" + _PLAIN + text + rest for text in (b"one", b"two")]


def only_delimiters() -> Messages:
    """A million lines that look like delimiters, of a boundary and its beginnings."""
    head = b"Content-Type: multipart/mixed; boundary=" + b"-" * 60 + b"\r\n\r\n"
    return [_TOP + head + (b"-" * width + b"\r\n") * 300_000 for width in (62, 61, 63, 64)]


GIANTS: dict[str, Callable[[], Messages]] = {
    maker.__name__: maker
    for maker in (
        fields_one_more, fields_reversed, fields_all_changed, fields_equal, long_body_line, long_field, many_folds,
        nested_multiparts, nested_messages, one_boundary_nested, parts_one_less, parts_equal, parts_all_changed,
        wide_and_deep, multiparts_to_leaves, boundary_prefix, only_delimiters, equal_lines, few_kinds_of_lines,
        all_lines_changed, every_other_line_changed, many_wordy_hunks, deep_html, html_without_ends, encoded_words,
        parameters, blanks, addresses, hops, structured, broken_encodings,
    )
}  # fmt: skip
