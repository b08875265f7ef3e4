"""`snapdiff track` as it is called: what is found, in every format, and the exit codes."""

import csv
import gzip
import io
import json
import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from logmaker import write_log
from program import called, snapdiff

ROOT = Path(__file__).parents[1]
LOGS = ROOT / "samples" / "logs"
TRACE = ROOT / "samples/traces/MBX02/Hub/PipelineTracing/MessageSnapshots/f38274af-fdb3-4e98-b763-90e7d3924a8a"
EVIL = '=cmd|"/c calc"!A1 \x1b[31m\u202e`|<script>'


def tracked(*arguments: str | Path) -> Any:
    ran = called("track", *arguments, "--format", "json")
    assert ran.code == 0, ran.errors
    return ran.json()


def count_rows(paths: Iterable[Path]) -> int:
    """The rows of tracking logs, by the csv module alone."""
    count = 0
    for path in paths:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        count += sum(1 for _ in csv.reader(line for line in lines if not line.startswith("#")))
    return count


def test_every_row_is_there_once() -> None:
    ran = snapdiff("track", LOGS, "--format", "json")
    assert ran.code == 0, ran.errors
    report = ran.json()
    rows = [(event["file"], event["line"]) for message in report["messages"] for event in message["events"]]
    assert len(rows) == len(set(rows)) == report["rows_read"] == count_rows(LOGS.rglob("MSGTRK*"))
    assert report["schema"] == "snapdiff.track/1"


def test_a_search_gives_the_whole_way_over_all_servers() -> None:
    (message,) = tracked(LOGS, "--subject", "hallenbeleuchtung")["messages"]
    servers = {event["server_hostname"].partition(".")[0] for event in message["events"]}
    assert servers >= {"EDGE01", "MBX01"}
    assert [event["time"] for event in message["events"]] == sorted(event["time"] for event in message["events"])
    assert [way["outcome"] for way in message["ways"]] == ["delivered"]


def test_the_groups_members_stand_below_the_group() -> None:
    text = called("track", LOGS, "--sender", "LYNNE.robbins@contoso.com").out.decode()
    assert (
        "    finance@contoso.com  a list, expanded into its members\n      diego.siciliani@contoso.com  deliv" in text
    )
    assert "ruleId 1d44b673-b72d-4d68-a200-72425738260e" in text


def test_one_of_several_is_chosen_by_its_number() -> None:
    listed = called("track", LOGS, "--event", "DELIVER").out.decode()
    assert "--message N shows the path of one" in listed
    assert "  Path\n" in called("track", LOGS, "--event", "DELIVER", "--message", "2").out.decode()
    wrong = called("track", LOGS, "--event", "DELIVER", "--message", "99")
    assert wrong.code == 2
    assert "there is no message 99" in wrong.errors


def test_the_last_days_count_from_the_newest_row() -> None:
    assert len(tracked(LOGS, "--days", "1")["messages"]) == len(tracked(LOGS)["messages"])
    assert len(tracked(LOGS, "--days", "9" * 20)["messages"]) == len(tracked(LOGS)["messages"])
    assert tracked(LOGS, "--since", "2024-05-15")["messages"] == []
    late = tracked(LOGS, "--since", "2024-05-14T13:00", "--until", "2024-05-14")["messages"]
    assert {message["subject"] for message in late} == {"TEST ALARM 0317", "Falcon: Prüfbericht"}


def test_nothing_found_is_said_and_is_no_failure() -> None:
    ran = called("track", LOGS, "--sender", "nobody@nowhere.test")
    assert ran.code == 0
    assert ran.out.decode().startswith("No message fits, among 49 rows of 19 tracking logs.")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["no-such-folder"], "no-such-folder"),
        ([str(ROOT / "samples" / "traces")], "There is no message tracking log in "),
        ([str(LOGS), "--since", "yesterday"], "no time"),
        ([str(LOGS), "--since", "2024-05-15", "--until", "2024-05-14"], "lies behind --until"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: list[str], says: str) -> None:
    ran = called("track", *arguments)
    assert ran.code == 2
    assert says in ran.errors
    assert "Traceback" not in ran.errors


@pytest.mark.parametrize(
    "asked",
    [
        ["--sender", " Lynne <lynne.robbins@contoso.com> "],
        ["--recipient", "<finance@contoso.com>"],
        ["--network-message-id", " C9479B65-293d-4205-72d0-08dc73ee5507 "],
        ["--message-id", " <0d7e6f3c-9b6b-4a57-8a2e-51c0f6d98e11@contoso.com>"],
        ["--subject", "budget", "--until", " 20240514 ", "--since", "2024-05-14"],
        ["--event", "expand,dsn"],
    ],
)
def test_what_was_pasted_is_searched_for_as_it_was_meant(asked: list[str]) -> None:
    assert "Q2 budget: first figures" in called("track", LOGS, *asked).out.decode()


