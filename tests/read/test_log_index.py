"""An index of logs finds what reading them finds, follows them as they grow, and overwrites nothing of others."""

import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapdiff.commands.searching import Searched
from snapdiff.model import Problem, TrackingRow
from snapdiff.read import log_indexing, log_lines, log_notes
from snapdiff.read.listing import ReadFailed
from snapdiff.read.log_index import LogIndex
from snapdiff.read.log_indexing import Indexed, Updated
from snapdiff.read.logs import find_logs
from snapdiff.track.search import Search

HEADER = (
    "#Log-type: Message Tracking Log\r\n#Fields: date-time,event-id,message-id,network-message-id,sender-address,"
    "recipient-address,message-subject,reference\r\n"
)
OTHER_HEADER = "#Fields: date-time,message-subject,event-id,message-id,sender-address,recipient-address,reference\r\n"


@contextmanager
def small_parts(size: int) -> Iterator[None]:
    with (
        patch.object(log_notes, "PART", size),
        patch.object(log_indexing, "PART", size),
        patch.object(log_indexing, "PIECE", 5 * size),
    ):
        yield


def row(at: int, event: str = "RECEIVE", reference: str = "") -> str:
    sender = ("Ann@x.test", "bob@y.test", "o'brien@z.test", "größe@x.test")[at % 4]
    name = "" if at % 11 == 0 else f"<{at // 3}@mbx>"
    return (
        f"2024-05-14T08:00:{at % 60:02}.000Z,{event},{name},N{at // 3},{sender},c{at % 5}@x.test;d@x.test,"
        f'"Offer {at}, ""new""",{reference}\r\n'
    )


def log(rows: int, begin: str = HEADER, first: int = 0) -> str:
    reports = "".join(row(1000 + at, "DSN", f"<{at}@mbx>") for at in range(first, first + rows, 17))
    return begin + "".join(row(at) for at in range(first, first + rows)) + reports


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def found(folder: Path, search: Search, index: Path | None) -> tuple[list[TrackingRow], int, list[str], list[Problem]]:
    """The rows of a search in the order of the logs, with what else it says."""
    problems: list[Problem] = []
    places = find_logs([folder], problems.append)
    if index is None:
        searched = Searched(places, search, problems.append)
        rows = list(searched.rows())
    else:
        with LogIndex(str(index)) as opened:
            indexed = Indexed(opened, places)
            indexed.update()
            searched = Searched(places, search, problems.append, None, None, indexed)
            rows = list(searched.rows())
    return sorted(rows, key=lambda one: (one.file, one.line)), searched.rows_read, searched.files, problems


def updated(folder: Path, index: Path) -> Updated:
    with LogIndex(str(index)) as opened:
        return Indexed(opened, find_logs([folder], lambda problem: None)).update()


SEARCHES = [
    Search(message_id="<7@mbx>"),
    Search(message_id="7@mbx"),
    Search(message_id="<7@MBX>"),
    Search(network_message_id="n12"),
    Search(sender="ANN@"),
    Search(sender="o'brien"),
    Search(sender="GRÖSSE@"),
    Search(sender="nobody"),
    Search(recipients=("C3@x", "c4@x")),
    Search(subject="offer 31"),
    Search(subject='"NEW"'),
    Search(sender="bob", event="DSN"),
    Search(event="dsn"),
    Search(),
]


@pytest.mark.parametrize("size", [100, 1000])
@pytest.mark.parametrize("search", SEARCHES, ids=str)
def test_an_index_changes_no_result(tmp_path: Path, search: Search, size: int) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    write(logs / "a.log", log(120))
    write(
        logs / "b.log",
        log(40) + OTHER_HEADER + "2024-05-14T08:00:00.000Z,Offer 31,FAIL,<7@mbx>,ann@x.test,c@x,\r\n" * 40,
    )
    write(logs / "c.log", log(3)[:-20])
    write(logs / "d.log", HEADER)
    (logs / "e.log").write_bytes(log(30, first=200).encode("utf-16"))
    write(logs / "no.txt", "no log")
    alone = found(logs, search, None)
    with small_parts(size):
        assert found(logs, search, tmp_path / "index") == alone
        assert found(logs, search, tmp_path / "index") == alone


