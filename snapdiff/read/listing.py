"""What a walk finds and hands on: trace folders, the listing that holds them, and what went wrong on the way there.

These objects cross to worker processes and one stands there for every trace, so they stay small: under 1 KB each.
"""

from collections.abc import Callable, Sequence

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
    """No snapshots at all: what is there instead, why, and what to do next, on one line.

    `problems` holds what could not be read on the way, as that may be the cause.
    """

    def __init__(self, there: str, advice: str, problems: Sequence[Problem] = ()) -> None:
        """`there` says what is there: 'There is no file in X'; `advice` is whole sentences."""
        self.problems = list(problems)
        causes = "".join(f" {problem.message}" for problem in self.problems[:3])
        super().__init__(f"{there}.{causes} {advice}")


WHAT_TO_GIVE = (
    "Give the PipelineTracing or MessageSnapshots folder with the snapshots (Original.eml, SmtpReceive0001.eml, "
    "Routing0001.eml and so on), a folder or .zip that holds one, or two and more .eml files in order."
)
NONE_YET = (
    "No snapshots yet? Exchange writes them from the next mail of a sender on, once tracing is on for that sender: "
    "Set-TransportService SERVER -PipelineTracingSenderAddress SENDER -PipelineTracingEnabled $true "
    "(Set-MailboxTransportService for mailbox delivery). If it is on, snapdiff doctor says what keeps them away."
)


Tell = Callable[[Problem], None]
"""Hears what is odd or could not be read."""


def unheard(problem: Problem) -> None:
    """A `Tell` for what is read once more, or was already: each problem is told once."""


class ReadFailed(Exception):  # noqa: N818 - named for what happened, as the rest of the family
    """One file could not be read: `code` as a problem has it, and one sentence that names the file and the cause."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message
