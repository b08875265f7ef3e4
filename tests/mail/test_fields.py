"""Header bytes to fields: joinable back to the byte, in odd forms too, and never slow."""

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from snapdiff.mail import fields as module
from snapdiff.mail.fields import (
    Header,
    field_name,
    field_value,
    first_value,
    split_header,
    unfold,
    unfold_to_blanks,
)

# what it is, the bytes, the fields, whether a blank line ends them, the body
SPLITS: list[tuple[str, bytes, list[bytes], bool, bytes]] = [
    ("nothing", b"", [], False, b""),
    ("no header", b"\r\nbody", [], True, b"body"),
    ("LF alone", b"\nbody", [], True, b"body"),
    ("one field", b"A: b\r\n\r\nbody", [b"A: b\r\n"], True, b"body"),
    ("LF line ends", b"A: b\nC: d\n\nbody", [b"A: b\n", b"C: d\n"], True, b"body"),
    ("mixed line ends", b"A: b\nC: d\r\n\nbody", [b"A: b\n", b"C: d\r\n"], True, b"body"),
    ("folds", b"A: b\r\n c\r\n\td\r\nE: f\r\n\r\n", [b"A: b\r\n c\r\n\td\r\n", b"E: f\r\n"], True, b""),
    ("a fold of blanks alone", b"A: b\r\n \r\nC: d\r\n\r\n", [b"A: b\r\n \r\n", b"C: d\r\n"], True, b""),
    ("empty value", b"A:\r\n\r\n", [b"A:\r\n"], True, b""),
    ("blanks before the colon", b"A \t: b\r\n\r\n", [b"A \t: b\r\n"], True, b""),
    ("no blank behind the colon", b"A:b\r\n\r\n", [b"A:b\r\n"], True, b""),
    ("no line end at the end", b"A: b", [b"A: b"], False, b""),
    ("header alone", b"A: b\r\n", [b"A: b\r\n"], False, b""),
    ("cut in the blank line", b"A: b\r\n\r", [b"A: b\r\n"], False, b"\r"),
    ("8-bit value", b"A: \xe9\xff\r\n\r\n", [b"A: \xe9\xff\r\n"], True, b""),
    ("NUL in a value", b"A: \0\r\n\r\n", [b"A: \0\r\n"], True, b""),
    ("lone CR in a value", b"A: b\rC: d\r\n\r\n", [b"A: b\rC: d\r\n"], True, b""),
    ("a line without colon ends it", b"A: b\r\njunk\r\nC: d\r\n\r\nx", [b"A: b\r\n"], False, b"junk\r\nC: d\r\n\r\nx"),
    ("8-bit name ends it", b"A: b\r\n\xe9: d\r\n\r\n", [b"A: b\r\n"], False, b"\xe9: d\r\n\r\n"),
    ("a blank in the name ends it", b"A: b\r\nC D: e\r\n\r\n", [b"A: b\r\n"], False, b"C D: e\r\n\r\n"),
    ("no name ends it", b": b\r\n\r\n", [], False, b": b\r\n\r\n"),
    ("a blank first", b" A: b\r\n\r\n", [], False, b" A: b\r\n\r\n"),
    ("`From ` line", b"From a@b Mon\r\nA: b\r\n\r\n", [b"From a@b Mon\r\n", b"A: b\r\n"], True, b""),
    ("`From ` line alone", b"From a@b", [b"From a@b"], False, b""),
    (
        "`From ` line further down ends it",
        b"A: b\r\nFrom a@b Mon\r\n\r\n",
        [b"A: b\r\n"],
        False,
        b"From a@b Mon\r\n\r\n",
    ),
    ("`>From ` line ends it", b"A: b\r\n>From a@b\r\n\r\n", [b"A: b\r\n"], False, b">From a@b\r\n\r\n"),
    ("From with a blank before its colon", b"From : a@b\r\n\r\n", [b"From : a@b\r\n"], True, b""),
]


