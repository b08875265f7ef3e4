"""SD601 to SD611: attachments, active content, links and results of authentication that a step brought."""

import base64
import hashlib
from pathlib import Path

import pytest
from judging import findings
from stepmaker import routing

from snapdiff.model import Finding

OWN, AGENT = "OnRoutedMessage", "OnRoutedMessage,Gateway"
PDF, PROGRAM = b"%PDF-1.7 x", b"MZ" + bytes(0x3A) + (0x40).to_bytes(4, "little") + b"PE\0\0" + bytes(20)


def mixed(*files: tuple[str, str, bytes], disposition: str = "attachment") -> bytes:
    parts = [b"--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"]
    for name, label, content in files:
        head = f'--b\r\nContent-Type: {label}\r\nContent-Disposition: {disposition}; filename="{name}"\r\n'
        parts.append(
            f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode() + base64.encodebytes(content) + b"\r\n"
        )
    return b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"".join(parts) + b"--b--\r\n"


def html(body: str) -> bytes:
    return f"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello</p>{body}\r\n".encode()


def after(tmp_path: Path, before: bytes, mail: bytes) -> list[Finding]:
    found = findings(tmp_path, routing(1, OWN, before), routing(2, AGENT, mail))
    return [one for one in found if one.code.startswith("SD6")]


GOOD = ("a.pdf", "application/pdf", PDF)
ATTACHMENTS = [
    (mixed(), mixed(GOOD), ["SD603"]),
    (mixed(GOOD), mixed(GOOD, ("b.pdf", "application/pdf", b"%PDF-1.4 y")), ["SD603"]),
    (mixed(GOOD), mixed(("a.pdf", "application/pdf", PROGRAM)), ["SD601", "SD602"]),
    (mixed(GOOD), mixed(("a.jpg", "application/pdf", PDF)), ["SD601"]),
    (mixed(GOOD), mixed(("a.pdf", "image/png", PDF)), ["SD601"]),
    (mixed(), mixed(("a.exe", "application/octet-stream", PROGRAM)), ["SD602", "SD603"]),
    (mixed(), mixed(("a.js", "application/octet-stream", b"run()")), ["SD602", "SD603"]),
    (mixed(("a.pdf", "application/pdf", PROGRAM)), mixed(("a.pdf", "application/pdf", PROGRAM), GOOD), []),
    (mixed(GOOD), mixed(("b.pdf", "application/pdf", PDF)), []),
    (mixed(GOOD), mixed(GOOD).replace(b"Hello", b"Bye"), []),
    (mixed(GOOD), mixed(GOOD).replace(b'boundary="b"', b'boundary="c"').replace(b"--b", b"--c"), []),
    (mixed(GOOD), mixed(), []),
]


@pytest.mark.parametrize(("before", "mail", "codes"), ATTACHMENTS)
def test_attachments(tmp_path: Path, before: bytes, mail: bytes, codes: list[str]) -> None:
    found = after(tmp_path, before, mail)
    assert [(one.code, one.agent) for one in found] == [(code, "Gateway") for code in codes]
    assert all(one.flags and one.flags[0].startswith("/steps/0/changes/") for one in found)


def test_an_attachment_is_told_with_its_hash(tmp_path: Path) -> None:
    wrong, runs = after(tmp_path, mixed(GOOD), mixed(("a.pdf", "application/pdf", PROGRAM)))
    assert wrong.evidence["sha256"] == hashlib.sha256(PROGRAM).hexdigest()
    assert wrong.message == (
        "Gateway left the attachment a.pdf as something it is not: by its bytes it is a Windows program, but its name "
        "ends in .pdf and its label is application/pdf."
    )
    assert runs.message == "Gateway brought a.pdf into the message: a Windows program."


def test_a_picture_shown_in_the_text_is_no_attachment(tmp_path: Path) -> None:
    picture = ("logo.png", "image/png", b"\x89PNG\r\n\x1a\n")
    assert after(tmp_path, mixed(), mixed(picture, disposition="inline")) == []


