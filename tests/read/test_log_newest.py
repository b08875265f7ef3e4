"""The newest row is found by how the lines begin, wherever a block or a piece of a log ends."""

import gzip
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.read import log_newest, log_scan
from snapdiff.read.log_newest import newest_time
from snapdiff.read.logs import find_logs
from snapdiff.times import parse_time

HEAD = b"#Log-type: Message Tracking Log\r\n#Fields: date-time,event-id,message-id\r\n"
TIMES = st.integers(0, 59).map(lambda second: f"2024-05-14T08:00:{second:02}.000Z")
LINES = st.one_of(
    TIMES.map(lambda time: f"{time},SEND,<1@x>".encode()),
    st.sampled_from([b"", b"zzz", b"9999-99-99T99:99:99.999Z,a", b"\xff", b"#Date: x", b"2024-05-14", b"x" * 90]),
)


def newest(folder: Path, jobs: int = 1) -> str:
    return newest_time(find_logs([folder], lambda problem: None), jobs=jobs)


def expected(log: bytes) -> str:
    times = [line[:24].decode("latin-1") for line in log.split(b"\n") if line[:4] == b"2024"]
    return max((time for time in times if parse_time(time) is not None), default="")


@given(st.lists(LINES), st.integers(1, 80), st.integers(1, 200))
def test_the_newest_of_any_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], block: int, piece: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "newest"
    folder.mkdir(exist_ok=True)
    log = HEAD + b"\r\n".join(lines)
    (folder / "a.log").write_bytes(log)
    with patch.object(log_newest, "_BLOCK", block), patch.object(log_scan, "PIECE", piece):
        assert newest(folder) == expected(log)


@pytest.mark.parametrize("packed", [bytes, gzip.compress, lambda log: log.decode().encode("utf-16")])
def test_the_newest_of_several_logs_in_any_packing(tmp_path: Path, packed: Callable[[bytes], bytes]) -> None:
    for name, second in (("a", 3), ("b", 7), ("c", 5)):
        row = f"2024-05-14T08:00:0{second}.000Z,SEND,<1@x>\r\n".encode()
        (tmp_path / f"{name}.log").write_bytes(packed(HEAD + row))
    (tmp_path / "d.log").write_bytes(b"2024-05-15 is no log\r\n")
    assert newest(tmp_path, jobs=2) == "2024-05-14T08:00:07.000Z"


def test_a_row_behind_a_byte_order_mark_counts(tmp_path: Path) -> None:
    row = b"2024-05-14T08:00:01.000Z,10.0.0.1,a,10.0.0.2,b,,,SMTP,SEND,1,<1@x>,a@x\r\n"
    (tmp_path / "a.log").write_bytes(b"\xef\xbb\xbf" + row)
    assert newest(tmp_path) == "2024-05-14T08:00:01.000Z"


def test_no_log_has_no_newest_row(tmp_path: Path) -> None:
    assert newest(tmp_path) == ""