def body_of(raw: bytes, header: Header) -> bytes:
    return raw[header.body :]


@pytest.mark.parametrize(
    ("raw", "expected", "has_blank", "body"), [case[1:] for case in SPLITS], ids=[case[0] for case in SPLITS]
)
@pytest.mark.parametrize("before", [b"", b"X: the block\r\n"])
def test_split(raw: bytes, expected: list[bytes], has_blank: bool, body: bytes, before: bytes) -> None:
    header = split_header(before + raw, len(before))
    assert header.fields == expected
    assert header.has_blank is has_blank
    assert body_of(before + raw, header) == body
    assert header.start == len(before)


HEADERISH = st.lists(
    st.one_of(
        st.sampled_from([b"A: b", b"\r\n", b"\n", b" ", b"\t", b":", b"From ", b"\r", b"=?", b"\0", b"\xe9"]),
        st.binary(max_size=6),
    ),
    max_size=30,
).map(b"".join)


@given(st.one_of(HEADERISH, st.binary(max_size=80)), st.integers(0, 5), st.integers(0, 90))
@example(b"A: b\r\n \r\n\r\n", 0, 90)
def test_joined_again_it_is_the_same(raw: bytes, start: int, end: int) -> None:
    start, end = min(start, len(raw)), max(min(end, len(raw)), min(start, len(raw)))
    header = split_header(raw, start, end)
    joined = b"".join(header.fields)
    between = raw[header.end : header.body]
    assert raw[start : header.end] == joined
    assert between in ({b"\n", b"\r\n"} if header.has_blank else {b""})
    assert joined + between + raw[header.body : end] == raw[start:end]
    assert start <= header.end <= header.body <= end
    offsets = header.offsets()
    assert [raw[a:z] for a, z in pairwise(offsets)] == header.fields
    assert (offsets[0], offsets[-1]) == (start, header.end)


@given(HEADERISH)
def test_each_field_is_a_field(raw: bytes) -> None:
    """One line that begins with a name, and continuation lines; only the first may be an envelope line."""
    header = split_header(raw)
    for number, field in enumerate(header.fields):
        first, *others = re.split(rb"(?<=\n)", field)
        envelope = number == 0 and first.startswith(b"From ")
        assert envelope or re.match(rb"[!-9;-~]+[ \t]*:", first)
        assert all(line[:1] in b" \t" for line in others)
        assert field.endswith(b"\n") or header.end == len(raw)
    if not header.has_blank and header.end < len(raw):
        assert not re.match(rb"[!-9;-~]+[ \t]*:|\r?\n", raw[header.end :])


NAMES = [
    (b"Subject: x\r\n", "Subject", b" x\r\n"),
    (b"SUBJECT \t:x", "SUBJECT", b"x"),
    (b"From: a@b\r\n", "From", b" a@b\r\n"),
    (b"From : a@b\r\n", "From", b" a@b\r\n"),
    (b"From a@b Mon 10:00:00\r\n", "From ", b"a@b Mon 10:00:00\r\n"),
    (b"A:b:c\r\n d\r\n", "A", b"b:c\r\n d\r\n"),
]


@pytest.mark.parametrize(("field", "name", "value"), NAMES)
def test_name_and_value(field: bytes, name: str, value: bytes) -> None:
    assert (field_name(field), field_value(field)) == (name, value)


# the value, unfolded by RFC 5322, with each fold as one blank
UNFOLDED = [
    (b" a\r\n b\r\n", b"a b", b"a b"),
    (b" a\r\n\tb\r\n", b"a\tb", b"a b"),
    (b" a \r\n  b\r\n", b"a   b", b"a b"),
    (b" a\n b\n", b"a b", b"a b"),
    (b"\r\n a\r\n", b"a", b"a"),
    (b" a  b\r\n", b"a  b", b"a  b"),
    (b" a\r\n \r\n b\r\n", b"a  b", b"a  b"),
    (b" a\r\r\n b\r\n", b"a\r b", b"a\r b"),
    (b"", b"", b""),
    (b" \t \r\n", b"", b""),
    (b" a\x0c\r\n", b"a\x0c", b"a\x0c"),
    (b" a\r", b"a\r", b"a\r"),
]


