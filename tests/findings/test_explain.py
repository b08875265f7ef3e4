"""`snapdiff explain`."""

import pytest
from program import snapdiff

from snapdiff.findings.catalogue import catalogue


@pytest.mark.parametrize("asked", ["SD501", "sd501", "message-id-changed"])
def test_a_finding_is_explained_by_its_code_or_name(asked: str) -> None:
    ran = snapdiff("explain", asked)
    assert ran.code == 0
    text = ran.out.decode()
    assert text.startswith("SD501 message-id-changed (warning)\n")
    assert "What mends it: Replies and the tracking log" in text


def test_all_are_listed() -> None:
    assert [line.split()[0] for line in snapdiff("explain").out.decode().splitlines()] == list(catalogue())


def test_a_code_that_does_not_exist_names_the_nearest() -> None:
    ran = snapdiff("explain", "mesage-id-changd")
    assert ran.code == 2
    assert ran.errors == "snapdiff: mesage-id-changd is no finding; did you mean SD501 (message-id-changed)?\n"
