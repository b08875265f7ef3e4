"""The policy that the design gives as the form, held against runs that are as it wants them, and as it does not."""

from pathlib import Path

import pytest
from checking import BOTH, HEADERS, PLAIN, TEXT, TODAY, mail, write
from signed import sign
from stepmaker import File, routing

from snapdiff.commands.check import checked, load
from snapdiff.model.check import CheckReport

NOTE = "For the addressee only."
HTML = "<html><body><p>Dear Alan,</p></body></html>"
DISCLAIMER, SIGNER = "OnRoutedMessage,Contoso Disclaimer Agent", "OnCategorizedMessage,Exchange DkimSigner"


def with_note(*fields: str) -> bytes:
    return mail(*fields, text=f"{TEXT}-- \r\n{NOTE}\r\n", html=HTML.replace("</body>", f"<p>{NOTE}</p></body>"))


DONE = with_note("X-Disclaimer-Applied: v3")
OLD = with_note("X-Disclaimer-Applied: v2")
ONE_PART = mail("X-Disclaimer-Applied: v3", text=f"{TEXT}{NOTE}\r\n", html=HTML)


def run_of(disclaimed: bytes, signed: bytes, *more: File) -> list[File]:
    return [
        routing(1, "OnRoutedMessage", mail(html=HTML)),
        routing(2, DISCLAIMER, disclaimed, at=2),
        routing(3, "OnCategorizedMessage", disclaimed, at=3),
        routing(4, SIGNER, signed, at=4),
        *more,
    ]


RUNS = [
    ("as it should be", run_of(DONE, sign(DONE)), set[str]()),
    ("an old version", run_of(OLD, sign(OLD)), {"Contoso Disclaimer Agent/header.added"}),
    ("one part alone", run_of(ONE_PART, sign(ONE_PART)), {"Contoso Disclaimer Agent/body.ends_with"}),
    (
        "the signer changes the text",
        run_of(DONE, sign(DONE).replace(b"Dear Alan,\r\n", b"Dear Al,\r\n")),
        {"Exchange DkimSigner/part.changed"},
    ),
    (
        "somebody changes it after it was signed",
        run_of(
            DONE,
            sign(DONE),
            routing(5, "OnCategorizedMessage,B", sign(DONE).replace(b"Dear Alan,\r\n", b"Dear Al,\r\n"), at=5),
        ),
        {"others/nothing else", "final/finding:SD201"},
    ),
]


@pytest.mark.parametrize(("name", "trace", "failed"), RUNS, ids=[name for name, *_ in RUNS])
def test_the_example(shared: Path, tmp_path: Path, name: str, trace: list[File], failed: set[str]) -> None:
    report = _checked(shared, tmp_path, trace)
    assert {x.expectation for x in report.messages[0].verdicts if x.outcome == "failed"} >= failed, (name, report)
    assert report.exit_code == bool(failed), (name, report)


def test_the_signer_may_come_next_week(shared: Path, tmp_path: Path) -> None:
    report = _checked(shared, tmp_path, run_of(DONE, DONE)[:3])
    assert report.exit_code == 0, report
    assert [one.state for one in report.waivers] == ["used"]


def test_a_plain_message_does_not_exercise_html(shared: Path, tmp_path: Path) -> None:
    plain = HEADERS + b"X-Disclaimer-Applied: v3\r\n" + PLAIN + b"\r\n" + f"{TEXT}{NOTE}\r\n".encode()
    assert BOTH not in plain
    trace = [routing(1, "OnRoutedMessage", mail()), routing(2, DISCLAIMER, plain, at=2)]
    report = _checked(
        shared,
        tmp_path,
        [*trace, routing(3, "OnCategorizedMessage", plain, at=3), routing(4, SIGNER, sign(plain), at=4)],
    )
    assert report.exit_code == 2
    assert "no message had a text/html body part" in report.cannot_tell[0].sentence


def _checked(shared: Path, folder: Path, trace: list[File]) -> CheckReport:
    policy = load(shared / "design" / "policy-example.yaml")
    return checked([write(folder, trace)], policy, TODAY, 1)
