"""What `snapdiff compare` does: two runs to what is done otherwise in the second, in the form that was asked for."""

import sys
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from snapdiff import __version__
from snapdiff.commands.streams import output_stream, refuse_input
from snapdiff.faults import CANNOT_TELL, WrongUsage
from snapdiff.model import Problem, Tool
from snapdiff.policy.comparing import Side, compared
from snapdiff.policy.meeting import Gathering, PairBy, pair_by
from snapdiff.redact.nouns import Redactor
from snapdiff.report.choose import ColorChoice
from snapdiff.report.compare.choose import CompareForm, draw_compare
from snapdiff.run import Run

_DIFFERS = 1


class Shown(Struct, frozen=True):
    """The form of the result, the file it goes to (None: standard output), and its colour."""

    form: CompareForm
    output: Path | None
    color: ColorChoice


def compare(
    before: Path,
    after: Path,
    by: str,
    shown: Shown,
    jobs: int | None,
    exit_code: bool,
    hidden: Redactor | None,
    logs: Sequence[Path] = (),
) -> int:
    """`snapdiff compare BEFORE AFTER`: 0; 1 with `exit_code` where anything differs; 2 can't tell."""
    wanted = pair_by(by)
    if wanted is None:
        raise WrongUsage(f"{by} is nothing to pair messages by; give subject, message-id or header:NAME")
    sides = [_side(path, wanted, jobs, shown.output, logs) for path in (before, after)]
    report = compared(sides[0], sides[1], wanted, Tool("snapdiff", __version__))
    with output_stream(shown.output) as stream:
        draw_compare(report if hidden is None else hidden.noun(report), shown.form, stream, shown.color)
    if report.cannot_tell:
        return CANNOT_TELL
    return _DIFFERS if exit_code and report.differs else 0


def _side(path: Path, by: PairBy, jobs: int | None, output: Path | None, logs: Sequence[Path]) -> Side:
    """One run; of each trace a small digest stays."""
    from snapdiff.report.progress import progress

    with progress(sys.stderr) as seen, Run([path], jobs, progress=seen, logs=logs, policy=by.policy()) as run:
        refuse_input(output, run)
        gathering = Gathering(by)
        problems: list[Problem] = []
        for trace in run.traces():
            gathering.add(trace)
            problems += trace.problems
        messages = gathering.messages(journey.traces for journey in run.each_journey())
        source = run.listing.source
        known = (source, *(path.as_posix() for path in logs))
        # What is odd about the logs is known once they were read for the journeys.
        located = [_located(one, source, known) for one in (*run.problems, *problems)]
        return Side(source, messages, located, run.unreadable)


def _located(problem: Problem, source: str, known: tuple[str, ...]) -> Problem:
    """The problem with the run it is of, as both can have a file of the same name; what is in a `known` place stays."""
    if problem.path.startswith(known):
        return problem
    return replace(problem, path=f"{source.rstrip('/')}/{problem.path}")
