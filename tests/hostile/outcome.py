"""What a run over hostile input must hold: an end, bounded memory, no byte lost, nothing that steers a terminal."""

import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import msgspec
from program import Ran, snapdiff

from snapdiff.model import Problem, Report, Span, Trace

FORMATS = ("json", "markdown", "text")
MEMORY = 1536 * 1024 * 1024
"""Bytes no process may hold at once, for inputs of up to 100 MB: generous, but no multiple of a runaway."""

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def run_on(path: Path, form: str, *, code: int = 0, memory: int = MEMORY) -> Ran:
    """Runs snapdiff on the path; what must hold of every run, whatever the input, is checked here."""
    ran = snapdiff(path, "--format", form)
    assert "Traceback" not in ran.errors, ran.errors
    assert "error of the program" not in ran.errors, ran.errors
    assert ran.code == code, f"{ran.code} for {code}: {ran.errors}"
    assert not _STEERING.search(ran.errors.replace("\r\n", "\n")), repr(ran.errors)
    if form == "json":
        assert ran.out or code, "no report"
    else:
        shown = ran.out.decode("utf-8").replace("\r\n", "\n")
        found = _STEERING.search(shown)
        assert found is None, f"{unicodedata.name(found[0], repr(found[0]))} in {shown[found.start() - 60 :][:120]!r}"
    if sys.platform != "win32":
        assert ran.peak is not None
        assert ran.peak < memory, f"{ran.peak >> 20} MiB"
    return ran


def report_of(ran: Ran) -> Report:
    """The JSON report, decoded by the published nouns."""
    return msgspec.json.decode(ran.out, type=Report)


def problems_of(report: Report) -> list[Problem]:
    """Every problem told, of the whole and of each trace."""
    return [*report.problems, *(problem for trace in report.traces for problem in trace.problems)]


def unaccounted(snapshots: Path, report: Report) -> list[str]:
    """Steps whose spans, cut out of both files, do not leave the same bytes, or overlap; empty is good."""
    return [complaint for trace in report.traces for complaint in _unaccounted(snapshots / trace.id, trace)]


def _unaccounted(folder: Path, trace: Trace) -> Iterator[str]:
    nouns = {snapshot.file: snapshot for snapshot in trace.snapshots}
    for step in trace.steps:
        before, after = nouns[str(step.compared_with)], nouns[step.to]
        if after.status is not None or before.headers_only or after.headers_only:
            continue
        left = _left(folder / before.file, before.message_offset, [c.before_span for c in step.changes])
        right = _left(folder / after.file, after.message_offset, [c.after_span for c in step.changes])
        if left is None or right is None:
            yield f"{trace.path} {step.to}: spans overlap or lead out of the file"
        elif left != right:
            yield f"{trace.path} {step.to}: bytes unaccounted for"


def _left(file: Path, start: int, spans: list[Span | None]) -> bytes | None:
    raw = file.read_bytes()
    out: list[bytes] = []
    at = start
    for begin, end in sorted(span for span in spans if span is not None):
        if begin < at or end < begin or end > len(raw):
            return None
        out.append(raw[at:begin])
        at = end
    return b"".join([*out, raw[at:]])
