"""The stories of mail that Contoso's own people sent: a disclaimer, a signature, DKIM, a fork, a gap, a deletion."""

import base64
import hashlib
import re
import struct
import zlib
from dataclasses import dataclass, replace
from datetime import datetime

from _exchange import (
    CRLF,
    Act,
    Mail,
    Server,
    Transit,
    arrival_time,
    base64_lines,
    crlf,
    encoded_word,
    folded,
    guid,
    later,
    mail_date,
    pseudo_bytes,
    quoted_printable,
    ticks,
    timed_guid,
    utc,
    wrapped,
)
from _logs import LogBook, Message, Peer, hub_session
from _pipeline import CATEGORIZER, Script, Trace
from _servers import (
    CATEGORIZED,
    CODETWO,
    DKIM_SIGNER,
    EDGE01,
    END_OF_DATA,
    FOOTER_AGENT,
    MBX01,
    MBX02,
    RESOLVED,
    ROUTED,
)
from _stories_inbound import (
    HUB_FOLDER,
    NO_COST,
    SMTP,
    SUMMARY_CLEAN,
    acts_of,
    at_front_end,
    both,
    hub_path,
    hub_service,
    open_hub,
    sent_and_delivered,
)

RULE_DISCLAIMER = guid("rule: company disclaimer")
RULE_OUTSIDE = guid("rule: mark what leaves the house")
RULE_CONFIDENTIAL = guid("rule: prefix for project falcon")
RULE_DROP = guid("rule: drop test alarms")
_SET = "sev=1|mode=Enforce"


@dataclass(frozen=True)
class Letter:
    """A mail of one of Contoso's own, as its client hands it over."""

    name: str
    server: Server
    connected: datetime
    row: int
    sender: str
    display: str
    recipients: tuple[str, ...]
    to: str
    subject: str
    message_id: str
    content: tuple[str, ...]
    body: bytes
    client: Peer
    agent: str = "User-Agent: Mozilla Thunderbird"


def submit(letter: Letter) -> tuple[Trace, Transit, Message, dict[str, Act]]:
    """Opens the trace: authenticated SMTP through Front End Transport, as Thunderbird, scanners and programs send.

    (Outlook's mail travels as TNEF until content conversion, and would show nothing.)
    """
    trace = open_hub(letter.server, letter.name, letter.connected, letter.row)
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
    transit = at_front_end(
        Transit(mail, letter.sender, letter.recipients), letter.server, letter.client, letter.connected
    )
    trace.original(transit)
    network_id = timed_guid(trace.clock, letter.name)
    message = Message(
        letter.message_id, network_id, letter.subject, letter.sender, "Originating", letter.client.ip,
        later(letter.connected, 12),
    )  # fmt: skip
    service = hub_service(
        letter.server,
        Peer(letter.server.fqdn, letter.server.ip),
        trace.clock,
        f"Return-Path: {letter.sender}",
        arrival_time(trace.clock),
        f"X-MS-Exchange-Organization-Network-Message-Id: {network_id}",
        f"X-MS-Exchange-Organization-OriginalClientIPAddress: {letter.client.ip}",
        f"X-MS-Exchange-Organization-OriginalServerIPAddress: {letter.server.ip}",
        "X-MS-Exchange-Organization-MessageDirectionality: Originating",
        f"X-MS-Exchange-Organization-AuthSource: {letter.server.fqdn}",
        "X-MS-Exchange-Organization-AuthAs: Internal",
        "X-MS-Exchange-Organization-AuthMechanism: 07",
    )
    trusted: Act = lambda t: t.changed(lambda m: m.below("X-MS-Exchange-Organization-SCL: -1"))  # noqa: E731
    service[END_OF_DATA] = both(service[END_OF_DATA], trusted)
    return trace, transit, message, service


