"""Blame over whole traces: those of the samples, and those the oracle makes of real mail."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from blame_truth import check_at, check_final, steps_in_order
from msgspec import UNSET

from snapdiff.model import Blame, Trace
from snapdiff.read.names import parse_name
from snapdiff.read.snapshot import load_snapshot
from snapdiff.report.json_report import JsonReport
from snapdiff.run import Run

SAMPLES = Path(__file__).parents[1] / "samples" / "traces"
SHARED = Path(__file__).parents[1] / ".." / "shared"


def blamed_exactly(root: Path) -> int:
    """Checks every trace's blame against the mails; how many traces changed."""
    found = 0
    with Run([root], jobs=1, views=True) as run:
        for trace in run.traces():
            changed = any(x.kind.startswith(("header.", "part.")) for step in trace.steps for x in step.changes)
            assert (trace.blame is not UNSET) == (trace.views is not UNSET) == changed
            if trace.blame is not UNSET:
                found += 1
                check(root / trace.path, trace, trace.blame)
    return found


def check(folder: Path, trace: Trace, blame: Blame) -> None:
    assert steps_in_order(blame, trace.steps)
    assert not [part.whole for part in [*blame.parts, *blame.removed_parts] if part.whole is not UNSET]
    for noun in trace.snapshots:
        if noun.status is None and not noun.headers_only:
            message = load_snapshot(noun.file, (folder / noun.file).read_bytes(), parse_name(noun.file))[0].message
            check_at(blame, trace.steps, noun.file, message)
            if noun.file == blame.file:
                check_final(blame, message)


def test_the_samples() -> None:
    assert blamed_exactly(SAMPLES) == 11


def test_who_brought_what_in_the_samples() -> None:
    with Run([SAMPLES], jobs=1, views=True) as run:
        found = {
            blame.owners[run_.owner].label
            for trace in run.traces()
            if (blame := trace.blame) is not UNSET
            for part in blame.parts
            for run_ in part.runs
            if run_.removed_by is None and "Sitz" in run_.text
        }
    assert found == {"Transport Rule Agent"}


def test_only_a_run_that_wants_views_has_them_and_json_never() -> None:
    with Run([SAMPLES], jobs=1) as run:
        plain = list(run.encoded())
        assert all(trace.views is UNSET and trace.blame is UNSET for trace in run.traces())
    with Run([SAMPLES], jobs=1, views=True) as run:
        assert list(run.encoded()) == plain


def test_workers_bring_the_same_views() -> None:
    with Run([SAMPLES], jobs=1, views=True) as run:
        one = list(run.traces())
    with Run([SAMPLES], jobs=2, views=True) as run:
        assert list(run.traces()) == one


def test_uncertain_steps_own_what_they_brought_with_their_candidates_named() -> None:
    with Run([SAMPLES], jobs=1, views=True) as run:
        owners = [
            (trace, owner)
            for trace in run.traces()
            if trace.blame is not UNSET
            for owner in trace.blame.owners
            if owner.to
        ]
    assert any(not owner.certain for _, owner in owners)
    for trace, owner in owners:
        step = next(step for step in trace.steps if step.to == owner.to)
        assert (owner.certain, owner.candidates, owner.reason) == (step.certain, step.candidates, step.reason)
        assert owner.label


@pytest.mark.corpus
@pytest.mark.parametrize("seed", [7, 11])
def test_traces_the_oracle_makes(tmp_path: Path, seed: int) -> None:
    if not (SHARED / "oracle").is_dir():
        pytest.skip("the oracle is not here")
    maker = [sys.executable, str(SHARED / "oracle" / "tracegen.py"), str(SHARED / "corpus" / "mail")]
    subprocess.run([*maker, str(tmp_path), "120", str(seed)], check=True, capture_output=True)
    assert blamed_exactly(tmp_path) > 50


def test_a_json_report_beside_a_drawn_one_holds_the_contract_alone() -> None:
    with Run([SAMPLES], jobs=1, views=True) as run:
        written = io.BytesIO()
        report = JsonReport(written)
        report.begin("x")
        for trace in run.traces():
            report.trace(trace)
        encoded = list(run.encoded())
    head, *lines = written.getvalue().split(b"\n")
    assert [line.removesuffix(b",") for line in lines] == encoded
    assert b'"blame"' not in head + b"".join(lines)