def test_logs_in_zips_and_gz_and_under_other_names_are_read(tmp_path: Path) -> None:
    source = LOGS / "MBX02" / "MessageTracking" / "MSGTRK2024051408-1.LOG"
    shutil.copy(source, tmp_path / "renamed.txt")
    with zipfile.ZipFile(tmp_path / "logs.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(source, "MBX02/MSGTRK2024051408-1.LOG")
    with gzip.open(tmp_path / "a.log.gz", "wb") as packed_too:
        packed_too.write(source.read_bytes())
    report = tracked(tmp_path)
    assert report["rows_read"] == 3 * count_rows([source])
    assert {Path(event["file"]).name for message in report["messages"] for event in message["events"]} == {
        "renamed.txt",
        "a.log.gz",
        "MSGTRK2024051408-1.LOG",
    }


def test_a_damaged_log_costs_itself_alone_and_exit_2(tmp_path: Path) -> None:
    source = LOGS / "MBX02" / "MessageTracking" / "MSGTRK2024051408-1.LOG"
    whole = gzip.compress(source.read_bytes())
    (tmp_path / "broken.log.gz").write_bytes(whole[: len(whole) // 2])
    shutil.copy(source, tmp_path)
    ran = called("track", tmp_path, "--format", "json")
    assert ran.code == 2
    assert ran.json()["messages"]
    assert [problem["code"] for problem in ran.json()["problems"]] == ["damaged"]


def hostile_log(folder: Path) -> Path:
    columns = "date-time,source,event-id,message-id,recipient-address,message-subject,sender-address"
    quoted = '"' + EVIL.replace('"', '""') + '"'
    row = f"2024-05-14T08:00:00.000Z,SMTP,RECEIVE,<1@x>,a@x.test,{quoted},{quoted}\r\n"
    log = folder / "MSGTRK2024051408-1.LOG"
    log.write_text(f"#Log-type: Message Tracking Log\r\n#Fields: {columns}\r\n{row}", encoding="utf-8", newline="")
    return log


def test_hostile_values_do_nothing_in_any_format(tmp_path: Path) -> None:
    log = hostile_log(tmp_path)
    text = called("track", log).out.decode()
    assert "\x1b" not in text
    assert "\u202e" not in text
    rows = list(csv.DictReader(io.StringIO(called("track", log, "--format", "csv").out.decode("utf-8-sig"))))
    assert rows[0]["message_subject"].startswith("'=cmd")
    markdown = called("track", log, "--format", "markdown").out.decode()
    assert "``=cmd" in markdown
    assert "\x1b" not in markdown
    document = json.loads(called("track", log, "--format", "json").out)
    assert document["messages"][0]["subject"] == EVIL


def test_a_log_is_never_written_to(tmp_path: Path) -> None:
    log = hostile_log(tmp_path)
    before = log.read_bytes()
    assert called("track", log, "-o", log).code == 2
    assert log.read_bytes() == before


def test_logs_beside_traces_are_never_written_to_and_their_faults_are_told_with_filters_too(tmp_path: Path) -> None:
    log = hostile_log(tmp_path)
    before = log.read_bytes()
    for option in ("-o", "--html"):
        refused = called(TRACE, "--logs", log, option, log)
        assert refused.code == 2
        assert "is one of the logs that are read" in refused.errors
    assert log.read_bytes() == before
    (tmp_path / "broken.log.gz").write_bytes(gzip.compress(before * 50)[:60])
    for asked in ([], ["--subject", "figures"]):
        ran = called(TRACE, "--logs", tmp_path, "--format", "json", *asked)
        assert ran.code == 2
        assert "damaged" in {problem["code"] for problem in ran.json()["problems"]}
    assert called(TRACE, "--logs", tmp_path / "nothing").code == 2


def test_a_rules_tracking_log_beside_traces_tells_which_rule_acted(tmp_path: Path) -> None:
    (trace,) = called(TRACE, "--format", "json").json()["traces"]
    columns = "#Fields: date-time,message-id,rule-name,details,action,from-address,recipient-address\r\n"
    row = f"2024-05-14T08:00:00.000Z,{trace['message_id']},Disclaimer,,ApplyDisclaimer,a@x.test,b@x.test\r\n"
    (tmp_path / "RULESTRK20240514-1.LOG").write_text(columns + row, encoding="utf-8", newline="")
    ran = called(TRACE, "--logs", tmp_path, "--format", "json")
    assert ran.code == 0
    events = [event for journey in ran.json()["journeys"] for event in journey["events"]]
    assert {(event["format"], event["rule_name"], event["message_id"]) for event in events} == {
        ("rulestrk", "Disclaimer", trace["message_id"])
    }


def test_of_very_many_rows_the_rest_is_counted(tmp_path: Path) -> None:
    head, row = hostile_log(tmp_path).read_text(encoding="utf-8").rsplit("\n", 2)[:2]
    (tmp_path / "MSGTRK2024051408-1.LOG").write_text(head + "\n" + f"{row}\n" * 201, encoding="utf-8", newline="")
    assert called("track", tmp_path, "--format", "markdown").out.decode().count("\nand 1 more row.\n") == 1


def test_a_fork_is_told_with_its_recipients_its_rows_and_who_split_it_off() -> None:
    text = " ".join(called("track", LOGS, "--subject", "hall 4").out.decode().split())
    assert (
        "henrietta.mueller@northwindtraders.com handed to the next server, whose log is not here, on copy (1)" in text
    )
    assert "(1) split off by agent Transport Rule Agent on MBX02 for 1 recipient" in text
    assert "(1) From here 1 recipient went on as a copy of its own, split off by agent Transport Rule Agent" in text
    assert text.count("UTC (1) ") == 3
    (message,) = tracked(LOGS, "--subject", "hall 4")["messages"]
    (copy,) = message["copies"]
    assert [message["events"][at]["event_id"] for at in copy["events"]] == ["TRANSFER", "AGENTINFO", "SEND"]
    assert copy["parent"] == 0
    markdown = called("track", LOGS, "--subject", "hall 4", "--format", "markdown").out.decode()
    assert "Copy (1), split off by agent `Transport Rule Agent` on `MBX02`" in markdown


def test_the_session_of_a_hop_stands_at_the_hop_and_times_between_servers_are_told() -> None:
    text = called("track", LOGS, "--subject", "hallenbeleuchtung").out.decode()
    path = text[text.index("  Path\n") : text.index("  SMTP sessions in full")]
    hop = path.index("RECEIVE (SMTP)  mail.fabrikam.com")
    assert hop < path.index("SMTP session from 203.0.113.45") < path.index("MAIL FROM") < path.index("SEND (SMTP)")
    assert "EHLO" not in path
    assert "EHLO" in text
    assert "EDGE01 → MBX01  0.062 s" in text
    markdown = called("track", LOGS, "--subject", "hallenbeleuchtung", "--format", "markdown").out.decode()
    assert "| received, SMTP session `08DC71424891CF5D`" in markdown
    assert "- `08DC71424891CF5D`: SMTP session from `203.0.113.45:41822`" in markdown
    (message,) = tracked(LOGS, "--subject", "hallenbeleuchtung")["messages"]
    assert [(one["sender"], one["receiver"], one["seconds"]) for one in message["hops"]] == [("EDGE01", "MBX01", 0.062)]
    assert [message["events"][talk["event"]]["event_id"] for talk in message["talks"]] == [
        "RECEIVE",
        "RECEIVE",
        "DELIVER",
    ]


def test_the_clients_session_at_the_front_end_is_shown_in_every_form(tmp_path: Path) -> None:
    write_log(
        tmp_path / "MSGTRK2024051408-1.LOG",
        {
            "date-time": "2024-05-14T08:00:03.000Z",
            "event-id": "RECEIVE",
            "message-id": "<1@x.test>",
            "server-hostname": "MBX01",
            "source-context": "08DC0000000000AA;2024-05-14T08:00:00.000Z;1",
        },
    )
    fields = "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
    head = f"#Log-type: SMTP Receive Protocol Log\r\n#Fields: {fields}\r\n"

    def said(session: str, remote: str, *texts: str) -> str:
        begin = f"2024-05-14T08:00:01.000Z,M\\C,{session},0,10.0.0.1:25,{remote}:4711"
        return head + "".join(f"{begin},<,{text},\r\n" for text in texts)

    hub = said("08DC0000000000AA", "10.0.0.1", "XPROXYFROM SID=08DC0000000000FE IP=203.0.113.9", "MAIL FROM:<a@x.test>")
    (tmp_path / "RECV2024051408-1.LOG").write_bytes(hub.encode())
    front = said("08DC0000000000FE", "203.0.113.9", "EHLO mail.y.test", "MAIL FROM:<a@x.test>")
    (tmp_path / "RECV2024051408-2.LOG").write_bytes(front.encode())
    text = snapdiff("track", tmp_path, "--message", "1").out.decode()
    assert text.index("session 08DC0000000000AA") < text.index("session 08DC0000000000FE") < text.index("EHLO")
    document = snapdiff("track", tmp_path, "--format", "json").json()
    assert [one["session_id"][-2:] for one in document["messages"][0]["talks"]] == ["AA", "FE"]
    assert [one["session_id"][-2:] for one in document["sessions"]] == ["AA", "FE"]
    markdown = snapdiff("track", tmp_path, "--format", "markdown").out.decode()
    assert "SMTP session `08DC0000000000AA` behind `08DC0000000000FE`" in markdown
