"""A trace's snapshots, one after the other, to its steps: who did it, and how sure that is."""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from snapdiff.diff.message import Comparison, Side, compare
from snapdiff.mail.message import Message
from snapdiff.model import Actor, Change, Kind, LoadedSnapshot, Snapshot, Split, Step, Trace

_MAX_MISSING = 1000
_STATUS_KIND: dict[str, Kind] = {"Deleted": "message.deleted", "Deferred": "message.deferred"}
_ONE_SIDED_PLAIN = "the mails themselves do not say who changed them"
Watch = Callable[[Step, Side, Side], None]


class Steps:
    """Takes the snapshots of one trace in order and gives the step from each to the next.

    It holds no more than three snapshots: the last one, the last one to compare with, and the last one with a message.
    `plain` is for mails that are no snapshots. `problems` gathers (file, code, sentence) of what was met on the way.
    `watch` is told each step that compared two messages, with both, before the earlier one is forgotten; meanwhile
    `unclosed` says of either whether a multipart lacks its closing delimiter where the other side has it.
    """

    def __init__(self, plain: bool = False, watch: Watch | None = None) -> None:
        self._watch = watch
        self._plain = plain
        self._last: LoadedSnapshot | None = None
        self._last_message: LoadedSnapshot | None = None
        self._last_side: Side | None = None
        self._last_filled: LoadedSnapshot | None = None
        self._last_filled_side: Side | None = None
        self._event: str | None = None
        self._event_started = False
        self._ran: set[str] = set()
        self.problems: list[tuple[str, str, str]] = []
        self.unclosed = (False, False)

    @property
    def last_message(self) -> LoadedSnapshot | None:
        """The last snapshot so far that holds a message; an empty or broken-off file only where no other came."""
        return self._last_filled or self._last_message

    @property
    def last_read(self) -> Message | None:
        """The message of `last_message`; None before the first."""
        side = self._last_filled_side or self._last_side
        return side.message if side else None

    def add(self, later: LoadedSnapshot, message: Message | None = None) -> Step | None:
        """The step into this snapshot; None for the first one. `message` is what it holds, where that is at hand."""
        earlier = self._last
        again = self._enter(later.snapshot)
        side = _side(later, self._last_side, message)
        step = None if earlier is None else self._step(earlier, later, side, again)
        self._last = later
        if later.snapshot.status is None:
            if self._watch is not None and step is not None and self._last_side is not None:
                self._watch(step, self._last_side, side)
            self._last_message, self._last_side = later, side
            if later.message:
                self._last_filled, self._last_filled_side = later, side
        return step

    def _enter(self, noun: Snapshot) -> str | None:
        """Follows the events; says why an agent's step may hide something, None where it can't."""
        if noun.event is None and noun.stage != "Original":
            return None
        if noun.event != self._event:
            self._event, self._event_started, self._ran = noun.event, False, set()
        if noun.agent is None:
            self._event_started, self._ran = True, set()
            return None
        ran_already = noun.agent in self._ran
        self._ran.add(noun.agent)
        if not self._event_started:
            return (
                f"{noun.event} has no snapshot of its own before this agent's: something may have happened in between"
            )
        if ran_already:
            return (
                f"{noun.agent} had already run in this event: {noun.event} fired again, and something between the two "
                "may not show"
            )
        return None

    def _step(self, earlier: LoadedSnapshot, later: LoadedSnapshot, side: Side, again: str | None) -> Step:
        base = self._last_message
        compared = self._compared(later.snapshot, side)
        self.unclosed = compared.unclosed
        missing, gap = _gap(earlier.snapshot, later.snapshot)
        reasons = [gap, _short(earlier, later, compared, base), again]
        if base is None:
            reasons.append("no earlier snapshot holds a message to compare with")
        if later.snapshot.event is None and later.snapshot.stage != "Original":
            reasons.append(f"{later.snapshot.file} does not say which event or agent it is from")
        if self._plain:
            reasons = [_ONE_SIDED_PLAIN]
        said = [reason for reason in reasons if reason]
        to = later.snapshot
        return Step(
            from_=earlier.snapshot.file,
            to=to.file,
            compared_with=base.snapshot.file if base else None,
            event=to.event,
            agent=None if self._plain else to.agent,
            actor="unknown" if self._plain else _actor(earlier.snapshot, to),
            certain=not said,
            reason="; ".join(said) or None,
            missing=missing,
            candidates=[],
            elapsed_ms=_elapsed(earlier, later),
            changes=compared.changes,
        )

    def _compared(self, later: Snapshot, side: Side) -> Comparison:
        if later.status is not None:
            return Comparison([Change(_STATUS_KIND[later.status])], [])
        if self._last_side is None:
            return Comparison([], [])
        compared = compare(self._last_side, side)
        self.problems.extend((later.file, code, message) for code, message in compared.problems)
        return compared


