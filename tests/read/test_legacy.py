"""Logs of Exchange 2007 and before, from lines written by their grammar: what each row says, and that none is lost."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logmaker import joined_row
from program import called

from snapdiff.log_words import row_words
from snapdiff.model import Problem, TrackingRow
from snapdiff.read import legacy
from snapdiff.read.legacy import COLUMNS_55, COLUMNS_2000, RULES_COLUMNS, to_time
from snapdiff.read.local_time import LocalTime
from snapdiff.read.log_lines import Lines
from snapdiff.read.log_newest import newest_time
from snapdiff.read.logs import LogRows, find_logs

RULES = (
    "\ufeff#Software: Microsoft Exchange Server\r\n#Version: 8.0.0.0\r\n#Log-type: Rules Tracking Log\r\n"
    "#Date: 2009-03-02T08:00:00.000Z\r\n"
    f"#Fields: {','.join(RULES_COLUMNS)}\r\n"
    '2009-03-02T08:00:01.123Z,<1@y.test>,"Disclaimer, all mail",x,ApplyDisclaimer,bob@y.test,ann@x.test;al@x.test\r\n'
    "2009-03-02T08:00:02.000Z,<2@y.test>,Block,,DeleteMessage,eve@y.test,ann@x.test\r\n"
)
OLD_HEAD = (
    "# Message Tracking Log File\r\n# Exchange System Attendant Version 6.5.7638.1\r\n"
    "# " + "\t".join(COLUMNS_2000) + "\r\n"
)


def old_row(event: str, recipient: str, time: str = "0:0:5 GMT", **said: str) -> str:
    values = dict.fromkeys(COLUMNS_2000, "-") | {
        "Date": "2004-3-9",
        "Time": time,
        "Client-hostname": "CLIENT1",
        "Server-hostname": "MAIL1",
        "Recipient-address": recipient,
        "Event-ID": event,
        "MSGID": "<77@y.test>",
        "Priority": "0",
        "Total-bytes": "2398",
        "Number-recipients": "2",
        "Service-version": "Version: 6.0.3790.0",
        "Message-Subject": "An offer, with commas",
        "Sender-Address": "bob@y.test",
    }
    return "\t".join((values | said).values()) + "\r\n"


OLD = OLD_HEAD + "".join(
    [
        old_row("1019", "ann@x.test"),
        old_row("1019", "al@x.test"),
        old_row("1028", "ann@x.test", "0:0:6 GMT"),
        old_row("1031", "al@x.test", "0:0:7 GMT"),
    ]
)
_ID = "c=US;a= ;p=Contoso;l=MAIL1-980105152313Z-12"
_FIRST = f"{_ID}\t4\t1998.1.5 15:23:13\t\t/o=Contoso/cn=MDB\t\t/o=Contoso/cn=BOB\t0\t1236\t0\t1\t\t2"
_SECOND = f"{_ID}\t9\t1998.01.05 15:23:14\tIMC\tMTA\tr1\t/o=Contoso/cn=BOB\t1\t1236\t0\t1\t\t1"
OLDEST = f"{_FIRST}\n/o=Contoso/cn=ANN\t0\n/o=Contoso/cn=AL\t\r\n{_SECOND}\tann@x.test\t1\r\n"


def read(folder: Path, data: str | bytes, name: str = "a.log") -> tuple[list[TrackingRow], list[Problem], LogRows]:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    problems: list[Problem] = []
    rows = LogRows(find_logs([folder / name], problems.append), problems.append)
    return list(rows), problems, rows


def test_a_rules_tracking_log(tmp_path: Path) -> None:
    rows, problems, _ = read(tmp_path, RULES)
    assert [(row.format, row.line, row.time) for row in rows] == [
        ("rulestrk", 6, "2009-03-02T08:00:01.123Z"),
        ("rulestrk", 7, "2009-03-02T08:00:02.000Z"),
    ]
    assert rows[0].fields == {
        "message_id": "<1@y.test>",
        "rule_name": "Disclaimer, all mail",
        "details": "x",
        "action": "ApplyDisclaimer",
        "from_address": "bob@y.test",
        "recipient_address": ["ann@x.test", "al@x.test"],
    }
    assert rows[0].text("sender_address") == "bob@y.test"
    assert row_words(rows[0]) == "transport rule Disclaimer, all mail: ApplyDisclaimer"
    assert problems == []


def test_a_log_of_2000_or_2003(tmp_path: Path) -> None:
    rows, problems, _ = read(tmp_path, OLD)
    assert [(row.format, row.line, row.time, row.text("event_id")) for row in rows] == [
        ("exchange-2000", 4, "2004-03-09T00:00:05.000Z", "1019"),
        ("exchange-2000", 5, "2004-03-09T00:00:05.000Z", "1019"),
        ("exchange-2000", 6, "2004-03-09T00:00:06.000Z", "1028"),
        ("exchange-2000", 7, "2004-03-09T00:00:07.000Z", "1031"),
    ]
    first = rows[0]
    assert list(first.fields) == [name.lower().replace("-", "_") for name in COLUMNS_2000[2:]]
    assert first.fields["recipient_address"] == ["ann@x.test"]
    assert first.fields["client_ip"] == ""
    assert (first.text("message_id"), first.text("sender_address")) == ("<77@y.test>", "bob@y.test")
    assert first.text("message_subject") == "An offer, with commas"
    assert [row_words(row) for row in rows[1:]] == [
        "submitted to the queue",
        "delivered to a mailbox on this server",
        "handed to the next server",
    ]
    assert problems == []


def test_a_tracking_log_of_5_5_has_recipients_below_or_behind_a_row(tmp_path: Path) -> None:
    rows, problems, _ = read(tmp_path, OLDEST)
    assert [(row.format, row.line, row.time, row.text("event_id")) for row in rows] == [
        ("exchange-5.5", 1, "1998-01-05T15:23:13.000Z", "4"),
        ("exchange-5.5", 4, "1998-01-05T15:23:14.000Z", "9"),
    ]
    assert rows[0].texts("recipient_address") == ["/o=Contoso/cn=ANN", "/o=Contoso/cn=AL"]
    assert rows[0].fields["recipient_report_status"] == ["0", ""]
    assert rows[1].fields == {
        "message_id": _ID,
        "event_number": "9",
        "gateway": "IMC",
        "partner": "MTA",
        "remote_id": "r1",
        "originator": "/o=Contoso/cn=BOB",
        "priority": "1",
        "length": "1236",
        "seconds": "0",
        "cost": "1",
        "subject_id": "",
        "recipient_count": "1",
        "recipients": ["ann@x.test"],
        "recipient_report_status": ["1"],
    }
    assert rows[1].text("sender_address") == "/o=Contoso/cn=BOB"
    assert row_words(rows[1]) == "delivered"
    assert problems == []


@pytest.mark.parametrize("log", [RULES, OLD, OLDEST], ids=["rulestrk", "exchange-2000", "exchange-5.5"])
@pytest.mark.parametrize("packing", ["gz", "zip", "utf-16"])
def test_every_packing(tmp_path: Path, log: str, packing: str) -> None:
    plain, _, _ = read(tmp_path, log)
    raw = log.encode()
    if packing == "zip":
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("old.log", raw)
        raw = file.getvalue()
    raw = {"gz": gzip.compress(raw), "zip": raw, "utf-16": log.encode("utf-16")}[packing]
    rows, problems, _ = read(tmp_path, raw, f"b.{packing}")
    assert [(row.time, row.fields) for row in rows] == [(row.time, row.fields) for row in plain]
    assert problems == []


@pytest.mark.parametrize(
    ("log", "count", "codes"),
    [
        (OLD.removeprefix(OLD_HEAD), 4, ["no-fields-line"]),
        (OLD[OLD.index("# Date") :], 4, []),
        (OLD[:-60], 4, ["short-last-line"]),
        (OLD.replace("An offer", "An\toffer"), 4, ["long-row"]),
        (OLD_HEAD + "2004-3-9\t0:0:5 GMT\r\n" + OLD, 5, ["short-row"]),
        (RULES[RULES.index("2009-03-02T08:00:01") :], 2, ["no-fields-line"]),
        (RULES[:-20], 2, ["short-last-line"]),
        (OLDEST + "c=US\t4\t1998.1.5 1:2:3\r\n", 3, ["short-row"]),
        (OLDEST + "c=US\t4\t1998.1.5 1:2:3\tI", 3, ["short-last-line"]),
    ],
)
def test_what_is_odd_costs_no_row(tmp_path: Path, log: str, count: int, codes: list[str]) -> None:
    rows, problems, read_rows = read(tmp_path, log)
    assert len(rows) == read_rows.rows_read == count
    assert [problem.code for problem in problems] == codes


def test_recipients_of_one_row_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "MAX_RECIPIENTS", 20)
    rows, problems, _ = read(tmp_path, _FIRST + "\n" + "ann\t0\n" * 100 + _SECOND)
    assert [row.text("event_id") for row in rows] == ["4", "9"]
    assert len(rows[0].texts("recipient_address")) <= 21
    assert [problem.code for problem in problems] == ["too-many-recipients"]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2004-3-9 0:0:5 GMT", "2004-03-09T00:00:05.000Z"),
        ("2004-12-31 23:59:59", "2004-12-31T23:59:59.000Z"),
        ("1998.1.5 15:23:13", "1998-01-05T15:23:13.000Z"),
        ("1998.1.5 15:23:13.5", "1998-01-05T15:23:13.500Z"),
        ("2004-13-1 0:0:5 GMT", None),
        ("2004-2-30 0:0:5 GMT", None),
        ("2004-3-9 0:0:5 CET", None),
        ("- -", None),
    ],
)
def test_times(text: str, time: str | None) -> None:
    assert to_time(text) == time


def test_a_time_that_cannot_be_read_stays_as_it_is(tmp_path: Path) -> None:
    (row,), _, _ = read(tmp_path, OLD_HEAD + old_row("1019", "ann@x.test", "noon"))
    assert (row.time, row.fields["date"], row.fields["time"]) == (None, "2004-3-9", "noon")


@pytest.mark.parametrize(
    ("log", "search", "count"),
    [
        (OLD, ["--sender", "BOB@y.test"], 4),
        (OLD, ["--recipient", "al@x.test"], 4),
        (OLD, ["--subject", "offer commas"], 4),
        (OLD, ["--message-id", "77@y.test"], 4),
        (OLD, ["--event", "1031"], 4),
        (OLD, ["--server", "mail1"], 4),
        (OLD, ["--days", "1"], 4),
        (OLD, ["--until", "2004-03-08"], 0),
        (RULES, ["--sender", "bob@"], 1),
        (RULES, ["--recipient", "al@x"], 1),
        (RULES, ["--message-id", "<2@y.test>"], 1),
        (OLDEST, ["--sender", "cn=bob"], 2),
        (OLDEST, ["--recipient", "cn=al"], 2),
        (OLDEST, ["--message-id", _ID], 2),
        (OLDEST, ["--connector", "imc"], 2),
    ],
)
def test_they_are_searched_as_others_are(tmp_path: Path, log: str, search: list[str], count: int) -> None:
    (tmp_path / "old.log").write_bytes(log.encode())
    ran = called("track", tmp_path, *search, "--format", "json")
    assert ran.code == 0, ran.errors
    found = json.loads(ran.out)
    assert sum(len(message["events"]) for message in found["messages"]) == count


def test_a_status_of_zero_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "20040309.log").write_text(OLD.replace("\t1019\t", "\t1030\t"), encoding="utf-8", newline="")
    said = called("track", tmp_path, "--message", "1").out.decode()
    assert "Delivery failed for all recipients  1030" in said
    assert "\n        0\n" not in said
    assert ": 0" not in said


def test_a_local_delivery_of_5_5_is_a_delivery(tmp_path: Path) -> None:
    (tmp_path / "19980105.log").write_text(OLDEST.replace("\t4\t", "\t1000\t"), encoding="utf-8", newline="")
    said = called("track", tmp_path, "--message", "1").out.decode()
    assert "Delivered on its own server  1000" in said
    assert "  delivered" in said


def test_they_are_shown_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "old.log").write_bytes(OLD.encode())
    text = called("track", tmp_path).out.decode()
    assert "ann@x.test  delivered by MAIL1" in text
    assert "al@x.test  handed to the next server" in text
    assert "Submitted to the queue  1019" in text
    (tmp_path / "old.log").write_bytes(RULES.encode())
    text = called("track", tmp_path, "--message-id", "<1@y.test>").out.decode()
    assert "Transport rule Disclaimer, all mail: ApplyDisclaimer" in " ".join(text.split())
    markdown = called("track", tmp_path, "--format", "markdown").out.decode()
    assert "transport rule Disclaimer, all mail: ApplyDisclaimer" in markdown


def test_the_newest_row_of_any_form_counts(tmp_path: Path) -> None:
    for name, log in (("a.log", OLDEST), ("b.log", OLD), ("c.log", RULES)):
        (tmp_path / name).write_bytes(log.encode())
        problems: list[Problem] = []
        newest = newest_time(find_logs([tmp_path], problems.append))
        assert newest == max(row.time or "" for row in LogRows(find_logs([tmp_path], problems.append), problems.append))


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.lists(st.lists(_TEXT, min_size=6, max_size=6), min_size=1, max_size=4))
def test_a_rules_row_written_and_read_back_is_the_same(values: list[list[str]]) -> None:
    time = "2009-03-02T08:00:01.123Z"
    lines = [f"#Fields: {','.join(RULES_COLUMNS)}", *(joined_row([time, *row]) for row in values), ""]
    problems: list[Problem] = []
    reader = legacy.RulesReader("log", problems.append)
    rows = _rows(reader, "\r\n".join(lines))
    names = [name.replace("-", "_") for name in RULES_COLUMNS[1:-1]]
    assert [[row.text(name) for name in names] for row in rows] == [row[:-1] for row in values]
    assert problems == []


@given(st.lists(st.lists(_TEXT.filter(lambda text: text != "-"), min_size=18, max_size=18), min_size=1, max_size=4))
def test_a_row_of_2003_written_and_read_back_is_the_same(values: list[list[str]]) -> None:
    lines = ["\t".join(["2004-3-9", "1:2:3 GMT", *(value or "-" for value in row)]) + "\r\n" for row in values]
    problems: list[Problem] = []
    rows = _rows(legacy.Exchange2000Reader("log", problems.append), OLD_HEAD + "".join(lines))
    names = [name.lower().replace("-", "_") for name in COLUMNS_2000[2:]]
    assert [[row.text(name) for name in names] for row in rows] == values
    assert problems == []


@given(
    st.lists(
        st.tuples(
            st.lists(_TEXT, min_size=10, max_size=10), st.lists(st.tuples(_TEXT.filter(bool), _TEXT)), st.booleans()
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_row_of_5_5_written_and_read_back_is_the_same(
    written: list[tuple[list[str], list[tuple[str, str]], bool]],
) -> None:
    log = ""
    for own, recipients, is_below in written:
        pairs = ["\t".join(pair) for pair in recipients]
        between = "\n" if is_below else "\t"
        log += between.join(["\t".join(["id", "4", "1998.1.5 15:23:13", *own]), *pairs]) + "\r\n"
    problems: list[Problem] = []
    rows = list(legacy.read_55(io.BytesIO(log.encode()), "log", problems.append, LocalTime()))
    names = [name.replace("-", "_") for name in COLUMNS_55[3:]]
    assert [[row.fields[name] for name in names] for row in rows] == [own for own, _, _ in written]
    for row, (_, recipients, _) in zip(rows, written, strict=True):
        assert row.fields["recipients"] == [name for name, _ in recipients]
        assert row.fields["recipient_report_status"] == [status for _, status in recipients]
    assert problems == []


@given(st.binary(max_size=300), st.sampled_from([RULES, OLD, OLDEST]), st.integers(0, 500))
def test_garbage_never_stops_a_run(junk: bytes, log: str, at: int) -> None:
    raw = log.encode()
    raw = raw[:at] + junk + raw[at:]
    problems: list[Problem] = []
    list(legacy.read_55(io.BytesIO(raw), "log", problems.append, LocalTime()))
    for kind in (legacy.RulesReader, legacy.Exchange2000Reader):
        _rows(kind("log", problems.append), raw)


def _rows(reader: legacy.RulesReader | legacy.Exchange2000Reader, log: str | bytes) -> list[TrackingRow]:
    raw = log if isinstance(log, bytes) else log.encode()
    rows = []
    for line in Lines(io.BytesIO(raw), "log", lambda problem: None):
        if line.is_header:
            reader.header(line)
        else:
            rows.append(reader.row(line))
    return rows
