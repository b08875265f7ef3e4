"""Rows of tracking logs: columns by name, none lost, and hostile logs that end in a problem."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logmaker import joined, joined_row

from snapdiff.model import Problem, TrackingRow
from snapdiff.read.log_lines import Lines
from snapdiff.read.log_values import custom_data
from snapdiff.read.logs import LogRows, find_logs
from snapdiff.read.tracking import COLUMNS_BY_COUNT, TrackingReader

COLLECTIONS = {"recipient_address", "recipient_status", "reference", "custom_data"}
TIME = "2024-05-01T08:00:00.000Z"
HEAD = "#Log-type: Message Tracking Log\r\n#Fields: date-time,source,event-id,message-id,message-subject\r\n"
ROW = f"{TIME},SMTP,RECEIVE,<1@a>,Hello\r\n"


def read(data: str | bytes) -> tuple[list[TrackingRow], list[Problem]]:
    raw = data.encode() if isinstance(data, str) else data
    problems: list[Problem] = []
    reader = TrackingReader("log", problems.append)
    rows: list[TrackingRow] = []
    for line in Lines(io.BytesIO(raw), "log", problems.append):
        if line.is_header:
            reader.header(line)
        else:
            rows.append(reader.row(line))
    return rows, problems


def real_rows(path: Path, problems: list[Problem]) -> list[TrackingRow]:
    return list(LogRows(find_logs([path], problems.append), problems.append))


@pytest.mark.parametrize(
    ("log", "subjects", "codes"),
    [
        (HEAD + ROW, ["Hello"], []),
        ("\ufeff" + HEAD + ROW + HEAD + ROW, ["Hello", "Hello"], []),
        (HEAD + ROW.replace("Hello", '"a, ""b"""'), ['a, "b"'], []),
        (HEAD + ROW + f"{TIME},SMTP,REC", ["Hello", ""], ["short-last-line"]),
        (HEAD + f"{TIME},SMTP\r\n" + ROW, ["", "Hello"], ["short-row"]),
        (HEAD + ROW.replace("Hello", "Hello,more"), ["Hello"], ["long-row"]),
        (HEAD + ROW + "\0" * 5000, ["Hello"], []),
        (HEAD.replace("message-id", "source") + ROW, ["Hello"], ["doubled-column"]),
        (HEAD + HEAD.replace("source,event-id", "event-id") + f"{TIME},SEND,<1@a>,Later\r\n", ["Later"], []),
        ("", [], []),
        (HEAD, [], []),
    ],
)
def test_rows_are_named_and_kept(log: str, subjects: list[str], codes: list[str]) -> None:
    rows, problems = read(log)
    assert [row.text("message_subject") for row in rows] == subjects
    assert [problem.code for problem in problems] == codes


def test_a_row_beyond_the_columns_keeps_what_has_no_name() -> None:
    rows, _ = read(HEAD + ROW.replace("Hello", "Hello,more"))
    assert rows[0].fields["column_6"] == "more"
    assert rows[0].time == TIME
    assert rows[0].line == 3


def test_a_time_that_is_none_stays_a_field() -> None:
    rows, _ = read(HEAD + ROW.replace(TIME, "yesterday"))
    assert rows[0].time is None
    assert rows[0].fields["date_time"] == "yesterday"


@pytest.mark.parametrize("names", COLUMNS_BY_COUNT.values(), ids=len)
def test_bare_rows_get_the_columns_of_their_version(names: list[str]) -> None:
    rows, problems = read(",".join([TIME, *names[1:]]) + "\r\n")
    assert rows[0].text("message_id") == "message-id"
    assert list(rows[0].fields) == [name.replace("-", "_") for name in names[1:]]
    assert [problem.code for problem in problems] == ["no-fields-line"]


def bare(number: int, names: list[str]) -> str:
    values = [TIME, *names[1:]]
    if "network-message-id" in names:
        values[names.index("network-message-id")] = "4d444fe5-aa74-4e25-a8c5-08dd567649c5"
    values[names.index("message-id")] = f"<{number}@x>"
    return ",".join(values) + "\r\n"


