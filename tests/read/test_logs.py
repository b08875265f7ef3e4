"""Files, folders and zips of logs: what each is by its content, and its rows through every packing."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from snapdiff.model import Problem
from snapdiff.read.log_kind import kind_of_head
from snapdiff.read.logs import LogPlace, LogRows, find_logs, kind_of, open_log

LOG = (
    b"#Log-type: Message Tracking Log\r\n#Fields: date-time,source,event-id,message-id\r\n"
    b"2024-05-01T08:00:00.000Z,SMTP,RECEIVE,<1@a>\r\n"
)
PROTOCOL = b"2024-05-01T08:00:00.000Z,MBX\\Default,08DC1DB8591B229A,0,10.0.0.1:25,10.0.0.2:5000,+,,\r\n"


def zipped(packing: int = zipfile.ZIP_DEFLATED, **members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/") + ".log", data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "named"),
    [
        ("renamed.dat", LOG, "renamed.dat"),
        ("a.log", LOG.decode().encode("utf-16"), "a.log"),
        ("a.log.gz", gzip.compress(LOG, mtime=0), "a.log.gz"),
        ("a.log", gzip.compress(LOG, mtime=0), "a.log"),
        ("a.zip", zipped(MBX01__MSGTRK=LOG), "a.zip/MBX01/MSGTRK.log"),
        ("a.zip", zipped(a=gzip.compress(LOG, mtime=0)), "a.zip/a.log"),
    ],
)
def test_a_log_is_read_through_every_packing(tmp_path: Path, name: str, data: bytes, named: str) -> None:
    (tmp_path / name).write_bytes(data)
    problems = list[Problem]()
    rows = list(LogRows(find_logs([tmp_path / name], problems.append), problems.append))
    assert [row.text("message_id") for row in rows] == ["<1@a>"]
    assert rows[0].file.endswith(named)
    assert not problems


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (LOG, "msgtrk"),
        (LOG.splitlines(keepends=True)[2], None),
        (PROTOCOL, "smtp-receive"),
        (PROTOCOL.replace(b"+,,", b"*,,attempting to connect"), "smtp-send"),
        (b"#Log-Type: SMTP Send Protocol Log\r\n", "smtp-send"),
        (b"#Fields: date-time,message-id,rule-name,details\r\n", "rulestrk"),
        (b"# Message Tracking Log File\r\n", "exchange-2000"),
        (b'<Objs Version="1.1.0.1">\r\n<Obj><Props><S N="EventId">', "cmdlet-clixml"),
        (b'<Objs Version="1.1.0.1">\r\n<Obj><Props><S N="Identity">', None),
        (b'"Timestamp","EventId","MessageId"\r\n', "cmdlet-csv"),
        (b"Timestamp : 1\r\nEventId   : RECEIVE\r\nMessageId : <1@a>\r\n", "cmdlet-fl"),
        (b"From: a@b\r\nSubject: no log\r\n\r\nhello\r\n", None),
        (b"", None),
    ],
)
def test_what_a_file_is_its_content_says(tmp_path: Path, data: bytes, kind: str | None) -> None:
    (tmp_path / "MSGTRK2024050108-1.LOG").write_bytes(data)
    with open_log(LogPlace("log", str(tmp_path / "MSGTRK2024050108-1.LOG"))) as stream:
        assert kind_of(stream) == kind
        assert stream.read() == data


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.gz", gzip.compress(LOG * 500, mtime=0)[:-12], "damaged"),
        ("a.zip", b"PK\x03\x04 and no more", "truncated-zip"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(data)
    problems = list[Problem]()
    list(LogRows(find_logs([tmp_path / name], problems.append), problems.append))
    assert [problem.code for problem in problems] == [code]
    assert name in problems[0].message


def test_a_folder_is_walked_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ("b/2.log", "b/1.LOG", "a.log", "mail.eml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(LOG)
    problems = list[Problem]()
    found = [place.file for place in find_logs([tmp_path], problems.append)]
    assert [name.removeprefix(f"{tmp_path.as_posix()}/") for name in found] == ["a.log", "b/1.LOG", "b/2.log"]


def test_the_bytes_of_a_zip_in_a_zip_never_pass_for_rows() -> None:
    assert kind_of_head(LOG) == "msgtrk"
    assert kind_of_head(zipped(zipfile.ZIP_STORED, MSGTRK=LOG)) is None
