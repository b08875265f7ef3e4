"""The columns a log names to the names of its rows' values, with a word on every row that does not fit them."""

from collections.abc import Sequence

from snapdiff.model import Problem
from snapdiff.read.listing import Tell
from snapdiff.read.log_lines import Line

MOST_VALUES = 2000
"""Of one row; what lies beyond is one value more."""


def columns_named(line: Line) -> list[str] | None:
    """The columns that a `#Fields:` line names, as it writes them; None for any other header line."""
    name, _, value = line.text.partition(":")
    if name.strip().lower() != "#fields":
        return None
    return [column.strip() for column in value.split(",", MOST_VALUES)]


class Columns:
    """The columns of one log as they count from here on; `columns` as the log writes them, `names` in snake case.

    `file` is what the report calls the log; `tell` hears what is odd, each kind once a file.
    """

    def __init__(self, file: str, tell: Tell) -> None:
        self._file = file
        self._tell = tell
        self._told: set[str] = set()
        self.columns: list[str] | None = None
        self.names: list[str] = []

    def take(self, columns: Sequence[str]) -> None:
        """These columns count from here on. The second of two with one name gets its number behind it."""
        self.columns = list(columns)
        self.names = []
        for at, column in enumerate(columns, 1):
            name = column.lower().replace("-", "_") or f"column_{at}"
            if name in self.names:
                self.once("doubled-column", f"names the column {column} twice; the second one is called {name}_{at}")
                name = f"{name}_{at}"
            self.names.append(name)

    def fitting(self, values: Sequence[str], line: Line) -> list[str]:
        """A name for each of a row's values: what has no column is called `column_N`."""
        missing = len(self.names) - len(values)
        if missing < 0:
            self.once("long-row", f"has a row with more values than columns (line {line.number})")
            return [*self.names, *(f"column_{at}" for at in range(len(self.names) + 1, len(values) + 1))]
        if missing:
            self.cut_short(line, f"has a row that lacks {missing} of its columns (line {line.number})")
        return self.names

    def cut_short(self, line: Line, says: str) -> None:
        """Tells of a row that is too short: `says`, or that Exchange was about to write it."""
        if line.is_last and not line.is_ended:
            self.once("short-last-line", "ends in mid-row: it was copied while Exchange wrote it")
        else:
            self.once("short-row", says)

    def once(self, code: str, says: str) -> None:
        """Tells a problem of the file, the first time that it comes up."""
        if code not in self._told:
            self._told.add(code)
            self._tell(Problem(self._file, code, f"{self._file} {says}."))
