"""The nouns of what a policy met with in one trace, small enough to be kept for all traces of a run."""

from msgspec import Struct

from snapdiff.model import Change, FinalSeen
from snapdiff.model.check import Failure


class Hit(Struct, frozen=True):
    """How often a step did what a must asks for: surely by its agent, or perhaps; of a media type, "" for none.

    `at` is the step's place among the snapshots: the index of the snapshot it leads to.
    """

    condition: int
    at: int
    type: str
    sure: int
    maybe: int


class Near(Struct, frozen=True):
    """A change that comes near to what a must asks for, with the step it was in; an end of a text likewise."""

    condition: int
    step: tuple[str, str]
    event: str | None
    agent: str | None
    seen: str
    changes: list[Change]


class Tally(Struct, frozen=True):
    """What a policy met with in one trace. Blocks and conditions are named by their places and numbers.

    `ran` are the blocks whose agent ran at their event, with the index of the snapshot where it first did; `meant` the
    conditions with a selection of their own that mean the message; `recipients` those it had anywhere in the trace,
    none where they are very many. `failures` and `doubts` are pairs of an expectation's id and what speaks against it,
    surely or perhaps.
    """

    path: str
    message_id: str | None
    subject: str | None
    sender: str | None
    recipients: frozenset[str]
    parent: str | None
    parent_file: str | None
    files: list[str]
    from_time: str
    to_time: str
    meant: frozenset[int]
    ran: dict[int, int]
    agents: frozenset[str]
    hits: list[Hit]
    near: list[Near]
    failures: list[tuple[str, Failure]]
    doubts: list[tuple[str, Failure]]
    final: list[FinalSeen]
    types: list[str]
    unread: bool
