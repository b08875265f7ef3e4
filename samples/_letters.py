"""How Contoso's own people send: authenticated SMTP through Front End Transport, as Thunderbird and programs do it.

Outlook's mail would travel as TNEF until content conversion, and its snapshots would show nothing to a reader.
"""

from dataclasses import dataclass
from datetime import datetime

from _exchange import Act, Mail, Server, Transit, arrival_time, encoded_word, later, mail_date, timed_guid
from _hub import HUB_FOLDER, at_front_end, both, hub_service, open_hub
from _logs import LogBook, Message, Peer, hub_session
from _pipeline import Trace
from _servers import END_OF_DATA, MBX01, MBX02

PLAIN_UTF8 = "Content-Type: text/plain; charset=UTF-8; format=flowed"


@dataclass(frozen=True)
class Letter:
    """A mail of one of Contoso's own, as its client hands it over. `row` and `shadow_row` count on each server."""

    name: str
    server: Server
    connected: datetime
    row: int
    shadow_row: int
    display: str
    sender: str
    recipients: tuple[str, ...]
    to: str
    subject: str
    message_id: str
    content: tuple[str, ...]
    body: bytes
    client: Peer
    agent: str = "User-Agent: Mozilla Thunderbird"


@dataclass(frozen=True)
class Submission:
    """A letter that has come to the Transport service: its open trace, and what the service will do to it."""

    trace: Trace
    arriving: Transit
    message: Message
    service: dict[str, Act]


def submit(letter: Letter) -> Submission:
    server = letter.server
    trace = open_hub(server, letter.name, letter.connected, letter.row)
    mail = Mail(
        (
            f"Message-ID: {letter.message_id}",
            f"Date: {mail_date(later(letter.connected, -1400))}",
            "MIME-Version: 1.0",
            letter.agent,
            f"To: {letter.to}",
            f"From: {letter.display} <{letter.sender}>",
            f"Subject: {encoded_word(letter.subject)}",
            *letter.content,
        ),
        letter.body,
    )
    envelope = Transit(mail, letter.sender, letter.recipients)
    arriving = at_front_end(envelope, server, letter.client, letter.connected)
    trace.original(arriving)
    network_id = timed_guid(trace.clock, letter.name)
    message = Message(
        letter.message_id, network_id, letter.sender, "Originating", letter.client.ip, later(letter.connected, 12)
    )
    service = hub_service(
        server,
        trace.clock,
        f"Return-Path: {letter.sender}",
        arrival_time(trace.clock),
        f"X-MS-Exchange-Organization-Network-Message-Id: {network_id}",
        f"X-MS-Exchange-Organization-OriginalClientIPAddress: {letter.client.ip}",
        "X-MS-Exchange-Organization-MessageDirectionality: Originating",
        f"X-MS-Exchange-Organization-AuthSource: {server.fqdn}",
        "X-MS-Exchange-Organization-AuthAs: Internal",
        "X-MS-Exchange-Organization-AuthMechanism: 07",
    )
    service[END_OF_DATA] = both(service[END_OF_DATA], _trusted)
    return Submission(trace, arriving, message, service)


def _trusted(transit: Transit) -> Transit:
    return transit.changed(lambda mail: mail.below("X-MS-Exchange-Organization-SCL: -1"))


def log_submission(book: LogBook, letter: Letter, sent: Submission) -> None:
    """The session, RECEIVE, and the shadow copy on the other Mailbox server."""
    server = letter.server
    other = MBX02 if server is MBX01 else MBX01
    connector = f"Client Proxy {server.name}"
    front = Peer(server.fqdn, server.ip, 40000 + letter.row * 3)
    said = hub_session(sent.trace, front, sent.arriving, sent.message, letter.client)
    said.port = 465
    book.session(server, HUB_FOLDER, connector, said)
    book.shadowed(sent.trace, sent.message, sent.arriving, other, other.record_id(letter.shadow_row))
    book.received(sent.trace, sent.message, sent.arriving, front, connector, "07I: ", letter.client)
