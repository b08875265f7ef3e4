"""Tracking rows to JSON documents: the row's own fields beside where it stands, and what its packed fields say."""

from typing import Any

import msgspec

from snapdiff.model import Parsed, TrackedMessage, TrackingRow


def row_document(row: TrackingRow) -> dict[str, Any]:
    """One row flat: `file`, `line`, `format`, `time`, each field under its own name, then `parsed`.

    A field that is called like one of ours (no log of Exchange's has one) gets a `_` behind its name.
    """
    document: dict[str, Any] = {"file": row.file, "line": row.line, "format": row.format, "time": row.time}
    for name, value in row.fields.items():
        document[f"{name}_" if name in document or name == "parsed" else name] = value
    document["parsed"] = _parsed_document(row.parsed)
    return document


def _parsed_document(parsed: Parsed) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(parsed)
    return plain


def message_document(message: TrackedMessage) -> dict[str, Any]:
    """One tracked message: the contract's keys, then the recipients' ways and the reports linked with it."""
    return {
        "message_id": message.message_id,
        "network_message_ids": message.network_message_ids,
        "subject": message.subject,
        "sender": message.sender,
        "recipients": message.recipients,
        "events": [row_document(row) for row in message.events],
        "gaps": message.gaps,
        "ways": msgspec.to_builtins(message.ways),
        "reports": message.reports,
        "about": message.about,
    }
