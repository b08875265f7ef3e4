"""Pairs of messages of two runs to what each agent does now that it did not, and what it does no more."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.model import Problem, Tool
from snapdiff.model.compare import AgentCompared, By, CompareReport, Did, Difference, Pair
from snapdiff.policy.accepted import order
from snapdiff.policy.against import what_words, who
from snapdiff.policy.meeting import Digested, PairBy, met

_SENTENCES = 50
_TURNS = ("new", "gone", "times")


class Side(Struct, frozen=True):
    """One of the two runs: where it was read from, its messages, its problems, and whether they hide anything."""

    source: str
    messages: list[Digested]
    problems: list[Problem]
    unreadable: bool


def compared(before: Side, after: Side, by: PairBy, tool: Tool) -> CompareReport:
    """The whole result."""
    found = met(before.messages, after.messages)
    pairs: list[Pair] = []
    cannot_tell = list(_lacking(before, after, by, bool(found.pairs)))
    for old, new, repeated in found.pairs:
        differences, doubts = _differences(old, new)
        cannot_tell += doubts
        if differences:
            pairs.append(Pair(old.message, new.message, repeated, differences))
    doubted = list(dict.fromkeys(cannot_tell))
    left = len(doubted) - _SENTENCES
    return CompareReport(
        schema="snapdiff.compare/1",
        tool=tool,
        before=before.source,
        after=after.source,
        pair_by=by.words,
        compared=len(found.pairs),
        agents=list(_agents(pairs, _ran(before.messages), _ran(after.messages))) if found.pairs else [],
        pairs=pairs,
        unpaired_before=[one.message for one in found.before],
        unpaired_after=[one.message for one in found.after],
        cannot_tell=[*doubted[:_SENTENCES], *([f"and {left:,} more of the kind"] if left > 0 else [])],
        problems=list(dict.fromkeys([*before.problems, *after.problems])),
    )


def _lacking(before: Side, after: Side, by: PairBy, any_pair: bool) -> Iterator[str]:
    for side, name in ((before, "before"), (after, "after")):
        if side.unreadable:
            first = f" (first of all {side.problems[0].path})" if side.problems else ""
            yield f"something of the run {name} could not be read{first}: what it holds was not compared"
    if not any_pair:
        yield f"no message of the one run has a counterpart in the other by {by.words}: nothing was compared"


def _differences(old: Digested, new: Digested) -> tuple[list[Difference], list[str]]:
    """What differs, and what can't be told: a change that is there, where it can't be known any more who made it."""
    differences, doubts = [], []
    hidden: set[Did] = set()
    for here, there, now in ((old.times, new.times, "after"), (new.times, old.times, "before")):
        for did in sorted(here.keys() - there.keys(), key=order):
            maybe = _perhaps(did, there.keys() - here.keys() - hidden)
            if maybe is not None:
                hidden |= {did, maybe}
                said = f"{who(did)}: {what_words(did)}: the run {now} has it as well, and it can't be known by whom"
                doubts.append(said)
    for did in sorted(old.times.keys() | new.times.keys(), key=order):
        was, is_now = old.times.get(did, 0), new.times.get(did, 0)
        if was != is_now and did not in hidden:
            differences.append(Difference(did, "new" if not was else "times" if is_now else "gone", was, is_now))
    return differences, doubts


def _perhaps(did: Did, others: Iterable[Did]) -> Did | None:
    if did.by == "unknown":
        return None
    unsure = replace(did, by="unknown", agent=None)
    return next((x for x in others if x.by == "unknown" and replace(x, event=did.event) == unsure), None)


def _agents(pairs: Sequence[Pair], ran_before: set[str], ran_after: set[str]) -> Iterator[AgentCompared]:
    """Everybody who does something otherwise, or ran in one of the runs alone: agents first, by name."""
    numbers: dict[tuple[By, str | None], Counter[Difference]] = defaultdict(Counter)
    for pair in pairs:
        for one in pair.differences:
            numbers[one.did.by, one.did.agent][one] += 1
    for name in ran_before ^ ran_after:
        numbers.setdefault(("agent", name), Counter())
    for by, agent in sorted(numbers, key=lambda one: (one[0], one[1] or "")):
        told = [replace(one, messages=number) for one, number in numbers[by, agent].items()]
        told.sort(key=lambda one: (_TURNS.index(one.turn), order(one.did), one.before, one.after))
        ran: Literal["both", "before", "after"] = "both"
        if agent is not None and (agent in ran_before) != (agent in ran_after):
            ran = "before" if agent in ran_before else "after"
        yield AgentCompared(by, agent, ran, told)


def _ran(messages: Iterable[Digested]) -> set[str]:
    return {agent for one in messages for agent in one.agents}
