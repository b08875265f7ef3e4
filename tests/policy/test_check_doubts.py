"""Where a check has no full answer: nothing was there to be judged, or it can't be known who did it; and waivers."""

from datetime import date
from pathlib import Path

import pytest
from checking import EVENT, TODAY, check, mail, outcomes, policy, ran
from stepmaker import File, routing

from snapdiff.commands.check import checked

FINE = mail("X-Note: v3")
A = ran(("A", FINE))
IDLE = ran(("A", mail()))
OTHER = ran(("B", FINE))
MUST = "agents: {A: {must: [header.added: {name: X-Note}]}}"
NOT_EXERCISED: list[tuple[str, list[list[File]], str]] = [
    (MUST, [OTHER], "A never ran"),
    (MUST, [A, OTHER], 'A did not run on 1 of 2 messages: "Rollout probe 1"'),
    ("agents: {A: {may: [header]}}", [OTHER], "A never ran"),
    ("agents: {A: {event: OnSubmittedMessage, must: [header.added]}}", [A], "A at OnSubmittedMessage never ran"),
    ("messages: {subject: Nothing*}", [A], 'no message with subject "Nothing*" was found'),
    ("require: {min_messages: 3}", [A, OTHER], "only 2 messages were found; at least 3 are required"),
    ("require: {agents: [A, C]}", [A], "C is required and never ran on the one message"),
    (
        "agents: {A: {must: [header.added: {name: X-Note, messages: {subject: Other}}], may: [header]}}",
        [A],
        "no message is of those it is about",
    ),
    (
        "agents: {A: {must: [body.contains: {text: Hello}], may: [part]}}",
        [ran(("A", mail(text="Hello\r\n")))],
        "no message had a text/html body part",
    ),
    ("final: {must: [body.contains: {part: text/html, text: Hello}]}", [A], "has no body text of the types asked for"),
]


@pytest.mark.parametrize(("text", "traces", "said"), NOT_EXERCISED)
def test_what_was_not_exercised_is_no_pass(tmp_path: Path, text: str, traces: list[list[File]], said: str) -> None:
    for number, trace in enumerate(traces):
        traces[number] = [_of_message(file, number) for file in trace]
    report = check(tmp_path, text, *traces)
    assert report.exit_code == 2
    assert [one.doubt for one in report.cannot_tell] == ["not-exercised"], report.cannot_tell
    assert said in report.cannot_tell[0].sentence


def _of_message(file: File, number: int) -> File:
    raw = file.mail.replace(b"<1@contoso.test>", f"<{number + 1}@contoso.test>".encode())
    return File(file.name, file.source, raw, at=(file.at or 0) + 1000 * number)


def gap(*, before: bytes | None = None) -> list[File]:
    """A lost snapshot between the event's own and A's: what shows at A's may be another's."""
    return [routing(1, EVENT, before or mail()), routing(3, f"{EVENT},A", FINE, at=3)]


UNCERTAIN = [
    (MUST, {"A/header.added": "uncertain", "A/nothing else": "passed"}),
    ("agents: {A: {may: []}}", {"A/nothing else": "uncertain"}),
    (
        "agents: {A: {must_not: [header.added], may: [header]}}",
        {"A/header.added": "uncertain", "A/nothing else": "passed"},
    ),
    ("agents: {A: {may: [header.added]}}", {"A/nothing else": "passed"}),
    ("transport: {may: []}", {"transport/nothing else": "uncertain"}),
    ("agents: {A: {may: []}}\nuncertain: {may: [header.added: {name: X-Note}]}", {"A/nothing else": "passed"}),
    ("agents: {A: {may: []}}\nuncertain: {may: [header.removed]}", {"A/nothing else": "uncertain"}),
    (
        "agents: {A: {must: [header.added: {name: X-Note, times: 2}]}}",
        {"A/header.added": "failed", "A/nothing else": "passed"},
    ),
    ("final: {must: [header: {name: X-Note}]}", {"final/header": "passed"}),
]


@pytest.mark.parametrize(("text", "expected"), UNCERTAIN)
def test_nobody_is_blamed_or_praised_where_it_cannot_be_known(
    tmp_path: Path, text: str, expected: dict[str, str]
) -> None:
    report = check(tmp_path, text, gap())
    assert outcomes(report) == expected
    unknown = "uncertain" in expected.values()
    assert report.exit_code == (2 if unknown else 1 if "failed" in expected.values() else 0)
    assert len(report.cannot_tell) == unknown
    for one in report.messages[0].verdicts:
        assert all(failure.agent is None for failure in one.failures)


def test_two_outranks_one(tmp_path: Path) -> None:
    report = check(tmp_path, f"{MUST}\nothers: {{may: []}}", OTHER)
    assert report.counts.failed == 1
    assert report.exit_code == 2


def test_plain_mails_name_nobody(tmp_path: Path) -> None:
    for number, message in enumerate((mail(), FINE)):
        (tmp_path / f"{number}.eml").write_bytes(message)
    files = [tmp_path / "0.eml", tmp_path / "1.eml"]
    report = checked(files, policy("others: {may: []}"), TODAY, 1)
    assert report.exit_code == 2
    assert checked(files, policy("final: {must: [header: {name: X-Note}]}"), TODAY, 1).exit_code == 0


WAIVER = "\nwaivers: [{expectation: A/header.added, reason: next week, until: 2026-01-15}]"
LATER = date(2026, 1, 16)
WAIVED = [
    ([IDLE], None, 0, "waived", "used"),
    ([OTHER], None, 0, "waived", "used"),
    ([A], None, 0, "passed", "unused"),
    ([IDLE], LATER, 1, "failed", "expired"),
    ([A], LATER, 0, "passed", "expired"),
]


@pytest.mark.parametrize(("traces", "today", "code", "outcome", "state"), WAIVED)
def test_a_waiver(
    tmp_path: Path, traces: list[list[File]], today: date | None, code: int, outcome: str, state: str
) -> None:
    report = check(tmp_path, MUST + WAIVER, *traces, **({"today": today} if today else {}))
    assert outcomes(report)["A/header.added"] == outcome
    assert [one.state for one in report.waivers] == [state]
    assert report.exit_code == code
    if state == "expired" and outcome == "failed":
        assert "expired" in str(report.messages[0].verdicts[0].note)
