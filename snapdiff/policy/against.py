"""A run's counts, held against a baseline, to a verdict on each accepted change for each message, and on new ones."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.model import Change, Step, Trace
from snapdiff.model.check import (
    CannotTell,
    CheckCounts,
    CheckedMessage,
    CheckReport,
    Expectation,
    Failure,
    Outcome,
    Verdict,
)
from snapdiff.model.compare import Did
from snapdiff.policy.accepted import Accepted, Baseline, class_of
from snapdiff.policy.counting import Counted, counted, did
from snapdiff.policy.evidence import SHOWN, failure
from snapdiff.policy.matching import is_split, looked_at
from snapdiff.policy.words import times_words

NEW = "baseline: nothing new"
"""The id of the expectation that nobody does what was not accepted."""
_KEPT_IN_DETAIL = 2000
"""Failures that are shown with their diff, in all."""


class Told(Struct, frozen=True):
    """Who a message is: the paths of its traces, and what it is called."""

    traces: list[str]
    message_id: str | None
    subject: str | None
    sender: str | None


class _Fault(NamedTuple):
    """One way in which a trace is not as was accepted; `found` is what it did instead, None where it did nothing."""

    expectation: str
    trace: str
    outcome: Literal["failed", "uncertain"]
    sentence: str
    found: Did | None


class Against:
    """Hand it every trace with `add`, then ask for the faults with `judge`, then hand it those of `wanted` again.

    `report` adds what became of the baseline to the result of a check.
    """

    def __init__(self, baseline: Baseline, file: str) -> None:
        self._baseline = baseline
        self._file = file
        self._counts: dict[str, Counted] = {}
        self._names: dict[str, Told] = {}
        self._expected = _Expected(baseline, file)
        # One noun for all messages: there can be many of either.
        self._passed = {one.id: Verdict(one.id, "passed") for one in self._expected.all}
        self._faults: dict[str, list[_Fault]] = {}
        self._classes: dict[str, list[Counted]] = defaultdict(list)
        self._class_of: dict[str, str] = {}
        self._seen: dict[tuple[str, Did], Failure] = {}
        self._messages: list[list[str]] = []

    def add(self, trace: Trace) -> None:
        """One trace."""
        self._counts[trace.path] = counted(trace)
        self._names[trace.path] = Told([], trace.message_id, trace.subject, trace.sender)

    def judge(self, messages: Iterable[Sequence[str]]) -> None:
        """Holds all of them against the baseline; `messages` are the paths of each message's traces."""
        self._messages = [[path for path in paths if path in self._counts] for paths in messages]
        for paths in self._messages:
            shape = next((one.shape for one in map(self._counts.__getitem__, paths) if one.shape), "")
            for path in paths:
                one = self._counts[path]
                self._class_of[path] = of = class_of(one, shape)
                self._classes[of].append(one)
        faults: dict[str, list[_Fault]] = defaultdict(list)
        for of, traces in self._classes.items():
            for fault in _Judging(self._baseline, of, self._expected, traces).faults():
                faults[fault.trace].append(fault)
        self._faults = dict(faults)

    @property
    def wanted(self) -> frozenset[str]:
        """The paths of the traces whose diff a failure shows."""
        return frozenset(self._faults)

    def show(self, trace: Trace) -> None:
        """A trace once more: what its failures quote is kept."""
        asked = {fault.found for fault in self._faults.get(trace.path, ()) if fault.found is not None}
        if not asked:
            return
        where: dict[Did, list[tuple[Step, Change]]] = defaultdict(list)
        for looked in looked_at(trace):
            for change in looked.step.changes:
                if not is_split(looked.step, change) and (one := did(looked, change)) in asked:
                    where[one].append((looked.step, change))
        for one, found in where.items():
            step = found[-1][0]
            changes = [change for at, change in found if at is step]
            kept = changes if len(self._seen) < _KEPT_IN_DETAIL else []
            shown = failure(trace, "", step, kept[:SHOWN])
            self._seen[trace.path, one] = replace(shown, left_out=len(found) - len(shown.changes))

    def report(self, report: CheckReport) -> CheckReport:
        """The result of a check with that of the baseline in it; every message of the run is in it then."""
        by_first = {message.traces[0]: message for message in report.messages}
        messages = [self._message(paths, by_first.get(paths[0])) for paths in self._messages if paths]
        stale = list(self._stale())
        doubts = [*report.cannot_tell, *stale, *self._uncertain()]
        counts = self._counted(report.counts, messages, stale)
        return replace(
            report,
            baseline=self._file,
            exit_code=2 if doubts else 1 if counts.failed else 0,
            counts=counts,
            expectations=[*report.expectations, *self._expected.all],
            messages=messages,
            cannot_tell=doubts,
        )

    def _message(self, paths: list[str], checked: CheckedMessage | None) -> CheckedMessage:
        faults: dict[str, list[_Fault]] = defaultdict(list)
        for path in paths:
            for fault in self._faults.get(path, ()):
                faults[fault.expectation].append(fault)
        verdicts = []
        for expectation in self._asked(paths):
            against = faults.get(expectation, [])
            if not against:
                verdicts.append(self._passed[expectation])
                continue
            outcome: Outcome = "failed" if any(one.outcome == "failed" for one in against) else "uncertain"
            shown = [self._failure(one) for one in against if one.outcome == outcome]
            verdicts.append(Verdict(expectation, outcome, shown))
        if checked is not None:
            return replace(checked, verdicts=[*checked.verdicts, *verdicts])
        told = self._names[paths[0]]
        return CheckedMessage(paths, told.message_id, told.subject, told.sender, verdicts)

    def _asked(self, paths: Sequence[str]) -> list[str]:
        """The expectations that are about a message: those of its traces' classes."""
        classes = sorted({self._class_of[path] for path in paths})
        return [*(one for of in classes for one in self._expected.by_class.get(of, ())), NEW]

    def _failure(self, fault: _Fault) -> Failure:
        if fault.found is not None and (seen := self._seen.get((fault.trace, fault.found))) is not None:
            return replace(seen, sentence=fault.sentence)
        told = self._names[fault.trace]
        return Failure(fault.sentence, fault.trace, told.message_id, told.subject, None, None, None, [], [])

    def _stale(self) -> Iterator[CannotTell]:
        """Accepted changes of classes that did not occur: nothing says whether they would still be made."""
        for of in self._baseline.classes:
            if of in self._classes:
                continue
            expectations = self._expected.by_class.get(of, [])
            if not expectations:
                yield CannotTell("not-exercised", f"no message of the kind {of} came, for which nothing was accepted")
            for number in expectations:
                said = f"{self._expected.words[number]}: stale, or not exercised: no message of the kind {of} came"
                yield CannotTell("not-exercised", said, number)

    def _uncertain(self) -> Iterator[CannotTell]:
        told = set()
        for faults in self._faults.values():
            for one in faults:
                if one.outcome == "uncertain" and one.expectation not in told:
                    told.add(one.expectation)
                    yield CannotTell("uncertain", one.sentence, one.expectation, one.trace)

    def _counted(
        self, counts: CheckCounts, messages: Sequence[CheckedMessage], stale: Sequence[CannotTell]
    ) -> CheckCounts:
        """The numbers of the policy with those of the baseline."""
        own = set(self._expected.words)
        outcomes: dict[str, set[str]] = defaultdict(set)
        failures = 0
        for message in messages:
            for verdict in message.verdicts:
                if verdict.expectation in own:
                    outcomes[verdict.expectation].add(verdict.outcome)
                    failures += len(verdict.failures) if verdict.outcome == "failed" else 0
        gravest = Counter(
            next(one for one in ("failed", "uncertain", "passed") if one in found) for found in outcomes.values()
        )
        return replace(
            counts,
            messages=len(messages),
            messages_left_out=0,
            passed=counts.passed + gravest["passed"],
            failed=counts.failed + gravest["failed"],
            uncertain=counts.uncertain + gravest["uncertain"],
            not_exercised=counts.not_exercised + sum(one.expectation is not None for one in stale),
            failures=counts.failures + failures,
        )


