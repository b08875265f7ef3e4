"""What `snapdiff doctor` does: pasted settings and folders in, what keeps snapshots from appearing out."""

from collections.abc import Sequence
from pathlib import Path

from snapdiff.commands.streams import output_stream, same_place
from snapdiff.faults import CANNOT_TELL, WrongUsage

_WRONG = 1
_NOT_KNOWN = (
    "holds nothing that snapdiff doctor knows: it reads what cmdlets such as Get-TransportService | Format-List print, "
    "agents.config, and folders; see snapdiff doctor --help."
)


def doctor(files: Sequence[Path], sender: str | None, form: str, output: Path | None) -> int:
    """`snapdiff doctor [FILES]`: 0, 1 where something is wrong, 2 where a file can't be read or tells nothing."""
    from snapdiff.doctor import diagnose
    from snapdiff.model import Problem
    from snapdiff.read.setup import read_setup
    from snapdiff.report.doctor import draw

    if output is not None and any(same_place(output, file) for file in files):
        raise WrongUsage(f"{output} is one of the files that are read; give another file with -o")
    problems: list[Problem] = []
    setup = read_setup(files, sender, problems)
    problems.extend(Problem(name, "not-recognised", f"{name} {_NOT_KNOWN}") for name in setup.not_known)
    diagnosis = diagnose(setup, problems)
    with output_stream(output) as stream:
        stream.write(draw(diagnosis, form).encode("utf-8", "backslashreplace"))
    if problems:
        return CANNOT_TELL
    return _WRONG if any(finding.severity == "error" for finding in diagnosis.findings) else 0
