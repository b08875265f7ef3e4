"""`snapdiff doctor`, as a user calls it."""

from pathlib import Path

import pytest
from program import snapdiff

ON = (
    "Name : MBX01\nPipelineTracingEnabled : True\nPipelineTracingSenderAddress : Anna@contoso.com\n"
    "PipelineTracingPath : C:\\Exchange\\TransportRoles\\Logs\\Hub\\PipelineTracing\n"
)


@pytest.fixture
def paste(tmp_path: Path) -> Path:
    """The settings of a server that traces Anna@contoso.com."""
    (tmp_path / "paste.txt").write_text(ON, encoding="utf-8")
    return tmp_path / "paste.txt"


def test_without_files_it_says_what_to_paste() -> None:
    ran = snapdiff("doctor")
    assert ran.code == 0
    said = ran.out.decode()
    assert "Get-TransportService | Format-List Name,PipelineTracing*\n" in said
    assert "switch tracing off" in said
    assert "whole mails" in said


def test_another_letter_case_is_wrong(paste: Path) -> None:
    ran = snapdiff("doctor", paste, "--sender", "anna@contoso.com")
    assert ran.code == 1
    said = ran.out.decode()
    assert said.startswith("1 thing is wrong.\n")
    assert "SD803" in said
    assert "Set-TransportService MBX01 -PipelineTracingSenderAddress anna@contoso.com" in " ".join(said.split())


def test_what_is_right_is_said_too(paste: Path) -> None:
    ran = snapdiff("doctor", paste, "--sender", "Anna@contoso.com")
    assert ran.code == 0
    said = ran.out.decode()
    assert said.startswith("Nothing wrong was found in what was given.\n")
    assert "is Anna@contoso.com, letter for letter." in said
    assert "-PipelineTracingEnabled $false" in " ".join(said.split())


def test_json_and_markdown_say_the_same(paste: Path) -> None:
    asked = ("doctor", paste, "--sender", "anna@contoso.com", "--format")
    document = snapdiff(*asked, "json").json()
    assert document["schema"] == "snapdiff.doctor/1"
    codes = [finding["code"] for finding in document["findings"]]
    assert codes == ["SD803", "SD812"]
    markdown = snapdiff(*asked, "markdown").out.decode()
    assert all(f"`{code}`" in markdown for code in codes)


@pytest.mark.parametrize("text", ["", "nothing of the kind\n"])
def test_a_file_that_tells_nothing_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "note.txt").write_text(text, encoding="utf-8")
    ran = snapdiff("doctor", tmp_path / "note.txt")
    assert ran.code == 2
    assert "note.txt holds nothing that snapdiff doctor knows" in " ".join(ran.out.decode().split())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    ran = snapdiff("doctor", tmp_path / "none.txt")
    assert ran.code == 2
    assert "none.txt; check how it is spelt." in " ".join(ran.out.decode().split())


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_what_could_not_be_read_is_said_before_what_to_paste(tmp_path: Path, form: str) -> None:
    said = snapdiff("doctor", tmp_path / "none.txt", "--format", form).out.decode()
    assert said.index("none") < said.index("Get-TransportService")


@pytest.mark.parametrize(
    ("name", "verdict"), [(None, "There are no snapshots yet."), ("Routing0001.eml", "Snapshots are there.")]
)
def test_a_folder_alone_is_judged_by_its_snapshots(tmp_path: Path, name: str | None, verdict: str) -> None:
    if name:
        (tmp_path / name).write_bytes(b"")
    ran = snapdiff("doctor", tmp_path)
    assert ran.code == 0
    assert ran.out.decode().startswith(verdict)
    assert "Nothing wrong" not in ran.out.decode()


def test_a_paste_never_steers_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ON.replace("Anna", "An\x1b[31mna"), encoding="utf-8")
    ran = snapdiff("doctor", tmp_path / "a.txt", "--sender", "x@y")
    assert b"\x1b" not in ran.out
    assert b"\\x1b" in ran.out


def test_the_input_is_never_written_to(paste: Path) -> None:
    ran = snapdiff("doctor", paste, "-o", paste)
    assert ran.code == 2
    assert paste.read_text(encoding="utf-8") == ON
