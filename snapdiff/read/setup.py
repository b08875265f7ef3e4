"""Pasted output of Exchange cmdlets, agents.config, listings and folders to the set-up for tracing that they tell."""

import os
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import get_args

from snapdiff.model import Problem
from snapdiff.model.setup import (
    Cmdlet,
    FolderRights,
    FolderSeen,
    RegisteredAgent,
    ServiceSettings,
    SetUp,
    SnapshotSwitch,
)

LARGEST_PASTE = 16 * 1024 * 1024
"""Bytes of a file that are read; a paste is some kilobytes."""
_LONGEST_LINE = 4_000
"""Characters; what is longer was no line of a shell."""
_MOST_FILES = 200_000
"""Files of a folder that are looked at for snapshots."""
_FIELD = re.compile(r"([A-Z][A-Za-z]{1,60}) *: ?(.*)")
_GET = re.compile(rf"\bGet-({'|'.join(get_args(Cmdlet))})\b", re.IGNORECASE)
_PROMPT = re.compile(r"(?:\[PS\] ?|PS )?[A-Z]:\\[^>]{0,200}>|PS>|\[PS\]")
_AGENT_ROW = re.compile(r"(\S.{0,200}?)(?:\.\.\.)? +(True|False) +(\d{1,5}) *")
_SNAPSHOT = re.compile(r"\b(?:Original|SmtpReceive\d{4,}|Routing\d{4,})\.eml\b", re.IGNORECASE)
_SWITCH = re.compile(r"<(?:\w+:)?messageSnapshot\b[^<>]{0,500}?\benabled\s*=\s*[\"'](\w+)[\"']", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_NETWORK_SERVICE = re.compile(
    r"S-1-5-20\b|\\NETWORK SERVICE\b|\\NETZWERKDIENST\b|\\SERVICE R[ÉE]SEAU\b|\\Servicio de red\b|\\SERVIZIO DI RETE\b",
    re.IGNORECASE,
)
"""The account S-1-5-20, and what English, German, French, Spanish and Italian servers call it."""
_ICACLS = re.compile(r"(.*\S):((?:\([A-Z,]{1,40}\))+)\s*")
_ACCOUNT = re.compile(r"(\S.*?) +((?:NT |AUTORITE )?\S+\\[^\\]+|S-1-5-[\d-]+)")
"""A folder and an account that stand on one line, both perhaps with blanks: the account is as short as it can be."""
_WRITES = re.compile(r"\((?:[A-Z]+,)*(?:F|M|W|GA|GW|WD)(?:,[A-Z]+)*\)")
_ACL_ENTRY = re.compile(r"(?:Access\s*:)?\s*(\S.*?)\s+(Allow|Deny)\s+(\S.*)")


def read_setup(paths: Sequence[Path], sender: str | None, problems: list[Problem]) -> SetUp:
    """Reads each file for all that it may hold, in any order: one paste can hold the output of many commands.

    A folder is looked through for snapshots. What can't be read is added to `problems`.
    """
    found = SetUp([], [], [], [], [], [], sender)
    for path in paths:
        name = str(path)
        try:
            if path.is_dir():
                found.folders.append(FolderSeen(name, _count_snapshots(path)))
                continue
            with path.open("rb") as stream:
                raw = stream.read(LARGEST_PASTE + 1)
        except OSError as fault:
            problems.append(Problem(name, "unreadable", _unreadable(name, fault)))
            continue
        if len(raw) > LARGEST_PASTE:
            said = f"{name} is larger than any pasted output; only its first 16 MB were read."
            problems.append(Problem(name, "too-large", said))
        _read_paste(name, _text(raw[:LARGEST_PASTE]), found)
    return found


def _unreadable(name: str, fault: OSError) -> str:
    if isinstance(fault, FileNotFoundError | NotADirectoryError):
        return f"There is no file or folder called {name}; check how it is spelt."
    cause = "access is denied" if isinstance(fault, PermissionError) else fault.strerror or fault
    return f"{name} can't be read: {cause}."


def _read_paste(name: str, text: str, found: SetUp) -> None:
    lines = [line if len(line) <= _LONGEST_LINE else "" for line in text.splitlines()]
    services = list(_services(name, lines))
    agents = list(_agents(name, lines))
    switches = list(_switches(name, _COMMENT.sub("", text)))
    rights = list(_rights(name, lines))
    snapshots = len(_SNAPSHOT.findall(text))
    is_listing = snapshots > 0 or re.search(r"^ *(?:Directory|Verzeichnis|Répertoire)[ :]", text, re.MULTILINE)
    found.services.extend(services)
    found.agents.extend(agents)
    found.switches.extend(switches)
    found.rights.extend(rights)
    if is_listing:
        found.folders.append(FolderSeen(name, snapshots))
    if not (services or agents or switches or rights or is_listing):
        found.not_known.append(name)


def _switches(name: str, config: str) -> Iterator[SnapshotSwitch]:
    """What an agents.config says of snapshots; without the element they are on."""
    said = _SWITCH.findall(config)
    for one in said:
        yield SnapshotSwitch(name, one.lower() != "false")
    if not said and re.search(r"<(?:\w+:)?(?:mexRuntime|agentList)\b", config):
        yield SnapshotSwitch(name, True)


def _services(name: str, lines: Sequence[str]) -> Iterator[ServiceSettings]:
    """Each record of `Get-TransportService | Format-List` and its kin: a record ends where a name comes again."""
    for line, asked, record in _records(lines):
        if any(key.startswith("PipelineTracing") for key in record) or asked == "FrontEndTransportService":
            enabled = record.get("PipelineTracingEnabled")
            yield ServiceSettings(
                file=name,
                line=line,
                server=_server(record),
                cmdlet=_cmdlet(asked, record),
                enabled=None if enabled is None else enabled.lower() == "true",
                sender=record.get("PipelineTracingSenderAddress"),
                path=record.get("PipelineTracingPath"),
            )


def _records(lines: Sequence[str]) -> Iterator[tuple[int, str, dict[str, str]]]:
    """The line a record begins at, the noun of the command typed before it ("" where none is seen), its fields."""
    record: dict[str, str] = {}
    asked, start, last = "", 0, ""
    blank = 0
    for number, text in enumerate(lines, 1):
        typed = _GET.search(text)
        field = None if typed else _FIELD.match(text)
        blank, was_blank = (blank + 1, blank) if not text.strip() else (0, blank)
        last = last if text.strip() and _PROMPT.match(text) is None else ""
        if typed or (field and (field[1] in record or was_blank > 1)):
            if record:
                yield start, asked, record
            record, last = {}, ""
        if typed:
            asked = next(noun for noun in get_args(Cmdlet) if noun.lower() == typed[1].lower())
        elif field:
            start = start if record else number
            last = field[1]
            record[last] = field[2].strip()
        elif last and text.startswith("   ") and text.strip():
            record[last] += text.strip()
    if record:
        yield start, asked, record


def _server(record: dict[str, str]) -> str | None:
    """The server's short name; `Identity` is `MBX01`, or `MBX01\\Mailbox` of the other services."""
    for key in ("Name", "Identity", "PSComputerName"):
        value = record.get(key, "").split("\\")[0]
        if value and value.lower() not in ("mailbox", "frontend"):
            return value
    return None


def _cmdlet(asked: str, record: dict[str, str]) -> Cmdlet:
    """By the command that was typed, or else by what only one kind of service shows."""
    for noun in get_args(Cmdlet):
        if asked == noun:
            return noun  # type: ignore[no-any-return]
    path = record.get("PipelineTracingPath", "").lower().replace("/", "\\")
    identity = record.get("Identity", "").lower()
    if identity.endswith("\\frontend"):
        return "FrontEndTransportService"
    if "\\mailbox\\pipelinetracing" in path or identity.endswith("\\mailbox"):
        return "MailboxTransportService"
    return "TransportServer" if "transportroles\\logs\\pipelinetracing" in path else "TransportService"


def _agents(name: str, lines: Sequence[str]) -> Iterator[RegisteredAgent]:
    """Get-TransportAgent as a table, or as a list."""
    in_table = False
    for number, text in enumerate(lines, 1):
        words = text.split()
        if words[:3] == ["Identity", "Enabled", "Priority"]:
            in_table = True
            continue
        row = _AGENT_ROW.fullmatch(text) if in_table else None
        if row:
            yield RegisteredAgent(name, number, row[1], row[2] == "True", int(row[3]))
        elif words and not set(text) <= {"-", " "}:
            in_table = False
    for line, _, record in _records(lines):
        if "TransportAgentFactory" in record and "Enabled" in record:
            agent = record.get("Identity") or record.get("Name", "")
            priority = record.get("Priority", "")
            number_of = int(priority) if priority.isascii() and priority.isdigit() and len(priority) < 6 else None
            yield RegisteredAgent(name, line, agent, record["Enabled"].lower() == "true", number_of)


def _rights(name: str, lines: Sequence[str]) -> Iterator[FolderRights]:
    """Each folder of an `icacls` output, and each entry list of `Get-Acl | Format-List`."""
    seen: dict[str, bool | None] = {}
    for path, account, allowed in (*_icacls_entries(lines), *_acl_entries(lines)):
        seen.setdefault(path, None)
        if _NETWORK_SERVICE.search(account):
            seen[path] = bool(seen[path]) or allowed
    for path, writes in seen.items():
        yield FolderRights(name, path, writes)


def _icacls_entries(lines: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """Folder, account, and whether it may write. The lines after a folder's first are indented by its length."""
    folder = ""
    for text, following in pairwise([*lines, ""]):
        entry = _ICACLS.fullmatch(text)
        if entry is None:
            continue
        account = entry[1].strip()
        if not text.startswith(" "):
            indent = len(following) - len(following.lstrip())
            if indent and _ICACLS.fullmatch(following):
                folder, account = text[: indent - 1], entry[1][indent:]
            elif (both := _ACCOUNT.fullmatch(account)) is not None:
                folder, account = both[1], both[2]
            else:
                continue
        if folder:
            yield folder, f"\\{account}", _WRITES.search(entry[2]) is not None and "(DENY)" not in entry[2]


def _acl_entries(lines: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    folder = ""
    for text in lines:
        if (head := re.match(r"Path\s*:\s*(?:\S*::)?(.+)", text)) is not None:
            folder = head[1].strip()
        elif folder and (entry := _ACL_ENTRY.fullmatch(text)) is not None:
            yield folder, entry[1], entry[2] == "Allow" and re.search(r"FullControl|Modify|Write", entry[3]) is not None


def _count_snapshots(folder: Path) -> int:
    count = files = 0
    for _, _, names in os.walk(folder):
        count += sum(_SNAPSHOT.fullmatch(name) is not None for name in names)
        files += len(names)
        if files > _MOST_FILES:
            break
    return count


def _text(raw: bytes) -> str:
    """A paste's text: UTF-16 as PowerShell's `>` writes it, UTF-8, or a Windows code page."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
