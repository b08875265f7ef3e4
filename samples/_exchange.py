"""Turns a message, an envelope and a moment into the bytes Exchange would have written: the nouns of the sample world.

Nothing here reads a clock or a random source: every identifier is computed from a fixed time or a name, so
that the samples come out the same on every run. Standard library only.
"""

import base64
import hashlib
import quopri
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone

CRLF = "\r\n"
LOCAL = timezone(timedelta(hours=2))
"""Contoso sits in Hamburg: Received fields and mail dates are in central European summer time."""

BUILD = "15.1.2507.39"
"""Exchange 2016 CU23 as a Received field prints it; the logs pad it (`15.01.2507.039`)."""
LOG_BUILD = "15.01.2507.039"
TLS = "(version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384)"

BLOCK_BEGIN = "X-CreatedBy: MessageSnapshot-Begin injected headers"
BLOCK_END = "X-EndOfInjectedXHeaders: MessageSnapshot-End injected headers"


@dataclass(frozen=True)
class Mail:
    """One message: raw header fields (folded, without their last CRLF) and the raw body."""

    fields: tuple[str, ...]
    body: bytes

    @property
    def header(self) -> bytes:
        return "".join(field + CRLF for field in self.fields).encode("utf-8")

    @property
    def raw(self) -> bytes:
        return self.header + CRLF.encode() + self.body

    def on_top(self, *fields: str) -> "Mail":
        return replace(self, fields=(*fields, *self.fields))

    def below(self, *fields: str) -> "Mail":
        return replace(self, fields=(*self.fields, *fields))

    def without(self, *names: str) -> "Mail":
        gone = {name.lower() for name in names}
        return replace(self, fields=tuple(f for f in self.fields if f.split(":")[0].lower() not in gone))

    def with_field(self, field: str) -> "Mail":
        """The field in the place of the one field of its name."""
        name = field.split(":")[0].lower()
        return replace(self, fields=tuple(field if f.split(":")[0].lower() == name else f for f in self.fields))

    def with_body(self, body: bytes) -> "Mail":
        return replace(self, body=body)

    def value(self, name: str) -> str:
        """The unfolded value of the one field of this name."""
        for field in self.fields:
            found, _, value = field.partition(":")
            if found.lower() == name.lower():
                return value.replace(CRLF, "").strip()
        raise KeyError(name)


@dataclass(frozen=True)
class Transit:
    """A message on its way: the mail and its envelope."""

    mail: Mail
    sender: str
    recipients: tuple[str, ...]

    def changed(self, act: Callable[[Mail], Mail]) -> "Transit":
        return replace(self, mail=act(self.mail))


Act = Callable[[Transit], Transit]
"""What an agent, or the service, does to a message in transit."""


@dataclass(frozen=True)
class Server:
    """One Exchange server: its names, when its service started, and the agents in the order they run."""

    name: str
    domain: str
    ip: str
    started: datetime
    generation: int
    agents: Mapping[str, tuple[str, ...]]

    @property
    def fqdn(self) -> str:
        return f"{self.name}.{self.domain}"

    def record_id(self, row: int) -> int:
        """The internal-message-id: the queue database's generation in the upper half, the row in the lower."""
        return (self.generation << 32) + row

    def session_id(self, moment: datetime) -> str:
        """An SMTP session id: the ticks at the service's start, counted on by one a session (some nine a minute)."""
        return f"{ticks(self.started) + int((moment - self.started).total_seconds() * 0.15):016X}"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def later(moment: datetime, milliseconds: float) -> datetime:
    return moment + timedelta(milliseconds=milliseconds)


def iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def mail_date(moment: datetime) -> str:
    """A date as Exchange writes it in Received and Date: local time, the day not padded."""
    local = moment.astimezone(LOCAL)
    return f"{local:%a}, {local.day} {local:%b %Y %H:%M:%S} +0200"


