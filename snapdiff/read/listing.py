"""What a walk finds and hands on: trace folders, the listing that holds them, and the errors on the way there.

These objects cross to worker processes and one stands there for every trace, so they stay small: under 1 KB each.
"""

from collections.abc import Sequence

from msgspec import Struct

from snapdiff.model import Problem, Service


class TraceFolder(Struct, frozen=True):
    """One folder of snapshots, or the files of a plain mail diff: where they are and in which order they count.

    `path` is relative to the source, with '/', unique, and fit for a report; "." where the source itself is the folder.
    `id` is the folder's GUID in lower case (the lower-cased folder name of a renamed copy; for a plain mail diff
    that of the last file). `files` holds the names as found: Original, SmtpReceive by number, Routing by number, or
    in the order given where `plain` is set. `folder` is where to open them: a folder of the file system, or the
    prefix inside the zip `archive` ("" for its root).
    """

    path: str
    id: str
    server: str | None
    service: Service | None
    files: tuple[str, ...]
    folder: str
    archive: str | None
    plain: bool


class Listing(Struct, frozen=True):
    """All that a walk found: `traces` in path order, known `logs` and `problems` sorted by path.

    `source` is the paths as given, with '/', several joined by a blank. `left_out` counts the files that are neither
    a snapshot nor a known log.
    """

    source: str
    traces: list[TraceFolder]
    logs: list[str]
    left_out: int
    problems: list[Problem]


class NothingFound(Exception):  # noqa: N818 - it is an answer, in one sentence for the user, not a fault
    """No snapshots at all: one sentence on what was looked for, where, and how tracing is enabled.

    `problems` holds what could not be read on the way, where that is the cause.
    """

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = list(problems)


class ReadFailed(Exception):  # noqa: N818 - named for what happened, as the rest of the family
    """One file could not be read: `code` as a problem has it, and one sentence that names the file and the cause."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message
