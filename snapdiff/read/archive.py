"""Zip to folders and members: lists a zip's folders and reads one member, in place, with nothing unpacked to disk.

A zip comes from anywhere, so nothing in it is believed: names that lead out of it are refused, bytes are counted while
they are unpacked, and the number of members is bounded before the directory is read.
"""

import atexit
import io
import os
import stat
import struct
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, NamedTuple

from snapdiff.read.bounded import MAX_RATIO, RATIO_COUNTS_FROM
from snapdiff.read.files import MAX_BYTES, explain, openable
from snapdiff.read.listing import ReadFailed
from snapdiff.read.names import shown

MAX_MEMBERS = 200_000
"""10,000 traces of 14 snapshots are 140,000 members; each costs some 600 bytes while the zip is open."""
MAX_NESTED_BYTES = 256 * 1024 * 1024
"""A zip inside a zip is held in memory while it is read."""

_CHUNK = 256 * 1024
_OPEN_AT_ONCE = 4
_UNIX = 3
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, OverflowError, RuntimeError)


class Trouble(NamedTuple):
    """What a zip's listing came upon: the member's name ("" for the zip itself), a code, a sentence."""

    member: str
    code: str
    message: str


class OpenMember(NamedTuple):
    """A member as a stream of its unpacked bytes, and how many of them it is packed into."""

    stream: BinaryIO
    packed: int


