"""A message's rows to its recipients: who came from which list or redirect, who got it, and who did not."""

from collections.abc import Sequence

from msgspec.structs import replace

from snapdiff.model import RecipientWay, TrackingRow

_ENDED = ("BADMAIL", "DROP", "SUPPRESSED", "MODERATORREJECT", "MODERATIONEXPIRE", "MODERATORSALLNDR")
"""Events other than FAIL after which a recipient does not get the message."""
_WAITS = (
    *("DEFER", "SUBMITDEFER", "SUBMITFAIL", "RESUBMITDEFER", "RESUBMITFAIL", "DELIVERFAIL"),
    *("POISONMESSAGE", "INITMESSAGECREATED", "THROTTLE"),
)
"""Events that say why a recipient does not have the message yet."""
_OUTCOMES = {
    **dict.fromkeys(("DELIVER", "DUPLICATEDELIVER", "PROCESS", "9", "1000", "1023", "1028"), "delivered"),
    **dict.fromkeys(("SEND", "7", "1002", "1003", "1011", "1029", "1031"), "sent"),
    **dict.fromkeys(("FAIL", *_ENDED, "50", "1030"), "failed"),
}
"""What an event says became of its recipients; the numbers are those of Exchange 4.0 to 2003. Others leave it open."""
_STRENGTH = {"open": 0, "sent": 1, "redirected": 2, "expanded": 2, "failed": 3, "delivered": 4}


def ways(rows: Sequence[TrackingRow]) -> list[RecipientWay]:
    """One way a recipient, in order of appearance; those that a list or redirect brought follow what brought them.

    `rows` are one message's, in order of time. Addresses are told apart without their letter case. A later hop says
    more than an earlier one: handed on and then delivered is delivered; a failed try and then delivered likewise.
    The status of what is open is the last word on why it waits; events other than FAIL stand before their status.
    """
    found: dict[str, RecipientWay] = {}
    for row in rows:
        event = row.event
        related = row.text("related_recipient_address")
        if event in ("EXPAND", "REDIRECT", "RESOLVE") and related:
            _passed_on(found, row, related, "expanded" if event == "EXPAND" else "redirected")
        statuses = row.texts("recipient_status")
        for number, address in enumerate(row.texts("recipient_address")):
            status = statuses[number] if number < len(statuses) else ""
            status = "" if status == "0" else status  # Exchange 2003 and older ones write it where there is none
            if event in _ENDED or event in _WAITS:
                status = f"{event}: {status}" if status else event
            _take(found, row, address, _OUTCOMES.get(event, "open"), status)
    return _as_tree(list(found.values()))


def _passed_on(found: dict[str, RecipientWay], row: TrackingRow, related: str, outcome: str) -> None:
    members = [one for one in row.texts("recipient_address") if one.lower() != related.lower()]
    if not members and outcome != "expanded":
        return
    _take(found, row, related, outcome, "")
    for member in members:
        known = found.get(member.lower())
        if known is None:
            found[member.lower()] = RecipientWay(member, related, "open", None, None, "")


def _take(found: dict[str, RecipientWay], row: TrackingRow, address: str, outcome: str, status: str) -> None:
    known = found.get(address.lower())
    if known is not None and _STRENGTH[outcome] <= _STRENGTH[known.outcome]:
        if outcome == known.outcome == "open" and row.event in _WAITS:
            found[address.lower()] = replace(known, status=status)
        return
    named = outcome != "open"
    server = row.text("server_hostname") or row.text("client_hostname")
    found[address.lower()] = RecipientWay(
        address=known.address if known else address,
        came_from=known.came_from if known else None,
        outcome=outcome,  # type: ignore[arg-type]
        time=row.time if named else None,
        server=(server or None) if named else None,
        status=status if named or row.event in _WAITS else "",
    )


def _as_tree(flat: list[RecipientWay]) -> list[RecipientWay]:
    """Each recipient behind what brought it, to any depth; a circle of lists is cut where it closes."""
    below: dict[str | None, list[RecipientWay]] = {}
    known = {one.address.lower() for one in flat}
    for one in flat:
        parent = one.came_from.lower() if one.came_from and one.came_from.lower() in known else None
        below.setdefault(parent, []).append(one)
    ordered: list[RecipientWay] = []
    seen: set[str] = set()
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        one = waiting.pop()
        if one.address.lower() not in seen:
            seen.add(one.address.lower())
            ordered.append(one)
            waiting.extend(reversed(below.get(one.address.lower(), [])))
    return ordered + [one for one in flat if one.address.lower() not in seen]
