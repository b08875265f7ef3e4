"""The SMTP session of each hop: by the row's session id, else by its connector and time; and its lines that matter."""

import pytest
from msgspec.structs import replace
from rowmaker import row

from snapdiff.model import LogValue, Session, SessionLine, TrackFound
from snapdiff.track.messages import Messages
from snapdiff.track.talks import proxied_ids, with_proxied, with_sessions

SAID = [
    ("+", ""),
    ("<", "EHLO a.test"),
    ("<", "MAIL FROM:<other@x.test>"),
    ("<", "RCPT TO:<x@x.test>"),
    (">", "250 2.6.0 <2@x.test> [InternalId=1] Queued"),
    ("<", "MAIL FROM:<bob@y.test> SIZE=1"),
    ("*", "08DC;2024-05-14T08:00:00.000Z;2"),
    ("<", "RCPT TO:<ann@x.test>"),
    (">", "550 5.1.10 no such recipient"),
    ("<", "BDAT 1 LAST"),
    (">", "250 2.6.0 <1@x.test> [InternalId=2] Queued"),
    ("<", "MAIL FROM:<third@x.test>"),
]


def session(session_id: str = "08DC", start: str = "08:00:00", end: str = "08:00:05", **fields: object) -> Session:
    day = "2024-05-14T"
    lines = [SessionLine(at, None, at, event, data, "") for at, (event, data) in enumerate(SAID, 1)]
    one = Session("RECV.LOG", "receive", session_id, "M\\C", "", "", f"{day}{start}Z", f"{day}{end}Z", lines, [])
    return replace(one, **fields)


def talks(event: str, sessions: list[Session], **fields: LogValue) -> list[tuple[str, str]]:
    found = TrackFound(1, [], Messages([row(event, "08:00:05", **fields)]), sessions)
    return [(one.session_id, one.start or "") for one in with_sessions(found).messages[0].talks]


NAMED: dict[str, LogValue] = {"source_context": "08dc;2024-05-14T08:00:00.000Z;2", "connector_id": "M\\C"}
UNNAMED: dict[str, LogValue] = {"source_context": "", "connector_id": "m\\c"}


@pytest.mark.parametrize(
    ("event", "sessions", "fields", "expected"),
    [
        ("RECEIVE", [session()], NAMED, ["08DC"]),
        ("RECEIVE", [session()], {"source_context": "08DC"}, ["08DC"]),
        ("DELIVER", [session()], {"source_context": "08DC;x"}, ["08DC"]),
        ("SEND", [session()], NAMED, []),
        ("SEND", [session(kind="send")], NAMED, ["08DC"]),
        ("AGENTINFO", [session()], NAMED, []),
        ("RECEIVE", [session("08DD")], NAMED, []),
        ("RECEIVE", [session(connector_id="M\\Other")], NAMED, []),
        # No id in the row: the one session of its connector at that time.
        ("RECEIVE", [session("x")], UNNAMED, ["x"]),
        ("RECEIVE", [session("x", end="08:00:01"), session("y", start="09:00:00", end="09:00:05")], UNNAMED, ["x"]),
        ("RECEIVE", [session("x"), session("y")], UNNAMED, []),
        ("RECEIVE", [session("x", connector_id="M\\Other")], UNNAMED, []),
        ("RECEIVE", [session("x", start="07:00:00", end="07:00:05")], UNNAMED, []),
        ("RECEIVE", [], UNNAMED, []),
    ],
)
def test_the_session_of_a_row(
    event: str, sessions: list[Session], fields: dict[str, LogValue], expected: list[str]
) -> None:
    assert [name for name, _ in talks(event, sessions, **fields)] == expected


def test_of_several_with_one_id_the_nearest_counts() -> None:
    early, late = session(start="07:00:00", end="07:00:05"), session(start="08:00:01")
    for order in ([early, late], [late, early]):
        assert talks("RECEIVE", order, **NAMED) == [("08DC", late.start)]


def test_only_lines_about_the_message_are_told() -> None:
    found = TrackFound(1, [], Messages([row("RECEIVE", "08:00:05", **NAMED)]), [session()])
    (talk,) = with_sessions(found).messages[0].talks
    assert [SAID[line - 1][1].partition(":")[0] for line in talk.lines] == [
        "MAIL FROM",
        "RCPT TO",
        "550 5.1.10 no such recipient",
        "250 2.6.0 <1@x.test> [InternalId=2] Queued",
    ]


def told(one: Session, event: str, **fields: LogValue) -> list[str]:
    found = TrackFound(1, [], Messages([row(event, "08:00:05", **fields)]), [one])
    by_number = {line.line: line for line in one.lines}
    return [by_number[number].data for number in with_sessions(found).messages[0].talks[0].lines]


