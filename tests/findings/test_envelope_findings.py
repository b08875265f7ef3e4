"""SD510 to SD518: recipients and senders, on the envelope and in the header."""

from pathlib import Path

import pytest
from judging import findings
from stepmaker import File, receive, routing

from snapdiff.model import Finding

CAME = (
    b"Date: Fri, 1 Mar 2024 10:00:00 +0000\r\nFrom: Alan <alan@contoso.test>\r\nTo: User <user@fabrikam.test>\r\n"
    b"Subject: Hello\r\n\r\nBody\r\n"
)
USER = ("user@fabrikam.test",)
BOTH = ("user@fabrikam.test", "copy@fabrikam.test")
OWN, AGENT = "OnRoutedMessage", "OnRoutedMessage,Journaler"


def seen(found: list[Finding]) -> list[tuple[str, str | None]]:
    return [(one.code, one.agent) for one in found]


RECIPIENTS = [
    (
        AGENT,
        USER,
        BOTH,
        "SD510",
        "Journaler added copy@fabrikam.test to the envelope (in neither To nor Cc, as a blind",
    ),
    (AGENT, ("x@y.test",), ("x@y.test", "USER@fabrikam.test"), "SD510", "(in To or Cc, too)."),
    (AGENT, BOTH, USER, "SD512", "Journaler took copy@fabrikam.test out of the envelope."),
    (AGENT, USER, ("boss@x.test",), "SD513", "took user@fabrikam.test out of the envelope and put boss@x.test there ("),
    ("OnCategorizedMessage", BOTH, USER, "SD514", "The transport service itself took copy@fabrikam.test out of"),
    ("OnCategorizedMessage", USER, BOTH, "SD510", "The transport service itself added copy@fabrikam.test"),
    (
        AGENT,
        USER,
        tuple(f"u{n}@x.test" for n in range(9)),
        "SD513",
        "u0@x.test, u1@x.test, u2@x.test, u3@x.test, u4@x.te",
    ),
    (AGENT, BOTH, BOTH[::-1], None, ""),
    (AGENT, USER, ("USER@Fabrikam.test",), None, ""),
]


@pytest.mark.parametrize(("source", "before", "after", "code", "says"), RECIPIENTS)
def test_recipients_that_come_and_go(
    tmp_path: Path, source: str, before: tuple[str, ...], after: tuple[str, ...], code: str | None, says: str
) -> None:
    own = routing(1, OWN, CAME, to=before)
    found = [one for one in findings(tmp_path, own, routing(2, source, CAME, to=after)) if one.code != "SD518"]
    agent = "Journaler" if source == AGENT else None
    assert seen(found) == ([(code, agent)] if code else [])
    assert all(says in one.message for one in found)


def test_the_resolver_is_told_apart(tmp_path: Path) -> None:
    submitted = routing(1, "OnSubmittedMessage", CAME, to=("list@fabrikam.test",))
    (found,) = findings(tmp_path, submitted, routing(2, "OnResolvedMessage", CAME, to=("a@x.test", "b@x.test")))
    assert (found.code, found.severity, found.agent) == ("SD511", "note", None)
    assert found.message.startswith("The transport service itself added a@x.test, b@x.test and removed list@fabrikam")
    assert len(found.flags) == 3


def test_an_agent_at_the_resolved_event_is_no_resolver(tmp_path: Path) -> None:
    own = routing(1, "OnResolvedMessage", CAME, to=USER)
    found = findings(tmp_path, own, routing(2, "OnResolvedMessage,Journaler", CAME, to=BOTH))
    assert seen(found) == [("SD510", "Journaler")]


def test_nobody_is_named_for_a_recipient_where_a_file_is_missing(tmp_path: Path) -> None:
    (found,) = [
        one
        for one in findings(tmp_path, routing(1, OWN, CAME), routing(3, AGENT, CAME, to=BOTH))
        if one.code == "SD510"
    ]
    assert found.agent is None
    assert found.message.startswith("Somebody (it can't be known who, ")


def test_what_the_session_refused_is_no_removed_recipient(tmp_path: Path) -> None:
    found = findings(tmp_path, File("Original.eml", mail=CAME, to=BOTH), receive(1, "OnEndOfData", CAME, to=USER))
    assert not {"SD510", "SD511", "SD512", "SD513", "SD514"} & {one.code for one in found}


SENDERS = [
    ("alan@contoso.test", "bounce@contoso.test", CAME, ["SD515"]),
    ("alan@contoso.test", "bounce@other.test", CAME, ["SD515", "SD516"]),
    ("alan@contoso.test", "alan@contoso.test", CAME.replace(b"alan@contoso", b"alan@other"), ["SD503", "SD516"]),
    ("alan@contoso.test", "alan@mail.contoso.test", CAME, ["SD515"]),
    ("alan@contoso.test", "<>", CAME, ["SD515"]),
    ("alan@elsewhere.test", "alan@other.test", CAME, ["SD517", "SD515"]),
    ("alan@contoso.test", "alan@contoso.test", CAME.replace(b"Hello", b"Bye"), []),
]


@pytest.mark.parametrize(("before", "after", "mail", "codes"), SENDERS)
def test_senders_that_change(tmp_path: Path, before: str, after: str, mail: bytes, codes: list[str]) -> None:
    found = findings(tmp_path, routing(1, OWN, CAME, sender=before), routing(2, AGENT, mail, sender=after))
    assert [one.code for one in found] == codes
    assert all(one.agent == "Journaler" for one in found if one.code != "SD517")


ARRIVALS = [
    ("news@mailer.test", b"", USER, ["SD517"]),
    ("alan@contoso.test", b"", BOTH, ["SD518"]),
    ("news@mailer.test", b"List-Id: <news>\r\n", BOTH, []),
    ("<>", b"", USER, []),
    ("news@mailer.test", b"Sender: news@mailer.test\r\n", USER, []),
    ("alan@eu.contoso.test", b"", USER, []),
    ("alan@contoso.test", b"", ("a@x.test", "b@x.test"), []),
    ("alan@contoso.test", b"Cc: =?utf-8?q?C=2C_D?= <copy@fabrikam.test>\r\n", BOTH, []),
]


@pytest.mark.parametrize(("sender", "field", "to", "codes"), ARRIVALS)
def test_what_a_message_came_with(
    tmp_path: Path, sender: str, field: bytes, to: tuple[str, ...], codes: list[str]
) -> None:
    files = [routing(number, source, field + CAME, sender=sender, to=to) for number, source in ((1, OWN), (2, AGENT))]
    assert seen(findings(tmp_path, *files)) == [(code, None) for code in codes]
