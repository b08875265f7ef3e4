"""A record of an export, and the size beyond which it is none."""

from snapdiff.model import LogValue
from snapdiff.read.listing import ReadFailed

Record = tuple[int, dict[str, LogValue]]
"""The line a record begins at, and its values under the cmdlet's own names."""

LARGEST_RECORD = 64 * 1024 * 1024
"""Bytes, about; what is larger is no record of an export, and is not gathered in memory."""


def checked_size(size: int, file: str) -> int:
    """The size so far of one record. Raises ReadFailed where it is too large for one."""
    if size > LARGEST_RECORD:
        said = f"{file} has a record of more than {LARGEST_RECORD >> 20} MiB; it and what follows were not read."
        raise ReadFailed("too-large", said)
    return size
