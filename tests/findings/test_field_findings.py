"""SD520 to SD544: fields missing, doubled or taken away, and what Exchange's own stamps mean."""

from pathlib import Path

import pytest
from judging import findings
from stepmaker import File, receive, routing

from snapdiff.model import Finding

CAME = (
    b"Received: from a by b\r\nDate: Fri, 1 Mar 2024 10:00:00 +0000\r\nFrom: Alan <alan@contoso.test>\r\n"
    b"To: user@fabrikam.test\r\nSubject: Hello\r\nKeywords: Red\r\nX-MS-Exchange-Organization-SCL: 1\r\n"
    b"X-MS-Exchange-Organization-AuthAs: Internal\r\nX-MS-Exchange-Forest-IndexAgent: 1\r\nResent-To: a@b.test\r\n"
    b"X-Ticket: 17\r\n\r\nBody\r\n"
)
OWN, AGENT = "OnRoutedMessage", "OnRoutedMessage,Cleaner"
TRANSPORT = "OnCategorizedMessage"


def without(*names: bytes) -> bytes:
    header, _, body = CAME.partition(b"\r\n\r\n")
    kept = [line for line in header.split(b"\r\n") if not line.startswith(names)]
    return b"\r\n".join(kept) + b"\r\n\r\n" + body


def having(*lines: bytes) -> bytes:
    return CAME.replace(b"\r\n\r\n", b"\r\n" + b"\r\n".join(lines) + b"\r\n\r\n", 1)


def after(tmp_path: Path, source: str, mail: bytes, came: bytes = CAME) -> list[Finding]:
    return findings(tmp_path, routing(1, OWN, came), routing(2, source, mail))


STEPS = [
    (AGENT, without(b"Date"), "SD520", "Cleaner took away the only Date (Fri, 1 Mar 2024 10:00:00 +0000), which every"),
    (
        AGENT,
        having(b"subject: Bye"),
        "SD521",
        "Cleaner wrote Subject once more: it now stands in the header 2 times, and",
    ),
    (AGENT, having(b"X-New: 1", b"Received: from c by d"), None, ""),
    (
        TRANSPORT,
        without(b"X-MS-Exchange-Org"),
        "SD530",
        "itself took away fields of the family X-MS-Exchange-Organizati",
    ),
    (TRANSPORT, without(b"Resent-"), "SD530", "the family Resent-*: Resent-To."),
    (
        "OnRoutedMessage,Outbound Trust Agent",
        without(b"X-MS-Exchange-Forest"),
        "SD530",
        "Outbound Trust Agent took away",
    ),
    (AGENT, without(b"X-MS-Exchange-Organization-AuthAs"), "SD531", "*: X-MS-Exchange-Organization-AuthAs."),
    (AGENT, without(b"Received"), "SD531", "of the family Received: Received."),
    (
        TRANSPORT,
        without(b"Keywords"),
        "SD532",
        "The transport service itself took away Keywords, the categories of Outlook: R",
    ),
    (AGENT, without(b"X-Ticket"), "SD533", "Cleaner took away X-Ticket."),
    (AGENT, CAME.replace(b"SCL: 1", b"SCL: 7"), "SD540", "(SCL) from 1 to 7: it is taken for spam"),
    (AGENT, CAME.replace(b"SCL: 1", b"SCL: -1"), "SD540", "(SCL) from 1 to -1: it is trusted"),
    (AGENT, CAME.replace(b"SCL: 1", b"SCL: x"), "SD540", "which is no number"),
    (AGENT, having(b"X-MS-Exchange-Organization-PCL: 6"), "SD541", "(PCL) to 6: it is suspected of phishing"),
    (AGENT, having(b"X-MS-Exchange-Organization-PCL: 2"), None, ""),
    (
        AGENT,
        CAME.replace(b"Internal", b"Anonymous"),
        "SD542",
        "AuthAs from Internal to Anonymous: it came from outside",
    ),
    (AGENT, CAME.replace(b"AuthAs: Internal", b"AuthAs:\r\n Internal"), None, ""),
]


@pytest.mark.parametrize(("source", "mail", "code", "says"), STEPS)
def test_fields_that_go_and_change(tmp_path: Path, source: str, mail: bytes, code: str | None, says: str) -> None:
    found = after(tmp_path, source, mail)
    assert [one.code for one in found] == ([code] if code else [])
    assert all(says in one.message for one in found), found[0].message


def test_a_second_from_does_not_make_the_first_ones_loss_a_missing_field(tmp_path: Path) -> None:
    twice = having(b"From: Other <other@contoso.test>")
    found = after(tmp_path, AGENT, CAME, came=twice)
    assert [one.code for one in found] == ["SD522"]


STAMPED = [
    (b"X-MS-Exchange-Organization-SCL: 0", []),
    (b"X-MS-Exchange-Organization-SCL: 5", ["SD540"]),
    (b"X-MS-Exchange-Organization-SCL: -1", ["SD540"]),
    (b"X-MS-Exchange-Organization-AuthAs: Internal", ["SD542"]),
]


@pytest.mark.parametrize(("line", "codes"), STAMPED)
def test_a_stamp_that_is_added_counts_where_it_matters(tmp_path: Path, line: bytes, codes: list[str]) -> None:
    bare = without(b"X-MS-Exchange-Organization")
    stamped = bare.replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n\r\n", 1)
    assert [one.code for one in after(tmp_path, AGENT, stamped, came=bare)] == codes


def test_what_the_session_stamps_is_no_finding(tmp_path: Path) -> None:
    bare = without(b"X-MS-Exchange-Organization")
    files = [File("Original.eml", mail=bare), receive(1, "OnEndOfData", CAME)]
    assert findings(tmp_path, *files) == []


ROUND = b"".join(b"Received: from edge.test by hub%d.test\r\n" % (number % 4) for number in range(22))
ARRIVALS = [
    (without(b"From", b"Date"), None, ""),
    (having(b"Subject: 2", b"to: a@b.test"), "SD522", "more than one of To, Subject, which"),
    (ROUND + CAME, "SD543", "The message has gone over 23 servers (6 of them hub1.test)"),
    (ROUND[: len(ROUND) // 2] + CAME, None, ""),
    (having(b"X-MS-Exchange-Transport-Rules-Loop: 1"), "SD544", "Rules-Loop: 1, so a transport rule"),
    (CAME.partition(b"From")[0], None, ""),
]


@pytest.mark.parametrize(("mail", "code", "says"), ARRIVALS)
def test_what_a_message_came_with(tmp_path: Path, mail: bytes, code: str | None, says: str) -> None:
    found = [one for one in after(tmp_path, AGENT, mail, came=mail) if one.code < "SD600" and one.code > "SD500"]
    assert [(one.code, one.agent) for one in found] == ([(code, None)] if code else [])
    assert all(says in one.message for one in found), found[0].message


def test_a_rule_that_marks_the_message_here_is_no_loop(tmp_path: Path) -> None:
    assert after(tmp_path, AGENT, having(b"X-MS-Exchange-Transport-Rules-Loop: 1")) == []


def test_that_exchange_trusts_its_own_mail_is_no_finding(tmp_path: Path) -> None:
    bare = without(b"X-MS-Exchange-Organization")
    trusted = bare.replace(b"\r\n\r\n", b"\r\nX-MS-Exchange-Organization-SCL: -1\r\n\r\n", 1)
    assert after(tmp_path, TRANSPORT, trusted, came=bare) == []
