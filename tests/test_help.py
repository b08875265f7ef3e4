"""The help of every command, on terminals of several widths."""

import pytest
import typer

from snapdiff.cli import run
from snapdiff.cli.app import app


def _commands() -> list[list[str]]:
    """The words that lead to each command, the program itself and the groups among them."""
    waiting: list[tuple[list[str], object]] = [([], typer.main.get_command(app))]
    found = []
    while waiting:
        words, command = waiting.pop()
        found.append(words)
        waiting += [([*words, name], below) for name, below in getattr(command, "commands", {}).items()]
    return found


@pytest.mark.parametrize("columns", [44, 50, 59, 60, 80])
@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_no_line_of_help_is_wider_than_the_terminal(
    words: list[str], columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert run([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(" ".join(["Usage: snapdiff", *words]))
    assert [line for line in shown.splitlines() if len(line) > columns] == []


def test_on_a_narrow_terminal_what_an_option_does_stands_below_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    run(["doctor", "--help"])
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[lines.index("--format <text|json|markdown>") + 1].startswith("The form of the answer.")


def test_a_wrong_option_is_told_on_a_narrow_terminal_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    assert run(["doctor", "--nope"]) == 2
    assert "No such option: --nope" in capsys.readouterr().err


def test_no_command_is_told_in_half_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    run(["--help"])
    assert "..." not in capsys.readouterr().out.partition("Commands:")[2]
