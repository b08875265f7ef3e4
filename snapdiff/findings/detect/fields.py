"""Header fields that went missing, came twice, or that Exchange's header firewall takes away."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from snapdiff.findings.register import Found, Passing, follower, of_step
from snapdiff.mail.message import Message
from snapdiff.model import Change, Snapshot, Trace

_NAMED = 8
_REQUIRED = {"date": "Date", "from": "From"}
_ONCE = {
    **_REQUIRED,
    **{name.lower(): name for name in ("Sender", "Reply-To", "To", "Cc", "Bcc", "Message-Id", "In-Reply-To")},
    **{name.lower(): name for name in ("References", "Subject", "MIME-Version", "Content-Type")},
    "content-transfer-encoding": "Content-Transfer-Encoding",
}
"""Fields a header holds at most once (RFC 5322 section 3.6, RFC 2045 sections 4 to 6), with the names they go by."""
_FAMILIES: dict[str, Callable[[str], bool]] = {
    "X-MS-Exchange-Organization-*": lambda name: name.startswith("x-ms-exchange-organization-"),
    "X-MS-Exchange-Forest-*": lambda name: name.startswith("x-ms-exchange-forest-"),
    "Received": lambda name: name == "received",
    "Resent-*": lambda name: name.startswith("resent-"),
}
_FIREWALL_AGENTS = frozenset({"Inbound Trust Agent", "Outbound Trust Agent"})
"""Exchange's own agents that take fields of these families away or put them back at a connector."""


@of_step
def field_missing(at: Passing) -> Iterator[Found]:
    """SD520: Date or From is gone."""
    removed = _removed(at.step.changes)
    if not any(name in _REQUIRED for name, _, _ in removed):
        return
    for name, number, change in removed:
        if name in _REQUIRED and not at.after.count(name):
            yield Found("SD520", {"field": _REQUIRED[name], "before": str(change.before)}, (number,))


@of_step
def field_doubled(at: Passing) -> Iterator[Found]:
    """SD521: a field that may stand there once stands there more often than before."""
    added: dict[str, list[int]] = {}
    for number, change in enumerate(at.step.changes):
        if change.kind == "header.added" and change.part is None and (change.name or "").lower() in _ONCE:
            added.setdefault((change.name or "").lower(), []).append(number)
    for name, numbers in added.items():
        times = at.after.count(name)
        if times > max(at.before.count(name), 1):
            yield Found("SD521", {"field": _ONCE[name], "times": f"{times:,} times"}, tuple(numbers))


@follower
class CameDoubled:
    """SD522: the header held a field twice when it came."""

    def __init__(self) -> None:
        self._found: list[Found] = []

    def began(self, snapshot: Snapshot, message: Message) -> None:
        """Looks at the header as it came, where all of it is there."""
        if not message.header.has_blank or snapshot.stage is None:
            return
        doubled = [shown for name, shown in _ONCE.items() if message.count(name) > 1]
        if doubled:
            self._found.append(Found("SD522", {"fields": ", ".join(doubled)}))

    def passed(self, at: Passing) -> None:
        """Only the beginning counts."""

    def ended(self, trace: Trace) -> Iterable[Found]:
        """What was found."""
        return self._found


@of_step
def protected_fields_removed(at: Passing) -> Iterator[Found]:
    """SD530, SD531: fields of the families that the header firewall guards are gone."""
    gone: dict[str, list[tuple[int, str]]] = {}
    for name, number, change in _removed(at.step.changes):
        for family, holds in _FAMILIES.items():
            if holds(name):
                gone.setdefault(family, []).append((number, change.name or ""))
    by_exchange = at.step.actor in {"transport", "session"} or at.step.agent in _FIREWALL_AGENTS
    for family, fields in gone.items():
        evidence = {"family": family, "fields": _listed([name for _, name in fields])}
        numbers = tuple(number for number, _ in fields)
        if by_exchange and at.step.certain:
            yield Found("SD530", evidence, numbers)
        else:
            yield Found("SD531", evidence, numbers)


@of_step
def keywords_removed(at: Passing) -> Iterator[Found]:
    """SD532: the categories of Outlook are gone."""
    for name, number, change in _removed(at.step.changes):
        if name == "keywords":
            yield Found("SD532", {"before": str(change.before)}, (number,))


@of_step
def custom_fields_removed(at: Passing) -> Iterator[Found]:
    """SD533: other X- fields are gone."""
    gone = [
        (number, change.name or "")
        for name, number, change in _removed(at.step.changes)
        if name.startswith("x-") and not any(holds(name) for holds in _FAMILIES.values())
    ]
    if gone:
        yield Found("SD533", {"fields": _listed([name for _, name in gone])}, tuple(number for number, _ in gone))


def _removed(changes: Sequence[Change]) -> list[tuple[str, int, Change]]:
    """The message's own fields that a step removed: the name in lower case, the index, the change."""
    return [
        ((change.name or "").lower(), number, change)
        for number, change in enumerate(changes)
        if change.kind == "header.removed" and change.part is None
    ]


def _listed(names: Sequence[str]) -> str:
    """Each name once, up to eight of them, and how many more there are."""
    once = list(dict.fromkeys(names))
    named = ", ".join(once[:_NAMED])
    return named if len(once) <= _NAMED else f"{named} and {len(once) - _NAMED:,} more"
