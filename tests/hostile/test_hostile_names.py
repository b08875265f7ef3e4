"""Names and values that would steer a terminal or a reader's eyes, and folders made to be lost in."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from outcome import FORMATS, problems_of, report_of, run_on
from program import snapdiff
from tracemaker import block, guid, write_trace

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names and files")
MAIL = b"Subject: one\r\n\r\nbody\r\n"
STEERING = "\x1b[31mred\x1b]0;title\x07\x9b2J\r\x08\u202egnp.exe\u2066\u200f"


@POSIX
@pytest.mark.parametrize("form", FORMATS)
def test_folder_names_that_steer_a_terminal(tmp_path: Path, form: str) -> None:
    names = [STEERING.encode(), b"two\nlines", b"caf\xe9", b"\xff\xfe", b"tab\there", b" ", b"-o", b"%s%n", b"<script>"]
    made = 0
    for number, name in enumerate(names):
        try:
            folder = tmp_path / os.fsdecode(name)
            folder.mkdir()
        except OSError:  # macOS takes no name that is not UTF-8
            continue
        made += 1
        write_trace(folder, number, [MAIL, MAIL.replace(b"one", b"two")])
        (folder / f"{os.fsdecode(name)}.txt").write_bytes(b"")
    ran = run_on(tmp_path, form)
    if form == "json":
        report = report_of(ran)
        assert len({trace.path for trace in report.traces}) == made
        assert all(len(trace.steps) == 1 for trace in report.traces)
    else:
        assert "red" in ran.out.decode()


@pytest.mark.parametrize("form", FORMATS)
def test_values_that_steer_a_terminal(tmp_path: Path, form: str) -> None:
    write_trace(tmp_path, 1, list(_steering_mails()))
    folder = tmp_path / guid(2)
    folder.mkdir()
    source = f"OnResolvedMessage,{STEERING} Agent"
    for number, mail in enumerate(_steering_mails(), 1):
        (folder / f"Routing{number:04d}.eml").write_bytes(block(source, number) + mail)
    ran = run_on(tmp_path, form)
    if form == "json":
        assert [len(trace.steps) for trace in report_of(ran).traces] == [1, 1]
    agents = snapdiff("agents", tmp_path)
    assert (agents.code, agents.errors) == (0, "")
    assert b"\x1b" not in agents.out


def _steering_mails() -> Iterator[bytes]:
    """Two mails that say everything in escape sequences: fields, file names, text, HTML, addresses."""
    for word in ("one", "two"):
        value = f"{STEERING} {word}".replace("\r", "").encode()
        encoded = f"=?utf-8?Q?{''.join(f'={octet:02X}' for octet in value)}?=".encode()
        yield b"\r\n".join(
            [
                b"Subject: " + encoded,
                b"From: " + encoded + b" <a" + value.replace(b" ", b"") + b"@contoso.test>",
                b"Received: from " + value + b" by " + value + b"; Mon, 5 Jun 2017 10:00:00 +0000",
                b"Authentication-Results: " + value + b"; spf=" + value,
                b"X-" + value.replace(b" ", b"") + b": a",
                b"MIME-Version: 1.0",
                b"Content-Type: multipart/mixed; boundary=b",
                b"",
                b"--b",
                b"Content-Type: text/plain; charset=utf-8",
                b"",
                value,
                b"--b",
                b"Content-Type: text/html; charset=utf-8",
                b"",
                b"<p>&#27;[31m&#x9b;2J&#8238;" + value + b"</p><script>alert(1)</script>",
                b"--b",
                b'Content-Type: application/octet-stream; name="' + value + b'"',
                b"Content-Disposition: attachment; filename*=utf-8''%1B%5B31m%E2%80%AE" + word.encode(),
                b"",
                value,
                b"--b--",
                b"",
            ]
        )


@pytest.mark.parametrize("form", FORMATS)
def test_folders_in_folders(tmp_path: Path, form: str) -> None:
    deep = tmp_path.joinpath(*["d"] * 20)
    write_trace(deep, 1, [MAIL, MAIL])
    ran = run_on(tmp_path, form)
    if form == "json":
        assert [trace.path for trace in report_of(ran).traces] == [f"{'d/' * 20}{guid(1)}"]


@POSIX
@pytest.mark.parametrize("form", FORMATS)
def test_folders_deeper_than_a_path_can_be(tmp_path: Path, form: str) -> None:
    write_trace(tmp_path, 1, [MAIL, MAIL])
    with _chain_of_folders(tmp_path, 3_000):
        ran = run_on(tmp_path, form, code=2)
    if form == "json":
        report = report_of(ran)
        assert [trace.path for trace in report.traces] == [guid(1)]
        assert {problem.code for problem in report.problems} == {"unreadable"}


@contextmanager
def _chain_of_folders(top: Path, depth: int) -> Iterator[None]:
    """Folders in folders below `top`, a snapshot in the last; they go from the last on, as no path leads there."""
    name = Path("deep")
    here = Path.cwd()
    os.chdir(top)
    try:
        for _ in range(depth):
            name.mkdir()
            os.chdir(name)
        Path("Original.eml").write_bytes(MAIL)
        end = os.open(".", os.O_RDONLY)
    finally:
        os.chdir(here)
    try:
        yield
    finally:
        os.fchdir(end)
        os.close(end)
        Path("Original.eml").unlink()
        for _ in range(depth):
            os.chdir("..")
            name.rmdir()
        os.chdir(here)


@POSIX
@pytest.mark.parametrize("form", FORMATS)
def test_pipes_and_links_in_a_circle(tmp_path: Path, form: str) -> None:
    folder = write_trace(tmp_path, 1, [MAIL, MAIL])
    os.mkfifo(folder / "Routing0003.eml")
    (folder / "circle").symlink_to(tmp_path, target_is_directory=True)
    (folder / "Routing0004.eml").symlink_to(folder / "Routing0004.eml")
    (folder / "Routing0005.eml").symlink_to("/dev/zero")
    ran = run_on(tmp_path, form, code=2)
    if form == "json":
        report = report_of(ran)
        assert [len(trace.snapshots) for trace in report.traces] == [2]
        assert len(report.problems) == 4


@pytest.mark.parametrize("form", FORMATS)
def test_snapshots_that_are_none(tmp_path: Path, form: str) -> None:
    folder = write_trace(tmp_path, 1, [MAIL, MAIL])
    (folder / "Routing0003.eml").mkdir()
    (folder / "Routing0004.eml").write_bytes(b"")
    (folder / "Routing9999999999.eml").write_bytes(MAIL)
    (folder / "Routing00000000000000000000001.eml").write_bytes(MAIL)
    ran = run_on(tmp_path, form)
    if form == "json":
        (trace,) = report_of(ran).traces
        assert [snapshot.sequence for snapshot in trace.snapshots] == [1, 2, 4, 9_999_999_999]
        assert {"empty-file", "no-block"} <= {problem.code for problem in problems_of(report_of(ran))}


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    folder = write_trace(tmp_path, 1, [MAIL, MAIL, MAIL])
    (folder / "Routing0002.eml").chmod(0)
    try:
        report = report_of(run_on(tmp_path, "json", code=2))
        assert [problem.code for problem in problems_of(report)] == ["no-access"]
        assert [step.missing for step in report.traces[0].steps] == [["Routing0002.eml"]]
    finally:
        (folder / "Routing0002.eml").chmod(stat.S_IRUSR | stat.S_IWUSR)
