"""Complaints 11 and 18 to 20, of rules, set-up and logs: what the logs and the pasted settings say, or lack."""

from dataclasses import replace
from datetime import datetime

from _complaint_servers import (
    CLIENT,
    PLAIN,
    QUOTED,
    RULES,
    Files,
    Passed,
    Written,
    files_of,
    lean,
    rule_stamp,
    through_hub,
)
from _exchange import Transit, crlf, guid, iso, later, quoted_printable
from _hub import NO_COST, SUMMARY_CLEAN, matched, queued, to_edge
from _logs import LogBook, Peer
from _servers import MBX01, MBX02

MARKING, DISCLAIMER = "rule: mark what leaves the house", "rule: disclaimer"
_LETTER = "Dear Mr Gu,\n\nplease find the dates below.\n\nJoni Sherman\n"
_CONTENT = (PLAIN, QUOTED)
_BODY = quoted_printable(_LETTER)
_INSIDE = "Intra-Organization SMTP Send Connector"


def which_rule() -> Files:
    """11: one rule marks a subject, another one fires and changes nothing; the log has the name of both."""
    book = LogBook()
    marked = through_hub("11 marked", Written("Dates in June", _CONTENT, _BODY), "11:40:10.180", {RULES: _marked})
    idle = through_hub("11 idle", Written("Dates in July", _CONTENT, _BODY), "11:43:52.660", {})
    fired = (
        (marked, matched(guid(MARKING), "2024-01-15T13:02:55", "PrependSubject")),
        (idle, matched(guid(DISCLAIMER), "2023-11-06T08:30:12", "ApplyHtmlDisclaimer")),
    )
    for number, (passed, rule) in enumerate(fired):
        _received(book, passed)
        told = (SUMMARY_CLEAN, rule, NO_COST.replace("ETR=0", "ETR=2"))
        book.agents_told(passed.trace, passed.sent.message, passed.leaving, told)
        to_edge(book, passed.trace, passed.sent.message, passed.leaving, 6120 + number)
    rules = f'"Name","Guid"\n"Mark what leaves the house","{guid(MARKING)}"\n"Disclaimer","{guid(DISCLAIMER)}"\n'
    return {**files_of(marked, idle, book=book), "rules.csv": crlf(rules)}


def _marked(transit: Transit) -> Transit:
    subject = f"Subject: [Contoso] {transit.mail.value('Subject')}"
    return transit.changed(lambda mail: mail.with_field(subject).below(rule_stamp(MARKING)))


_SERVICE_PATH = r"C:\Program Files\Microsoft\Exchange Server\V15\TransportRoles\Logs"
_SETTINGS = rf"""[PS] C:\>Get-TransportService | Format-List Name,PipelineTracing*

Name                         : MBX01
PipelineTracingEnabled       : True
PipelineTracingPath          : D:\Traces
PipelineTracingSenderAddress : Lynne.Robbins@contoso.com

Name                         : MBX02
PipelineTracingEnabled       : False
PipelineTracingPath          : {_SERVICE_PATH}\Hub\PipelineTracing
PipelineTracingSenderAddress :

[PS] C:\>icacls (Get-TransportService $env:COMPUTERNAME).PipelineTracingPath
D:\Traces BUILTIN\Administrators:(OI)(CI)(F)
          NT AUTHORITY\NETWORK SERVICE:(OI)(CI)(RX)

Successfully processed 1 files; Failed processing 0 files
"""
_AGENTS_CONFIG = """<?xml version="1.0" encoding="utf-8" ?>
<configuration>
  <mexRuntime>
    <monitoring />
    <agentList />
    <messageSnapshot enabled="false" />
  </mexRuntime>
</configuration>
"""


def no_files() -> Files:
    """18: what an administrator pastes where no snapshots appear, with four causes in it."""
    return {"settings.txt": crlf(_SETTINGS), "agents.config": crlf(_AGENTS_CONFIG)}


