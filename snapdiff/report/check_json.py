"""The result of a check to its JSON document, and the document's JSON Schema."""

from typing import Any, BinaryIO

import msgspec

from snapdiff import model
from snapdiff.model import check as model_check
from snapdiff.model.check import CHECK_SCHEMA_NAME, CheckReport
from snapdiff.report.json_report import DIALECT, definitions_of, encode

CHECK_SCHEMA_ID = "urn:snapdiff:schema:check:1"


def write_json(report: CheckReport, stream: BinaryIO) -> None:
    """Writes the document: the head in one line, then one message a line, so that line tools can read it."""
    document = msgspec.structs.replace(report, messages=[])
    head, _, tail = encode(document).partition(b'"messages":[]')
    stream.write(head + b'"messages":[')
    for at, message in enumerate(report.messages):
        stream.write((b",\n" if at else b"\n") + encode(message))
    stream.write(b"\n]" + tail + b"\n")


def check_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document, made from the nouns of `snapdiff.model.check`."""
    definitions = definitions_of(CheckReport, {**vars(model), **vars(model_check)})
    report = definitions.pop("CheckReport")
    return {
        "$schema": DIALECT,
        "$id": CHECK_SCHEMA_ID,
        **report,
        "title": f"snapdiff check ({CHECK_SCHEMA_NAME})",
        "$defs": dict(sorted(definitions.items())),
    }
