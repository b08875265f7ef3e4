"""Turns what happened in the stories into message tracking logs and SMTP receive protocol logs."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.header import decode_header, make_header

from _exchange import LOG_BUILD, Server, Transit, iso, later, mail_date, timed_guid
from _pipeline import Trace, latency

TRACKING_FIELDS = (
    "date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,"
    "internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,"
    "related-recipient-address,reference,message-subject,sender-address,return-path,message-info,directionality,"
    "tenant-id,original-client-ip,original-server-ip,custom-data,transport-traffic-type,log-id,schema-version"
)
PROTOCOL_FIELDS = "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
FOREST = ("S:DeliveryPriority=Normal", "S:AccountForest=contoso.com")
TLS_DONE = (
    "TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded using bulk encryption algorithm CALG_AES_256 with"
    " strength 256 bits, MAC hash algorithm CALG_SHA_384 with strength 0 bits and key exchange algorithm"
    " CALG_ECDH_EPHEM with strength 384 bits"
)


@dataclass(frozen=True)
class Message:
    """What every tracking row says of one message, on whatever server it stands."""

    message_id: str
    network_message_id: str
    sender: str
    directionality: str
    client_ip: str
    submitted: datetime


@dataclass(frozen=True)
class Peer:
    """The other end of a connection: a host name, its address and its port."""

    host: str
    ip: str
    port: int = 25


@dataclass
class LogBook:
    """Collects rows and sessions, and writes them as the log files of each server."""

    _rows: dict[tuple[str, str], list[tuple[datetime, str]]] = field(default_factory=dict)
    _lines: dict[tuple[str, str], list[tuple[datetime, str]]] = field(default_factory=dict)

    def row(
        self,
        server: Server,
        moment: datetime,
        event: str,
        source: str,
        message: Message,
        record_id: int,
        transit: Transit,
        *,
        custom: Iterable[str] = (),
        prefix: str = "MSGTRK",
        **columns: str,
    ) -> None:
        """One tracking row. Columns not given are filled from the message and its envelope, or left empty."""
        known = {
            "date-time": iso(moment),
            "source": source,
            "event-id": event,
            "internal-message-id": str(record_id),
            "message-id": message.message_id,
            "network-message-id": message.network_message_id,
            "recipient-address": collection(transit.recipients),
            "total-bytes": str(len(transit.mail.raw)),
            "recipient-count": str(len(transit.recipients)),
            "message-subject": str(make_header(decode_header(transit.mail.value("Subject")))),
            "sender-address": message.sender,
            "return-path": transit.sender,
            "directionality": message.directionality,
            "custom-data": collection((*custom, *FOREST)),
            "transport-traffic-type": "Email",
            "log-id": timed_guid(moment, f"{server.name}/{record_id}/{event}"),
            "schema-version": LOG_BUILD,
        }
        known.update({name.replace("_", "-"): value for name, value in columns.items()})
        line = ",".join(quoted(known.get(name, "")) for name in TRACKING_FIELDS.split(","))
        path = f"logs/{server.name}/MessageTracking/{prefix}{moment:%Y%m%d%H}-1.LOG"
        self._rows.setdefault((path, "Message Tracking Log"), []).append((moment, line))

    def received(
        self,
        trace: Trace,
        message: Message,
        transit: Transit,
        peer: Peer,
        connector: str,
        info: str,
        proxied: Peer | None = None,
    ) -> None:
        """RECEIVE/SMTP: its source-context is the Protocol-Id of the trace; `proxied` spoke to the front end."""
        custom = [f"S:FirstForestHop={trace.server.fqdn}"]
        if proxied:
            custom += [
                f"S:ProxiedClientIPAddress={proxied.ip}",
                f"S:ProxiedClientHostname={proxied.host}",
                f"S:ProxyHop1={trace.server.fqdn}({trace.server.ip})",
            ]
        self.row(
            trace.server,
            trace.closed or trace.clock,
            "RECEIVE",
            "SMTP",
            message,
            trace.record_id,
            transit,
            custom=custom,
            client_ip=peer.ip,
            client_hostname=peer.host,
            server_ip=trace.server.ip,
            server_hostname=trace.server.name,
            source_context=trace.protocol_id,
            connector_id=f"{trace.server.name}\\{connector}",
            message_info=info,
            original_client_ip=message.client_ip,
            original_server_ip=trace.server.ip,
        )

    def shadowed(self, trace: Trace, message: Message, transit: Transit, shadow: Server, shadow_id: int) -> None:
        """HAREDIRECT here and HARECEIVE there: before Exchange says 250, another server holds a copy."""
        moment = later(trace.closed or trace.clock, -4)
        self.row(
            trace.server,
            moment,
            "HAREDIRECT",
            "SMTP",
            message,
            trace.record_id,
            transit,
            server_hostname=trace.server.name,
            source_context=f"{shadow.fqdn}=250 2.6.0 {message.message_id} [InternalId={shadow_id},"
            f" Hostname={shadow.fqdn}] Queued mail for redundancy",
        )
        self.row(
            shadow,
            later(moment, -2),
            "HARECEIVE",
            "SMTP",
            message,
            shadow_id,
            transit,
            client_ip=trace.server.ip,
            client_hostname=trace.server.fqdn,
            server_ip=shadow.ip,
            server_hostname=shadow.name,
            source_context=f"{shadow.session_id(later(moment, -80))};{iso(later(moment, -80))};0",
            connector_id=f"{shadow.name}\\Default {shadow.name}",
            message_info="0cI: ",
        )

    def agents_told(self, trace: Trace, message: Message, transit: Transit, told: Iterable[str] = ()) -> None:
        """AGENTINFO: what agents say they did, once the categorizer is through."""
        self.row(
            trace.server,
            later(trace.clock, 3),
            "AGENTINFO",
            "AGENT",
            message,
            trace.record_id,
            transit,
            custom=told,
            client_hostname=trace.server.name,
            source_context="CatContentConversion",
            original_client_ip=message.client_ip,
            original_server_ip=trace.server.ip,
        )

    def sent(
        self, trace: Trace, message: Message, transit: Transit, peer: Peer, connector: str, after: int, answer: str
    ) -> datetime:
        """SEND/SMTP, `after` milliseconds behind the last snapshot; the time it stands at."""
        moment = later(trace.clock, after)
        session = trace.server.session_id(later(moment, 20_000 + 7_000 * (trace.record_id % 5)))
        status = tuple("250 2.1.5 Recipient OK" for _ in transit.recipients)
        hops = "TOTAL-EDGE" if trace.server.name.startswith("EDGE") else "TOTAL-HUB"
        self.row(
            trace.server,
            moment,
            "SEND",
            "SMTP",
            message,
            trace.record_id,
            transit,
            custom=(f"S:E2ELatency={(moment - message.submitted).total_seconds():.3f}",),
            client_ip=trace.server.ip,
            client_hostname=trace.server.name,
            server_ip=peer.ip,
            server_hostname=peer.host,
            source_context=f"{session};{answer};ClientSubmitTime:",
            connector_id=connector,
            recipient_status=collection(status),
            message_info=f"{iso(message.submitted)};{latency(trace, hops=hops)}",
        )
        return moment

    def delivered(
        self, server: Server, moment: datetime, message: Message, record_id: int, transit: Transit, context: str
    ) -> None:
        """DELIVER/STOREDRIVER in the delivery service's own log (MSGTRKMD)."""
        total = (moment - message.submitted).total_seconds()
        self.row(
            server,
            moment,
            "DELIVER",
            "STOREDRIVER",
            message,
            record_id,
            transit,
            custom=(
                f"S:MailboxDatabaseName=DB-HAM-{server.name[-2:]}",
                "S:DatabaseHealth=-1",
                f"S:E2ELatency={total:.3f}",
            ),
            prefix="MSGTRKMD",
            client_hostname=server.fqdn,
            server_hostname=server.name,
            source_context=f"{context};ClientSubmitTime:{iso(message.submitted)}",
            message_info=f"{iso(message.submitted)};SRV={server.fqdn}:TOTAL-DEL=0.044|SMR=0.012|SDD=0.032",
        )

    def session(self, server: Server, folder: str, connector: str, said: "Session") -> None:
        """One SMTP receive session: (time, event, data, context) lines, numbered from 0."""
        path = f"logs/{server.name}/{folder}/RECV{said.lines[0][0]:%Y%m%d%H}-1.LOG"
        written = self._lines.setdefault((path, "SMTP Receive Protocol Log"), [])
        for number, (moment, event, data, context) in enumerate(said.lines):
            columns = (
                iso(moment),
                f"{server.name}\\{connector}",
                said.session_id,
                str(number),
                f"{server.ip}:{said.port}",
                f"{said.peer.ip}:{said.peer.port}",
                event,
                data,
                context,
            )
            written.append((moment, ",".join(quoted(column) for column in columns)))

    def files(self) -> dict[str, bytes]:
        """Every log as bytes: BOM, header lines, rows by time, CRLF."""
        out = {}
        for (path, kind), rows in {**self._rows, **self._lines}.items():
            ordered = sorted(rows, key=lambda row: row[0])
            tracking = kind == "Message Tracking Log"
            head = [
                "#Software: Microsoft Exchange Server",
                f"#Version: {LOG_BUILD if tracking else '15.0.0.0'}",
                f"#Log-type: {kind}",
                f"#Date: {iso(ordered[0][0])}",
                f"#Fields: {TRACKING_FIELDS if tracking else PROTOCOL_FIELDS}",
            ]
            text = "".join(line + "\r\n" for line in [*head, *(row[1] for row in ordered)])
            out[path] = b"\xef\xbb\xbf" + text.encode("utf-8")
        return out


