"""Stories 2, 6, 8 and 10, all of the Transport Rule Agent: a disclaimer, a fork, a gap, and a deletion."""

import base64
import hashlib
from dataclasses import replace
from datetime import datetime

from _exchange import (
    BUILD,
    CRLF,
    Mail,
    Transit,
    arrival_time,
    crlf,
    encoded_word,
    folded,
    guid,
    later,
    mail_date,
    quoted_printable,
    timed_guid,
    utc,
)
from _hub import (
    NO_COST,
    SMTP,
    SUMMARY_CLEAN,
    acts_of,
    both,
    hub_service,
    matched,
    sent_and_delivered,
    snapshots_folder,
    to_edge,
)
from _letters import PLAIN_UTF8, Letter, log_submission, submit
from _logs import LogBook, Message, Peer, collection
from _pipeline import CATEGORIZER, Script, Trace
from _servers import CATEGORIZED, MBX01, MBX02, RESOLVED, ROUTED

RULE_DISCLAIMER = guid("rule: company disclaimer")
RULE_OUTSIDE = guid("rule: mark what leaves the house")
RULE_CONFIDENTIAL = guid("rule: prefix for project falcon")
RULE_DROP = guid("rule: drop test alarms")
RULES = (RESOLVED, "Transport Rule Agent")
ALL_EVENTS = (*SMTP, *CATEGORIZER)
SEVEN_BIT = "Content-Transfer-Encoding: 7bit"


def _history(rule: str) -> str:
    return f"X-MS-Exchange-Organization-Rules-Execution-History: {rule}"


_BOUNDARY = "------------7Qk2LmW0vN5pYtRzB3xHcEgd"
_FIGURES = (
    "Hello all,\n\nhere are the first figures for the second quarter. Lighting is up by 4 %,\n"
    "service is flat. Please send me your corrections by Friday.\n\nLynne\n"
)
_FIGURES_HTML = (
    "<html><body><p>Hello all,</p>\n<p>here are the first figures for the second quarter.\n<b>Lighting is up by 4"
    " %</b>, service is flat.\nPlease send me your corrections by Friday.</p>\n<p>Lynne</p>{}</body></html>\n"
)
_LEGAL = "Contoso Leuchten GmbH · Sitz der Gesellschaft: Hamburg · This message is meant for its addressee only."


def disclaimer(book: LogBook) -> list[Trace]:
    """Story 2: mail to a distribution group; a transport rule adds a disclaimer to text and HTML."""
    letter = Letter(
        name="disclaimer",
        server=MBX02,
        connected=utc("2024-05-14T08:17:44.530"),
        row=886,
        shadow_row=244,
        display="Lynne Robbins",
        sender="lynne.robbins@contoso.com",
        recipients=("finance@contoso.com",),
        to="Finance <finance@contoso.com>",
        subject="Q2 budget: first figures",
        message_id="<0d7e6f3c-9b6b-4a57-8a2e-51c0f6d98e11@contoso.com>",
        content=(f'Content-Type: multipart/alternative;{CRLF} boundary="{_BOUNDARY}"',),
        body=_part("plain; charset=UTF-8; format=flowed", SEVEN_BIT, crlf(_FIGURES))
        + _part("html; charset=UTF-8", SEVEN_BIT, crlf(_FIGURES_HTML.format("")))
        + crlf(f"--{_BOUNDARY}--\n"),
        client=Peer("[10.20.4.31]", "10.20.4.31", 58204),
    )
    sent = submit(letter)
    trace, message = sent.trace, sent.message
    members = ("diego.siciliani@contoso.com", "johanna.lorenz@contoso.com")
    service = {**sent.service, RESOLVED: both(lambda t: replace(t, recipients=members), sent.service[RESOLVED])}
    acts = acts_of(MBX02, {RULES: lambda t: t.changed(_with_disclaimer)})
    leaving = trace.run(sent.arriving, Script(acts, service, {RULES: 47}), MBX02.agents, ALL_EVENTS)
    log_submission(book, letter, sent)
    expanded = replace(sent.arriving, recipients=members)
    book.row(
        MBX02,
        later(trace.times[RESOLVED, None], -6),
        "EXPAND",
        "ROUTING",
        message,
        trace.record_id,
        expanded,
        client_hostname=MBX02.name,
        related_recipient_address="finance@contoso.com",
        recipient_status=collection(["250 2.1.5 RESOLVER.GRP.Expanded; distribution list expanded"]),
    )
    rule = matched(RULE_DISCLAIMER, "2023-11-06T08:30:12", "ApplyHtmlDisclaimer")
    book.agents_told(trace, message, leaving, (SUMMARY_CLEAN, rule, "S:CompCost=|ETR=31"))
    sent_and_delivered(book, trace, message, leaving, MBX01, 48090)
    return [trace]


