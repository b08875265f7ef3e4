"""Real mail before and after a mailing list or a signer: no byte unaccounted for, none blamed for nothing."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from judge import judge
from program import snapdiff
from tracemaker import with_crlf, write_trace

from snapdiff.model import Report, Snapshot, Step

FORMS: dict[str, Callable[[bytes], bytes]] = {"crlf": with_crlf, "as-it-is": bytes}
PAIRS = 70
"""So many pairs there are at least: fewer means that the test looked in the wrong place."""


@pytest.mark.corpus
@pytest.mark.parametrize("form", FORMS)
def test_no_byte_is_unaccounted_for(shared: Path, tmp_path: Path, form: str) -> None:
    names = sorted(path.name.removesuffix(".before.eml") for path in (shared / "corpus/pairs").glob("*.before.eml"))
    assert len(names) >= PAIRS
    folders: dict[str, str] = {}
    for number, name in enumerate(names):
        before, after = (
            FORMS[form]((shared / "corpus" / "pairs" / f"{name}.{side}.eml").read_bytes())
            for side in ("before", "after")
        )
        # There and back: what an agent does to a mail, another one undoes.
        folders[write_trace(tmp_path / "MessageSnapshots", number, [before, after, before]).name] = name

    ran = snapdiff(tmp_path, "--format", "json")
    assert ran.errors == ""
    assert ran.code == 0
    report = msgspec.json.decode(ran.out, type=Report)

    assert {trace.id for trace in report.traces} == set(folders)
    complaints = [
        f"{folders[trace.id]} {step.to}: {complaint}"
        for trace in report.traces
        for step in trace.steps
        for complaint in _judged(tmp_path / "MessageSnapshots" / trace.id, trace.snapshots, step)
    ]
    assert complaints == []
    steps = [step for trace in report.traces for step in trace.steps]
    assert len(steps) == 2 * len(names)
    assert all(step.changes for step in steps)


def _judged(folder: Path, snapshots: Sequence[Snapshot], step: Step) -> list[str]:
    """The judge's complaints about one step, from the files as they lie on the disk."""
    offset = {snapshot.file: snapshot.message_offset for snapshot in snapshots}
    first, last = str(step.compared_with), step.to
    before, after = (folder / first).read_bytes(), (folder / last).read_bytes()
    return judge(before, after, step, before_at=offset[first], after_at=offset[last])
