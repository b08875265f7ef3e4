"""Zips from an enemy's hand: what is good is read, the rest named, nothing is written, and memory stays bounded."""

from pathlib import Path

import pytest
from outcome import FORMATS, problems_of, report_of, run_on
from tracemaker import guid
from zips import GOOD, TRACE, ZIPS, flipped, packed

MEMORY = 700 * 1024 * 1024

READ: dict[str, tuple[int, set[str]]] = {
    "bomb": (2, {"zip-bomb"}),
    "bombs_below_the_limit": (0, {"no-block"}),
    "zip_in_zip_in_zip": (2, {"nested-too-deep"}),
    "nested_bomb": (2, {"zip-bomb"}),
    "path_tricks": (2, {"unsafe-member-name"}),
    "names_with_controls": (0, {"no-block"}),
    "same_name_twice": (2, {"duplicate-member"}),
    "encrypted": (2, {"encrypted"}),
    "unknown_method": (2, {"unsupported-compression"}),
    "damaged": (2, {"damaged-member"}),
    "front_cut_off": (2, {"damaged-member"}),
}
"""The zips of which something can be read: exit code, and the problems that have to be told."""

REFUSED = {
    "bombs_that_overlap": "unpacks to over",
    "cut_short": "copied only in part",
    "no_zip": "it is no zip",
    "too_many_members": "members",
    "sizes_that_lie": "unpacks to over",
}
"""The zips that are not read at all: words of the sentence that says why."""


def test_every_zip_is_expected() -> None:
    assert {*READ, *REFUSED} == set(ZIPS)


@pytest.mark.parametrize("name", ZIPS)
def test_zip(tmp_path: Path, name: str) -> None:
    path = tmp_path / "in" / "traces.zip"
    path.parent.mkdir()
    path.write_bytes(ZIPS[name]())
    code, codes = READ.get(name, (2, set()))

    for form in FORMATS:
        ran = run_on(path, form, code=code, memory=MEMORY)
        if name in REFUSED:
            assert REFUSED[name] in ran.errors
            assert ran.out == b""
        elif form == "json":
            report = report_of(ran)
            assert {problem.code for problem in problems_of(report)} == codes
            assert all(problem.message for problem in problems_of(report))
            assert guid(1) in {trace.id for trace in report.traces}

    assert [found.name for found in tmp_path.rglob("*")] == ["in", "traces.zip"], "something was written"


def test_a_good_trace_beside_tricks_is_read(tmp_path: Path) -> None:
    path = tmp_path / "traces.zip"
    path.write_bytes(ZIPS["path_tricks"]())
    (trace,) = report_of(run_on(path, "json", code=2)).traces
    assert trace.path == TRACE
    assert [[change.kind for change in step.changes] for step in trace.steps] == [["header.changed"]]


@pytest.mark.parametrize("form", FORMATS)
def test_flipped_zips_beside_a_good_one(tmp_path: Path, form: str) -> None:
    (tmp_path / "good.zip").write_bytes(packed(GOOD))
    for seed in range(300):
        (tmp_path / f"flipped{seed:03d}.zip").write_bytes(flipped(seed))
    ran = run_on(tmp_path, form, code=2, memory=MEMORY)
    if form == "json":
        report = report_of(ran)
        assert f"good.zip/{TRACE}" in {trace.path for trace in report.traces}
        assert problems_of(report)
