"""The nouns of what was done, without a word of any mail, and of two runs held against each other."""

from typing import Literal

from msgspec import Struct

from snapdiff.model import Degree, Kind, Problem, Tool

COMPARE_SCHEMA_NAME = "snapdiff.compare/1"

By = Literal["agent", "transport", "session", "unknown"]
Turn = Literal["new", "gone", "times"]
"""What became of a change: it is done now and was not; it was and is not; it is done another number of times."""


class Did(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of change by one hand, in a normal form that is the same from run to run.

    `agent` is set where it is certain that an agent did it; `by` says who else: the service, the SMTP session, or
    `unknown` where it can't be known. `name` is a header field's, `part` the media type of the part that changed (or
    whose header field did; None: the message's own header), `degree` how deep a change of content goes.
    """

    change: Kind
    agent: str | None = None
    by: By = "agent"
    event: str | None = None
    name: str | None = None
    part: str | None = None
    degree: Degree | None = None
    cosmetic: bool = False


class Difference(Struct, frozen=True):
    """One thing that is done otherwise: how often in a trace it was done at most before and is now, on how many pairs.

    `messages` counts the pairs of messages that differ in it in just this way.
    """

    did: Did
    turn: Turn
    before: int
    after: int
    messages: int = 1


class AgentCompared(Struct, frozen=True):
    """What one agent (or the service, the session, or somebody unknown) does otherwise; `ran` says in which run it is.

    An agent that does all as before is listed only where it ran in one of the runs alone.
    """

    by: By
    agent: str | None
    ran: Literal["both", "before", "after"]
    differences: list[Difference]


class ComparedMessage(Struct, frozen=True):
    """A message of one run; `key` is what it was paired by, `traces` the paths of its traces."""

    key: str
    subject: str | None
    message_id: str | None
    traces: list[str]


class Pair(Struct, frozen=True):
    """Two messages that were held against each other and differ. `repeated` is set where several had the same key.

    Those were paired in the order of their times.
    """

    before: ComparedMessage
    after: ComparedMessage
    repeated: bool
    differences: list[Difference]


class CompareReport(Struct, frozen=True):
    """The whole document `snapdiff compare --format json` writes; its JSON Schema is made from this class.

    `pairs` are those that differ, of `compared` in all. `cannot_tell` says why there is no full answer (exit code 2).
    """

    schema: Literal["snapdiff.compare/1"]
    tool: Tool
    before: str
    after: str
    pair_by: str
    compared: int
    agents: list[AgentCompared]
    pairs: list[Pair]
    unpaired_before: list[ComparedMessage]
    unpaired_after: list[ComparedMessage]
    cannot_tell: list[str]
    problems: list[Problem]

    @property
    def differs(self) -> bool:
        """Whether anything is done otherwise, or a message has no counterpart."""
        return bool(self.agents or self.pairs or self.unpaired_before or self.unpaired_after)
