"""Attachments removed, replaced, renamed, retyped."""

from base64 import encodebytes
from pathlib import Path

import pytest
from bodies import NOTICE, codes, entity, judged, mail, multipart, plain

PDF, ZIP = b"%PDF-1.7 offer " * 20, b"PK\x03\x04 files " * 20


def file(
    name: str | None,
    content: bytes = PDF,
    kind: str = "application/pdf",
    way: str = "base64",
    disposition: str = "attachment",
) -> bytes:
    body = encodebytes(content).replace(b"\n", b"\r\n") if way == "base64" else content + b"\r\n"
    named = f'; filename="{name}"' if name else ""
    head = (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {way}\r\nContent-Disposition: {disposition}{named}\r\n\r\n"
    )
    return head.encode() + body


def message(*files: bytes, body: str = "") -> bytes:
    return mail(multipart("mixed", entity(plain(body)), *files))


INNER = b"Content-Type: message/rfc822\r\n\r\n" + message(file("inner.pdf")).replace(b"=_mixed_0", b"=_inner_0")
TNEF = file("winmail.dat", b"\x78\x9f\x3e\x22 tnef", "application/ms-tnef")
SIGNATURE = file("smime.p7s", b"MIIB", "application/pkcs7-signature")
RAISES = {
    "removed": ([message(file("offer.pdf")), message()], "SD411", {"files": "offer.pdf", "instead": ""}),
    "removed with the multipart": (
        [message(file("offer.pdf")), mail(entity(plain()))],
        "SD411",
        {"files": "offer.pdf"},
    ),
    "one of two": (
        [message(file("offer.pdf"), file("b.zip", ZIP)), message(file("b.zip", ZIP))],
        "SD411",
        {"files": "offer.pdf"},
    ),
    "one of two equal ones": (
        [message(file("a.pdf"), file("a.pdf")), message(file("a.pdf"))],
        "SD411",
        {"files": "a.pdf"},
    ),
    "a notice in its place": (
        [message(file("offer.pdf")), message(file("Deleted.txt", b"It was deleted.", "text/plain"))],
        "SD411",
        {"files": "offer.pdf", "instead": "; there is Deleted.txt now"},
    ),
    "without a name": (
        [message(file(None)), message()],
        "SD411",
        {"files": "one without a name (application/pdf)"},
    ),
    "an attached message": (
        [message(INNER), message()],
        "SD411",
        {"files": "one without a name (message/rfc822)"},
    ),
    "a text": ([message(file("a.txt", b"Tea", "text/plain")), message()], "SD411", {"files": "a.txt"}),
    "replaced": (
        [message(file("offer.pdf")), message(file("offer.pdf", PDF + b"!"))],
        "SD412",
        {"file": "offer.pdf", "before": "300 bytes", "after": "301 bytes"},
    ),
    "replaced by another type": (
        [message(file("offer.pdf")), message(file("offer.pdf", b"It was deleted.", "text/plain"))],
        "SD412",
        {"file": "offer.pdf"},
    ),
    "emptied": ([message(file("offer.pdf")), message(file("offer.pdf", b""))], "SD412", {"after": "0 bytes"}),
    "renamed": (
        [message(file("offer.pdf")), message(file("offer.pdf.txt"))],
        "SD413",
        {"before": "offer.pdf", "after": "offer.pdf.txt"},
    ),
    "its name taken away": ([message(file("offer.pdf")), message(file(None))], "SD413", {"after": "no name"}),
    "renamed and at another place": (
        [message(file("offer.pdf"), file("b.zip", ZIP)), message(file("b.zip", ZIP), file("x.pdf"))],
        "SD413",
        {"before": "offer.pdf", "after": "x.pdf"},
    ),
    "retyped": (
        [message(file("offer.pdf")), message(file("offer.pdf", kind="application/octet-stream"))],
        "SD414",
        {"file": "offer.pdf", "before": "application/pdf", "after": "application/octet-stream"},
    ),
    "the only part": (
        [mail(file("a.pdf")), mail(file("b.pdf"))],
        "SD413",
        {"before": "a.pdf", "after": "b.pdf", "part": "1"},
    ),
}
NEAR_MISSES = {
    "the same": [message(file("offer.pdf")), message(file("offer.pdf"), body=NOTICE)],
    "encoded otherwise": [
        message(file("a.csv", b"a,b", "text/csv")),
        message(file("a.csv", b"a,b", "text/csv", "7bit")),
    ],
    "at another place": [message(file("a.pdf"), file("b.zip", ZIP)), message(file("b.zip", ZIP), file("a.pdf"))],
    "added": [message(), message(file("a.pdf"))],
    "another boundary": [message(file("a.pdf")), message(file("a.pdf")).replace(b"=_mixed_0", b"=_other_0")],
    "its name written otherwise": [
        message(file("offer.pdf")),
        message(file("=?utf-8?q?offer=2Epdf?=")),
    ],
    "shown in the body now": [
        message(file("a.png", kind="image/png")),
        message(file("a.png", kind="image/png", disposition="inline")),
    ],
    "the message wrapped": [
        message(file("a.pdf")),
        mail(
            multipart(
                "mixed", entity(NOTICE), b"Content-Type: message/rfc822\r\n\r\n" + message(file("a.pdf")), boundary="w"
            )
        ),
    ],
    "a signature taken off": [message(SIGNATURE), message()],
    "TNEF opened": [message(TNEF), message()],
    "text changed in some lines": [
        message(file("a.txt", b"Tea", "text/plain")),
        message(file("a.txt", b"Tea\r\nMilk", "text/plain")),
    ],
    "an attached message changed inside": [message(INNER), message(INNER.replace(b"Offer", b"Other"))],
    "inside an attached message": [message(INNER), message(INNER.replace(b"inner.pdf", b"other.pdf"))],
    "a part of the body": [message(file(None, kind="text/html", disposition="inline")), message()],
}


@pytest.mark.parametrize("case", RAISES)
def test_a_changed_attachment_is_found(tmp_path: Path, case: str) -> None:
    messages, code, evidence = RAISES[case]
    (found,) = [one for one in judged(tmp_path, messages) if one.code in {"SD411", "SD412", "SD413", "SD414"}]
    assert (found.code, found.agent) == (code, "Agent A")
    assert {name: found.evidence[name] for name in evidence} == evidence
    assert found.flags
    assert all("/changes/" in flag for flag in found.flags)


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_what_is_no_changed_attachment(tmp_path: Path, case: str) -> None:
    assert codes(judged(tmp_path, NEAR_MISSES[case]), "SD41")[:1] in ([], ["SD410"], ["SD415"])


def test_each_of_several_is_told(tmp_path: Path) -> None:
    before = message(file("a.pdf"), file("b.zip", ZIP), file("c.doc", b"Word"))
    after = message(file("x.pdf"), file("b.zip", ZIP + b"!"))
    found = [one for one in judged(tmp_path, [before, after]) if one.code < "SD5"]
    assert [one.code for one in found] == ["SD411", "SD412", "SD413"]


def test_those_removed_at_once_are_one_finding(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, [message(*(file(f"{n}.pdf", PDF + bytes([n])) for n in range(13))), message()])
    names = ", ".join(f"{n}.pdf" for n in range(10))
    assert found.message == f"Agent A removed attachments: {names} and 3 more."
    assert len(found.flags) == 13