class _Expected:
    """The lines of a baseline as expectations: all of them, and their ids by class and by what was done."""

    def __init__(self, baseline: Baseline, file: str) -> None:
        self.all: list[Expectation] = []
        self.by_class: dict[str, list[str]] = defaultdict(list)
        self.ids: dict[tuple[str, Did], str] = {}
        self.words: dict[str, str] = {}
        for one in baseline.accepted:
            name = f"{one.of}: {who(one.did)}/{what_words(one.did)}"
            self.by_class[one.of].append(name)
            self.ids[one.of, one.did] = name
            self.words[name] = f"{who(one.did)}, {what_words(one.did)}"
            text = f"As accepted, {words(one, baseline.classes[one.of])}"
            self.all.append(_expectation(name, one.did, text, file, one.line))
        nothing = "Nobody changes anything that was not accepted"
        self.all.append(Expectation(NEW, "baseline", None, None, "closed", "nothing new", nothing, file, 1, 1))
        self.words[NEW] = nothing


class _Judging:
    """All traces of one class against what was accepted for it."""

    def __init__(self, baseline: Baseline, of: str, expected: _Expected, traces: Sequence[Counted]) -> None:
        self._of = of
        self._ids = expected.ids
        self._traces = traces
        self._were = baseline.classes.get(of)
        self._accepted = [one for one in baseline.accepted if one.of == of]
        self._known = {one.did for one in self._accepted}

    def faults(self) -> Iterator[_Fault]:
        """Every fault, those of accepted changes first."""
        explained: set[tuple[str, Did]] = set()
        for one in self._accepted:
            found = list(self._of_one(one, explained))
            yield from found or self._of_all(one)
        for trace in self._traces:
            for new, times in trace.times.items():
                if new not in self._known:
                    yield self._new(trace, new, times, explained)

    def _of_one(self, one: Accepted, explained: set[tuple[str, Did]]) -> Iterator[_Fault]:
        """Traces in which an accepted change is missing though all had it, or was made another number of times."""
        least, most = min(one.times), max(one.times)
        on_all = one.traces == self._were
        for trace in self._traces:
            times = trace.times.get(one.did, 0)
            if (times == 0 and on_all) or (times and not least <= times <= most):
                yield self._fault(one, trace, times, explained)

    def _fault(self, one: Accepted, trace: Counted, times: int, explained: set[tuple[str, Did]]) -> _Fault:
        accepted = _range(one.times)
        was = f"; accepted: {accepted}"
        number = self._ids[self._of, one.did]
        if times:
            sentence = f"{who(one.did)}: {what_words(one.did)} {times_words(times)}{was}"
            return _Fault(number, trace.path, "failed", sentence, one.did)
        perhaps = _perhaps(one.did, trace.times, self._known)
        if perhaps is not None:
            explained.add((trace.path, perhaps))
            sentence = f"{what_words(one.did)}: made, and it can't be known whether by {who(one.did)}{was}"
            return _Fault(number, trace.path, "uncertain", sentence, perhaps)
        idle = one.did.agent is not None and one.did.agent not in trace.agents
        why = "; the agent did not run on this message" if idle else ""
        sentence = f"{who(one.did)}: {what_words(one.did)} is missing{was}{why}"
        return _Fault(number, trace.path, "failed", sentence, None)

    def _of_all(self, one: Accepted) -> Iterator[_Fault]:
        """A change that is right in each trace and not in the whole: made in none, or in more or fewer than accepted.

        How many had it can be told only where as many traces came as when it was accepted.
        """
        now = Counter(times for trace in self._traces if (times := trace.times.get(one.did, 0)))
        same = len(self._traces) == self._were
        if (now and not same) or now == one.times:
            return
        on = f"{who(one.did)}: {what_words(one.did)} on {sum(now.values()):,} of {len(self._traces):,}"
        sentence = f"{on} ({_spread(now)}); accepted: on {one.traces:,} of {self._were:,} ({_spread(one.times)})"
        # Which of them it is can't be told: the first one that has it, or the first of all.
        shown = next((x for x in self._traces if one.did in x.times), self._traces[0])
        found = one.did if one.did in shown.times else None
        yield _Fault(self._ids[self._of, one.did], shown.path, "failed", sentence, found)

    def _new(self, trace: Counted, new: Did, times: int, explained: set[tuple[str, Did]]) -> _Fault:
        if (trace.path, new) in explained:
            sentence = f"{what_words(new)}: new, unless it was made by an agent of which it was accepted"
            return _Fault(NEW, trace.path, "uncertain", sentence, new)
        kind = "" if self._were else f": no message of the kind {self._of} was accepted"
        sentence = f"{who(new)}: {what_words(new)} {times_words(times)} is new{kind}"
        return _Fault(NEW, trace.path, "failed", sentence, new)


