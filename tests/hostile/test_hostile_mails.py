"""Mails as they are, cut, flipped and filled with NULs, in the mail and in the whole file: read to the end."""

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from mailkinds import KINDS
from mailmaker import Rendered
from mutations import MUTATIONS
from outcome import FORMATS, problems_of, report_of, run_on, unaccounted
from tracemaker import block, guid, with_crlf, write_trace


def generated() -> dict[str, bytes]:
    """The project's own mails, each kind from several random sources."""
    return {f"{name}-{seed}": Rendered(make(_source(seed))).raw for name, make in KINDS.items() for seed in (1, 2)}


def real(paths: list[Path]) -> dict[str, bytes]:
    """Real mails by name."""
    return {path.as_posix(): path.read_bytes() for path in paths}


def write_mutated(snapshots: Path, mails: Mapping[str, bytes]) -> int:
    """A trace a mail: whole, as it came, and after each mutation, whole again after every one. Says how many."""
    for number, (name, raw) in enumerate(mails.items()):
        rng = _source(name)
        whole = with_crlf(raw)
        messages = [whole, raw]
        for mutate in MUTATIONS.values():
            messages += [mutate(whole, rng), whole]
        write_trace(snapshots, number, messages)
    return len(mails)


def write_broken_files(snapshots: Path, mails: Mapping[str, bytes]) -> int:
    """A trace a mutation and mail, in which the whole file is mutated, block and all. Says how many."""
    number = 0
    for name, raw in mails.items():
        rng = _source(name)
        for mutate in MUTATIONS.values():
            folder = snapshots / guid(number)
            folder.mkdir(parents=True)
            for file, source in (
                ("Original.eml", "Original"),
                ("SmtpReceive0001.eml", "OnEndOfHeaders"),
                ("SmtpReceive0002.eml", "OnEndOfData"),
                ("Routing0001.eml", "OnSubmittedMessage"),
                ("Routing0002.eml", "OnSubmittedMessage,Société, Agent"),
            ):
                (folder / file).write_bytes(mutate(block(source) + with_crlf(raw), rng))
            number += 1
    return number


@pytest.mark.parametrize("form", FORMATS)
def test_generated_mails_mutated(tmp_path: Path, form: str) -> None:
    _check_mutated(tmp_path, generated(), form)


@pytest.mark.corpus
@pytest.mark.parametrize("form", FORMATS)
def test_real_mails_mutated(tmp_path: Path, real_mails: list[Path], form: str) -> None:
    # All of them as JSON, whose bytes are accounted for; of the drawn forms it is only seen that they come to an end.
    _check_mutated(tmp_path, real(real_mails if form == "json" else real_mails[::3]), form)


@pytest.mark.parametrize("form", FORMATS)
def test_generated_files_broken(tmp_path: Path, form: str) -> None:
    _check_broken(tmp_path, generated(), form)


@pytest.mark.corpus
def test_real_files_broken(tmp_path: Path, real_mails: list[Path]) -> None:
    small = [path for path in real_mails if path.stat().st_size < 100_000]
    _check_broken(tmp_path, real(small[::5]), "json")


def _check_mutated(folder: Path, mails: Mapping[str, bytes], form: str) -> None:
    snapshots = folder / "MessageSnapshots"
    count = write_mutated(snapshots, mails)
    ran = run_on(folder, form)
    if form == "json":
        report = report_of(ran)
        assert len(report.traces) == count
        assert unaccounted(snapshots, report) == []
        assert report.problems == []


def _check_broken(folder: Path, mails: Mapping[str, bytes], form: str) -> None:
    snapshots = folder / "MessageSnapshots"
    count = write_broken_files(snapshots, mails)
    ran = run_on(folder, form)
    if form == "json":
        report = report_of(ran)
        assert len(report.traces) == count
        assert unaccounted(snapshots, report) == []
        assert {"no-block", "no-end-line"} <= {problem.code for problem in problems_of(report)}


def _source(seed: str | int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same mutations in every run
