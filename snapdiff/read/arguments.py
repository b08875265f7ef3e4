"""The paths a user gives to what they are: places to walk, mails to compare in order, logs."""

import os
import pathlib
import stat
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from snapdiff.model import Problem
from snapdiff.read.files import openable
from snapdiff.read.listing import WHAT_TO_GIVE, NothingFound
from snapdiff.read.names import is_known_log, shown


class Arguments(NamedTuple):
    """What was given: `places` are folders and zips, `mails` the files of a plain mail diff, both as absolute paths.

    `labels` stand before the paths of what each place holds: "" for the only one. `source` is for the report.
    """

    source: str
    places: list[str]
    labels: list[str]
    mails: list[str]
    logs: list[str]
    problems: list[Problem]


def sort_arguments(paths: Sequence[pathlib.Path]) -> Arguments:
    """Sort the paths given. Raises NothingFound where one does not exist or a single mail is all there is."""
    places: list[str] = []
    mails: list[str] = []
    logs: list[str] = []
    problems: list[Problem] = []
    for path in paths:
        given = shown(path.as_posix())
        absolute = os.path.abspath(path)  # noqa: PTH100
        mode = _mode(absolute, given)
        if stat.S_ISDIR(mode) or _is_zip(absolute):
            wanted = places
        elif is_known_log(path.name):
            logs.append(given)
            continue
        else:
            wanted = mails
        if absolute in wanted:
            name = shown(path.name)
            problems.append(Problem(name, "given-twice", f"{given} was given twice and counts once."))
        else:
            wanted.append(absolute)
    source = " ".join(shown(path.as_posix()) for path in paths)
    places = _without_nested(places, problems)
    if len(mails) == 1:
        if not places:
            raise NothingFound(f"{source} is a single file, with nothing to compare it with", WHAT_TO_GIVE)
        name = shown(os.path.basename(mails.pop()))  # noqa: PTH119
        problems.append(Problem(name, "single-mail", f"{name} is a single mail, with nothing to compare it with."))
    alone = len(paths) == 1
    return Arguments(source, places, [""] if alone and places else _labels(places), mails, logs, problems)


_CHECK_PATH = "Check how it is spelt; a path that begins with no drive and no slash counts from the folder you are in."
_CHECK_RIGHTS = "Ask for the right to read it, or copy it to a place of your own and give that."


def _mode(absolute: str, given: str) -> int:
    try:
        mode = os.stat(openable(absolute)).st_mode  # noqa: PTH116
    except OSError as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            raise NothingFound(f"There is no file or folder called {given}", _CHECK_PATH) from None
        cause = "access is denied" if isinstance(error, PermissionError) else error.strerror or type(error).__name__
        raise NothingFound(f"{given} can't be read: {cause}", _CHECK_RIGHTS) from None
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise NothingFound(f"{given} is neither a folder nor a file", WHAT_TO_GIVE)
    return mode


def _is_zip(absolute: str) -> bool:
    """A zip by its name; a zip under another name (.zip.bak) by its first bytes."""
    lower = absolute.lower()
    if lower.endswith(".zip"):
        return True
    if lower.endswith(".eml"):
        return False
    try:
        with open(openable(absolute), "rb") as file:  # noqa: PTH123
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


def _without_nested(places: Sequence[str], problems: list[Problem]) -> list[str]:
    """Leave out a place that lies inside another one given, as it is read with that."""
    real = [os.path.normcase(os.path.realpath(place)) for place in places]
    kept = []
    for index, place in enumerate(places):
        inside = any(
            real[index].startswith(other.rstrip(os.sep) + os.sep) or (real[index] == other and number < index)
            for number, other in enumerate(real)
            if number != index
        )
        if inside:
            name = shown(os.path.basename(place))  # noqa: PTH119
            problems.append(Problem(name, "given-twice", f"{name} lies inside another path given and counts once."))
        else:
            kept.append(place)
    return kept


def _labels(places: Sequence[str]) -> list[str]:
    """Name each place by the shortest end of its path that no other place has."""
    elements = [[part for part in place.replace(os.sep, "/").split("/") if part] for place in places]
    sizes = [1] * len(places)
    while True:
        labels = ["/".join(parts[-size:]) for parts, size in zip(elements, sizes, strict=True)]
        counts = Counter(labels)
        longer = [
            counts[label] > 1 and size < len(parts) for label, size, parts in zip(labels, sizes, elements, strict=True)
        ]
        if not any(longer):
            return labels
        sizes = [size + more for size, more in zip(sizes, longer, strict=True)]
