"""The tallies of all traces, put together a message at a time, to verdicts and the whole report of a check."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from snapdiff.model import Finding, Problem, Tool, Trace
from snapdiff.model.check import (
    CannotTell,
    CheckCounts,
    CheckedMessage,
    CheckReport,
    Expectation,
    Failure,
    Outcome,
    Verdict,
    Waiver,
)
from snapdiff.policy.doubts import not_exercised, not_there, uncertain
from snapdiff.policy.final import final_met, finding_met
from snapdiff.policy.form import Block, Condition, Policy
from snapdiff.policy.musts import Met, met
from snapdiff.policy.selecting import Selecting
from snapdiff.policy.tally import Tally
from snapdiff.policy.tallying import tally, with_findings
from snapdiff.policy.text_folding import NOTE

_GRAVEST_FIRST: tuple[Outcome, ...] = ("failed", "uncertain", "not-exercised", "waived", "passed")
_IN_DETAIL = 2000
"""Failures that keep their diff; of what comes behind them the sentence, step and values stay."""


class Message(Struct, frozen=True):
    """The paths of one message's traces, and what was found about the whole of its way."""

    traces: list[str]
    findings: list[Finding]


class Checked(Struct, frozen=True):
    """What is known of the run beside the traces: its source, the problems met with, and whether they hide anything."""

    tool: Tool
    source: str
    problems: list[Problem]
    unreadable: bool


class _Asked(Struct, frozen=True):
    """An expectation with the place of its block and its condition; `condition` is None for a closed world."""

    expectation: Expectation
    block: Block
    at: int
    condition: Condition | None


class Checking:
    """One check: hand it every trace with `add`, then take the `report`.

    `today` is the day that waivers are held against; `selecting` has seen every trace before.
    """

    def __init__(self, policy: Policy, today: date, selecting: Selecting) -> None:
        self._policy = policy
        self._today = today
        self._selecting = selecting
        self._tallies: dict[str, Tally] = {}
        self._detailed = 0
        self._seen_types: dict[str, set[str]] = defaultdict(set)
        self._asked = list(_asked(policy))

    def add(self, trace: Trace) -> None:
        """One trace."""
        if self._selecting.selected(trace.path):
            self._tallies[trace.path] = tally(self._policy, trace, self._selecting.meant(trace.path))

    def report(self, messages: Iterable[Message], run: Checked) -> CheckReport:
        """The whole result, with a verdict on each message."""
        selected, checked, left_out = [], [], 0
        for message in messages:
            if not self._selecting.selected(message.traces[0]):
                left_out += 1
                continue
            tallies = [self._tallies[path] for path in message.traces]
            selected.append(tallies)
            checked.append(self._message(tallies, message.findings))
        waivers = self._waivers(checked)
        waived = {waiver.expectation for waiver in waivers if waiver.state != "expired"}
        cannot_tell = [
            *not_there(self._policy, selected),
            *(not_exercised(self._policy, checked, self._seen_types) if checked else ()),
            *uncertain(checked),
        ]
        used = waived & {one.expectation for one in cannot_tell if one.expectation}
        cannot_tell = [one for one in cannot_tell if one.expectation not in waived]
        if run.unreadable:
            cannot_tell.append(CannotTell("unreadable", _unreadable(run.problems)))
        waivers = [replace(one, state="used") if one.expectation in used else one for one in waivers]
        counts = _counts(self._policy.expectations, checked, left_out)
        return CheckReport(
            schema="snapdiff.check/1",
            tool=run.tool,
            source=run.source,
            policy=self._policy.file or None,
            today=self._today.isoformat(),
            exit_code=_exit_code(cannot_tell, counts),
            counts=counts,
            expectations=list(self._policy.expectations),
            messages=checked,
            cannot_tell=cannot_tell,
            waivers=waivers,
            problems=run.problems,
        )

    def _message(self, tallies: Sequence[Tally], findings: Sequence[Finding]) -> CheckedMessage:
        first = tallies[0]
        tallies = [with_findings(self._policy, first, findings), *tallies[1:]] if findings else tallies
        verdicts = [self._verdict(asked, tallies) for asked in self._asked if _is_meant(asked.condition, tallies)]
        return CheckedMessage(
            traces=[one.path for one in tallies],
            message_id=first.message_id,
            subject=first.subject,
            sender=first.sender,
            verdicts=verdicts,
        )

    def _verdict(self, asked: _Asked, tallies: Sequence[Tally]) -> Verdict:
        judged = self._judged(asked, tallies)
        expectation = asked.expectation.id
        self._seen_types[expectation] |= judged.types
        note: str | UnsetType = NOTE if asked.condition is not None and asked.condition.is_body else UNSET
        waiver = self._waiver(expectation)
        outcome = judged.outcome
        if waiver is not UNSET and outcome != "passed":
            if waiver.state == "expired":
                note = f"the waiver ({waiver.reason}) held until {waiver.until} and has expired"
            else:
                outcome = "waived"
        return Verdict(expectation, outcome, [self._kept(one) for one in judged.failures], note, waiver)

    def _judged(self, asked: _Asked, tallies: Sequence[Tally]) -> Met:
        expectation, condition = asked.expectation, asked.condition
        if condition is not None and expectation.clause == "must" and expectation.scope != "final":
            return met(asked.block, asked.at, condition, expectation, tallies)
        if (
            condition is not None
            and condition.is_finding
            and expectation.scope == "final"
            and expectation.clause == "must"
        ):
            return finding_met(condition, expectation, tallies)
        if condition is not None and expectation.scope == "final" and not condition.is_finding:
            return final_met(expectation.clause, condition, expectation, tallies)
        failures = [one for kept in tallies for told, one in kept.failures if told == expectation.id]
        doubts = [one for kept in tallies for told, one in kept.doubts if told == expectation.id]
        if failures:
            return Met("failed", failures)
        if doubts:
            return Met("uncertain", doubts)
        ran = asked.block.agent is None or any(asked.at in one.ran for one in tallies)
        return Met("passed" if ran else "not-exercised", [])

    def _kept(self, failure: Failure) -> Failure:
        """The failure; without its diff where very many came before it, so that the result stays small."""
        self._detailed += 1
        if self._detailed <= _IN_DETAIL or not failure.changes:
            return failure
        return replace(failure, changes=[], left_out=failure.left_out + len(failure.changes))

    def _waiver(self, expectation: str) -> Waiver | UnsetType:
        asked = next((one for one in self._policy.waivers if one.expectation == expectation), None)
        if asked is None:
            return UNSET
        state: Literal["used", "expired"] = "expired" if self._today > date.fromisoformat(asked.until) else "used"
        at = (self._policy.file, asked.place.line, asked.place.column)
        return Waiver(expectation, asked.reason, asked.until, state, *at)

    def _waivers(self, checked: Sequence[CheckedMessage]) -> list[Waiver]:
        """Every waiver of the policy with what became of it."""
        used = {one.expectation for message in checked for one in message.verdicts if one.outcome == "waived"}
        out = []
        for asked in self._policy.waivers:
            waiver = self._waiver(asked.expectation)
            if waiver is UNSET:
                continue
            unused = waiver.state == "used" and asked.expectation not in used
            out.append(replace(waiver, state="unused") if unused else waiver)
        return out


