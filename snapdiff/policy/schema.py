"""The words of a policy to the JSON Schema by which editors complete them and mark mistakes.

It is made from the tables that the reader itself goes by. What a schema can't say (one of three keys, a code that
exists, an expectation that a waiver names) the reader does.
"""

from collections.abc import Iterable
from typing import Any

from snapdiff.policy.conditions import BODY, COSMETIC, FINAL_KEYS, KEYS, SELECTORS

POLICY_SCHEMA_ID = "urn:snapdiff:schema:policy:1"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT = {"type": ["string", "number", "boolean"]}
_AGENTS = (
    "Each agent by its name; * stands for any characters, ? for one. A name written out goes before one with these, "
    "and of those the first counts. Whatever an agent does beside must and may is a failure."
)
_TIMES = {
    "type": "integer",
    "minimum": 1,
    "description": "Exactly so many times for each message; at least once where it is left out.",
}
_WORDS = {
    "name": "The field's name; * stands for any characters, ? for one. Letter case does not count.",
    "address": "The address; * stands for any characters, ? for one. Letter case does not count.",
    "value": "The value it has afterwards (of a removed field: the one it had). A pattern, or exact, or regex (RE2).",
    "before": "The value it had before.",
    "part": "Sections such as 1.2, or media types such as text/plain.",
    "filename": "The file name of the part.",
    "text": "The text to look for, as a reader sees it; white space is folded.",
    "text_file": "A UTF-8 file with that text, from the policy's folder.",
    "regex": "A regular expression (RE2) for it.",
}


def policy_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a policy."""
    return {
        "$schema": _DIALECT,
        "$id": POLICY_SCHEMA_ID,
        "title": "snapdiff policy (version 1)",
        "description": "What is expected of the agents of an Exchange server; see docs/policy.md.",
        **_object(
            {
                "version": {"const": 1},
                "messages": _ref("selector"),
                "require": _object({"min_messages": {"type": "integer", "minimum": 1}, "agents": _list(_TEXT)}),
                "agents": {
                    "type": "object",
                    "description": _AGENTS,
                    "additionalProperties": {"anyOf": [_ref("agent"), _list(_ref("agent"))]},
                },
                "transport": _block("What the service and the SMTP session do.", ("must", "may", "must_not")),
                "others": _block("Every agent that is not named; may: [] closes the world.", ("may", "must_not")),
                "uncertain": _block("What may happen where it can't be known who did it.", ("may",)),
                "final": _object(
                    {clause: _list(_ref(f"final_{clause}")) for clause in ("must", "must_not")},
                    "The last snapshot of each message.",
                ),
                "waivers": _list(_ref("waiver")),
            },
            required=["version"],
        ),
        "$defs": {
            "selector": _object(dict.fromkeys(SELECTORS, _ref("patterns")), "Which messages; all given must fit."),
            "pattern": {
                "anyOf": [
                    _TEXT,
                    *(_object({form: {"type": "string"}}, required=[form]) for form in ("exact", "glob", "regex")),
                ]
            },
            "patterns": {"anyOf": [_ref("pattern"), _list(_ref("pattern"))]},
            "agent": {
                "anyOf": [
                    {"type": "null"},
                    _object({"event": {"type": "string"}, **_clauses(("must", "may", "must_not"))}),
                ]
            },
            "must": _entries(KEYS, times=True, words=[word for word in KEYS if word != COSMETIC], findings=True),
            "must_not": _entries(KEYS, times=False, words=list(KEYS), findings=True),
            "may": _entries(KEYS, times=False, words=[word for word in KEYS if word not in BODY], findings=False),
            "final_must": _entries(FINAL_KEYS, times=True, words=list(FINAL_KEYS), findings=True),
            "final_must_not": _entries(FINAL_KEYS, times=False, words=list(FINAL_KEYS), findings=True),
            "waiver": _object(
                {
                    "expectation": {"type": "string", "description": "As the result of a check calls it."},
                    "reason": {"type": "string"},
                    "until": {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
                },
                "An expectation that may fail up to a day.",
                required=["expectation", "reason", "until"],
            ),
        },
    }


def _entries(keys: dict[str, tuple[str, ...]], *, times: bool, words: Iterable[str], findings: bool) -> dict[str, Any]:
    """One entry of a list: a word alone, or a word with what stands below it."""
    words = list(words)
    finding = r"^[Ff]inding:.+$"
    below = {word: _below(keys[word], times=times) for word in words}
    alone: list[dict[str, Any]] = [{"enum": [word for word in words if word not in BODY]}]
    entry = {"type": "object", "properties": below, "minProperties": 1, "maxProperties": 1}
    if findings:
        alone.append({"type": "string", "pattern": finding})
        entry["patternProperties"] = {finding: {"anyOf": [{"type": "null"}, _object({"messages": _ref("selector")})]}}
    return {"anyOf": [*alone, {**entry, "additionalProperties": False}]}


def _below(keys: tuple[str, ...], *, times: bool) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for key in keys:
        kind = (
            {"type": "string"}
            if key in ("text", "text_file", "regex")
            else _ref("patterns" if key == "part" else "pattern")
        )
        known[key] = {**kind, "description": _WORDS[key]}
    if times:
        known["times"] = _TIMES
    return {"anyOf": [{"type": "null"}, _object({**known, "messages": _ref("selector")})]}


def _block(description: str, clauses: tuple[str, ...]) -> dict[str, Any]:
    return {"anyOf": [{"type": "null"}, _object(_clauses(clauses))], "description": description}


def _clauses(clauses: tuple[str, ...]) -> dict[str, Any]:
    return {clause: _list(_ref(clause)) for clause in clauses}


def _object(known: dict[str, Any], description: str = "", required: list[str] | None = None) -> dict[str, Any]:
    said = {"description": description} if description else {}
    needed = {"required": required} if required else {}
    return {"type": "object", **said, "properties": known, **needed, "additionalProperties": False}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": items}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}
