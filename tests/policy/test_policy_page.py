"""The page about policies: each example on it is a policy, and it names every word there is."""

import re
from pathlib import Path

import pytest

from snapdiff.findings.catalogue import catalogue
from snapdiff.policy.conditions import FINAL_KEYS, KEYS, SELECTORS
from snapdiff.policy.reading import read_policy

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
KNOWN = {code: one.name for code, one in catalogue().items()}


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_policy(example: str) -> None:
    assert list(read_policy(example.encode(), "policy.yaml", KNOWN).conditions)


def test_every_word_stands_on_the_page() -> None:
    keys = {key for table in (KEYS, FINAL_KEYS) for known in table.values() for key in known}
    for word in {*keys, *SELECTORS, "times", "messages", "uncertain", "waivers"}:
        assert f"`{word}" in PAGE or f"{word}:" in PAGE, word
    for kind in KEYS:
        assert kind in PAGE or f"`.{kind.partition('.')[2]}`" in PAGE, kind
