"""What the commands about policies do: each wires a policy and a run to a result and its outputs."""

import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from snapdiff import __version__
from snapdiff.commands.streams import output_stream, refuse_input, same_place
from snapdiff.faults import CANNOT_TELL, WrongUsage
from snapdiff.findings.catalogue import catalogue
from snapdiff.model import Problem, Tool
from snapdiff.model_check import CheckReport
from snapdiff.policy.form import Policy
from snapdiff.policy.judging import Checked, Checking
from snapdiff.policy.reading import WrongPolicy, read_policy
from snapdiff.report.check_choose import CheckForm, draw_check
from snapdiff.report.choose import ColorChoice
from snapdiff.run import Run


def check(
    paths: Sequence[Path],
    policy_file: Path,
    form: CheckForm,
    output: Path | None,
    color: ColorChoice,
    jobs: int | None,
    today: str | None = None,
) -> int:
    """`snapdiff check PATH... --policy FILE`: 0 all holds, 1 an expectation failed, 2 can't tell."""
    if output is not None and output.exists() and same_place(output, policy_file):
        raise WrongUsage(f"{output} is the policy that is read; give another file with -o")
    policy = load(policy_file)
    report = checked(paths, policy, _day(today), jobs, output)
    with output_stream(output) as stream:
        draw_check(report, form, stream, color)
    return report.exit_code


def checked(paths: Sequence[Path], policy: Policy, today: date, jobs: int | None, output: Path | None) -> CheckReport:
    """The result of a check; memory grows with the number of messages and failures, not with what mail holds."""
    from snapdiff.report.progress import progress

    checking = Checking(policy, today)
    with progress(sys.stderr) as seen, Run(paths, jobs, progress=seen, policy=policy) as run:
        refuse_input(output, run)
        problems: list[Problem] = []
        for trace in run.traces():
            checking.add(trace)
            problems += trace.problems
        messages = [journey.traces for journey in run.each_journey()]
        told = Checked(
            tool=Tool("snapdiff", __version__),
            source=run.listing.source,
            problems=[*run.problems, *problems],
            unreadable=run.unreadable,
        )
        return checking.report(messages, told)


def load(policy_file: Path) -> Policy:
    """The policy in a file. Raises WrongPolicy with every mistake in it, WrongUsage where it can't be read."""
    try:
        data = policy_file.read_bytes()
    except OSError as fault:
        raise WrongUsage(f"{policy_file.as_posix()}: {fault.strerror or fault}") from None
    return read_policy(data, policy_file.as_posix(), {code: one.name for code, one in catalogue().items()})


def check_policy(policy_files: Sequence[Path]) -> int:
    """`snapdiff policy check FILE...`: 0, or 2 where a file is no policy; every mistake of every file is told."""
    from snapdiff.report.safe_text import safe

    code = 0
    for file in policy_files:
        try:
            policy = load(file)
        except WrongPolicy as fault:
            sys.stderr.writelines(f"{safe(line)}\n" for line in fault.lines)
            code = CANNOT_TELL
            continue
        except WrongUsage as fault:
            sys.stderr.write(f"{safe(str(fault))}\n")
            code = CANNOT_TELL
            continue
        number = len(policy.expectations)
        sys.stdout.write(f"{safe(file.as_posix())}: fine, {number} expectation{'' if number == 1 else 's'}\n")
    return code


def _day(today: str | None) -> date:
    """The day that waivers are held against: the one that was given, or the clock's (UTC)."""
    if today is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(today)
    except ValueError:
        raise WrongUsage(f"{today} is no day; write it as 2027-01-31") from None
