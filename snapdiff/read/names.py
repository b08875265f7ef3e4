"""What names tell: a file name its stage and number, a path the server and the service a trace comes from."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from snapdiff.model import Service, Stage

# Letter case differs between copies. ASCII alone: without it, a long s would pass for an s.
_SNAPSHOT = re.compile(r"(?:(original)|(smtpreceive)([0-9]{4,10})|routing([0-9]{4,10}))\.eml", re.ASCII | re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
_LOG = re.compile(
    r"(?:(?:MSGTRK(?:M|MA|MD|MS)?|RECV|SEND)[0-9]{8}(?:[0-9]{2})?-[0-9]+|RULESTRK[0-9]{8}-[0-9]+"
    # 5.5 to 2003 name a log by its day alone; the years keep the logs of other programs out.
    r"|(?:199[5-9]|200[0-9]|201[0-5])(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))\.log",
    re.ASCII | re.IGNORECASE,
)
# Control characters, line and paragraph ends, marks that turn the direction of writing, lone surrogates.
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_ESCAPED = re.compile(r"\\x(0[1-9a-f]|[1-9a-f][0-9a-f])|\\u([0-9a-f]{4})")


@lru_cache(maxsize=8192)
def parse_name(name: str) -> tuple[Stage, int | None] | None:
    """Read a snapshot's file name: 'routing0007.EML' gives ('Routing', 7), 'Original.eml' ('Original', None).

    None for any other name. The number has at least four digits, more past 9999.
    """
    match = _SNAPSHOT.fullmatch(name)
    if match is None:
        return None
    original, receive, receive_number, routing_number = match.groups()
    if original:
        return "Original", None
    return ("SmtpReceive", int(receive_number)) if receive else ("Routing", int(routing_number))


class Sorted(NamedTuple):
    """File names of one folder: snapshots in their order, (left out, kept) for twins, and all other names."""

    snapshots: tuple[str, ...]
    twins: list[tuple[str, str]]
    others: list[str]


_STAGE_ORDER = {"Original": 0, "SmtpReceive": 1, "Routing": 2}


def sort_names(names: Iterable[str]) -> Sorted:
    """Sort the file names of one folder: snapshots by stage and number, never by time; the others as they come.

    Of names that mean the same snapshot (letter case, leading zeros) the first by name counts, the rest are twins.
    """
    found: dict[tuple[int, int], str] = {}
    twins: list[tuple[str, str]] = []
    others: list[str] = []
    for name in names:
        parsed = parse_name(name)
        if parsed is None:
            others.append(name)
            continue
        stage, number = parsed
        key = (_STAGE_ORDER[stage], number or 0)
        kept = found.setdefault(key, name)
        if kept != name:
            found[key] = min(kept, name)
            twins.append((max(kept, name), ""))
    snapshots = tuple([found[key] for key in sorted(found)])
    if twins:
        kept_by = {parse_name(name): name for name in snapshots}
        twins = sorted((name, kept_by[parse_name(name)]) for name, _ in twins)
    return Sorted(snapshots, twins, others)


def is_known_log(name: str) -> bool:
    """Say whether a file is by its name a tracking, protocol or rules tracking log, or one of 5.5 to 2003."""
    return _LOG.fullmatch(name) is not None


def guid_of(name: str) -> str | None:
    """Give a folder name's GUID in lower case, without braces; None where the name is no GUID."""
    bare = name[1:-1] if name.startswith("{") and name.endswith("}") else name
    return bare.lower() if _GUID.fullmatch(bare) else None


def shown(name: str) -> str:
    r"""Make a file name fit for a report: a byte that is no UTF-8 becomes `\xNN`, a control character that or `\uNNNN`.

    Python holds a byte it can't decode in a file name as a lone surrogate (PEP 383), which JSON can't carry.
    """
    return _UNSHOWABLE.sub(_escape, name) if _UNSHOWABLE.search(name) else name


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"


def as_found(name: str) -> str:
    r"""Undo `shown`, to open the file."""
    return _ESCAPED.sub(_unescape, name)


def _unescape(match: re.Match[str]) -> str:
    if match[2]:
        return chr(int(match[2], 16))
    code = int(match[1], 16)
    return chr(code) if code < 0x80 else chr(0xDC00 + code)