def log_submission(
    book: LogBook, trace: Trace, message: Message, transit: Transit, client: Peer, shadow_row: int
) -> None:
    """The session, RECEIVE, and the shadow copy on the other Mailbox server."""
    server = trace.server
    other = MBX02 if server is MBX01 else MBX01
    connector = f"Client Proxy {server.name}"
    front = Peer(server.fqdn, server.ip, 40000 + trace.record_id % 9000)
    said = hub_session(trace, front, transit, message, client)
    said.port = 465
    book.session(server, HUB_FOLDER, connector, said)
    book.shadowed(trace, message, transit, other, other.record_id(shadow_row))
    book.received(trace, message, transit, front, connector, "07I: ")


def to_edge(book: LogBook, trace: Trace, message: Message, leaving: Transit, row: int) -> None:
    answer = f"250 2.6.0 {message.message_id} [InternalId={EDGE01.record_id(row)}, Hostname={EDGE01.fqdn}]"
    peer = Peer(EDGE01.fqdn, EDGE01.ip)
    connector = "EdgeSync - Default-First-Site-Name to Internet"
    book.sent(trace, message, leaving, peer, connector, 190, f"{answer} Queued mail for delivery")


def matched(rule: str, changed: str, *actions: str) -> str:
    """The Transport Rule Agent's word on a rule that matched."""
    done = "|".join(f"action={action}" for action in actions)
    return f"S:TRA=ETR|ruleId={rule}|st={changed}.0000000Z|{done}|{_SET}"


# A disclaimer rule

_ALTERNATIVE = "------------7Qk2LmW0vN5pYtRzB3xHcEgd"
_FIGURES = (
    "Hello all,\n\nhere are the first figures for the second quarter. Lighting is up by 4 %,\n"
    "service is flat. Please send me your corrections by Friday.\n\nLynne\n"
)
_FIGURES_RICH = (
    "<html><body><p>Hello all,</p>\n<p>here are the first figures for the second quarter. <b>Lighting is up by 4"
    " %</b>,\nservice is flat. Please send me your corrections by Friday.</p>\n<p>Lynne</p>{}</body></html>\n"
)
_LEGAL = "Contoso Leuchten GmbH · Sitz der Gesellschaft: Hamburg · This message is meant for its addressee only."


def _alternative(text: bytes, rich: bytes, text_head: str, rich_head: str) -> bytes:
    mark = f"--{_ALTERNATIVE}".encode()
    parts = ((text_head, text), (rich_head, rich))
    return b"".join(mark + crlf(f"\n{head}\n\n") + body + b"\r\n" for head, body in parts) + mark + b"--\r\n"


def disclaimer(book: LogBook) -> list[Trace]:
    """Story 2: mail to a distribution group; a transport rule adds a disclaimer to text and HTML."""
    letter = Letter(
        "disclaimer", MBX01, utc("2024-05-14T08:17:44.530"), 244, "lynne.robbins@contoso.com", "Lynne Robbins",
        ("finance@contoso.com",), "Finance <finance@contoso.com>", "Q2 budget: first figures",
        "<0d7e6f3c-9b6b-4a57-8a2e-51c0f6d98e11@contoso.com>",
        (f'Content-Type: multipart/alternative;{CRLF} boundary="{_ALTERNATIVE}"',),
        _alternative(crlf(_FIGURES), crlf(_FIGURES_RICH.format("")),
                     "Content-Type: text/plain; charset=UTF-8; format=flowed\nContent-Transfer-Encoding: 7bit",
                     "Content-Type: text/html; charset=UTF-8\nContent-Transfer-Encoding: 7bit"),
        Peer("[10.20.4.31]", "10.20.4.31", 58204),
    )  # fmt: skip
    trace, arriving, message, service = submit(letter)
    members = ("diego.siciliani@contoso.com", "johanna.lorenz@contoso.com")
    resolver = service[RESOLVED]
    service[RESOLVED] = lambda t: resolver(replace(t, recipients=members))
    acts = acts_of(MBX01, {(RESOLVED, "Transport Rule Agent"): lambda t: t.changed(_with_disclaimer)})
    script = Script(acts, service, {(RESOLVED, "Transport Rule Agent"): 47})
    leaving = trace.run(arriving, script, MBX01.agents, (*SMTP, *CATEGORIZER))
    log_submission(book, trace, message, arriving, letter.client, 884)
    book.row(
        MBX01, later(trace.times[RESOLVED, None], -6), "EXPAND", "ROUTING", message, trace.record_id,
        replace(leaving, mail=arriving.mail), client_hostname=MBX01.name,
        related_recipient_address="finance@contoso.com",
        recipient_status="250 2.1.5 RESOLVER.GRP.Expanded; distribution list expanded",
    )  # fmt: skip
    rule = matched(RULE_DISCLAIMER, "2023-11-06T08:30:12", "ApplyHtmlDisclaimer")
    book.agents_told(trace, message, leaving, (SUMMARY_CLEAN, rule, "S:CompCost=|ETR=31"))
    sent_and_delivered(book, trace, message, leaving, MBX01, 60417)
    return [trace]


