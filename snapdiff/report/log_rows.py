"""Tracking rows to JSON documents: the row's own fields beside where it stands, and what its packed fields say."""

from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from snapdiff.model import Journey, Parsed, TrackedMessage, TrackingRow


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
        "stays": msgspec.to_builtins(message.stays),
        "reports": message.reports,
        "about": message.about,
        "hops": msgspec.to_builtins(message.hops),
        "copies": msgspec.to_builtins(message.copies),
        "talks": msgspec.to_builtins(message.talks),
        "logged": msgspec.to_builtins(message.logged),
    }


def journey_document(journey: Journey) -> dict[str, Any]:
    """One journey, its rows flat; its timeline points at rows, sessions and steps, and does not hold them."""
    plain = replace(journey, events=[])
    if journey.timeline is not UNSET:
        plain = replace(
            plain, timeline=[replace(one, step=UNSET, row=UNSET, session=UNSET) for one in journey.timeline]
        )
    document: dict[str, Any] = msgspec.to_builtins(plain)
    document["events"] = [row_document(row) for row in journey.events]
    return document


def row_schema(component: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a flat row, made from the noun's: a further key is a field of the log, one text or several."""
    properties = {key: told for key, told in component["properties"].items() if key != "fields"}
    value = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    required = [key for key in component["required"] if key != "fields"]
    return {**component, "properties": properties, "required": required, "additionalProperties": value}
