"""Turns one folder of snapshot files into loaded snapshots, one after the other, and into the trace's own facts."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from snapdiff.mail.fields import first_value
from snapdiff.mail.words import decode_value, shown
from snapdiff.model import LoadedSnapshot, Problem
from snapdiff.read.listing import ReadFailed, Tell, TraceFolder
from snapdiff.read.names import parse_name
from snapdiff.read.snapshot import load_snapshot
from snapdiff.read.walker import read_file

_MAX_SHOWN = 2_000


class Facts(Struct, frozen=True):
    """What a message says of itself; None where it does not."""

    message_id: str | None = None
    network_message_id: str | None = None
    subject: str | None = None


def load_trace(folder: TraceFolder, report: Tell) -> Iterator[LoadedSnapshot | None]:
    """The snapshots of a folder in order, one at a time; None, with a problem reported, for one that can't be read."""
    last: LoadedSnapshot | None = None
    for name in folder.files:
        try:
            raw = read_file(folder, name)
        except ReadFailed as failed:
            report(Problem(file_path(folder.path, name), failed.code, failed.message))
            yield None
            continue
        loaded, odd = load_snapshot(name, raw, None if folder.plain else parse_name(name), last)
        for problem in odd:
            report(Problem(file_path(folder.path, name), problem.code, problem.message))
        last = loaded
        yield loaded


def file_path(trace_path: str, name: str) -> str:
    """A file's path as the report shows it, relative to the source."""
    return name if trace_path in {".", ""} else f"{trace_path}/{name}"


def message_facts(fields: Sequence[bytes]) -> Facts:
    """Message-Id, Network-Message-Id and subject, decoded, from the fields of a message's header."""

    def value(name: bytes) -> str | None:
        found = first_value(fields, name)
        return None if found is None else shown(decode_value(found))[:_MAX_SHOWN]

    return Facts(value(b"message-id"), value(b"x-ms-exchange-organization-network-message-id"), value(b"subject"))