class Archive:
    """An open zip: `members` by normalised name ('/' separators), and the `troubles` with the others."""

    def __init__(self, file: str | BinaryIO, name: str) -> None:
        """Open the zip at a path or in a file object; `name` is what messages call it. Raises ReadFailed."""
        self.name = name
        try:
            stream: BinaryIO = open(openable(file), "rb") if isinstance(file, str) else file  # noqa: PTH123, SIM115
        except OSError as error:
            raise explain(name, error) from None
        self._stream = stream
        with ExitStack() as on_failure:
            on_failure.callback(stream.close)
            try:
                _check_directory(stream, name)
                self._zip = zipfile.ZipFile(stream)
                self.members, self.troubles = _index(self._zip, name)
                _check_total(self._zip, stream, name)
            except OSError as error:
                raise explain(name, error) from None
            except _DAMAGED as error:
                raise ReadFailed("bad-zip", f"{name} can't be read as a zip: {_cause(error)}.") from None
            on_failure.pop_all()

    def close(self) -> None:
        """Close the zip and the file below it."""
        self._zip.close()
        self._stream.close()

    def read(self, member: str, name: str, limit: int | None = None) -> bytes:
        """Unpack one member, at most `limit` (MAX_BYTES) bytes; `name` is what messages call it. Raises ReadFailed."""
        info = self._readable(member, name)
        try:
            return self._unpack(info, name, limit or MAX_BYTES)
        except OSError as error:
            raise explain(name, error) from None
        except _DAMAGED as error:
            raise ReadFailed("damaged-member", f"{name} is damaged in the zip: {_cause(error)}.") from None

    def stream(self, member: str, name: str) -> OpenMember:
        """One member as a stream, for a log that may be larger than memory. Raises ReadFailed."""
        info = self._readable(member, name)
        return OpenMember(io.BufferedReader(self._zip.open(info)), info.compress_size)  # type: ignore[type-var]

    def _readable(self, member: str, name: str) -> zipfile.ZipInfo:
        info = self.members.get(member)
        if info is None:
            raise ReadFailed("missing", f"{name} is not in the zip any more.")
        if info.header_offset < 0:
            raise ReadFailed("damaged-member", f"{name} is damaged in the zip: the zip's front is cut off.")
        if info.flag_bits & 0x1:
            raise ReadFailed("encrypted", f"{name} is encrypted in the zip: unpack it with its password first.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ReadFailed(
                "unsupported-compression",
                f"{name} is packed by method {info.compress_type}, not by Deflate, and can't be read: unpack it first.",
            )
        return info

    def _unpack(self, info: zipfile.ZipInfo, name: str, limit: int) -> bytes:
        chunks: list[bytes] = []
        size = 0
        with self._zip.open(info) as member:
            while chunk := member.read(_CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > limit:
                    raise ReadFailed("too-large", f"{name} unpacks to more than {limit >> 20} MiB and was not read.")
                if size > RATIO_COUNTS_FROM and size > MAX_RATIO * info.compress_size:
                    raise ReadFailed("zip-bomb", f"{name} unpacks to over {MAX_RATIO} times its size and was not read.")
        if size != info.file_size:
            raise ReadFailed("damaged-member", f"{name} is damaged in the zip: it ends short.")
        return b"".join(chunks)


def read_member(archive: str, member: str, name: str) -> bytes:
    """Read a member of the zip at a path; a member of a zip in the zip is `inner.zip/its/name`. Raises ReadFailed.

    The zips read last stay open, in each process by itself.
    """
    opened = _opened(archive, "", name)
    if member not in opened.members:
        for place, char in enumerate(member):
            if char == "/" and member[:place] in opened.members:
                return _opened(archive, member[:place], name).read(member[place + 1 :], name)
    return opened.read(member, name)


@contextmanager
def stream_member(archive: str, member: str, name: str) -> Iterator[OpenMember]:
    """A member of the zip at a path, opened. Raises ReadFailed, while it is read too."""
    opened = Archive(archive, name)
    try:
        found = opened.stream(member, name)
        with found.stream:
            yield found
    except _DAMAGED as error:
        raise ReadFailed("damaged-member", f"{name} is damaged in the zip: {_cause(error)}.") from None
    finally:
        opened.close()


def open_nested(outer: Archive, member: str, name: str) -> Archive:
    """Open a zip that is itself a member. Raises ReadFailed."""
    return Archive(io.BytesIO(outer.read(member, name, MAX_NESTED_BYTES)), name)


_open_archives: OrderedDict[tuple[int, str, str], Archive] = OrderedDict()


def _opened(archive: str, inner: str, name: str) -> Archive:
    # A forked process shares the file position of what its parent opened: the process is part of the key.
    key = (os.getpid(), archive, inner)
    found = _open_archives.get(key)
    if found is None:
        if inner:
            for other in [other for other in _open_archives if other[2]]:
                _open_archives.pop(other).close()  # one is held in memory at a time
        found = open_nested(_opened(archive, "", name), inner, name) if inner else Archive(archive, name)
        _open_archives[key] = found
        while len(_open_archives) > _OPEN_AT_ONCE:
            _open_archives.popitem(last=False)[1].close()
    _open_archives.move_to_end(key)
    return found


def close_archives() -> None:
    """Close the zips that `read_member` holds open in this process."""
    while _open_archives:
        _open_archives.popitem()[1].close()


atexit.register(close_archives)


def _index(opened: zipfile.ZipFile, name: str) -> tuple[dict[str, zipfile.ZipInfo], list[Trouble]]:
    members: dict[str, zipfile.ZipInfo] = {}
    troubles: list[Trouble] = []
    for info in opened.infolist():
        # Zip tools of Windows wrote '\' (.NET before 4.6.1 among them), against APPNOTE 4.4.17.1.
        member = info.filename.replace("\\", "/")
        if member.endswith("/"):
            continue
        if not _leads_inside(member):
            message = (
                f"{name} holds a member named {shown(info.filename)}, which leads out of the zip; it was left out."
            )
            troubles.append(Trouble(shown(member), "unsafe-member-name", message))
            continue
        if member.startswith("./") or "//" in member or "/./" in member:
            member = "/".join(part for part in member.split("/") if part not in ("", "."))
        if member in members:
            message = f"{name} holds {shown(member)} more than once; the first one counts."
            troubles.append(Trouble(shown(member), "duplicate-member", message))
            continue
        if info.create_system == _UNIX and stat.S_ISLNK(info.external_attr >> 16):
            troubles.append(Trouble(shown(member), "link-not-followed", f"{name} holds {shown(member)} as a link."))
            continue
        members[member] = info
    return members, troubles


def _leads_inside(member: str) -> bool:
    if member.startswith("/") or member[1:2] == ":":
        return False
    return ".." not in member or ".." not in member.split("/")


_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")


def _check_directory(stream: BinaryIO, name: str) -> None:
    """Refuse a zip with too many members before the library reads its directory (APPNOTE 4.3.14 to 4.3.16)."""
    size = stream.seek(0, io.SEEK_END)
    start = max(0, size - _END.size - 0xFFFF - _END64.size - _END64_LOCATOR.size)
    stream.seek(start)
    tail = stream.read()
    at = len(tail) - _END.size
    if at < 0 or tail[at : at + 4] != b"PK\x05\x06":
        at = tail.rfind(b"PK\x05\x06", 0, len(tail) - _END.size + 4) if at >= 0 else -1
    if at < 0:
        stream.seek(0)
        begins = stream.read(4) == b"PK\x03\x04"
        cause = "its end is missing, so it was copied only in part" if begins else "it is no zip"
        raise ReadFailed("truncated-zip" if begins else "not-a-zip", f"{name} can't be read: {cause}.")
    length = _END.unpack_from(tail, at)[5]
    at64 = at - _END64_LOCATOR.size - _END64.size
    if at64 >= 0 and tail[at64 : at64 + 4] == b"PK\x06\x06":
        length = max(length if length != 0xFFFFFFFF else 0, _END64.unpack_from(tail, at64)[8])
    if 46 * MAX_MEMBERS < length <= size:
        stream.seek(max(0, start + at - length))
        directory = stream.read(min(length, 512 * MAX_MEMBERS))
        if length > 512 * MAX_MEMBERS or directory.count(b"PK\x01\x02") > MAX_MEMBERS:
            raise ReadFailed("too-many-members", f"{name} holds more than {MAX_MEMBERS} members and was not read.")
    stream.seek(0)


def _check_total(opened: zipfile.ZipFile, stream: BinaryIO, name: str) -> None:
    """Refuse a zip whose members together claim far more than its own size can hold: members that overlap."""
    total = sum(info.file_size for info in opened.infolist())
    if total > 16 * RATIO_COUNTS_FROM and total > MAX_RATIO * stream.seek(0, io.SEEK_END):
        raise ReadFailed("zip-bomb", f"{name} unpacks to over {MAX_RATIO} times its size and was not read.")


def _cause(error: Exception) -> str:
    return shown(str(error)).rstrip(".") or type(error).__name__
