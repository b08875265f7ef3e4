"""What Get-MessageTrackingLog printed or exported, in the local times of a shell."""

import csv
import io
import itertools
import re
import tracemalloc
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.model import Problem, TrackingRow
from snapdiff.read import record
from snapdiff.read.clixml import records_of_xml
from snapdiff.read.cmdlet import read_csv
from snapdiff.read.local_time import LocalTime
from snapdiff.read.log_values import with_parsed
from snapdiff.read.logs import LogRows, find_logs

SUBMIT = """\
RunspaceId              : 4159009d
Timestamp               : 7/18/2016 11:57:15 AM
ClientIp                : fe80::a179:11fd:2f31:9329%16
ServerHostname          : EX13-2
Source                  : STOREDRIVER
EventId                 : SUBMIT
MessageId               : <5386@EX13-1.mynet.lan>
Recipients              : {alan@mynet.lan, alannah@mynet.lan}
RecipientStatus         : {}
MessageSubject          : OutBound-001
MessageInfo             : 2016-07-18T15:57:14.276Z;LSRV=EX13-1.mynet.lan:TOTAL=1
EventData               : {[CompCost, |ETR=0], [DeliveryPriority, Normal]}
"""
NEW_YORK = LocalTime(ZoneInfo("America/New_York"))


def read_told(
    folder: Path, text: str | bytes, local: LocalTime | None = None
) -> tuple[list[TrackingRow], list[Problem]]:
    log = folder / "copied.txt"
    log.write_bytes(text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode())
    problems: list[Problem] = []
    return list(LogRows(find_logs([log], problems.append), problems.append, (), local)), problems


def read(folder: Path, text: str | bytes, local: LocalTime | None = None) -> tuple[list[TrackingRow], list[str]]:
    rows, problems = read_told(folder, text, local)
    return rows, [problem.code for problem in problems]


def test_a_list_of_fields_is_a_row(tmp_path: Path) -> None:
    (row,), problems = read(tmp_path, SUBMIT, NEW_YORK)
    assert (row.format, row.line, row.time) == ("cmdlet-fl", 1, "2016-07-18T15:57:15.000Z")
    assert row.fields["client_ip"] == "fe80::a179:11fd:2f31:9329%16"
    assert row.fields["recipients"] == ["alan@mynet.lan", "alannah@mynet.lan"]
    assert row.texts("recipient_address") == ["alan@mynet.lan", "alannah@mynet.lan"]
    assert (row.text("event_id"), row.fields["recipient_status"]) == ("SUBMIT", [])
    parsed = with_parsed(row).parsed
    assert [(one.key, one.group, one.values) for one in parsed.custom_data] == [
        ("CompCost", "", [("ETR", "0")]),
        ("DeliveryPriority", "Normal", []),
    ]
    assert parsed.message_info is not None
    assert parsed.message_info.latencies[0].seconds == 1
    assert problems == []


def test_records_are_told_apart_by_blank_lines_or_by_names_that_come_again(tmp_path: Path) -> None:
    twice = SUBMIT + "\n" + SUBMIT.replace("SUBMIT", "RECEIVE")
    spread = twice.replace("\n", "\n\n")
    for text in (twice, SUBMIT + SUBMIT.replace("SUBMIT", "RECEIVE"), spread):
        rows, _ = read(tmp_path, text, NEW_YORK)
        assert [row.text("event_id") for row in rows] == ["SUBMIT", "RECEIVE"]


def test_a_wrapped_value_goes_on_in_the_next_line(tmp_path: Path) -> None:
    wrapped = SUBMIT.replace("alan@mynet.lan, ", "alan@mynet.lan,\n                          ")
    (row,), _ = read(tmp_path, wrapped)
    assert row.fields["recipients"] == ["alan@mynet.lan", "alannah@mynet.lan"]


@pytest.mark.parametrize(
    ("local", "told"),
    [
        (None, ["assumed-time"]),
        (NEW_YORK, []),
        (LocalTime(None, "month-first"), ["assumed-time"]),
    ],
)
def test_what_is_assumed_of_local_times_is_told(tmp_path: Path, local: LocalTime | None, told: list[str]) -> None:
    assert read(tmp_path, SUBMIT, local)[1] == told


