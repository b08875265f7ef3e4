"""Messages to MessageSnapshots folders: the injected block before each, under the names Exchange gives the files."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

BEGIN = b"X-CreatedBy: MessageSnapshot-Begin injected headers\r\n"
END = b"X-EndOfInjectedXHeaders: MessageSnapshot-End injected headers\r\n"


def block(source: str, second: int = 0) -> bytes:
    """The injected block of a categorizer event's snapshot; `source` is `EVENT` or `EVENT,agent`."""
    time = f"2017-06-05T10:{second // 60 % 60:02d}:{second % 60:02d}.000Z"
    lines = (
        f"X-MessageSnapshot-UTC-Time: {time}",
        "X-MessageSnapshot-Record-Id: 21474836486",
        f"X-MessageSnapshot-Source: {source}",
        "X-Sender: alan.reid@contoso.test",
        "X-Receiver: user@fabrikam.test",
    )
    return BEGIN + "".join(f"{line}\r\n" for line in lines).encode() + END


def write_trace(snapshots: Path, number: int, messages: Sequence[bytes]) -> Path:
    """One trace below the folder `snapshots`: the first message as an event came upon it, each other after an agent.

    The agents are called `Agent 1` and so on, so that no step is uncertain. Returns the trace's folder.
    """
    folder = snapshots / guid(number)
    folder.mkdir(parents=True)
    for at, message in enumerate(messages):
        source = "OnResolvedMessage" + (f",Agent {at}" if at else "")
        (folder / f"Routing{at + 1:04d}.eml").write_bytes(block(source, at) + message)
    return folder


def guid(number: int) -> str:
    """A GUID for a trace's folder, another one for each number."""
    return str(UUID(int=0x5D1F_0000_0000_4000_8000_0000_0000_0000 + number))


def with_crlf(message: bytes) -> bytes:
    """The message with each line end as CRLF, as Exchange writes it."""
    return message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
