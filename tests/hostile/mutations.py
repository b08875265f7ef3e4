"""A mail to what is left of it when a disk, a copy or an attacker had it: the same for the same random source."""

import random
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]


def cut_short(raw: bytes, rng: random.Random) -> bytes:
    """The first part of it, anything from nothing to nearly all."""
    return raw[: rng.randrange(len(raw) + 1)]


def cut_in_header(raw: bytes, rng: random.Random) -> bytes:
    """Cut somewhere in its header."""
    return raw[: rng.randrange(max(raw.find(b"\r\n\r\n"), 1))]


def bytes_flipped(raw: bytes, rng: random.Random) -> bytes:
    """One byte in fifty is another one."""
    out = bytearray(raw)
    for _ in range(len(out) // 50 + 1):
        if out:
            out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def signs_flipped(raw: bytes, rng: random.Random) -> bytes:
    """Signs that mean something to a reader of mail stand where they do not belong."""
    out = bytearray(raw)
    for _ in range(len(out) // 80 + 1):
        if out:
            out[rng.randrange(len(out))] = rng.choice(b"\r\n\t :;=?-\"'()<>@,\\/*%&\x00\x1b\x80\xff")
    return bytes(out)


def with_nuls(raw: bytes, rng: random.Random) -> bytes:
    """Runs of NUL in it and behind it, as a file has them whose last blocks were never written."""
    at = rng.randrange(len(raw) + 1)
    return raw[:at] + bytes(rng.randrange(1, 5000)) + raw[at:] + bytes(rng.randrange(5000))


def lines_shuffled(raw: bytes, rng: random.Random) -> bytes:
    """Its lines in another order."""
    lines = raw.splitlines(keepends=True)
    rng.shuffle(lines)
    return b"".join(lines)


def lines_repeated(raw: bytes, rng: random.Random) -> bytes:
    """A run of its lines stands there again and again."""
    lines = raw.splitlines(keepends=True)
    at = rng.randrange(len(lines) + 1)
    return b"".join(lines[:at] + lines[at : at + 20] * 30 + lines[at + 20 :])


def without_carriage_returns(raw: bytes, rng: random.Random) -> bytes:
    """Bare LF in some of its lines."""
    lines = raw.splitlines(keepends=True)
    return b"".join(line.replace(b"\r", b"") if rng.random() < 0.5 else line for line in lines)


MUTATIONS: dict[str, Mutation] = {
    mutation.__name__: mutation
    for mutation in (
        cut_short, cut_in_header, bytes_flipped, signs_flipped, with_nuls, lines_shuffled, lines_repeated,
        without_carriage_returns,
    )
}  # fmt: skip
