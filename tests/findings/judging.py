"""Judges a few snapshots, as a run would, for the tests of findings."""

from pathlib import Path

from stepmaker import File

from snapdiff.model import Finding
from snapdiff.read.listing import TraceFolder
from snapdiff.work import read_trace


def findings(folder: Path, *files: File) -> list[Finding]:
    """Writes the snapshots into the folder and gives what is found in them, save about the trace itself (SD1xx)."""
    return [one for one in all_findings(folder, *files) if not one.code.startswith("SD1")]


def all_findings(folder: Path, *files: File) -> list[Finding]:
    """Writes the snapshots into the folder and gives everything that is found in them."""
    for file in files:
        (folder / file.name).write_bytes(file.raw())
    place = TraceFolder("t", "t", None, None, tuple(file.name for file in files), str(folder), None, plain=False)
    return read_trace(place)[0].findings
