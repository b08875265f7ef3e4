"""Who the message goes to and who it says it is from on the way (P1), and how that fits its header (P2)."""

from collections.abc import Iterable, Iterator, Sequence

from snapdiff.findings.register import Found, Passing, follower, of_step
from snapdiff.mail.addresses import addresses, first_address
from snapdiff.mail.fields import field_value
from snapdiff.mail.message import Message
from snapdiff.model import Change, Snapshot, Trace

_NAMED = 5
_MAX_VISIBLE_BYTES = 1 << 20
_LIST_FIELDS = frozenset({"list-id", "list-post", "list-unsubscribe", "mailing-list", "precedence", "auto-submitted"})
_VISIBLE = frozenset({"to", "cc", "resent-to", "resent-cc"})


@of_step
def recipients_changed(at: Passing) -> Iterator[Found]:
    """SD510 to SD514: recipients that came into the envelope or left it.

    What the session lost on the way to the first SmtpReceive snapshot was refused at RCPT TO: see SD105.
    """
    if at.step.actor == "session":
        return
    added = _of_kind(at.step.changes, "envelope.recipient-added")
    removed = _of_kind(at.step.changes, "envelope.recipient-removed")
    if not added and not removed:
        return
    evidence: dict[str, str] = {}
    if added:
        evidence["added"] = _listed([change.after for _, change in added])
        evidence["header"] = _seen([str(change.after) for _, change in added], at.after)
    if removed:
        evidence["removed"] = _listed([change.before for _, change in removed])
    numbers = tuple(number for number, _ in (*removed, *added))
    by_transport = at.step.actor == "transport" and at.step.certain
    if by_transport and at.step.event == "OnResolvedMessage":
        what = " and ".join(f"{verb} {evidence[verb]}" for verb in ("added", "removed") if verb in evidence)
        yield Found("SD511", evidence, numbers, words={"what": what})
    elif added and removed:
        yield Found("SD513", evidence, numbers)
    elif added:
        yield Found("SD510", evidence, numbers)
    elif by_transport:
        yield Found("SD514", evidence, numbers)
    else:
        yield Found("SD512", evidence, numbers)


@of_step
def envelope_sender_changed(at: Passing) -> Iterator[Found]:
    """SD515: another MAIL FROM than before."""
    for number, change in _of_kind(at.step.changes, "envelope.sender-changed"):
        yield Found("SD515", {"before": str(change.before), "after": str(change.after)}, (number,))


@follower
class SendersApart:
    """SD516 to SD518: senders of envelope (P1) and header (P2) apart since a step or on arrival; blind copies then."""

    def __init__(self) -> None:
        self._came: list[Found] = []
        self._sender: str | None = None
        self._found: list[Found] = []

    def began(self, snapshot: Snapshot, message: Message) -> None:
        """Looks at the message as it came."""
        self._sender = snapshot.sender
        if _is_list(message):
            return
        if (apart := _apart(snapshot.sender, message)) is not None:
            self._came.append(Found("SD517", apart))
        hidden = _hidden(snapshot.recipients, message)
        if hidden:
            self._came.append(Found("SD518", {"recipients": _listed(hidden)}))

    def passed(self, at: Passing) -> None:
        """Looks whether a step parted what belonged together."""
        before = self._sender
        own = [
            number
            for number, change in enumerate(at.step.changes)
            if change.kind == "envelope.sender-changed"
            or (change.part is None and (change.name or "").lower() in {"from", "sender"} and not change.cosmetic)
        ]
        for change in at.step.changes:
            if change.kind == "envelope.sender-changed":
                self._sender = str(change.after)
        if not own:
            return
        apart = _apart(self._sender, at.after)
        if apart is not None and _together(before, at.before):
            self._found.append(Found("SD516", apart, tuple(own), at.index))

    def ended(self, trace: Trace) -> Iterable[Found]:
        """What was found."""
        return [*self._came, *self._found]


def _of_kind(changes: Sequence[Change], kind: str) -> list[tuple[int, Change]]:
    return [(number, change) for number, change in enumerate(changes) if change.kind == kind]


def _listed(items: Sequence[object]) -> str:
    """Up to five of them, and how many more there are."""
    named = ", ".join(str(item) for item in items[:_NAMED])
    return named if len(items) <= _NAMED else f"{named} and {len(items) - _NAMED:,} more"


def _seen(recipients: Sequence[str], message: Message) -> str:
    """Whether these recipients stand where a reader sees them, in words."""
    visible = _in_header(message)
    shown = sum(recipient.lower() in visible for recipient in recipients)
    if shown == len(recipients):
        return "in To or Cc, too"
    return "in neither To nor Cc, as a blind copy" if not shown else f"{shown} of them in To or Cc"


def _in_header(message: Message) -> set[str]:
    """Every address of To and Cc, as far as the first mebibyte of them goes."""
    found: set[str] = set()
    left = _MAX_VISIBLE_BYTES
    for field in message.named(*_VISIBLE):
        if left > 0:
            left -= len(field)
            found.update(addresses(field_value(field)))
    return found


def _hidden(recipients: Sequence[str], message: Message) -> list[str]:
    """The recipients in neither To nor Cc of a message that names others of its recipients there."""
    if len(recipients) < 2:
        return []
    visible = _in_header(message)
    hidden = [recipient for recipient in recipients if recipient.lower() not in visible]
    return hidden if len(hidden) < len(recipients) else []


def _is_list(message: Message) -> bool:
    """Whether a mailing list or a program sent it, whose envelope differs from the header by design."""
    return any(message.count(name) for name in _LIST_FIELDS)


def _apart(sender: str | None, message: Message) -> dict[str, str] | None:
    """The two senders where their domains have nothing in common; None where they have, or either is unknown."""
    envelope = _domain(sender)
    fields = message.header.fields
    shown = [address for name in (b"from", b"sender") if (address := first_address(fields, name)) is not None]
    if sender is None or envelope is None or not shown:
        return None
    if any(_related(envelope, _domain(address) or "") for address in shown):
        return None
    return {"envelope": sender, "header": shown[0]}


def _together(sender: str | None, message: Message) -> bool:
    """Whether both senders are known, and of one domain."""
    header = first_address(message.header.fields, b"from")
    return _domain(sender) is not None and header is not None and _apart(sender, message) is None


def _domain(address: str | None) -> str | None:
    """The domain in lower case; None for the null sender and for what is no address."""
    if address is None or "@" not in address:
        return None
    return address.rpartition("@")[2].strip("> ").lower() or None


def _related(one: str, other: str) -> bool:
    """Whether one domain is the other or lies below it, or both lie below one of two names and more.

    `bounces.contoso.com` and `mail.contoso.com` belong together. For names such as `co.uk` that is too kind, which
    only means that nothing is said.
    """
    a, b = one.split("."), other.split(".")
    return a == b or (len(a) >= 2 and a[-2:] == b[-2:])
