"""Writes an output file or folder whole or not at all, readable by its owner alone."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A binary stream that becomes the file `path` when the block ends well, and leaves nothing when it does not.

    It is written beside its place under another name (mode 0600 where the system has modes; on Windows the
    folder's rights apply) and then put in place in one move. Raises OSError where that can't be done.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    except OSError as failed:
        raise OSError(failed.errno, f"no file can be written there: {failed.strerror}", str(path)) from failed
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A folder to write to that becomes the new folder `path` when the block ends well, and leaves nothing otherwise.

    Raises FileExistsError where something is there already, OSError where no folder can be made.
    """
    _refuse(path)
    try:
        temporary = Path(tempfile.mkdtemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent))
    except OSError as failed:
        raise OSError(failed.errno, f"no folder can be made there: {failed.strerror}", str(path)) from failed
    try:
        yield temporary
        _refuse(path)
        temporary.rename(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _refuse(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise FileExistsError(errno.EEXIST, "it is there already; give the name of a new folder", str(path))
