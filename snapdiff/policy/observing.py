"""Traces of a good run to what each agent was seen to do, in the words of a policy: the first half of writing one."""

from msgspec import Struct

from snapdiff.model import Change, PartInfo, Trace
from snapdiff.policy.form import Block as Block
from snapdiff.policy.form import BodyText, Condition, Policy, Selector
from snapdiff.policy.matching import Looked, is_split, looked_at
from snapdiff.policy.patterns import Pattern
from snapdiff.policy.yaml_text import Place

MOST_CONDITIONS = 100
"""Conditions of one agent; of an agent that does more different things the kinds alone are told."""
_LONGEST_VALUE = 200
NOWHERE = Place(1, 1)


class Key(Struct, frozen=True, order=True):
    """What makes two changes of one agent the same thing: kind, name, media type, file name; a body text."""

    what: str
    name: str = ""
    part: str = ""
    filename: str = ""
    text: str = ""

    def condition(self, number: int, value: str | None = None) -> Condition:
        """The condition that means it."""
        return Condition(
            what=self.what,
            number=number,
            expectation=str(number),
            place=NOWHERE,
            name=Pattern("exact", self.name, ignore_case=True) if self.name else None,
            value=Pattern("exact", value) if value is not None else None,
            parts=(Pattern("exact", self.part, ignore_case=True),) if self.part else (),
            filename=Pattern("exact", self.filename, ignore_case=True) if self.filename else None,
            body=BodyText(self.text) if self.text else None,
        )


class Seen:
    """How often something was done, with the first two values of it, and in how many traces."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self.traces: set[str] = set()

    def add(self, path: str, value: str | None) -> None:
        """Once more, in the trace at that path."""
        self.traces.add(path)
        if value is not None and value not in self.values and len(self.values) < 2:
            self.values.append(value)


class Observed:
    """What a good run shows; hand it every trace with `add`.

    `agents` are those that surely changed something, in the order in which they first ran; `perhaps` what was done
    where it can't be known who did it; `service` the kinds of change of the service and
    the session; `rewritten` the agents and media types of which a text was changed otherwise than by putting one in;
    `ran` every agent there was, with its events.
    """

    def __init__(self) -> None:
        self.agents: dict[str, dict[Key, Seen]] = {}
        self.perhaps: dict[Key, Seen] = {}
        self.service: set[str] = set()
        self.rewritten: set[tuple[str, str]] = set()
        self.ran: dict[str, dict[str, None]] = {}
        self.is_plain = True
        self.traces = 0

    def add(self, trace: Trace) -> None:
        """One trace, with the answers to what it was asked for under `asking_policy`."""
        self.traces += 1
        for snapshot in trace.snapshots:
            self.is_plain = self.is_plain and snapshot.event is None
            if snapshot.agent is not None:
                self.ran.setdefault(snapshot.agent, {})[snapshot.event or ""] = None
        for looked in looked_at(trace):
            self._step(trace, looked)

    def _step(self, trace: Trace, looked: Looked) -> None:
        step = looked.step
        changes = [change for change in step.changes if not is_split(step, change)]
        if step.certain and step.actor == "agent" and step.agent is not None:
            inserted = {one.type for one in looked.answers.inserted} if looked.answers is not None else set()
            for key, value in _told(looked, changes):
                if key.what == "part.changed" and key.part not in inserted:
                    self.rewritten.add((step.agent, key.part))
                self.agents.setdefault(step.agent, {}).setdefault(key, Seen()).add(trace.path, value)
        elif step.certain:
            self.service |= {change.kind for change in changes}
        else:
            for change in changes:
                self.perhaps.setdefault(_key(change, looked), Seen()).add(trace.path, _value(change))


def asking_policy() -> Policy:
    """The policy to run with, so that the traces tell what their texts gained."""
    final = Block("final", None, None, (), (), (), None)
    return Policy("", Selector(), 1, "", (), (), final, (), (), describes=True)


def _told(looked: Looked, changes: list[Change]) -> list[tuple[Key, str | None]]:
    """A step's changes as keys, each with its value; texts that were put in stand beside the parts they are in."""
    inserted = {one.type: one for one in looked.answers.inserted} if looked.answers is not None else {}
    told: list[tuple[Key, str | None]] = [
        (Key("body.ends_with" if one.at_end else "body.contains", part=one.type, text=one.text), None)
        for one in inserted.values()
    ]
    return told + [(_key(change, looked), _value(change)) for change in changes]


def _key(change: Change, looked: Looked) -> Key:
    if not change.kind.startswith("part."):
        # Whom a recipient list is changed for differs from message to message.
        return Key(change.kind, name=(change.name or "") if change.kind.startswith("header.") else "")
    info = change.after if isinstance(change.after, PartInfo) else change.before
    part = looked.part(change)
    media_type = info.type if isinstance(info, PartInfo) else part.type if part is not None else ""
    named = isinstance(info, PartInfo) and change.kind in ("part.added", "part.removed")
    name = (info.file_name or "") if named and isinstance(info, PartInfo) else ""
    return Key(change.kind, part="" if name else media_type, filename=name)


def _value(change: Change) -> str | None:
    """The value to be told of a change: of a field, what it is now, or was; of the envelope, the address."""
    value = change.before if change.kind == "header.removed" else change.after
    if change.kind.startswith("envelope.recipient"):
        value = change.name
    if (
        change.kind.startswith("part.")
        or not isinstance(value, str)
        or len(value) > _LONGEST_VALUE
        or not _is_text(value)
    ):
        return None
    return value


def _is_text(value: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in value)
