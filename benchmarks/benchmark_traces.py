"""Random numbers to folders of traces: the same mails, agents and changes in every run of the same size."""

import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from mailkinds import KINDS, words
from mailmaker import Entity, Rendered, attachment, header
from tracemaker import write_trace

SNAPSHOTS = 14
"""A trace of the categorizer has about so many."""

_CHANGED = 0.35
"""The share of agents that change something; the others only look."""


def changing(folder: Path, snapshots: int) -> Path:
    """So many snapshots, in traces of 14, in which every third agent changes a field, the text or an attachment."""
    for number in range(-(-snapshots // SNAPSHOTS)):
        rng = _source(number)
        root = _mail(rng)
        messages = [Rendered(root).raw]
        for _ in range(min(SNAPSHOTS, snapshots - number * SNAPSHOTS) - 1):
            if rng.random() < _CHANGED:
                rng.choice((_add_field, _change_subject, _add_disclaimer, _attach))(root, rng)
            messages.append(Rendered(root).raw)
        write_trace(folder / "MessageSnapshots", number, messages)
    return folder


def unchanged(folder: Path, snapshots: int) -> Path:
    """So many snapshots in traces of 14, in which no agent changes anything."""
    for number in range(-(-snapshots // SNAPSHOTS)):
        count = min(SNAPSHOTS, snapshots - number * SNAPSHOTS)
        write_trace(folder / "MessageSnapshots", number, [Rendered(_mail(_source(number))).raw] * count)
    return folder


def pairs(folder: Path, count: int) -> Path:
    """So many traces of two snapshots, an agent's change between them."""
    for number in range(count):
        rng = _source(number)
        root = _mail(rng)
        before = Rendered(root).raw
        rng.choice((_add_field, _change_subject, _add_disclaimer))(root, rng)
        write_trace(folder / "MessageSnapshots", number, [before, Rendered(root).raw])
    return folder


def rewrapped(folder: Path, size: int) -> Path:
    """Two snapshots of one mail of `size` bytes, its attachment in lines of 76 and then of 64 characters."""
    content = _source(1).randbytes(size * 57 // 78)
    file = attachment("drawing.zip", content, "application/zip")
    root = Entity([header("From", "a@contoso.test"), header("Subject", "drawing"), *file.fields])
    messages = []
    for width in (76, 64):
        root.put(content, width)
        messages.append(Rendered(root).raw + b"\r\n")
    write_trace(folder / "MessageSnapshots", 1, messages)
    return folder


def from_oracle(folder: Path, oracle: Path, mails: Path, snapshots: int) -> Path:
    """The oracle's traces from real mail, of several seeds, until there are so many snapshots."""
    folder.mkdir(parents=True, exist_ok=True)
    seed, have = 1, 0
    while have < snapshots:
        traces = max(1, (snapshots - have) // SNAPSHOTS)
        script = [sys.executable, str(oracle / "tracegen.py"), str(mails), str(folder), str(traces), str(seed)]
        subprocess.run(script, check=True, stderr=subprocess.DEVNULL)
        seed, have = seed + 1, len(files_of(folder))
    return folder


def files_of(folder: Path) -> list[Path]:
    """Every snapshot below a folder, in a fixed order."""
    return sorted(folder.rglob("*.eml"))


def _source(number: int) -> random.Random:
    return random.Random(number)


def _mail(rng: random.Random) -> Entity:
    """A mail of any kind; half of them small, some with a text of many lines."""
    root = rng.choice(list(KINDS.values()))(rng)
    root.set("Message-ID", f"<{rng.getrandbits(64):016x}@contoso.test>")
    root.set("Subject", words(rng, 4))
    for leaf in root.walk():
        if leaf.is_text and leaf.fields and leaf.charset in ("us-ascii", "utf-8"):
            more = "\r\n".join(_lines(rng, int(rng.lognormvariate(3, 1.2))))
            leaf.put(f"{leaf.text()}\r\n{more}\r\n".encode())
    return root


def _lines(rng: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        yield words(rng, 8)


def _add_field(root: Entity, rng: random.Random) -> None:
    root.fields.insert(0, header("X-MS-Exchange-Organization-SCL", str(rng.randrange(9))))


def _change_subject(root: Entity, rng: random.Random) -> None:
    root.set("Subject", f"[EXTERNAL] {words(rng, 3)}")


def _add_disclaimer(root: Entity, rng: random.Random) -> None:
    for leaf in root.walk():
        if leaf.is_text and leaf.charset in ("us-ascii", "utf-8"):
            leaf.put(leaf.content() + b"-- \r\nCONFIDENTIAL: for the named addressee of Northwind only.\r\n")
            return


def _attach(root: Entity, rng: random.Random) -> None:
    if root.children:
        root.children.append(attachment("notice.bin", rng.randbytes(500)))
