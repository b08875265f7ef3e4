"""A piece of a log to notes of what stands in each part of it: the work of a worker that fills an index."""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Literal

from msgspec import Struct

from snapdiff.model import Problem, TrackingRow
from snapdiff.read.files import openable
from snapdiff.read.listing import unheard
from snapdiff.read.log_kind import LogKind
from snapdiff.read.log_lines import Line
from snapdiff.read.log_needles import Needles
from snapdiff.read.log_scan import Piece, Scan, parts
from snapdiff.read.logs import LINE_READERS, LineReader

Kind = Literal["sender", "recipient", "subject", "network"]
"""What a row is found by, beside its Message-Id."""
PART = 32 * 1024
"""Bytes, about: where something stands is known as exactly as that, and so much is read to find it."""


class Told(Struct, frozen=True, order=True):
    """A text that a row holds, without its letter case, and the number that stands for it."""

    key: int
    kind: Kind
    text: str


class Note(Struct, frozen=True):
    """What stands in one part: `messages` are the numbers of the ids of its messages and of those it reports on.

    `headers` are its header lines, numbered from the part's start as `ended` counts.
    """

    part: Piece
    ended: int
    rows: int
    messages: list[int]
    texts: list[Told]
    headers: list[Line]
    problems: list[Problem]
    is_whole: bool


class Noting(Struct, frozen=True):
    """A piece to take notes of, the kind of its log, and the header lines above it."""

    piece: Piece
    kind: LogKind
    above: list[Line]


def noted(work: Noting) -> list[Note]:
    """The notes of a piece, part by part."""
    reader = LINE_READERS[work.kind](work.piece.place.file, unheard)
    for header in work.above:
        reader.header(header)
    try:
        with open(openable(work.piece.place.path), "rb") as stream:  # noqa: PTH123
            found = parts(stream, work.piece, PART)
    except OSError:
        found = [work.piece]
    return [_note(part, reader) for part in found]


def _note(part: Piece, reader: LineReader) -> Note:
    scanned = Scan(Needles(())).one(part)
    named: set[str] = set()
    texts: set[tuple[Kind, str]] = set()
    headers = []
    for line in scanned.lines:
        if line.is_header:
            headers.append(line)
            reader.header(line)
        else:
            row = reader.row(line)
            named.update(_named(row))
            texts.update(_texts(row))
    messages = sorted(set(map(id_key, named)))
    told = sorted(Told(_key(kind, text), kind, text) for kind, text in {(kind, folded(text)) for kind, text in texts})
    return Note(part, scanned.ended, scanned.rows, messages, told, headers, scanned.problems, scanned.is_whole)


def _named(row: TrackingRow) -> Sequence[str]:
    """The message of a row, and those that it reports on."""
    return [one for one in (row.text("message_id"), *row.reported_on) if one]


def _texts(row: TrackingRow) -> Iterator[tuple[Kind, str]]:
    yield "sender", row.text("sender_address")
    yield "subject", row.text("message_subject")
    yield "network", row.text("network_message_id")
    for one in (*row.texts("recipient_address"), row.text("related_recipient_address")):
        yield "recipient", one


def id_key(message_id: str) -> int:
    """The number of a Message-Id, the same with and without angle brackets. Rarely two ids share one."""
    return _key("id", message_id.strip("<> "))


def folded(text: str) -> str:
    """The text without its letter case."""
    return storable(text.casefold())


def storable(text: str) -> str:
    """The text in characters that have an encoding: half ones are written out."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _key(kind: str, text: str) -> int:
    digest = blake2b(f"{kind}:{text}".encode("utf-8", "backslashreplace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
