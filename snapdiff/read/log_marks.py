"""A log to a mark of how it looked: by it a log that only grew is told from one that became another."""

import os
from hashlib import sha256
from typing import BinaryIO

from msgspec import Struct

_LOOKED_AT = 64 * 1024


class Mark(Struct, frozen=True):
    """A log of at least `size` bytes: the hashes of its first bytes and of the last ones before `size`."""

    size: int
    head: bytes
    tail: bytes


def mark_of(stream: BinaryIO, size: int) -> Mark:
    """The mark of a log's first `size` bytes; of fewer where it is shorter."""
    size = min(size, stream.seek(0, os.SEEK_END))
    stream.seek(0)
    head = stream.read(min(size, _LOOKED_AT))
    stream.seek(max(size - _LOOKED_AT, 0))
    tail = stream.read(min(size, _LOOKED_AT))
    return Mark(size, sha256(head).digest(), sha256(tail).digest())
