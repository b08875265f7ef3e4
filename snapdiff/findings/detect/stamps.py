"""What Exchange stamps into a header for itself: spam and phishing levels, who counts as authenticated, loops."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from snapdiff.findings.register import Found, Passing, follower, of_step
from snapdiff.mail.fields import field_value, unfold
from snapdiff.mail.message import Message
from snapdiff.model import Change, Snapshot, Trace

_PREFIX = "x-ms-exchange-organization-"
_LEVEL = re.compile(r"-?\d{1,3}")
_MANY_HOPS = 30
"""Half of what a Receive connector takes by default (MaxHopCount 60)."""
_MANY_AT_ONE_HOST = 6
"""A server writes up to three Received fields as one message passes (front end, transport, delivery)."""
_BY = re.compile(rb"(?:\A|\s)by[ \t\r\n]+([^\s;()]{1,255})", re.IGNORECASE)
_MAY_ADD = frozenset({None, "Inbound Trust Agent", "Outbound Trust Agent"})
"""Who stamps X-MS-Exchange-Organization-AuthAs by right: the transport service and Exchange's own agents."""
_AUTH_AS = {
    "anonymous": "it came from outside without signing in, and is treated as Internet mail",
    "internal": "it counts as mail from inside the organization: spam filtering is left out, and rules for internal "
    "senders apply",
    "external": "its sender is authenticated, but counts as outside the organization",
    "partner": "it came from a partner domain over a connection secured with mutual TLS (Domain Security)",
}
"""In words of our own what the header firewall's documentation says of X-MS-Exchange-Organization-AuthAs."""


@of_step
def spam_level_changed(at: Passing) -> Iterator[Found]:
    """SD540: another SCL than before, or one that has consequences."""
    for number, change in _stamped(at, "scl"):
        after = _level(change.after)
        trusted_by_other = after == -1 and at.step.actor == "agent"
        if change.kind == "header.changed" or trusted_by_other or (after is not None and after >= 5):
            yield _explained(Found("SD540", {}, (number,)), change, _spam)


@of_step
def phishing_level_changed(at: Passing) -> Iterator[Found]:
    """SD541: another PCL than before, or one that has consequences."""
    for number, change in _stamped(at, "pcl"):
        after = _level(change.after)
        if change.kind == "header.changed" or (after is not None and after >= 4):
            yield _explained(Found("SD541", {}, (number,)), change, _phishing)


@of_step
def authenticated_as_changed(at: Passing) -> Iterator[Found]:
    """SD542: the message counts as from elsewhere than before."""
    for number, change in _stamped(at, "authas"):
        if at.step.actor != "session" and (change.kind == "header.changed" or at.step.agent not in _MAY_ADD):
            yield _explained(Found("SD542", {}, (number,)), change, _origin)


@follower
class Loops:
    """SD543, SD544: the message went round, or transport rules have redirected it before."""

    def __init__(self) -> None:
        self._last: Message | None = None
        self._came_with: str | None = None

    def began(self, snapshot: Snapshot, message: Message) -> None:
        """Remembers the message, and whether it came marked by transport rules."""
        if snapshot.stage is None:
            return
        self._last = message
        marks = message.named("x-ms-exchange-transport-rules-loop")
        self._came_with = unfold(field_value(marks[0])).decode("ascii", "replace") if marks else None

    def passed(self, at: Passing) -> None:
        """Remembers the latest message."""
        if self._last is not None:
            self._last = at.after

    def ended(self, trace: Trace) -> Iterable[Found]:
        """Counts the hops of the latest message."""
        if self._came_with is not None:
            yield Found("SD544", {"value": self._came_with})
        if self._last is None:
            return
        received = [unfold(field_value(field)) for field in self._last.named("received")]
        hosts = Counter(
            found[1].lower().decode("ascii", "replace") for value in received if (found := _BY.search(value))
        )
        host, times = max(hosts.items(), key=lambda one: (one[1], one[0]), default=("", 0))
        if len(received) >= _MANY_HOPS or times >= _MANY_AT_ONE_HOST:
            yield Found("SD543", {"hops": f"{len(received):,}", "host": host or "a server", "times": f"{times:,}"})


def _stamped(at: Passing, name: str) -> Iterator[tuple[int, Change]]:
    """The changes that gave the message this stamp of Exchange, or another value of it."""
    for number, change in enumerate(at.step.changes):
        if (
            change.kind in {"header.added", "header.changed"}
            and change.part is None
            and (change.name or "").lower() == _PREFIX + name
        ):
            yield number, change


def _explained(found: Found, change: Change, meaning: Callable[[str], str]) -> Found:
    """The finding with both values, and in its text what the later one means."""
    values = {"before": change.before, "after": change.after}
    evidence = {name: value for name, value in values.items() if isinstance(value, str)}
    before = f"from {change.before} " if "before" in evidence else ""
    words = {"change": f"{before}to {change.after}", "meaning": meaning(str(change.after))}
    return replace(found, evidence=evidence, words=words)


def _level(value: object) -> int | None:
    text = str(value).strip()
    return int(text) if _LEVEL.fullmatch(text) else None


def _spam(value: str) -> str:
    level = _level(value)
    if level is None:
        return "which is no number, so that nothing can be told from it"
    if level < 0:
        return "it is trusted, and spam filtering leaves it alone"
    if level < 5:
        return "it is hardly taken for spam (0 is the least, 9 the most likely)"
    return (
        "it is taken for spam (9 is the most likely): by the thresholds set, it can go to the Junk Email folder, to "
        "quarantine, or be refused or deleted"
    )


def _phishing(value: str) -> str:
    level = _level(value)
    if level is None:
        return "which is no number, so that nothing can be told from it"
    return "it is not taken for phishing" if level < 4 else "it is suspected of phishing (8 is the most likely)"


def _origin(value: str) -> str:
    return _AUTH_AS.get(value.strip().lower(), "which is none of Anonymous, Internal, External and Partner")
