"""One snapshot to a clean mail without the injected block, or to one decoded part of it."""

from collections.abc import Sequence
from pathlib import Path

from snapdiff.mail.parts import Part, parse
from snapdiff.read.listing import Listing, ReadFailed, TraceFolder
from snapdiff.read.names import parse_name
from snapdiff.read.snapshot import load_snapshot
from snapdiff.read.walker import read_file, walk

_MOST_NAMED = 12


class NotThere(Exception):  # noqa: N818 - an answer for the user, not a fault
    """What was asked for is not in the input; the message says what is."""


def extract(paths: Sequence[Path], trace: str, file: str, section: str | None) -> bytes:
    """The message of one snapshot as it went through, or the decoded content of one of its parts.

    `trace` is a trace's id or path, or the beginning of one that fits no other; `file` a file's name in any letter
    case; `section` as the report has it (`1.2`, `2.HEADER`, `2.TEXT`), None for the whole message. A text stays in
    its charset. Raises NotThere, ReadFailed and the walker's NothingFound.
    """
    folder = _folder(walk(paths), trace)
    name = next((name for name in folder.files if name.lower() == file.lower()), None)
    if name is None:
        raise NotThere(f"there is no {file} in {folder.path}; it holds {_some(folder.files)}")
    loaded, _ = load_snapshot(name, read_file(folder, name), parse_name(name))
    if loaded.snapshot.status is not None:
        raise NotThere(f"{name} holds no message: it was {loaded.snapshot.status.lower()} here")
    return loaded.message if section is None else _section(loaded.message, section.strip().upper())


def _folder(listing: Listing, wanted: str) -> TraceFolder:
    key = wanted.strip().strip("{}").lower()
    found = [folder for folder in listing.traces if key in {folder.id, folder.path.lower()}]
    if not found and key:
        found = [folder for folder in listing.traces if folder.id.startswith(key)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NotThere(f"{len(found)} traces fit '{wanted}'; name one by its path: {_some([x.path for x in found])}")
    raise NotThere(f"no trace is called '{wanted}'; there are {_some([x.id for x in listing.traces])}")


def _section(message: bytes, section: str) -> bytes:
    root = parse(message).root
    if section in {"HEADER", "0"}:
        return message[: root.body_start]
    parts = (root, *root.descendants())
    for part in parts:
        if part.header_section is not None and part.header_section == section and section.endswith(".HEADER"):
            return message[part.header.start : part.body_start]
        if part.section == section or (part is root and section == "TEXT"):
            return part.content if part.shape == "leaf" else part.body
    raise NotThere(f"the message has no section {section}; it has {_some([_named(part) for part in parts])}")


def _named(part: Part) -> str:
    return f"{part.section} ({part.type})"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return shown if len(names) <= _MOST_NAMED else f"{shown} and {len(names) - _MOST_NAMED:,} more"


__all__ = ["NotThere", "ReadFailed", "extract"]
