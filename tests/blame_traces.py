"""Messages, one a snapshot, to the blame and views that a worker makes of them."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import UNSET

from snapdiff.diff.steps import Steps
from snapdiff.drawn import Drawn
from snapdiff.model import Blame, Snapshot, Step, TraceViews
from snapdiff.read.names import parse_name
from snapdiff.read.snapshot import load_snapshot

CRLF = "\r\n"


class Told(NamedTuple):
    """What came out, with the steps it came from."""

    blame: Blame
    views: TraceViews
    steps: list[Step]

    def by(self, owner: int) -> str:
        """Who an owner is: the snapshot it stands for, "" for what came in."""
        return self.blame.owners[owner].to or ""


def snapshot(number: int, message: bytes | None, event: str = "OnResolvedMessage", agent: str | None = None) -> bytes:
    """A snapshot file; a deleted one for None."""
    source = event if number == 1 else f"{event},{agent or f'Agent {number}'}"
    lines = [
        "X-CreatedBy: MessageSnapshot-Begin injected headers",
        f"X-MessageSnapshot-UTC-Time: 2024-05-14T07:02:{number:02d}.000Z",
        "X-MessageSnapshot-Record-Id: 21474836486",
        f"X-MessageSnapshot-Source: {source}",
        "X-MessageSnapshot-MessageStatus: Deleted" if message is None else "X-Sender: a@contoso.com",
        "X-EndOfInjectedXHeaders: MessageSnapshot-End injected headers",
    ]
    return "".join(line + CRLF for line in lines).encode() + (message or b"")


def follow(files: Sequence[tuple[str, bytes]]) -> tuple[Drawn, list[Snapshot], list[Step]]:
    """Reads the files of one trace in order, with a drawing watching."""
    drawn = Drawn()
    steps = Steps(watch=drawn.watch)
    snapshots: list[Snapshot] = []
    told: list[Step] = []
    last = None
    for name, raw in files:
        last, _ = load_snapshot(name, raw, parse_name(name), last)
        snapshots.append(last.snapshot)
        if (step := steps.add(last)) is not None:
            told.append(step)
    return drawn, snapshots, told


def blamed(*messages: bytes | None) -> Told:
    """The blame of messages that follow one another; something must have changed in them."""
    files = [(f"Routing{number:04d}.eml", snapshot(number, message)) for number, message in enumerate(messages, 1)]
    drawn, snapshots, steps = follow(files)
    last = next(x for x in reversed(snapshots) if x.status is None)
    blame, views = drawn.blame(last.file, steps), drawn.views()
    assert blame is not UNSET
    assert views is not UNSET
    return Told(blame, views, steps)


def mail(body: str, *fields: str) -> bytes:
    """A message; of text/plain in UTF-8 where no field says otherwise. Line ends become CRLF."""
    if not any(field.lower().startswith("content-type") for field in fields):
        fields = (*fields, "Content-Type: text/plain; charset=utf-8")
    return "\n".join([*fields, "", body]).replace("\n", CRLF).encode()


def multipart(*parts: str, kind: str = "mixed", fields: Sequence[str] = ("Subject: Hi",)) -> bytes:
    """A multipart message; each part is its header, a blank line and its body."""
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    return mail(body, *fields, f"Content-Type: multipart/{kind}; boundary=b")
