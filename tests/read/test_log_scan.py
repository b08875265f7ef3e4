"""Looking for needles block by block gives the lines that reading every line gives, and counts the same rows."""

import io
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from snapdiff.read import log_lines
from snapdiff.read.log_lines import Line, Lines
from snapdiff.read.log_needles import Needles

LINE = st.sampled_from(
    [
        b"",
        b" ",
        b"\0\0",
        b"#Fields: a,b",
        b"\xef\xbb\xbf#Fields: a,b",
        b"\0#",
        b"\r\r",
        b"\xef\xbb\xbf",
        b"2024-05-14T00:00:00.000Z,needle,b",
        b"2024,NeEdLe",
        b"x" * 40,
        b"a#b\xff" * 9,
    ]
)
END = st.sampled_from([b"\n", b"\r\n"])


@given(st.lists(st.tuples(LINE, END)), st.booleans(), st.integers(1, 60))
def test_needles_find_what_every_line_holds_wherever_a_block_ends(
    lines: list[tuple[bytes, bytes]], is_ended: bool, block: int
) -> None:
    log = b"".join(line + end for line, end in lines)
    if not is_ended:
        log = log.rstrip(b"\r\n")
    told: list[object] = []
    every = Lines(io.BytesIO(log), "log", told.append)
    wanted = Lines(io.BytesIO(log), "log", told.append, Needles(["needle"]))
    with patch.object(log_lines, "BLOCK", block):
        expected = [_place(line) for line in every if line.is_header or "needle" in line.text.lower()]
        found = [_place(line) for line in wanted]
    assert found == expected
    assert wanted.rows == every.rows
    assert told == []


def _place(line: Line) -> tuple[int, str]:
    return line.number, line.text
