"""Findings, hops and addresses on the HTML page: all that is known is there, escaped, and leads to its step."""

from __future__ import annotations

from msgspec.structs import replace
from stepmaker import File, receive, trace_of

from snapdiff.model import Address, DecodedView, Finding, Hop, Trace
from snapdiff.report.html.budget import AllOfIt
from snapdiff.report.html.message import fragment

BEFORE = b"Message-Id: <old@x>\r\nSubject: Hello\r\n\r\nBody\r\n"
AFTER = b"Message-Id: <new@x>\r\nSubject: Hello\r\n\r\nBody\r\n"
EVIL = "<script>pwned=1</script>\u202e"


def changed_trace() -> Trace:
    return trace_of(
        File("Original.eml", mail=BEFORE),
        receive(1, "OnEndOfData", BEFORE),
        receive(2, "OnEndOfData,Renamer", AFTER),
    )


def finding(
    step: tuple[str, str] | None = ("SmtpReceive0001.eml", "SmtpReceive0002.eml"), **changes: object
) -> Finding:
    plain = Finding(
        code="SD501",
        name="message-id-changed",
        severity="warning",
        step=step,
        agent="Renamer",
        message="Renamer changed the Message-Id.",
        evidence={"before": "<old@x>", "after": "<new@x>"},
        fix="Let it stay.",
        flags=["/steps/1/changes/0"],
    )
    return replace(plain, **changes)


def html_of(trace: Trace) -> str:
    return str(fragment(trace, AllOfIt(), "traces").html)


def test_a_finding_says_what_was_seen_and_leads_to_its_step() -> None:
    html = html_of(replace(changed_trace(), findings=[finding()]))
    assert "Renamer changed the Message-Id." in html
    assert "<b>What mends it:</b> Let it stay." in html
    assert '<dt>before</dt><dd dir="auto">&lt;old@x&gt;</dd>' in html
    link = html.partition('Renamer changed the Message-Id. <a href="#')[2].partition('"')[0]
    assert link.endswith("-s2")
    assert f'id="{link}"' in html


def test_a_finding_about_a_step_that_is_not_shown_at_length_leads_to_its_row() -> None:
    html = html_of(replace(changed_trace(), findings=[finding(("Original.eml", "SmtpReceive0001.eml"))]))
    link = html.partition('Renamer changed the Message-Id. <a href="#')[2].partition('"')[0]
    assert link.endswith("-t1")
    assert f'id="{link}"' in html


def test_a_finding_about_the_whole_trace_leads_nowhere() -> None:
    assert "Message-Id. <a" not in html_of(replace(changed_trace(), findings=[finding(None)]))


def test_a_cmdlet_stands_as_code() -> None:
    html = html_of(replace(changed_trace(), findings=[finding(fix="Run `Get-It | Format-List <x>`, then see.")]))
    assert "</b> Run <code>Get-It | Format-List &lt;x&gt;</code>, then see.</p>" in html


def test_what_a_mail_says_is_escaped_in_a_finding() -> None:
    html = html_of(
        replace(changed_trace(), findings=[finding(message=EVIL, fix=EVIL, evidence={"x": EVIL, EVIL: "y"})])
    )
    assert "<script>" not in html
    assert "\u202e" not in html


def test_only_so_many_findings_are_shown_and_the_rest_counted() -> None:
    html = html_of(replace(changed_trace(), findings=[finding()] * 130))
    assert html.count('<div class="finding') == 100
    assert "and 30 more findings" in html


def test_the_hops_stand_in_travel_order_and_a_slow_one_is_marked() -> None:
    hops = [
        Hop("client", "edge", "SMTP", "2024-05-14 07:00:00", None),
        Hop("edge", "mbx", "ESMTPS", "2024-05-14 07:02:05", 125.0),
        Hop("mbx", None, None, None, 0.25),
    ]
    view = DecodedView(
        from_=[], to=[], cc=[Address("Ann", "ann@x.test")], reply_to=[], subject="s", date=None, text_plain="",
        text_html="", attachments=[], hops=hops,
    )  # fmt: skip
    html = html_of(replace(changed_trace(), decoded=view))
    assert html.index("client → edge") < html.index("edge → mbx") < html.index("mbx → ?")
    assert '<span class="tag unsure">+2 min 5 s</span>' in html
    assert '<span class="dim">+250 ms</span>' in html
    assert "<dt>Cc</dt>" in html
    assert "Ann ann@x.test" in html