def _perhaps(missing: Did, times: Mapping[Did, int], known: set[Did]) -> Did | None:
    """What somebody unknown did there and what may be what is missing."""
    if missing.by == "unknown":
        return None
    for other in times:
        by_them = replace(other, by=missing.by, agent=missing.agent, event=missing.event)
        if other.by == "unknown" and other not in known and by_them == missing:
            return other
    return None


def who(did: Did) -> str:
    """Who did it, to begin a sentence."""
    name = did.agent or {"transport": "the transport service", "session": "the SMTP session"}.get(
        did.by, "somebody unknown"
    )
    return f"{name} at {did.event}" if did.event else name


def words(one: Accepted, of: int) -> str:
    """An accepted change in plain words."""
    on = "" if one.traces == of else f", on {one.traces:,} of {of:,}"
    return f"{who(one.did)}: {what_words(one.did)} {_range(one.times)}{on}, in traces of the kind {one.of}"


def what_words(did: Did) -> str:
    """`part.changed in text/html, re-encoded`; a field's name stands last, in quotes."""
    said: str = did.change
    said += f" in {did.part}" if did.part else ""
    said += f", {did.degree}" if did.degree else ""
    said += ", cosmetic" if did.cosmetic else ""
    return f"{said} '{did.name}'" if did.name else said


def _range(times: Mapping[int, int]) -> str:
    least, most = min(times), max(times)
    return times_words(least) if least == most else f"{least:,} to {most:,} times"


def _spread(times: Mapping[int, int]) -> str:
    return ", ".join(f"{times_words(number)} on {traces:,}" for number, traces in sorted(times.items())) or "not once"


def _expectation(name: str, did: Did, text: str, file: str, line: int | None) -> Expectation:
    column = None if line is None else 1
    return Expectation(name, "baseline", did.agent, did.event, "must", did.change, text, file, line, column)
