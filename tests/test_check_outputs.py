"""`snapdiff check` with what continuous integration reads, as a user calls it: no form changes the exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import junitparser
import pytest
from program import snapdiff
from tracemaker import write_trace

GOOD = b"Subject: Probe\r\nMessage-Id: <1@contoso.test>\r\n\r\nHello\r\n"
ADDED = GOOD.replace(b"Subject", b"X-Disclaimer: v3\r\nSubject")
HOSTILE = ADDED.replace(b"v3", b"::error::owned ##vso[task.complete]")
POLICY = """version: 1
agents:
  "Agent 1":
    must:
      - header.added: {name: X-Disclaimer, value: "v3", times: 1}
"""
FORMS = {"--junit": "a.xml", "--sarif": "a.sarif", "--gitlab": "a.json", "--markdown": "a.md"}


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    """A folder with a policy, a trace that keeps to it, and one that does not."""
    (tmp_path / "ring.yaml").write_text(POLICY, encoding="utf-8")
    write_trace(tmp_path / "good" / "MessageSnapshots", 1, [GOOD, ADDED])
    write_trace(tmp_path / "bad" / "MessageSnapshots", 1, [GOOD, HOSTILE])
    return tmp_path


@pytest.mark.parametrize(("traces", "code"), [("good", 0), ("bad", 1)])
@pytest.mark.parametrize("asked", [[], ["--github"], ["--azure"], ["--format", "json"], ["--github", "--azure"]])
def test_no_form_changes_the_exit_code(ring: Path, traces: str, code: int, asked: list[str]) -> None:
    files = [word for option, name in FORMS.items() for word in (option, str(ring / name))]
    ran = snapdiff("check", ring / traces, "--policy", ring / "ring.yaml", *asked, *files)
    assert ran.code == code, ran.errors
    assert all((ring / name).stat().st_size for name in FORMS.values())


def test_the_files_say_what_failed(ring: Path) -> None:
    files = [word for option, name in FORMS.items() for word in (option, str(ring / name))]
    snapdiff("check", ring / "bad", "--policy", ring / "ring.yaml", *files)
    suites = list(junitparser.JUnitXml.fromfile(str(ring / "a.xml")))
    assert sum(suite.failures for suite in suites) == 2, "what was missing, and what was done instead"
    (run,) = json.loads((ring / "a.sarif").read_text(encoding="utf-8"))["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 5
    issue, _ = json.loads((ring / "a.json").read_text(encoding="utf-8"))
    assert issue["location"]["lines"] == {"begin": 5}
    assert "❌" in (ring / "a.md").read_text(encoding="utf-8")


def test_mail_text_commands_no_runner(ring: Path) -> None:
    ran = snapdiff("check", ring / "bad", "--policy", ring / "ring.yaml", "--github", "--azure")
    lines = ran.out.decode().splitlines()
    assert lines[0].startswith("::error title=snapdiff,file=")
    (stop,) = [at for at, line in enumerate(lines) if line.startswith("::stop-commands::")]
    token = lines[stop].removeprefix("::stop-commands::")
    assert lines[-1] == f"::{token}::"
    assert token not in "".join(lines[stop + 1 : -1])
    commands = [line for line in lines[:stop] if "##vso[" in line]
    assert commands
    assert all(line.startswith("##vso[task.logissue type=") and line.count("##vso[") == 1 for line in commands)
    assert not any("##vso[" in line for line in lines[stop:])


def test_the_summary_of_a_step_is_added_to(ring: Path) -> None:
    summary = ring / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    command = [sys.executable, "-m", "snapdiff", "check", str(ring / "bad"), "--policy", str(ring / "ring.yaml")]
    environment = {**os.environ, "GITHUB_STEP_SUMMARY": str(summary)}
    assert subprocess.run([*command, "--github"], env=environment, capture_output=True, check=False).returncode == 1
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- snapdiff check -->\n")


@pytest.mark.parametrize("option", [*FORMS, "-o"])
def test_no_output_goes_over_an_input(ring: Path, option: str) -> None:
    for file in (ring / "ring.yaml", next((ring / "bad").rglob("Routing0001.eml"))):
        before = file.read_bytes()
        assert snapdiff("check", ring / "bad", "--policy", ring / "ring.yaml", option, file).code == 2
        assert file.read_bytes() == before


def test_two_outputs_never_share_a_file(ring: Path) -> None:
    ran = snapdiff("check", ring / "bad", "--policy", ring / "ring.yaml", "--junit", ring / "a", "--sarif", ring / "a")
    assert ran.code == 2
    assert "asked for twice" in ran.errors
    assert not (ring / "a").exists()


def test_a_result_is_redacted_in_every_form(ring: Path) -> None:
    files = [word for option, name in FORMS.items() for word in (option, str(ring / name))]
    asked = ["--policy", str(ring / "ring.yaml"), "--github", "--redact-key", "correct horse", *files]
    ran = snapdiff("check", ring / "bad", *asked)
    assert ran.code == 1
    texts = [ran.out.decode(), *((ring / name).read_text(encoding="utf-8") for name in FORMS.values())]
    assert not any(word in text for text in texts for word in ("owned", "Probe", "contoso"))
