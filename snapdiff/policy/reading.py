"""The bytes of a policy file to a policy, or to every mistake in it with its line and column."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date

from snapdiff.model.check import Expectation, Scope
from snapdiff.policy import yaml_text
from snapdiff.policy.conditions import Asked, read_condition, read_selector
from snapdiff.policy.form import Block, Condition, Policy, RequiredAgent, Selector, WaiverAsked, same_agent
from snapdiff.policy.patterns import covers, is_glob
from snapdiff.policy.reader import Reader
from snapdiff.policy.words import expected, nothing_else
from snapdiff.policy.yaml_text import Entry, Node, NotYaml, Place, Sequence, Text, Wrong, read_yaml

VERSION = "1"
NOTHING_ELSE = "nothing else"
_TOP = ("version", "messages", "require", "agents", "transport", "others", "uncertain", "final", "waivers")
_MOST_MESSAGES = 1_000_000
_LONGEST_NAME = 1_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class WrongPolicy(Exception):  # noqa: N818 - an answer for the user, not a fault
    """The file is no policy. `lines` are its mistakes in their order, one a line: file, line, column, sentence."""

    def __init__(self, file: str, faults: list[Wrong]) -> None:
        super().__init__(f"{file} is no policy: {'1 mistake' if len(faults) == 1 else f'{len(faults)} mistakes'}")
        self.faults = sorted(faults, key=lambda fault: (fault.place.line, fault.place.column))
        self.lines = [f"{file}:{fault.place.line}:{fault.place.column}: {fault.sentence}" for fault in self.faults]


def read_policy(data: bytes, file: str, findings: Mapping[str, str]) -> Policy:
    """The policy in a file's bytes. `findings` are the codes that exist, with their names; `file` is its path.

    Raises WrongPolicy with every mistake that was found.
    """
    try:
        node, doubled = read_yaml(data)
    except NotYaml as fault:
        raise WrongPolicy(file, [fault.wrong]) from None
    reader = Reader(file, findings)
    reader.faults += doubled
    policy = _Policy(reader).read(node)
    if reader.faults:
        raise WrongPolicy(file, reader.faults)
    return policy


class _Policy:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._ids: Counter[str] = Counter()
        self._number = 0
        self._expectations: list[Expectation] = []

    def read(self, node: Node) -> Policy:
        given = self._reader.mapping(node, _TOP, "at the top of a policy")
        self._version(given.get("version"), node.place)
        messages = given.get("messages")
        selector = read_selector(self._reader, messages.value, "below messages") if messages else Selector()
        least, least_id, agents = self._require(given.get("require"))
        blocks = [*self._agents(given.get("agents"))]
        for scope in ("transport", "others"):
            if scope in given:
                blocks.append(self._block(given[scope].value, scope, given[scope].key, None, ""))
        uncertain = self._uncertain(given.get("uncertain"))
        final = self._final(given.get("final"))
        waivers = tuple(filter(None, (self._waiver(item) for item in self._reader.items(given.get("waivers")))))
        return Policy(
            file=self._reader.file,
            messages=selector,
            min_messages=least,
            min_messages_id=least_id,
            agents=agents,
            blocks=tuple(blocks),
            final=final,
            waivers=waivers,
            expectations=tuple(self._expectations),
            uncertain=uncertain,
        )

    def _version(self, entry: Entry | None, place: Place) -> None:
        if entry is None:
            self._reader.wrong(place, "version: 1 is missing")
        elif not isinstance(entry.value, Text) or entry.value.text != VERSION:
            self._reader.wrong(entry.value.place, f"this program reads policies of version {VERSION}")

    def _require(self, entry: Entry | None) -> tuple[int, str, tuple[RequiredAgent, ...]]:
        given = self._reader.mapping(entry.value, ("min_messages", "agents"), "below require") if entry else {}
        least, least_id = 1, ""
        if "min_messages" in given:
            number = self._reader.number(given["min_messages"], 1, _MOST_MESSAGES)
            least = number or 1
            some = "message is" if least == 1 else "messages are"
            text = f"At least {least:,} {some} there to be checked"
            least_id = self._told("require/min_messages", "require", text, given["min_messages"].key.place)
        agents = []
        for item in self._reader.items(given.get("agents")):
            name = self._reader.text(item, "the name of an agent")
            if name is not None and self._is_short(name, item.place):
                told = self._told(f"require/{name}", "require", f"{name} runs on some message", item.place, agent=name)
                agents.append(RequiredAgent(name, told))
        return least, least_id, tuple(agents)

    def _agents(self, entry: Entry | None) -> list[Block]:
        if entry is None:
            return []
        if not isinstance(entry.value, yaml_text.Mapping):
            self._reader.wrong(entry.value.place, "below agents there must be names of agents, each with its rules")
            return []
        blocks: list[Block] = []
        keys: list[Text] = []
        for agent in entry.value.entries:
            name = agent.key.text
            if not self._is_short(name, agent.key.place):
                continue
            self._told_before(agent.key, [key for key in keys if key.text != name])
            keys.append(agent.key)
            several = isinstance(agent.value, Sequence)
            for node in agent.value.items if isinstance(agent.value, Sequence) else [agent.value]:
                blocks.append(self._agent(node, agent.key, several=several))
        return blocks

    def _is_short(self, name: str, place: Place) -> bool:
        if len(name) > _LONGEST_NAME:
            self._reader.wrong(place, f"the name of an agent has more than {_LONGEST_NAME:,} characters")
        return len(name) <= _LONGEST_NAME

    def _told_before(self, name: Text, others: list[Text]) -> None:
        """A name of which an earlier one says all; the same to the letter was found with the keys that stand twice."""
        if any(same_agent(other.text, name.text) for other in others):
            self._reader.wrong(name.place, f"{name.text!r} stands here twice: letter case does not count")
        elif is_glob(name.text):
            first = next(
                (one for one in others if is_glob(one.text) and covers(one.text.strip(), name.text.strip())), None
            )
            if first is not None:
                said = f"{name.text!r} never counts: {first.text!r} in line {first.place.line} fits all that it fits"
                self._reader.wrong(name.place, f"{said}; put {name.text!r} before it")

    def _agent(self, node: Node, key: Text, *, several: bool) -> Block:
        given = self._reader.mapping(node, ("event", "must", "may", "must_not"), f"of agent {key.text!r}")
        event = self._reader.text(given["event"].value, "event") if "event" in given else None
        prefix = f"{key.text}, {event}" if several and event else key.text
        return self._block(node, "agent", key, event, prefix)

    def _block(self, node: Node, scope: Scope, key: Text, event: str | None, prefix: str) -> Block:
        """One block of rules. An agent that is named is closed; the service and all others where `may` is given."""
        known = ("event", "must", "may", "must_not") if scope == "agent" else ("may", "must_not")
        known = ("must", *known) if scope == "transport" else known
        given = self._reader.mapping(node, known, f"below {scope}") if scope != "agent" else _plain(node)
        agent = key.text if scope == "agent" else None
        bare = Block(scope, agent, event, (), (), (), None)
        prefix = prefix or scope
        must = self._conditions(given.get("must"), bare, "must", prefix)
        must_not = self._conditions(given.get("must_not"), bare, "must_not", prefix)
        may = self._conditions(given.get("may"), bare, "may", prefix)
        closed = None
        if scope == "agent" or "may" in given:
            place = given["may"].key.place if "may" in given else key.place
            text = nothing_else(bare)
            closed = self._told(f"{prefix}/{NOTHING_ELSE}", scope, text, place, agent=agent, event=event)
        return Block(scope, agent, event, must, must_not, may, closed)

    def _uncertain(self, entry: Entry | None) -> tuple[Condition, ...]:
        """What may happen where it can't be known who did it."""
        given = self._reader.mapping(entry.value, ("may",), "below uncertain") if entry else {}
        return self._conditions(given.get("may"), Block("others", None, None, (), (), (), None), "may", "uncertain")

    def _final(self, entry: Entry | None) -> Block:
        given = self._reader.mapping(entry.value, ("must", "must_not"), "below final") if entry else {}
        bare = Block("final", None, None, (), (), (), None)
        must = self._conditions(given.get("must"), bare, "must", "final")
        return Block(
            "final", None, None, must, self._conditions(given.get("must_not"), bare, "must_not", "final"), (), None
        )

    def _conditions(self, entry: Entry | None, block: Block, clause: str, prefix: str) -> tuple[Condition, ...]:
        read = []
        for item in self._reader.items(entry):
            self._number += 1
            named = (lambda what: "") if clause == "may" else (lambda what: self._named(f"{prefix}/{what}"))
            asked = Asked(clause, block.scope == "final", self._number, named)
            condition = read_condition(self._reader, item, asked)
            if condition is None:
                continue
            read.append(condition)
            if clause != "may":
                self._add(condition.expectation, block, clause, condition)
        return tuple(read)

    def _add(self, told: str, block: Block, clause: str, condition: Condition) -> None:
        self._expectations.append(
            Expectation(
                id=told,
                scope=block.scope,
                agent=block.agent,
                event=block.event,
                clause="must" if clause == "must" else "must_not",
                what=condition.what,
                text=expected(block, clause, condition),
                file=self._reader.file,
                line=condition.place.line,
                column=condition.place.column,
            )
        )

    def _told(
        self, name: str, scope: Scope, text: str, place: Place, *, agent: str | None = None, event: str | None = None
    ) -> str:
        """An expectation that is no entry of a list; returns its id."""
        told = self._named(name)
        closed = name.endswith(f"/{NOTHING_ELSE}")
        clause, what = ("closed", NOTHING_ELSE) if closed else ("must", "min_messages" if agent is None else "runs")
        at = (self._reader.file, place.line, place.column)
        self._expectations.append(
            Expectation(told, scope, agent, event, "closed" if clause == "closed" else "must", what, text, *at)
        )
        return told

    def _named(self, name: str) -> str:
        """The name, with a number behind a second one alike."""
        self._ids[name] += 1
        return name if self._ids[name] == 1 else f"{name}#{self._ids[name]}"

    def _waiver(self, node: Node) -> WaiverAsked | None:
        given = self._reader.mapping(node, ("expectation", "reason", "until"), "of a waiver")
        missing = [key for key in ("expectation", "reason", "until") if key not in given]
        if missing:
            self._reader.wrong(node.place, f"a waiver needs expectation, reason and until; {missing[0]} is missing")
            return None
        said = {key: self._reader.text(entry.value, key) for key, entry in given.items()}
        name, reason, until = said["expectation"], said["reason"], said["until"]
        if name is None or reason is None or until is None:
            return None
        known = [expectation.id for expectation in self._expectations]
        if name not in known:
            hint = self._reader.nearest(name, known)
            self._reader.wrong(given["expectation"].value.place, f"no expectation is called {name!r}{hint}")
        if not _is_day(until):
            self._reader.wrong(given["until"].value.place, f"{until!r} is no day; write it as 2027-01-31")
        return WaiverAsked(name, reason, until, given["expectation"].value.place)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DAY.fullmatch(text) is not None


def _plain(node: Node) -> dict[str, Entry]:
    """The entries of a mapping whose keys were looked at already."""
    return {entry.key.text: entry for entry in node.entries} if isinstance(node, yaml_text.Mapping) else {}
