"""Blame under agents of every kind, one after the other, and under random edits: exact at every step."""

import os

from agents_content import CONTENT_AGENTS
from agents_fields import FIELD_AGENTS
from agents_parts import PART_AGENTS
from agents_structure import STRUCTURE_AGENTS
from blame_traces import follow, snapshot
from blame_truth import check_at, check_final
from byteedits import Edit, edited, edits
from expectation import Mutated
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from mailkinds import KINDS, chance
from mailmaker import Entity, Rendered
from msgspec import UNSET

from snapdiff.model import Step

AGENTS = {**FIELD_AGENTS, **CONTENT_AGENTS, **PART_AGENTS, **STRUCTURE_AGENTS}
WANTED = os.environ.get("SNAPDIFF_EXAMPLES")
thorough = settings(
    max_examples=int(WANTED or 150),
    deadline=None,
    derandomize=WANTED is None,
    suppress_health_check=[HealthCheck.too_slow],
)
kinds = st.sampled_from(sorted(KINDS))
seeds = st.integers(0, 1 << 20)


def blamed_exactly(messages: list[bytes]) -> None:
    files = [(f"Routing{number:04d}.eml", snapshot(number, message)) for number, message in enumerate(messages, 1)]
    drawn, _, steps = follow(files)
    blame = drawn.blame(files[-1][0], steps)
    if blame is UNSET:
        assert len(set(messages)) == 1
        return
    check_final(blame, messages[-1])
    for (name, _), message in zip(files, messages, strict=True):
        check_at(blame, steps, name, message)
    if only_cosmetic(steps):
        brought = [run for part in blame.parts for run in part.runs if run.owner != 0 or run.removed_by is not None]
        assert brought == []


def only_cosmetic(steps: list[Step]) -> bool:
    return all(change.cosmetic for step in steps for change in step.changes)


def ran(agent: str, root: Entity, luck: int) -> Mutated | None:
    """What an agent made of a message; None where it found nothing to do, or lost its way behind another agent."""
    try:
        return AGENTS[agent](root, chance(agent, luck))
    except (StopIteration, LookupError, ValueError):
        return None


@thorough
@given(kinds, seeds, st.lists(st.tuples(st.sampled_from(sorted(AGENTS)), seeds), min_size=1, max_size=6))
def test_agents_in_a_row(kind: str, seed: int, chain: list[tuple[str, int]]) -> None:
    root = KINDS[kind](chance(seed))
    messages = [Rendered(root).raw]
    for agent, luck in chain:
        if (made := ran(agent, root, luck)) is not None:
            root = made.after.root
            messages.append(made.after.raw)
    blamed_exactly(messages)


@thorough
@given(kinds, seeds, st.lists(edits, min_size=1, max_size=4), kinds)
def test_random_edits(kind: str, seed: int, rounds: list[list[Edit]], other: str) -> None:
    donor = Rendered(KINDS[other](chance("donor", seed))).raw
    messages = [Rendered(KINDS[kind](chance(seed))).raw]
    for wanted in rounds:
        messages.append(edited(messages[-1], wanted, donor))
    assume(all(messages))  # an empty file is passed over, and has a test of its own
    blamed_exactly(messages)


@thorough
@given(st.lists(st.tuples(kinds, seeds), min_size=2, max_size=4))
def test_mails_that_have_nothing_in_common(chosen: list[tuple[str, int]]) -> None:
    blamed_exactly([Rendered(KINDS[kind](chance(seed))).raw for kind, seed in chosen])
