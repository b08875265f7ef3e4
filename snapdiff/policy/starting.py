"""What a good run shows to a first policy, with a comment on each entry: it passes on that run, and on no other one.

An agent's changes become musts, with the times they were seen; where a change was made on some messages alone, the must
names their subjects; where no rule shows, or it can't be known who did it, the change is allowed.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from snapdiff.model import Trace
from snapdiff.policy.form import Block, Condition, Policy, Selector
from snapdiff.policy.matching import subjects
from snapdiff.policy.observing import MOST_CONDITIONS, Key, Observed, Seen
from snapdiff.policy.tally import Tally
from snapdiff.policy.tallying import tally
from snapdiff.policy.ways import ways

_MOST_SUBJECTS = 40
_LONGEST_SUBJECT = 300
_LONGEST_SETTING = 60
_OF_ONE_MESSAGE = re.compile(r"[0-9A-Fa-f]{6}|\d:\d\d|[@<]|;.*=")
"""What a value of one message alone has: a number or digest, a time, an address, parameters."""


class Asked(Struct, frozen=True):
    """Something an agent was seen to do (None: it can't be known who), as a condition, with its key and values."""

    agent: str | None
    key: Key
    seen: Seen
    value: str | None
    condition: Condition


class Rule(Struct, frozen=True):
    """An entry to be written: a must with its times, else allowed; for all messages, or those of some subjects."""

    asked: Asked
    times: int | None
    subjects: tuple[str, ...] = ()


class Starting:
    """The second half: hand it every trace of a run under `policy`, then take the `rules`."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._asked = list(_asked(observed))
        self._tallies: dict[str, Tally] = {}
        self._subjects: dict[str, list[str]] = {}
        blocks = []
        for agent in dict.fromkeys(one.agent for one in self._asked):
            must = tuple(one.condition for one in self._asked if one.agent == agent)
            blocks.append(Block("agent", agent, None, must, (), (), None))
        final = Block("final", None, None, (), (), (), None)
        self.policy = Policy("", Selector(), 1, "", (), tuple(blocks), final, (), ())

    def add(self, trace: Trace) -> None:
        """One trace."""
        self._tallies[trace.path] = tally(self.policy, trace)
        known = list(subjects(trace))
        self._subjects[trace.path] = [*known[1:], known[0]]

    def rules(self, messages: Iterable[Sequence[str]]) -> list[Rule]:
        """The entries to write; each message is the paths of its traces."""
        grouped = [[self._tallies[path] for path in paths] for paths in messages]
        at = {block.agent: place for place, block in enumerate(self.policy.blocks)}
        selected = self._selected(grouped)
        rules = [rule for one in self._asked for rule in _rules_of(one, at[one.agent], grouped, selected)]
        rules = self._by_text_or_part(rules)
        first = {one.path: self._subjects[tallies[0].path][0] for tallies in grouped for one in tallies}
        return [*rules, *self._unsure(first)]

    def _by_text_or_part(self, rules: Sequence[Rule]) -> list[Rule]:
        """Where an agent did nothing to texts of a type but put some in, those it put in; else the changes of the part.

        Likewise where no rule shows in any of the texts: with a signature that names the sender, each is another one.
        """
        by_text = {_place(rule) for rule in rules if rule.asked.key.text and rule.times} - self._observed.rewritten
        return [
            rule
            for rule in rules
            if not (rule.asked.key.text and _place(rule) not in by_text)
            and not (rule.asked.key.what == "part.changed" and _place(rule) in by_text)
        ]

    def _selected(self, grouped: Sequence[Sequence[Tally]]) -> dict[str, list[int]]:
        """The subject that each message came with, and the messages that a selection by it means.

        That is more than those that came with it: letter case does not count, and a subject counts that a message had
        on its way.
        """
        having: dict[str, set[int]] = defaultdict(set)
        for at, tallies in enumerate(grouped):
            for subject in (subject for one in tallies for subject in self._subjects[one.path]):
                having[subject.casefold()].add(at)
        first = dict.fromkeys(self._subjects[tallies[0].path][0] for tallies in grouped)
        once = {subject.casefold(): subject for subject in reversed(first)}
        return {subject: sorted(having[folded]) for folded, subject in reversed(once.items())}

    def _unsure(self, first: Mapping[str, str]) -> Iterator[Rule]:
        """What was done where it can't be known who did it, allowed on those messages."""
        keys = self._observed.perhaps
        for key, seen in keys.items() if len(keys) <= MOST_CONDITIONS else _kinds(keys):
            asked = Asked(None, key, seen, None, key.condition(0))
            named = tuple(dict.fromkeys(first[path] for path in sorted(seen.traces)))
            yield Rule(asked, None, named if _can_be_listed(named) else ())


def _place(rule: Rule) -> tuple[str | None, str]:
    return rule.asked.agent, rule.asked.key.part


def _rules_of(
    asked: Asked, block: int, grouped: Sequence[Sequence[Tally]], selected: Mapping[str, Sequence[int]]
) -> list[Rule]:
    """A must for all messages, or for those of some subjects, and what is left over allowed."""
    counts = [_count(asked.condition, block, tallies) for tallies in grouped]
    if len(set(counts)) == 1 and counts[0]:
        return [Rule(asked, counts[0])]
    of_times: dict[int, list[str]] = defaultdict(list)
    undecided = []
    for subject, places in selected.items():
        found = {counts[at] for at in places}
        times = found.pop() if len(found) == 1 else None
        if times:
            of_times[times].append(subject)
        elif times is None:
            undecided.append(subject)
    if not of_times or not _can_be_listed([*undecided, *(name for names in of_times.values() for name in names)]):
        return [Rule(asked, None)]
    rules = [Rule(asked, times, tuple(names)) for times, names in sorted(of_times.items())]
    return [*rules, Rule(asked, None, tuple(undecided))] if undecided else rules


def _can_be_listed(subjects: Sequence[str]) -> bool:
    return len(subjects) <= _MOST_SUBJECTS and all(len(subject) <= _LONGEST_SUBJECT for subject in subjects)


def _asked(observed: Observed) -> Iterable[Asked]:
    number = 0
    for agent, keys in observed.agents.items():
        for key, seen in keys.items() if len(keys) <= MOST_CONDITIONS else _kinds(keys):
            number += 1
            value = _constant(key, seen)
            yield Asked(agent, key, seen, value, _condition(key, number, value))


def _condition(key: Key, number: int, value: str | None) -> Condition:
    if key.what.startswith("envelope.recipient"):
        return Key(key.what, name=value or "").condition(number)
    return key.condition(number, value)


def _kinds(keys: dict[Key, Seen]) -> Iterable[tuple[Key, Seen]]:
    """Very many different things told by their kinds alone."""
    return {Key(key.what if not key.text else "part.changed"): seen for key, seen in keys.items()}.items()


def _constant(key: Key, seen: Seen) -> str | None:
    """The value to ask for: one that was the same on several messages, or that a field got and looks like a setting."""
    if key.text or len(seen.values) != 1:
        return None
    value = seen.values[0]
    looks_set = key.what == "header.added" and len(value) <= _LONGEST_SETTING and not _OF_ONE_MESSAGE.search(value)
    return value if len(seen.traces) > 1 or looks_set else None


def _count(condition: Condition, block: int, tallies: Sequence[Tally]) -> int | None:
    """How often it was done to each copy of a message; 0 where the agent did not run, None where copies differ."""
    counts: set[int | None] = set()
    for way in ways(tallies, block):
        hits = way.hits(condition.number)
        maybe = any(hit.maybe for hit in hits)
        counts.add(None if maybe or not way.ran(block) else sum(hit.sure for hit in hits))
    if not counts:
        return 0
    return counts.pop() if len(counts) == 1 else None
