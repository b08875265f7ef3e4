"""A trace as tests ask about it: what an agent did, in words that `assert` can print.

    assert trace.agent("Contoso Disclaimer").added_header("X-Disclaimer")
    assert not trace.agent("Contoso Disclaimer").changed("part.removed")
    assert trace.others("Contoso Disclaimer").changed_nothing

Each answer is true or false and says why. An agent that never ran fails the test at once: what was not exercised
is no pass. A step of which it can't be known who did it is nobody's, and the answer says so.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import UNSET

from snapdiff.model import Change, Finding, PartInfo, Step, Trace
from snapdiff.report.safe_text import safe
from snapdiff.report.words import change_title, summary

_SHOWN_AT_MOST = 4
_LONGEST_VALUE = 60


class NotExercised(AssertionError):  # noqa: N818 - it reads as what a test says
    """Something was asked about that never happened in this message, so that neither yes nor no would be true."""


class Answer:
    """Yes or no, with the reason; `assert` prints it. `found` are the changes that made it a yes."""

    def __init__(self, said: str, found: Sequence[Change] = (), *, holds: bool | None = None) -> None:
        self.found = tuple(found)
        self._holds = bool(found) if holds is None else holds
        self._said = said

    def __bool__(self) -> bool:
        return self._holds

    def __repr__(self) -> str:
        return f"<{'yes' if self._holds else 'no'}: {safe(self._said)}>"


class Doings:
    """What one agent did, or several, or the service itself: the changes of their steps, in order."""

    def __init__(self, name: str, steps: Sequence[Step], doubts: Sequence[Step] = ()) -> None:
        self.name = name
        self.steps = tuple(steps)
        self._doubts = tuple(doubts)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change, cosmetic ones too."""
        return tuple(change for step in self.steps for change in step.changes)

    @property
    def changed_nothing(self) -> Answer:
        """Whether every byte of the message and every address of the envelope stayed."""
        holds = not self.changes and not self._doubts
        said = f"{self.name} changed nothing" if holds else f"{self.name}: {self._summary()}"
        return Answer(said, self.changes, holds=holds)

    def changed(self, kind: str) -> Answer:
        """Whether there was a change of a kind of the report, such as `part.removed`, or of a glob such as `part.*`."""
        return self._answer(f"made no change of the kind {kind}", lambda one: fnmatchcase(one.kind, kind))

    def added_header(self, name: str, value: str | None = None) -> Answer:
        """Whether a field was added (letter case does not count), with a value that fits the glob, if one is given."""
        return self._header("header.added", "added no field", name, value)

    def removed_header(self, name: str, value: str | None = None) -> Answer:
        """Whether a field was removed, with a value that fits the glob, if one is given."""
        return self._header("header.removed", "removed no field", name, value)

    def changed_header(self, name: str, value: str | None = None) -> Answer:
        """Whether a field has another value than before, one that fits the glob, if one is given."""
        return self._header("header.changed", "changed no field", name, value)

    def added_recipient(self, address: str) -> Answer:
        """Whether an address (a glob) was added to the envelope."""
        return self._recipient("envelope.recipient-added", "added no recipient", address)

    def removed_recipient(self, address: str) -> Answer:
        """Whether an address (a glob) was removed from the envelope."""
        return self._recipient("envelope.recipient-removed", "removed no recipient", address)

    def added_part(self, name: str = "*") -> Answer:
        """Whether a MIME part was added whose file name or type fits the glob."""
        return self._part("part.added", "added no part", name)

    def removed_part(self, name: str = "*") -> Answer:
        """Whether a MIME part was removed whose file name or type fits the glob."""
        return self._part("part.removed", "removed no part", name)

    def added_text(self, text: str) -> Answer:
        """Whether a text a reader sees came into a body, white space aside, where a text changed or a part came."""
        wanted = _folded(text)

        def fits(change: Change) -> bool:
            hunks = change.visible if change.visible is not UNSET else change.hunks or []
            came = _folded(" ".join(hunk.after or "" for hunk in hunks)).count(wanted)
            return came > _folded(" ".join(hunk.before or "" for hunk in hunks)).count(wanted)

        return self._answer(f"added no text {_cut(text)!r}", fits)

    def _header(self, kind: str, nothing: str, name: str, value: str | None) -> Answer:
        def fits(change: Change) -> bool:
            if change.kind != kind or (change.name or "").lower() != name.lower() or change.part is not None:
                return False
            had = change.before if kind == "header.removed" else change.after
            return value is None or fnmatchcase(str(had).strip(), value)

        return self._answer(f"{nothing} {name}" + (f" with the value {value!r}" if value is not None else ""), fits)

    def _recipient(self, kind: str, nothing: str, address: str) -> Answer:
        def fits(change: Change) -> bool:
            return change.kind == kind and fnmatchcase((change.name or "").lower(), address.lower())

        return self._answer(f"{nothing} {address}", fits)

    def _part(self, kind: str, nothing: str, name: str) -> Answer:
        def fits(change: Change) -> bool:
            info = change.after if kind == "part.added" else change.before
            names = [change.name or "", *([info.type, info.file_name or ""] if isinstance(info, PartInfo) else [])]
            return change.kind == kind and any(fnmatchcase(one.lower(), name.lower()) for one in names if one)

        return self._answer(f"{nothing} {name}", fits)

    def _answer(self, nothing: str, fits: Callable[[Change], bool]) -> Answer:
        found = [change for change in self.changes if fits(change)]
        if found:
            return Answer(f"{self.name}: {_listed(found)}", found)
        return Answer(f"{self.name} {nothing}; {self._summary()}")

    def _summary(self) -> str:
        said = [summary(self.changes)] if self.changes else []
        said += [f"of {step.from_} to {step.to} it can't be known who did it" for step in self._doubts]
        return "; ".join(said) or "it changed nothing"


