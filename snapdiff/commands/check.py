"""What the commands about policies do: each wires a policy and a run to a result and its outputs."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from snapdiff import __version__
from snapdiff.commands.accept import load_baseline
from snapdiff.commands.check_outputs import Outputs, refuse_overwriting, write_outputs
from snapdiff.commands.streams import output_stream, refuse_input
from snapdiff.faults import CANNOT_TELL, WrongUsage
from snapdiff.findings.catalogue import catalogue
from snapdiff.model import Problem, Tool
from snapdiff.model.check import CheckReport
from snapdiff.policy.against import Against
from snapdiff.policy.asking import empty_policy
from snapdiff.policy.form import Policy
from snapdiff.policy.judging import Checked, Checking, Message
from snapdiff.policy.observing import Observed, asking_policy
from snapdiff.policy.reading import WrongPolicy, read_policy
from snapdiff.policy.selecting import Selecting
from snapdiff.policy.starting import Starting
from snapdiff.policy.writing import written
from snapdiff.redact.nouns import Redactor
from snapdiff.report.safe_text import safe
from snapdiff.run import Run

_SENTENCES = 5


def check(
    paths: Sequence[Path],
    policy_file: Path | None,
    outputs: Outputs,
    jobs: int | None,
    today: str | None = None,
    hidden: Redactor | None = None,
    baseline_file: Path | None = None,
    logs: Sequence[Path] = (),
) -> int:
    """`snapdiff check PATH... --policy FILE`: 0 all holds, 1 an expectation failed, 2 can't tell.

    It is held against a policy, a baseline, or both. With `hidden` the result is redacted before any output sees it.
    """
    if policy_file is None and baseline_file is None:
        raise WrongUsage("check wants something to hold the run against: --policy FILE, --baseline FILE, or both")
    refuse_overwriting(outputs, [file for file in (policy_file, baseline_file) if file is not None])
    policy = load(policy_file) if policy_file is not None else empty_policy()
    against = None
    if baseline_file is not None:
        against = Against(load_baseline(baseline_file), baseline_file.as_posix())
    report = checked(paths, policy, _day(today), jobs, list(outputs.files()), against, logs)
    write_outputs(report if hidden is None else hidden.noun(report), outputs)
    return report.exit_code


def checked(
    paths: Sequence[Path],
    policy: Policy,
    today: date,
    jobs: int | None,
    files: Sequence[Path] = (),
    against: Against | None = None,
    logs: Sequence[Path] = (),
) -> CheckReport:
    """The result of a check, with that of a baseline where it is held `against` one.

    Memory grows with the number of messages and failures, not with what mail holds.
    """
    from snapdiff.report.progress import progress

    with progress(sys.stderr) as seen, Run(paths, jobs, progress=seen, logs=logs, policy=policy) as run:
        for file in files:
            refuse_input(file, run)
        messages = [Message(journey.traces, journey.findings or []) for journey in run.each_journey()]
        selecting = Selecting(policy, (message.traces for message in messages))
        for trace in run.traces() if selecting.is_needed else ():
            selecting.add(trace)
        checking = Checking(policy, today, selecting)
        problems: list[Problem] = []
        for trace in run.traces():
            checking.add(trace)
            problems += trace.problems
            if against is not None:
                against.add(trace)
        told = Checked(
            tool=Tool("snapdiff", __version__),
            source=run.listing.source,
            problems=[*run.problems, *problems],
            unreadable=run.unreadable,
        )
        report = checking.report(messages, told)
        if against is None:
            return report
        against.judge(message.traces for message in messages)
        for trace in run.traces() if against.wanted else ():
            against.show(trace)
        return against.report(report)


def init(paths: Sequence[Path], output: Path | None, jobs: int | None, logs: Sequence[Path] = ()) -> int:
    """`snapdiff policy init PATH...`: 0; 2 where something could not be read, or the policy does not pass on that run.

    The run is read three times: to see what is done, how often and to which messages, and to check the result.
    """
    observed = Observed()
    with Run(paths, jobs, logs=logs, policy=asking_policy()) as run:
        refuse_input(output, run)
        for trace in run.traces():
            observed.add(trace)
    if observed.is_plain:
        raise WrongUsage("these mails do not say who changed them: a policy is written from snapshots of a trace")
    starting = Starting(observed)
    with Run(paths, jobs, logs=logs, policy=starting.policy) as run:
        for trace in run.traces():
            starting.add(trace)
        messages = [journey.traces for journey in run.each_journey()]
        rules = starting.rules(messages)
        text = written(observed, rules, run.listing.source, len(messages))
    data = text.encode("utf-8", "backslashreplace")
    policy = read_policy(data, str(output or "policy"), _findings())
    result = checked(paths, policy, _day(None), jobs, logs=logs)
    with output_stream(output) as stream:
        stream.write(data)
    for sentence in _not_passed(result):
        sys.stderr.write(f"snapdiff: {safe(sentence)}\n")
    return result.exit_code and CANNOT_TELL


def _not_passed(result: CheckReport) -> Iterator[str]:
    """Why a policy does not pass on the run it was written from."""
    yield from (one.sentence for one in result.cannot_tell[:_SENTENCES])
    failed = [failure for x in result.messages for y in x.verdicts if y.outcome == "failed" for failure in y.failures]
    yield from (failure.sentence for failure in failed[:_SENTENCES])
    if result.exit_code:
        yield "so the policy does not pass on this run as it is: change these entries by hand"


def load(policy_file: Path) -> Policy:
    """The policy in a file. Raises WrongPolicy with every mistake in it, WrongUsage where it can't be read."""
    try:
        data = policy_file.read_bytes()
    except OSError as fault:
        raise WrongUsage(f"{policy_file.as_posix()}: {fault.strerror or fault}") from None
    return read_policy(data, policy_file.as_posix(), _findings())


def _findings() -> dict[str, str]:
    return {code: one.name for code, one in catalogue().items()}


def check_policy(policy_files: Sequence[Path]) -> int:
    """`snapdiff policy check FILE...`: 0, or 2 where a file is no policy; every mistake of every file is told."""
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
