"""The first bytes of a file to what it is: a tracking log of some form, a protocol log, or neither.

A new form is one more line in `_SIGNS`.
"""

import re
from collections.abc import Callable
from typing import Literal

from snapdiff.model import RowFormat

LogKind = RowFormat | Literal["smtp-receive", "smtp-send"]
HEAD = 64 * 1024
"""So many bytes are enough for any header and a first row."""


def kind_of_head(head: bytes) -> LogKind | None:
    """Say what a file is by its first bytes; None where it is nothing we know."""
    if head.startswith(b"PK\x03\x04"):  # a zip in a zip: what lies in it unpacked would pass for rows
        return None
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = head.decode(encoding, "replace").lstrip("\0\r\n ")
    headers = _HEADERS.match(text)
    for part in (headers[0], text) if headers else (text,):
        for kind, is_it in _SIGNS:
            if is_it(part):
                return kind
    return None


_HEADERS = re.compile(r"(?:#[^\n]*\n)+")
"""Header lines at the start say it in most logs, and are looked at first: they are short."""


def _has_columns(*wanted: str) -> Callable[[str], bool]:
    def is_it(text: str) -> bool:
        found = re.search(r"(?im)^#fields:([^\r\n]*)", text)
        columns = {column.strip().lower() for column in found[1].split(",")} if found else set[str]()
        return columns.issuperset(wanted)

    return is_it


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.search(text) is not None


_DATE = r"\d{4}-\d\d-\d\dT[\d:.]+Z"
_SESSION = rf"(?m)^{_DATE},[^,\r\n]*,[^,\r\n]+,\d+,[^,\r\n]*,[^,\r\n]*,"
_OTHER = r"(?:MessageId|MessageSubject|InternalMessageId|Recipients|RelatedRecipientAddress)"
"""What an export of tracking rows has beside EventId; people leave out columns that they do not need."""
_SIGNS: list[tuple[LogKind, Callable[[str], bool]]] = [
    ("smtp-receive", _matches(r"(?im)^#log-type:\s*smtp receive")),
    ("smtp-send", _matches(r"(?im)^#log-type:\s*smtp send")),
    ("msgtrk", _matches(r"(?im)^#log-type:\s*message tracking log")),
    ("rulestrk", _has_columns("message-id", "rule-name")),
    ("msgtrk", _has_columns("event-id", "message-id")),
    ("exchange-2000", _matches(r"(?i)\A#\s*(message tracking log file|date\ttime\tclient-ip\t)")),
    ("cmdlet-clixml", _matches(r'(?is)\A(<\?xml[^>]*>\s*)?<objs\b.* N="(EventId|MessageId|MessageSubject)"')),
    ("cmdlet-csv", _matches(rf"(?i)\A(#TYPE [^\n]*\n)?(?=[^\n]*\bEventId\b)(?=[^\n]*\b{_OTHER}\b)[^\n:]*[,;\t|]")),
    ("cmdlet-fl", _matches(r"(?m)^[^\S\n]*(MessageId|EventId|SourceContext)[^\S\n]*:")),
    ("smtp-send", _matches(_SESSION + r"(\*,[^\r\n]*attempting to connect|<,\"?220[ -]|>,\"?(EHLO|HELO) )")),
    ("smtp-receive", _matches(_SESSION + r"[-+<>*]?,")),
    ("msgtrk", _matches(rf'(?m)^{_DATE},(?:[^,\r\n"]*,){{4}}(?:"(?:[^"]|"")*"|[^,\r\n]*),[^,\r\n]*,[A-Z]+,[A-Z]+,')),
    ("exchange-2000", _matches(r"\A\d{4}-\d{1,2}-\d{1,2}\t\d{1,2}:\d{1,2}:\d{1,2}( GMT| UTC)?\t")),
    ("rulestrk", _matches(rf"(?m)^{_DATE},<[^,>\r\n]+>,(?:[^,\r\n]*,){{3}}[^,\r\n]*,[^,\r\n]*\r?$")),
    ("exchange-5.5", _matches(r"\A[^\t\r\n]+\t\d{1,4}\t\d{4}\.\d{1,2}\.\d{1,2} ")),
]
"""The first that fits says it: what a header claims comes before what a bare row looks like."""