def test_a_log_that_is_given_by_two_names_is_known_by_both(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    write(logs / "a.log", log(120))
    search, told = Search(sender="ann@"), list[Problem]()
    places = find_logs([logs, logs / ".." / "logs"], told.append)
    expected = list(Searched(places, search, told.append).rows())
    with small_parts(100), LogIndex(str(tmp_path / "index")) as opened:
        indexed = Indexed(opened, places)
        assert indexed.update().added == 1
        assert list(Searched(places, search, told.append, indexed=indexed).rows()) == expected
        assert Indexed(opened, places).update() == Updated()
    assert {row.file for row in expected} == {place.file for place in places}
    assert told == []


def test_what_is_odd_in_a_log_is_told_by_the_name_it_is_given_by(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    write(logs / "a.log", log(60) + "2024-05-14T" + "x" * 5000 + "\r\n" + log(60, ""))
    with small_parts(100), patch.object(log_lines, "LONGEST_LINE", 4000):
        found(logs, Search(sender="ann@"), tmp_path / "index")
        again = tmp_path / "logs" / ".." / "logs"
        _, _, (name,), problems = found(again, Search(sender="ann@"), tmp_path / "index")
    assert [(one.path, one.code) for one in problems] == [(name, "line-too-long")]
    assert problems[0].message.startswith(f"{name} has a line")


PIECES = st.sampled_from(
    [row(1), row(2, "DSN", "<0@mbx>"), row(6), row(11), "\r\n", OTHER_HEADER, HEADER, "2024-05-14T08:00:00.000Z,a\r\n"]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(PIECES, max_size=30), min_size=1, max_size=4), st.sampled_from(SEARCHES), st.integers(40, 400))
def test_an_index_follows_a_log_however_it_grows(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[str]], search: Search, size: int
) -> None:
    folder = tmp_path_factory.mktemp("growing")
    (folder / "logs").mkdir()
    text = HEADER
    with small_parts(size):
        for part in parts:
            text += "".join(part)
            write(folder / "logs" / "a.log", text)
            with_index = found(folder / "logs", search, folder / "index")
            assert with_index[:3] == found(folder / "logs", search, None)[:3]


def test_only_what_is_new_is_read(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    first, second = tmp_path / "logs" / "a.log", tmp_path / "logs" / "b.log"
    write(first, log(100))
    write(second, log(100))
    index = tmp_path / "index"
    with small_parts(500):
        assert (added := updated(tmp_path / "logs", index)).added == 2
        assert 190 < added.rows < 212
        assert updated(tmp_path / "logs", index) == Updated()
        write(first, log(100) + log(50, "", first=500))
        grown = updated(tmp_path / "logs", index)
        assert (grown.added, grown.grown, grown.renewed, grown.removed) == (0, 1, 0, 0)
        assert 40 < grown.rows < 70
        write(first, log(100, first=1))
        assert updated(tmp_path / "logs", index).renewed == 1
        write(first, log(60))
        assert updated(tmp_path / "logs", index).renewed == 1
        second.unlink()
        assert updated(tmp_path / "logs", index) == Updated(removed=1)
        assert found(tmp_path / "logs", Search(sender="ann"), index) == found(
            tmp_path / "logs", Search(sender="ann"), None
        )


def test_workers_change_nothing(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    for at in range(3):
        write(logs / f"{at}.log", log(4_000, first=2_000 * at))
    digests = set()
    # The parts keep their size: workers that are started anew would not know of another one.
    with patch.object(log_indexing, "_WORTH_WORKERS", 1):
        for jobs in (1, 2):
            with LogIndex(str(tmp_path / str(jobs))) as opened:
                Indexed(opened, find_logs([logs], lambda problem: None), jobs).update()
            base = sqlite3.connect(tmp_path / str(jobs))
            assert base.execute("SELECT count(*) FROM parts").fetchone()[0] > 6
            digests.add("\n".join(base.iterdump()))
            base.close()
    assert len(digests) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_an_index_is_for_its_owner_alone(tmp_path: Path) -> None:
    updated(tmp_path, tmp_path / "index")
    assert (tmp_path / "index").stat().st_mode & 0o777 == 0o600


def foreign_base(path: Path) -> None:
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE mine (a)")
    base.commit()
    base.close()


def damaged_index(path: Path) -> None:
    logs = path.parent / "logs"
    logs.mkdir()
    write(logs / "a.log", log(2000))
    with small_parts(500):
        updated(logs, path)
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_text("my notes"), "is no index of snapdiff, and was left as it is"),
        (lambda path: path.write_bytes(b"SQLite format 3\0" + b"\1" * 500), "damaged"),
        (foreign_base, "is no index of snapdiff, and was left as it is"),
        (damaged_index, "damaged"),
    ],
)
def test_what_is_no_index_is_never_overwritten(tmp_path: Path, make: Callable[[Path], object], says: str) -> None:
    index = tmp_path / "index"
    make(index)
    before = index.read_bytes()
    (tmp_path / "logs").mkdir(exist_ok=True)
    write(tmp_path / "logs" / "a.log", log(2100))
    with small_parts(500), pytest.raises(ReadFailed, match=says):
        updated(tmp_path / "logs", index)
    assert index.read_bytes() == before


def test_an_index_of_another_version_is_built_anew(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    write(tmp_path / "logs" / "a.log", log(100))
    index = tmp_path / "index"
    with small_parts(500):
        updated(tmp_path / "logs", index)
        base = sqlite3.connect(index)
        base.execute("PRAGMA user_version = 999")
        base.commit()
        base.close()
        assert updated(tmp_path / "logs", index).added == 1


def test_what_breaks_off_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    write(tmp_path / "logs" / "a.log", log(100))
    index = tmp_path / "index"
    with small_parts(500):
        updated(tmp_path / "logs", index)
        write(tmp_path / "logs" / "a.log", log(100) + log(50, "", first=500))
        with patch.object(LogIndex, "keep", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
            updated(tmp_path / "logs", index)
        assert updated(tmp_path / "logs", index).grown == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index", "logs"]