def _part(kind: str, encoding: str, body: bytes) -> bytes:
    return crlf(f"--{_BOUNDARY}\nContent-Type: text/{kind}\n{encoding}\n\n") + body + CRLF.encode()


def _with_disclaimer(mail: Mail) -> Mail:
    encoding = "Content-Transfer-Encoding: quoted-printable"
    small = f'<p style="font-size:8pt;color:#666666">{_LEGAL}</p>'
    body = (
        _part('plain; charset="utf-8"', encoding, quoted_printable(f"{_FIGURES}\n{_LEGAL}\n"))
        + _part('html; charset="utf-8"', encoding, quoted_printable(_FIGURES_HTML.format(small)))
        + crlf(f"--{_BOUNDARY}--\n")
    )
    digest = base64.b64encode(hashlib.sha256(_LEGAL.encode()).digest()).decode()
    mark = f"X-MS-Exchange-Organization-Disclaimer-Hash: {digest}"
    return mail.with_body(body).below(mark, _history(RULE_DISCLAIMER))


def fork(book: LogBook) -> list[Trace]:
    """Story 6: a rule for outside recipients alone makes the Transport Rule Agent fork the message."""
    inside, outside = "irvin.sayers@contoso.com", "henrietta.mueller@northwindtraders.com"
    letter = Letter(
        name="fork",
        server=MBX02,
        connected=utc("2024-05-14T12:10:37.041"),
        row=914,
        shadow_row=270,
        display="Pradeep Gupta",
        sender="pradeep.gupta@contoso.com",
        recipients=(inside, outside),
        to=f"Irvin Sayers <{inside}>,{CRLF} Henrietta Mueller <{outside}>",
        subject="Drawings for hall 4",
        message_id="<c81f2d90-4c0e-4d6f-b7a3-92e5d1f0a6c4@contoso.com>",
        content=(PLAIN_UTF8, SEVEN_BIT),
        body=crlf("Hello both,\n\nthe drawings are on the share. Henrietta, please mind revision C.\n\nPradeep\n"),
        client=Peer("[10.20.4.63]", "10.20.4.63", 50127),
    )
    sent = submit(letter)
    before: list[Transit] = []

    def split(transit: Transit) -> Transit:
        before.append(transit)
        return replace(transit, recipients=(inside,))

    script = Script(acts_of(MBX02, {RULES: split}), sent.service)
    leaving = sent.trace.run(sent.arriving, script, MBX02.agents, ALL_EVENTS)
    log_submission(book, letter, sent)
    book.agents_told(sent.trace, sent.message, leaving, (SUMMARY_CLEAN, NO_COST))
    sent_and_delivered(book, sent.trace, sent.message, leaving, MBX02, 59302)
    child = _forked(book, sent.trace, sent.message, replace(before[0], recipients=(outside,)))
    return [sent.trace, child]


def _forked(book: LogBook, parent: Trace, message: Message, starting: Transit) -> Trace:
    """The child: no Original.eml; it begins at the event's own snapshot, behind the agent that forked it."""
    done = parent.times[RULES]
    path = snapshots_folder("MBX02/Hub/PipelineTracing", "fork child")
    child = Trace(path, MBX02, later(done, 3), record_id=parent.record_id + 1)
    stamps = (
        _history(RULE_OUTSIDE),
        "X-MS-Exchange-Forest-RulesExecuted: MBX02",
    )
    subject = "Subject: [Contoso] Drawings for hall 4"
    marked = starting.changed(lambda mail: mail.with_field(subject).below(*stamps))
    ran = MBX02.agents[RESOLVED]
    rest = {**MBX02.agents, RESOLVED: ran[ran.index(RULES[1]) + 1 :]}
    leaving = child.run(marked, Script(acts_of(MBX02, {})), rest, (RESOLVED, ROUTED, CATEGORIZED))
    book.row(
        MBX02,
        later(done, -2),
        "TRANSFER",
        "AGENT",
        message,
        child.record_id,
        marked,
        client_hostname=MBX02.name,
        source_context="Transport Rule Agent",
        reference=str(parent.record_id),
    )
    rule = matched(RULE_OUTSIDE, "2024-01-15T13:02:55", "PrependSubject")
    book.agents_told(child, message, leaving, (SUMMARY_CLEAN, rule, "S:CompCost=|ETR=2"))
    to_edge(book, child, message, leaving, 5167)
    return child


