"""Traces made by hand for the terminal report: from what an administrator sees every day to what an attacker sends."""

from __future__ import annotations

from terminal_nouns import chain, snapshot, step, trace

from snapdiff import model
from snapdiff.model import Change, Hunk, PartInfo, ValueChange, Words

DOCM = PartInfo("application/vnd.ms-word.document.macroenabled.12", "Rechnung_7741.docm", 231, "07" * 32)
TNEF = PartInfo("application/ms-tnef", "winmail.dat", 9_120, "aa" * 32, opaque=True)
TNEF_AFTER = PartInfo("application/ms-tnef", "winmail.dat", 9_344, "bb" * 32, opaque=True)
DISCLAIMER = "<p>Lynne</p><p style='color:#666'>Contoso Ltd &middot; confidential</p></body></html>"

MAIL = chain(
    ("Original.eml", None, None, []),
    (
        "SmtpReceive0001.eml",
        "OnEndOfHeaders",
        None,
        [
            Change("envelope.recipient-removed", name="mallory@contoso.com"),
            Change(
                "header.added",
                "Received",
                after="from mail.fabrikam.com (203.0.113.45) by MBX01.contoso.com (10.20.0.11) with Microsoft SMTP "
                "Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.1.2507.39; Tue, 14 May "
                "2024 09:02:10 +0200",
            ),
            Change("header.added", "X-MS-Exchange-Organization-AuthAs", after="Anonymous"),
        ],
    ),
    ("SmtpReceive0002.eml", "OnEndOfHeaders", "Inbound Trust Agent", []),
    (
        "Routing0001.eml",
        "OnSubmittedMessage",
        None,
        [Change("header.added", "X-MS-Exchange-Organization-SCL", after="-1")],
    ),
    (
        "Routing0002.eml",
        "OnSubmittedMessage",
        "Malware Agent",
        [
            Change("header.added", "X-MS-Exchange-Organization-AVStamp-Enterprise", after="1.0"),
            Change("part.removed", "Rechnung_7741.docm", "2", before=DOCM),
            Change(
                "part.added",
                "Malware Alert Text.txt",
                "2",
                after=PartInfo("text/plain", "Malware Alert Text.txt", 111, "bd" * 32),
            ),
        ],
    ),
    ("Routing0003.eml", "OnSubmittedMessage", "Text Messaging Routing Agent", []),
    ("Routing0004.eml", "OnResolvedMessage", None, []),
    (
        "Routing0005.eml",
        "OnResolvedMessage",
        "Transport Rule Agent",
        [
            Change("envelope.sender-changed", before="anna@contoso.com", after="<>"),
            Change("envelope.recipient-added", name="archive@contoso.com"),
            Change("header.changed", "Subject", before="Q2 figures", after="[EXTERN] Q2 figures", moved=True),
            Change("header.removed", "X-Mailer", before="Microsoft Outlook 16.0"),
            Change(
                "header.changed",
                "Content-Type",
                "1",
                before="text/plain; charset=us-ascii; format=flowed",
                after="text/plain; charset=utf-8; delsp=yes",
                values=[
                    ValueChange("charset", "us-ascii", "utf-8"),
                    ValueChange("format", "flowed", None),
                    ValueChange("delsp", None, "yes"),
                ],
            ),
            Change(
                "part.changed",
                part="1",
                degree="content-changed",
                hunks=[
                    Hunk("Dear Bob,", "Dear Robert,", 1, 1, Words([(5, 8)], [(5, 11)])),
                    Hunk(None, "\n-- \nContoso Ltd · confidential", 9, 9),
                ],
            ),
            Change(
                "part.changed",
                part="2",
                degree="content-changed",
                hunks=[Hunk("<p>Lynne</p></body></html>", DISCLAIMER, 41, 41, Words([], [(12, 71)]))],
                visible=[Hunk(None, "Contoso Ltd · confidential", 12, 12)],
            ),
            Change("header.moved", "To", cosmetic=True),
            Change("header.rewritten", "Cc", cosmetic=True),
            Change("part.rewritten", part="3", cosmetic=True, degree="re-wrapped"),
            Change(
                "header.changed",
                "Content-Transfer-Encoding",
                "1",
                cosmetic=True,
                before="8bit",
                after="quoted-printable",
            ),
        ],
    ),
    (
        "Routing0006.eml",
        "OnRoutedMessage",
        None,
        [
            Change("part.rewritten", part="1", cosmetic=True, degree="re-encoded"),
            Change("header.moved", "Date", cosmetic=True),
        ],
    ),
    (
        "Routing0007.eml",
        "OnRoutedMessage",
        "CodeTwo Exchange Rules Transport Agent",
        [
            Change("part.moved", part="1.1", before="1", after="1.1"),
            Change(
                "part.changed",
                part="3",
                before=TNEF,
                after=TNEF_AFTER,
                degree="content-changed",
                note="this program can't look inside this type of part",
            ),
            Change(
                "part.changed",
                part="1",
                degree="characters-lost",
                hunks=[Hunk("Grüße aus Köln", "Gr??e aus K?ln", 3, 3, Words([(0, 5), (10, 14)], [(0, 5), (10, 14)]))],
                note="characters lost: üßö",
            ),
            Change("part.changed", part="2", degree="content-changed", hunks=[Hunk("<br>", "<br/>", 5, 5)], visible=[]),
            Change(
                "part.changed", "preamble", "TEXT", hunks=[Hunk("one  two", "one two", 1, 1, Words([(3, 5)], [(3, 4)]))]
            ),
        ],
    ),
    subject="Q2 figures",
    recipients=[f"reader{number}@fabrikam.com" for number in range(8)],
)