def _asked(policy: Policy) -> Iterator[_Asked]:
    """Every expectation about single messages, with where it comes from."""
    of: dict[str, tuple[Block, int, Condition | None]] = {}
    for at, block in enumerate((*policy.blocks, policy.final)):
        of |= {condition.expectation: (block, at, condition) for condition in (*block.must, *block.must_not)}
        if block.closed is not None:
            of[block.closed] = (block, at, None)
    for expectation in policy.expectations:
        if expectation.id in of:
            yield _Asked(expectation, *of[expectation.id])


def _is_meant(condition: Condition | None, tallies: Sequence[Tally]) -> bool:
    return condition is None or condition.messages is None or any(condition.number in one.meant for one in tallies)


def _counts(expectations: Sequence[Expectation], checked: Sequence[CheckedMessage], left_out: int) -> CheckCounts:
    """Each expectation by its gravest outcome, and what was checked."""
    met_with: dict[str, set[Outcome]] = defaultdict(set)
    failures = 0
    for message in checked:
        for verdict in message.verdicts:
            failures += len(verdict.failures) if verdict.outcome == "failed" else 0
            met_with[verdict.expectation].add(verdict.outcome)
    outcomes = [_gravest(one, met_with[one.id]) for one in expectations if met_with[one.id]]
    return CheckCounts(
        messages=len(checked),
        messages_left_out=left_out,
        passed=outcomes.count("passed"),
        failed=outcomes.count("failed"),
        waived=outcomes.count("waived"),
        not_exercised=outcomes.count("not-exercised"),
        uncertain=outcomes.count("uncertain"),
        failures=failures,
    )


def _gravest(expectation: Expectation, outcomes: set[Outcome]) -> Outcome:
    if expectation.clause != "must" and len(outcomes) > 1:
        outcomes = outcomes - {"not-exercised"}
    return next(outcome for outcome in _GRAVEST_FIRST if outcome in outcomes)


def _exit_code(cannot_tell: Sequence[CannotTell], counts: CheckCounts) -> Literal[0, 1, 2]:
    if cannot_tell:
        return 2
    return 1 if counts.failed else 0


def _unreadable(problems: Sequence[Problem]) -> str:
    first = f" (first of all {problems[0].path}: {problems[0].message})" if problems else ""
    return f"something could not be read{first}: what it holds was not checked"
