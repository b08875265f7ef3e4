"""What `snapdiff track` writes: every form against its golden file, and the JSON of every kind of log by its schema."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from golden_files import check_golden
from program import snapdiff

from snapdiff import __version__
from snapdiff.commands.track import Shown, track
from snapdiff.read.local_time import LocalTime
from snapdiff.report.track import TrackForm
from snapdiff.report.track_json import track_schema
from snapdiff.track.search import Search

ROOT = Path(__file__).parents[2]
KINDS = {
    "msgtrk": "#Fields: date-time,event-id,message-id,custom-data,message-info,recipient-status\n"
    "2024-05-14T08:00:00.000Z,SEND,<1@x>,S:TRA=ETR|action=a,2024-05-14T08:00:00.000Z;SRV=a:TOTAL=1,[{LED=250 ok}]\n",
    "no-columns": "2024-05-14T08:00:00.000Z,1,h,2,h,c;2024-05-14T08:00:00.000Z;1,C,SMTP,SEND,7,<1@x>,a,,1,1,,,s,b,b,\n",
    "rulestrk": "#Fields: date-time,message-id,rule-name,details,action,from-address,recipient-address\n"
    "2009-03-02T08:00:01.123Z,<1@y.test>,Disclaimer,x,ApplyDisclaimer,bob@y.test,ann@x.test;al@x.test\n",
    "exchange-2000": "# Message Tracking Log File\n# Date\tTime\tEvent-ID\tMSGID\tRecipient-address\n"
    "2004-3-9\t0:0:5 GMT\t1028\t<1@x>\tann@x.test\n2004-3-9\tnoon\t1028\t<1@x>\t-\n",
    "exchange-5.5": "c=US;a= ;l=1\t4\t1998.1.5 15:23:13\t\tMTA\t\tBOB\t0\t1\t0\t1\t\t1\nann\t0\nal\t1\n",
    "cmdlet-fl": "Timestamp : 7/18/2016 11:57:15 AM\nEventId : SUBMIT\nMessageId : <1@x>\nRecipients : {a@x, b@x}\n",
    "cmdlet-csv": '"Timestamp";"EventId";"MessageId";"Recipients"\n"18/7/2016 1:57";"SEND";"<1@x>";"System.String[]"\n',
    "cmdlet-clixml": '<Objs><Obj RefId="0"><Props><DT N="Timestamp">2016-07-18T11:57:15Z</DT><S N="EventId">SEND</S>'
    '<S N="MessageId">&lt;1@x&gt;</S><S N="Parsed">1</S><S N="Line">2</S></Props></Obj></Objs>',
}


def written(folder: Path, form: TrackForm, search: Search, number: int | None = None) -> str:
    """What is written about the samples, under the paths that a user in the repository sees."""
    output = folder / "out"
    assert track([Path("samples/logs")], search, None, Shown(form, output, "never", number)) == 0
    return output.read_bytes().decode().replace(f'"version":"{__version__}"', '"version":"0"')


@pytest.mark.parametrize(
    ("name", "form", "search", "number"),
    [
        ("track-list.txt", "text", Search(), None),
        ("track-one.txt", "text", Search(sender="lynne.robbins@contoso.com"), 1),
        ("track-failed.txt", "text", Search(event="FAIL"), 1),
        ("track.json", "json", Search(sender="lynne.robbins@contoso.com"), None),
        ("track.csv", "csv", Search(), None),
        ("track.md", "markdown", Search(), None),
    ],
)
def test_what_is_written_is_what_the_golden_file_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, form: TrackForm, search: Search, number: int | None
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "100")
    check_golden(name, written(tmp_path, form, search, number).encode())


def rows_valid(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a report, which is checked by the schema."""
    jsonschema.Draft202012Validator(track_schema()).validate(report)
    return [event for message in report["messages"] for event in message["events"]]


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_accepts_what_is_written_of_every_kind_of_log(tmp_path: Path, kind: str) -> None:
    (tmp_path / "log.txt").write_text(KINDS[kind], encoding="utf-8", newline="")
    output = tmp_path / "out.json"
    track([tmp_path / "log.txt"], Search(), None, Shown("json", output, "never"), LocalTime())
    report = json.loads(output.read_bytes())
    rows = rows_valid(report)
    assert len(rows) == report["rows_read"] > 0
    assert {row["format"] for row in rows} == {kind if kind != "no-columns" else "msgtrk"}


def test_the_schema_accepts_what_is_written_of_the_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    report = json.loads(written(tmp_path, "json", Search()))
    assert len(rows_valid(report)) > 40
    assert report["sessions"]
    assert any(message["talks"] for message in report["messages"])
    assert any(message["hops"] for message in report["messages"])


@pytest.mark.corpus
def test_the_schema_accepts_what_is_written_of_real_logs(shared: Path, tmp_path: Path) -> None:
    for path in sorted((shared / "corpus" / "logs").iterdir()):
        output = tmp_path / "out.json"
        if "RECV" in path.name or "smtp" in path.name:
            continue
        track([path], Search(), None, Shown("json", output, "never"))
        assert rows_valid(json.loads(output.read_bytes())), path.name


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", "snapdiff.track/2"),
        ("rows_read", "1"),
        ("messages", [{}]),
        ("sessions", None),
        ("problems", ["no"]),
    ],
)
def test_the_schema_refuses_what_is_no_such_document(tmp_path: Path, key: str, value: object) -> None:
    document = {
        "schema": "snapdiff.track/1",
        "tool": {"name": "snapdiff", "version": "1"},
        "rows_read": 0,
        "messages": [],
        "sessions": [],
        "problems": [],
    }
    validator = jsonschema.Draft202012Validator(track_schema())
    validator.validate(document)
    for spoiled in ({**document, key: value}, {name: said for name, said in document.items() if name != key}):
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(spoiled)


@pytest.mark.parametrize(("key", "value"), [("file", 1), ("format", "other"), ("subject", 7), ("recipients", [1])])
def test_a_row_has_texts_and_lists_of_texts_alone(tmp_path: Path, key: str, value: object) -> None:
    (tmp_path / "log.txt").write_text(KINDS["msgtrk"], encoding="utf-8", newline="")
    output = tmp_path / "out.json"
    track([tmp_path / "log.txt"], Search(), None, Shown("json", output, "never"))
    report = json.loads(output.read_bytes())
    report["messages"][0]["events"][0][key] = value
    with pytest.raises(jsonschema.ValidationError):
        rows_valid(report)


def test_the_command_prints_the_schema() -> None:
    made = json.loads(snapdiff("schema", "track").out)
    jsonschema.Draft202012Validator.check_schema(made)
    assert made == track_schema()
    assert made["$id"] == "urn:snapdiff:schema:track:1"
    messages = made["$defs"]["TrackedMessage"]
    assert set(messages["required"]) == set(messages["properties"])