GAP = trace(
    [
        step("Original.eml", "Routing0001.eml", "OnSubmittedMessage", None, elapsed_ms=None),
        step(
            "Routing0001.eml",
            "Routing0004.eml",
            "OnSubmittedMessage",
            "Fußzeilen-Agent, Woodgrove GmbH",
            Change("header.added", "X-Footer", after="yes"),
            certain=False,
            reason="Routing0002.eml and 1 more could not be written or was not copied: what happened there shows here",
            missing=["Routing0002.eml", "Routing0003.eml"],
            candidates=["Fußzeilen-Agent, Woodgrove GmbH", "Malware Agent"],
            elapsed_ms=72_000,
        ),
        step(
            "Routing0004.eml",
            "Routing0005.eml",
            "OnSubmittedMessage",
            "Malware Agent",
            certain=False,
            reason="Routing0005.eml ends short (the file is cut)",
        ),
        step(
            "Routing0005.eml",
            "Routing0006.eml",
            "OnResolvedMessage",
            "Transport Rule Agent",
            Change("message.deferred"),
        ),
        step(
            "Routing0006.eml",
            "Routing0007.eml",
            "OnResolvedMessage",
            "Transport Rule Agent",
            Change("message.deleted"),
            compared_with="Routing0005.eml",
        ),
    ],
    [
        snapshot("Original.eml", time="2024-05-14T07:02:10.594Z"),
        snapshot("Routing0007.eml", "OnResolvedMessage", "Transport Rule Agent", time="2024-05-14T07:03:31.594Z"),
    ],
    subject=None,
    message_id=None,
    parent=model.Parent("MBX01/MessageSnapshots/99999999", "Routing0011.eml"),
    problems=[model.Problem("MBX01/MessageSnapshots/1/Routing0005.eml", "empty-file", "the file is empty")],
)

FORK = trace(
    [
        step(
            None,
            "Routing0001.eml",
            "OnResolvedMessage",
            None,
            Change("envelope.recipient-removed", "irvin@contoso.com"),
            compared_with="Routing0011.eml",
            certain=False,
            reason="the copy it was split from is known by its Message-Id and times alone",
            elapsed_ms=None,
        ),
        step("Routing0001.eml", "Routing0002.eml", "OnResolvedMessage", "DLP Policy Agent"),
    ],
    [
        snapshot("Routing0001.eml", "OnResolvedMessage"),
        snapshot("Routing0002.eml", "OnResolvedMessage", "DLP Policy Agent"),
    ],
    parent=model.Parent("MBX01/MessageSnapshots/99999999", "Routing0011.eml"),
    sender="<>",
    server=None,
    service=None,
)

PLAIN = trace(
    [
        step(
            "before.eml",
            "after.eml",
            None,
            None,
            Change("header.changed", "Subject", before="Hello", after="Hello, Bob"),
            actor="unknown",
            certain=False,
            reason="the mails themselves do not say who changed them",
            elapsed_ms=None,
        )
    ],
    [snapshot("before.eml"), snapshot("after.eml")],
    server=None,
    service=None,
    path="before.eml",
)

QUIET = chain(
    ("Routing0001.eml", "OnRoutedMessage", None, []),
    ("Routing0002.eml", "OnRoutedMessage", "Journal Agent", []),
    ("Routing0003.eml", "OnRoutedMessage", "Redirection Agent", []),
    subject="Nothing happens here",
)

ALONE = trace([], [snapshot("Original.eml", time="2024-05-14T10:30:03Z")], recipients=[])

