"""Nouns to the JSON document of the report, written as a stream, and the JSON Schema of that document.

The document is plain JSON with one trace, one journey and one problem a line, so that it can be read by people,
cut by line tools and compared by `diff`. Keys stand in the order of the contract, text is UTF-8, and the same nouns
give the same bytes on every platform.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from snapdiff import __version__
from snapdiff.model import SCHEMA_NAME, Report, Tool, Trace
from snapdiff.report.log_rows import journey_document, row_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import BinaryIO

    from snapdiff.model import Tail

SCHEMA_ID = "urn:snapdiff:schema:report:1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NEVER_WRITTEN = {"Trace": ("views", "blame", "answers"), "TimelineEntry": ("step", "row", "session")}
"""Keys that only a drawn report or a check reads; the JSON document leaves them out."""


class JsonReport:
    """Writes the report to `out` as it comes: `begin`, then `trace` for each trace in its order, then `end`.

    Nothing is kept in memory. A document that was not ended does not parse, so a broken run can't be taken for a
    whole one. `out` is neither flushed nor closed here.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._started = False

    def begin(self, source: str, trace_count: int = 0) -> None:
        """The head of the document; `source` is what the user gave, as it is to be shown."""
        tool = encode(Tool(name="snapdiff", version=__version__))
        self._out.write(
            b'{"schema":%s,"tool":%s,"source":%s,"traces":[' % (encode_plain(SCHEMA_NAME), tool, encode_plain(source))
        )

    def trace(self, encoded: bytes | Trace) -> None:
        """One trace: the noun, or its bytes as `encode` gave them in a worker."""
        self._out.write(b",\n" if self._started else b"\n")
        self._started = True
        if isinstance(encoded, Trace):
            encoded = encode(replace(encoded, views=UNSET, blame=UNSET, answers=UNSET))
        self._out.write(encoded)

    def end(self, tail: Tail) -> None:
        """The tail: journeys and problems of the whole run, what was left out, and the closing bracket."""
        self._out.write(b'\n],"journeys":[')
        self._lines(map(journey_document, tail.journeys))
        self._out.write(b'],"problems":[')
        self._lines(map(msgspec.to_builtins, tail.problems))
        self._out.write(b'],"left_out":%d' % tail.left_out)
        if tail.findings:
            self._out.write(b',"findings":[')
            self._lines(map(msgspec.to_builtins, tail.findings))
            self._out.write(b"]")
        self._out.write(b"}\n")

    def _lines(self, documents: Iterable[dict[str, Any]]) -> None:
        separator = b"\n"
        for document in documents:
            self._out.write(separator + encode_plain(document))
            separator = b",\n"
        self._out.write(b"\n")


def encode_plain(value: Any) -> bytes:
    """Built-in values (dictionaries, lists, texts, numbers) as one line of JSON in UTF-8, as `encode` writes nouns."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_without_surrogates(value))


def encode(noun: Struct) -> bytes:
    """A noun as one line of JSON in UTF-8.

    A lone surrogate (a file name that is not UTF-8, mail in a broken UTF-7 or UTF-16) has no UTF-8 form: it is
    written as the text `\\xNN` where it stands for a byte that could not be decoded, else as the text `\\uNNNN`.
    """
    try:
        return msgspec.json.encode(noun)
    except UnicodeEncodeError:
        return msgspec.json.encode(_without_surrogates(msgspec.to_builtins(noun)))


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document, made from the nouns of `snapdiff.model`.

    Every key of the contract is required. A key that only stands there when it has something to say (`moved`,
    `visible`, ...) is optional. Keys may be added in a later version, so further keys are allowed.
    """
    from snapdiff import model

    definitions = definitions_of(Report, vars(model))
    definitions["TrackingRow"] = row_schema(definitions["TrackingRow"])
    report = definitions.pop("Report")
    return {
        "$schema": DIALECT,
        "$id": SCHEMA_ID,
        **report,
        "title": f"snapdiff report ({SCHEMA_NAME})",
        "$defs": dict(sorted(definitions.items())),
    }


def definitions_of(document: type[Struct], nouns: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """The schemas of a document and of every noun it can hold, under their names, among the `nouns` of these names."""
    _, components = msgspec.json.schema_components([document], ref_template="#/$defs/{name}")
    for name, keys in _NEVER_WRITTEN.items():
        for key in keys if name in components else ():
            del components[name]["properties"][key]
    structs = {name: noun for name, noun in nouns.items() if isinstance(noun, type) and issubclass(noun, Struct)}
    reached = _reached(components, document.__name__)
    return {name: _definition(structs[name], told) for name, told in components.items() if name in reached}


def _without_surrogates(value: Any) -> Any:
    """The same built-in values, with each lone surrogate written out; dictionaries keep their order."""
    if isinstance(value, str):
        escaped = (_surrogate_words(char) if "\ud800" <= char <= "\udfff" else char for char in value)
        return value if value.isascii() else "".join(escaped)
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    return value


def _surrogate_words(char: str) -> str:
    """`\\xNN` for a byte 80 to FF that Python could not decode (PEP 383, surrogateescape), else `\\uNNNN`."""
    code = ord(char)
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def _definition(noun: type[Struct], component: dict[str, Any]) -> dict[str, Any]:
    """One noun's schema, with its docstring as description and its written keys required.

    msgspec holds a key with a default for optional, but the encoder writes it always, save where it is UNSET.
    """
    from inspect import getdoc

    for told in component["properties"].values():
        told.pop("default", None)
    required = [field.encode_name for field in msgspec.structs.fields(noun) if field.default is not UNSET]
    return {**component, "description": getdoc(noun) or "", "required": required}


def _reached(components: dict[str, Any], document: str) -> set[str]:
    """The nouns that a document can hold: those some reference leads to from it."""
    reached: set[str] = set()
    waiting = [document]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += re.findall(r"#/\$defs/(\w+)", str(components[name]))
    return reached
