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


class NothingFound(Exception):  # noqa: N818 - it is an answer to the user, not a fault
    """No snapshots at all: one sentence on what is there instead, what was looked for, and how tracing is enabled.

    `problems` holds what could not be read on the way, as that may be the cause.
    """

    def __init__(self, there: str, problems: Sequence[Problem] = ()) -> None:
        """Begin the sentence with what is there: 'X holds no snapshots', 'There is no X'."""
        self.problems = list(problems)
        causes = "".join(f" {problem.message}" for problem in self.problems[:3])
        super().__init__(f"{there}: looked for {_LOOKED_FOR}; {_HOW_TO_ENABLE}.{causes}")


_LOOKED_FOR = (
    "snapshots (Original.eml, SmtpReceive0001.eml, Routing0001.eml and so on) in a PipelineTracing or MessageSnapshots "
    "folder, in a folder or .zip that holds one, or two and more .eml files in order"
)
_HOW_TO_ENABLE = (
    "tracing is enabled with Set-TransportService <server> -PipelineTracingSenderAddress <sender> "
    "-PipelineTracingEnabled $true (Set-MailboxTransportService for mailbox delivery)"
)


class ReadFailed(Exception):  # noqa: N818 - named for what happened, as the rest of the family
    """One file could not be read: `code` as a problem has it, and one sentence that names the file and the cause."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message
