"""Whether an output is redacted, and under which key: one that was given, or one made here and said once."""

import sys
from typing import TYPE_CHECKING

from msgspec.structs import replace

from snapdiff.faults import WrongUsage
from snapdiff.model import Tail, Trace
from snapdiff.report.choose import Output, Several

if TYPE_CHECKING:
    from snapdiff.redact.nouns import Redactor

_SHORTEST_KEY = 8


def redactor(wanted: bool, key: str | None) -> "Redactor | None":
    """The redactor to use, None where none is wanted. Raises WrongUsage for a key that anybody could guess."""
    if not wanted and key is None:
        return None
    import secrets

    from snapdiff.redact.nouns import Redactor
    from snapdiff.redact.words import KEY_BYTES

    if key is None:
        key = secrets.token_hex(KEY_BYTES)
        sys.stderr.write(f"snapdiff: redacted; --redact-key {key} gives the same words again, so keep it to yourself\n")
    elif len(key) < _SHORTEST_KEY:
        raise WrongUsage(f"--redact-key wants {_SHORTEST_KEY} characters or more, so that nobody can try them all")
    return Redactor(key.encode("utf-8", "surrogateescape"))


class Redacted:
    """An output that is told everything redacted."""

    def __init__(self, output: Output, redactor: "Redactor") -> None:
        self._output = output
        self._redactor = redactor

    def begin(self, source: str, trace_count: int) -> None:
        """The head."""
        self._output.begin(self._redactor.path(source), trace_count)

    def trace(self, trace: Trace) -> None:
        """One trace."""
        self._output.trace(self._redactor.noun(trace))

    def end(self, tail: Tail) -> None:
        """The tail; journeys are redacted as they come, unless several outputs each want them all."""
        journeys = (self._redactor.noun(journey) for journey in tail.journeys)
        told = list(journeys) if isinstance(self._output, Several) else journeys
        problems, findings = self._redactor.noun(tail.problems), self._redactor.noun(tail.findings)
        self._output.end(replace(tail, journeys=told, problems=problems, findings=findings))
