"""ARC: the newest signature, and the chain of sets."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from judging import findings
from stepmaker import File, receive

from snapdiff.mail.arc import arc_sets, is_whole
from snapdiff.mail.message import Message

REST = b"From: anna@contoso.test\r\nSubject: Offer\r\n\r\nHello\r\n"
EVENT, AGENT = "OnEndOfData", "OnEndOfData,Footer Agent"


def arc_set(number: int, body: bytes = b"Hello\r\n") -> bytes:
    """The three fields of one instance; the hash of the body is true, the signatures are made up."""
    digest = b64encode(sha256(body).digest())
    return (
        b"ARC-Seal: i=%d; a=rsa-sha256; cv=none; d=list.test; s=arc;\r\n b=c2Vh%d\r\n"
        b"ARC-Message-Signature: i=%d; a=rsa-sha256; c=relaxed/relaxed; d=list.test; s=arc;\r\n"
        b" h=from:subject; bh=%s; b=c2ln%d\r\n"
        b"ARC-Authentication-Results: i=%d; mx.list.test; dkim=pass\r\n"
    ) % (number, number, number, digest, number, number)


TWO = arc_set(2) + arc_set(1)


def found_in(folder: Path, came: bytes, changed: bytes) -> list[tuple[str, str | None]]:
    files = [File("Original.eml", mail=came), receive(1, EVENT, came), receive(2, AGENT, changed)]
    return [(one.code, one.agent) for one in findings(folder, *files) if one.code.startswith("SD2")]


def without(header: bytes, name: bytes) -> bytes:
    """The header without the first field of that name, folds and all."""
    fields = Message(header + b"\r\n").tree.root.header.fields
    fields.remove(next(field for field in fields if field.startswith(name)))
    return b"".join(fields)


BROKEN = [
    (TWO, TWO + REST + b"Footer\r\n", ["SD211"]),
    (TWO, TWO + REST.replace(b"Offer", b"[EXT] Offer"), ["SD211"]),
    (TWO, REST, ["SD212"]),
    (TWO, without(TWO, b"ARC-Seal") + REST, ["SD212"]),
    (TWO, arc_set(2) + REST, ["SD212"]),
    (TWO, arc_set(1) + TWO + REST, ["SD212"]),
    (TWO, arc_set(4) + TWO + REST, ["SD212"]),
    (TWO, TWO.replace(b"dkim=pass", b"dkim=fail") + REST, ["SD212"]),
]
FINE = [
    (TWO, arc_set(3, b"Hello\r\nFooter\r\n") + TWO + REST + b"Footer\r\n"),
    (TWO, TWO.replace(b";\r\n b=", b"; b=") + REST),
    (TWO, b"X-A: b\r\n" + TWO + REST + b"\r\n"),
    (b"", arc_set(1) + REST),
    (b"", arc_set(3) + REST),
    (arc_set(2), REST),
]


@pytest.mark.parametrize(("came", "changed", "codes"), BROKEN)
def test_what_breaks_a_chain(tmp_path: Path, came: bytes, changed: bytes, codes: list[str]) -> None:
    assert found_in(tmp_path, came + REST, changed) == [(code, "Footer Agent") for code in codes]


@pytest.mark.parametrize(("came", "changed"), FINE)
def test_what_leaves_a_chain_whole(tmp_path: Path, came: bytes, changed: bytes) -> None:
    assert [code for code, _ in found_in(tmp_path, came + REST, changed) if code.startswith("SD21")] == []


def test_it_says_what_is_missing(tmp_path: Path) -> None:
    files = [File("Original.eml", mail=TWO + REST), receive(1, EVENT, TWO + REST)]
    found = findings(tmp_path, *files, receive(2, AGENT, without(TWO, b"ARC-Seal") + REST))
    assert {one.code: one.evidence.get("broken") for one in found}["SD212"] == "ARC-Seal of i=2 missing"
    found = findings(tmp_path, *files, receive(2, AGENT, arc_set(4) + TWO + REST))
    assert {one.code: one.evidence.get("broken") for one in found}["SD212"] == "the instances are 1, 2, 4"


@pytest.mark.parametrize(
    ("value", "instances"),
    [(b"i=1; a", [1]), (b"a=b; \r\n i = 12 ;", [12]), (b"i=0;", []), (b"i=51;", []), (b"i=1x", []), (b"mi=1;", [])],
)
def test_which_set_a_field_is_of(value: bytes, instances: list[int]) -> None:
    assert list(arc_sets(Message(b"Arc-Seal: " + value + b"\r\n\r\n"))) == instances


def test_no_sets_are_no_chain() -> None:
    assert not is_whole({})
