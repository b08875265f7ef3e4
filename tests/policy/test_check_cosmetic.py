"""`cosmetic`: what is the same for a reader, unless it broke a signature."""

import base64
from pathlib import Path

import pytest
from checking import check, mail, outcomes, ran
from signed import sign


def reencoded(message: bytes) -> bytes:
    """The body as base64: other bytes, and the same text for a reader."""
    head, blank, body = message.partition(b"\r\n\r\n")
    encoded = base64.encodebytes(body).replace(b"\n", b"\r\n")
    return head + b"\r\nContent-Transfer-Encoding: base64" + blank + encoded


PLAIN, SIGNED = mail(), sign(mail())
FOLDED = PLAIN.replace(b"Subject: Rollout probe 1", b"Subject: Rollout\r\n probe 1")
CASES = [
    ("re-encoded", PLAIN, reencoded(PLAIN), "passed"),
    ("folded anew", PLAIN, FOLDED, "passed"),
    ("re-encoded after it was signed", SIGNED, reencoded(SIGNED), "failed"),
]


@pytest.mark.parametrize(("name", "before", "after", "outcome"), CASES, ids=[case[0] for case in CASES])
def test_cosmetic(tmp_path: Path, name: str, before: bytes, after: bytes, outcome: str) -> None:
    report = check(tmp_path, "others: {may: [cosmetic]}", ran(("A", after), first=before))
    assert outcomes(report) == {"others/nothing else": outcome}, (name, report)
