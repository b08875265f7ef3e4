"""Tracking logs that lie elsewhere than the run: what they prove counts in a check, a baseline and a comparison, too.

In the samples a rule split a copy off. Only the TRANSFER row of the log proves that it was the rule agent's doing.
"""

import gzip
import shutil
from pathlib import Path

import pytest
from program import called

SAMPLES = Path(__file__).parents[2] / "samples"
TRACES, LOGS = SAMPLES / "traces", SAMPLES / "logs"
BESIDE = ("--logs", LOGS)
CI = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION")


@pytest.fixture(autouse=True)
def _at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CI:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A folder whose only log breaks off."""
    folder = tmp_path / "damaged"
    folder.mkdir()
    whole = next(LOGS.rglob("MSGTRK20*.LOG")).read_bytes()
    (folder / "MSGTRK20240514-1.LOG.gz").write_bytes(gzip.compress(whole * 9)[:200])
    return folder


def test_a_baseline_accepted_with_logs_holds_with_logs(tmp_path: Path) -> None:
    file = tmp_path / "baseline.jsonl"
    assert called("accept", TRACES, *BESIDE, "--baseline", file).code == 0
    assert called("check", TRACES, *BESIDE, "--baseline", file).code == 0
    assert called("check", TRACES, "--baseline", file).code == 2


def test_a_policy_written_with_logs_holds_with_logs(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    assert called("policy", "init", TRACES, *BESIDE, "-o", file).code == 0
    assert called("check", TRACES, *BESIDE, "--policy", file).code == 0
    assert called("check", TRACES, "--policy", file).code == 2


def test_two_runs_are_compared_with_logs(tmp_path: Path) -> None:
    before = tmp_path / "before"
    shutil.copytree(TRACES, before)
    shutil.copytree(LOGS, before / "logs")
    assert called("compare", before, TRACES, *BESIDE, "--exit-code").code == 0
    assert called("compare", before, TRACES, "--exit-code").code == 2


def test_a_damaged_log_is_no_pass_and_is_named(tmp_path: Path, damaged: Path) -> None:
    named = (damaged / "MSGTRK20240514-1.LOG.gz").as_posix()
    baseline, policy = tmp_path / "baseline.jsonl", tmp_path / "policy.yaml"
    accepted = called("accept", TRACES, "--logs", damaged, "--baseline", baseline)
    assert (accepted.code, baseline.exists()) == (2, False)
    assert f"snapdiff: {named}: " in accepted.errors
    policy.write_text("version: 1\nothers: {may: [header, part, envelope, message]}\n", encoding="utf-8")
    assert called("check", TRACES, "--policy", policy).code == 0
    checked = called("check", TRACES, "--logs", damaged, "--policy", policy, "--format", "json")
    assert checked.code == 2
    assert named in {problem["path"] for problem in checked.json()["problems"]}
    compared = called("compare", TRACES, TRACES, "--logs", damaged, "--format", "json")
    assert compared.code == 2
    assert [problem["path"] for problem in compared.json()["problems"]].count(named) == 1


def test_a_log_is_never_written_to(tmp_path: Path) -> None:
    log = tmp_path / "MSGTRK20240514-1.LOG"
    shutil.copyfile(next(LOGS.rglob("MSGTRK20*.LOG")), log)
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nothers: {}\n", encoding="utf-8")
    before = log.read_bytes()
    for command in (
        ("check", TRACES, "--policy", policy, "-o", log),
        ("check", TRACES, "--policy", policy, "--junit", log),
        ("compare", TRACES, TRACES, "-o", log),
        ("policy", "init", TRACES, "-o", log),
        ("accept", TRACES, "--baseline", log),
    ):
        refused = called(*command, "--logs", log)
        assert refused.code == 2, command
    assert log.read_bytes() == before


def test_logs_that_are_not_there_are_told() -> None:
    refused = called("compare", TRACES, TRACES, "--logs", "no such folder")
    assert refused.code == 2
    assert "no such folder" in refused.errors
