"""Path to bytes for plain files: the hot path of every run, so one open, one read and no more."""

import errno
import ntpath
import os

from snapdiff.read.listing import ReadFailed

MAX_BYTES = 512 * 1024 * 1024
"""No snapshot read is larger: Exchange's own limit for a message is 2 GB, its default 10 to 25 MB."""

_WINDOWS = os.name == "nt"
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOINHERIT", 0)
_FIRST = 64 * 1024
_LONG = 248  # Windows' limit is 260 for a file and 248 for a folder


def read_plain(path: str) -> bytes:
    """Read a whole file. Raises OSError, FileTooLargeError among them."""
    # os.open and os.read take 4.4 us for a file of 9 KB, open(path, "rb") 8, and most snapshots fit the first read.
    descriptor = os.open(openable(path), _FLAGS)
    try:
        first = os.read(descriptor, _FIRST)
        # A share may answer a read in part: only an empty answer is the end.
        second = os.read(descriptor, _FIRST)
        return _with_rest(descriptor, first, second) if second else first
    finally:
        os.close(descriptor)


class FileTooLargeError(OSError):
    """The file is larger than MAX_BYTES."""

    def __init__(self) -> None:
        super().__init__(errno.EFBIG, "it is larger than a snapshot may be")


def _with_rest(descriptor: int, first: bytes, second: bytes) -> bytes:
    expected = os.fstat(descriptor).st_size
    if expected > MAX_BYTES:
        raise FileTooLargeError
    chunks = [first, second]
    size = len(first) + len(second)
    while chunk := os.read(descriptor, max(expected - size + 1, _FIRST)):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BYTES:
            raise FileTooLargeError
    return b"".join(chunks)


def explain(name: str, error: OSError) -> ReadFailed:
    """Turn an operating system's error into a ReadFailed: a code, and a sentence that names the file and the cause."""
    if isinstance(error, FileTooLargeError):
        return ReadFailed("too-large", f"{name} is larger than {MAX_BYTES >> 20} MiB and was not read.")
    if isinstance(error, FileNotFoundError):
        return ReadFailed("missing", f"{name} is not there any more.")
    if isinstance(error, PermissionError):
        return ReadFailed("no-access", f"{name} can't be read: access is denied.")
    return ReadFailed("unreadable", f"{name} can't be read: {error.strerror or type(error).__name__}.")


def openable(path: str) -> str:
    """Give the path in the form the system opens; only Windows needs another one, and only for long paths."""
    return long_path(path) if _WINDOWS else path


def long_path(path: str) -> str:
    r"""Put the prefix before a long absolute Windows path that lifts the limit of 260 characters.

    `C:\x` becomes `\\?\C:\x`, `\\server\share\x` becomes `\\?\UNC\server\share\x`. Behind the prefix Windows takes a
    path as it stands, so '/' and '..' are resolved here. A short path and a relative one stay as they are.
    """
    if path.startswith(("\\\\?\\", "\\\\.\\")):
        return path.replace("/", "\\")
    if len(path) < _LONG:
        return path
    whole = ntpath.normpath(path)
    if whole.startswith("\\\\"):
        return "\\\\?\\UNC\\" + whole[2:]
    drive, rest = ntpath.splitdrive(whole)
    return "\\\\?\\" + whole if drive and rest.startswith("\\") else path
