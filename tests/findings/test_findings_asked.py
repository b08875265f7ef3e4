"""Findings left out by severity, code, name and group; and the page that documents them all."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace
from program import snapdiff
from tracemaker import write_trace

from snapdiff.findings.catalogue import catalogue
from snapdiff.findings.codes import codes
from snapdiff.model import Finding
from snapdiff.select import SEVERITIES, Selection, chosen_findings

CAME = b"Received: from a by b\r\nMessage-Id: <old@x>\r\nSubject: Hello\r\n\r\nBody\r\n"
PAGE = Path(__file__).parents[2] / "docs" / "findings.md"
NOTE = Finding("SD999", "a-note", "note", None, None, "", {}, "", [])
FOUND = [NOTE, replace(NOTE, severity="error", code="SD998"), replace(NOTE, severity="warning", code="SD997")]


@pytest.fixture
def renamed(tmp_path: Path) -> Path:
    """A trace in which an agent changes the Message-Id: SD501."""
    write_trace(tmp_path / "MessageSnapshots", 1, [CAME, CAME, CAME.replace(b"old", b"new")])
    return tmp_path


@pytest.mark.parametrize("asked", ["SD501", "sd501", "SD5xx", "message-id-changed", "cosmetic, SD501"])
def test_a_finding_is_ignored_and_its_change_stays(renamed: Path, asked: str) -> None:
    (trace,) = snapdiff(renamed, "--format", "json", "--ignore", asked).json()["traces"]
    assert trace["findings"] == []
    assert [change["name"] for step in trace["steps"] for change in step["changes"]] == ["Message-Id"]


@pytest.mark.parametrize("form", ["text", "json", "html", "markdown"])
def test_every_output_leaves_it_out(renamed: Path, form: str) -> None:
    assert b"SD501" in snapdiff(renamed, "--format", form).out
    assert b"SD501" not in snapdiff(renamed, "--format", form, "--ignore", "SD501").out
    assert b"SD501" not in snapdiff(renamed, "--format", form, "--severity", "error").out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("SD590", "SD590 is no finding; did you mean SD"),
        ("SD9xx", "SD9xx is no group of findings; snapdiff explain lists all"),
    ],
)
def test_a_code_that_does_not_exist_is_wrong_usage(renamed: Path, asked: str, said: str) -> None:
    ran = snapdiff(renamed, "--ignore", asked)
    assert ran.code == 2
    assert said in ran.errors


@pytest.mark.parametrize(("severity", "left"), [(None, 3), ("note", 3), ("warning", 2), ("error", 1)])
def test_a_severity_leaves_what_is_as_grave_or_graver(severity: str | None, left: int) -> None:
    chosen = chosen_findings(FOUND, Selection(severity=next((one for one in SEVERITIES if one == severity), None)))
    assert len(chosen) == left
    assert chosen == [one for one in FOUND if one in chosen]


def test_a_group_is_all_codes_that_begin_so() -> None:
    assert codes("SD5xx") == {code for code in catalogue() if code.startswith("SD5")}


def test_the_page_is_made_from_the_catalogue() -> None:
    made = snapdiff("explain", "--format", "markdown").out
    if os.environ.get("SNAPDIFF_UPDATE_GOLDENS"):
        PAGE.write_bytes(made)
    assert PAGE.read_bytes() == made


def test_one_section_of_the_page_can_be_asked_for() -> None:
    section = snapdiff("explain", "SD501", "--format", "markdown").out
    assert section.startswith(b"### SD501 message-id-changed\n")
    assert section in PAGE.read_bytes()
