"""A message's rows to the copies that were split off from it on its way, and which row is about which copy."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from snapdiff.model import SplitCopy, TrackingRow
from snapdiff.servers import host, may_have_logged, taken_on_by

_PASSES = 16
"""A copy is followed over as many servers as that: each pass through the rows leads one hop further at least."""

_Number = tuple[str, str]
"""A server in lower case without its domain, and an internal-message-id on it."""


def copies(rows: Sequence[TrackingRow]) -> list[SplitCopy]:
    """Each copy in the order of its TRANSFER row; `rows` are one message's, in order of time.

    A row is about a copy where it bears the copy's number on that server, which the server before it had in its answer,
    or a Network-Message-Id that the copy got of its own. Nothing is said of rows that bear neither.
    """
    splits = [(at, row) for at, row in enumerate(rows) if _is_split(row)]
    if not splits:
        return []
    known: dict[_Number, int] = {}
    first: dict[int, int] = {}
    for at, row in splits:
        own = _numbers(row)
        if not any(number in known for number in own):
            first[at] = len(first) + 1
            known.update(dict.fromkeys(own, len(first)))
    networks = _own_networks(rows, first)
    for _ in range(_PASSES):
        if not _follow(rows, known, networks):
            break
    belongs: dict[int, list[int]] = {number: [] for number in first.values()}
    for at, row in enumerate(rows):
        if (number := _copy_of(row, known, networks)) is not None:
            belongs[number].append(at)
    return [_copy(number, rows[at], known, belongs[number]) for at, number in first.items()]


def _is_split(row: TrackingRow) -> bool:
    return row.event == "TRANSFER" and bool(_numbers(row) and _references(row))


def _servers(row: TrackingRow) -> list[str]:
    return list(dict.fromkeys(map(host, may_have_logged(row))))


def _numbers(row: TrackingRow) -> list[_Number]:
    own = row.text("internal_message_id")
    return [(server, own) for server in _servers(row)] if own else []


def _references(row: TrackingRow) -> list[_Number]:
    return [(server, one) for server in _servers(row) for one in row.texts("reference") if one]


def _own_networks(rows: Sequence[TrackingRow], first: Mapping[int, int]) -> dict[str, int]:
    """The Network-Message-Ids that copies got when they were split off: a row of what they came from bears another."""
    of_number: dict[_Number, set[str]] = defaultdict(set)
    for row in rows:
        for own in _numbers(row):
            of_number[own].add(row.text("network_message_id").lower())
    networks: dict[str, int] = {}
    for at, number in first.items():
        network = rows[at].text("network_message_id").lower()
        before = {one for reference in _references(rows[at]) for one in of_number.get(reference, ()) if one}
        if network and before and network not in before:
            networks[network] = number
    return networks


def _follow(rows: Sequence[TrackingRow], known: dict[_Number, int], networks: Mapping[str, int]) -> bool:
    """One hop further: the numbers that the next servers gave to what was sent to them. False where none is new."""
    before = len(known)
    for row in rows:
        taken = taken_on_by(row) if row.event == "SEND" else None
        if taken is not None and (number := _copy_of(row, known, networks)) is not None:
            known.setdefault(taken, number)
    return len(known) > before


def _copy_of(row: TrackingRow, known: Mapping[_Number, int], networks: Mapping[str, int]) -> int | None:
    found = next((known[number] for number in _numbers(row) if number in known), None)
    return networks.get(row.text("network_message_id").lower()) if found is None else found


def _copy(number: int, row: TrackingRow, known: Mapping[_Number, int], events: list[int]) -> SplitCopy:
    return SplitCopy(
        number=number,
        parent=next((known[one] for one in _references(row) if known.get(one, number) != number), 0),
        server=next(iter(may_have_logged(row)), ""),
        internal_message_id=row.text("internal_message_id"),
        network_message_id=row.text("network_message_id"),
        source=row.text("source"),
        by=row.text("source_context").strip(),
        time=row.time,
        recipients=row.texts("recipient_address"),
        events=events,
    )
