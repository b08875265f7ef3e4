"""Stories 3 and 7: an invoice that loses its attachment to the Malware Agent, and a recipient refused at the Edge."""

from datetime import datetime

from _exchange import (
    Mail,
    Transit,
    arrival_time,
    base64_lines,
    crlf,
    later,
    pseudo_bytes,
    received,
    timed_guid,
    utc,
)
from _hub import (
    HUB_FOLDER,
    NO_COST,
    SMTP,
    acts_of,
    at_front_end,
    from_outside,
    hub_service,
    open_hub,
    sent_and_delivered,
    snapshots_folder,
)
from _logs import LogBook, Message, Peer, Session, hub_session
from _pipeline import CATEGORIZER, Script, Trace
from _servers import EDGE01, MBX01, MBX02, SUBMITTED
from _story_offer import EDGE_ABILITIES, EDGE_CONNECTOR, EDGE_FOLDER

_SENDER = "rechnung@proseware.com"
_RECIPIENT = "patti.fernandez@contoso.com"
_CLIENT_IP = "203.0.113.99"
_FILE = "Rechnung_7741.docm"
_BOUNDARY = "=_mixed_7741_0a9c3be1"
_TEXT = (
    "Sehr geehrte Damen und Herren,\n\nbitte begleichen Sie die beigefügte Rechnung 7741 umgehend.\n\n"
    "Proseware Buchhaltung\n"
)
_ALERT = (
    "Malware was detected in one or more attachments included with this email.\nAll attachments have been deleted.\n"
)


def malware(book: LogBook) -> list[Trace]:
    """Story 3: an invoice from outside whose attachment the Malware Agent replaces."""
    trace = open_hub(MBX02, "malware", utc("2024-05-14T09:05:31.220"), 899)
    edge = Peer(EDGE01.fqdn, EDGE01.ip, 28640)
    message, incoming = _invoice(trace.clock)
    arriving = at_front_end(incoming, MBX02, edge, trace.clock)
    trace.original(arriving)
    script = Script(
        service=hub_service(MBX02, trace.clock, *from_outside(_SENDER, _CLIENT_IP)),
        agents=acts_of(MBX02, {(SUBMITTED, "Malware Agent"): lambda t: t.changed(_stripped)}),
        milliseconds={(SUBMITTED, "Malware Agent"): 412},
    )
    leaving = trace.run(arriving, script, MBX02.agents, (*SMTP, *CATEGORIZER))
    front = Peer(MBX02.fqdn, MBX02.ip, 41690)
    book.shadowed(trace, message, arriving, MBX01, MBX01.record_id(251))
    book.received(trace, message, arriving, front, "Default MBX02", "0cA: ", edge)
    book.session(MBX02, HUB_FOLDER, "Default MBX02", hub_session(trace, front, arriving, message, edge))
    found = f"S:AMA=EV|engine=M|v=1|sig=1.411.18.0|name=TrojanDownloader:O97M/Donoff.SA|file={_FILE}"
    book.agents_told(trace, message, leaving, ("S:AMA=SUM|v=1|action=r|error=|atch=1", found, NO_COST))
    sent_and_delivered(book, trace, message, leaving, MBX02, 59188)
    return [trace]


def _invoice(moment: datetime) -> tuple[Message, Transit]:
    """The invoice as EDGE01 handed it on; nobody traced its sender there."""
    passed_edge = later(moment, -160)
    message_id = "<20240514090528.7741.qmail@mta3.proseware.com>"
    message = Message(message_id, timed_guid(passed_edge, "invoice"), _SENDER, "Incoming", _CLIENT_IP, passed_edge)
    mail = Mail(
        (
            received("mta3.proseware.com", _CLIENT_IP, EDGE01, passed_edge),
            "Date: Tue, 14 May 2024 11:05:28 +0200",
            f"From: Proseware Rechnung <{_SENDER}>",
            f"To: {_RECIPIENT}",
            "Subject: Rechnung 7741",
            f"Message-ID: {message_id}",
            "MIME-Version: 1.0",
            f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"',
            arrival_time(passed_edge),
            f"X-MS-Exchange-Organization-Network-Message-Id: {message.network_message_id}",
            "X-MS-Exchange-Organization-AuthSource: EDGE01.contoso.com",
            "X-MS-Exchange-Organization-AuthAs: Anonymous",
            "X-MS-Exchange-Organization-PRD: proseware.com",
            "X-MS-Exchange-Organization-SenderIdResult: Neutral",
            "X-MS-Exchange-Organization-SCL: 3",
        ),
        _body(
            "Content-Type: application/vnd.ms-word.document.macroEnabled.12;\n"
            f' name="{_FILE}"\n'
            "Content-Transfer-Encoding: base64\n"
            f'Content-Disposition: attachment; filename="{_FILE}"',
            b"Not a document: these bytes only stand in for one. " + pseudo_bytes("payload", 180),
        ),
    )
    return message, Transit(mail, _SENDER, (_RECIPIENT,))


def _body(attachment_head: str, attachment: bytes) -> bytes:
    """The text in 8-bit Latin-1, and one attachment in base64."""
    text_head = f'--{_BOUNDARY}\nContent-Type: text/plain; charset="iso-8859-1"\nContent-Transfer-Encoding: 8bit\n\n'
    return (
        crlf(text_head)
        + crlf(_TEXT, "iso-8859-1")
        + crlf(f"\n--{_BOUNDARY}\n{attachment_head}\n\n")
        + base64_lines(attachment)
        + crlf(f"\n--{_BOUNDARY}--\n")
    )


def _stripped(mail: Mail) -> Mail:
    """Every attachment deleted, and the default alert text in a file of its own, as the policy says."""
    head = (
        'Content-Type: text/plain; name="Malware Alert Text.txt"\n'
        'Content-Disposition: attachment; filename="Malware Alert Text.txt"\n'
        "Content-Transfer-Encoding: base64"
    )
    return mail.with_body(_body(head, crlf(_ALERT)))


def rejected(book: LogBook) -> list[Trace]:
    """Story 7: the only recipient is refused at RCPT; Original.eml is all that is left of the session."""
    connected = utc("2024-05-14T10:30:02.871")
    path = snapshots_folder("EDGE01/Edge/PipelineTracing", "rejected")
    trace = Trace(path, EDGE01, later(connected, 143))
    trace.open_session(EDGE01.session_id(connected), connected, 1)
    sender, gone = "offers@tailspintoys.com", "jens.alt@contoso.com"
    trace.rejected(Transit(Mail((), b""), sender, (gone,)))
    client = Peer("out2.tailspintoys.com", "203.0.113.182", 50614)
    refusal = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
    said = Session(trace.protocol_id.split(";")[0], client, 25, connected)
    said.greet(EDGE01, client.host, EDGE_ABILITIES)
    said.say("*", "SMTPSubmit SMTPAcceptAnySender AcceptRoutingHeaders", "Set Session Permissions")
    said.clock = later(connected, 137)
    said.say("<", f"MAIL FROM:<{sender}> SIZE=18204")
    said.say("*", trace.protocol_id, "receiving message", after=0)
    said.say(">", "250 2.1.0 Sender OK", after=2)
    said.say("<", f"RCPT TO:<{gone}>", after=2)
    said.say("*", f"Tarpit for '0.00:00:05' due to '{refusal}'", after=3)
    said.say(">", refusal, after=5000)
    said.say("<", "QUIT", after=31)
    said.say(">", "221 2.0.0 Service closing transmission channel")
    said.say("-", "", "Local")
    book.session(EDGE01, EDGE_FOLDER, EDGE_CONNECTOR, said)
    return [trace]
