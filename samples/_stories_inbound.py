"""The stories of mail that came from outside: an offer, a malware strip, a refused recipient, and the offer's delivery."""

import base64
from dataclasses import dataclass
from datetime import datetime

from _exchange import (
    CRLF,
    Act,
    Mail,
    Server,
    Transit,
    arrival_time,
    base64_lines,
    between,
    crlf,
    encoded_word,
    guid,
    iso,
    later,
    pseudo_bytes,
    quoted_printable,
    received,
    timed_guid,
    utc,
)
from _logs import LogBook, Message, Peer, Session, finish, hub_session
from _pipeline import CATEGORIZER, Script, Trace, latency
from _servers import (
    DELIVERY_AGENTS,
    EDGE01,
    END_OF_DATA,
    END_OF_HEADERS,
    MBX01,
    MBX02,
    RESOLVED,
    SUBMITTED,
    usual_acts,
)

SMTP = (END_OF_HEADERS, END_OF_DATA)
HUB_FOLDER = "Hub/ProtocolLog/SmtpReceive"
EDGE_FOLDER = "Edge/ProtocolLog/SmtpReceive"
DELIVERY_FOLDER = "Mailbox/ProtocolLog/SmtpReceive/Delivery"
RULE_EXTERNAL = guid("rule: tag mail from outside")
SUMMARY_CLEAN = "S:AMA=SUM|v=0|action=|error=|atch=0"
NO_COST = "S:CompCost=|ETR=0"


def hub_path(server: Server, name: str) -> str:
    return f"traces/{server.name}/Hub/PipelineTracing/MessageSnapshots/{guid('folder ' + name)}"


def acts_of(server: Server, story: dict[tuple[str, str], Act]) -> dict[tuple[str, str], Act]:
    """The story's acts on top of what the agents always do: the story's first."""
    usual = usual_acts(server)
    return {**usual, **{key: both(act, usual[key]) if key in usual else act for key, act in story.items()}}


def both(first: Act, second: Act) -> Act:
    return lambda transit: second(first(transit))


def open_hub(server: Server, name: str, connected: datetime, row: int) -> Trace:
    """A trace of the Transport service whose session began at a time; the message comes some 30 ms later."""
    trace = Trace(
        hub_path(server, name), server, later(connected, between(name, 34, 52)), record_id=server.record_id(row)
    )
    trace.open_session(server.session_id(between(name, 1000, 50000)), connected, 1)
    return trace


def hub_service(server: Server, peer: Peer, moment: datetime, *fields: str) -> dict[str, Act]:
    """What the Transport service of a Mailbox server does to mail before each event."""
    first = received(peer.host, peer.ip, server, moment)
    return {
        END_OF_HEADERS: lambda t: t.changed(lambda mail: mail.on_top(first).below(*fields)),
        END_OF_DATA: lambda t: t.changed(
            lambda mail: mail.below(
                f"X-MS-Exchange-Organization-OriginalSize: {len(mail.raw)}",
                "X-MS-Exchange-Organization-HygienePolicy: Standard",
            )
        ),
        RESOLVED: lambda t: t.changed(
            lambda mail: mail.below(
                "X-MS-Exchange-Organization-Recipient-Limit-Verified: True",
                f"X-MS-Exchange-Organization-TotalRecipientCount: {len(t.recipients)}",
            )
        ),
    }


# The offer: Edge, Mailbox server, mailbox delivery


@dataclass(frozen=True)
class _Offer:
    message: Message
    transit: Transit
    connected: datetime
    client: Peer


