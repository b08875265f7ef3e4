"""Stories 1 and 9: an offer from outside, traced on the Edge server, on a Mailbox server and into the mailbox."""

from dataclasses import dataclass
from datetime import datetime

from _exchange import (
    CRLF,
    Mail,
    Transit,
    arrival_time,
    crlf,
    encoded_word,
    guid,
    iso,
    later,
    quoted_printable,
    received,
    timed_guid,
    utc,
)
from _hub import (
    HUB_FOLDER,
    SMTP,
    SUMMARY_CLEAN,
    acts_of,
    at_front_end,
    from_outside,
    hub_service,
    matched,
    open_hub,
    queued,
    snapshots_folder,
)
from _logs import LogBook, Message, Peer, Session, finish, hub_session
from _pipeline import CATEGORIZER, Script, Trace, latency
from _servers import DELIVERY_AGENTS, EDGE01, END_OF_DATA, END_OF_HEADERS, MBX01, MBX02, RESOLVED

EDGE_FOLDER = "Edge/ProtocolLog/SmtpReceive"
EDGE_CONNECTOR = "Default internal receive connector EDGE01"
EDGE_ABILITIES = "SIZE 37748736 PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS 8BITMIME BINARYMIME CHUNKING"
DELIVERY_FOLDER = "Mailbox/ProtocolLog/SmtpReceive/Delivery"
HUB_ROW = 230
RULE_EXTERNAL = guid("rule: tag mail from outside")

_SENDER = "nestor.wilke@fabrikam.com"
_RECIPIENT = "adele.vance@contoso.com"
_SUBJECT = "Angebot für die Hallenbeleuchtung"
_BOUNDARY = "------------kT0vYw3LbJq8ZrN5sXeHmD2a"
_TEXT = (
    "Guten Tag Frau Vance,\n\nanbei wie besprochen unser Angebot für die Halle 4: 36 Leuchten,\n"
    "Montage in KW 24. Der Preis gilt bis zum 31. Mai.\n\nViele Grüße\nNestor Wilke\n"
)
_HTML = (
    "<html><body><p>Guten Tag Frau Vance,</p>\n"
    "<p>anbei wie besprochen unser Angebot für die <b>Halle 4</b>: 36 Leuchten,\n"
    "Montage in KW 24. Der Preis gilt bis zum 31. Mai.</p>\n<p>Viele Grüße<br>Nestor Wilke</p></body></html>\n"
)


@dataclass(frozen=True)
class _Offer:
    message: Message
    transit: Transit
    connected: datetime
    client: Peer


def offer(book: LogBook) -> list[Trace]:
    """Fabrikam's offer through EDGE01 and MBX01 into a mailbox on MBX02."""
    told = _offer()
    edge, leaving_edge = _at_edge(told, book)
    hub, leaving_hub = _at_hub(told, leaving_edge, edge.clock, book)
    return [edge, hub, _into_the_mailbox(told, leaving_hub, hub, book)]


def _offer() -> _Offer:
    connected = utc("2024-05-14T07:02:10.418")
    client = Peer("mail.fabrikam.com", "203.0.113.45", 41822)
    message_id = "<8f0c1d5e-7b7a-4f0e-a1c4-3d9be2f5a6c7@fabrikam.com>"
    submitted = (
        "Received: from [198.51.100.23] (unknown [198.51.100.23])",
        "\tby mail.fabrikam.com (Postfix) with ESMTPSA id 4VdnKs2Qz7z9rxN",
        f"\tfor <{_RECIPIENT}>; Tue, 14 May 2024 09:02:08 +0200 (CEST)",
    )
    mail = Mail(
        (
            CRLF.join(submitted),
            f"Message-ID: {message_id}",
            "Date: Tue, 14 May 2024 09:02:07 +0200",
            "MIME-Version: 1.0",
            "User-Agent: Mozilla Thunderbird",
            "Content-Language: de-DE",
            f"To: Adele Vance <{_RECIPIENT}>",
            f"From: Nestor Wilke <{_SENDER}>",
            f"Subject: {encoded_word(_SUBJECT)}",
            f'Content-Type: multipart/alternative;{CRLF} boundary="{_BOUNDARY}"',
        ),
        _part("plain", _TEXT) + _part("html", _HTML) + crlf(f"--{_BOUNDARY}--\n"),
    )
    arrived = later(connected, 210)
    message = Message(message_id, timed_guid(arrived, "offer"), _SENDER, "Incoming", client.ip, arrived)
    return _Offer(message, Transit(mail, _SENDER, (_RECIPIENT,)), connected, client)


