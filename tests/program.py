"""Runs the program, in a process of its own or in this one: exit code, output, errors, and the most memory it held."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HANG = 900
"""Seconds after which a run counts as hanging. A guard, no measure: the slowest run takes a small part of it."""


@dataclass(frozen=True)
class Ran:
    """How a run ended. `peak` is the resident memory of its largest process in bytes, None where it can't be told."""

    code: int
    out: bytes
    errors: str
    peak: int | None

    def json(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


def snapdiff(*arguments: str | Path) -> Ran:
    """Runs `python -m snapdiff` with these arguments. Raises subprocess.TimeoutExpired where it hangs."""
    command = [sys.executable, "-m", "snapdiff", *map(str, arguments)]
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "peak"
        measured = [sys.executable, "-I", __file__, str(figures), *command]
        done = subprocess.Popen(
            measured, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            out, errors = done.communicate(timeout=HANG)
        except subprocess.TimeoutExpired:
            _end(done)
            raise
        peak = int(figures.read_text(encoding="ascii")) if figures.exists() else 0
    return Ran(done.returncode, out, errors.decode("utf-8", "replace"), peak or None)


def called(*arguments: str | Path) -> Ran:
    """The same in this process, without a `peak`: for tests of what it says, as a start of its own proves no more."""
    from snapdiff.cli import run

    out, errors = io.BytesIO(), io.StringIO()
    text = io.TextIOWrapper(out, encoding="utf-8", newline="\n", write_through=True)
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(errors):
        code = run(list(map(str, arguments)))
    return Ran(code, out.getvalue(), errors.getvalue(), None)


def _end(running: subprocess.Popen[bytes]) -> None:
    """Ends a process with all it started, where the system has process groups."""
    if sys.platform == "win32":
        running.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
    running.communicate()


def _measure(figures: str, command: Sequence[str]) -> int:
    """Runs the command; writes its peak memory to the file `figures`; returns its exit code.

    A process of its own, as a child counts from what its parent held when it was started.
    """
    child = subprocess.Popen(command)
    if sys.platform == "win32":
        return child.wait()
    _, status, usage = os.wait4(child.pid, 0)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    Path(figures).write_text(str(peak), encoding="ascii")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(_measure(sys.argv[1], sys.argv[2:]))