def _offer() -> _Offer:
    connected = utc("2024-05-14T07:02:10.418")
    subject = "Angebot für die Hallenbeleuchtung"
    boundary = "------------kT0vYw3LbJq8ZrN5sXeHmD2a"
    text = (
        "Guten Tag Frau Vance,\n\nanbei wie besprochen unser Angebot für die Halle 4: 36 Leuchten,\n"
        "Montage in KW 24. Der Preis gilt bis zum 31. Mai.\n\nViele Grüße\nNestor Wilke\n"
    )
    rich = (
        "<html><body><p>Guten Tag Frau Vance,</p>\n<p>anbei wie besprochen unser Angebot für die <b>Halle 4</b>: 36"
        " Leuchten,\nMontage in KW 24. Der Preis gilt bis zum 31. Mai.</p>\n<p>Viele Grüße<br>Nestor Wilke</p>"
        "</body></html>\n"
    )
    head = crlf("\nContent-Type: text/{}; charset=UTF-8\nContent-Transfer-Encoding: quoted-printable\n\n".format("{}"))
    open_line = f"--{boundary}".encode()
    body = (
        open_line + head.replace(b"{}", b"plain") + quoted_printable(text) + CRLF.encode()
        + open_line + head.replace(b"{}", b"html") + quoted_printable(rich) + CRLF.encode()
        + open_line + b"--\r\n"
    )  # fmt: skip
    message_id = "<8f0c1d5e-7b7a-4f0e-a1c4-3d9be2f5a6c7@fabrikam.com>"
    mail = Mail(
        (
            "Received: from [198.51.100.23] (unknown [198.51.100.23])" + CRLF
            + "\tby mail.fabrikam.com (Postfix) with ESMTPSA id 4VdnKs2Qz7z9rxN" + CRLF
            + "\tfor <adele.vance@contoso.com>; Tue, 14 May 2024 09:02:08 +0200 (CEST)",
            f"Message-ID: {message_id}",
            "Date: Tue, 14 May 2024 09:02:07 +0200",
            "MIME-Version: 1.0",
            "User-Agent: Mozilla Thunderbird",
            "Content-Language: de-DE",
            "To: Adele Vance <adele.vance@contoso.com>",
            "From: Nestor Wilke <nestor.wilke@fabrikam.com>",
            f"Subject: {encoded_word(subject)}",
            f'Content-Type: multipart/alternative;{CRLF} boundary="{boundary}"',
        ),
        body,
    )  # fmt: skip
    network_id = timed_guid(later(connected, 210), "offer")
    message = Message(
        message_id, network_id, subject, "nestor.wilke@fabrikam.com", "Incoming", "203.0.113.45", later(connected, 214)
    )
    transit = Transit(mail, "nestor.wilke@fabrikam.com", ("adele.vance@contoso.com",))
    return _Offer(message, transit, connected, Peer("mail.fabrikam.com", "203.0.113.45", 41822))


def offer(book: LogBook) -> list[Trace]:
    """Story 1 and 9: Fabrikam's offer through EDGE01 and MBX01 into a mailbox on MBX02."""
    told = _offer()
    edge, leaving_edge = _offer_at_edge(told, book)
    hub, leaving_hub = _offer_at_hub(told, leaving_edge, edge.clock, book)
    return [edge, hub, _offer_delivered(told, leaving_hub, hub, book)]


