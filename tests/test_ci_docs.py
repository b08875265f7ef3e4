"""What docs/ci.md shows works: its YAML, its options, its Python, and the hook it names."""

import re
import shlex
from pathlib import Path

import pytest
from program import snapdiff
from ruamel.yaml import YAML
from tracemaker import write_trace

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
HOOKS = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", blocks("yaml"))
def test_yaml_can_be_read(text: str) -> None:
    assert YAML(typ="safe", pure=True).load(text)


def test_every_option_exists() -> None:
    said = snapdiff("check", "--help").out.decode()
    commands = re.findall(r"^\s*(?:- |run: |- run: )?(snapdiff check .*)$", PAGE, re.MULTILINE)
    assert len(commands) >= 5
    asked = {word for line in commands for word in shlex.split(line) if word.startswith("--")}
    asked |= set(re.findall(r"^\| `(--[a-z]+)", PAGE, re.MULTILINE))
    assert {"--junit", "--sarif", "--github", "--gitlab", "--azure", "--markdown"} <= asked
    assert [option for option in sorted(asked) if option not in said] == []


def test_the_hook_finds_mistakes_in_policies(tmp_path: Path) -> None:
    (hook,) = YAML(typ="safe", pure=True).load(HOOKS)
    assert f"id: {hook['id']}" in PAGE
    assert re.search(hook["files"], "ci/snapdiff-rollout.yaml")
    assert not re.search(hook["files"], "docker-compose.yaml")
    policy = tmp_path / "snapdiff-rollout.yaml"
    command = shlex.split(hook["entry"])[1:]
    policy.write_text("version: 1\nothers: {may: []}\n", encoding="utf-8")
    assert snapdiff(*command, policy).code == 0
    policy.write_text("version: 1\nothers: {mai: []}\n", encoding="utf-8")
    ran = snapdiff(*command, policy)
    assert ran.code == 2
    assert "snapdiff-rollout.yaml:2:" in ran.errors


def test_the_python_example_runs(pytester: pytest.Pytester) -> None:
    mail = b"Subject: Probe: plain\r\n\r\nHello\r\n"
    done = mail.replace(b"Subject", b"X-Disclaimer: v3\r\nSubject").replace(
        b"Hello", b"Hello\r\nFor the addressee only."
    )
    html = mail.replace(b"plain", b"HTML")
    (source,) = blocks("python")
    pytester.makepyfile(source.replace('"Contoso Disclaimer"', '"Agent 1"'))
    write_trace(pytester.path / "good" / "MessageSnapshots", 1, [mail, done])
    write_trace(pytester.path / "good" / "MessageSnapshots", 2, [html, done.replace(b"plain", b"HTML")])
    write_trace(pytester.path / "bad" / "MessageSnapshots", 1, [mail, mail, done])
    pytester.runpytest_subprocess("--snapdiff", "good").assert_outcomes(passed=5)
    pytester.runpytest_subprocess("--snapdiff", "bad").assert_outcomes(failed=3)
