"""Sends a mail of one complaint through a server on which few agents run: its trace, and the mail as it leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from _exchange import CRLF, Act, Server, Transit, crlf, guid, later, quoted_printable, received, utc
from _hub import SMTP, acts_of, snapshots_folder
from _letters import Letter, Submission, submit
from _logs import LogBook, Peer
from _pipeline import CATEGORIZER, Script, Trace
from _servers import CATEGORIZED, EDGE01, END_OF_DATA, END_OF_HEADERS, MBX01, RESOLVED, SUBMITTED

RULES = (RESOLVED, "Transport Rule Agent")
LAST = "Outbound Trust Agent"
QUOTED = "Content-Transfer-Encoding: quoted-printable"
EIGHT_BIT = "Content-Transfer-Encoding: 8bit"
PLAIN = "Content-Type: text/plain; charset=utf-8"
HTML = "Content-Type: text/html; charset=utf-8"
Acts = Mapping[tuple[str, str], Act]
Files = dict[str, bytes]
CLIENT = Peer("[10.20.4.44]", "10.20.4.44", 53018)
"""Where the mails are written."""


@dataclass(frozen=True)
class Written:
    """A mail as its author's program hands it over: `fields` are those of its content, and any others."""

    subject: str
    fields: tuple[str, ...]
    body: bytes
    recipients: tuple[str, ...] = ("lee.gu@adatum.com",)
    to: str = "Lee Gu <lee.gu@adatum.com>"
    display: str = "Joni Sherman"
    sender: str = "joni.sherman@contoso.com"


@dataclass(frozen=True)
class Passed:
    """A mail behind a server: the trace it left there, and the mail and envelope that went on."""

    trace: Trace
    leaving: Transit
    sent: Submission


def lean(base: Server, agents: Mapping[str, tuple[str, ...]]) -> Server:
    """The server with few agents: Exchange's own that every server has, and at their events those given."""
    ran: dict[str, tuple[str, ...]] = {
        END_OF_HEADERS: ("Inbound Trust Agent",),
        END_OF_DATA: ("Inbound Trust Agent",),
        SUBMITTED: ("Malware Agent",),
        RESOLVED: (RULES[1],),
        CATEGORIZED: (LAST,),
    }
    for event, names in agents.items():
        ran[event] = (*names, LAST) if event == CATEGORIZED else names
    return replace(base, agents=ran)


def through_hub(
    name: str,
    written: Written,
    time: str,
    acts: Acts,
    server: Server | None = None,
    service: Mapping[str, Act] | None = None,
) -> Passed:
    """The mail through the Transport service of a Mailbox server, at a time of 15 May 2024 (`08:00:00.100`).

    `service` has what the transport service does before an event, on top of its stamps.
    """
    server = server or lean(MBX01, {})
    sent = submit(_letter(name, written, utc(f"2024-05-15T{time}"), server))
    does = dict(sent.service)
    for event, act in (service or {}).items():
        does[event] = _after(does.get(event), act)
    script = Script(acts_of(server, dict(acts)), does)
    leaving = sent.trace.run(sent.arriving, script, server.agents, (*SMTP, *CATEGORIZER))
    return Passed(sent.trace, leaving, sent)


def on_next(name: str, came: Passed, place: str, server: Server, acts: Acts) -> Passed:
    """The mail that left one server, on the next one, in the service of a folder (`EDGE01/Edge/PipelineTracing`)."""
    connected = later(came.trace.clock, 140)
    trace = Trace(snapshots_folder(place, name), server, later(connected, 41), record_id=server.record_id(4021))
    trace.open_session(server.session_id(connected), connected, 1)
    trace.original(came.leaving)
    before = came.trace.server
    hop = received(before.fqdn, before.ip, server, trace.clock)
    script = Script(acts, {END_OF_HEADERS: lambda t: t.changed(lambda mail: mail.on_top(hop))})
    leaving = trace.run(came.leaving, script, server.agents, (*SMTP, *CATEGORIZER))
    return Passed(trace, leaving, came.sent)


def edge(agents: Mapping[str, tuple[str, ...]]) -> Server:
    """The Edge server with these agents alone."""
    return replace(EDGE01, agents=agents)


def files_of(*passed: Passed, book: LogBook | None = None) -> Files:
    """Every file of these traces, and of the logs: its path and its bytes."""
    files = {f"{one.trace.path}/{name}": data for one in passed for name, data in one.trace.files.items()}
    return {**files, **(book.files() if book else {})}


def written_anew(body: bytes, *below: str) -> Act:
    """What an agent does that puts another body into the mail, and fields below its others."""
    return lambda transit: transit.changed(lambda mail: mail.with_body(body).below(*below))


def entity(fields: tuple[str, ...], body: bytes) -> bytes:
    """A part of a multipart: its fields, a blank line, its body."""
    return "".join(one + CRLF for one in fields).encode() + CRLF.encode() + body


def joined(boundary: str, *entities: bytes) -> bytes:
    """The body of a multipart that holds these entities."""
    mark = f"--{boundary}"
    return b"".join(crlf(f"{mark}\n") + one + crlf("\n") for one in entities) + crlf(f"{mark}--\n")


def quoted(text: str) -> bytes:
    """The body of a part in quoted-printable, without its last line end (which is the boundary's)."""
    return quoted_printable(text).removesuffix(b"\r\n")


def rule_stamp(rule: str) -> str:
    """The field in which the Transport Rule Agent notes a rule that it executed."""
    return f"X-MS-Exchange-Organization-Rules-Execution-History: {guid(rule)}"


def _after(first: Act | None, second: Act) -> Act:
    return second if first is None else lambda transit: second(first(transit))


def _letter(name: str, written: Written, connected: datetime, server: Server) -> Letter:
    number = int(guid(name)[:2], 16)
    return Letter(
        name=name,
        server=server,
        connected=connected,
        row=2100 + number,
        shadow_row=3100 + number,
        display=written.display,
        sender=written.sender,
        recipients=written.recipients,
        to=written.to,
        subject=written.subject,
        message_id=f"<{guid('message ' + name)}@contoso.com>",
        content=written.fields,
        body=written.body,
        client=CLIENT,
    )
