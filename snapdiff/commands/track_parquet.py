"""What `snapdiff track --format parquet` does: the rows of what was found, written to a new folder."""

import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from snapdiff.commands.searching import Searched
from snapdiff.commands.streams import is_standard_output
from snapdiff.faults import WrongUsage
from snapdiff.model import Problem
from snapdiff.output import whole_folder
from snapdiff.redact.nouns import Redactor
from snapdiff.report.safe_text import safe
from snapdiff.report.track_parquet import write_dataset
from snapdiff.report.words import counted
from snapdiff.servers import host, logging_server


def write_parquet(
    searched: Searched,
    output: Path | None,
    if_no_logs: Callable[[], None],
    problems: Sequence[Problem],
    hidden: Redactor | None = None,
) -> None:
    """Writes the dataset whole or not at all, and says on standard error what was written and what was odd.

    `if_no_logs` raises where none of the files was a log. Raises WrongUsage where the dataset can't be written.
    """
    if output is None or is_standard_output(output):
        raise WrongUsage("a Parquet dataset is a folder of files; say with -o which new folder")
    if importlib.util.find_spec("pyarrow") is None:
        raise WrongUsage(
            "--format parquet is written with pyarrow, which is not installed; install it with: "
            f'{Path(sys.executable).name} -m pip install "snapdiff[parquet]"'
        )
    with whole_folder(output) as folder:
        rows_of = searched.rows() if hidden is None else (hidden.noun(row) for row in searched.rows())
        written = write_dataset(((host(logging_server(row)), row) for row in rows_of), folder)
        if_no_logs()
    rows = f"{written.rows:,} of {counted(searched.rows_read, 'row')} of {counted(len(searched.files), 'log')}"
    files = counted(written.files, "file")
    odd = problems if hidden is None else hidden.noun(list(problems))
    said = [f"{rows} were written to {output}, in {files}.", *dict.fromkeys(problem.message for problem in odd)]
    for line in said:
        sys.stderr.write(f"snapdiff: {safe(line)}\n")