@dataclass
class Session:
    """What was said in one SMTP session, line by line."""

    session_id: str
    peer: Peer
    port: int
    clock: datetime
    lines: list[tuple[datetime, str, str, str]] = field(default_factory=list)

    def say(self, event: str, data: str = "", context: str = "", *, after: int = 1) -> None:
        self.clock = later(self.clock, after)
        self.lines.append((self.clock, event, data, context))

    def greet(self, server: Server, hello: str, extensions: str) -> None:
        self.say("+", after=0)
        self.say(">", f"220 {server.fqdn} Microsoft ESMTP MAIL Service ready at {mail_date(self.clock)}")
        self.say("<", f"EHLO {hello}", after=4)
        self.say(">", f"250  {server.fqdn} Hello [{self.peer.ip}] {extensions}")

    def start_tls(self, server: Server, verb: str, hello: str, extensions: str) -> None:
        self.say("<", verb, after=2)
        self.say(">", "220 2.0.0 SMTP server ready")
        names = f"CN={server.name} CN={server.name}"
        certificate = f" {names} 4A1C5D0E7B2F9386 {server.fqdn};{server.name}"
        self.say("*", certificate, "Sending certificate Subject Issuer name Serial number Subject alternate names")
        self.say("*", "", TLS_DONE, after=9)
        self.say("<", f"EHLO {hello}", after=2)
        self.say(">", f"250  {server.fqdn} Hello [{self.peer.ip}] {extensions}")


