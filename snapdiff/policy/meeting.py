"""The traces of two runs to pairs of messages: one of each run, which are the same probe."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import UNSET, Struct

from snapdiff.model import Trace
from snapdiff.model.compare import ComparedMessage, Did
from snapdiff.policy.counting import Counted, counted
from snapdiff.policy.form import Block, Condition, Policy, Selector
from snapdiff.policy.patterns import Pattern
from snapdiff.policy.yaml_text import Place

NO_SUBJECT = "(no subject)"
_LONGEST = 300
_REPLY = re.compile(r"(?:(?:re|aw|fw|fwd|wg|antw)\s*:\s*)+", re.IGNORECASE)
_HEADER = 1
_FIELD_NAME = re.compile(r"[!-9;-~]+", re.ASCII)
"""RFC 5322 section 2.2."""


class PairBy(Struct, frozen=True):
    """What two messages are paired by: `subject`, `message-id`, or `header` with the name of a field."""

    what: str
    header: str = ""

    @property
    def words(self) -> str:
        """As it is given on the command line."""
        return f"header:{self.header}" if self.header else self.what

    def policy(self) -> Policy:
        """The policy to run with, so that the traces tell the field's value."""
        asked: tuple[Condition, ...] = ()
        if self.header:
            name = Pattern("exact", self.header, ignore_case=True)
            asked = (Condition("header", _HEADER, "", Place(1, 1), name=name),)
        final = Block("final", None, None, asked, (), (), None)
        return Policy("", Selector(), 0, "", (), (), final, (), ())

    def key(self, trace: Trace) -> str:
        """What a trace's message is paired by; "" where it has nothing of the kind."""
        if self.what == "message-id":
            return (trace.message_id or "").strip().strip("<>")[:_LONGEST]
        if not self.header:
            return folded(_as_sent(trace, "subject") or trace.subject or "")
        seen = [] if trace.answers is UNSET else [one for one in trace.answers.final if one.condition == _HEADER]
        last = seen[0].seen[0] if seen and seen[0].seen else ""
        return (_as_sent(trace, self.header) or last).strip()[:_LONGEST]


def pair_by(text: str) -> PairBy | None:
    """`subject`, `message-id` or `header:NAME`; None for anything else."""
    kind, colon, name = text.strip().partition(":")
    if kind.lower() == "header" and _FIELD_NAME.fullmatch(name.strip()):
        return PairBy("header", name.strip())
    return PairBy(kind.lower()) if kind.lower() in ("subject", "message-id") and not colon else None


def folded(subject: str) -> str:
    """A subject without letter case, marks of a reply, and more than one blank."""
    return _REPLY.sub("", " ".join(subject.split()), count=1).casefold()[:_LONGEST]


class Digested(Struct, frozen=True):
    """One message of a run: who it is, how often each thing was done to a copy of it at most, and who ran."""

    message: ComparedMessage
    times: dict[Did, int]
    agents: frozenset[str]


class Met(Struct, frozen=True):
    """The messages of two runs: pairs with whether several had their key, and those without a counterpart."""

    pairs: list[tuple[Digested, Digested, bool]]
    before: list[Digested]
    after: list[Digested]


class Gathering:
    """The messages of one run: hand it every trace with `add`."""

    def __init__(self, by: PairBy) -> None:
        self._by = by
        self._counts: dict[str, Counted] = {}
        self._names: dict[str, tuple[str, str | None, str | None]] = {}

    def add(self, trace: Trace) -> None:
        """One trace, of which the counts are kept."""
        self._counts[trace.path] = counted(trace)
        subject = trace.subject and trace.subject[:_LONGEST]
        self._names[trace.path] = (self._by.key(trace), subject, trace.message_id and trace.message_id[:_LONGEST])

    def messages(self, paths_of: Iterable[Sequence[str]]) -> list[Digested]:
        """The messages, from the paths of the traces of each."""
        out = []
        for paths in paths_of:
            counts = [self._counts[path] for path in paths]
            names = [self._names[path] for path in paths]
            key = next((key for key, _, _ in names if key), "" if self._by.what != "subject" else NO_SUBJECT)
            times: dict[Did, int] = {}
            for one in counts:
                times |= {did: max(number, times.get(did, 0)) for did, number in one.times.items()}
            message = ComparedMessage(key, names[0][1], names[0][2], list(paths))
            out.append(Digested(message, times, frozenset(agent for one in counts for agent in one.agents)))
        return out


def met(before: Sequence[Digested], after: Sequence[Digested]) -> Met:
    """Pairs in the order of the run before; those of one key in their order. Messages without a key have no pair."""
    waiting: dict[str, list[Digested]] = defaultdict(list)
    number: dict[str, int] = defaultdict(int)
    for one in after:
        waiting[one.message.key].append(one)
    for one in before:
        number[one.message.key] += 1
    repeated = {key for key in number if number[key] > 1 or len(waiting.get(key, ())) > 1}
    pairs, alone = [], []
    for one in before:
        key = one.message.key
        others = waiting.get(key, []) if key else []
        if others:
            pairs.append((one, others.pop(0), key in repeated))
        else:
            alone.append(one)
    left = {id(one) for others in waiting.values() for one in others}
    return Met(pairs, alone, [one for one in after if id(one) in left])


def _as_sent(trace: Trace, name: str) -> str:
    """The value that a field of the message's own header had before anybody changed or removed it; "" if nobody did."""
    for step in trace.steps:
        for change in step.changes:
            own = change.part is None and (change.name or "").lower() == name.lower()
            if own and change.kind in ("header.changed", "header.removed") and isinstance(change.before, str):
                return change.before
    return ""
