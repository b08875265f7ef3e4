"""Logs looked through in pieces, by any number of workers, give what reading every line gives."""

import multiprocessing
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff import workers
from snapdiff.model import Problem, TrackingRow
from snapdiff.read import log_scan
from snapdiff.read.log_places import LogPlace, open_log
from snapdiff.read.log_scan import pieces
from snapdiff.read.logs import LogRows, find_logs

HEADER = b"#Log-type: Message Tracking Log\r\n#Fields: date-time,event-id,message-id,sender-address\r\n"
OTHER_HEADER = b"#Fields: date-time,sender-address,message-id,event-id\r\n"


def log(rows: int, begin: bytes = HEADER) -> bytes:
    return begin + b"".join(
        b"2024-05-14T08:00:00.%03dZ,RECEIVE,<%d@x.test>,%s@x.test\r\n"
        % (at % 1000, at, b"Ann" if at % 9 == 0 else b"bo")
        for at in range(rows)
    )


LOGS = {
    "long.log": log(400),
    "restarted.log": log(100) + OTHER_HEADER + log(60, b"") + HEADER + log(40, b""),
    "headless.log": log(80, b"") + HEADER + log(9, b""),
    "wide.log": log(70).decode().encode("utf-16"),
    "blank.log": HEADER + b"\r\n\r\n" + log(30, b"").replace(b"\r\n", b"\r\n\r\n"),
    "short.log": log(50)[:-30],
    "odd.log": log(20) + b"2024-05-14T08:00:00.000Z,ann@x.test\r\n" + log(20, b""),
    "empty.log": HEADER,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in LOGS.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def rows_of(folder: Path, words: tuple[str, ...], jobs: int) -> tuple[list[TrackingRow], int, list[str], list[Problem]]:
    problems: list[Problem] = []
    logs = LogRows(find_logs([folder], problems.append), problems.append, words, jobs=jobs)
    rows = [row for row in logs if "ann@" in row.text("sender_address").lower()]
    return rows, logs.rows_read, logs.files, problems


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("size", [1, 700, 5_000])
def test_pieces_and_workers_change_nothing(folder: Path, size: int, jobs: int) -> None:
    every = rows_of(folder, (), 1)
    whole = rows_of(folder, ("ANN@",), 1)
    with patch.object(log_scan, "PIECE", size):
        assert rows_of(folder, ("ANN@",), jobs) == whole
    assert whole[:3] == every[:3]
    assert len(every[0]) > 50
    assert every[1] == sum(data.replace(b"\0", b"").count(b"2024-") for data in LOGS.values())


def test_workers_that_share_nothing_with_this_process_find_the_same(folder: Path) -> None:
    whole = rows_of(folder, ("ANN@",), 1)
    with patch.object(workers, "_context", partial(multiprocessing.get_context, "spawn")):
        assert rows_of(folder, ("ANN@",), 2) == whole


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("size", [1, 700, 5_000])
def test_who_comes_the_same_way_again_finds_what_reading_every_line_finds(folder: Path, size: int, jobs: int) -> None:
    places = find_logs([folder], lambda problem: None)
    ids = [f"<{at}@x.test>" for at in (3, 7, 30, 399)]
    every = [row for row in LogRows(places, lambda problem: None) if row.text("message_id") in ids]
    with patch.object(log_scan, "PIECE", size):
        first = LogRows(places, lambda problem: None, ("ANN@",), jobs=jobs)
        list(first)
        second = LogRows(places, lambda problem: None, ids, exact=True, jobs=jobs, known=first.passed)
        assert [row for row in second if row.text("message_id") in ids] == every
    assert len(first.passed) == len(LOGS)
    assert second.rows_read == first.rows_read
    assert second.files == first.files


@given(st.lists(st.sampled_from([b"2024-05-14T,a", b"", b"a", b"#b", b"\xff", b"x" * 50])), st.integers(1, 60))
def test_pieces_follow_each_other_and_begin_with_a_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], size: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "pieces.log"
    data = b"\n".join(lines)
    path.write_bytes(data)
    place = LogPlace("pieces.log", str(path))
    with patch.object(log_scan, "PIECE", size), open_log(place) as stream:
        found = pieces(place, stream)
    assert [one.start for one in found] == [0, *(one.end for one in found)][: len(found)]
    assert (found[-1].end if found else 0) == len(data)
    assert all(data[one.start - 1 : one.start] in (b"", b"\n") for one in found)


def test_a_log_that_goes_while_it_is_looked_through_is_a_problem(folder: Path) -> None:
    problems: list[Problem] = []
    places = find_logs([folder], problems.append)
    with patch.object(log_scan, "_PIECES_AT_ONCE", 1):
        logs = iter(LogRows(places, problems.append, ("ann",), jobs=1))
        next(logs)
    for place in places[1:]:
        Path(place.path).unlink()
    assert len(list(logs)) < 10
    assert {problem.code for problem in problems} == {"missing"}
    assert len(problems) == len(places) - 1