@pytest.mark.parametrize(
    ("stamp", "event", "time", "said"),
    [
        ("7/18/2016 11:57:15 AM", "SUBMIT", "2016-07-18T11:57:15.000Z", "month first, as no other order makes dates"),
        ("6/7/2016 11:57:15", "SUBMIT", "2016-06-07T11:57:15.000Z", "month first, which nothing in it proves"),
        ("15-01-21 22:06:01", "SUBMIT", "2015-01-21T22:06:01.000Z", "year first, which nothing in it proves"),
        ("8/7/2016 11:57:15", "SUBMIT", "2016-07-08T11:57:15.000Z", "day first, as the UTC times in MessageInfo prove"),
        ("8/7/2016 11:57:15", "DEFER", "2016-08-07T11:57:15.000Z", "month first, which nothing in it proves"),
        ("2016-07-18 11:57:15", "SUBMIT", "2016-07-18T11:57:15.000Z", "Europe/Berlin)."),
    ],
)
def test_the_assumption_says_what_was_proven(tmp_path: Path, stamp: str, event: str, time: str, said: str) -> None:
    info = "2016-07-08T09:57:14.276Z" if stamp.startswith("8/7") else ""
    text = f"Timestamp : {stamp}\nEventId : {event}\nMessageId : <1@x>\nMessageInfo : {info}\n"
    (row,), problems = read_told(tmp_path, text)
    assert row.time == time
    assert [problem.code for problem in problems] == ["assumed-time"]
    assert "they were read in UTC" in problems[0].message
    assert said in problems[0].message


@pytest.mark.parametrize(
    ("stamp", "info", "said"),
    [
        ("7/18/2016 11:57:15 AM", "2016-07-18T15:57:14.276Z;SRV=a:TOTAL=1", "at about UTC-04:00 (say --tz"),
        ("7/18/2016 9:27:15 PM", "2016-07-18T15:57:14.276Z", "at about UTC+05:30 (say --tz"),
        ("7/18/2016 3:57:15 PM", "2016-07-18T15:57:14.276Z", "in UTC, which the times in MessageInfo bear out and"),
        ("7/18/2016 3:57:15 PM", "", "in UTC (say --tz"),
    ],
)
def test_the_zone_that_message_info_shows_is_told(tmp_path: Path, stamp: str, info: str, said: str) -> None:
    text = f"Timestamp : {stamp}\nEventId : SUBMIT\nMessageId : <1@x>\nMessageInfo : {info}\n"
    _, problems = read_told(tmp_path, text)
    assert [problem.code for problem in problems] == ["assumed-time"]
    assert said in problems[0].message


@pytest.mark.parametrize(("count", "said"), [(1, "has 1 time that can't be read so"), (2, "has 2 times that can't")])
def test_times_that_can_not_be_read_are_counted(tmp_path: Path, count: int, said: str) -> None:
    text = "Timestamp : 45/45/2016 1:57\nEventId : SUBMIT\nMessageId : <1@x>\n\n" * count
    rows, problems = read_told(tmp_path, text, NEW_YORK)
    assert [row.fields["timestamp"] for row in rows] == ["45/45/2016 1:57"] * count
    (told,) = (problem for problem in problems if problem.code == "unreadable-time")
    assert said in told.message


CSV = (
    "#TYPE Microsoft.Exchange.Management.TransportLogSearchTasks.MessageTrackingEvent\n"
    '"Timestamp","EventId","MessageId","Recipients","Sender","MessageSubject"\n'
    '"7/18/2016 11:57:15 AM","SUBMIT","<1@x>","{}","bob@y.test","One, ""two"""\n'
)


