"""SMTP protocol logs to sessions."""

from pathlib import Path

import pytest

from snapdiff.model import Problem, Session
from snapdiff.read import protocol
from snapdiff.read.logs import find_logs
from snapdiff.read.protocol import sessions

FIELDS = "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
HEAD = f"#Log-type: SMTP Receive Protocol Log\r\n{FIELDS}\r\n"
ONE, TWO = "08DC71424891CF5D", "08DC71424891CF5E"


def line(session: str, number: int, event: str, data: str = "", context: str = "") -> str:
    time = f"2024-05-14T08:00:{number:02d}.000Z"
    return f"{time},MBX01\\Default,{session},{number},192.0.2.1:25,192.0.2.9:4711,{event},{data},{context}\r\n"


def read(
    folder: Path, text: str, *wanted: str, name: str = "RECV2024051408-1.LOG"
) -> tuple[list[Session], list[Problem]]:
    (folder / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    problems: list[Problem] = []
    places = find_logs([folder], problems.append)
    return list(sessions(places, [one.lower() for one in wanted], problems.append)), problems


def test_sessions_whose_lines_stand_between_each_other_are_put_together(tmp_path: Path) -> None:
    text = HEAD + line(ONE, 0, "+") + line(TWO, 0, "+") + line(ONE, 1, "<", "QUIT") + line(TWO, 1, "-", "", "Remote")
    (found, other), problems = read(tmp_path, text, ONE, TWO)
    assert [each.event for each in found.lines] == ["+", "<"]
    assert [each.context for each in other.lines] == ["", "Remote"]
    assert (found.kind, found.session_id, found.remote) == ("receive", ONE, "192.0.2.9:4711")
    assert (found.start, found.end) == ("2024-05-14T08:00:00.000Z", "2024-05-14T08:00:01.000Z")
    assert problems == []


def test_only_sessions_that_are_wanted_are_given(tmp_path: Path) -> None:
    found, _ = read(tmp_path, HEAD + line(ONE, 0, "+") + line(TWO, 0, "+"), TWO)
    assert [each.session_id for each in found] == [TWO]
    assert read(tmp_path, HEAD + line(ONE, 0, "+"))[0] == []


def test_the_messages_of_a_session_are_named(tmp_path: Path) -> None:
    ids = [f"{ONE};2024-05-14T08:00:00.000Z;{number}" for number in (1, 2)]
    text = HEAD + "".join(line(ONE, number, "*", one, "receiving message") for number, one in enumerate(ids))
    (found,), _ = read(tmp_path, text + line(ONE, 9, "", ids[0], "receiving message"), ONE)
    assert found.messages == ids


def test_an_id_that_every_session_has_is_parted_where_one_connects(tmp_path: Path) -> None:
    nobody = "0000000000000000"
    text = HEAD + line(nobody, 0, "+") + line(nobody, 1, "-") + line(nobody, 0, "+") + line(nobody, 1, "<", "EHLO x")
    found, _ = read(tmp_path, text, nobody)
    assert [[each.event for each in one.lines] for one in found] == [["+", "-"], ["+", "<"]]


def test_columns_are_named_by_the_log(tmp_path: Path) -> None:
    text = (
        "#Log-type: SMTP Send Protocol Log\r\n#Fields: session-id,data,date-time\r\n"
        f"{ONE},HELLO,2024-05-14T08:00:00Z\r\n"
    )
    (found,), _ = read(tmp_path, text, ONE)
    assert (found.kind, found.lines[0].data, found.start, found.remote) == ("send", "HELLO", "2024-05-14T08:00:00Z", "")


def test_an_extract_without_its_header_is_read(tmp_path: Path) -> None:
    (found,), _ = read(tmp_path, line(ONE, 0, "+") + line(ONE, 1, ">", '"220 mail ready at Tue, 13 Dec"'), ONE)
    assert found.lines[1].data == "220 mail ready at Tue, 13 Dec"


def test_bytes_that_are_no_utf_8_are_shown(tmp_path: Path) -> None:
    (found,), _ = read(tmp_path, HEAD + line(ONE, 0, "<", "MAIL FROM:<caf\udce9@x>"), ONE)
    assert found.lines[0].data == "MAIL FROM:<caf\\xe9@x>"


def test_a_very_long_session_keeps_its_beginning_and_counts_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "LINES_KEPT", 3)
    (found,), _ = read(tmp_path, HEAD + "".join(line(ONE, number, "<") for number in range(10)), ONE)
    assert (len(found.lines), found.more_lines) == (3, 7)


@pytest.mark.parametrize(
    "garbage", ["\0\0\0\r\n", '"\r\n', ",,,,,,,,,,,,,,\r\n", f"{ONE}\r\n", "#Fields:\r\n", "\r\n\r\n"]
)
def test_garbage_between_the_lines_costs_nothing_else(tmp_path: Path, garbage: str) -> None:
    after = FIELDS + "\r\n" if garbage.startswith("#") else ""
    found, _ = read(tmp_path, HEAD + line(ONE, 0, "+") + garbage + after + line(ONE, 1, "-"), ONE)
    assert [each.event for each in found[0].lines if each.event] == ["+", "-"]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "session", "kind", "lines"),
    [
        ("doc_RECV2023011116-1.LOG", "123453EC62278461", "receive", None),
        ("blog_ex2010_RECV_2016_bot.log", "0000000000000000", "receive", 11),
        ("qa162632_hub_RECV_2013.log", "08C8881116H56738", "receive", None),
        ("elastic_integrations_smtp_lines.log", "08DC1DB8591B22A0", "send", 2),
    ],
)
def test_real_protocol_logs(shared: Path, name: str, session: str, kind: str, lines: int | None) -> None:
    log = shared / "corpus" / "logs" / name
    problems: list[Problem] = []
    found = list(sessions(find_logs([log], problems.append), [session.lower()], problems.append))
    assert len(found) == 1
    assert found[0].kind == kind
    every = [one for one in log.read_text("utf-8", "replace").splitlines() if f",{session}," in one]
    assert len(found[0].lines) == len(every) == (lines or len(every)) > 1


def test_a_send_session_begins_before_its_connect_and_is_one(tmp_path: Path) -> None:
    """The session of a message that the next server queued as 1E53E4005DE, with its lines in a send log's order."""
    said = [
        ("*", "", "attempting to connect"),
        ("+", "", ""),
        ("<", "220 ESMTP ready", ""),
        ("*", "44", "sending message"),
    ]
    said += [(">", "MAIL FROM:<> SIZE=6147", ""), ("<", "250 2.0.0 Ok: queued as 1E53E4005DE", ""), ("-", "", "Local")]
    text = "".join(line(ONE, number, *parts) for number, parts in enumerate(said))
    (found,), _ = read(tmp_path, HEAD.replace("Receive", "Send") + text, ONE, name="SEND2016071815-1.LOG")
    assert (found.kind, [one.event for one in found.lines]) == ("send", [parts[0] for parts in said])
    assert found.lines[5].data.endswith("queued as 1E53E4005DE")


def test_shared_ids_of_a_send_log_are_parted_where_a_session_had_ended(tmp_path: Path) -> None:
    nobody = "0000000000000000"
    text = "".join(line(nobody, number, event) for number, event in enumerate("*+<-*+-"))
    found, _ = read(tmp_path, HEAD.replace("Receive", "Send") + text, nobody)
    assert ["".join(one.event for one in each.lines) for each in found] == ["*+<-", "*+-"]
