"""The question behind a list of messages: asked where somebody can answer, and nowhere else."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from snapdiff.commands import track as commands
from snapdiff.track.search import Search

LOGS = Path(__file__).parents[1] / "samples" / "logs"
DELIVERED = Search(event="DELIVER")
QUESTION = "Number of a message to show its path, or Enter to leave: "


class Keyboard(io.StringIO):
    """What is typed, line by line, at a terminal or not."""

    def __init__(self, typed: str, is_terminal: bool = True) -> None:
        super().__init__(typed)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


class Screen(io.TextIOWrapper):
    """What is shown, on a terminal or not."""

    def __init__(self, is_terminal: bool = True) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", write_through=True, newline="\n")
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def shown(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined, no-any-return]


def track(
    monkeypatch: pytest.MonkeyPatch,
    keyboard: Keyboard,
    screen: Screen,
    search: Search = DELIVERED,
    shown: dict[str, object] | None = None,
) -> str:
    monkeypatch.setattr(sys, "stdin", keyboard)
    monkeypatch.setattr(sys, "stdout", screen)
    how = commands.Shown(**({"form": "text", "output": None, "color": "never"} | (shown or {})))  # type: ignore[arg-type]
    assert commands.track([LOGS], search, None, how, jobs=1) == 0
    return screen.shown()


def test_a_number_shows_the_path_and_enter_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = track(monkeypatch, Keyboard("2\n 1 \n\nnever read\n"), Screen())
    assert shown.count(QUESTION) == 3
    assert shown.count("\n  Path\n") == 2
    first, second, third = shown.split(QUESTION)[1:]
    assert first.splitlines()[0] != second.splitlines()[0]
    assert third == ""


@pytest.mark.parametrize("typed", ["0", "99", "-1", "two", "٢", "1.5", "9" * 5000, "\x1b[A"])
def test_what_is_no_number_of_a_message_is_said_and_asked_again(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    shown = track(monkeypatch, Keyboard(f"{typed}\n\n"), Screen())
    assert shown.count(QUESTION) == 2
    assert "There is no message of that number: type one from 1 to 5, or Enter to leave." in shown
    assert "\x1b" not in shown


def test_the_end_of_the_input_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    assert track(monkeypatch, Keyboard(""), Screen()).endswith(QUESTION + "\n")


def test_ctrl_c_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", broken_off)
    assert "--message N" in track(monkeypatch, Keyboard(""), Screen())


@pytest.mark.parametrize(
    ("keyboard", "screen", "shown"),
    [
        (Keyboard("1\n", is_terminal=False), Screen(), {}),
        (Keyboard("1\n"), Screen(is_terminal=False), {}),
        (Keyboard("1\n"), Screen(), {"number": 1}),
        (Keyboard("1\n"), Screen(), {"form": "csv"}),
        (Keyboard("1\n"), Screen(), {"form": "json"}),
    ],
)
def test_nothing_is_asked_where_nobody_answers_or_nothing_is_open(
    monkeypatch: pytest.MonkeyPatch, keyboard: Keyboard, screen: Screen, shown: dict[str, object]
) -> None:
    assert QUESTION not in track(monkeypatch, keyboard, screen, shown=shown)


def test_nothing_is_asked_for_a_file_one_message_or_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert track(monkeypatch, Keyboard("1\n"), Screen(), shown={"output": tmp_path / "list.txt"}) == ""
    assert QUESTION not in track(monkeypatch, Keyboard("1\n"), Screen(), Search(subject="hallenbeleuchtung"))
    assert QUESTION not in track(monkeypatch, Keyboard("1\n"), Screen(), Search(sender="nobody@nowhere.test"))


def test_no_input_at_all_is_nobody_who_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "stdout", Screen())
    how = commands.Shown("text", None, "never")
    assert commands.track([LOGS], DELIVERED, None, how, jobs=1) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals of this kind")
def test_on_a_real_terminal() -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "snapdiff", "track", str(LOGS), "--event", "DELIVER", "--color", "never"]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        os.write(ours, b"3\n\n")
        shown = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:
                break
            if not block:
                break
            shown += block
        assert running.wait() == 0
    os.close(ours)
    text = shown.decode().replace("\r\n", "\n")
    assert text.count(QUESTION.strip()) == 2
    assert text.count("\n  Path\n") == 1