@pytest.mark.parametrize("names", COLUMNS_BY_COUNT.values(), ids=len)
def test_a_log_that_was_cut_at_both_ends_has_its_whole_rows_named(names: list[str]) -> None:
    first, second, third, last = (bare(number, names) for number in range(4))
    rows, problems = read(first[60:] + second + third + last[: last.index("message-subject") + 4])
    assert [row.text("message_id") for row in rows] == ["", "<1@x>", "<2@x>", "<3@x>"]
    assert [row.text("recipient_count") for row in rows[1:]] == ["recipient-count"] * 3
    assert rows[3].text("message_subject") == "mess"
    assert next(iter(rows[0].fields)) == "column_1"
    assert {problem.code for problem in problems} == {"short-row", "no-fields-line", "short-last-line"}


@pytest.mark.parametrize("order", [(21, 30), (30, 21), (26, 27)])
def test_bare_rows_of_two_versions_are_each_named_as_their_own(order: tuple[int, int]) -> None:
    rows, _ = read("".join(bare(count, COLUMNS_BY_COUNT[count]) for count in order))
    assert [row.text("sender_address") for row in rows] == ["sender-address"] * 2


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0")), min_size=29, max_size=29
        ),
        max_size=4,
    )
)
def test_a_row_written_and_read_back_is_the_same(values: list[list[str]]) -> None:
    columns = COLUMNS_BY_COUNT[30]
    names = [name.replace("-", "_") for name in columns[1:]]
    lines = [f"#Fields: {','.join(columns)}", *(joined_row([TIME, *row]) for row in values), ""]
    rows, problems = read("\r\n".join(lines))
    assert not problems
    assert [[row.text(name) if name not in COLLECTIONS else None for name in names] for row in rows] == [
        [value if name not in COLLECTIONS else None for name, value in zip(names, row, strict=True)] for row in values
    ]


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0[")), min_size=1, max_size=5)
)
def test_members_written_and_read_back_are_the_same(members: list[str]) -> None:
    log = io.StringIO()
    log.write("#Fields: date-time,recipient-address,source\r\n")
    csv.writer(log).writerow([TIME, joined(members), "SMTP"])
    rows, _ = read(log.getvalue())
    assert rows[0].fields["recipient_address"] == ([] if members == [""] else members)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(junk: bytes) -> None:
    read(HEAD.encode() + junk)
    read(junk)


@pytest.mark.corpus
def test_real_logs_lose_no_row(shared: Path) -> None:
    logs = sorted((shared / "corpus" / "logs").glob("*"))
    read_any = 0
    for path in logs:
        if "MSGTRK" not in path.name and "RESOLVE" not in path.name and "AGENTINFO_2025" not in path.name:
            continue
        text = path.read_bytes().decode("utf-8-sig")
        expected = [row for row in csv.reader(io.StringIO(text, newline="")) if row and not row[0].startswith("#")]
        problems: list[Problem] = []
        rows = real_rows(path, problems)
        assert len(rows) == len(expected), path.name
        assert {problem.code for problem in problems} <= {
            "no-fields-line",
            "short-last-line",
            "short-row",
            "long-row",
        }
        assert all(row.time and re.fullmatch("[A-Z]+", row.text("event_id")) for row in rows), path.name
        read_any += 1
    assert read_any >= 5


@pytest.mark.corpus
def test_a_real_row_by_hand(shared: Path) -> None:
    rows = real_rows(shared / "corpus" / "logs" / "elk_pipeline_RESOLVE_line.log", [])
    assert rows[0].text("event_id") == "RESOLVE"
    assert rows[0].text("internal_message_id") == "27389006448778"
    assert rows[0].text("network_message_id") == "066694bd-bf3b-497b-a1d3-08db2f7ac5dc"
    assert rows[0].texts("recipient_address") == ["mail1@test.com"]
    assert rows[0].text("directionality") == "Incoming"
    data = custom_data(rows[0].texts("custom_data"))
    assert [datum.key for datum in data][:2] == [
        "DeliveryPriority",
        "AccountForest",
    ]