def hub_session(trace: Trace, peer: Peer, transit: Transit, message: Message, proxied: Peer | None) -> Session:
    """The session in which Front End Transport (or another server) hands a message to the Transport service."""
    session_id, connected, _ = trace.protocol_id.split(";")
    start = datetime.fromisoformat(connected)
    said = Session(session_id, peer, 2525, start)
    basic = "SIZE PIPELINING DSN ENHANCEDSTATUSCODES STARTTLS X-ANONYMOUSTLS AUTH NTLM X-EXPS GSSAPI NTLM"
    after = "8BITMIME BINARYMIME CHUNKING XRDST XSHADOWREQUEST"
    said.greet(trace.server, peer.host, f"{basic} {after}")
    secured = basic.replace("STARTTLS X-ANONYMOUSTLS ", "")
    said.start_tls(trace.server, "X-ANONYMOUSTLS", peer.host, f"{secured} {after}")
    said.say("<", "X-EXPS EXCHANGEAUTH SHA256 ", after=3)
    rights = (
        "SMTPSubmit SMTPAcceptAnySender SMTPAcceptAuthoritativeDomainSender BypassAntiSpam"
        " AcceptRoutingHeaders AcceptForestHeaders AcceptOrganizationHeaders"
    )
    said.say("*", rights, "Set Session Permissions")
    said.say("*", f"CONTOSO\\{peer.host.split('.')[0]}$", "authenticated")
    said.say(">", "235 <authentication response>")
    if proxied:
        _proxy(said, trace.server, proxied, message)
    finish(said, trace, transit, message)
    return said


