"""`pytest --snapdiff PATH`: plain asserts about traces, run by pytest itself."""

from pathlib import Path

import pytest
from tracemaker import write_trace

GOOD = b"Subject: Probe\r\nMessage-Id: <1@contoso.test>\r\nX-Old: 1\r\n\r\nHello\r\n"
DONE = (
    GOOD.replace(b"Subject", b"X-Disclaimer: v3\r\nSubject")
    .replace(b"X-Old: 1\r\n", b"")
    .replace(b"Hello", b"Hello\r\nFor  the addressee only.")
)


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    """Two messages: Agent 1 does its work on the first and nothing on the second."""
    snapshots = pytester.path / "MessageSnapshots"
    write_trace(snapshots, 1, [GOOD, DONE, DONE])
    write_trace(snapshots, 2, [GOOD.replace(b"Probe", b"Other"), GOOD.replace(b"Probe", b"Other")])
    return snapshots


def run(pytester: pytest.Pytester, source: str, *asked: str) -> pytest.RunResult:
    """Runs one test file in a process of its own, as a user would."""
    pytester.makepyfile(source)
    return pytester.runpytest_subprocess("-p", "no:hypothesispytest", *asked)


HOLD = [
    'trace.agent("Agent 1").added_header("X-Disclaimer")',
    'trace.agent("Agent 1").added_header("x-disclaimer", "v*")',
    'trace.agent("Agent 1").removed_header("X-Old", "1")',
    'trace.agent("Agent 1").added_text("For the addressee only.")',
    'trace.agent("Agent 1", event="OnResolvedMessage").changed("part.*")',
    'not trace.agent("Agent 1").changed("part.removed")',
    'trace.agent("Agent 2").changed_nothing',
    'trace.others("Agent 1").changed_nothing',
    'not trace.agent("Agent 1").added_recipient("*")',
    'not trace.agent("Agent 1").added_part()',
    "trace.transport.changed_nothing",
    'trace.agents == ("Agent 1", "Agent 2")',
    'not trace.found("SD501")',
]
FAIL = [
    ('trace.agent("Agent 1").added_header("X-Other")', "Agent 1 added no field X-Other; "),
    ('trace.agent("Agent 1").added_header("X-Disclaimer", "v4")', "added no field X-Disclaimer with the value 'v4'"),
    ('trace.agent("Agent 2").added_header("X-Disclaimer")', "added no field X-Disclaimer; it changed nothing"),
    ('trace.agent("Agent 1").changed_nothing', "X-Disclaimer added"),
    ('trace.others("Agent 2").changed_nothing', "another agent: "),
    ('trace.agent("Agent 9").changed_nothing', "Agent 9 never ran on this message; agents that ran: Agent 1, Agent 2"),
    ('not trace.agent("Agent 9").changed("part.*")', "Agent 9 never ran on this message"),
    ('trace.agent("Agent 1").added_text("For anybody.")', "added no text 'For anybody.'"),
    ('trace.found("SD501")', "there is no finding SD501"),
]


def test_what_holds(pytester: pytest.Pytester, folder: Path) -> None:
    lines = "\n".join(f"    assert {one}" for one in HOLD)
    ran = run(
        pytester,
        f"def test_it(trace):\n    if trace.subject != 'Probe':\n        return\n{lines}\n",
        "--snapdiff",
        "MessageSnapshots",
    )
    ran.assert_outcomes(passed=2)


def test_what_fails_says_why(pytester: pytest.Pytester, folder: Path) -> None:
    chosen = "    (trace,) = [one for one in traces if one.subject == 'Probe']\n"
    tests = "\n".join(f"def test_{number}(traces):\n{chosen}    assert {one}\n" for number, (one, _) in enumerate(FAIL))
    ran = run(pytester, tests, "--snapdiff", str(folder))
    ran.assert_outcomes(failed=len(FAIL))
    printed = ran.stdout.str()
    for _, said in FAIL:
        assert said in printed, said


def test_a_failed_test_shows_what_was_done(pytester: pytest.Pytester, folder: Path) -> None:
    ran = run(pytester, "def test_it(trace):\n    assert trace.subject == 'Other'\n", "--snapdiff", str(folder))
    ran.assert_outcomes(passed=1, failed=1)
    ran.stdout.fnmatch_lines(["*what the agents did*", "*+ X-Disclaimer: v3*"])


def test_a_test_runs_once_a_message(pytester: pytest.Pytester, folder: Path) -> None:
    ran = run(pytester, "def test_it(trace):\n    pass\n", "--snapdiff", str(folder), "-v")
    ran.stdout.fnmatch_lines(["*::test_it[[]*-Probe[]] PASSED*", "*::test_it[[]*-Other[]] PASSED*"])


@pytest.mark.parametrize("fixture", ["trace", "traces"])
def test_without_traces_nothing_passes(pytester: pytest.Pytester, fixture: str) -> None:
    ran = run(pytester, f"def test_it({fixture}):\n    pass\n")
    assert ran.ret != 0
    ran.assert_outcomes(errors=1)
    assert "pytest --snapdiff PATH" in ran.stdout.str() + ran.stderr.str()
    pytester.mkdir("empty")
    ran = run(pytester, f"def test_it({fixture}):\n    pass\n", "--snapdiff", "empty")
    assert ran.ret != 0


def test_the_path_can_stand_in_the_settings(pytester: pytest.Pytester, folder: Path) -> None:
    pytester.makeini("[pytest]\nsnapdiff_paths = MessageSnapshots\n")
    run(pytester, "def test_it(traces):\n    assert len(traces) == 2\n").assert_outcomes(passed=1)


def test_fixtures_of_the_same_name_stay_their_own(pytester: pytest.Pytester) -> None:
    source = """
        import pytest
        @pytest.fixture
        def trace(): return 7
        def test_fixture(trace): assert trace == 7
        @pytest.mark.parametrize("trace", [1, 2])
        def test_parameter(trace): assert trace in (1, 2)
    """
    run(pytester, source).assert_outcomes(passed=3)


def test_a_step_that_may_be_anybodys_is_nobodys(pytester: pytest.Pytester, folder: Path) -> None:
    next(folder.rglob("Routing0002.eml")).unlink()
    source = """
        def test_it(traces):
            trace = next(one for one in traces if one.agents[-1:] == ("Agent 2",))
            assert not trace.agent("Agent 2").added_header("X-Disclaimer")
            assert "can't be known who did it" in repr(trace.agent("Agent 2").changed_nothing)
            assert not trace.agent("Agent 2").changed_nothing
            assert not trace.others("Agent 2").changed_nothing
    """
    run(pytester, source, "--snapdiff", str(folder)).assert_outcomes(passed=1)
