"""Traces against policies: for each kind of entry the run that is fine, and those that are not."""

from pathlib import Path

import pytest
from checking import TEXT, check, mail, ran
from stepmaker import File

NOTE = "For the addressee only."
FINE = mail("X-Note: v3")
HTML = "<html><body><p>Dear Alan,</p></body></html>"
WITH_NOTE = mail(
    text=TEXT + f"-- \r\n{NOTE}\r\n", html=HTML.replace("</body>", "<hr><p>For the&nbsp;addressee\n only.</p></body>")
)


def A(*messages: bytes, first: bytes | None = None) -> list[File]:  # noqa: N802 - the agent's name
    return ran(*(("A", message) for message in messages), first=first)


MUSTS = [
    ("header.added: {name: X-Note}", A(FINE), 0),
    ("header.added: {name: x-n*}", A(FINE), 0),
    ("header.added: {name: X-Note, value: v3, times: 1}", A(FINE), 0),
    ("header.added: {name: X-Note, value: 'v*'}", A(FINE), 0),
    ("header.added: {name: X-Note, value: {regex: '^v[0-9]$'}}", A(FINE), 0),
    ("header.added: {name: X-Note, value: {exact: 'v*'}}", A(FINE), 1),
    ("header.added: {name: X-Note, value: v2}", A(FINE), 1),
    ("header.added: {name: X-Note}", A(mail()), 1),
    ("header.added: {name: X-Note, times: 1}", A(mail("X-Note: v3", "X-Note: v3")), 1),
    ("header.added: {name: X-Note, times: 2}", A(mail("X-Note: v3", "X-Note: v3")), 0),
    ("header.removed: {name: X-Note, value: v3}", A(mail(), first=FINE), 0),
    ("header.removed: {name: X-Note, value: v4}", A(mail(), first=FINE), 1),
    ("header.changed: {name: X-Note, before: v3, value: v4}", A(mail("X-Note: v4"), first=FINE), 0),
    ("header.changed: {name: X-Note, before: v2, value: v4}", A(mail("X-Note: v4"), first=FINE), 1),
    ("body.contains: {text: monday, part: text/plain}", A(mail(text=TEXT + "monday\r\n")), 0),
    ("body.contains: {text: Monday, part: text/plain}", A(mail()), 1),
    ("body.contains: {regex: 'Mon(day)?', part: text/plain}", A(mail(text=TEXT + "Mon\r\n")), 0),
    (f"body.ends_with: {{text: '{NOTE}', times: 1}}", A(WITH_NOTE, first=mail(html=HTML)), 0),
]


@pytest.mark.parametrize(("must", "trace", "code"), MUSTS, ids=[f"{at}-{must[0]}" for at, must in enumerate(MUSTS)])
def test_a_must(tmp_path: Path, must: str, trace: list[File], code: int) -> None:
    report = check(tmp_path, f"agents: {{A: {{must: [{{{must}}}], may: [header, part]}}}}", trace)
    assert report.exit_code == code, report
    if code:
        failed = [x for x in report.messages[0].verdicts if x.outcome == "failed"]
        assert len(failed) == 1
        assert failed[0].failures[0].sentence