def _with_disclaimer(mail: Mail) -> Mail:
    text = quoted_printable(_FIGURES + "\n" + _LEGAL + "\n")
    rich = quoted_printable(_FIGURES_RICH.format(f'<p style="font-size:8pt;color:#666666">{_LEGAL}</p>'))
    encoding = "Content-Transfer-Encoding: quoted-printable"
    body = _alternative(
        text, rich,
        f'Content-Type: text/plain; charset="utf-8"\n{encoding}', f'Content-Type: text/html; charset="utf-8"\n{encoding}',
    )  # fmt: skip
    digest = base64.b64encode(hashlib.sha256(_LEGAL.encode()).digest()).decode()
    return mail.with_body(body).below(
        f"X-MS-Exchange-Organization-Disclaimer-Hash: {digest}",
        f"X-MS-Exchange-Organization-Rules-Execution-History: {RULE_DISCLAIMER}",
    )


# A third-party signature


def signature(book: LogBook) -> list[Trace]:
    """Story 4: CodeTwo turns a plain single-part mail into multipart/related with a logo."""
    letter = Letter(
        "signature", MBX02, utc("2024-05-14T07:45:20.114"), 880, "megan.bowen@contoso.com", "Megan Bowen",
        ("orders@northwindtraders.com",), "orders@northwindtraders.com", "Delivery date for order 20418",
        "<a4c2b7e0-3f51-4f0b-9e36-7d0c58a1b2f4@contoso.com>",
        ("Content-Type: text/plain; charset=UTF-8; format=flowed", "Content-Transfer-Encoding: 7bit"),
        crlf(_QUESTION), Peer("[10.20.4.57]", "10.20.4.57", 61330),
    )  # fmt: skip
    trace, arriving, message, service = submit(letter)
    acts = acts_of(MBX02, {(ROUTED, CODETWO): lambda t: t.changed(_signed_by_codetwo)})
    leaving = trace.run(arriving, Script(acts, service, {(ROUTED, CODETWO): 163}), MBX02.agents, (*SMTP, *CATEGORIZER))
    log_submission(book, trace, message, arriving, letter.client, 238)
    book.agents_told(trace, message, leaving, (SUMMARY_CLEAN, NO_COST))
    to_edge(book, trace, message, leaving, 5136)
    return [trace]


_QUESTION = "Hello,\n\ncan you confirm the 28th for order 20418? We have the ramp from 8 to 12.\n\nMegan\n"