def _part(subtype: str, text: str) -> bytes:
    head = (
        f"--{_BOUNDARY}\nContent-Type: text/{subtype}; charset=UTF-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    )
    return crlf(head) + quoted_printable(text) + CRLF.encode()


def _at_edge(told: _Offer, book: LogBook) -> tuple[Trace, Transit]:
    path = snapshots_folder("EDGE01/Edge/PipelineTracing", "offer edge")
    trace = Trace(path, EDGE01, later(told.connected, 176), record_id=EDGE01.record_id(5121))
    trace.open_session(EDGE01.session_id(told.connected), told.connected, 1)
    trace.original(told.transit)
    leaving = trace.run(told.transit, _edge_script(told, trace.clock), EDGE01.agents, (*SMTP, *CATEGORIZER))
    book.received(trace, told.message, told.transit, told.client, EDGE_CONNECTOR, "00A: ")
    said = Session(trace.protocol_id.split(";")[0], told.client, 25, told.connected)
    said.greet(EDGE01, told.client.host, EDGE_ABILITIES)
    said.start_tls(EDGE01, "STARTTLS", told.client.host, EDGE_ABILITIES.replace("STARTTLS ", ""))
    said.say("*", "SMTPSubmit SMTPAcceptAnySender AcceptRoutingHeaders", "Set Session Permissions")
    finish(said, trace, told.transit, told.message)
    book.session(EDGE01, EDGE_FOLDER, EDGE_CONNECTOR, said)
    connector = "EdgeSync - Inbound to Default-First-Site-Name"
    answer = queued(told.message, MBX01, MBX01.record_id(HUB_ROW))
    book.sent(trace, told.message, leaving, Peer(MBX01.fqdn, MBX01.ip), connector, 158, answer)
    return trace, leaving


def _edge_script(told: _Offer, moment: datetime) -> Script:
    hop = received(told.client.host, told.client.ip, EDGE01, moment)
    stamps = (
        arrival_time(moment),
        f"X-MS-Exchange-Organization-Network-Message-Id: {told.message.network_message_id}",
        "X-MS-Exchange-Organization-AuthSource: EDGE01.contoso.com",
        "X-MS-Exchange-Organization-AuthAs: Anonymous",
    )
    spf = (
        f"Received-SPF: Pass (EDGE01.contoso.com: domain of {_SENDER}{CRLF} designates {told.client.ip} as"
        f" permitted sender) receiver=EDGE01.contoso.com;{CRLF} client-ip={told.client.ip}; helo={told.client.host};"
    )
    sender_id = (
        spf,
        "X-MS-Exchange-Organization-PRD: fabrikam.com",
        "X-MS-Exchange-Organization-SenderIdResult: Pass",
    )
    report = f"DV:3.3.5705.600;SID:SenderIDStatus{CRLF} Pass;OrigIP:{told.client.ip}"
    content_filter = (
        f"X-MS-Exchange-Organization-Antispam-Report: {report}",
        "X-MS-Exchange-Organization-PCL: 2",
        "X-MS-Exchange-Organization-SCL: 0",
    )
    return Script(
        service={END_OF_HEADERS: lambda t: t.changed(lambda mail: mail.on_top(hop).below(*stamps))},
        agents={
            (END_OF_HEADERS, "Sender Id Agent"): lambda t: t.changed(lambda mail: mail.below(*sender_id)),
            (END_OF_DATA, "Content Filter Agent"): lambda t: t.changed(lambda mail: mail.below(*content_filter)),
        },
    )


def _at_hub(told: _Offer, leaving_edge: Transit, left: datetime, book: LogBook) -> tuple[Trace, Transit]:
    trace = open_hub(MBX01, "offer hub", later(left, 66), HUB_ROW)
    edge = Peer(EDGE01.fqdn, EDGE01.ip, 28113)
    arriving = at_front_end(leaving_edge, MBX01, edge, trace.clock)
    trace.original(arriving)

    def tag(transit: Transit) -> Transit:
        subject = f"Subject: {encoded_word('[EXTERN] ' + _SUBJECT)}"
        history = f"X-MS-Exchange-Organization-Rules-Execution-History: {RULE_EXTERNAL}"
        return transit.changed(lambda mail: mail.with_field(subject).below(history))

    script = Script(
        service=hub_service(MBX01, trace.clock, *from_outside(_SENDER, told.client.ip)),
        agents=acts_of(MBX01, {(RESOLVED, "Transport Rule Agent"): tag}),
    )
    leaving = trace.run(arriving, script, MBX01.agents, (*SMTP, *CATEGORIZER))
    front = Peer(MBX01.fqdn, MBX01.ip, 41277)
    book.shadowed(trace, told.message, arriving, MBX02, MBX02.record_id(871))
    book.received(trace, told.message, arriving, front, "Default MBX01", "0cA: ", edge)
    book.session(MBX01, HUB_FOLDER, "Default MBX01", hub_session(trace, front, arriving, told.message, edge))
    rule = matched(RULE_EXTERNAL, "2024-02-19T10:14:03", "PrependSubject")
    book.agents_told(trace, told.message, leaving, (SUMMARY_CLEAN, rule, "S:CompCost=|ETR=1"))
    return trace, leaving


def _into_the_mailbox(told: _Offer, leaving: Transit, hub: Trace, book: LogBook) -> Trace:
    connected = later(hub.clock, 31)
    path = snapshots_folder("MBX02/Mailbox/PipelineTracing/Delivery", "offer delivery")
    trace = Trace(path, MBX02, later(connected, 34), record_id=59102)
    trace.open_session(MBX02.session_id(connected), connected, 1)
    delays = f"{latency(hub)};{iso(later(hub.clock, 4))}"
    for component in ("|CATORES", "|CATORT"):
        delays = delays.replace(component, f"{CRLF} {component}")
    added = (
        f"X-MS-Exchange-Organization-OrderedPrecisionLatencyInProgress: {delays}",
        f"X-MS-Exchange-Forest-ArrivalHubServer: {MBX01.fqdn}",
    )
    arriving = leaving.changed(lambda mail: mail.below(*added))
    trace.original(arriving)
    hop = received(MBX01.fqdn, MBX01.ip, MBX02, trace.clock, "Mailbox Transport")
    script = Script(service={END_OF_HEADERS: lambda t: t.changed(lambda mail: mail.on_top(hop))})
    stored = trace.run(arriving, script, DELIVERY_AGENTS, SMTP)
    trace.closed = later(trace.clock, 36)  # the answer waits until the store has the message
    said = hub_session(trace, Peer(MBX01.fqdn, MBX01.ip, 36209), arriving, told.message, None)
    said.port = 475
    book.session(MBX02, DELIVERY_FOLDER, "Default Mailbox Delivery MBX02", said)
    context = ";".join(trace.protocol_id.split(";")[:2])
    book.delivered(MBX02, later(trace.closed, -2), told.message, trace.record_id, stored, context)
    after = round((trace.closed - hub.clock).total_seconds() * 1000) + 4
    connector = "Intra-Organization SMTP Send Connector"
    answer = queued(told.message, MBX02, trace.record_id)
    book.sent(hub, told.message, arriving, Peer(MBX02.fqdn, MBX02.ip), connector, after, answer)
    return trace