OLD, OTHER = "https://shop.test/offer?id=1", "https://evil.test/x"
SAFE = "https://safe.test/?url=https%3A%2F%2Fshop.test%2Foffer%3Fid%3D1&d=x"
PROOF = "https://urldefense.test/v2/url?u=https-3A__shop.test_offer-3Fid-3D1&d=x"
BODIES = [
    ("", "<script>x()</script>", ["SD604"]),
    ("<script>x()</script>", "<script>y()</script>", []),
    ("", "<form action=x onsubmit=y>", ["SD604"]),
    ("<form>", "", []),
    (f"<a href='{OLD}'>x</a>", f"<a href='{SAFE}'>x</a>", ["SD605"]),
    (f"<a href='{OLD}'>x</a>", f"<a href='{PROOF}'>x</a>", ["SD605"]),
    (f"<a href='{SAFE}'>x</a>", f"<a href='{OLD}'>x</a>", ["SD605"]),
    (f"<a href='{OLD}'>x</a>", f"<a href='{OTHER}'>x</a>", ["SD606"]),
    (f"<a href='{OLD}'>x</a>", f"<a href='{OLD}&utm=mail'>x</a>", ["SD605"]),
    (f"<a href='{OLD}'>x</a>", f"<a href='{OLD}/'>x</a>", []),
    (f"<a href='{OLD}'>x</a>", f"<a href='{OLD.replace('?', '%3F')}'>x</a>", []),
    (f"<a href='{OLD}'>x</a>", "<a href='https://SHOP.test/offer%3Fid=1'>x</a>", []),
    (f"<a href='{OLD}'>x</a>", f"<a href='{OLD}'>x</a><a href='{OTHER}'>footer</a>", []),
    (f"<a href='{OLD}'>x</a>", "", []),
    (f"<a href='{OLD}'>x</a><a href='{OTHER}'>y</a>", f"<a href='{OTHER}'>x</a><a href='{OLD}'>y</a>", []),
    ("<a href='http://[x'>x</a>", "<a href='http://[y'>x</a>", ["SD606"]),
]


@pytest.mark.parametrize(("before", "body", "codes"), BODIES)
def test_html(tmp_path: Path, before: str, body: str, codes: list[str]) -> None:
    found = after(tmp_path, html(before), html(body))
    assert [(one.code, one.agent) for one in found] == [(code, "Gateway") for code in codes]


def test_links_are_told_with_their_hosts(tmp_path: Path) -> None:
    (found,) = after(tmp_path, html(f"<a href='{OLD}'>x</a>"), html(f"<a href='{SAFE}'>x</a>"))
    assert found.message == (
        "Gateway rewrote a link to shop.test: now to safe.test, with the old address inside or taken out."
    )
    assert (found.evidence["before"], found.evidence["after"]) == (OLD, SAFE)


def test_links_in_plain_text(tmp_path: Path) -> None:
    plain = f"Subject: x\r\n\r\nSee {OLD} now\r\n".encode()
    assert [one.code for one in after(tmp_path, plain, plain.replace(OLD.encode(), SAFE.encode()))] == ["SD605"]


MAIL = b"Authentication-Results: mx.a.test; spf=pass smtp.mailfrom=x@shop.test\r\nSubject: x\r\n\r\nBody\r\n"
FAILED = b"Authentication-Results: mx.b.test; spf=fail smtp.mailfrom=y@shop.test\r\n"
PASSED = b"Authentication-Results: mx.b.test; spf=pass smtp.mailfrom=shop.test; dkim=fail header.d=shop.test\r\n"
OTHERS = b"Authentication-Results: mx.b.test; spf=fail smtp.mailfrom=list.test; dkim=pass header.d=shop.test\r\n"
SEAL = b"ARC-Seal: i=1; a=rsa-sha256; d=contoso.test; s=s; cv=none; b=AAAA\r\n"
FIELDS = [
    (MAIL, FAILED + MAIL, ["SD608", "SD609"]),
    (MAIL, PASSED + MAIL, ["SD608"]),
    (MAIL, OTHERS + MAIL, ["SD608"]),
    (FAILED + MAIL, FAILED + MAIL + b"More\r\n", []),
    (FAILED + MAIL, MAIL, ["SD607"]),
    (MAIL, MAIL.replace(b"spf=pass", b"spf=none"), ["SD610"]),
    (MAIL, MAIL.replace(b"; spf", b";\r\n spf"), []),
    (MAIL, SEAL + MAIL, ["SD611"]),
    (MAIL, b"ARC-Seal: nothing\r\n" + MAIL, []),
    (SEAL + MAIL, SEAL + MAIL + b"More\r\n", []),
]


@pytest.mark.parametrize(("before", "mail", "codes"), FIELDS)
def test_results_of_authentication(tmp_path: Path, before: bytes, mail: bytes, codes: list[str]) -> None:
    found = after(tmp_path, before, mail)
    assert [(one.code, one.agent) for one in found] == [(code, "Gateway") for code in codes]


def test_a_contradiction_names_the_check(tmp_path: Path) -> None:
    _, found = after(tmp_path, MAIL, FAILED + MAIL)
    assert found.message == (
        "Gateway wrote Authentication-Results that contradict others in the message (spf of shop.test: pass and fail)."
    )


def test_nobody_is_named_where_a_file_is_missing(tmp_path: Path) -> None:
    found = findings(tmp_path, routing(1, OWN, mixed()), routing(3, AGENT, mixed(GOOD)))
    assert [(one.code, one.agent) for one in found if one.code.startswith("SD6")] == [("SD603", None)]
