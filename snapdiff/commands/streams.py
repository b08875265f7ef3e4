"""Where a command writes: standard output or a whole file, never over what it reads."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from snapdiff.faults import WrongUsage
from snapdiff.output import whole_file

if TYPE_CHECKING:
    from snapdiff.run import Run


@contextmanager
def output_stream(output: Path | None) -> Iterator[BinaryIO]:
    if output is None or is_standard_output(output):
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with whole_file(output) as stream:
        yield stream


def is_standard_output(output: Path | None) -> bool:
    return output is None or str(output) == "-"


def refuse_input(output: Path | None, run: "Run") -> None:
    """Input is never written to: an output file must not be one of the files that are read."""
    if output is None or not output.exists():
        return
    if any(same_place(output, Path(place.path)) for place in run.logs):
        raise WrongUsage(f"{output} is one of the logs that are read; give another file with -o")
    for folder in run.listing.traces:
        sources = [folder.archive] if folder.archive else [str(Path(folder.folder) / name) for name in folder.files]
        if output.name.lower() in {Path(source).name.lower() for source in sources} and any(
            same_place(output, Path(source)) for source in sources
        ):
            raise WrongUsage(f"{output} is one of the files that are read; give another file with -o")


def same_place(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
