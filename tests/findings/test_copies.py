"""SD519: recipients that left the envelope, where the copy that was split off for them is given as well."""

import pytest
from journeying import findings_of, judged, traced
from stepmaker import MAIL, ORIGINAL, File, receive, routing

from snapdiff.model import Trace

EVENT, NEXT = "OnResolvedMessage", "OnCategorizedMessage"
A, B, C = "a@x.test", "b@y.test", "c@z.test"
ALL = (A, B, C)
COPY_RECORD = "21474836487"


def parent(by: str = f"{EVENT},Rules", left: tuple[str, ...] = (A,), number: int = 2) -> Trace:
    """A message for three recipients, of whom these are left behind an agent (or a bare event)."""
    files = (File("Original.eml", to=ALL), routing(1, EVENT, to=ALL, at=10), routing(number, by, to=left, at=20))
    return traced(*files)


def copy(*recipients: str, path: str = "x/copy", at: int = 25, first: File | None = None, **facts: str) -> Trace:
    """A trace that begins in the middle of the pipeline, for these recipients."""
    begins = first or routing(1, EVENT, to=recipients, at=at)
    return traced(begins, routing(2, f"{EVENT},Late", to=recipients, at=at + 5), path=path, record=COPY_RECORD, **facts)


SPLIT = [
    (parent(), [copy(B, C)], "Rules", "x/copy"),
    (parent(), [copy("B@Y.test", C)], "Rules", "x/copy"),
    (parent(), [copy(B, path="x/one"), copy(C, path="x/two")], "Rules", "x/one x/two"),
    (parent(NEXT), [copy(B, C)], None, "x/copy"),
]
NOT_SPLIT = [
    (parent(), []),
    (parent(), [copy(B)]),
    (parent(), [copy(A)]),
    (parent(), [copy(B, C, at=5)]),
    (parent(), [copy(B, C, server="MBX02")]),
    (parent(), [copy(B, C, service="mailbox-delivery")]),
    (parent(), [copy(B, C, first=File("Original.eml", to=(B, C), at=25))]),
    (parent(left=(A, "new@x.test")), [copy(B, C)]),
    (parent(left=ALL), [copy(B, C)]),
]


@pytest.mark.parametrize(("whole", "copies", "agent", "folders"), SPLIT)
def test_the_copy_is_named(whole: Trace, copies: list[Trace], agent: str | None, folders: str) -> None:
    (found,) = findings_of(judged([], whole, *copies))
    assert (found.code, found.severity, found.agent) == ("SD519", "note", agent)
    assert found.step == ("Routing0001.eml", "Routing0002.eml")
    assert found.flags == ["/steps/1/changes/0", "/steps/1/changes/1"]
    assert found.evidence["removed"] == f"{B}, {C}"
    assert found.evidence["folder"] == ", ".join(one.rpartition("/")[2] for one in folders.split())


@pytest.mark.parametrize(("whole", "copies"), NOT_SPLIT)
def test_without_its_copy_nothing_is_known(whole: Trace, copies: list[Trace]) -> None:
    assert findings_of(judged([], whole, *copies)) == []


def test_nobody_is_named_where_a_number_is_missing() -> None:
    (found,) = findings_of(judged([], parent(number=3), copy(B, C)))
    assert (found.code, found.agent) == ("SD519", None)


def test_what_the_session_or_the_resolver_does_is_no_copy() -> None:
    refused = traced(File("Original.eml", to=ALL), receive(1, "OnEndOfData", to=(A,), at=10))
    assert findings_of(judged([], refused, copy(B, C))) == []
    resolved = traced(ORIGINAL, routing(1, "OnSubmittedMessage", to=ALL), routing(2, EVENT, MAIL, to=(A,), at=10))
    assert findings_of(judged([], resolved, copy(B, C))) == []