DECODED = model.DecodedView(
    from_=[model.Address("Anna Müller", "anna@contoso.com")],
    to=[model.Address("", "bob@fabrikam.com"), *[model.Address("Reader", f"r{n}@fabrikam.com") for n in range(6)]],
    cc=[],
    reply_to=[],
    subject="Q2 figures",
    date="2024-05-14T07:02:05+00:00",
    text_plain="Dear Bob",
    text_html="",
    attachments=[
        model.Attachment("Offer 2024.pdf", "application/pdf", 48_213),
        model.Attachment("a.txt", "text/plain", 1),
    ],
    hops=[
        model.Hop("laptop", "edge01.contoso.com", "ESMTP", "2024-05-14T07:02:07+00:00", None),
        model.Hop("edge01.contoso.com", "mbx01.contoso.com", "Microsoft SMTP Server", "2024-05-14T07:02:09+00:00", 2.0),
        model.Hop(None, "mbx02.contoso.com", None, None, 185.25),
    ],
)

TOLD = chain(
    ("Routing0001.eml", "OnRoutedMessage", None, []),
    (
        "Routing0002.eml",
        "OnRoutedMessage",
        "Exchange DkimSigner",
        [Change("header.added", "DKIM-Signature", after="v=1; " + "b" * 900)],
    ),
    decoded=DECODED,
    findings=[
        model.Finding(
            "SD201",
            "dkim-body-changed-after-sign",
            "error",
            ("Routing0001.eml", "Routing0002.eml"),
            "Transport Rule Agent",
            "The body was changed after it was signed.",
            {},
            "Give the signing agent a priority behind the others: Set-TransportAgent -Priority.",
            [],
        ),
        model.Finding("SD301", "slow", "note", None, None, "Slow.", {}, "", []),
    ],
)

LINE = "word " * 500
NASTY = chain(
    ("Routing0001.eml", "OnRoutedMessage\x1b[2J", None, []),
    (
        "Routing\x1b]0;owned\x070002.eml",
        "OnRoutedMessage\x1b[2J",
        "Evil\u202egnp.Agent\r\nX: y",
        [
            Change("envelope.recipient-added", name="a\x00b@\u200bcontoso.com"),
            Change("header.added", "X-\x9b31m", after="tab\there \x1b[31mred\x1b[0m \udce9 \u2028 \U000e0041"),
            Change("header.changed", "Subject", before="請求書" * 40, after="請求書" * 40 + "を送付します"),
            Change(
                "header.changed",
                "X-Long",
                before="a" * 3000 + " old " + "b" * 3000,
                after="a" * 3000 + " new " + "b" * 3000,
            ),
            Change(
                "header.changed",
                "Authentication-Results",
                before="x",
                after="y",
                values=[ValueChange(f"tag{number}", "a", "b") for number in range(20)],
            ),
            *[Change("header.added", f"X-Many-{number}", after="1") for number in range(60)],
            Change(
                "part.changed",
                part="1",
                hunks=[
                    Hunk(LINE, LINE[:1000] + "DISCLAIMER " + LINE[1000:], 1, 1, Words([], [(1000, 1011)])),
                    Hunk(
                        "tab\tand  blanks ", "tab and blanks", 9, 9, Words([(3, 4), (7, 9), (15, 16)], [(3, 4), (7, 8)])
                    ),
                    Hunk("\n".join(f"old {n}" for n in range(100)), "\n".join(f"new {n}" for n in range(90)), 20, 20),
                    Hunk(None, "never shown", 200, 200),
                    Hunk("never shown", None, 300, 300),
                ],
            ),
            Change(
                "part.added", "invoice\u202efdp.exe", "2", after=PartInfo("a/\x07b", "invoice\u202efdp.exe", 0, "x")
            ),
            *[
                Change("part.removed", f"{n}.bin", f"{n}", before=PartInfo("a/b", f"{n}.bin", n, "0"))
                for n in range(3, 40)
            ],
        ],
    ),
    subject="\x1b[2J\x1b[H請求書" + "\u0301" * 9,
    server="SRV\u2066",
    path="a\nb/" + "長いフォルダ" * 20,
    problems=[model.Problem("x\x1b", "odd\x1b", "could\x1b not")],
)

EVERY = [MAIL, GAP, FORK, PLAIN, QUIET, ALONE, TOLD, NASTY]

JOURNEYS = [
    model.Journey(
        "<q2@contoso.com>",
        None,
        "Q2 figures",
        ["EDGE01/1", "MBX01/2"],
        [
            model.Leg("EDGE01", "edge", "EDGE01/1", "2024-05-14T07:02:10.594Z", "2024-05-14T07:02:10.891Z"),
            model.Leg(None, None, "MBX01/2", None, None),
        ],
        [],
        [],
        ["network-message-id", "message-id"],
        ["no folder of EDGE01's next hop"],
    ),
    model.Journey("<alone@x>", None, None, ["one"], [], [], [], [], []),
]
PROBLEMS = [
    *[
        model.Problem(f"MBX01/{n}.eml", "no-block", "does not begin with a snapshot's injected block")
        for n in range(25)
    ],
    model.Problem("all.zip", "truncated-zip", "all.zip can't be read: it ends short."),
    model.Problem("link", "link-not-followed", "link is a link and was not followed."),
]