def _signed_by_codetwo(mail: Mail) -> Mail:
    related, alternative = "_004_C2ER5f1ac0de20418related_", "_003_C2ER5f1ac0de20418alternative_"
    card = "Megan Bowen\nPurchasing\nContoso Leuchten GmbH, Am Sandtorkai 40, 20457 Hamburg\nT +49 40 5550 142\n"
    paragraphs = "".join(f"<p>{line}</p>\n" for line in _QUESTION.splitlines() if line)
    rich = (
        f'<html><head><meta charset="utf-8"></head><body>\n{paragraphs}<table><tr><td><img src="cid:logo@codetwo"'
        f' width="24" height="8" alt="Contoso"></td>\n<td>{card.strip().replace(chr(10), "<br>")}</td></tr></table>'
        "\n</body></html>\n"
    )
    encoding = "Content-Transfer-Encoding: quoted-printable"
    body = (
        crlf(f'--{related}\nContent-Type: multipart/alternative;\n\tboundary="{alternative}"\n\n')
        + crlf(f'--{alternative}\nContent-Type: text/plain; charset="utf-8"\n{encoding}\n\n')
        + quoted_printable(_QUESTION + "\n" + card)
        + crlf(f'\n--{alternative}\nContent-Type: text/html; charset="utf-8"\n{encoding}\n\n')
        + quoted_printable(rich)
        + crlf(f'\n--{alternative}--\n\n--{related}\nContent-Type: image/png; name="logo.png"\n')
        + crlf('Content-Transfer-Encoding: base64\nContent-ID: <logo@codetwo>\n'
               'Content-Disposition: inline; filename="logo.png"\n\n')
        + base64_lines(_logo())
        + crlf(f"\n--{related}--\n")
    )  # fmt: skip
    wrap = f'Content-Type: multipart/related; type="multipart/alternative";{CRLF}\tboundary="{related}"'
    return mail.without("Content-Transfer-Encoding").with_field(wrap).with_body(body).below("X-CodeTwoProcessed: true")


def _logo() -> bytes:
    """A 24 by 8 pixel PNG in two colours; its data is stored, not compressed: zlib's output differs by version."""
    rows = b"".join(b"\x00" + bytes((0x3C, 0x7E, 0x18 << (y % 3))) for y in range(8))
    stored = b"\x78\x01\x01" + struct.pack("<HH", len(rows), len(rows) ^ 0xFFFF) + rows
    stored += struct.pack(">I", zlib.adler32(rows))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 24, 8, 1, 3, 0, 0, 0)),
        (b"PLTE", bytes((255, 255, 255, 0, 90, 158))),
        (b"IDAT", stored),
        (b"IEND", b""),
    )
    out = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        out += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return out


# DKIM before a footer


def dkim(book: LogBook) -> list[Trace]:
    """Story 5: the service re-encodes the body, DkimSigner signs, and an agent behind it appends a footer."""
    text = (
        "Dear Mr Gu,\n\nthank you for your visit. The samples for the façade lighting leave Lübeck on\n"
        "Thursday; you will have them by Tuesday.\n\nBest regards\nJoni Sherman\n"
    )
    letter = Letter(
        "dkim", MBX01, utc("2024-05-14T11:40:05.902"), 263, "joni.sherman@contoso.com", "Joni Sherman",
        ("lee.gu@adatum.com",), "Lee Gu <lee.gu@adatum.com>", "Samples for the façade",
        "<3b9ad0f7-66e1-4c0d-8d92-0f4e2a7c5b18@contoso.com>",
        ("Content-Type: text/plain; charset=UTF-8; format=flowed", "Content-Transfer-Encoding: 8bit"),
        crlf(text), Peer("[10.20.4.44]", "10.20.4.44", 53018),
    )  # fmt: skip
    trace, arriving, message, service = submit(letter)
    service[CATEGORIZED] = lambda t: t.changed(
        lambda mail: mail.with_field("Content-Transfer-Encoding: quoted-printable").with_body(quoted_printable(text))
    )
    footer = text + "\n-- \nWoodgrove Fußzeile: Besuchen Sie uns auf der Light + Building, Halle 3.1.\n"
    acts = acts_of(
        MBX01,
        {
            (CATEGORIZED, DKIM_SIGNER): lambda t: t.changed(lambda mail: _dkim_signed(mail, trace.clock)),
            (CATEGORIZED, FOOTER_AGENT): lambda t: t.changed(lambda mail: mail.with_body(quoted_printable(footer))),
        },
    )
    leaving = trace.run(arriving, Script(acts, service), MBX01.agents, (*SMTP, *CATEGORIZER))
    log_submission(book, trace, message, arriving, letter.client, 911)
    book.agents_told(trace, message, leaving, (SUMMARY_CLEAN, NO_COST))
    to_edge(book, trace, message, leaving, 5160)
    return [trace]


