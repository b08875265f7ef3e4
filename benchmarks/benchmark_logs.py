"""Searches over made-up tracking logs against grep and three readers of CSV; README.md says what each figure means."""

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from make_logs import Made, make
from paired import command, paired

PROGRAM = (sys.executable, "-m", "snapdiff", "track")
DUCKDB = """
import sys, duckdb
files, wanted, fold = sys.argv[1], sys.argv[2], sys.argv[3] == "fold"
source = (
    f"read_csv('{files}', header=false, skip=5, all_varchar=true, delim=',', quote='\\"', auto_detect=false, "
    "strict_mode=false, columns={" + ",".join(f"'c{at}': 'VARCHAR'" for at in range(30)) + "})"
)
row = "c12 ILIKE $1 OR c19 ILIKE $1" if fold else "c10 = $1"
print(len(duckdb.execute(f"SELECT * FROM {source} WHERE {row}", ["%" + wanted + "%" if fold else wanted]).fetchall()))
"""
POLARS = """
import sys, polars
files, wanted, fold = sys.argv[1], sys.argv[2], sys.argv[3] == "fold"
names = [f"c{at}" for at in range(30)]
rows = polars.scan_csv(files, has_header=False, skip_rows=5, infer_schema=False, new_columns=names)
if fold:
    wanted = wanted.lower()
    rows = rows.filter(
        polars.any_horizontal(polars.col("c12", "c19").str.to_lowercase().str.contains(wanted, literal=True))
    )
else:
    rows = rows.filter(polars.col("c10") == wanted)
print(rows.collect().height)
"""
PYARROW = """
import glob, sys, pyarrow, pyarrow.compute as compute, pyarrow.csv as csv
files, wanted, fold = sys.argv[1], sys.argv[2], sys.argv[3] == "fold"
names = [f"c{at}" for at in range(30)]
reading = csv.ReadOptions(skip_rows=5, column_names=names)
types = csv.ConvertOptions(column_types={name: pyarrow.string() for name in names})
count = 0
for file in sorted(glob.glob(files)):
    table = csv.read_csv(file, read_options=reading, convert_options=types)
    if fold:
        one = compute.match_substring(table["c12"], wanted, ignore_case=True)
        fits = compute.or_(one, compute.match_substring(table["c19"], wanted, ignore_case=True))
    else:
        fits = compute.equal(table["c10"], wanted)
    count += table.filter(fits).num_rows
print(count)
"""
READERS = {"duckdb": DUCKDB, "polars": POLARS, "pyarrow": PYARROW}


class Bench:
    """One set of logs, and how often each command is run over it."""

    def __init__(self, made: Made, rounds: int) -> None:
        self._made, self._rounds = made, rounds
        self._files = f"{made.folder.as_posix()}/*/*/*.LOG"

    def message_id(self) -> None:
        """A Message-Id, against `grep -F` and the readers."""
        search = ("--message-id", self._made.message_id)
        self._against("message id", search, ("-rF", self._made.message_id), "exact")

    def address(self) -> None:
        """An address in any letter case, as sender or recipient, against `grep -Fi` and the readers."""
        for option in ("--sender", "--recipient"):
            search = (option, self._made.address)
            self._against(f"address {option}", search, ("-rFi", self._made.address), "fold")

    def _against(self, name: str, search: Sequence[str], grep: Sequence[str], how: str) -> None:
        own = command(*PROGRAM, self._made.folder, *search, "--format", "json")
        print(f"{name}: {self._rows(search)} rows of {self._made.rows:,}")
        wanted = search[1]
        if shutil.which("grep"):
            for language in ("C", "C.UTF-8"):
                other = command("grep", *grep, self._made.folder, codes=(0, 1))
                self._say(f"  grep {grep[0]}, {language}", own, in_language(language, other), "goal 2")
        for library, script in READERS.items():
            if importlib.util.find_spec(library):
                self._say(
                    f"  {library}", own, command(sys.executable, "-c", script, self._files, wanted, how), "below 1"
                )

    def _say(self, name: str, own: Callable[[], object], other: Callable[[], object], goal: str) -> None:
        result = paired(own, other, self._rounds)
        print(f"{name:<24} {result.line()}  [{goal}]", flush=True)

    def _rows(self, search: Sequence[str]) -> int:
        done = subprocess.run(
            [*PROGRAM, str(self._made.folder), *search, "--format", "json"], check=True, stdout=subprocess.PIPE
        )
        report = json.loads(done.stdout)
        if report["rows_read"] != self._made.rows:
            raise RuntimeError(f"{report['rows_read']} rows were read of {self._made.rows}")
        return sum(len(message["events"]) for message in report["messages"])


def in_language(language: str, run: Callable[[], None]) -> Callable[[], None]:
    """The command under this LC_ALL, on which grep's ways of folding letter case depend."""

    def under() -> None:
        before = os.environ.get("LC_ALL")
        os.environ["LC_ALL"] = language
        try:
            run()
        finally:
            if before is None:
                del os.environ["LC_ALL"]
            else:
                os.environ["LC_ALL"] = before

    return under


def main() -> None:
    """Reads the arguments, makes the logs below the folder given, prints the figures, and removes the logs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the logs are made for a while, such as /tmp")
    parser.add_argument("--megabytes", type=int, default=1000, help="size of the logs (default 1000)")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each command (default 7)")
    parser.add_argument("--only", choices=("message-id", "address"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        bench = Bench(make(Path(folder), given.megabytes * 1_000_000), given.rounds)
        if given.only != "address":
            bench.message_id()
        if given.only != "message-id":
            bench.address()


if __name__ == "__main__":
    main()
