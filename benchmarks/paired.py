"""Two commands to the ratio of their times: run in turns, A B A B, so that whatever else the machine does hits both."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Timed:
    """One run: seconds on the clock, and seconds of processor time of the process and its children (0: unknown)."""

    wall: float
    processor: float


@dataclass(frozen=True)
class Paired:
    """Runs of A and B in turns, each divided by how many pieces of work it did."""

    a: Sequence[Timed]
    b: Sequence[Timed]

    def line(self) -> str:
        """Medians and the ratio A : B, round by round: its median, and the least and the most."""
        ratios = [one.wall / two.wall for one, two in zip(self.a, self.b, strict=True)]
        out = (
            f"{milliseconds(self.a)} against {milliseconds(self.b)}: ratio {statistics.median(ratios):.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f})"
        )
        busy = [x.processor / y.processor for x, y in zip(self.a, self.b, strict=True) if x.processor and y.processor]
        return out + (f"; processor time {statistics.median(busy):.2f}" if busy else "")


def milliseconds(runs: Sequence[Timed]) -> str:
    """The median time of the runs."""
    return f"{statistics.median(run.wall for run in runs) * 1000:.2f} ms"


def paired(a: Callable[[], object], b: Callable[[], object], rounds: int, *, per_a: int = 1, per_b: int = 1) -> Paired:
    """Runs A and B in turns after one run of each that does not count (it warms the caches)."""
    a()
    b()
    runs_a, runs_b = [], []
    for _ in range(rounds):
        runs_a.append(_timed(a, per_a))
        runs_b.append(_timed(b, per_b))
    return Paired(runs_a, runs_b)


def timed(work: Callable[[], object], rounds: int) -> list[Timed]:
    """Runs one thing alone, after a run that does not count."""
    work()
    return [_timed(work, 1) for _ in range(rounds)]


def command(*words: str | Path, codes: Sequence[int] = (0,), standard_input: Path | None = None) -> Callable[[], None]:
    """A command to run, its output thrown away. Running it raises RuntimeError where it ends with another code."""

    def run() -> None:
        with open(standard_input or os.devnull, "rb") as given:  # noqa: PTH123
            done = subprocess.run([str(word) for word in words], check=False, stdin=given, stdout=subprocess.DEVNULL)
        if done.returncode not in codes:
            raise RuntimeError(f"{words[0]} ended with {done.returncode}")

    return run


def _timed(work: Callable[[], object], pieces: int) -> Timed:
    busy, start = _processor_time(), time.perf_counter()
    work()
    return Timed((time.perf_counter() - start) / pieces, (_processor_time() - busy) / pieces)


def _processor_time() -> float:
    """Seconds of processor time of all children so far."""
    if sys.platform == "win32":
        return 0.0
    times = os.times()
    return times.children_user + times.children_system
