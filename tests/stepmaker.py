"""Snapshot files made in memory, and the steps between them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from snapdiff.diff.steps import Steps
from snapdiff.model import LoadedSnapshot, Step, Trace
from snapdiff.read.names import parse_name
from snapdiff.read.snapshot import load_snapshot

END = b"X-EndOfInjectedXHeaders: MessageSnapshot-End injected headers\r\n"
MAIL = b"Received: from a by b\r\nSubject: Hello\r\n\r\nBody\r\n"
START = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)


@dataclass(frozen=True)
class File:
    """One snapshot file to make. `at` counts milliseconds from the trace's start; `cut` takes bytes off its end."""

    name: str
    source: str = "Original"
    mail: bytes = MAIL
    status: str | None = None
    sender: str = "alan@contoso.test"
    to: tuple[str, ...] = ("user@fabrikam.test",)
    at: int | None = 0
    cut: int = 0

    def raw(self) -> bytes:
        time = "never" if self.at is None else (START + timedelta(milliseconds=self.at)).isoformat()
        lines = [
            "X-CreatedBy: MessageSnapshot-Begin injected headers",
            f"X-MessageSnapshot-UTC-Time: {time}",
            "X-MessageSnapshot-Record-Id: 21474836486",
            f"X-MessageSnapshot-Source: {self.source}",
        ]
        if self.status:
            lines.append(f"X-MessageSnapshot-MessageStatus: {self.status}")
        else:
            lines += [f"X-Sender: {self.sender}", *(f"X-Receiver: {address}" for address in self.to)]
        raw = "".join(f"{line}\r\n" for line in lines).encode() + END + (b"" if self.status else self.mail)
        return raw[: len(raw) - self.cut]

    def loaded(self) -> LoadedSnapshot:
        return load_snapshot(self.name, self.raw(), parse_name(self.name))[0]


@dataclass(frozen=True)
class Raw(File):
    """A file with just these bytes, block or none."""

    bare: bytes = b""

    def raw(self) -> bytes:
        return self.bare


ORIGINAL = File("Original.eml")


def receive(number: int, source: str, mail: bytes = MAIL, **more: Any) -> File:
    return File(f"SmtpReceive{number:04d}.eml", source, mail, **more)


def routing(number: int, source: str, mail: bytes = MAIL, **more: Any) -> File:
    return File(f"Routing{number:04d}.eml", source, mail, **more)


def steps_of(*files: File, plain: bool = False) -> list[Step]:
    steps = Steps(plain)
    found = [steps.add(file.loaded()) for file in files]
    assert found[0] is None
    return [step for step in found if step is not None]


def last_step(*files: File) -> Step:
    return steps_of(*files)[-1]


OWN = "OnResolvedMessage"
A, B = "OnResolvedMessage,Agent A", "OnResolvedMessage,Agent B"
HEADERS = b"Received: from a by b\r\nSubject: Hello\r\n"


def trace_of(*files: File) -> Trace:
    loaded = [file.loaded() for file in files]
    return Trace(
        id="x",
        path="x",
        server=None,
        service=None,
        parent=None,
        message_id=None,
        network_message_id=None,
        subject=None,
        sender=None,
        recipients=[],
        snapshots=[each.snapshot for each in loaded],
        steps=steps_of(*files),
        findings=[],
        problems=[],
    )