def gap(book: LogBook) -> list[Trace]:
    """Story 8: the file behind the Transport Rule Agent could not be written; the subject changed meanwhile."""
    letter = Letter(
        name="gap",
        server=MBX02,
        connected=utc("2024-05-14T14:05:58.377"),
        row=931,
        shadow_row=284,
        display="Isaiah Langer",
        sender="isaiah.langer@contoso.com",
        recipients=("debra.berger@contoso.com",),
        to="Debra Berger <debra.berger@contoso.com>",
        subject="Falcon: Prüfbericht",
        message_id="<e2d7a915-0b3c-4fd8-9c61-6a58f7b03d2e@contoso.com>",
        content=(PLAIN_UTF8, SEVEN_BIT),
        body=crlf("Debra,\n\nthe test report for Falcon is ready. Can we talk at five?\n\nIsaiah\n"),
        client=Peer("[10.20.4.18]", "10.20.4.18", 49811),
    )
    sent = submit(letter)
    subject = f"Subject: {encoded_word('[Vertraulich] ' + letter.subject)}"

    def tag(transit: Transit) -> Transit:
        return transit.changed(lambda mail: mail.with_field(subject).below(_history(RULE_CONFIDENTIAL)))

    place = sum(len(MBX02.agents[event]) + 1 for event in CATEGORIZER[:1]) + MBX02.agents[RESOLVED].index(RULES[1]) + 2
    script = Script(acts_of(MBX02, {RULES: tag}), sent.service, lost=frozenset({f"Routing{place:04d}.eml"}))
    leaving = sent.trace.run(sent.arriving, script, MBX02.agents, ALL_EVENTS)
    log_submission(book, letter, sent)
    rule = matched(RULE_CONFIDENTIAL, "2024-03-21T09:47:31", "PrependSubject")
    book.agents_told(sent.trace, sent.message, leaving, (SUMMARY_CLEAN, rule, "S:CompCost=|ETR=1"))
    sent_and_delivered(book, sent.trace, sent.message, leaving, MBX01, 48211)
    return [sent.trace]


def deletion(book: LogBook) -> list[Trace]:
    """Story 10: mail from the Pickup folder that a rule deletes; the agent's snapshot says so, and nothing follows."""
    moment = utc("2024-05-14T13:20:11.649")
    path = snapshots_folder("MBX01/Hub/PipelineTracing", "deletion")
    trace = Trace(path, MBX01, moment, record_id=MBX01.record_id(276))
    message, submitted = _alarm(moment)
    trace.original(submitted)
    script = Script(acts_of(MBX01, {}), hub_service(MBX01, moment), deleted_by=RULES)
    last = trace.run(submitted, script, MBX01.agents, CATEGORIZER)

    def row(after: int, event: str, source: str, transit: Transit, **columns: str) -> None:
        when = later(trace.clock if event == "FAIL" else moment, after)
        book.row(MBX01, when, event, source, message, trace.record_id, transit, **columns)

    row(-9, "RECEIVE", "PICKUP", submitted, server_hostname=MBX01.name)
    said = "[{LED=550 5.2.1 Message deleted by the transport rules agent};{MSG=};{FQDN=};{IP=};{LRT=}]"
    context = "Transport Rule Agent"
    row(2, "FAIL", "AGENT", last, client_hostname=MBX01.name, source_context=context, recipient_status=said)
    rule = matched(RULE_DROP, "2024-05-02T06:11:09", "DeleteMessage")
    book.agents_told(trace, message, last, (SUMMARY_CLEAN, rule, NO_COST))
    return [trace]


def _alarm(moment: datetime) -> tuple[Message, Transit]:
    """A test alarm that a program laid into the Pickup folder, with what the service stamped as it took it up."""
    sender, recipient = "alarms@contoso.com", "grady.archie@contoso.com"
    message_id = "<0317.1715692810@alarms.contoso.com>"
    message = Message(message_id, timed_guid(moment, "deletion"), sender, "Originating", "", later(moment, -9))
    mail = Mail(
        (
            folded(f"Received: from Pickup by {MBX01.fqdn} with Microsoft SMTP Server id {BUILD}; {mail_date(moment)}"),
            f"From: Building alarms <{sender}>",
            f"To: {recipient}",
            "Subject: TEST ALARM 0317",
            f"Date: {mail_date(later(moment, -1600))}",
            f"Message-ID: {message_id}",
            "X-Mailer: AlarmGate 3.1",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=us-ascii",
            f"Return-Path: {sender}",
            arrival_time(moment),
            f"X-MS-Exchange-Organization-Network-Message-Id: {message.network_message_id}",
            "X-MS-Exchange-Organization-MessageDirectionality: Originating",
            f"X-MS-Exchange-Organization-AuthSource: {MBX01.fqdn}",
            "X-MS-Exchange-Organization-AuthAs: Anonymous",
        ),
        crlf("Test alarm 0317, hall 2, smoke detector 14. No action needed.\n"),
    )
    return message, Transit(mail, sender, (recipient,))
