"""What a detector is told and gives, and the decorators by which it is found.

A detector is one small function in `findings/detect/`, and needs no other place than its entry in the catalogue:

    @of_step
    def message_id_changed(at: Passing) -> Iterator[Found]: ...

`of_step` functions see each step that changed something, with both messages; `of_trace` functions see the finished
trace and no mail; a `follower` class sees all of a trace and may remember what it likes, if it stays small.
`of_journey` functions see a journey with its rows of the logs and its traces, and no mail: what no trace tells alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from snapdiff.mail.message import Message
from snapdiff.mail.once import Remembers
from snapdiff.model import Journey, Snapshot, Step, Trace
from snapdiff.model.setup import SetUp


@dataclass(frozen=True)
class Passing(Remembers):
    """One step that changed something, with the messages it compared. `index` is its place among the trace's steps.

    `first` is the trace's first message that is whole, the one that came in as far as this trace can tell; None
    where there was none yet. A side that holds a header alone says so.
    """

    index: int
    step: Step
    before: Message
    after: Message
    first: Message | None
    before_headers_only: bool = False
    after_headers_only: bool = False


@dataclass(frozen=True)
class Found:
    """What a detector says: the code, the values seen (they fill the catalogue's texts), and what it is about.

    `changes` are indices into the step's changes. `step` is the index of the step, for followers and trace
    detectors; None where it is about the trace as a whole; the step at hand for an `of_step` function. An `of_journey`
    function says which of the journey's traces it is about by `trace`, an index; None where it is about the journey as
    a whole, and then `rows` are indices into its events. `words` fill the texts as the evidence does, and are not shown
    as something that was seen.
    """

    code: str
    evidence: dict[str, str] = field(default_factory=dict)
    changes: tuple[int, ...] = ()
    step: int | None = None
    trace: int | None = None
    rows: tuple[int, ...] = ()
    words: dict[str, str] = field(default_factory=dict)


class Follower(Protocol):
    """A detector with a memory: one object a trace."""

    def began(self, snapshot: Snapshot, message: Message) -> None:
        """The trace's first snapshot that holds a message."""

    def passed(self, at: Passing) -> None:
        """Each step that changed something."""

    def ended(self, trace: Trace) -> Iterable[Found]:
        """The whole trace, without findings yet."""


OfStep = Callable[[Passing], Iterable[Found]]
OfTrace = Callable[[Trace], Iterable[Found]]
OfSetUp = Callable[[SetUp], Iterable[Found]]
OfJourney = Callable[[Journey, Sequence[Trace]], Iterable[Found]]

STEP_DETECTORS: list[OfStep] = []
TRACE_DETECTORS: list[OfTrace] = []
FOLLOWERS: list[type[Follower]] = []
SETUP_DETECTORS: list[OfSetUp] = []
JOURNEY_DETECTORS: list[OfJourney] = []


def of_step(detector: OfStep) -> OfStep:
    """Registers a function that looks at one step."""
    STEP_DETECTORS.append(detector)
    return detector


def of_trace(detector: OfTrace) -> OfTrace:
    """Registers a function that looks at a finished trace."""
    TRACE_DETECTORS.append(detector)
    return detector


def of_setup(detector: OfSetUp) -> OfSetUp:
    """Registers a function that looks at how a server is set up for tracing; `snapdiff doctor` asks it."""
    SETUP_DETECTORS.append(detector)
    return detector


def of_journey(detector: OfJourney) -> OfJourney:
    """Registers a function that looks at a journey of several traces, or with rows of logs.

    Its traces stand in the journey's order, each as it came from its folder; a fork has the step from its parent where
    the log proves it.
    Take them one by one where that will do: with many of them, each is read again whenever it is asked for.
    """
    JOURNEY_DETECTORS.append(detector)
    return detector


Kind = TypeVar("Kind", bound=type[Follower])


def follower(detector: Kind) -> Kind:
    """Registers a class that follows a trace from its first message to its end."""
    FOLLOWERS.append(detector)
    return detector
