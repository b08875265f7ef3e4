"""A run that was accepted, and runs after it: the same passes; what is new, missing or done otherwise does not."""

from pathlib import Path

import pytest
from checking import EVENT, HEADERS, TODAY, mail, ran, write
from stepmaker import File, routing

from snapdiff.commands.accept import accept, load_baseline
from snapdiff.commands.check import checked
from snapdiff.model.check import CheckReport
from snapdiff.policy.accepted import WrongBaseline, read_baseline
from snapdiff.policy.against import Against
from snapdiff.policy.asking import empty_policy

NOTE, STAMP = "X-Note: v3", "X-Stamp: 1"
GOOD = ran(("A", mail(NOTE)), ("B", mail(NOTE, STAMP)))
"""A adds X-Note, B adds X-Stamp."""
NOTHING = ran(("A", mail()), ("B", mail()))
HTML = "<p>Dear Alan,</p>"
SECOND = HEADERS.replace(b"<1@", b"<2@")
RICH_MAIL = mail(html=HTML, headers=SECOND)
RICH = ran(("A", mail(NOTE, html=HTML, headers=SECOND)), first=RICH_MAIL)
STAYS_RICH = ran(("A", RICH_MAIL), first=RICH_MAIL)
RICH_KIND = "message: multipart/alternative(text/plain, text/html)"
ENCODED, SAME, OTHER = "Content-Transfer-Encoding: quoted-printable", "Dear =41lan,\r\n", "Dear =41dam,\r\n"
UNCODED = mail(text="Dear Alan,\r\n")
A, B = f"A at {EVENT}", f"B at {EVENT}"
ADDED = "header.added 'X-Note'"


@pytest.fixture(autouse=True)
def _at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "JENKINS_URL", "TEAMCITY_VERSION"):
        monkeypatch.delenv(name, raising=False)


def held(folder: Path, good: list[list[File]], now: list[list[File]]) -> CheckReport:
    """What becomes of a run that is held against a baseline of a good one."""
    file = folder / "baseline.jsonl"
    assert accept([write(folder / "good", *good)], file, 1) == 0
    return against(write(folder / "now", *now), file)


def against(folder: Path, file: Path) -> CheckReport:
    return checked([folder], empty_policy(), TODAY, 1, (), Against(load_baseline(file), "baseline.jsonl"))


def told(report: CheckReport) -> list[str]:
    """Every failure, and every reason for no full answer."""
    failed = [one.sentence for x in report.messages for y in x.verdicts for one in y.failures if y.outcome == "failed"]
    return [*failed, *(f"? {one.sentence}" for one in report.cannot_tell)]


