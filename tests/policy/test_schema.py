"""The published JSON Schema of a policy: it accepts what the reader accepts, and marks what the reader refuses."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from checking import mistakes
from program import snapdiff
from ruamel.yaml import YAML

from snapdiff.policy.schema import policy_schema

PUBLISHED = Path(__file__).parents[2] / "docs" / "policy.schema.json"
GOOD = [
    "",
    "messages: {subject: 'Rollout probe*', sender: [{regex: '@contoso'}, a@b.test]}",
    "require: {min_messages: 3, agents: [A]}",
    "agents: {A: , B: {event: OnRoutedMessage, must: [header.added: {name: X, value: 3, times: 1}]}}",
    "agents: {A: [{event: E, may: [part, cosmetic]}, {event: F, must_not: [finding:SD5xx, header]}]}",
    "agents: {A: {must: [body.contains: {part: text/plain, text: x}, body.ends_with: {regex: x}]}}",
    "agents: {A: {must: [part.removed: {filename: '*.exe', part: [1.2, image/png], messages: {subject: x}}]}}",
    "transport: {may: [header.added]}\nothers: {may: []}\nuncertain: {may: [header]}",
    "final: {must: [header: {name: X, times: 1}, recipient: {address: a@b.test}], must_not: ['finding:SD501', part]}",
    "agents: {A: {must: [header.added]}}\nwaivers: [{expectation: A/header.added, reason: r, until: 2027-01-31}]",
]
BAD = [
    "mesages: {subject: x}",
    "messages: {subjet: x}",
    "require: {min_messages: 0}",
    "agents: {A: {must: [header.add]}}",
    "agents: {A: {must: [header.added: {nam: x}]}}",
    "agents: {A: {must: [header.added: {times: 0}]}}",
    "agents: {A: {may: [header.added: {times: 1}]}}",
    "agents: {A: {may: [body.contains: {text: x}]}}",
    "agents: {A: {must: [cosmetic]}}",
    "agents: {A: {must: header.added}}",
    "others: {must: [header.added]}",
    "final: {must: [header.added]}",
    "final: {may: [header]}",
    "waivers: [{expectation: x, until: 2027-01-31}]",
    "waivers: [{expectation: x, reason: r, until: soon}]",
]


def _plain(text: str) -> Any:
    return YAML(typ="safe", pure=True).load("version: 1\n" + text)


def _json(value: Any) -> Any:
    """What an editor sees: YAML's dates are texts there."""
    return json.loads(json.dumps(value, default=str))


@pytest.mark.parametrize("text", GOOD)
def test_schema_and_reader_accept(text: str) -> None:
    assert mistakes(text) == []
    jsonschema.Draft202012Validator(policy_schema()).validate(_json(_plain(text)))


@pytest.mark.parametrize("text", BAD)
def test_schema_and_reader_refuse(text: str) -> None:
    assert mistakes(text) != []
    assert not jsonschema.Draft202012Validator(policy_schema()).is_valid(_json(_plain(text)))


def test_the_schema_is_one_and_is_published() -> None:
    jsonschema.Draft202012Validator.check_schema(policy_schema())
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == policy_schema()
    assert json.loads(snapdiff("schema", "policy").out) == policy_schema()


def test_the_example_of_the_design_is_accepted(shared: Path) -> None:
    text = (shared / "design" / "policy-example.yaml").read_text(encoding="utf-8")
    document = YAML(typ="safe", pure=True).load(text)
    jsonschema.Draft202012Validator(policy_schema()).validate(_json(document))