@pytest.mark.parametrize(("value", "plain", "to_blanks"), UNFOLDED)
def test_unfolding(value: bytes, plain: bytes, to_blanks: bytes) -> None:
    assert unfold(value) == plain
    assert unfold_to_blanks(value) == to_blanks


@given(HEADERISH)
def test_unfolding_leaves_no_fold_and_takes_nothing_but_line_ends_and_blanks(raw: bytes) -> None:
    for field in split_header(raw).fields:
        value = field_value(field)
        bare = re.sub(rb"\r?\n\Z", b"", value)
        assert unfold(value) == re.sub(rb"\r?\n(?=[ \t])", b"", bare).strip(b" \t")
        assert unfold_to_blanks(value) == re.sub(rb"[ \t]*\r?\n[ \t]+", b" ", bare).strip(b" \t")


def test_first_value() -> None:
    fields = split_header(b"Subjects: no\r\nSUBJECT : one\r\n two\r\nSubject: three\r\n\r\n").fields
    assert first_value(fields, b"subject") == b"one two"
    assert first_value(fields, b"sub") is None
    assert first_value([], b"subject") is None
    assert first_value([b"Subject" + b" " * 40 + b": far\r\n"], b"subject") == b"far"
    assert first_value([b"From me@x 10:00\r\n", b"From: a@b\r\n"], b"from") == b"a@b"
    assert first_value([b"A:\r\n"], b"a") == b""


@pytest.mark.parametrize(("count", "overflow"), [(4, False), (5, False), (6, True), (60, True)])
def test_more_fields_than_the_limit_end_the_header(monkeypatch: pytest.MonkeyPatch, count: int, overflow: bool) -> None:
    monkeypatch.setattr(module, "MAX_FIELDS", 5)
    raw = b"".join(b"A: %d\r\n" % number for number in range(count)) + b"\r\nbody"
    header = split_header(raw)
    assert header.overflow is overflow
    assert len(header.fields) == min(count, 5)
    assert b"".join(header.fields) + raw[header.end :] == raw
    assert header.has_blank is not overflow


def test_a_quarter_of_a_million_fields_are_fields() -> None:
    raw = b"A:\n" * module.MAX_FIELDS + b"\n"
    header = split_header(raw)
    assert (len(header.fields), header.overflow, header.body) == (module.MAX_FIELDS, False, len(raw))


# Read without care, each of these takes quadratic time or gigabytes: the run would hang.
LARGE = [
    b"A: b\r\n" + b" \r\n" * 3_000_000,
    b"a" * 10_000_000,
    b"a" * 3_000_000 + b" " * 3_000_000,
    b"A: " + b" " * 3_000_000 + b"b\r\n",
    b"A: " + b" \t" * 1_000_000 + b"\r\n b\r\n",
    b"A: " + b"b \r\n " * 500_000,
]


@pytest.mark.parametrize("raw", LARGE, ids=["folds", "name", "blanks", "value", "blanks and fold", "words"])
def test_large_fields_are_read_in_linear_time(raw: bytes) -> None:
    header = split_header(raw)
    assert b"".join(header.fields) + raw[header.end :] == raw
    for field in (*header.fields, raw):
        assert b"\n " not in unfold(field)
        assert b"\n " not in unfold_to_blanks(field)


def test_a_folded_envelope_line_is_one_field() -> None:
    header = split_header(b"From anna@contoso.test\r\n Mon Jan  1\r\nSubject: x\r\n\r\n")
    assert header.fields == [b"From anna@contoso.test\r\n Mon Jan  1\r\n", b"Subject: x\r\n"]
