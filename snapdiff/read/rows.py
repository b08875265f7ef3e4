"""Tracking logs of any form to rows: which reader reads which form. A new form is one more entry in READERS."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from snapdiff.model import Problem, RowFormat, TrackingRow
from snapdiff.read.files import explain
from snapdiff.read.listing import ReadFailed
from snapdiff.read.logs import LogPlace, find_logs, open_log
from snapdiff.read.tracking import read_tracking

Reader = Callable[[BinaryIO, str, list[Problem]], Iterator[TrackingRow]]
"""Reads a log's stream (UTF-8, perhaps with a BOM); the log's name in the report; a list to tell problems in."""

READERS: dict[RowFormat, Reader] = {
    "msgtrk": read_tracking,
}


def read_rows(paths: Iterable[str | os.PathLike[str]], problems: list[Problem]) -> Iterator[TrackingRow]:
    """Read the rows of all tracking logs in files, folders and zips, log by log in a fixed order."""
    found = find_logs(paths)
    problems += found.problems
    for place in found.places:
        yield from rows_in(place, problems)


def rows_in(place: LogPlace, problems: list[Problem]) -> Iterator[TrackingRow]:
    """Read the rows of one log; none where it is a protocol log. Tells what could not be read in `problems`."""
    try:
        with open_log(place) as log:
            if log.kind is None:
                if place.given:
                    says = "is no tracking or protocol log of a form that is known here"
                    problems.append(Problem(place.name, "not-a-log", f"{place.name} {says}."))
            elif log.kind != "smtp-receive" and log.kind != "smtp-send" and log.kind in READERS:
                yield from READERS[log.kind](log.stream, log.name, problems)
    except ReadFailed as failed:
        problems.append(Problem(place.name, failed.code, failed.message))
    except OSError as error:
        cause = explain(place.name, error)
        problems.append(Problem(place.name, cause.code, cause.message))
