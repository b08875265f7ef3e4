"""Rows to messages: rows of one Message-Id over all servers, in the order of time."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from snapdiff.model import TrackedMessage, TrackingRow
from snapdiff.track.copies import copies
from snapdiff.track.gaps import gaps
from snapdiff.track.hops import hops
from snapdiff.track.packed import Made, PackedRows
from snapdiff.track.recipients import ways
from snapdiff.track.search import row_time
from snapdiff.track.stays import stays

RowOrder = tuple[bool, float, str, int]


class _Group(Struct):
    """The rows of one message: packed, the order of the first of them, and those that speak of a delivery report."""

    first: RowOrder
    packed: list[bytes]
    linking: list[tuple[RowOrder, str, list[str]]]


class Messages(Made[TrackedMessage]):
    """Every message of some rows, in the order of its first one; rows without a Message-Id come last, under None.

    The rows are kept packed, and a message is put together each time that it is looked at; `prepared` is what is done
    with each of its rows then. With `only_rows` nothing but its rows and its id is wanted of it.
    """

    def __init__(
        self,
        rows: Iterable[TrackingRow],
        prepared: Callable[[TrackingRow], TrackingRow] = lambda row: row,
        *,
        only_rows: bool = False,
    ) -> None:
        self._only_rows = only_rows
        self._prepared = prepared
        self._rows = PackedRows()
        groups: dict[str, _Group] = {}
        for row in rows:
            self._add(row, groups)
        ordered = sorted(groups.items(), key=lambda item: (not item[0], item[1].first, item[0]))
        self._groups = dict(ordered)
        self._names = [name for name, _ in ordered]
        self._reports, self._about = _reports(self._groups)

    def _add(self, row: TrackingRow, groups: dict[str, _Group]) -> None:
        name, order = row.text("message_id"), row_order(row)
        group = groups.get(name)
        if group is None:
            group = groups[name] = _Group(order, [], [])
        group.first = min(group.first, order)
        group.packed.append(self._rows.packed(row))
        event = row.event
        if name and event in _LINKING and (named := [one for one in row.texts("reference") if "@" in one]):
            group.linking.append((order, event, named))

    def __len__(self) -> int:
        return len(self._names)

    def made(self, at: int) -> TrackedMessage:
        """The message at this place, put together from its rows."""
        name = self._names[at]
        rows = [self._prepared(row) for row in self._rows.unpacked(self._groups[name].packed)]
        rows.sort(key=row_order)
        if self._only_rows:
            return TrackedMessage(name or None, [], "", "", [], rows, [])
        return _message(name, rows, self._reports.get(name, []), self._about.get(name, []))


def row_order(row: TrackingRow) -> RowOrder:
    """What rows are sorted by: their time, then where they stand; those without a time come last."""
    time = row_time(row)
    return time is None, time.timestamp() if time else 0.0, row.file, row.line


def _message(name: str, rows: list[TrackingRow], reports: list[str], about: list[str]) -> TrackedMessage:
    network_ids = dict.fromkeys(value for row in rows if (value := row.text("network_message_id")))
    recipients = dict.fromkeys(one for row in rows for one in row.texts("recipient_address"))
    return TrackedMessage(
        message_id=name or None,
        network_message_ids=list(network_ids),
        subject=_first(rows, "message_subject"),
        sender=_first(rows, "sender_address"),
        recipients=list(recipients),
        events=rows,
        gaps=gaps(rows) if name else [],
        ways=ways(rows) if name else [],
        stays=stays(rows) if name else [],
        reports=reports,
        about=about,
        hops=hops(rows) if name else [],
        copies=copies(rows) if name else [],
    )


def _first(rows: list[TrackingRow], name: str) -> str:
    return next((value for row in rows if (value := row.text(name))), "")


_LINKING = frozenset({"DSN", "FAIL", "SEND", "DEFER"})


def _reports(groups: Mapping[str, _Group]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Reports and what they are about: a DSN row's reference is the message, a FAIL row's may be the report."""
    reports: dict[str, dict[str, None]] = defaultdict(dict)
    about: dict[str, dict[str, None]] = defaultdict(dict)
    for name, group in groups.items():
        for _, event, named in sorted(group.linking):
            for other in named:
                report, message = (name, other) if event == "DSN" else (other, name)
                if report != message:
                    reports[message][report] = None
                    about[report][message] = None
    return {key: list(value) for key, value in reports.items()}, {key: list(value) for key, value in about.items()}