Case = tuple[str, list[list[File]], list[list[File]], int, list[str]]
CASES: list[Case] = [
    ("the same", [GOOD], [GOOD], 0, []),
    ("nothing done, nothing accepted", [NOTHING], [NOTHING], 0, []),
    ("more messages that are alike", [GOOD], [GOOD, GOOD, GOOD], 0, []),
    ("fewer messages that are alike", [GOOD, GOOD], [GOOD], 0, []),
    ("another value is no matter", [GOOD], [ran(("A", mail("X-Note: v4")), ("B", mail("X-Note: v4", STAMP)))], 0, []),
    (
        "one agent does less",
        [GOOD],
        [ran(("A", mail()), ("B", mail(STAMP)))],
        1,
        [f"{A}: {ADDED} is missing; accepted: once"],
    ),
    (
        "an agent did not run",
        [GOOD],
        [ran(("B", mail(STAMP)))],
        1,
        [f"{A}: {ADDED} is missing; accepted: once; the agent did not run on this message"],
    ),
    (
        "one agent does more",
        [GOOD],
        [ran(("A", mail(NOTE)), ("B", mail(NOTE, STAMP, "X-More: 1")))],
        1,
        [f"{B}: header.added 'X-More' once is new"],
    ),
    (
        "another agent does it",
        [ran(("A", mail(NOTE)))],
        [ran(("A", mail()), ("B", mail(NOTE)))],
        1,
        [f"{A}: {ADDED} is missing; accepted: once", f"{B}: {ADDED} once is new"],
    ),
    (
        "twice and not once",
        [ran(("A", mail(NOTE)))],
        [ran(("A", mail(NOTE, NOTE)))],
        1,
        [f"{A}: {ADDED} twice; accepted: once"],
    ),
    (
        "one text more is changed in earnest",
        [ran(("A", mail(ENCODED, text=SAME)), first=UNCODED)],
        [ran(("A", mail(ENCODED, text=OTHER)), first=UNCODED)],
        1,
        [
            f"{A}: header.added, cosmetic 'Content-Transfer-Encoding' is missing; accepted: once",
            f"{A}: part.rewritten in text/plain, re-encoded, cosmetic is missing; accepted: once",
            f"{A}: header.added 'Content-Transfer-Encoding' once is new",
            f"{A}: part.changed in text/plain, content-changed once is new",
        ],
    ),
    (
        "on some messages, and now on none",
        [ran(("A", mail(NOTE))), ran(("A", mail()))],
        [ran(("A", mail()))] * 3,
        1,
        [f"{A}: {ADDED} on 0 of 3 (not once); accepted: on 1 of 2 (once on 1)"],
    ),
    (
        "on some messages, and on fewer of as many",
        [ran(("A", mail(NOTE))), ran(("A", mail(NOTE))), ran(("A", mail()))],
        [ran(("A", mail(NOTE))), ran(("A", mail())), ran(("A", mail()))],
        1,
        [f"{A}: {ADDED} on 1 of 3 (once on 1); accepted: on 2 of 3 (once on 2)"],
    ),
    (
        "on some messages, and of more the same",
        [ran(("A", mail(NOTE))), ran(("A", mail()))],
        [ran(("A", mail(NOTE))), ran(("A", mail())), ran(("A", mail()))],
        0,
        [],
    ),
    (
        "no message of that kind came",
        [GOOD, RICH],
        [GOOD],
        2,
        [f"? {A}, {ADDED}: stale, or not exercised: no message of the kind {RICH_KIND} came"],
    ),
    (
        "a kind of message that was never accepted",
        [NOTHING],
        [NOTHING, RICH],
        1,
        [f"{A}: {ADDED} once is new: no message of the kind {RICH_KIND} was accepted"],
    ),
    (
        "such a kind to which nothing is done",
        [NOTHING],
        [NOTHING, STAYS_RICH],
        0,
        [],
    ),
    (
        "it can't be known who did it",
        [ran(("A", mail(NOTE)))],
        [[routing(1, EVENT, mail()), routing(3, f"{EVENT},A", mail(NOTE), at=3)]],
        2,
        [
            f"? {ADDED}: made, and it can't be known whether by {A}; accepted: once",
            f"? {ADDED}: new, unless it was made by an agent of which it was accepted",
        ],
    ),
    (
        "something new by somebody who is not known",
        [ran(("A", mail()))],
        [[routing(1, EVENT, mail()), routing(3, f"{EVENT},A", mail(NOTE), at=3)]],
        1,
        [f"somebody unknown at {EVENT}: {ADDED} once is new"],
    ),
]