def _proxy(said: Session, server: Server, proxied: Peer, message: Message) -> None:
    """The front end says for whom it speaks: XPROXY for a client that logged on, XPROXYFROM for all others."""
    who = f"SID={server.session_id(later(said.clock, -60_000))} IP={proxied.ip} PORT={proxied.port}"
    host = proxied.host.strip("[]")
    if message.directionality == "Originating":
        account = f"S-1-5-21-1605204812-2214093581-739410206-{1100 + proxied.port % 900}"
        said.say("<", f"XPROXY {who} DOMAIN={host} SECID={base64.b64encode(account.encode()).decode()}")
        said.say(">", "250 XProxy accepted")
    else:
        said.say("<", f"XPROXYFROM {who} DOMAIN={host} SEQNUM=1 PERMS=1077 AUTHSRC={server.fqdn}")
        said.say(">", "250 XProxyFrom accepted")


def finish(said: Session, trace: Trace, transit: Transit, message: Message) -> None:
    """From MAIL FROM to the answer and the good-bye, at the times of the trace."""
    opened, closed = trace.opened or trace.clock, trace.closed or trace.clock
    said.clock = max(said.clock, later(opened, -4))
    said.say("<", f"MAIL FROM:<{transit.sender.strip('<>')}> SIZE={len(transit.mail.raw)}")
    said.say("*", trace.protocol_id, "receiving message", after=0)
    for recipient in transit.recipients:
        said.say("<", f"RCPT TO:<{recipient}>")
    said.say(">", "250 2.1.0 Sender OK", after=0)
    for _ in transit.recipients:
        said.say(">", "250 2.1.5 Recipient OK", after=0)
    said.say("<", f"BDAT {len(transit.mail.raw)} LAST", after=2)
    seconds = (closed - said.clock).total_seconds()
    speed = len(transit.mail.raw) / 1024 / seconds
    said.clock = closed
    host = trace.server.fqdn
    said.say(
        ">",
        f"250 2.6.0 {message.message_id} [InternalId={trace.record_id}, Hostname={host}]"
        f" {len(transit.mail.raw)} bytes in {seconds:.3f}, {speed:.3f} KB/sec Queued mail for delivery",
    )
    said.say("<", "QUIT", after=11)
    said.say(">", "221 2.0.0 Service closing transmission channel")
    said.say("-", "", "Local")


def collection(members: Iterable[str]) -> str:
    """Members joined by `;`; one that holds `;` or `'` stands in single quotes, doubled inside."""
    return ";".join("'" + m.replace("'", "''") + "'" if ";" in m or "'" in m else m for m in members)


def quoted(value: str) -> str:
    """A CSV field: quoted where it holds a comma or a quote, CR and LF as backslash letters."""
    value = value.replace("\r", "\\r").replace("\n", "\\n")
    return '"' + value.replace('"', '""') + '"' if "," in value or '"' in value else value
