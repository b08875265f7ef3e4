"""Random edits of raw bytes: what no agent would do, and a broken disk or a hostile sender does."""

import random

from hypothesis import strategies as st

_PIECES = (b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b"--", b":", b";", b'"', b"=", b"\x00", b"\xff", b"a", b"Z")

Edit = tuple[str, int, int, bytes]
"""What is done, where and over how many bytes (both taken modulo the length), and what is put in."""

NAMES = ("insert", "delete", "flip", "repeat", "cut", "line-ends", "copy-line", "drop-line", "splice")

edits = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.integers(0, 1 << 16),
        st.integers(0, 1 << 16),
        st.sampled_from(_PIECES) | st.binary(min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=4,
)


def random_edits(rng: random.Random, count: int) -> list[Edit]:
    """The same without hypothesis, for long runs over real mail."""
    drawn = []
    for _ in range(count):
        piece = rng.choice(_PIECES) if rng.random() < 0.7 else rng.randbytes(rng.randint(1, 6))
        drawn.append((rng.choice(NAMES), rng.randrange(1 << 30), rng.randrange(1 << 16), piece))
    return drawn


def edited(raw: bytes, wanted: list[Edit], other: bytes = b"") -> bytes:
    """The bytes after every edit; `other` is what a splice goes on with."""
    for name, where, size, piece in wanted:
        raw = _edit(raw, name, where, size, piece, other)
    return raw


def _edit(raw: bytes, name: str, where: int, size: int, piece: bytes, other: bytes) -> bytes:
    at = where % (len(raw) + 1)
    end = min(len(raw), at + 1 + size % 300)
    if name == "insert":
        return raw[:at] + piece + raw[at:]
    if name == "delete":
        return raw[:at] + raw[end:]
    if name == "flip":
        return raw[:at] + bytes(byte ^ (1 << size % 8) for byte in raw[at : at + 1]) + raw[at + 1 :]
    if name == "repeat":
        return raw[:end] + raw[at:end] + raw[end:]
    if name == "cut":
        return raw[:at] if size % 4 else raw[at:]
    if name == "splice":
        return raw[:at] + other[size % (len(other) + 1) :]
    if name == "line-ends":
        return raw[:at] + raw[at:].replace(b"\r\n", b"\n", -1 if size % 2 else 1)
    return _edit_line(raw, name, where, size)


def _edit_line(raw: bytes, name: str, where: int, size: int) -> bytes:
    """A delimiter or a field put elsewhere a second time, or taken out."""
    rows = raw.split(b"\r\n")
    able = [row for row in rows if row.startswith(b"--") or b": " in row]
    if not able:
        return raw
    row = able[size % len(able)]
    if name == "drop-line":
        rows.remove(row)
    else:
        rows.insert(where % (len(rows) + 1), row)
    return b"\r\n".join(rows)