def sides_of(before: LoadedSnapshot, after: LoadedSnapshot) -> tuple[Side, Side]:
    """The two sides of a comparison of snapshots that are not neighbours of one trace."""
    return _side(before, None), _side(after, None)


def forked(before: LoadedSnapshot, first: LoadedSnapshot, split: Split) -> Step:
    """The step from a parent's snapshot to the first one of the copy that was split from it.

    Its reason says what proves it, or what leaves it open. Only a log can name the agent that split it.
    """
    noun = first.snapshot
    if noun.status is not None:
        changes = [Change(_STATUS_KIND[noun.status])]
    else:
        changes = compare(_side(before, None), _side(first, None)).changes
    return Step(
        from_=None,
        to=noun.file,
        compared_with=before.snapshot.file,
        event=noun.event,
        agent=noun.agent or split.agent,
        actor="agent" if noun.agent or split.agent else "transport",
        certain=split.certain,
        reason=split.reason,
        missing=[],
        candidates=[],
        elapsed_ms=None,
        changes=changes,
    )


def _side(loaded: LoadedSnapshot, last: Side | None, message: Message | None = None) -> Side:
    """What is compared of a snapshot; it shares the last one's message where that is the same."""
    noun = loaded.snapshot
    if last is not None and last.message.raw is loaded.message:
        message = last.message
    elif message is None:
        message = Message(loaded.message)
    return Side(loaded.raw, noun.message_offset, noun.sender, tuple(noun.recipients), noun.headers_only, shared=message)


def with_candidates(trace: Trace, agents_by_event: Mapping[str, Sequence[str]]) -> Trace:
    """The trace with the candidates of its uncertain steps: the agent named, and those seen in the same event.

    `agents_by_event` comes from every trace of the input. Where the later snapshot is an event's own, what is
    missing belongs to the event before, whose agents are candidates as well.
    """
    event_of = {snapshot.file: snapshot.event for snapshot in trace.snapshots}
    steps = [
        step
        if step.certain or step.actor == "unknown"
        else replace(step, candidates=_candidates(step, event_of.get(step.from_ or ""), agents_by_event))
        for step in trace.steps
    ]
    return replace(trace, steps=steps)


def _candidates(step: Step, event_before: str | None, agents_by_event: Mapping[str, Sequence[str]]) -> list[str]:
    events = [step.event] if step.agent or not step.missing else [event_before, step.event]
    seen = {agent for event in events for agent in agents_by_event.get(event or "", ())}
    named = [step.agent] if step.agent else []
    return named + sorted(seen - set(named))


def _actor(earlier: Snapshot, later: Snapshot) -> Actor:
    if later.agent is not None:
        return "agent"
    if later.event is None:
        return "unknown"
    return "session" if earlier.stage == "Original" and later.stage == "SmtpReceive" else "transport"


def _gap(earlier: Snapshot, later: Snapshot) -> tuple[list[str], str | None]:
    """The files whose numbers are missing between two snapshots, and what that means."""
    if later.sequence is None or later.stage is None:
        return [], None
    before = earlier.sequence if earlier.stage == later.stage and earlier.sequence is not None else 0
    count = later.sequence - before - 1
    if count <= 0:
        return [], None
    numbers = range(before + 1, before + 1 + min(count, _MAX_MISSING))
    missing = [f"{later.stage}{number:04d}.eml" for number in numbers]
    what = missing[0] if count == 1 else f"{missing[0]} and {count - 1:,} more"
    return missing, f"{what} could not be written or was not copied: what happened there shows here"


def _short(
    earlier: LoadedSnapshot, later: LoadedSnapshot, compared: Comparison, base: LoadedSnapshot | None
) -> str | None:
    open_earlier, open_later = compared.unclosed
    unclosed = "a multipart in it ends without its closing delimiter"
    sides = [(earlier, None), (later, unclosed if open_later else None)]
    if base is not None:
        sides.append((base, unclosed if open_earlier else None))
    for side, also in sides:
        if side.short or also:
            return f"{side.snapshot.file} ends short ({side.short or also})"
    return None


def _elapsed(earlier: LoadedSnapshot, later: LoadedSnapshot) -> int | None:
    if earlier.time is None or later.time is None:
        return None
    return round((later.time - earlier.time).total_seconds() * 1000)
