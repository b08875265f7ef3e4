"""A list of transport rules that a user gives to the rules' names, for the commands that show what agents logged."""

from collections.abc import Sequence
from pathlib import Path

from snapdiff.commands.streams import same_place
from snapdiff.faults import WrongUsage


def names_of_rules(rules: Path | None, outputs: Sequence[Path | None]) -> dict[str, str] | None:
    """Names by ids, None where no list was given. Raises WrongUsage where it can't be read, or is an output too."""
    if rules is None:
        return None
    from snapdiff.read.listing import ReadFailed
    from snapdiff.read.rules import rule_names

    for output in outputs:
        if output is not None and same_place(output, rules):
            raise WrongUsage(f"{output} is the list of rules that is read; give another file with -o")
    try:
        return rule_names(rules)
    except ReadFailed as failed:
        raise WrongUsage(failed.message) from None