def _offer_at_edge(told: _Offer, book: LogBook) -> tuple[Trace, Transit]:
    path = f"traces/EDGE01/Edge/PipelineTracing/MessageSnapshots/{guid('folder offer edge')}"
    trace = Trace(path, EDGE01, later(told.connected, 176), record_id=EDGE01.record_id(5121))
    trace.open_session(EDGE01.session_id(8214), told.connected, 1)
    trace.original(told.transit)
    hop = received(told.client.host, told.client.ip, EDGE01, trace.clock)
    spf = (
        f"Received-SPF: Pass (EDGE01.contoso.com: domain of nestor.wilke@fabrikam.com{CRLF} designates 203.0.113.45 as"
        f" permitted sender) receiver=EDGE01.contoso.com;{CRLF} client-ip=203.0.113.45; helo=mail.fabrikam.com;"
    )
    script = Script(
        service={
            END_OF_HEADERS: lambda t: t.changed(
                lambda mail: mail.on_top(hop).below(
                    arrival_time(trace.clock),
                    f"X-MS-Exchange-Organization-Network-Message-Id: {told.message.network_message_id}",
                    "X-MS-Exchange-Organization-AuthSource: EDGE01.contoso.com",
                    "X-MS-Exchange-Organization-AuthAs: Anonymous",
                )
            )
        },
        agents={
            (END_OF_HEADERS, "Sender Id Agent"): lambda t: t.changed(
                lambda mail: mail.below(
                    spf,
                    "X-MS-Exchange-Organization-PRD: fabrikam.com",
                    "X-MS-Exchange-Organization-SenderIdResult: Pass",
                )
            ),
            (END_OF_DATA, "Content Filter Agent"): lambda t: t.changed(
                lambda mail: mail.below(
                    f"X-MS-Exchange-Organization-Antispam-Report: DV:3.3.5705.600;SID:SenderIDStatus{CRLF}"
                    " Pass;OrigIP:203.0.113.45",
                    "X-MS-Exchange-Organization-PCL: 2",
                    "X-MS-Exchange-Organization-SCL: 0",
                )
            ),
        },
    )
    leaving = trace.run(told.transit, script, EDGE01.agents, (*SMTP, *CATEGORIZER))
    book.received(trace, told.message, told.transit, told.client, "Default internal receive connector EDGE01", "00A: ")
    book.session(EDGE01, EDGE_FOLDER, "Default internal receive connector EDGE01", _edge_session(trace, told))
    book.sent(
        trace, told.message, leaving, Peer(MBX01.fqdn, MBX01.ip), "EdgeSync - Inbound to Default-First-Site-Name", 158,
        f"250 2.6.0 {told.message.message_id} [InternalId={MBX01.record_id(230)}, Hostname={MBX01.fqdn}]"
        " Queued mail for delivery",
    )  # fmt: skip
    return trace, leaving


def _edge_session(trace: Trace, told: _Offer) -> Session:
    said = Session(trace.protocol_id.split(";")[0], told.client, 25, told.connected)
    able = "SIZE 37748736 PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS 8BITMIME BINARYMIME CHUNKING"
    said.greet(EDGE01, told.client.host, able)
    said.start_tls(EDGE01, "STARTTLS", told.client.host, able.replace("STARTTLS ", ""))
    said.say("*", "SMTPSubmit SMTPAcceptAnySender AcceptRoutingHeaders", "Set Session Permissions")
    finish(said, trace, told.transit, told.message)
    return said


def at_front_end(transit: Transit, server: Server, peer: Peer, moment: datetime) -> Transit:
    """What Front End Transport adds while it hands a message on."""
    waited = between(server.name + iso(moment), 9, 31) / 1000
    hop = received(peer.host, peer.ip, server, moment, "Frontend Transport")
    return transit.changed(
        lambda mail: mail.on_top(hop).below(
            f"X-MS-Exchange-Organization-MessageLatency: SRV={server.fqdn}:TOTAL-FE={waited:.3f}|SMR={waited:.3f}"
            f"(SMRPI={waited - 0.003:.3f}(SMRPI-FrontendProxyAgent={waited - 0.003:.3f}))"
        )
    )


