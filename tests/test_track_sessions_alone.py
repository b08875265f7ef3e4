"""SMTP protocol logs that `snapdiff track` gets without a tracking log: sessions are listed, searched and shown."""

import csv
import io
from pathlib import Path

import pytest
from program import called

from snapdiff.commands import track_sessions
from snapdiff.read import protocol

FIELDS = "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
ONE, TWO = "08DC71424891CF5D", "08DC71424891CF5E"


def line(session: str, second: int, event: str, data: str = "", context: str = "") -> str:
    ends = f"{second},192.0.2.1:25,192.0.2.{session[-1]}9:4711".replace("D9", "8").replace("E9", "9")
    return f"2024-05-14T08:00:{second:02d}.000Z,MBX01\\Default,{session},{ends},{event},{data},{context}\r\n"


LOG = f"#Log-type: SMTP Receive Protocol Log\r\n{FIELDS}\r\n" + "".join(
    [
        line(ONE, 0, "+"),
        line(TWO, 1, "+"),
        line(ONE, 2, "<", "EHLO edge01.x.test"),
        line(ONE, 3, "<", "MAIL FROM:<ann@x.test>"),
        line(TWO, 4, "<", "MAIL FROM:<bob@x.test>"),
        line(ONE, 5, "<", "RCPT TO:<cid@x.test>"),
        line(TWO, 6, ">", "550 5.1.10 no such recipient"),
        line(ONE, 7, ">", "250 2.6.0 <1@x.test> Queued"),
        line(ONE, 8, "-", "", "Remote"),
    ]
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "RECV2024051408-1.LOG"
    path.write_bytes(LOG.encode())
    return path


def test_sessions_are_listed_with_their_refusals_and_one_is_shown_in_full(log: Path) -> None:
    ran = called("track", log)
    listed = ran.out.decode()
    assert ran.code == 0
    assert "550 5.1.10 no such recipient" in listed
    assert "EHLO" not in listed
    assert "2 SMTP sessions, from 1 SMTP protocol log." in listed
    shown = called("track", log, "--message", "1").out.decode()
    assert "EHLO edge01.x.test" in shown
    assert "bob@x.test" not in shown
    assert "there is no SMTP session 3: 2 were found" in called("track", log, "--message", "3").errors


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["--sender", "ANN@x.test"], [ONE]),
        (["--recipient", "nobody@x.test", "--recipient", "cid"], [ONE]),
        (["--message-id", "<1@x.test>"], [ONE]),
        (["--message-id", "1@x"], [ONE]),
        (["--server", "EDGE01"], [ONE]),
        (["--server", "mbx01"], [ONE, TWO]),
        (["--connector", "default"], [ONE, TWO]),
        (["--connector", "other"], []),
        (["--since", "2024-05-14T08:00:07"], [ONE]),
        (["--until", "2024-05-14T08:00:00"], [ONE]),
        (["--sender", "bob", "--recipient", "cid"], []),
        (["--days", "1"], [ONE, TWO]),
        (["--days", "9" * 20], [ONE, TWO]),
    ],
)
def test_a_search(log: Path, asked: list[str], found: list[str]) -> None:
    document = called("track", log, *asked, "--format", "json").json()
    assert [one["session_id"] for one in document["sessions"]] == found
    assert document["messages"] == []


def test_every_line_of_the_log_is_in_the_csv(log: Path) -> None:
    rows = list(csv.reader(io.StringIO(called("track", log, "--format", "csv").out.decode("utf-8-sig"))))
    at = rows[0].index("data")
    said = sorted(row[at] for row in rows[1:])
    assert said == sorted(row[7] for row in csv.reader(io.StringIO(LOG)) if not row[0].startswith("#"))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["--subject", "offer", "--event", "FAIL"], "--subject, --event: SMTP protocol logs do not hold it"),
        (["--sender", "nobody"], ""),
    ],
)
def test_what_they_do_not_hold_is_said(log: Path, asked: list[str], says: str) -> None:
    ran = called("track", log, *asked)
    assert says in ran.errors
    assert ran.code == (2 if says else 0)
    assert says or "No SMTP session fits, in 1 SMTP protocol log." in ran.out.decode()


def test_markdown_names_each_session(log: Path) -> None:
    said = called("track", log, "--format", "markdown").out.decode()
    assert said.startswith("# 2 SMTP sessions, from 1 SMTP protocol log\n")
    assert said.count("SMTP session from") == 2


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_lines_that_are_left_out_are_counted_with_the_others(
    log: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(protocol, "LINES_KEPT", 2)
    assert "6 lines" in called("track", log, "--format", form).out.decode()


def test_of_very_many_refusals_the_rest_is_counted(tmp_path: Path) -> None:
    refusals = "".join(line(ONE, second, ">", "550 5.1.10 no such recipient") for second in range(12))
    (tmp_path / "RECV2024051408-1.LOG").write_bytes(
        f"#Log-type: SMTP Receive Protocol Log\r\n{FIELDS}\r\n{refusals}".encode()
    )
    said = called("track", tmp_path, "--format", "markdown").out.decode()
    assert "  - `550 5.1.10 no such recipient`\n  - and 2 more lines that refuse\n" in said


def test_of_very_many_sessions_the_first_are_kept(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from snapdiff.read.logs import find_logs
    from snapdiff.track.search import Search

    monkeypatch.setattr(track_sessions, "MOST_SESSIONS", 1)
    told: list[str] = []
    found = track_sessions.sessions_alone(find_logs([log], print), Search(), None, lambda one: told.append(one.code))
    assert found is not None
    assert [one.session_id for one in found.sessions] == [ONE]
    assert told == ["too-many-sessions"]


@pytest.mark.corpus
def test_real_protocol_logs_lose_no_line(shared: Path) -> None:
    for path in sorted((shared / "corpus" / "logs").glob("*RECV*")):
        text = path.read_bytes().decode("utf-8-sig", "replace")
        expected = [row for row in csv.reader(io.StringIO(text, newline="")) if row and not row[0].startswith("#")]
        document = called("track", path, "--format", "json").json()
        lines = [line for one in document["sessions"] for line in one["lines"]]
        assert [[one["time"], one["event"], one["data"], one["context"]] for one in lines] == [
            [row[0], *row[6:9]] for row in expected
        ], path.name