def _dkim_signed(mail: Mail, moment: datetime) -> Mail:
    """A DKIM-Signature with the true body hash (relaxed); b= is made up, for there is no such key."""
    digest = base64.b64encode(hashlib.sha256(relaxed_body(mail.body)).digest()).decode()
    seconds = (ticks(moment) - ticks(utc("1970-01-01T00:00:00"))) // 10_000_000
    made_up = base64.b64encode(pseudo_bytes("dkim signature of the sample", 256)).decode()
    field = folded(
        f"DKIM-Signature: v=1; a=rsa-sha256; d=contoso.com; s=ex2024; c=relaxed/relaxed; t={seconds};"
        f" h=from:subject:date:message-id:to:mime-version:content-type; bh={digest};"
    )
    return mail.on_top(field + CRLF + " " + wrapped(f"b={made_up}", 76))


def relaxed_body(body: bytes) -> bytes:
    """RFC 6376, 3.4.4: runs of blanks to one, none at a line's end, no empty lines at the end."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


# A fork


def fork(book: LogBook) -> list[Trace]:
    """Story 6: a rule for outside recipients alone makes the Transport Rule Agent fork the message."""
    inside, outside = "irvin.sayers@contoso.com", "henrietta.mueller@northwindtraders.com"
    letter = Letter(
        "fork", MBX02, utc("2024-05-14T12:10:37.041"), 902, "pradeep.gupta@contoso.com", "Pradeep Gupta",
        (inside, outside), f"Irvin Sayers <{inside}>,{CRLF} Henrietta Mueller <{outside}>", "Drawings for hall 4",
        "<c81f2d90-4c0e-4d6f-b7a3-92e5d1f0a6c4@contoso.com>",
        ("Content-Type: text/plain; charset=UTF-8; format=flowed", "Content-Transfer-Encoding: 7bit"),
        crlf("Hello both,\n\nthe drawings are on the share. Henrietta, please mind revision C.\n\nPradeep\n"),
        Peer("[10.20.4.63]", "10.20.4.63", 50127),
    )  # fmt: skip
    trace, arriving, message, service = submit(letter)
    before_fork: list[Transit] = []

    def split(transit: Transit) -> Transit:
        before_fork.append(transit)
        return replace(transit, recipients=(inside,))

    acts = acts_of(MBX02, {(RESOLVED, "Transport Rule Agent"): split})
    leaving = trace.run(arriving, Script(acts, service), MBX02.agents, (*SMTP, *CATEGORIZER))
    log_submission(book, trace, message, arriving, letter.client, 270)
    book.agents_told(trace, message, leaving, (SUMMARY_CLEAN, NO_COST))
    sent_and_delivered(book, trace, message, leaving, MBX02, 61033)
    child = _forked(book, trace, message, replace(before_fork[0], recipients=(outside,)))
    return [trace, child]


def _forked(book: LogBook, parent: Trace, message: Message, starting: Transit) -> Trace:
    """The child: no Original.eml; it begins at the event's own snapshot, behind the agent that forked it."""
    done = parent.times[RESOLVED, "Transport Rule Agent"]
    child = Trace(hub_path(MBX02, "fork child"), MBX02, later(done, 3), record_id=parent.record_id + 1)
    marked = starting.changed(
        lambda mail: mail.with_field("Subject: [Contoso] Drawings for hall 4").below(
            f"X-MS-Exchange-Organization-Rules-Execution-History: {RULE_OUTSIDE}",
            "X-MS-Exchange-Forest-RulesExecuted: MBX02",
            "X-MS-Exchange-Organization-RulesExecuted: MBX02",
        )
    )
    ran = MBX02.agents[RESOLVED]
    rest = {**MBX02.agents, RESOLVED: ran[ran.index("Transport Rule Agent") + 1 :]}
    leaving = child.run(marked, Script(acts_of(MBX02, {})), rest, (RESOLVED, ROUTED, CATEGORIZED))
    book.row(
        MBX02, later(done, -2), "TRANSFER", "AGENT", message, child.record_id, marked,
        client_hostname=MBX02.name, source_context="Transport Rule Agent", reference=str(parent.record_id),
    )  # fmt: skip
    rule = matched(RULE_OUTSIDE, "2024-01-15T13:02:55", "PrependSubject")
    outgoing = replace(message, subject="[Contoso] Drawings for hall 4")
    book.agents_told(child, outgoing, leaving, (SUMMARY_CLEAN, rule, "S:CompCost=|ETR=2"))
    to_edge(book, child, outgoing, leaving, 5167)
    return child