def a_log_is_missing() -> Files:
    """19: a server whose log is not there, a server whose clock is slow, and a message that waited for hours."""
    book = LogBook()
    adele = "adele.vance@contoso.com"
    inside = Written("Shift plan", _CONTENT, _BODY, (adele,), f"Adele Vance <{adele}>")
    times = {"lost": "08:12:30.410", "early": "10:15:02.300", "waited": "13:02:44.770"}
    letters = {
        "lost": inside,
        "early": replace(inside, subject="Shift plan, corrected"),
        "waited": Written("Shift plan for the agency", _CONTENT, _BODY),
    }
    server = lean(MBX01, {})
    passed = {name: through_hub(f"19 {name}", one, times[name], {}, server) for name, one in letters.items()}
    for one in passed.values():
        _received(book, one)
        book.agents_told(one.trace, one.sent.message, one.leaving, (SUMMARY_CLEAN, NO_COST))
    for name in ("lost", "early"):
        one = passed[name]
        there = Peer(MBX02.fqdn, MBX02.ip)
        answer = queued(one.sent.message, MBX02, MBX02.record_id(6400))
        moment = book.sent(one.trace, one.sent.message, one.leaving, there, _INSIDE, 120, answer)
        if name == "early":
            _received_on_mbx02(book, one, later(moment, -42_000))
    late = passed["waited"]
    edge = Peer("EDGE01.contoso.com", "192.0.2.25")
    hours = 3 * 3_600_000 + 25 * 60_000
    connector = "EdgeSync - Default-First-Site-Name to Internet"
    answer = queued(late.sent.message, MBX02, 6401)
    book.sent(late.trace, late.sent.message, late.leaving, edge, connector, hours, answer)
    return files_of(*passed.values(), book=book)


def _received_on_mbx02(book: LogBook, passed: Passed, moment: datetime) -> None:
    """RECEIVE and DELIVER on MBX02, at the times of its own clock."""
    record, session = MBX02.record_id(6400), MBX02.session_id(moment)
    book.row(
        MBX02,
        moment,
        "RECEIVE",
        "SMTP",
        passed.sent.message,
        record,
        passed.leaving,
        client_ip=MBX01.ip,
        client_hostname=MBX01.fqdn,
        server_ip=MBX02.ip,
        server_hostname=MBX02.name,
        source_context=f"{session};{iso(later(moment, -40))};0",
        connector_id=f"{MBX02.name}\\Default {MBX02.name}",
    )
    context = f"{session};{iso(later(moment, -40))}"
    book.delivered(MBX02, later(moment, 300), passed.sent.message, record, passed.leaving, context)


def lists_lost() -> Files:
    """20: rows of Get-MessageTrackingLog through Export-Csv, which writes the type of a list and not the list."""
    types = "System.Collections.Generic.KeyValuePair`2[System.String,System.Object][]"
    columns = ("Timestamp", "ClientHostname", "ServerHostname", "Source", "EventId", "InternalMessageId", "MessageId")
    more = ("Recipients", "RecipientStatus", "MessageSubject", "Sender", "EventData")
    when = ("5/15/2024 9:12:30 AM", "5/15/2024 9:12:31 AM")
    rows = [
        (when[0], "mail.adatum.com", "MBX01", "SMTP", "RECEIVE"),
        (when[1], "MBX01", "MBX02.contoso.com", "SMTP", "SEND"),
    ]
    lost = ("System.String[]", "System.String[]", "Re: Samples", "lee.gu@adatum.com", types)
    message = ("27389006446999", f"<{guid('message 20')}@adatum.com>")
    lines = [(*columns, *more), *((*row, *message, *lost) for row in rows)]
    text = "".join(",".join(f'"{value}"' for value in line) + "\n" for line in lines)
    kind = "#TYPE Microsoft.Exchange.Management.TransportLogSearchTasks.MessageTrackingEvent\n"
    return {"tracking.csv": crlf(kind + text)}


def _received(book: LogBook, passed: Passed) -> None:
    """RECEIVE on the first server, from its own front end."""
    front = Peer(passed.trace.server.fqdn, passed.trace.server.ip, 41377)
    connector = f"Client Proxy {passed.trace.server.name}"
    book.received(passed.trace, passed.sent.message, passed.sent.arriving, front, connector, "07I: ", CLIENT)