def _offer_at_hub(told: _Offer, leaving_edge: Transit, left: datetime, book: LogBook) -> tuple[Trace, Transit]:
    trace = open_hub(MBX01, "offer hub", later(left, 66), 230)
    edge = Peer(EDGE01.fqdn, EDGE01.ip, 28113)
    arriving = at_front_end(leaving_edge, MBX01, edge, trace.clock)
    trace.original(arriving)
    tagged = encoded_word("[EXTERN] " + told.message.subject)
    script = Script(
        service=hub_service(
            MBX01,
            Peer(MBX01.fqdn, MBX01.ip),
            trace.clock,
            "Return-Path: nestor.wilke@fabrikam.com",
            "X-MS-Exchange-Organization-OriginalClientIPAddress: 203.0.113.45",
            "X-MS-Exchange-Organization-OriginalServerIPAddress: 192.0.2.25",
            "X-MS-Exchange-Organization-MessageDirectionality: Incoming",
            "X-MS-Exchange-Organization-FromEntityHeader: Internet",
        ),
        agents=acts_of(
            MBX01,
            {
                (RESOLVED, "Transport Rule Agent"): lambda t: t.changed(
                    lambda mail: mail.with_field(f"Subject: {tagged}").below(
                        f"X-MS-Exchange-Organization-Rules-Execution-History: {RULE_EXTERNAL}"
                    )
                )
            },
        ),
    )
    leaving = trace.run(arriving, script, MBX01.agents, (*SMTP, *CATEGORIZER))
    front = Peer(MBX01.fqdn, MBX01.ip, 41277)
    book.shadowed(trace, told.message, arriving, MBX02, MBX02.record_id(871))
    book.received(trace, told.message, arriving, front, "Default MBX01", "0cA: ")
    book.session(MBX01, HUB_FOLDER, "Default MBX01", hub_session(trace, front, arriving, told.message, edge))
    book.agents_told(
        trace, told.message, leaving,
        (SUMMARY_CLEAN,
         f"S:TRA=ETR|ruleId={RULE_EXTERNAL}|st=2024-02-19T10:14:03.0000000Z|action=PrependSubject|sev=1|mode=Enforce",
         "S:CompCost=|ETR=1"),
    )  # fmt: skip
    return trace, leaving


def _offer_delivered(told: _Offer, leaving: Transit, hub: Trace, book: LogBook) -> Trace:
    path = f"traces/MBX02/Mailbox/PipelineTracing/Delivery/MessageSnapshots/{guid('folder offer delivery')}"
    connected = later(hub.clock, 31)
    trace = Trace(path, MBX02, later(connected, 19), record_id=59102)
    trace.open_session(MBX02.session_id(33518), connected, 1)
    delays = f"{latency(hub)};{iso(later(hub.clock, 4))}"
    arriving = leaving.changed(
        lambda mail: mail.below(
            "X-MS-Exchange-Organization-OrderedPrecisionLatencyInProgress: "
            + delays.replace("|CATORES", f"{CRLF} |CATORES").replace("|CATORT", f"{CRLF} |CATORT"),
            f"X-MS-Exchange-Forest-ArrivalHubServer: {MBX01.fqdn}",
        )
    )
    trace.original(arriving)
    hop = received(MBX01.fqdn, MBX01.ip, MBX02, trace.clock, "Mailbox Transport")
    script = Script(service={END_OF_HEADERS: lambda t: t.changed(lambda mail: mail.on_top(hop))})
    stored = trace.run(arriving, script, DELIVERY_AGENTS, SMTP)
    trace.closed = later(trace.clock, 36)  # the answer waits until the store has the message
    sent = Peer(MBX02.fqdn, MBX02.ip)
    from_hub = Peer(MBX01.fqdn, MBX01.ip, 36209)
    book.sent(
        hub, told.message, arriving, sent, "Intra-Organization SMTP Send Connector",
        int((trace.closed - hub.clock).total_seconds() * 1000) + 4,
        f"250 2.6.0 {told.message.message_id} [InternalId={trace.record_id}, Hostname={MBX02.fqdn}]"
        " Queued mail for delivery",
    )  # fmt: skip
    said = hub_session(trace, from_hub, arriving, told.message, None)
    said.port = 475
    book.session(MBX02, DELIVERY_FOLDER, "Default Mailbox Delivery MBX02", said)
    context = ";".join(trace.protocol_id.split(";")[:2])
    book.delivered(MBX02, later(trace.closed, -2), told.message, trace.record_id, stored, context)
    return trace


# The malware strip


