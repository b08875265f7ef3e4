"""SD101 to SD106: what the trace itself lacks, and what became of the message."""

from pathlib import Path

import pytest
from judging import all_findings
from stepmaker import MAIL, File, receive, routing

from snapdiff.model import Finding

OWN, AGENT = "OnEndOfData", "OnEndOfData,Agent A"
BOTH = ("user@fabrikam.test", "copy@fabrikam.test")
ORIGINAL = File("Original.eml", to=BOTH)
MANY = tuple(f"u{number}@x.test" for number in range(7))

RAISES = [
    (
        [receive(1, OWN), receive(3, AGENT)],
        ("SD101", None, "SmtpReceive0002.eml is missing on the way from SmtpReceive0001.eml to SmtpReceive0003.eml:"),
    ),
    ([receive(1, OWN), receive(12, AGENT)], ("SD101", None, "SmtpReceive0006.eml and 5 more are missing on")),
    ([receive(2, OWN, to=BOTH), receive(3, AGENT, to=BOTH)], ("SD101", None, "SmtpReceive0001.eml is missing on t")),
    ([receive(1, OWN), receive(2, AGENT, cut=10_000)], ("SD102", None, "SmtpReceive0002.eml ends short (it is empty)")),
    ([receive(1, OWN, cut=9), receive(2, AGENT)], ("SD102", None, "SmtpReceive0001.eml ends short (its header has no")),
    (
        [receive(1, OWN), receive(2, AGENT, status="Deleted")],
        ("SD104", "Agent A", "Agent A deleted the message: it goes no further from SmtpReceive0002.eml."),
    ),
    ([receive(1, OWN), receive(2, AGENT, status="Deferred")], ("SD106", "Agent A", "Agent A deferred the message at")),
    (
        [receive(1, OWN), receive(2, "OnEndOfData", status="Deleted")],
        ("SD104", None, "The transport service itself deleted the message"),
    ),
]


def of_traces(found: list[Finding]) -> list[Finding]:
    return [one for one in found if one.code.startswith("SD1") and one.code != "SD105"]


@pytest.mark.parametrize(("files", "expected"), RAISES)
def test_what_a_trace_lacks(tmp_path: Path, files: list[File], expected: tuple[str, str | None, str]) -> None:
    (found,) = of_traces(all_findings(tmp_path, ORIGINAL, *files))
    assert (found.code, found.agent) == expected[:2]
    assert expected[2] in found.message
    assert found.step is not None
    assert found.flags[0].startswith("/steps/")


def test_a_short_file_is_told_once(tmp_path: Path) -> None:
    files = [ORIGINAL, receive(1, OWN), receive(2, AGENT, cut=9), receive(3, "OnEndOfData,Agent B")]
    assert [one.code for one in of_traces(all_findings(tmp_path, *files))] == ["SD102"]


BROKEN_OFF = [
    (File("Original.eml", mail=b"Subject: Hello\r\n"), "before the body had come"),
    (File("Original.eml", mail=b""), "before the header had come"),
    (File("Original.eml", cut=len(MAIL) + 20), "before the header had come"),
]


@pytest.mark.parametrize(("file", "came"), BROKEN_OFF)
def test_a_session_that_broke_off(tmp_path: Path, file: File, came: str) -> None:
    (found,) = of_traces(all_findings(tmp_path, file))
    assert (found.code, found.agent, found.step, found.evidence["came"]) == ("SD103", None, None, came)
    assert ("all recipients were refused at RCPT TO" in found.fix) == (came == "before the header had come")


@pytest.mark.parametrize(
    "files",
    [
        [ORIGINAL],
        [File("Original.eml", mail=b"Subject: Hello\r\n"), receive(1, "OnEndOfHeaders", b"Subject: Hello\r\n")],
        [receive(1, "OnEndOfHeaders", b"Subject: Hello\r\n\r\n")],
        [ORIGINAL, receive(1, OWN), receive(2, AGENT), routing(1, "OnSubmittedMessage")],
    ],
)
def test_a_trace_that_lacks_nothing(tmp_path: Path, files: list[File]) -> None:
    assert of_traces(all_findings(tmp_path, *files)) == []


REFUSED = [
    (BOTH, BOTH[:1], "copy@fabrikam.test"),
    (MANY, MANY[6:], "u0@x.test, u1@x.test, u2@x.test, u3@x.test, u4@x.test and 1 more"),
    (BOTH, BOTH, None),
    (BOTH[:1], BOTH, None),
]


@pytest.mark.parametrize(("asked", "came", "refused"), REFUSED)
def test_recipients_that_were_refused(
    tmp_path: Path, asked: tuple[str, ...], came: tuple[str, ...], refused: str | None
) -> None:
    found = all_findings(tmp_path, File("Original.eml", to=asked), receive(1, OWN, to=came))
    told = [(one.agent, one.evidence["recipients"]) for one in found if one.code == "SD105"]
    assert told == ([(None, refused)] if refused else [])


def test_an_agent_that_takes_a_recipient_out_is_no_refusal(tmp_path: Path) -> None:
    files = [ORIGINAL, receive(1, OWN, to=BOTH), receive(2, AGENT, to=BOTH[:1])]
    assert [one.code for one in all_findings(tmp_path, *files)] == ["SD512"]
