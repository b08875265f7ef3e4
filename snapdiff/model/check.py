"""The nouns of a check: what was expected of a rollout, what was seen instead, and what can't be told.

They come from a policy or a baseline and the traces, and are all that an output of `snapdiff check` reads. What they
quote of mail is cut to a bounded length, so that a check of many messages stays small.
"""

from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from snapdiff.model import Change, Problem, Tool

CHECK_SCHEMA_NAME = "snapdiff.check/1"

Scope = Literal["agent", "transport", "others", "final", "require", "baseline"]
"""Whose changes an expectation is about: a named agent's, the service's and session's, every other agent's; the last
snapshot (`final`), the run as a whole (`require`), or the accepted list of changes (`baseline`)."""
Clause = Literal["must", "must_not", "closed"]
"""`closed`: nothing beside what the policy asks for or allows."""
Outcome = Literal["passed", "failed", "waived", "not-exercised", "uncertain"]
"""`not-exercised`: nothing was there to judge (the agent did not run, no such part); `uncertain`: it can't be known who
made a change that decides it. Neither is a pass."""
Doubt = Literal["not-exercised", "uncertain", "unreadable"]
WaiverState = Literal["used", "unused", "expired"]


class Expectation(Struct, frozen=True):
    """One thing that is expected, and where it was written.

    `id` is stable and readable: `Exchange DkimSigner/header.added`, with `#2` behind a second one alike, and
    `Exchange DkimSigner/nothing else` for the closed world. `what` is the kind of change or condition in the words of
    the policy (`header.added`, `body.ends_with`, `finding:SD201`), `text` the whole in plain words. Line and column
    count from 1; both are None where there is no such place (a baseline of an older form).
    """

    id: str
    scope: Scope
    agent: str | None
    event: str | None
    clause: Clause
    what: str
    text: str
    file: str
    line: int | None
    column: int | None


class Failure(Struct, frozen=True):
    """One place where an expectation is not met: in one sentence, with the values seen and what explains them.

    `trace` is the path of a trace in the source; `step` its two snapshots (from is "" for a fork's first step), None
    where it is about the trace as a whole. `agent` is None where it can't be known who did it, or where nobody did.
    `changes` is the smallest diff that explains the failure, long texts in it cut short; `left_out` counts the changes
    beyond those shown.
    """

    sentence: str
    trace: str
    message_id: str | None
    subject: str | None
    step: tuple[str, str] | None
    event: str | None
    agent: str | None
    seen: list[str]
    changes: list[Change]
    left_out: int = 0


class Waiver(Struct, frozen=True):
    """An expectation that may fail for a while, with the reason and the last day (ISO 8601) on which it holds."""

    expectation: str
    reason: str
    until: str
    state: WaiverState
    file: str
    line: int
    column: int


class Verdict(Struct, frozen=True):
    """What became of one expectation for one message.

    `failures` is empty for `passed`; for `waived` it holds what was waived, for `uncertain` and `not-exercised` what
    stands in the way of an answer. `note` is a word to the reader: that visible text was compared, that a waiver has
    expired. A verdict has its waiver where one names the expectation, expired ones too.
    """

    expectation: str
    outcome: Outcome
    failures: list[Failure] = msgspec.field(default_factory=list)
    note: str | UnsetType = UNSET
    waiver: Waiver | UnsetType = UNSET


class CheckedMessage(Struct, frozen=True):
    """One message that was checked, with a verdict for each expectation that is about single messages, in their order.

    `traces` are the paths of its traces: services, servers and copies of one message count as one message.
    """

    traces: list[str]
    message_id: str | None
    subject: str | None
    sender: str | None
    verdicts: list[Verdict]


class CannotTell(Struct, frozen=True):
    """A reason why the check has no full answer (exit code 2), in one sentence that names what is missing."""

    doubt: Doubt
    sentence: str
    expectation: str | None = None
    trace: str | None = None


class CheckCounts(Struct, frozen=True):
    """Messages checked and left out by the policy's selection; then expectations by what became of them in all.

    An expectation counts once, by its gravest outcome over all messages: failed, uncertain, not-exercised, waived,
    passed. One that is no must counts as not-exercised only where it was so on every message. `failures` counts single
    failures.
    """

    messages: int
    messages_left_out: int
    passed: int
    failed: int
    waived: int
    not_exercised: int
    uncertain: int
    failures: int


class CheckReport(Struct, frozen=True):
    """The whole document `snapdiff check --format json` writes; its JSON Schema is made from this class.

    `exit_code`: 0 all expectations hold; 1 one failed; 2 can't tell, which outranks 1 and always has its reasons in
    `cannot_tell`. `today` is the day (ISO 8601) that waivers were held against.
    """

    schema: Literal["snapdiff.check/1"]
    tool: Tool
    source: str
    policy: str | None
    today: str
    exit_code: Literal[0, 1, 2]
    counts: CheckCounts
    expectations: list[Expectation]
    messages: list[CheckedMessage]
    cannot_tell: list[CannotTell]
    waivers: list[Waiver]
    problems: list[Problem]
    baseline: str | UnsetType = UNSET
