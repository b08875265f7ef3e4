"""The oracle's word: real mail through simulated agents, and every step of every trace told exactly."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from program import snapdiff

SEEDS = (3, 17, 40, 99, 512, 2013)
TRACES = 2000
"""How many traces the seeds have to make together."""
COUNT = 700
"""Asked for a seed; the corpus holds fewer mails that are fit for it."""


@pytest.mark.corpus
@pytest.mark.parametrize("seed", SEEDS)
def test_every_step_is_exact(shared: Path, tmp_path: Path, seed: int) -> None:
    traces, report = tmp_path / "traces", tmp_path / "report.json"
    traces.mkdir()
    made = _oracle(shared, "tracegen.py", shared / "corpus" / "mail", traces, str(COUNT), str(seed))
    counted = re.match(r"(\d+) traces, (\d+) steps", made.stderr)
    assert counted, made.stderr
    assert int(counted[1]) * len(SEEDS) >= TRACES

    ran = snapdiff(traces, "--format", "json", "-o", report)
    assert ran.errors == ""
    assert (ran.code, ran.out) == (0, b"")

    scored = _oracle(shared, "score.py", traces, report, "20")
    closing = scored.stdout.splitlines()[-1]
    steps = counted[2]
    assert closing.startswith(f"exact {steps}/{steps} steps"), scored.stdout
    assert closing.endswith(", wrong 0"), scored.stdout
    assert scored.returncode == 0


def _oracle(shared: Path, script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs one of the oracle's programs; only the scorer may end with 1, which is for the test to judge."""
    command = [sys.executable, str(shared / "oracle" / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, timeout=900)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return done