def ticks(moment: datetime) -> int:
    """.NET ticks: units of 100 ns since the year 1."""
    return (moment - datetime(1, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10


def guid(name: str) -> str:
    return str(uuid.UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4))


def timed_guid(moment: datetime, name: str) -> str:
    """A GUID of the Network-Message-Id's kind: random, then the ticks, whose upper half stands last."""
    return f"{guid(name)[:18]}-{ticks(moment) & 0xFFFF:04x}-{ticks(moment) >> 16:012x}"


def pseudo_bytes(name: str, size: int) -> bytes:
    """Bytes that look random, and are the same on every run."""
    out = b""
    while len(out) < size:
        out += hashlib.sha256(f"{name}/{len(out)}".encode()).digest()
    return out[:size]


def between(name: str, low: int, high: int) -> int:
    """A number from low to high, fixed by the name."""
    return low + int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % (high - low + 1)


def folded(field: str, width: int = 78) -> str:
    """A field folded at blanks as Exchange folds Received: greedily, one blank before the rest."""
    lines, line = [], ""
    for word in field.split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = " " + word
        else:
            line = f"{line} {word}" if line else word
    return CRLF.join([*lines, line])


def wrapped(field: str, width: int = 78) -> str:
    """A field without blanks (base64) folded at a width."""
    return (CRLF + " ").join(field[i : i + width - 1] for i in range(0, len(field), width - 1))


def encoded_word(text: str) -> str:
    """RFC 2047, the Q encoding in UTF-8; plain ASCII stays as it is."""
    if text.isascii():
        return text
    safe = re.compile(r"[A-Za-z0-9!*+\-/,.:()\[\]]")
    return "=?utf-8?Q?" + "".join(_q_octets(char, safe) for char in text) + "?="


def _q_octets(char: str, safe: re.Pattern[str]) -> str:
    if char == " ":
        return "_"
    return char if safe.match(char) else "".join(f"={octet:02X}" for octet in char.encode("utf-8"))


def crlf(text: str, charset: str = "utf-8") -> bytes:
    return text.replace("\n", CRLF).encode(charset)


def quoted_printable(text: str) -> bytes:
    return quopri.encodestring(text.encode("utf-8")).replace(b"\n", b"\r\n")


def base64_lines(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def injected_block(
    moment: datetime,
    identity: str,
    source: str,
    transit: Transit,
    *,
    status: str | None = None,
    ended: bool = True,
) -> bytes:
    """The lines before the message, in the order Exchange writes them.

    `identity` is the whole Record-Id or Protocol-Id line. With a status neither sender nor receivers follow.
    Without `ended` the block breaks off before its end line, as it stands on disk until the header has come.
    """
    lines = [
        BLOCK_BEGIN,
        f"X-MessageSnapshot-UTC-Time: {iso(moment)}",
        identity,
        _source_line(source),
    ]
    if status:
        lines.append(f"X-MessageSnapshot-MessageStatus: {status}")
    else:
        lines.append(f"X-Sender: {transit.sender}")
        lines.extend(f"X-Receiver: {recipient}" for recipient in transit.recipients)
    if ended:
        lines.append(BLOCK_END)
    return "".join(line + CRLF for line in lines).encode("ascii")


def _source_line(source: str) -> str:
    line = f"X-MessageSnapshot-Source: {encoded_word(source)}"
    return line if len(line) <= 78 else line.replace(": ", ":" + CRLF + " ", 1)


def received(from_host: str, from_ip: str, by: Server, moment: datetime, via: str = "") -> str:
    """A Received field of a TLS hop; `via` is `Frontend Transport` or `Mailbox Transport`."""
    road = f" via {via}" if via else ""
    return folded(
        f"Received: from {from_host} ({from_ip}) by {by.fqdn} ({by.ip}) with Microsoft SMTP Server"
        f" {TLS} id {BUILD}{road}; {mail_date(moment)}"
    )


def arrival_time(moment: datetime) -> str:
    return (
        f"X-MS-Exchange-Organization-OriginalArrivalTime: {moment.day:02d} {moment:%b %Y %H:%M:%S}"
        f".{moment.microsecond // 100:04d}{CRLF} (UTC)"
    )
