"""Messages found in logs to the JSON document of `snapdiff track`, and the JSON Schema of that document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from snapdiff import __version__, model
from snapdiff.model import track as model_track
from snapdiff.model.track import TRACK_SCHEMA_NAME, TrackReport
from snapdiff.report.json_report import DIALECT, definitions_of, encode_plain
from snapdiff.report.log_rows import message_document, row_schema

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from snapdiff.model import Problem, TrackFound

TRACK_SCHEMA_ID = "urn:snapdiff:schema:track:1"


def write_json(found: TrackFound, problems: Sequence[Problem], stream: BinaryIO) -> None:
    """The document of the contract, one message a line."""
    head = {"schema": TRACK_SCHEMA_NAME, "tool": {"name": "snapdiff", "version": __version__}}
    stream.write(encode_plain(head)[:-1] + b',"rows_read":%d,"messages":[' % found.rows_read)
    for at, message in enumerate(found.messages):
        stream.write((b",\n" if at else b"\n") + encode_plain(message_document(message)))
    stream.write(b'\n],"sessions":' + encode_plain(msgspec.to_builtins(found.sessions)))
    stream.write(b',"problems":' + encode_plain(msgspec.to_builtins(list(problems))) + b"}\n")


def track_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document, made from the nouns of `snapdiff.model.track`.

    A row has further keys, the fields of its log, each one text or a list of texts.
    """
    definitions = definitions_of(TrackReport, {**vars(model), **vars(model_track)})
    definitions["TrackingRow"] = row_schema(definitions["TrackingRow"])
    report = definitions.pop("TrackReport")
    return {
        "$schema": DIALECT,
        "$id": TRACK_SCHEMA_ID,
        **report,
        "title": f"snapdiff track ({TRACK_SCHEMA_NAME})",
        "$defs": dict(sorted(definitions.items())),
    }