def test_a_message_without_its_id_is_known_by_its_number_in_the_session() -> None:
    for number, sender in (("2", "MAIL FROM:<bob@y.test> SIZE=1"), ("9", "MAIL FROM:<third@x.test>")):
        context = f"08dc;2024-05-14T08:00:00.000Z;{number};ClientSubmitTime:"
        assert told(session(), "RECEIVE", source_context=context, message_id="<9@x.test>")[0] == sender


SENT = [
    ("*", "6", "sending message with RecordId 6 and InternetMessageId <6@x.test>"),
    (">", "MAIL FROM:<x@x.test>", ""),
    (">", "RCPT TO:<x@x.test>", ""),
    (">", "DATA", ""),
    ("<", "250 2.0.0 queued as 6", ""),
    ("*", "7", "sending message with RecordId 7 and InternetMessageId <1@x.test>"),
    (">", "MAIL FROM:<bob@y.test>", ""),
    *((">", f"RCPT TO:<{number}@x.test>", "") for number in range(20)),
    ("<", "250 2.1.5 Ok", ""),
    ("<", "452 4.5.3 too many", ""),
    (">", "DATA", ""),
    ("<", "354 go on", ""),
    ("<", "250 2.0.0 queued as 7", ""),
    (">", "QUIT", ""),
    ("<", "221 2.0.0 bye", ""),
]


@pytest.mark.parametrize("names_id", [True, False])
def test_what_was_sent_stands_with_its_answer_whatever_the_number_of_recipients(names_id: bool) -> None:
    lines = [
        SessionLine(at, None, at, event, data, context if names_id else "sending message")
        if context
        else SessionLine(at, None, at, event, data, "")
        for at, (event, data, context) in enumerate(SENT, 1)
    ]
    said = told(session(kind="send", lines=lines), "SEND", **NAMED)
    assert said[:2] == ["MAIL FROM:<bob@y.test>", "RCPT TO:<0@x.test>"]
    assert said[-2:] == ["452 4.5.3 too many", "250 2.0.0 queued as 7"]
    assert len(said) == 12


def test_a_session_that_carried_nothing_tells_its_refusals() -> None:
    lines = [SessionLine(1, None, 1, "<", "220 hello", ""), SessionLine(2, None, 2, "<", "421 4.3.2 not now", "")]
    assert told(session(kind="send", lines=lines), "SEND", **NAMED) == ["421 4.3.2 not now"]


def test_of_very_many_sessions_with_one_id_none_is_named() -> None:
    assert talks("RECEIVE", [session()] * 201, **NAMED) == []
    assert len(talks("RECEIVE", [session()] * 200, **NAMED)) == 1


def front(session_id: str = "08FE") -> Session:
    return session(session_id, connector_id="M\\Default Frontend M", lines=session().lines[5:11], file="FRONT.LOG")


HANDED_ON = [
    SessionLine(1, None, 1, "<", "XPROXYFROM SID=08F1 IP=192.0.2.1 PORT=1", ""),
    SessionLine(2, None, 2, "<", "MAIL FROM:<other@x.test>", ""),
    SessionLine(3, None, 3, "<", "XPROXYFROM SID=08fe IP=192.0.2.9 PORT=2 DOMAIN=mail.y.test", ""),
    SessionLine(4, None, 4, ">", "250 XProxyFrom accepted", ""),
    SessionLine(5, None, 5, "<", "MAIL FROM:<bob@y.test>", ""),
    SessionLine(6, None, 6, ">", "250 2.6.0 <1@x.test> Queued", ""),
]


def test_the_session_of_the_client_stands_behind_the_one_it_was_handed_on_in() -> None:
    hub = session(lines=HANDED_ON)
    found = with_sessions(TrackFound(1, [], Messages([row("RECEIVE", "08:00:05", **NAMED)]), [hub]))
    assert proxied_ids(found) == {"08fe"}
    whole = with_proxied(found, [front(), front("08F1")])
    talks_told = [(one.session_id, one.file, one.lines) for one in whole.messages[0].talks]
    assert talks_told == [("08DC", "RECV.LOG", [5, 6]), ("08FE", "FRONT.LOG", [6, 8, 9, 11])]
    assert with_proxied(found, []).messages[0] == found.messages[0]


def test_a_message_that_no_front_end_handed_on_has_one_session() -> None:
    before_it = [HANDED_ON[0], HANDED_ON[1], *HANDED_ON[4:]]
    found = TrackFound(1, [], Messages([row("RECEIVE", "08:00:05", **NAMED)]), [session(lines=before_it)])
    assert proxied_ids(with_sessions(found)) == set()
