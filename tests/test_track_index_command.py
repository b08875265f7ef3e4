"""`snapdiff track --index FILE` as it is called: the same answer, and a word on what was done to the index."""

import shutil
from pathlib import Path

import pytest
from program import called

LOGS = Path(__file__).parents[1] / "samples" / "logs"


@pytest.mark.parametrize(
    "search", [("--sender", "lynne"), ("--subject", "hallenbeleuchtung"), ("--event", "DELIVER"), (), ("--days", "1")]
)
def test_with_an_index_the_answer_is_the_same(tmp_path: Path, search: tuple[str, ...]) -> None:
    alone = called("track", LOGS, *search, "--format", "json")
    for said in ("19 logs taken in", "is up to date"):
        ran = called("track", LOGS, *search, "--format", "json", "--index", tmp_path / "logs.index")
        assert ran.code == alone.code == 0
        assert said in ran.errors
        assert ran.out == alone.out


def test_an_index_may_lie_among_the_logs(tmp_path: Path) -> None:
    shutil.copytree(LOGS, tmp_path / "logs")
    index = tmp_path / "logs" / "index"
    for _ in range(2):
        ran = called("track", tmp_path / "logs", "--index", index)
        assert ran.code == 0
    shutil.rmtree(tmp_path / "logs" / "EDGE01")
    assert "1 log taken out, being gone" in called("track", tmp_path / "logs", "--index", index).errors


@pytest.mark.parametrize("name", ["MSGTRK2024051408-1.LOG", "x"])
def test_neither_a_log_nor_the_output_becomes_an_index(tmp_path: Path, name: str) -> None:
    log = LOGS / "MBX02" / "MessageTracking" / "MSGTRK2024051408-1.LOG"
    shutil.copy(log, tmp_path)
    ran = called("track", tmp_path, "--index", tmp_path / name, "-o", tmp_path / "x")
    assert ran.code == 2
    assert "give --index another name" in ran.errors
    assert [path.name for path in tmp_path.iterdir()] == [log.name]
    assert (tmp_path / log.name).read_bytes() == log.read_bytes()