class TracedMessage:
    """One trace: who did what to one message in one service on one server. `trace` is the noun of the report."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    def __repr__(self) -> str:
        return f"<trace {safe(self.trace.path)} {safe(self.trace.subject or '')!r}>"

    @property
    def subject(self) -> str:
        """The Subject of the last message; "" where it has none."""
        return self.trace.subject or ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is known to be wrong, or worth to know."""
        return tuple(self.trace.findings)

    @property
    def agents(self) -> tuple[str, ...]:
        """The agents that ran, in order, each once."""
        return tuple(dict.fromkeys(step.agent for step in self.trace.steps if step.agent))

    def ran(self, name: str) -> bool:
        """Whether an agent ran on this message."""
        return name in self.agents

    def agent(self, name: str, event: str | None = None) -> Doings:
        """What an agent did (at one event alone, if given). Raises NotExercised where it did not run."""
        steps = [one for one in self.trace.steps if one.agent == name and event in (None, one.event)]
        if not steps:
            where = f" at {event}" if event else ""
            ran = ", ".join(self.agents) or "none"
            raise NotExercised(safe(f"{name} never ran{where} on this message; agents that ran: {ran}"))
        sure, doubts = _apart(steps)
        return Doings(name, sure, doubts)

    @property
    def transport(self) -> Doings:
        """What the transport service itself and the SMTP session did."""
        sure, _ = _apart([one for one in self.trace.steps if one.actor in ("transport", "session")])
        return Doings("the transport service", sure)

    def others(self, *names: str) -> Doings:
        """What every agent did but those named; steps that can't be known to be anybody's count as theirs."""
        steps = [one for one in self.trace.steps if one.actor == "agent" and one.agent not in names]
        unknown = [one for one in self.trace.steps if one.changes and not one.certain and one not in steps]
        sure, doubts = _apart(steps)
        return Doings("another agent", sure, [*doubts, *unknown])

    def found(self, code: str) -> Answer:
        """Whether there is a finding of this code or name (a glob, such as `SD2*`)."""
        found = [one for one in self.trace.findings if fnmatchcase(one.code, code) or fnmatchcase(one.name, code)]
        said = "; ".join(f"{one.code} {one.message}" for one in found) or f"there is no finding {code}"
        return Answer(said, holds=bool(found))


def _apart(steps: Iterable[Step]) -> tuple[list[Step], list[Step]]:
    """Steps of which it is known who did them, and those with changes of which it is not."""
    sure = [one for one in steps if one.certain]
    return sure, [one for one in steps if not one.certain and one.changes]


def _listed(changes: Sequence[Change]) -> str:
    return ", ".join(_titles(changes[:_SHOWN_AT_MOST])) + (", ..." if len(changes) > _SHOWN_AT_MOST else "")


def _titles(changes: Iterable[Change]) -> Iterator[str]:
    for change in changes:
        value = change.after if isinstance(change.after, str) else change.before
        yield change_title(change) + (f" {_cut(value)!r}" if isinstance(value, str) else "")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def _folded(text: str) -> str:
    """White space of any kind as one blank: NBSP too."""
    return re.sub(r"\s+", " ", text).strip()