@pytest.mark.parametrize(
    "text", [CSV, CSV.partition("\n")[2], CSV.replace('","', '";"'), CSV.replace('","', '"\t"'), "\n" + CSV]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_export_as_csv(tmp_path: Path, text: str, encoding: str) -> None:
    (row,), problems = read(tmp_path, text.encode(encoding), NEW_YORK)
    assert (row.format, row.text("sender_address"), row.text("message_subject")) == (
        "cmdlet-csv",
        "bob@y.test",
        'One, "two"',
    )
    assert problems == []


def test_lists_lost_in_the_export_are_named_with_the_way_to_keep_them(tmp_path: Path) -> None:
    (row,), problems = read_told(tmp_path, CSV.replace("{}", "System.String[]"), NEW_YORK)
    assert row.texts("recipient_address") == []
    assert [problem.code for problem in problems] == ["lost-in-export"]
    assert "Select-Object *,@{n='Recipients';e={$_.Recipients -join ';'}} -Exclude" in problems[0].message
    assert "Export-Clixml" in problems[0].message


@pytest.mark.parametrize(
    "lost",
    [
        "System.Collections.Generic.KeyValuePair`2[System.String,System.Object][]",
        "System.Collections.ArrayList",
        "Microsoft.Exchange.Data.MultiValuedProperty`1[System.String]",
    ],
)
def test_event_data_lost_in_the_export_is_named_too(tmp_path: Path, lost: str) -> None:
    (row,), problems = read_told(tmp_path, CSV.replace('"Recipients"', '"EventData"').replace("{}", lost), NEW_YORK)
    assert row.fields["event_data"] == []
    assert [problem.code for problem in problems] == ["lost-in-export"]
    assert "EventData are given" in problems[0].message
    assert "$_.Key + '=' + $_.Value" in problems[0].message


def test_what_was_joined_before_the_export_is_a_list_again(tmp_path: Path) -> None:
    (row,), problems = read(tmp_path, CSV.replace("{}", "a@x.test;b@x.test"), NEW_YORK)
    assert row.texts("recipient_address") == ["a@x.test", "b@x.test"]
    (row,), _ = read(tmp_path, CSV.replace("{}", "{a@x.test, b@x.test}"), NEW_YORK)
    assert row.texts("recipient_address") == ["a@x.test", "b@x.test"]
    (row,), _ = read(tmp_path, CSV.replace("One,", "System.String[]"), NEW_YORK)
    assert row.text("message_subject").startswith("System.String[]")
    assert problems == []


XML = """<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0">
<TN RefId="0"><T>Microsoft.Exchange.Management.TransportLogSearchTasks.MessageTrackingEvent</T></TN><Props>
<DT N="Timestamp">2016-07-18T11:57:15.1234567-04:00</DT><S N="EventId">RECEIVE</S><S N="MessageId">&lt;1@x&gt;</S>
<Nil N="TenantId"/><S N="MessageSubject">line_x000A_break</S>
<Obj N="Recipients" RefId="1"><LST><S>a@x.test</S><S>b@x.test</S></LST></Obj>
<Obj N="EventData" RefId="2"><LST><Obj RefId="3">
<Props><S N="Key">CompCost</S><S N="Value">|ETR=0</S></Props></Obj></LST></Obj>
</Props></Obj></Objs>"""


def test_an_export_as_clixml(tmp_path: Path) -> None:
    (row,), problems = read(tmp_path, XML)
    assert (row.format, row.time) == ("cmdlet-clixml", "2016-07-18T15:57:15.123Z")
    assert row.texts("recipient_address") == ["a@x.test", "b@x.test"]
    assert row.text("message_subject") == "line\nbreak"
    assert [one.values for one in with_parsed(row).parsed.custom_data] == [[("ETR", "0")]]
    assert problems == []


@pytest.mark.parametrize(
    "text",
    [
        XML[:-40],
        XML.replace("<Props>", "<Props><<"),
        '<!DOCTYPE Objs [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + XML.replace("line", "&b;"),
        '<?xml version="1.0"?><!DOCTYPE Objs SYSTEM "file:///etc/passwd">' + XML,
    ],
)
def test_xml_that_is_broken_or_attacks_costs_itself_alone(tmp_path: Path, text: str) -> None:
    rows, problems = read(tmp_path, text)
    assert problems in (["bad-xml"], ["no-log"])
    assert problems == ["bad-xml"] or not rows
    assert not any("aaaa" in str(row.fields) for row in rows)


@pytest.mark.parametrize("text", [SUBMIT, CSV, XML])
@pytest.mark.parametrize("at", range(0, 400, 37))
def test_garbage_anywhere_never_stops_a_run(tmp_path: Path, text: str, at: int) -> None:
    raw = text.encode()
    read(tmp_path, raw[:at] + b"\0\xff\xfe}{[,;\"'\n : \n" + raw[at:])


def test_a_very_long_field_costs_no_row(tmp_path: Path) -> None:
    long_row = CSV.splitlines()[2].replace("One", "x" * 200_000)
    rows, problems = read(tmp_path, CSV + long_row + "\n" + CSV.splitlines()[2] + "\n", NEW_YORK)
    assert len(rows) == 3
    assert problems == []


@given(
    st.lists(
        st.lists(st.text(st.sampled_from('a";,\n\té#'), max_size=8), min_size=2, max_size=2), min_size=1, max_size=4
    ),
    st.sampled_from(",;\t"),
)
def test_rows_in_are_rows_out_whatever_is_quoted(rows: list[list[str]], delimiter: str) -> None:
    log = io.StringIO()
    writer = csv.writer(log, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["EventId", "MessageId", "MessageSubject"])
    writer.writerows([["SEND", *row] for row in rows])
    problems: list[Problem] = []
    found = list(read_csv(io.BytesIO(log.getvalue().encode()), "x.csv", problems.append, NEW_YORK))
    assert [[row.fields["message_id"], row.fields["message_subject"]] for row in found] == rows
    starts = [2]
    for row in rows[:-1]:
        starts.append(starts[-1] + 1 + "".join(row).count("\n"))
    assert [row.line for row in found] == starts
    assert problems == []


@pytest.mark.parametrize("dots", ["...", "\u2026"])
def test_lists_that_format_list_cut_are_named(tmp_path: Path, dots: str) -> None:
    text = SUBMIT.replace("alannah@mynet.lan}", f"alannah@mynet.lan{dots}}}").replace("Normal]}", f"Normal]{dots}}}")
    (row,), problems = read_told(tmp_path, text, NEW_YORK)
    assert row.fields["recipients"] == ["alan@mynet.lan", "alannah@mynet.lan"]
    assert row.fields["event_data"] == ["CompCost=|ETR=0", "DeliveryPriority=Normal"]
    assert [problem.code for problem in problems] == ["lost-in-export"]
    assert "Recipients, EventData. Set $FormatEnumerationLimit = -1" in problems[0].message


def test_values_beyond_the_columns_and_names_that_come_twice_are_kept(tmp_path: Path) -> None:
    text = '"EventId","MessageId","EventId",""\n"SEND","<1@x>","other","a","b"\n'
    (row,), _ = read(tmp_path, text)
    assert row.fields == {
        "event_id": "SEND",
        "message_id": "<1@x>",
        "event_id_3": "other",
        "column_4": "a",
        "column_5": "b",
    }


def test_event_data_that_is_no_list_of_pairs_stays_as_it_is(tmp_path: Path) -> None:
    (row,), _ = read(tmp_path, SUBMIT.replace("{[CompCost, |ETR=0], [DeliveryPriority, Normal]}", "{a; b}"))
    assert row.fields["event_data"] == "{a; b}"
    (row,), _ = read(tmp_path, SUBMIT.replace("{[CompCost, |ETR=0]", "{" + "[a, " * 200_000 + "]"))
    assert str(row.fields["event_data"]).count("a, ") > 199_000


@pytest.mark.parametrize(
    "text",
    [
        SUBMIT + "EventId : NEXT\n" + "more and more\n" * 90_000,
        CSV + '"1/1/2016","SEND' + "more and more\n" * 90_000,
        XML.replace("</Objs>", f"<Obj><Props><S>{'more' * 300_000}</S></Props></Obj></Objs>"),
        XML.replace("</Objs>", f"<Obj><Props>{'<S/>' * 300_000}</Props></Obj></Objs>"),
    ],
    ids=["list", "csv", "text", "elements"],
)
def test_a_record_without_an_end_is_not_gathered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(record, "LARGEST_RECORD", 1_000_000)
    rows, problems = read(tmp_path, text, NEW_YORK)
    assert len(rows) == 1
    assert problems == ["too-large"]


def test_a_value_of_very_many_lines_costs_its_length_alone(tmp_path: Path) -> None:
    (row,), _ = read(tmp_path, SUBMIT + "  more\n" * 200_000, NEW_YORK)
    assert row.text("event_data").count("more") == 200_000


def test_an_export_as_clixml_keeps_no_record_that_was_given() -> None:
    one = XML[XML.index("<Obj RefId") : XML.index("</Objs>")]
    xml = XML.replace("</Objs>", one * 3000 + "</Objs>").encode()
    peaks = []
    for count in (300, 3000):
        tracemalloc.start()
        records = records_of_xml(io.BytesIO(xml), "x.xml")
        assert sum(1 for _ in itertools.islice(records, count)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_an_export_of_a_list_as_one_object_has_its_members(tmp_path: Path) -> None:
    one = XML[XML.index("<Obj RefId") : XML.index("</Objs>")]
    as_list = XML.replace(one, f'<Obj RefId="90"><TN RefId="8"><T>Object[]</T></TN><LST>{one}{one}</LST></Obj>')
    rows, problems = read(tmp_path, as_list)
    assert [row.texts("recipient_address") for row in rows] == [["a@x.test", "b@x.test"]] * 2
    assert problems == []


def test_what_objects_share_stands_in_each(tmp_path: Path) -> None:
    one = XML[XML.index("<Obj RefId") : XML.index("</Objs>")]
    shared = re.sub(r'<Obj N="Recipients".*?</Obj>', '<Ref N="Recipients" RefId="1"/><Ref N="Sender" RefId="77"/>', one)
    (_, row), _ = read(tmp_path, XML.replace("</Objs>", f"{shared}</Objs>"))
    assert row.texts("recipient_address") == ["a@x.test", "b@x.test"]
    assert row.fields["sender"] == ""


def test_a_dictionary_is_a_list_of_pairs(tmp_path: Path) -> None:
    pairs = '<Obj N="EventData" RefId="2"><DCT><En><S N="Key">a</S><S N="Value">b</S></En></DCT></Obj>'
    (row,), _ = read(tmp_path, re.sub(r'(?s)<Obj N="EventData".*?</Obj></LST></Obj>', pairs, XML))
    assert row.fields["event_data"] == ["a=b"]


def test_an_export_of_something_else_is_no_log(tmp_path: Path) -> None:
    text = XML.replace("EventId", "State").replace("MessageId", "Guid").replace("MessageSubject", "Description")
    assert read(tmp_path, text) == ([], ["no-log"])


def test_what_stands_before_the_break_of_an_export_is_kept(tmp_path: Path) -> None:
    one = XML[XML.index("<Obj RefId") : XML.index("</Objs>")]
    rows, problems = read(tmp_path, XML.replace("</Objs>", one + one[:200]))
    assert len(rows) == 2
    assert problems == ["bad-xml"]


def test_pairs_of_surrogates_are_one_character(tmp_path: Path) -> None:
    (row,), _ = read(tmp_path, XML.replace("line_x000A_break", "_xD83D__xDE00_ _xD83D_"))
    assert row.text("message_subject") == "\U0001f600 \ufffd"


@pytest.mark.corpus
def test_real_lists(shared: Path) -> None:
    problems: list[Problem] = []
    logs = shared / "corpus" / "logs"
    (row,) = LogRows(find_logs([logs / "blog_fl_DELIVER_2010.txt"], problems.append), problems.append)
    assert row.text("event_id") == "DELIVER"
    assert row.text("internal_message_id") == "3175"
    assert row.text("message_subject") == 'Healthy: "My first test" in app "my blog site"'
    assert row.fields["event_data"] == ["MailboxDatabaseName=??????", "DatabaseHealth=-1"]
    name = "qa234456_fl_AGENTINFO_HAREDIRECT_TRANSFER_2013.txt"
    rows = list(LogRows(find_logs([logs / name], problems.append), problems.append, (), LocalTime(None, "year-first")))
    text = (logs / name).read_text(encoding="utf-8", errors="replace")
    assert [row.text("event_id") for row in rows] == [
        line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("EventId")
    ]
    assert rows[0].time == "2015-01-21T22:06:01.000Z"
    assert rows[0].text("source_context").endswith("Queued mail for redundancy")
