"""The pytest plugin: `pytest --snapdiff PATH` runs tests that take `trace` once for each traced message."""

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from snapdiff.asserting import TracedMessage

_ASKED = "snapdiff_paths"
_READ = pytest.StashKey[list["TracedMessage"]]()
_NO_PATH = "tests that take `trace` or `traces` want traces to look at: pytest --snapdiff PATH"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--snapdiff PATH`, also as an ini setting `snapdiff_paths`."""
    group = parser.getgroup("snapdiff", "what transport agents did to messages")
    group.addoption(
        "--snapdiff",
        action="append",
        dest=_ASKED,
        metavar="PATH",
        help="A PipelineTracing folder, or any other input of snapdiff; can be given several times.",
    )
    parser.addini("snapdiff_paths", "What --snapdiff gives, one PATH a line.", type="paths")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `trace` is run for each trace, with an id that says which message it is."""
    if _wants_ours(metafunc):
        read = _read(metafunc.config)
        metafunc.parametrize("trace", read, indirect=True, ids=[_id(one) for one in read], scope="session")


@pytest.fixture(scope="session")
def trace(request: pytest.FixtureRequest) -> "TracedMessage":
    """One traced message; the test is run for each."""
    given: TracedMessage = request.param
    return given


@pytest.fixture(scope="session")
def traces(request: pytest.FixtureRequest) -> "list[TracedMessage]":
    """Every traced message, in the report's order."""
    return _read(request.config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what the agents did to its message."""
    report = yield
    shown = getattr(item, "funcargs", {}).get("trace")
    if report.when == "call" and report.failed and shown is not None and type(shown).__name__ == "TracedMessage":
        report.sections.append(("what the agents did", _drawn(shown)))
    return report


def _wants_ours(metafunc: pytest.Metafunc) -> bool:
    """Whether a test takes this plugin's `trace`, and no fixture or parameter of its own by that name."""
    if "trace" not in metafunc.fixturenames:
        return False
    own = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize") if mark.args]
    if any("trace" in (name.split(",") if isinstance(name, str) else name) for name in own):
        return False
    definitions = metafunc._arg2fixturedefs.get("trace", ())  # noqa: SLF001 - pytest has no public way to ask
    return bool(definitions) and definitions[-1].func.__module__ == __name__


def _read(config: pytest.Config) -> "list[TracedMessage]":
    """The traces asked for, read once a session. Raises UsageError where there are none: nothing tested is no pass."""
    if _READ in config.stash:
        return config.stash[_READ]
    from snapdiff.asserting import TracedMessage
    from snapdiff.read.listing import NothingFound, ReadFailed
    from snapdiff.run import Run

    paths = [Path(path) for path in config.getoption(_ASKED) or config.getini("snapdiff_paths")]
    if not paths:
        raise pytest.UsageError(_NO_PATH)
    try:
        with Run(paths, jobs=1) as run:
            read = [TracedMessage(trace) for trace in run.traces()]
            problems = [problem.message for problem in run.problems] if run.unreadable else []
    except (NothingFound, ReadFailed, OSError) as fault:
        raise pytest.UsageError(f"snapdiff: {fault}") from None
    if problems:
        raise pytest.UsageError(f"snapdiff could not read all of it: {' '.join(problems[:5])}")
    config.stash[_READ] = read
    return read


def _id(one: "TracedMessage") -> str:
    """The folder's name, which is unique in most inputs, and the subject."""
    from snapdiff.report.safe_text import safe

    subject = safe(one.subject)[:40]
    return f"{one.trace.path.rpartition('/')[2]}-{subject}" if subject else one.trace.path.rpartition("/")[2]


def _drawn(shown: "TracedMessage") -> str:
    """The trace as the terminal shows it, without colour, unchanged steps left out."""
    import io

    from snapdiff.report.terminal import TerminalReport

    text = io.StringIO()
    TerminalReport(text, color=False, width=100, ascii_only=False, changed_only=True).trace(shown.trace)
    return text.getvalue()
