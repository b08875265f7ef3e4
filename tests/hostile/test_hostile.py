"""Giant mails: read to the end in every format, within bounded memory, with a word where a limit struck."""

from pathlib import Path

import pytest
from giants import GIANTS
from outcome import FORMATS, problems_of, report_of, run_on, unaccounted
from tracemaker import write_trace

LIMITS = {
    "nested_multiparts": "nested-too-deep",
    "nested_messages": "nested-too-deep",
    "parts_one_less": "too-many-parts",
    "parts_equal": "too-many-parts",
    "only_delimiters": "too-many-parts",
}
"""The giants that reach a limit, and the problem that has to say so."""

TOLD = {
    "fields_one_more": ("header.added", None),
    "long_body_line": ("part.changed", "1"),
    "long_field": ("header.changed", None),
    "many_folds": ("header.changed", None),
    "one_boundary_nested": ("part.changed", "2000"),
    "equal_lines": ("part.changed", "1"),
    "all_lines_changed": ("part.changed", "1"),
    "boundary_prefix": ("part.changed", "1.1"),
}
"""The one change (kind, part) that giants hold in which little differs."""


@pytest.mark.parametrize("name", GIANTS)
def test_a_giant_is_read_to_the_end(tmp_path: Path, name: str) -> None:
    snapshots = tmp_path / "MessageSnapshots"
    write_trace(snapshots, 1, GIANTS[name]())

    report = report_of(run_on(tmp_path, "json"))
    assert unaccounted(snapshots, report) == []
    (trace,) = report.traces
    assert all(step.changes for step in trace.steps)
    assert {problem.code for problem in problems_of(report)} == ({LIMITS[name]} if name in LIMITS else set())
    if name in TOLD:
        ((change,),) = (step.changes for step in trace.steps)
        assert (change.kind, change.part) == TOLD[name]

    for form in FORMATS[1:]:
        assert run_on(tmp_path, form).out


def test_one_line_more_is_one_line(tmp_path: Path) -> None:
    write_trace(tmp_path / "MessageSnapshots", 1, GIANTS["equal_lines"]())
    (change,) = report_of(run_on(tmp_path, "json")).traces[0].steps[0].changes
    (hunk,) = change.hunks or []
    assert (hunk.before, hunk.after, hunk.before_line, hunk.after_line) == (None, "the same line", 1_000_001, 1_000_001)
