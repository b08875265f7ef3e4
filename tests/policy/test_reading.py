"""Policy files to policies, and every mistake in them with its line, its column and the word that was meant."""

import pytest
from checking import mistakes

WRONG = [
    ("mesages: {subject: x}", ["1:1: 'mesages' is no key at the top of a policy; did you mean messages?"]),
    ("messages: {subjet: x}", ["1:12: 'subjet' is no key below messages; did you mean subject?"]),
    (
        "agents: {A: {must: [header.add: {name: X}]}}",
        ["1:21: 'header.add' is no kind of change; did you mean header.added?"],
    ),
    ("agents: {A: {must: [header.added: {nam: X}]}}", ["1:36: 'nam' is no key below header.added; did you mean name?"]),
    (
        "agents: {A: {may: [attachment.removed]}}",
        ["1:20: 'attachment.removed' is no kind of change; did you mean part.removed?"],
    ),
]


@pytest.mark.parametrize(("text", "told"), WRONG, ids=[text for text, _ in WRONG])
def test_a_mistake_is_told_where_it_stands(text: str, told: list[str]) -> None:
    assert mistakes(text) == told
