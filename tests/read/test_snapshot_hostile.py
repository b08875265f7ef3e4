"""Snapshot files cut at every byte, with absurd times, any bytes, or huge lines: never an exception, always in time."""

import hashlib

import pytest
from blockmaker import (
    BEGIN,
    BLOCK,
    END,
    FILE_OF,
    FOLDED_LINE,
    MAIL,
    ORIGINAL,
    PROTOCOL,
    RECEIVER,
    SENDER,
    SOURCE,
    TIME,
    block,
    load,
    noun,
    word,
)
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.model import Stage
from snapdiff.times import parse_time

TIMES: list[tuple[str, bool]] = [
    ("2013-01-23T23:20:18.138Z", True),
    ("2013-01-23T23:20:18Z", True),
    ("2013-01-23T23:20:18.1381234Z", True),
    ("2013-01-23T23:20:18.138+02:00", True),
    ("0001-01-01T00:00:00Z", True),
    ("9999-12-31T23:59:59.9999999Z", True),
    ("", False),
    ("yesterday", False),
    ("2013-02-30T00:00:00Z", False),
    ("99999-01-01T00:00:00Z", False),
    ("2013-01-23T25:61:61Z", False),
    ("-" * 5000, False),
    ("2013-01-23T23:20:18.138Z\x00", False),
    ("２０１３-01-23T23:20:18Z", False),
]


@pytest.mark.parametrize(("text", "readable"), TIMES)
def test_times(text: str, readable: bool) -> None:
    raw = BEGIN + b"X-MessageSnapshot-UTC-Time: " + text.encode() + b"\r\n" + SOURCE + SENDER + END + MAIL
    loaded, problems = load(raw)
    assert (parse_time(text) is not None) is readable
    assert (loaded.time is not None) is readable
    assert loaded.snapshot.time == (text if readable else None)
    assert [problem.code for problem in problems] == ([] if readable else ["unreadable-time"])
    assert loaded.message == MAIL


def test_the_farthest_times_can_be_subtracted() -> None:
    first, last = parse_time("0001-01-01T00:00:00+23:59"), parse_time("9999-12-31T23:59:59.999999-23:59")
    assert first is not None
    assert last is not None
    assert (last - first).days == 3652060


RICH = (
    BEGIN
    + TIME
    + PROTOCOL
    + FOLDED_LINE
    + b"\r\n"
    + b"X-Sender: <>\r\n"
    + word("X-Receiver: ü@x.example")
    + b"\r\n"
    + RECEIVER
    + END
)
CUT = [RICH + MAIL, (RICH + MAIL).replace(b"\r\n", b"\n"), b"\xef\xbb\xbf" + BLOCK + MAIL, ORIGINAL + MAIL]


@pytest.mark.parametrize("stage", ["Original", "SmtpReceive", "Routing"])
@pytest.mark.parametrize("whole", CUT, ids=["rich", "LF", "BOM", "Original"])
def test_cut_at_every_byte_the_message_never_begins_late(whole: bytes, stage: Stage) -> None:
    """The message of a cut file is a beginning of the whole one's, and shortness is noticed up to the body."""
    full = load(whole, stage)[0]
    offset = full.snapshot.message_offset
    body = offset + min(at for at in (full.message.find(b"\n\n"), full.message.find(b"\r\n\r\n")) if at >= 0)
    for end in range(len(whole)):
        loaded, _ = load(whole[:end], stage)
        at = loaded.snapshot.message_offset
        assert 0 <= at <= end
        assert loaded.message == whole[at:end]
        if end >= offset:
            assert at == offset
        elif at != end:
            # What is cut within an encoded word can't be told from a mail.
            assert whole[at:].startswith(b"=?")
        if stage == "Original":
            assert loaded.snapshot.headers_only or end > body or end == 0
        else:
            assert loaded.short or end > body


@given(st.binary(max_size=60), st.binary(max_size=60), st.integers(0, len(RICH)), st.booleans())
def test_any_bytes_in_or_behind_a_block_are_read(middle: bytes, behind: bytes, at: int, with_mail: bool) -> None:
    raw = RICH[:at] + middle + RICH[at:] + (MAIL if with_mail else behind)
    for stage in FILE_OF:
        loaded, problems = load(raw, stage)
        assert raw[loaded.snapshot.message_offset :] == loaded.message
        assert loaded.snapshot.sha256 == hashlib.sha256(loaded.message).hexdigest()
        assert all(problem.path == FILE_OF[stage] and problem.message for problem in problems)


def test_a_hundred_thousand_recipients() -> None:
    lines = b"".join(b"X-Receiver: user%d@contoso.com\r\n" % number for number in range(100_000))
    snapshot = noun(block(envelope=SENDER + lines) + MAIL)
    assert len(snapshot.recipients) == 100_000
    assert snapshot.recipients[-1] == "user99999@contoso.com"
    assert snapshot.size - snapshot.message_offset == len(MAIL)


# Each of these took minutes, or gigabytes, when read without care; they are done at once or the run hangs.
LARGE = [
    ("folds", RECEIVER + b" \r\n" * 2_000_000),
    ("blanks", b"X-Receiver: " + b" " * 4_000_000 + b"\r\n"),
    ("words", b"X-Receiver: " + b"=?utf-8?Q?a?= " * 70_000 + b"\r\n"),
    ("half words", b"X-Receiver: " + b"=?" * 500_000 + b"\r\n"),
    ("names", b"X-MessageSnapshot-" + b"a" * 4_000_000 + b"\r\n"),
]


@pytest.mark.parametrize("lines", [case[1] for case in LARGE], ids=[case[0] for case in LARGE])
def test_large_lines_are_read_in_linear_time(lines: bytes) -> None:
    loaded, _ = load(block(envelope=SENDER + lines) + MAIL)
    assert loaded.message == MAIL
