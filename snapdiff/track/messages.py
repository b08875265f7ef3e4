"""Rows to messages: rows of one Message-Id over all servers, in the order of time."""

from collections import defaultdict
from collections.abc import Iterable

from snapdiff.model import TrackedMessage, TrackingRow
from snapdiff.track.copies import copies
from snapdiff.track.gaps import gaps
from snapdiff.track.hops import hops
from snapdiff.track.recipients import ways
from snapdiff.track.search import row_time
from snapdiff.track.stays import stays


def messages(rows: Iterable[TrackingRow]) -> list[TrackedMessage]:
    """Every message of these rows, in the order of its first one; rows without a Message-Id come last, under None."""
    by_id: dict[str, list[TrackingRow]] = defaultdict(list)
    for row in rows:
        by_id[row.text("message_id")].append(row)
    for group in by_id.values():
        group.sort(key=row_order)
    ordered = dict(sorted(by_id.items(), key=lambda item: (row_order(item[1][0]), item[0])))
    reports, about = _reports(ordered)
    found = [_message(name, group, reports.get(name, []), about.get(name, [])) for name, group in ordered.items()]
    return [one for one in found if one.message_id] + [one for one in found if not one.message_id]


def row_order(row: TrackingRow) -> tuple[bool, float, str, int]:
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


def _reports(by_id: dict[str, list[TrackingRow]]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Reports and what they are about: a DSN row's reference is the message, a FAIL row's may be the report."""
    reports: dict[str, dict[str, None]] = defaultdict(dict)
    about: dict[str, dict[str, None]] = defaultdict(dict)
    for name, rows in by_id.items():
        for row in rows if name else ():
            if row.event not in ("DSN", "FAIL", "SEND", "DEFER"):
                continue
            for other in row.texts("reference"):
                if "@" in other and other != name:
                    report, message = (name, other) if row.event == "DSN" else (other, name)
                    reports[message][report] = None
                    about[report][message] = None
    return {key: list(value) for key, value in reports.items()}, {key: list(value) for key, value in about.items()}