# Exchange's own folders (pipeline-tracing.md, "Where the files are") and the collector script's.
_SERVICE: dict[str, Service] = {
    "hub": "transport",
    "mailbox": "mailbox-delivery",
    "delivery": "mailbox-delivery",
    "edge": "edge",
}
_COLLECTED = re.compile(r"(hub|mailbox|edge)?_?pipeline_tracing_logs(?:-[0-9]+)?")
_EXCHANGE = {*_SERVICE, "pipelinetracing", "messagesnapshots", "transportroles"}
_GENERIC = {
    *("logs", "log", "program files", "program files (x86)", "microsoft", "exchange server", "exchange", "exchsrvr"),
    *("traces", "tracing", "samples", "data", "temp", "tmp", "copy", "copies", "backup", "backups", "before", "after"),
    *("old", "new", "users", "desktop", "documents", "downloads", "servers", "collection", "ms_logs_collection"),
    *("exchangelogcollector", "home", "in", "out", "input", "output", "work", "files", "snapshots", "mail", "mails"),
}
# A version, a number, a date, a drive (C, C:, c$), or a counted word such as case42.
_GENERIC_FORM = re.compile(
    r"[0-9\W_]+(?:t[0-9\W_]+z?)?|[a-z][:$]?|v[0-9.]+|(?:case|ticket|issue|bug|incident|sample|trace|test|run|step|part"
    r"|site|day|week|copy|export|backup|dump|set|seed)s?[-_ .#]*[0-9]*",
    re.ASCII,
)
_HOST = re.compile(r"[a-z][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63})*", re.ASCII | re.IGNORECASE)
# The collector script names a zip <server>-<month><day>, with -1 and so on behind it where that name was taken.
_COLLECTOR_STAMP = re.compile(r"-(?:1[0-2]|[1-9])(?:3[01]|[12][0-9]|[1-9])(?:-[0-9]+)?")


def service_of(elements: Sequence[str]) -> Service | None:
    """Name the service from the folders that lead to a trace, outermost first; the nearest that tells it counts."""
    for element in reversed(elements):
        service = _service_told(_bare(element))
        if service is not None:
            return service
    return None


def service_above(elements: Sequence[str]) -> Service | None:
    """Name the service from Exchange's own folders directly above the source (`...\\Hub\\PipelineTracing`).

    Stops at the first folder that isn't Exchange's: what lies further out may mean anything.
    """
    for element in reversed(elements):
        bare = _bare(element)
        service = _service_told(bare)
        if service is not None or not (_is_exchange(bare) or guid_of(bare)):
            return service
    return None


def server_of(own: str, inside: Sequence[str]) -> str | None:
    """Name the server a trace was copied from, or None where no folder tells it.

    `inside` holds the folders between the source and the trace, outermost first, `own` the name of the source.
    The server is the folder above Exchange's own ones, passing by what means no server (drives, versions, dates,
    `Logs`, `Program Files`, counted words): the nearest that looks like a host, else the nearest. Straight above a
    trace a folder must look like a host. The source's own name counts only as a host's, straight above an Exchange
    folder other than MessageSnapshots.
    """
    below_exchange = False
    fallback = None
    child = ""
    for element in reversed(inside):
        bare = _bare(element)
        if _is_exchange(bare):
            below_exchange = True
        elif not _is_generic(bare):
            name = _without_stamp(element, child)
            if _looks_like_host(name):
                return name
            if below_exchange and fallback is None:
                fallback = name
        child = bare
    if fallback is None and _is_exchange(child) and child != "messagesnapshots" and not _is_generic(_bare(own)):
        name = _without_stamp(own, child)
        return name if _looks_like_host(name) else None
    return fallback


def _service_told(bare: str) -> Service | None:
    match = _COLLECTED.fullmatch(bare)
    return _SERVICE.get(match[1] or "" if match else bare)


def _is_exchange(bare: str) -> bool:
    return bare in _EXCHANGE or _COLLECTED.fullmatch(bare) is not None


def _is_generic(bare: str) -> bool:
    return bare in _GENERIC or bare in _EXCHANGE or bool(_GENERIC_FORM.fullmatch(bare)) or guid_of(bare) is not None


def _looks_like_host(name: str) -> bool:
    """A host name's letters, and a sign that it is one: a digit, a domain, or capitals alone."""
    if not _HOST.fullmatch(name):
        return False
    return "." in name or name.isupper() or any(char.isdigit() for char in name)


def _bare(element: str) -> str:
    """An element in lower case; a zip stands for the folder it was made of."""
    return element.lower().removesuffix(".zip")


def _without_stamp(element: str, child: str) -> str:
    name = element[:-4] if element.lower().endswith(".zip") else element
    if len(name) == len(element) or not _COLLECTED.fullmatch(child):
        return shown(name)
    match = _COLLECTOR_STAMP.search(name)
    return shown(name[: match.start()]) if match and match.end() == len(name) and match.start() else shown(name)
