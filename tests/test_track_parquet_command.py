"""`snapdiff track --format parquet` as it is called: a folder whole or not at all."""

import sys
from pathlib import Path

import pytest
from program import called

from snapdiff.commands.track import Shown, track
from snapdiff.faults import WrongUsage
from snapdiff.output import whole_folder
from snapdiff.track.search import Search

LOGS = Path(__file__).parents[1] / "samples" / "logs"


def test_all_rows_and_those_of_a_search_are_written(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    duckdb = pytest.importorskip("duckdb")
    counts = {}
    for name, search in (("all", ()), ("few", ("--subject", "hallenbeleuchtung"))):
        ran = called("track", LOGS, *search, "--format", "parquet", "-o", tmp_path / name)
        assert ran.code == 0, ran.errors
        files = (tmp_path / name).as_posix() + "/*/*/*.parquet"
        (counts[name],) = duckdb.connect().execute(f"SELECT count(*), count(DISTINCT server) FROM '{files}'").fetchall()  # noqa: S608
        assert f"{counts[name][0]} of 49 rows of 19 logs were written to " in ran.errors
    assert counts["all"] == (49, 3)
    assert 0 < counts["few"][0] < 49


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "say with -o which new folder"),
        (("-o", "-"), "say with -o which new folder"),
        (("-o", str(LOGS)), "it is there already; give the name of a new folder"),
        (("-o", "x", "--message", "1"), "--message shows one message"),
        (("-o", "no/such/folder"), "no folder can be made there"),
    ],
)
def test_what_cannot_be_written_is_said(arguments: tuple[str, ...], says: str) -> None:
    pytest.importorskip("pyarrow")
    ran = called("track", LOGS, "--format", "parquet", *arguments)
    assert ran.code == 2
    assert says in ran.errors
    assert not Path("x").exists()


def test_a_single_log_is_counted_as_one(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    log = LOGS / "EDGE01" / "MessageTracking"
    ran = called("track", log, "--message-id", "<x>", "--format", "parquet", "-o", tmp_path / "out")
    assert " of 1 log were written to " in ran.errors


def test_where_no_log_is_found_nothing_is_left(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("no log")
    ran = called("track", tmp_path / "in", "--format", "parquet", "-o", tmp_path / "out")
    assert ran.code == 2
    assert "There is no message tracking log in " in ran.errors
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_without_pyarrow_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(WrongUsage, match=r'-m pip install "snapdiff\[parquet\]"'):
        track([LOGS], Search(), None, Shown("parquet", tmp_path / "out", "never"))
    assert list(tmp_path.iterdir()) == []


def write_half(path: Path) -> None:
    with whole_folder(path) as folder:
        (folder / "a").write_text("half")
        raise ZeroDivisionError


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write_half(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
    with whole_folder(tmp_path / "x") as folder:
        (folder / "a").write_text("whole")
        assert not (tmp_path / "x").exists()
    assert [path.name for path in tmp_path.rglob("*")] == ["x", "a"]