def malware(book: LogBook) -> list[Trace]:
    """Story 3: an invoice from outside whose attachment the Malware Agent replaces."""
    connected = utc("2024-05-14T09:05:31.220")
    trace = open_hub(MBX01, "malware", connected, 251)
    edge = Peer(EDGE01.fqdn, EDGE01.ip, 28640)
    message, incoming = _invoice(connected)
    arriving = at_front_end(incoming, MBX01, edge, trace.clock)
    trace.original(arriving)
    script = Script(
        service=hub_service(
            MBX01,
            Peer(MBX01.fqdn, MBX01.ip),
            trace.clock,
            "Return-Path: rechnung@proseware.com",
            "X-MS-Exchange-Organization-OriginalClientIPAddress: 203.0.113.99",
            "X-MS-Exchange-Organization-OriginalServerIPAddress: 192.0.2.25",
            "X-MS-Exchange-Organization-MessageDirectionality: Incoming",
            "X-MS-Exchange-Organization-FromEntityHeader: Internet",
        ),
        agents=acts_of(MBX01, {(SUBMITTED, "Malware Agent"): lambda t: t.changed(_stripped)}),
        milliseconds={(SUBMITTED, "Malware Agent"): 412},
    )
    leaving = trace.run(arriving, script, MBX01.agents, (*SMTP, *CATEGORIZER))
    front = Peer(MBX01.fqdn, MBX01.ip, 41690)
    book.shadowed(trace, message, arriving, MBX02, MBX02.record_id(899))
    book.received(trace, message, arriving, front, "Default MBX01", "0cA: ")
    book.session(MBX01, HUB_FOLDER, "Default MBX01", hub_session(trace, front, arriving, message, edge))
    found = "name=TrojanDownloader:O97M/Donoff.SA|file=Rechnung_7741.docm"
    book.agents_told(
        trace, message, leaving,
        ("S:AMA=SUM|v=1|action=r|error=|atch=1", f"S:AMA=EV|engine=M|v=1|sig=1.411.18.0|{found}", NO_COST),
    )  # fmt: skip
    sent_and_delivered(book, trace, message, leaving, MBX02, 59188)
    return [trace]


def _invoice(connected: datetime) -> tuple[Message, Transit]:
    boundary = "=_mixed_7741_0a9c3be1"
    payload = b"Not a document: these bytes only stand in for one. " + pseudo_bytes("payload", 220)
    body = (
        crlf(f'--{boundary}\nContent-Type: text/plain; charset="iso-8859-1"\nContent-Transfer-Encoding: 8bit\n\n')
        + crlf("Sehr geehrte Damen und Herren,\n\nbitte begleichen Sie die beigefügte Rechnung 7741"
               " umgehend.\n\nProseware Buchhaltung\n", "iso-8859-1")
        + crlf(f'\n--{boundary}\nContent-Type: application/vnd.ms-word.document.macroEnabled.12;\n'
               ' name="Rechnung_7741.docm"\nContent-Transfer-Encoding: base64\n'
               'Content-Disposition: attachment; filename="Rechnung_7741.docm"\n\n')
        + base64_lines(payload)
        + crlf(f"\n--{boundary}--\n")
    )  # fmt: skip
    message_id = "<20240514090528.7741.qmail@mta3.proseware.com>"
    hop = received("mta3.proseware.com", "203.0.113.99", EDGE01, later(connected, -120))
    network_id = timed_guid(later(connected, -118), "invoice")
    mail = Mail(
        (
            hop,
            "Date: Tue, 14 May 2024 11:05:28 +0200",
            "From: Proseware Rechnung <rechnung@proseware.com>",
            "To: patti.fernandez@contoso.com",
            "Subject: Rechnung 7741",
            f"Message-ID: {message_id}",
            "MIME-Version: 1.0",
            f'Content-Type: multipart/mixed; boundary="{boundary}"',
            arrival_time(later(connected, -118)),
            f"X-MS-Exchange-Organization-Network-Message-Id: {network_id}",
            "X-MS-Exchange-Organization-AuthSource: EDGE01.contoso.com",
            "X-MS-Exchange-Organization-AuthAs: Anonymous",
            "X-MS-Exchange-Organization-PRD: proseware.com",
            "X-MS-Exchange-Organization-SenderIdResult: Neutral",
            "X-MS-Exchange-Organization-SCL: 3",
        ),
        body,
    )
    message = Message(
        message_id, network_id, "Rechnung 7741", "rechnung@proseware.com", "Incoming", "203.0.113.99",
        later(connected, -118),
    )  # fmt: skip
    return message, Transit(mail, "rechnung@proseware.com", ("patti.fernandez@contoso.com",))


