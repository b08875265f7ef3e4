"""Logs that lie, swell or are none: each costs itself alone, and a line says what became of it."""

import gzip
import io
import tracemalloc
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from program import called, snapdiff

from snapdiff.model import Problem, RowFormat, TrackingRow
from snapdiff.read import bounded, log_lines
from snapdiff.read.local_time import LocalTime
from snapdiff.read.log_kind import kind_of_head
from snapdiff.read.logs import LINE_READERS, LogRows, find_logs, whole_reader

LOG = (
    b"#Log-type: Message Tracking Log\r\n#Fields: date-time,source,event-id,message-id\r\n"
    b"2024-05-01T08:00:00.000Z,SMTP,RECEIVE,<1@a>\r\n"
)
ROW = b"2024-05-01T08:00:01.000Z,SMTP,SEND,<2@a>\r\n"


def zipped(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def read(*paths: Path, words: tuple[str, ...] = ()) -> tuple[list[TrackingRow], list[Problem], LogRows]:
    problems: list[Problem] = []
    rows = LogRows(find_logs(paths, problems.append), problems.append, words)
    return list(rows), problems, rows


@pytest.mark.parametrize("in_folder", [True, False])
def test_a_zip_in_a_zip_is_told_and_the_logs_beside_it_are_read(tmp_path: Path, *, in_folder: bool) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("MSGTRK.LOG", LOG)
        archive.writestr("MBX02/More.ZIP", zipped("MSGTRK.LOG", LOG))
        archive.writestr("notes.docx", zipped("word/document.xml", b"<w/>"))
    (tmp_path / "logs.zip").write_bytes(file.getvalue())
    rows, problems, _ = read(tmp_path if in_folder else tmp_path / "logs.zip")
    assert [row.text("message_id") for row in rows] == ["<1@a>"]
    assert [(problem.code, problem.path.rpartition("logs.zip/")[2]) for problem in problems] == [
        ("zip-in-zip", "MBX02/More.ZIP")
    ]


@pytest.mark.parametrize(
    ("name", "data", "codes"),
    [
        ("notes.txt", b"From: a@b\r\n\r\nhello\r\n", ["no-log"]),
        ("MSGTRK2024050108-1.LOG", b"\x89PNG\r\n\x1a\n", ["no-log"]),
        ("MSGTRK2024050108-1.LOG", b"", ["empty-log"]),
        ("a.log.gz", gzip.compress(b"hello", mtime=0), ["no-log"]),
        ("a.log.gz", gzip.compress(b"", mtime=0), ["empty-log"]),
        ("RECV2024050108-1.LOG", b"#Log-type: SMTP Receive Protocol Log\r\n", []),
        ("MSGTRK2024050108-1.LOG", LOG, []),
    ],
)
def test_what_is_given_by_its_name_and_is_no_log_is_told(
    tmp_path: Path, name: str, data: bytes, codes: list[str]
) -> None:
    (tmp_path / name).write_bytes(data)
    _, problems, _ = read(tmp_path / name)
    assert [problem.code for problem in problems] == codes
    assert all(name in problem.message for problem in problems)
    _, in_folder, _ = read(tmp_path)
    assert in_folder == []


def test_no_log_among_logs_ends_with_two_and_an_empty_one_does_not(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(LOG)
    (tmp_path / "empty.log").write_bytes(b"")
    (tmp_path / "notes.txt").write_bytes(b"hello")
    assert called("track", tmp_path / "a.log", tmp_path / "empty.log").code == 0
    ran = called("track", tmp_path / "a.log", tmp_path / "notes.txt")
    assert ran.code == 2
    assert "notes.txt is no log that is known" in " ".join(ran.out.decode().split())
    assert called("track", tmp_path).code == 0


@pytest.mark.parametrize("packing", ["gz", "zip", "gz in zip"])
@pytest.mark.parametrize("filling", [b"\n", b"\0", b"# x\n", ROW], ids=["blank", "nul", "header", "row"])
def test_what_swells_beyond_measure_is_read_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packing: str, filling: bytes
) -> None:
    monkeypatch.setattr(bounded, "RATIO_COUNTS_FROM", 1 << 20)
    log = LOG + filling * ((3 << 20) // len(filling))
    packed = {"gz": lambda: gzip.compress(log), "zip": lambda: zipped("a.log", log)}.get(
        packing, lambda: zipped("a.log.gz", gzip.compress(log))
    )()
    path = tmp_path / f"a.{packing.rpartition(' ')[2]}"
    path.write_bytes(packed)
    rows, problems, _ = read(path)
    most = max(1 << 20, bounded.MAX_RATIO * len(packed))
    if len(log) > most:
        assert [problem.code for problem in problems] == ["zip-bomb"]
        assert "a.log" in problems[0].path or path.name in problems[0].path
        assert rows[0].text("message_id") == "<1@a>"
        assert len(rows) * len(ROW) <= most
    else:
        assert filling == ROW
        assert problems == []


def test_a_log_that_shrinks_well_is_no_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "RATIO_COUNTS_FROM", 1 << 16)
    log = LOG + b"".join(ROW.replace(b"2@a", sha256(b"%d" % at).hexdigest().encode()) for at in range(20_000))
    (tmp_path / "a.log.gz").write_bytes(gzip.compress(log))
    rows, problems, _ = read(tmp_path)
    assert len(rows) == 20_001
    assert problems == []


@pytest.mark.parametrize("words", [(), ("2@a",)], ids=["every row", "searched"])
@pytest.mark.parametrize("filling", [b"x", b"2@a,"], ids=["letters", "needles"])
def test_a_line_without_an_end_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], filling: bytes
) -> None:
    monkeypatch.setattr(log_lines, "LONGEST_LINE", 2 << 20)
    (tmp_path / "a.log").write_bytes(LOG + filling * (20_000_000 // len(filling)) + b"\r\n" + ROW)
    tracemalloc.start()
    rows, problems, _ = read(tmp_path, words=words)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows[-1].text("message_id") == "<2@a>"
    assert [problem.code for problem in problems] == ["line-too-long"]
    assert peak < 4 * log_lines.LONGEST_LINE


@pytest.mark.parametrize("length", [900_000, 1 << 20, (1 << 20) + 1, 1_700_000, 2_500_000])
@pytest.mark.parametrize("filling", [b"x", b"\0", b"2@a,", b'"'])
@pytest.mark.parametrize("words", [(), ("2@a",)], ids=["every row", "searched"])
@pytest.mark.parametrize("end", [b"\n" + ROW, b"\n", b""])
def test_a_line_is_too_long_by_its_length_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int, filling: bytes, words: tuple[str, ...], end: bytes
) -> None:
    monkeypatch.setattr(log_lines, "LONGEST_LINE", 1 << 20)
    line = (filling * length)[:length]
    (tmp_path / "a.log").write_bytes(LOG + line + end)
    rows, problems, read_rows = read(tmp_path, words=words)
    is_long = length > 1 << 20
    assert ("line-too-long" in [problem.code for problem in problems]) is is_long
    assert read_rows.rows_read == 1 + (end[1:] != b"") + (not is_long and filling != b"\0")
    if end[1:]:
        assert (rows[-1].text("message_id"), rows[-1].line) == ("<2@a>", 5)


@pytest.mark.parametrize("packing", ["gz", "zip"])
@pytest.mark.parametrize(
    ("head", "row"),
    [
        (LOG, ROW),
        (b"Timestamp : 1\nEventId : A\n", b"EventId : SEND\nMessageId : <%d@x>\n"),
        (b"EventId,MessageId,Sender\n", b"SEND,<%d@x>,bob@y.test\n"),
        (b"<Objs>", b'<Obj><Props><S N="EventId">SEND</S><S N="MessageId">%d</S></Props></Obj>'),
    ],
    ids=["msgtrk", "list", "csv", "clixml"],
)
def test_what_stands_before_the_damage_is_kept(tmp_path: Path, packing: str, head: bytes, row: bytes) -> None:
    log = head + b"".join(row % at if b"%d" in row else row for at in range(30_000))
    packed = bytearray(gzip.compress(log) if packing == "gz" else zipped("a.log", log))
    packed[len(packed) * 3 // 4] ^= 0xFF
    (tmp_path / f"a.{packing}").write_bytes(packed)
    rows, problems, _ = read(tmp_path)
    assert len(rows) > 10_000
    assert problems
    assert {problem.code for problem in problems} & {"damaged", "bad-xml"}


@pytest.mark.parametrize(
    "head",
    [
        b"#Fields: event-id,message-id" + b",a" * 1_000_000,
        b"#Fields: event-id,message-id" + b"," * 2_000_000,
        b"# Message Tracking Log File\r\n# Date\tTime" + b"\ta" * 1_000_000,
        b"# Message Tracking Log File\r\n# Date Time" + b" a" * 1_000_000,
        b"EventId,MessageId" + b",a" * 1_000_000,
        b"id\t4\t1998.1.5 15:23:13" + b"\t" * 2_000_000,
        LOG + b'2024-05-14T08:00:00.000Z,"' + b'","' * 1_000_000,
    ],
    ids=["fields", "no names", "2000", "blanks", "csv", "5.5", "values"],
)
def test_columns_of_any_number_stop_nothing(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "a.log").write_bytes(head + b"\r\n" + ROW)
    rows, _, _ = read(tmp_path)
    assert 1 <= len(rows) <= 3


_JUNK = st.one_of(st.binary(max_size=300), st.text("\0\n\r\t,;\"'#{}[]<>=|x2", max_size=300).map(str.encode))


@given(_JUNK, st.integers(0, 200), st.sampled_from(get_args(RowFormat)))
def test_no_reader_is_stopped_by_any_bytes(junk: bytes, at: int, kind: RowFormat) -> None:
    log = LOG[:at] + junk + LOG[at:]
    kind_of_head(log)
    problems: list[Problem] = []
    if (read := whole_reader(kind)) is not None:
        list(read(io.BufferedReader(io.BytesIO(log)), "x", problems.append, LocalTime()))
        return
    reader = LINE_READERS[kind]("x", problems.append)
    for line in log_lines.Lines(io.BytesIO(log), "x", problems.append):
        if line.is_header:
            reader.header(line)
        else:
            reader.row(line)


@pytest.mark.parametrize("form", ["text", "json", "csv", "markdown"])
def test_a_folder_of_hostile_logs_costs_no_row_of_the_good_one(tmp_path: Path, form: str) -> None:
    hostile = {
        "nul.log": LOG + b"\0" * 100_000,
        "junk.log": LOG + bytes(range(256)) * 50,
        "bare.log": ROW + b'2024-05-14T08:00:00.000Z,"never closed\r\n' + ROW,
        "doubled.log": LOG.replace(b"event-id", b"message-id") + ROW * 3,
        "missing.log": LOG.replace(b",message-id", b"") + ROW,
        "quoting.log": LOG + b'2024-05-14T08:00:00.000Z,"a"b",""",c"\r\n' + ROW,
        "damaged.gz": gzip.compress(LOG)[:-9],
        "cut.zip": zipped("a.log", LOG)[:-30],
        "control.log": LOG + b"2024-05-14T08:00:00.000Z,\x1b[31m\x9b\xe2\x80\xae,=cmd|x,<2@a>\r\n",
        "wide.log": LOG.decode().encode("utf-16") + b"\xff",
        "list.txt": b"EventId : A\r\nMessageId : <\xff\x1b]0;x\x07>\r\nRecipients : {{{[,\r\n",
        "export.csv": b'"EventId";"MessageId"\r\n"SEND;"<3@a>\r\n""""\r\n',
        "export.xml": b'<Objs><Obj><Props><S N="EventId">&#0;</S></Props></Obj></Objs>',
        "old.log": b"# Message Tracking Log File\r\n# Date\r\n\t\t\t\r\n2004-3-9\r\n",
    }
    for name, data in hostile.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "good.log").write_bytes(LOG.replace(b"<1@a>", b"<good@a>"))
    ran = snapdiff("track", tmp_path, "--format", form, *(["--message", "1"] if form == "text" else []))
    assert ran.code == 2
    assert "Traceback" not in ran.errors
    assert b"\x1b" not in ran.out
    found = snapdiff("track", tmp_path, "--message-id", "<good@a>", "--format", form)
    assert found.code == 2
    assert b"good@a" in found.out
