"""Zips that lie, explode, lead out of themselves or are broken: names to the bytes of a zip."""

import io
import random
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping

from tracemaker import block, guid

BOMB = 400 * 1024 * 1024
MEMBERS = 210_000

TRACE = f"MessageSnapshots/{guid(1)}"
GOOD: dict[str, bytes] = {
    f"{TRACE}/Routing0001.eml": block("OnResolvedMessage") + b"Subject: one\r\n\r\nbody\r\n",
    f"{TRACE}/Routing0002.eml": block("OnResolvedMessage,An Agent", 1) + b"Subject: two\r\n\r\nbody\r\n",
}


def packed(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members, whatever their names."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, method
            archive.writestr(info, content)
    return out.getvalue()


def bomb() -> bytes:
    """One snapshot of 400 MB of zeros."""
    return packed({**GOOD, f"{TRACE}/Routing0003.eml": bytes(BOMB)})


def bombs_that_overlap() -> bytes:
    """500 snapshots of 60 MB that share the same few packed bytes."""
    return _directory(packed({f"{TRACE}/Routing0001.eml": bytes(60 * 1024 * 1024)}), 500)


def bombs_below_the_limit() -> bytes:
    """Ten snapshots of 60 MB of zeros: each of them, and all together, just below what is refused."""
    zeros = bytes(60 * 1024 * 1024)
    return packed({f"{TRACE}/Routing{number:04d}.eml": zeros + b"%d" % number for number in range(1, 11)})


def zip_in_zip_in_zip() -> bytes:
    """A zip in a zip in a zip, a bomb in the last."""
    return packed({"a.zip": packed({"b.zip": packed({"c.zip": bomb()})}), **GOOD})


def nested_bomb() -> bytes:
    """A zip in a zip that unpacks to 400 MB of zip."""
    inner = packed(GOOD, zipfile.ZIP_STORED)
    return packed({"inner.zip": bytes(BOMB) + inner, **GOOD})


def path_tricks() -> bytes:
    """Members that lead out of the zip by their names."""
    tricks = (
        "../../outside",
        "/outside",
        "C:\\outside",
        "..\\..\\outside",
        "a/../../outside",
        "//server/outside",
        "C:outside",
    )
    members = {f"{trick}/{guid(2)}/Routing0001.eml": b"Subject: out\r\n\r\n" for trick in tricks}
    return packed({**GOOD, **members})


def names_with_controls() -> bytes:
    """Members whose names hold escape sequences, line ends, NULs and marks of direction."""
    odd = ("\x1b]0;owned\x07", "two\r\nlines", "\u202egnp.exe", "a\x00b", "\x9b31m", "\u2028")
    return packed({**GOOD, **{f"{name}/{guid(2)}/Routing0001.eml": b"Subject: a\r\n\r\n" for name in odd}})


def same_name_twice() -> bytes:
    """Every member twice, with another content the second time."""
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as archive:
        warnings.simplefilter("ignore")
        for name, content in GOOD.items():
            archive.writestr(name, content)
            archive.writestr(name, content + b"another")
    return out.getvalue()


def encrypted() -> bytes:
    """Members marked as encrypted."""
    raw = bytearray(packed(GOOD))
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = raw.find(mark)
        while at >= 0:
            raw[at + offset] |= 1
            at = raw.find(mark, at + 4)
    return bytes(raw)


def unknown_method() -> bytes:
    """Members packed by a method nobody knows."""
    raw = packed(GOOD, zipfile.ZIP_STORED)
    return raw.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x63\x00")


def damaged() -> bytes:
    """A member whose bytes are not those that were packed."""
    return packed(GOOD, zipfile.ZIP_STORED).replace(b"Subject: two", b"Subject: too")


def cut_short() -> bytes:
    """The first half of a zip."""
    raw = packed(GOOD)
    return raw[: len(raw) // 2]


def front_cut_off() -> bytes:
    """A zip without its first bytes: the directory is whole and leads nowhere."""
    return packed(GOOD)[40:]


def no_zip() -> bytes:
    """Random bytes."""
    return _random(1).randbytes(5_000)


def too_many_members() -> bytes:
    """A directory of 210,000 empty members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in GOOD.items():
            archive.writestr(name, content)
    return _directory(out.getvalue(), MEMBERS)


def sizes_that_lie() -> bytes:
    """Members that claim a size of 4 GB and hold a few bytes."""
    raw = bytearray(packed(GOOD, zipfile.ZIP_STORED))
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<L", raw, at + 24, 0xFFFFFFF0)
        at = raw.find(b"PK\x01\x02", at + 4)
    return bytes(raw)


def flipped(seed: int) -> bytes:
    """A zip with a few bytes flipped at random."""
    rng = _random(seed)
    raw = bytearray(packed(GOOD))
    for _ in range(rng.randrange(1, 8)):
        raw[rng.randrange(len(raw))] = rng.randrange(256)
    return bytes(raw)


def _random(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same bytes in every run


def _directory(raw: bytes, count: int) -> bytes:
    """The zip with `count` further entries in its directory, each a name of its own for the first member's bytes."""
    at = raw.find(b"PK\x01\x02")
    end = raw.rfind(b"PK\x05\x06")
    first = raw[at : at + 46]
    entries = []
    for number in range(count):
        name = b"MessageSnapshots/%s/Routing%06d.eml" % (guid(3).encode(), number + 1)
        entry = bytearray(first)
        struct.pack_into("<HHH", entry, 28, len(name), 0, 0)
        entries.append(bytes(entry) + name)
    more = raw[at:end] + b"".join(entries)
    tail = bytearray(raw[end:])
    struct.pack_into("<HHLL", tail, 8, min(count + 2, 0xFFFF), min(count + 2, 0xFFFF), len(more), at)
    return raw[:at] + more + bytes(tail)


ZIPS: dict[str, Callable[[], bytes]] = {
    maker.__name__: maker
    for maker in (
        bomb, bombs_that_overlap, bombs_below_the_limit, zip_in_zip_in_zip, nested_bomb, path_tricks,
        names_with_controls, same_name_twice, encrypted, unknown_method, damaged, cut_short, front_cut_off, no_zip,
        too_many_members, sizes_that_lie,
    )
}  # fmt: skip