@pytest.mark.parametrize(("good", "now", "code", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_run_against_a_baseline(
    tmp_path: Path, good: list[list[File]], now: list[list[File]], code: int, said: list[str]
) -> None:
    report = held(tmp_path, good, now)
    assert (report.exit_code, told(report)) == (code, said)


def test_a_failure_names_the_line_and_shows_the_diff(tmp_path: Path) -> None:
    report = held(tmp_path, [GOOD], [ran(("A", mail(NOTE, NOTE)), ("B", mail(NOTE, NOTE, STAMP)))])
    failed = [verdict for verdict in report.messages[0].verdicts if verdict.outcome == "failed"]
    expectation = next(one for one in report.expectations if one.id == failed[0].expectation)
    lines = (tmp_path / "baseline.jsonl").read_text(encoding="ascii").splitlines()
    assert (expectation.scope, expectation.file, expectation.agent) == ("baseline", "baseline.jsonl", "A")
    assert expectation.line is not None
    assert '"X-Note"' in lines[expectation.line - 1]
    failure = failed[0].failures[0]
    assert [change.name for change in failure.changes] == ["X-Note", "X-Note"]
    assert failure.agent == "A"
    assert failure.step == ("Routing0001.eml", "Routing0002.eml")


def test_a_baseline_is_the_same_for_the_same_run_and_however_many_workers(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", GOOD, RICH, NOTHING)
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    assert (accept([folder], one, 1), accept([folder], two, 2)) == (0, 0)
    assert one.read_bytes() == two.read_bytes()


SAID = [
    ([GOOD], [GOOD], "since the last: nothing changed"),
    ([GOOD], [GOOD, GOOD], "since the last: 2 in other numbers"),
    ([GOOD], [ran(("A", mail(NOTE)), ("B", mail(NOTE, "X-More: 1")))], "since the last: 1 new, 1 gone"),
    ([NOTHING], [NOTHING, NOTHING], "since the last: other numbers of messages alone"),
    ([NOTHING], [NOTHING, RICH], "since the last: 1 new, 1 more kinds of messages"),
]


@pytest.mark.parametrize(("before", "after", "said"), SAID)
def test_what_is_otherwise_since_the_last_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], before: list[list[File]], after: list[list[File]], said: str
) -> None:
    file = tmp_path / "baseline.jsonl"
    assert accept([write(tmp_path / "one", *before)], file, 1) == 0
    assert "written, " in capsys.readouterr().err
    assert accept([write(tmp_path / "two", *after)], file, 1) == 0
    errors = capsys.readouterr().err
    assert errors.rstrip().endswith(said)
    assert errors.count("\n") == 1


NAMES = ["agent", "transport", 'Fu\u00dfzeilen-Agent, "Woodgrove"', "a\u202eb", "\u041f\u0440"]
HEAD = '{"schema": "snapdiff.baseline/1"}\n'
OF = '{"of": "x", "traces": 1}\n'
LINE = '{"agent": "A", "change": "header.added", "name": "X", "times": {"1": 1}, "of": "x"}\n'
WRONG = [
    ("", "b: no baseline"),
    ("version: 1\n", "b: no baseline"),
    ('{"schema": "snapdiff.baseline/2"}\n', "b: a baseline of the form snapdiff.baseline/2"),
    (HEAD + "{\n", "b:2: no line"),
    (HEAD + "[" * 100_000 + "\n", "b:2: no line"),
    (HEAD + '{"of": "x", "traces": 0}\n', "b:2: a class"),
    (HEAD + OF + OF, "b:3: a class"),
    (HEAD + LINE, "b:2: its class"),
    (HEAD + OF + LINE + LINE, "b:4: the same as line 3"),
    (HEAD + OF + LINE.replace('"1": 1', '"1": 2'), "b:3: its class"),
    (HEAD + OF + LINE.replace('"1": 1', '"0": 1'), "b:3: its class"),
    (HEAD + OF + LINE.replace('{"1": 1}', "{}"), "b:3: its class"),
    (HEAD + OF + LINE.replace('"1": 1', '"x": 1'), "b:3: no line"),
    (HEAD + OF + LINE.replace("header.added", "header.add"), "b:3: no line"),
    (HEAD + OF + LINE.replace("name", "nam"), "b:3: no line"),
    (HEAD + OF + LINE.replace("A", "\udcff"), "b:3: no line"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_a_mistake_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(WrongBaseline) as fault:
        read_baseline(text.encode("utf-8", "surrogateescape"), "b")
    assert str(fault.value).startswith(said)


@pytest.mark.parametrize("change", [lambda x: x, lambda x: "\ufeff" + x, lambda x: x.replace("\n", "\r\n") + "\r\n"])
def test_an_edited_baseline_is_read(change: object) -> None:
    assert callable(change)
    baseline = read_baseline(change(HEAD + OF + LINE).encode(), "b")
    assert [(one.line, one.did.agent, one.times) for one in baseline.accepted] == [(3, "A", {1: 1})]


def test_an_agent_of_any_name_is_written_and_read_back(tmp_path: Path) -> None:
    trace = ran(*[(name, mail(*[f"X-{number}: 1" for number in range(at)])) for at, name in enumerate(NAMES, 1)])
    file = tmp_path / "baseline.jsonl"
    assert accept([write(tmp_path / "in", trace)], file, 1) == 0
    assert {one.did.agent for one in load_baseline(file).accepted} == set(NAMES)
    assert against(tmp_path / "in", file).exit_code == 0


def test_the_example_of_the_page_is_a_baseline() -> None:
    page = Path(__file__).parents[2] / "docs" / "baseline.md"
    example = page.read_text(encoding="utf-8").partition("```json\n")[2].partition("```")[0]
    assert [one.line for one in read_baseline(example.encode(), "example").accepted] == [3, 4, 5]
