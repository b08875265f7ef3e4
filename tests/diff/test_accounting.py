"""Every byte accounted for and none blamed for nothing: built mails, random edits and real mail under the judge.

Without `SNAPDIFF_EXAMPLES` 200 examples a test, always the same ones; with it that many, others in every run.
"""

import os
import re
from pathlib import Path

import pytest
from agents_content import CONTENT_AGENTS
from agents_fields import FIELD_AGENTS
from agents_parts import PART_AGENTS
from agents_structure import STRUCTURE_AGENTS
from byteedits import Edit, edited, edits, random_edits
from expectation import disagreements
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from judge import judge, judge_header
from mailkinds import KINDS, chance
from mailmaker import Rendered

from snapdiff.diff.message import Side, compare

WANTED = os.environ.get("SNAPDIFF_EXAMPLES")
EXAMPLES = int(WANTED or 200)
BODY_AGENTS = {**CONTENT_AGENTS, **PART_AGENTS, **STRUCTURE_AGENTS}
AGENTS = {**FIELD_AGENTS, **BODY_AGENTS}

kinds = st.sampled_from(sorted(KINDS))
seeds = st.integers(0, 1 << 20)
thorough = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=WANTED is None,
    database=None if WANTED is None else settings().database,
    suppress_health_check=[HealthCheck.too_slow],
)


def complaints(before: bytes, after: bytes) -> list[str]:
    """What the judge says of the comparison, both ways round."""
    there = judge(before, after, compare(Side(before), Side(after)))
    return there + judge(after, before, compare(Side(after), Side(before)))


@thorough
@given(kinds, seeds, st.sampled_from(sorted(AGENTS)), seeds)
def test_one_agent(kind: str, seed: int, agent: str, luck: int) -> None:
    made = AGENTS[agent](KINDS[kind](chance(seed)), chance("agent", luck))
    assume(made is not None)
    assert made is not None
    got = compare(Side(made.before.raw), Side(made.after.raw))
    assert disagreements(made.expected, got.changes) == []
    assert complaints(made.before.raw, made.after.raw) == []


@thorough
@given(kinds, seeds, st.sampled_from(sorted(AGENTS)), st.sampled_from(sorted(BODY_AGENTS)), seeds)
def test_two_agents_in_a_row(kind: str, seed: int, first: str, second: str, luck: int) -> None:
    made = AGENTS[first](KINDS[kind](chance(seed)), chance("first", luck))
    assume(made is not None)
    assert made is not None
    again = BODY_AGENTS[second](made.after.root, chance("second", luck))
    assume(again is not None)
    assert again is not None
    assert complaints(made.before.raw, again.after.raw) == []


@thorough
@given(kinds, seeds, edits, edits | st.just([]), kinds)
def test_random_edits_of_built_mail(kind: str, seed: int, one: list[Edit], two: list[Edit], other: str) -> None:
    raw, donor = Rendered(KINDS[kind](chance(seed))).raw, Rendered(KINDS[other](chance("donor", seed))).raw
    before = edited(raw, two, donor)
    assert complaints(before, edited(before, one, donor)) == []


@thorough
@given(kinds, seeds, kinds, seeds)
def test_any_mail_against_any_other(kind: str, seed: int, other: str, second: int) -> None:
    assert complaints(Rendered(KINDS[kind](chance(seed))).raw, Rendered(KINDS[other](chance(second))).raw) == []


@thorough
@given(st.binary(max_size=60) | st.text('A:\r\n -b\t;="', max_size=40).map(str.encode), st.binary(max_size=60))
def test_bytes_that_are_no_mail(before: bytes, after: bytes) -> None:
    assert complaints(before, after) == []


@thorough
@given(kinds, seeds, edits, seeds)
def test_headers_only_sides(kind: str, seed: int, wanted: list[Edit], cut: int) -> None:
    raw = Rendered(KINDS[kind](chance(seed))).raw
    head = raw[: raw.index(b"\r\n\r\n") + 2 + 2 * (cut % 2)]
    head = edited(head, [edit for edit in wanted if edit[0] not in ("cut", "splice")])
    for before, after in ((Side(head, headers_only=True), Side(raw)), (Side(raw), Side(head, headers_only=True))):
        assert judge_header(before.raw, after.raw, compare(before, after)) == []


def as_snapshot(path: Path) -> bytes:
    """A mail with the CRLF line ends of a snapshot file."""
    return re.sub(rb"\r\n|\r|\n", b"\r\n", path.read_bytes())


@pytest.mark.corpus
def test_real_pairs(shared: Path) -> None:
    befores = sorted((shared / "corpus" / "pairs").glob("*.before.eml"))
    wrong = {}
    for path in befores:
        after = path.with_name(path.name.replace(".before.", ".after."))
        for reader in (as_snapshot, Path.read_bytes):
            if faults := complaints(reader(path), reader(after)):
                wrong[path.name] = faults
    assert wrong == {}
    assert befores


@pytest.mark.corpus
def test_random_edits_of_real_mail(real_mails: list[Path]) -> None:
    """A tenth of the corpus by default, edited at random; all of it, several times, with more examples."""
    wrong = {}
    for turn in range(max(1, EXAMPLES // 1000)):
        for number, path in enumerate(real_mails):
            if EXAMPLES < 1000 and number % 10 != 3:
                continue
            raw, luck = as_snapshot(path), chance(path.name, turn)
            donor = as_snapshot(real_mails[luck.randrange(len(real_mails))])
            if len(raw) > 300_000 or len(donor) > 300_000:
                continue
            if faults := complaints(raw, edited(raw, random_edits(luck, luck.randint(1, 3)), donor)):
                wrong[str(path), turn] = faults
    assert wrong == {}


@pytest.mark.corpus
def test_an_unchanged_real_mail_has_no_change(real_mails: list[Path]) -> None:
    for path in real_mails:
        raw = path.read_bytes()
        assert compare(Side(raw), Side(bytes(raw))).changes == []