def _stripped(mail: Mail) -> Mail:
    """Every attachment deleted, and the default alert text in a file of its own, as the policy says."""
    boundary = b"--=_mixed_7741_0a9c3be1"
    text, _, _ = mail.body.partition(b"\r\n" + boundary + b"\r\nContent-Type: application/")
    alert = (
        "Malware was detected in one or more attachments included with this email.\n"
        "All attachments have been deleted.\n"
    )
    part = crlf(
        '\nContent-Type: text/plain; name="Malware Alert Text.txt"\n'
        'Content-Disposition: attachment; filename="Malware Alert Text.txt"\n'
        "Content-Transfer-Encoding: base64\n\n"
    )
    encoded = base64.encodebytes(crlf(alert)).replace(b"\n", b"\r\n")
    return mail.with_body(text + b"\r\n" + boundary + part + encoded + b"\r\n" + boundary + b"--\r\n")


# A refused recipient


def rejected(book: LogBook) -> list[Trace]:
    """Story 7: the only recipient is refused at RCPT; Original.eml is all that is left of the session."""
    connected = utc("2024-05-14T10:30:02.871")
    path = f"traces/EDGE01/Edge/PipelineTracing/MessageSnapshots/{guid('folder rejected')}"
    trace = Trace(path, EDGE01, later(connected, 143))
    trace.open_session(EDGE01.session_id(9377), connected, 1)
    sender, gone = "offers@tailspintoys.com", "jens.alt@contoso.com"
    trace.rejected(Transit(Mail((), b""), sender, (gone,)))
    said = Session(
        trace.protocol_id.split(";")[0], Peer("out2.tailspintoys.com", "203.0.113.182", 50614), 25, connected
    )
    able = "SIZE 37748736 PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS 8BITMIME BINARYMIME CHUNKING"
    said.greet(EDGE01, "out2.tailspintoys.com", able)
    said.say("*", "SMTPSubmit SMTPAcceptAnySender AcceptRoutingHeaders", "Set Session Permissions")
    said.clock = later(connected, 138)
    said.say("<", f"MAIL FROM:<{sender}> SIZE=18204")
    said.say("*", trace.protocol_id, "receiving message", after=0)
    said.say(">", "250 2.1.0 Sender OK", after=2)
    said.say("<", f"RCPT TO:<{gone}>", after=2)
    said.say("*", "Tarpit for '0.00:00:05' due to '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by"
             " SMTP address lookup'", after=2)  # fmt: skip
    refusal = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"
    said.say(">", refusal, after=5000)
    said.say("<", "QUIT", after=31)
    said.say(">", "221 2.0.0 Service closing transmission channel")
    said.say("-", "", "Local")
    book.session(EDGE01, EDGE_FOLDER, "Default internal receive connector EDGE01", said)
    return [trace]


def sent_and_delivered(
    book: LogBook, trace: Trace, message: Message, leaving: Transit, home: Server, delivery_id: int
) -> None:
    """SEND to the delivery service of a mailbox's server, and DELIVER there: no trace was on in that service."""
    after = between(trace.path + "deliver", 88, 140)
    answer = f"250 2.6.0 {message.message_id} [InternalId={delivery_id}, Hostname={home.fqdn}] Queued mail for delivery"
    peer = Peer(home.fqdn, home.ip)
    moment = book.sent(trace, message, leaving, peer, "Intra-Organization SMTP Send Connector", after, answer)
    context = f"{home.session_id(delivery_id & 0xFFFF)};{iso(later(moment, -48))}"
    book.delivered(home, later(moment, -3), message, delivery_id, leaving, context)
