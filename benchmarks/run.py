"""Measures snapdiff against everyday tools and prints the ratios; README.md beside it says what each figure means."""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from benchmark_traces import changing, files_of, from_oracle, pairs, rewrapped, unchanged
from paired import command, milliseconds, paired, timed
from program import snapdiff

SNAPSHOTS = 10_000
PAIRS = 2_000
GIT_PAIRS = 100
LARGE_MAIL = 13_500_000
TRACES = (100, 5_000, 10_000)

PROGRAM = (sys.executable, "-m", "snapdiff")


class Bench:
    """The figures, each a method; data goes to `folder`."""

    def __init__(self, folder: Path, rounds: int, real: tuple[Path, Path] | None) -> None:
        self.folder, self.rounds, self.real = folder, rounds, real

    def traces(self) -> None:
        """(a) 10,000 snapshots of traces in which agents change mail, against sha256sum over the same files."""
        made = self.folder / "traces"
        if self.real:
            oracle, mails = self.real
            from_oracle(made, oracle, mails, SNAPSHOTS)
        else:
            changing(made, SNAPSHOTS)
        self._against_sha256sum("traces", made, "goal 8, aim 3")

    def unchanged(self) -> None:
        """(b) 10,000 snapshots in which nothing changed, against sha256sum."""
        self._against_sha256sum("unchanged", unchanged(self.folder / "unchanged", SNAPSHOTS), "goal 3")

    def pairs(self) -> None:
        """(c) The time a pair takes, against `git diff --no-index` on each pair."""
        made = pairs(self.folder / "pairs", PAIRS)
        two = [sorted(folder.iterdir()) for folder in sorted((made / "MessageSnapshots").iterdir())[:GIT_PAIRS]]
        git = [command("git", "diff", "--no-index", before, after, codes=(0, 1)) for before, after in two]
        report = ("--format", "json", "-o", self.folder / "report.json")
        result = paired(
            lambda: [run() for run in git],
            command(*PROGRAM, made, *report),
            self.rounds,
            per_a=GIT_PAIRS,
            per_b=PAIRS,
        )
        _say("pairs", f"git diff --no-index, then snapdiff, a pair: {result.line()}", "goal 10 and more")
        alone = paired(command(*PROGRAM, *two[0], *report), git[0], self.rounds)
        _say("pairs", f"one pair alone, snapdiff, then git: {alone.line()}", "no goal")

    def large(self) -> None:
        """(d) A mail of 13.5 MB whose attachment was only re-wrapped: time, and memory beyond the files' size."""
        made = rewrapped(self.folder / "large", LARGE_MAIL)
        report = self.folder / "large.json"
        arguments = (made, "--format", "json", "-o", report)
        runs = timed(command(*PROGRAM, *arguments), self.rounds)
        size = sum(file.stat().st_size for file in files_of(made))
        peak = snapdiff(*arguments).peak
        told = '"part.rewritten"' in report.read_text(encoding="utf-8")
        memory = f"{(peak - size) / 1e6:.0f} MB beyond the files" if peak else "memory unknown on this system"
        _say("large", f"{milliseconds(runs)}, {memory}; told as re-wrapped: {told}", "goal 600 ms, 150 MB")

    def memory(self) -> None:
        """(e) The memory of the largest process for 10,000 traces against 100."""
        peaks = []
        for count in TRACES:
            made = pairs(self.folder / f"memory{count}", count)
            arguments = (made, "--format", "json", "-o", self.folder / "memory.json")
            peaks.append(statistics.median(snapdiff(*arguments).peak or 0 for _ in range(3)))
            shutil.rmtree(made)
        shown = ", ".join(f"{peak / 1e6:.1f} MB for {count:,}" for count, peak in zip(TRACES, peaks, strict=True))
        grown = [(peaks[-1] - peaks[at]) / (TRACES[-1] - TRACES[at]) for at in (0, -2)]
        what = f"{grown[0]:.0f} bytes a trace from the first to the last, {grown[1]:.0f} between the last two"
        _say("memory", f"{shown}: {what}", "goal below 1024")

    def start(self) -> None:
        """(f) `snapdiff --version` against `python -c "import typer"`."""
        script = shutil.which("snapdiff", path=str(Path(sys.executable).parent)) or "snapdiff"
        result = paired(command(script, "--version"), command(sys.executable, "-c", "import typer"), 5 * self.rounds)
        _say("start", result.line(), "goal 2")
        helped = paired(command(script, "--help"), command(sys.executable, "-c", "import typer"), 5 * self.rounds)
        _say("start", f"--help: {helped.line()}", "no goal")

    def _against_sha256sum(self, name: str, made: Path, goal: str) -> None:
        if not shutil.which("sha256sum") or not shutil.which("xargs"):
            _say(name, "not measured: no sha256sum and xargs here", goal)
            return
        files = files_of(made)
        size = sum(file.stat().st_size for file in files) / 1e6
        names = self.folder / f"{name}.list"
        names.write_bytes(b"\0".join(str(file).encode() for file in files))
        result = paired(
            command(*PROGRAM, made, "--format", "json", "-o", self.folder / "report.json"),
            command("xargs", "-0", "sha256sum", standard_input=names),
            self.rounds,
        )
        _say(name, f"{len(files):,} snapshots, {size:.0f} MB: {result.line()}", goal)


def _say(name: str, figure: str, goal: str) -> None:
    print(f"{name:<10} {figure}  [{goal}]", flush=True)


FIGURES: dict[str, Callable[[Bench], None]] = {
    "traces": Bench.traces,
    "unchanged": Bench.unchanged,
    "pairs": Bench.pairs,
    "large": Bench.large,
    "memory": Bench.memory,
    "start": Bench.start,
}


def main() -> None:
    """Reads the arguments, makes the data in a temporary folder, prints a line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"of {', '.join(FIGURES)}; all where left out")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each command (default 7)")
    parser.add_argument("--mail", type=Path, metavar="DIR", help="real mail for the figure `traces`")
    parser.add_argument(
        "--oracle", type=Path, metavar="DIR", help="the folder of tracegen.py, which makes traces of it"
    )
    given = parser.parse_args()
    unknown = [name for name in given.figures if name not in FIGURES]
    if unknown or bool(given.mail) != bool(given.oracle):
        parser.error(f"no such figure: {unknown}" if unknown else "--mail and --oracle go together")
    real = (given.oracle, given.mail) if given.mail else None
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), given.rounds, real)
        for name in given.figures or FIGURES:
            FIGURES[name](bench)


if __name__ == "__main__":
    main()
