"""What `snapdiff track --index FILE` does before it searches: the index is brought up to date, and that is said."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from snapdiff.commands.streams import same_place
from snapdiff.faults import WrongUsage
from snapdiff.read.logs import LogPlace
from snapdiff.report.safe_text import safe
from snapdiff.report.words import counted

if TYPE_CHECKING:
    from snapdiff.read.log_indexing import Indexed, Updated


@contextmanager
def opened_index(
    index: Path | None, places: Sequence[LogPlace], output: Path | None, jobs: int | None
) -> "Iterator[Indexed | None]":
    """The index at that path, up to date; None where none is asked for.

    Raises WrongUsage where it would be the output as well, ReadFailed where the file is no index, or damaged.
    """
    if index is None:
        yield None
        return
    if output is not None and (output.absolute() == index.absolute() or same_place(output, index)):
        raise WrongUsage(f"{index} is the output as well; give --index another name")
    from snapdiff.read.log_index import LogIndex
    from snapdiff.read.log_indexing import Indexed

    with LogIndex(str(index)) as opened:
        indexed = Indexed(opened, places, jobs)
        updated = indexed.update()
        sys.stderr.write(f"snapdiff: {safe(_words(index, updated, was_built_anew=opened.was_built_anew))}\n")
        yield indexed


def without_index(places: Sequence[LogPlace], index: Path | None) -> list[LogPlace]:
    """The places without the index itself, which may lie among the logs."""
    return [
        place
        for place in places
        if index is None or Path(place.path).name != index.name or not same_place(Path(place.path), index)
    ]


def _words(index: Path, updated: "Updated", *, was_built_anew: bool) -> str:
    done = [
        f"{counted(count, 'log')} {what}"
        for count, what in (
            (updated.added, "taken in"),
            (updated.grown, "grown"),
            (updated.renewed, "read anew, having changed"),
            (updated.removed, "taken out, being gone"),
        )
        if count
    ]
    if not done:
        return f"the index {index} is up to date."
    anew = " was made by another version and is built anew" if was_built_anew else ""
    return f"the index {index}{anew}: {', '.join(done)}; {counted(updated.rows, 'row')} read for it."
