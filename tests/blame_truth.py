"""What a blame must be, read from the mails themselves: used by the tests of blame over whole traces."""

from collections import Counter
from collections.abc import Sequence

from snapdiff.diff.lineage import Anatomy
from snapdiff.diff.passages import MAX_VALUE
from snapdiff.diff.text import lines_of
from snapdiff.diff.values import display
from snapdiff.mail.fields import field_name
from snapdiff.mail.parts import parse
from snapdiff.model import Blame, BlameRun, Step


def text_of(lines: list[str]) -> str:
    """Lines as a text of which each ends in LF."""
    return "".join(line + "\n" for line in lines)


def standing(runs: list[BlameRun]) -> str:
    """What stands in the end."""
    return "".join(run.text for run in runs if run.removed_by is None)


def stood(runs: list[BlameRun], owners: int) -> str:
    """What stood when the first `owners` owners had done their part."""
    return "".join(x.text for x in runs if x.owner < owners and (x.removed_by is None or x.removed_by >= owners))


def check_final(blame: Blame, message: bytes, header_only: bool = False) -> None:
    """Every field and every text of the message is there, in order, and made of its runs."""
    anatomy = Anatomy(parse(message).root, header_only)
    fields = [(x.part, x.name, standing(x.runs)) for x in blame.fields]
    if header_only:
        fields = [field for field in fields if field[0] is None]
    assert fields == [
        (x.part, field_name(x.raw), display(x.raw, x.charset).removesuffix("\n")[:MAX_VALUE]) for x in anatomy.fields
    ]
    for field in [*blame.fields, *blame.removed_fields]:
        check_owners(blame, field.owner, field.runs)
    for part in [*blame.parts, *blame.removed_parts]:
        check_owners(blame, part.owner, part.runs)
    if header_only:
        return
    leaves = anatomy.leaves
    assert [x.section for x in blame.parts] == [x.section for x in leaves]
    for part, leaf in zip(blame.parts, leaves, strict=True):
        assert (part.type, part.file_name, part.size) == (leaf.type, leaf.file_name, len(leaf.content))
        assert (part.is_text, part.attachment) == (leaf.is_text, leaf.is_attachment)
        if leaf.is_text:
            assert standing(part.runs) == text_of(lines_of(leaf.text.text))


def check_owners(blame: Blame, owner: int, runs: list[BlameRun]) -> None:
    """Owners are there, nothing goes before it came, and neighbours differ."""
    assert 0 <= owner < len(blame.owners)
    for run in runs:
        assert run.text
        assert 0 <= run.owner < len(blame.owners)
        assert run.removed_by is None or run.owner < run.removed_by < len(blame.owners)


def steps_in_order(blame: Blame, steps: Sequence[Step]) -> bool:
    """Whether the owners stand in the order of the steps."""
    at = {step.to: index for index, step in enumerate(steps)}
    places = [at[owner.to] for owner in blame.owners if owner.to is not None]
    return places == sorted(places)


def check_at(blame: Blame, steps: Sequence[Step], file: str, message: bytes) -> None:
    """The blame read back to a step gives the texts that its snapshot holds, each once."""
    order = {step.to: index for index, step in enumerate(steps)}
    upto = order.get(file, -1)
    owners = sum(1 for owner in blame.owners if owner.to is None or order[owner.to] <= upto)
    then = Counter(
        stood(part.runs, owners)
        for part in [*blame.parts, *blame.removed_parts]
        if part.owner < owners and (part.removed_by is None or part.removed_by >= owners)
    )
    leaves = Anatomy(parse(message).root).leaves
    texts = Counter(text_of(lines_of(leaf.text.text)) for leaf in leaves if leaf.is_text)
    # Content that was read as text only later stands in its runs from the beginning.
    assert texts <= then
    assert then.total() == len(leaves)
