"""What two runs do otherwise to its JSON document, and the document's JSON Schema."""

from typing import Any, BinaryIO

from snapdiff import model
from snapdiff.model import compare as model_compare
from snapdiff.model.compare import COMPARE_SCHEMA_NAME, CompareReport
from snapdiff.report.json_report import DIALECT, definitions_of, encode

COMPARE_SCHEMA_ID = "urn:snapdiff:schema:compare:1"


def write_json(report: CompareReport, stream: BinaryIO) -> None:
    """Writes the document in one line."""
    stream.write(encode(report) + b"\n")


def compare_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document, made from the nouns of `snapdiff.model.compare`."""
    definitions = definitions_of(CompareReport, {**vars(model), **vars(model_compare)})
    report = definitions.pop("CompareReport")
    return {
        "$schema": DIALECT,
        "$id": COMPARE_SCHEMA_ID,
        **report,
        "title": f"snapdiff compare ({COMPARE_SCHEMA_NAME})",
        "$defs": dict(sorted(definitions.items())),
    }
