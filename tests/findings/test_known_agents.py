"""Findings on text and MIME against agents that are known to do one thing: what they may raise, and what they must."""

from pathlib import Path

import pytest
from agents_content import CONTENT_AGENTS
from agents_fields import FIELD_AGENTS
from agents_parts import PART_AGENTS
from agents_structure import STRUCTURE_AGENTS
from bodies import judged
from mailkinds import KINDS, chance

AGENTS = {**FIELD_AGENTS, **CONTENT_AGENTS, **PART_AGENTS, **STRUCTURE_AGENTS}
AS_IT_CAME = {"SD415", "SD416"}
RAISES = {
    "change_value": {"SD413"},
    "edit_text": {"SD305"},
    "replace_binary": {"SD406", "SD412"},
    "change_encoding": {"SD405", "SD406"},
    "change_encoding_and_text": {"SD305", "SD405"},
    "relabel_charset_other": {"SD403"},
    "lose_characters": {"SD401"},
    "add_part": {"SD418"},
    "remove_part": {"SD411", "SD417"},
    "remove_equal": {"SD411"},
    "replace_attachment": {"SD411"},
    "attachment_to_text": {"SD411"},
    "move_part": {"SD418"},
    "swap_parts": {"SD418"},
    "change_subtype": {"SD410"},
    "change_subtype_and_text": {"SD410"},
    "text_to_multipart": {"SD410"},
    "wrap_single": {"SD410"},
    "wrap_multipart": {"SD410"},
    "wrap_leaf": {"SD410"},
    "wrap_and_edit": {"SD305", "SD410"},
    "unwrap": {"SD410", "SD411", "SD417", "SD418"},
    "embed": {"SD307"},
    "body_to_attachment": {"SD418"},
}
"""What each raises over all kinds of mail; the others raise nothing.

Those that edit text write below the end of HTML too, those that write binary parts as they are write bare line ends.
"""


@pytest.mark.parametrize("name", AGENTS)
def test_a_known_agent_raises_what_it_does_and_nothing_else(tmp_path: Path, name: str) -> None:
    raised: set[str] = set()
    for kind, make in KINDS.items():
        rng = chance(name, kind)
        made = AGENTS[name](make(rng), rng)
        if made is not None:
            folder = tmp_path / kind
            folder.mkdir()
            found = judged(folder, [made.before.raw, made.after.raw])
            raised |= {one.code for one in found if one.code.startswith(("SD3", "SD4"))}
    assert raised - AS_IT_CAME == RAISES.get(name, set())