# A gap


def gap(book: LogBook) -> list[Trace]:
    """Story 8: the file behind the Transport Rule Agent could not be written; the subject changed meanwhile."""
    letter = Letter(
        "gap", MBX02, utc("2024-05-14T14:05:58.377"), 917, "isaiah.langer@contoso.com", "Isaiah Langer",
        ("debra.berger@contoso.com",), "Debra Berger <debra.berger@contoso.com>", "Falcon: Prüfbericht",
        "<e2d7a915-0b3c-4fd8-9c61-6a58f7b03d2e@contoso.com>",
        ("Content-Type: text/plain; charset=UTF-8; format=flowed", "Content-Transfer-Encoding: 7bit"),
        crlf("Debra,\n\nthe test report for Falcon is ready. Can we talk at five?\n\nIsaiah\n"),
        Peer("[10.20.4.18]", "10.20.4.18", 49811),
    )  # fmt: skip
    trace, arriving, message, service = submit(letter)
    prefixed = encoded_word("[Vertraulich] " + letter.subject)
    tagged: Act = lambda t: t.changed(  # noqa: E731
        lambda mail: mail.with_field(f"Subject: {prefixed}").below(
            f"X-MS-Exchange-Organization-Rules-Execution-History: {RULE_CONFIDENTIAL}"
        )
    )
    acts = acts_of(MBX02, {(RESOLVED, "Transport Rule Agent"): tagged})
    script = Script(acts, service, lost=frozenset({"Routing0010.eml"}))
    leaving = trace.run(arriving, script, MBX02.agents, (*SMTP, *CATEGORIZER))
    log_submission(book, trace, message, arriving, letter.client, 281)
    rule = matched(RULE_CONFIDENTIAL, "2024-03-21T09:47:31", "PrependSubject")
    book.agents_told(trace, message, leaving, (SUMMARY_CLEAN, rule, "S:CompCost=|ETR=1"))
    sent_and_delivered(book, trace, message, leaving, MBX01, 61240)
    return [trace]


# A deletion


def deletion(book: LogBook) -> list[Trace]:
    """Story 10: a rule deletes the message; the agent's snapshot says Deleted, and nothing follows."""
    letter = Letter(
        "deletion", MBX01, utc("2024-05-14T13:20:11.649"), 276, "alarms@contoso.com", "Building alarms",
        ("grady.archie@contoso.com",), "grady.archie@contoso.com", "TEST ALARM 0317",
        "<0317.1715692810@alarms.contoso.com>", ("Content-Type: text/plain; charset=us-ascii",),
        crlf("Test alarm 0317, hall 2, smoke detector 14. No action needed.\n"),
        Peer("alarms.corp.contoso.com", "10.20.9.5", 2304), "X-Mailer: AlarmGate 3.1",
    )  # fmt: skip
    trace, arriving, message, service = submit(letter)
    where = (RESOLVED, "Transport Rule Agent")
    last = trace.run(
        arriving, Script(acts_of(MBX01, {}), service, deleted_by=where), MBX01.agents, (*SMTP, *CATEGORIZER)
    )
    log_submission(book, trace, message, arriving, letter.client, 925)
    said = "[{LED=550 5.2.1 Message deleted by the transport rules agent};{MSG=};{FQDN=};{IP=};{LRT=}]"
    book.row(
        MBX01, later(trace.clock, 2), "FAIL", "AGENT", message, trace.record_id, last,
        client_hostname=MBX01.name, source_context="Transport Rule Agent", recipient_status=said,
    )  # fmt: skip
    rule = matched(RULE_DROP, "2024-05-02T06:11:09", "DeleteMessage")
    book.agents_told(trace, message, last, (SUMMARY_CLEAN, rule, NO_COST))
    return [trace]
