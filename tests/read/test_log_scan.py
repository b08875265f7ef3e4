"""Looking for needles block by block gives the lines that reading every line gives, and counts the same rows."""

import csv
import io
from pathlib import Path
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from snapdiff.read import log_lines, log_scan
from snapdiff.read.log_lines import Line, Lines
from snapdiff.read.log_needles import Needles
from snapdiff.read.logs import LogRows, find_logs
from snapdiff.read.tracking import split_row

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


_VALUE = st.text(st.sampled_from('a,"\n;#7é'), max_size=12)
_DAYS = st.sampled_from(["2024-05-14T00:00:00.000Z", "2024-05-15T00:00:00.000Z"])


@given(st.lists(st.tuples(_DAYS, _VALUE, st.sampled_from(["needle", "other"]), _VALUE)), st.integers(60, 4000))
def test_a_quoted_line_end_stays_in_its_row_wherever_a_block_ends(
    rows: list[tuple[str, str, str, str]], block: int
) -> None:
    log = io.StringIO(newline="")
    csv.writer(log, quoting=csv.QUOTE_ALL if block % 2 else csv.QUOTE_MINIMAL).writerows(rows)
    text = log.getvalue().replace('"2024-', "2024-").replace('.000Z",', ".000Z,")
    told: list[object] = []
    every = Lines(io.BytesIO(text.encode()), "log", told.append, is_quoted=True)
    wanted = Lines(io.BytesIO(text.encode()), "log", told.append, Needles(["needle"]), is_quoted=True)
    with patch.object(log_lines, "BLOCK", block):
        assert [split_row(line.text) for line in every] == [list(row) for row in rows]
        assert every.rows == len(rows)
        found = [split_row(line.text) for line in wanted]
    assert [row for row in found if "needle" in row] == [list(row) for row in rows if "needle" in row]
    assert wanted.rows == len(rows)
    assert told == []


def test_a_quote_too_many_costs_no_row_below_it() -> None:
    row = b"2024-05-14T00:00:00.000Z,SMTP,SEND,<1@x>,%s\r\n"
    log = row % b'"never closed' + b"Fields: more\r\n\r\nand more\r\n" + b"#Fields: a,b\r\n" + row % b"b" + row % b'"c'
    lines = Lines(io.BytesIO(log), "log", lambda problem: None, is_quoted=True)
    assert [(line.number, split_row(line.text)[-1]) for line in lines] == [
        (1, "never closed\nFields: more\n\nand more"),
        (5, "b"),
        (6, "b"),
        (7, "c"),
    ]
    assert lines.rows == 3


def test_pieces_of_a_log_keep_rows_of_several_lines_whole(tmp_path: Path) -> None:
    head = b"#Log-type: Message Tracking Log\r\n#Fields: date-time,event-id,message-id,message-subject\r\n"
    row = b'2024-05-14T00:00:00.000Z,SEND,<%d@x>,"A subject,\r\n\r\n3 lines, and %d"\r\n'
    (tmp_path / "a.log").write_bytes(head + b"".join(row % (at, at) for at in range(200)))
    found = []
    for words in ((), ("LINES, and",), ("<7@x>",)):
        with patch.object(log_scan, "PIECE", 500):
            logs = LogRows(find_logs([tmp_path], print), print, words)
            rows = [one for one in logs if not words or words[0] in ("LINES, and", one.text("message_id"))]
        assert logs.rows_read == 200
        found.append([(one.line, one.text("message_id"), one.text("message_subject")) for one in rows])
    assert found[0] == [(3 + 3 * at, f"<{at}@x>", f"A subject,\n\n3 lines, and {at}") for at in range(200)]
    assert found[1:] == [found[0], [found[0][7]]]
