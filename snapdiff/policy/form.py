"""The nouns of a policy as it was written: whom it is about, and what must, may and must not happen."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from snapdiff.model.check import Expectation, Scope
from snapdiff.policy.patterns import Pattern
from snapdiff.policy.yaml_text import Place

Side = Literal["visible", "regex"]


class Selector(Struct, frozen=True):
    """Which messages are meant: of each kind that is given, one pattern must fit."""

    subject: tuple[Pattern, ...] = ()
    sender: tuple[Pattern, ...] = ()
    recipient: tuple[Pattern, ...] = ()
    message_id: tuple[Pattern, ...] = ()


class BodyText(Struct, frozen=True):
    """A text looked for in what a reader sees, or a regular expression (RE2). A text has its white space folded."""

    text: str
    is_regex: bool = False


class Condition(Struct, frozen=True):
    """One entry of `must`, `may` or `must_not`.

    `what` is a kind of change, what stands before its dot, `cosmetic`, `finding:CODE`, `body.contains` or
    `body.ends_with`; under `final` also `header`, `part`, `sender`, `recipient`. `name` is of a field or an address;
    `parts` are sections or media types. `number` is its own in the policy; `expectation` the id, "" under `may`.
    """

    what: str
    number: int
    expectation: str
    place: Place
    name: Pattern | None = None
    value: Pattern | None = None
    before: Pattern | None = None
    parts: tuple[Pattern, ...] = ()
    filename: Pattern | None = None
    body: BodyText | None = None
    times: int | None = None
    messages: Selector | None = None

    @property
    def is_body(self) -> bool:
        """Whether it is about what a reader sees."""
        return self.what.startswith("body.")

    @property
    def is_finding(self) -> bool:
        """Whether it is about a finding."""
        return self.what.startswith("finding:")

    @property
    def code(self) -> str:
        """Of a finding: its code, or the beginning that a group of codes shares (`SD2` of `SD2xx`)."""
        return self.what.partition(":")[2].rstrip("x")


class Block(Struct, frozen=True):
    """What is expected of an agent (at one event, where it is given), of the service, or of all other agents.

    `closed` is the id of the expectation that nothing else happens, None where the rest is unrestricted.
    """

    scope: Scope
    agent: str | None
    event: str | None
    must: tuple[Condition, ...]
    must_not: tuple[Condition, ...]
    may: tuple[Condition, ...]
    closed: str | None


class WaiverAsked(Struct, frozen=True):
    """An entry of `waivers`; `until` is an ISO 8601 day."""

    expectation: str
    reason: str
    until: str
    place: Place


class RequiredAgent(Struct, frozen=True):
    """An agent that has to appear in some message."""

    name: str
    expectation: str


class Policy(Struct, frozen=True):
    """A whole policy. `expectations` are in the order of the file, with the closed world of a block behind it.

    `uncertain` is what may happen at a step of which it can't be known who did it. With `describes`, what steps put
    into texts is asked for as well: a policy is being written.
    """

    file: str
    messages: Selector
    min_messages: int
    min_messages_id: str
    agents: tuple[RequiredAgent, ...]
    blocks: tuple[Block, ...]
    final: Block
    waivers: tuple[WaiverAsked, ...]
    expectations: tuple[Expectation, ...]
    uncertain: tuple[Condition, ...] = ()
    describes: bool = False

    @property
    def conditions(self) -> Iterator[Condition]:
        """Every entry of the policy."""
        for block in (*self.blocks, self.final):
            yield from (*block.must, *block.must_not, *block.may)
        yield from self.uncertain

    def block_of(self, agent: str, event: str | None) -> Block | None:
        """The block that an agent's step at an event belongs to; None where nothing restricts it.

        Of the names in the policy the one that `name_of` gives counts.

        A block for that event goes before one for all events; at an event of which no block speaks, the agent's
        first block counts, whose entries are for its own event: so nothing is allowed there.
        """
        name = self.name_of(agent)
        own = [block for block in self.blocks if block.agent is not None and block.agent == name]
        for block in own:
            if block.event is not None and same_event(block.event, event):
                return block
        for block in own:
            if block.event is None:
                return block
        return own[0] if own else self.block("others")

    def name_of(self, agent: str) -> str | None:
        """The name under which the policy speaks of an agent; None where it does not.

        A name that is written out goes before one with `*` or `?`, and of those the first in the policy counts.
        """
        return _name_of(tuple(block.agent for block in self.blocks if block.agent is not None), agent)

    def block(self, scope: Scope) -> Block | None:
        """The one block of the service (`transport`) or of all other agents (`others`), None where it is left out."""
        return next((block for block in self.blocks if block.scope == scope), None)


@lru_cache(maxsize=4096)
def _name_of(names: tuple[str, ...], agent: str) -> str | None:
    """An agent runs on every message, so it is looked up once."""
    written_out = next((name for name in names if same_agent(name, agent)), None)
    return written_out or next((name for name in names if fits_agent(name, agent)), None)


def same_agent(one: str, other: str) -> bool:
    """Agents' names count without letter case and without blanks at their ends."""
    return one.strip().casefold() == other.strip().casefold()


def fits_agent(name: str, agent: str) -> bool:
    """Whether a name as a policy has it means an agent: `*` stands for any characters, `?` for one."""
    return same_agent(name, agent) or Pattern("glob", name.strip(), ignore_case=True).fits(agent.strip())


def same_event(one: str, other: str | None) -> bool:
    """Events likewise."""
    return other is not None and one.strip().casefold() == other.strip().casefold()
