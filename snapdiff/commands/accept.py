"""What `snapdiff accept` does: a good run to a baseline file that is kept beside the code."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from snapdiff.commands.streams import is_standard_output, refuse_input
from snapdiff.faults import CANNOT_TELL, WrongUsage
from snapdiff.model import Problem
from snapdiff.output import whole_file
from snapdiff.policy.accepted import (
    LONGEST_FILE,
    Baseline,
    WrongBaseline,
    baseline_of,
    classed,
    difference,
    read_baseline,
    written,
)
from snapdiff.policy.asking import empty_policy
from snapdiff.policy.counting import counted
from snapdiff.report.safe_text import safe
from snapdiff.run import Run

_CI = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION")
"""Environment variables that CI systems set; CI is set by most of them."""
_OFF = frozenset({"", "0", "false", "no"})


def accept(paths: Sequence[Path], file: Path, jobs: int | None, logs: Sequence[Path] = ()) -> int:
    """`snapdiff accept PATH... --baseline FILE`: 0 written; 2 where not all could be read, and nothing is written."""
    if is_standard_output(file):
        raise WrongUsage("a baseline is a file that is kept: give its name with --baseline FILE")
    refuse_in_ci(os.environ)
    before = _existing(file)
    with Run(paths, jobs, logs=logs, policy=empty_policy()) as run:
        refuse_input(file, run)
        counts, problems = [], list[Problem]()
        for trace in run.traces():
            counts.append(counted(trace))
            problems += trace.problems
        if run.unreadable:
            for problem in [*run.problems, *problems]:
                sys.stderr.write(f"snapdiff: {safe(problem.path)}: {safe(problem.message)}\n")
            sys.stderr.write("snapdiff: not all of it could be read, so nothing was accepted and nothing written\n")
            return CANNOT_TELL
        after = baseline_of(classed(counts, [journey.traces for journey in run.each_journey()]))
    with whole_file(file) as stream:
        stream.write(written(after))
    sys.stderr.write(f"snapdiff: {safe(file.as_posix())}: {_said(before, after)}\n")
    return 0


def refuse_in_ci(environment: Mapping[str, str]) -> None:
    """Raises WrongUsage in a CI job: what is accepted is for somebody to read, and to commit."""
    name = next((name for name in _CI if environment.get(name, "").strip().lower() not in _OFF), None)
    if name is not None:
        raise WrongUsage(
            f"nothing is accepted under CI ({name} is set): run snapdiff accept at your desk, read what changed in the "
            "file, and commit it"
        )


def load_baseline(file: Path) -> Baseline:
    """The baseline in a file. Raises WrongBaseline with the line of a mistake, WrongUsage where it can't be read."""
    name = file.as_posix()
    try:
        with file.open("rb") as stream:
            data = stream.read(LONGEST_FILE + 1)
    except OSError as fault:
        raise WrongUsage(f"{name}: {fault.strerror or fault}") from None
    if len(data) > LONGEST_FILE:
        raise WrongUsage(f"{name}: longer than any baseline")
    return read_baseline(data, name)


def _existing(file: Path) -> Baseline | None:
    """The baseline that is replaced, None where there is none. A file that is none is not overwritten."""
    if not file.exists():
        return None
    try:
        return load_baseline(file)
    except WrongBaseline as fault:
        raise WrongUsage(f"{fault}; it is not overwritten: give another file, or take it away first") from None


def _said(before: Baseline | None, after: Baseline) -> str:
    number = len(after.accepted)
    kinds = len(after.classes)
    whole = f"{number:,} change{'' if number == 1 else 's'} accepted for {kinds:,} kind{'' if kinds == 1 else 's'}"
    whole += " of messages"
    if before is None:
        return f"written, {whole}"
    return f"{whole}; since the last: {difference(before, after) or 'nothing changed'}"
