"""A folder of traces to the places where an agent surely ran, and what may go wrong there: less is done, or more."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from snapdiff.run import Run

END = b"X-EndOfInjectedXHeaders: MessageSnapshot-End injected headers\r\n"


@dataclass(frozen=True)
class Place:
    """One sure step of an agent: the snapshot before it, its own, and the kinds of change it made."""

    before: Path
    file: Path
    agent: str
    kinds: frozenset[str]


def places(folder: Path) -> Iterator[Place]:
    """Every sure step of an agent between two snapshots that hold a message."""
    with Run([folder], 1) as run:
        for trace in run.traces():
            held = {x.file: x.status is None and not x.headers_only for x in trace.snapshots}
            for step in trace.steps:
                if step.certain and step.actor == "agent" and step.agent and step.from_ and held[step.to]:
                    before = folder / trace.path / (step.compared_with or step.from_)
                    if held[before.name]:
                        yield Place(
                            before,
                            folder / trace.path / step.to,
                            step.agent,
                            frozenset(change.kind for change in step.changes),
                        )


def dropped(place: Place) -> bytes:
    """The agent's snapshot with message and envelope as they were before."""
    own, _ = _split(place.file.read_bytes())
    block, message = _split(place.before.read_bytes())
    envelope = [line for line in block if line.startswith((b"X-Sender:", b"X-Receiver:"))]
    kept = [line for line in own if not line.startswith((b"X-Sender:", b"X-Receiver:"))]
    return b"".join([*kept[:-1], *envelope, kept[-1]]) + message


def _added_header(raw: bytes) -> bytes:
    return _with_message(raw, b"X-Not-Asked-For: yes\r\n" + _split(raw)[1])


def _removed_header(raw: bytes) -> bytes | None:
    """Without its first field that stands on one line and does not say how to read the message."""
    _, message = _split(raw)
    found = re.search(
        rb"(?m)^(?!Content-|MIME-)[A-Za-z-]+: [^\r\n]+\r\n(?![ \t])", message.partition(b"\r\n\r\n")[0] + b"\r\n"
    )
    return None if found is None else _with_message(raw, message[: found.start()] + message[found.end() :])


def _changed_header(raw: bytes) -> bytes | None:
    _, message = _split(raw)
    found = re.search(rb"(?mi)^Date: ", message.partition(b"\r\n\r\n")[0])
    return None if found is None else _with_message(raw, message[: found.end()] + b"not " + message[found.end() :])


def _moved_header(raw: bytes) -> bytes | None:
    """With its field Subject, which no agent here adds, at the other end of the header."""
    _, message = _split(raw)
    head, blank, body = message.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    subjects = [field for field in fields if field.lower().startswith(b"subject:")]
    if len(fields) < 5 or len(subjects) != 1:
        return None
    rest = [field for field in fields if field is not subjects[0]]
    moved = [*rest, subjects[0]] if fields.index(subjects[0]) < len(rest) // 2 else [subjects[0], *rest]
    return _with_message(raw, b"\r\n".join(moved) + blank + body)


def _added_recipient(raw: bytes) -> bytes:
    block, message = _split(raw)
    return b"".join([*block[:-1], b"X-Receiver: nobody.asked@contoso.test\r\n", block[-1]]) + message


def _removed_recipient(raw: bytes) -> bytes | None:
    block, message = _split(raw)
    first = next((line for line in block if line.startswith(b"X-Receiver:")), None)
    return None if first is None else b"".join(line for line in block if line is not first) + message


def _changed_sender(raw: bytes) -> bytes | None:
    block, message = _split(raw)
    if not any(line.startswith(b"X-Sender:") for line in block):
        return None
    kept = [b"X-Sender: other@contoso.test\r\n" if line.startswith(b"X-Sender:") else line for line in block]
    return b"".join(kept) + message


def _added_part(raw: bytes) -> bytes | None:
    """With one more part at the end of its outermost multipart."""
    _, message = _split(raw)
    boundary = _boundary(message)
    if boundary is None:
        return None
    at = message.rfind(b"--" + boundary + b"--")
    if at < 0:
        return None
    part = b"--" + boundary + b"\r\nContent-Type: application/x-other; name=o.bin\r\n\r\nother\r\n"
    return _with_message(raw, message[:at] + part + message[at:])


def _changed_word(raw: bytes) -> bytes | None:
    """With a word of a body in plain ASCII replaced."""
    _, message = _split(raw)
    head, blank, body = message.partition(b"\r\n\r\n")
    if _boundary(message) is not None or re.search(rb"(?i)base64|quoted-printable|content-type: (?!text/plain)", head):
        return None
    found = re.search(rb"\b[A-Za-z]{4,}\b", body)
    return (
        None
        if found is None
        else _with_message(raw, head + blank + body[: found.start()] + b"REDACTED" + body[found.end() :])
    )


ADDED: dict[str, Callable[[bytes], bytes | None]] = {
    "header.added": _added_header,
    "header.removed": _removed_header,
    "header.changed": _changed_header,
    "header.moved": _moved_header,
    "envelope.recipient-added": _added_recipient,
    "envelope.recipient-removed": _removed_recipient,
    "envelope.sender-changed": _changed_sender,
    "part.added": _added_part,
    "part.changed": _changed_word,
}
"""What an agent may do beside what it did in the good run: a snapshot with it, or None where it can't be done there."""


def _split(raw: bytes) -> tuple[list[bytes], bytes]:
    """The lines of the injected block, and the message."""
    block, end, message = raw.partition(END)
    return [*block.splitlines(keepends=True), end], message


def _with_message(raw: bytes, message: bytes) -> bytes:
    return b"".join(_split(raw)[0]) + message


def _boundary(message: bytes) -> bytes | None:
    head = message.partition(b"\r\n\r\n")[0]
    found = re.search(rb'(?i)content-type: *multipart/[^;]+;.*?boundary="?([^"\r\n;]+)', head, re.DOTALL)
    return found[1] if found else None
