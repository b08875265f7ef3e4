"""A stream that is unpacked while it is read to one that stops where it grows beyond all measure."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO

from snapdiff.read.listing import ReadFailed
from snapdiff.read.names import shown

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_RATIO = 200
"""Deflate shrinks mail 2 to 20 times, logs 5 to 40 times; what is large and past this ratio is a bomb (the method's own
end is 1032).
"""
RATIO_COUNTS_FROM = 64 * 1024 * 1024


def bounded(stream: BinaryIO, packed: int, name: str, buffering: int) -> BinaryIO:
    """The stream, of which `packed` bytes lie on disk; reading it raises ReadFailed beyond MAX_RATIO times as many, and
    where it is damaged.

    What unpacks to less than RATIO_COUNTS_FROM bytes is never refused. `buffering` bytes can be looked at ahead.
    """
    return io.BufferedReader(_Bounded(stream, max(RATIO_COUNTS_FROM, MAX_RATIO * packed), name), buffering)


class _Bounded(io.RawIOBase):
    def __init__(self, stream: BinaryIO, most: int, name: str) -> None:
        super().__init__()
        self._stream = stream
        self._most = most
        self._name = name
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        try:
            data = self._stream.read(memoryview(buffer).nbytes)
        except _damages() as damaged:
            said = f"{self._name} is damaged: {shown(str(damaged)).rstrip('.') or 'it ends short'}."
            raise ReadFailed("damaged", said) from None
        self._given += len(data)
        if self._given > self._most:
            said = f"{self._name} unpacks to over {MAX_RATIO} times its size; what lies beyond was not read."
            raise ReadFailed("zip-bomb", said)
        memoryview(buffer)[: len(data)] = data
        return len(data)


def _damages() -> tuple[type[Exception], ...]:
    import zipfile

    return EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile
