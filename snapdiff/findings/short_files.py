"""A trace to its files that end short, as its steps tell."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from snapdiff.model import Trace

_SHORT = re.compile(r"(\S+) ends short \(([^;]*)\)")
"""How `Step.reason` says that a file ends short: its name, and why."""


class ShortFile(NamedTuple):
    """A file that ends before its message does: the index of the first step that it makes unsure, its name, and why."""

    step: int
    file: str
    why: str


def short_files(trace: Trace) -> Iterator[ShortFile]:
    """Each file once, in the order of the steps."""
    told: set[str] = set()
    for index, step in enumerate(trace.steps):
        if step.reason is None:
            continue
        for file, why in _SHORT.findall(step.reason):
            if file not in told:
                told.add(file)
                yield ShortFile(index, file, why)
