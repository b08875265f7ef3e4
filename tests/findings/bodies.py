"""Mails with bodies as mail programs write them, and what agents made of them, for the tests of findings on texts."""

import quopri
from base64 import encodebytes
from collections.abc import Sequence
from pathlib import Path

from judging import findings
from stepmaker import File, receive

from snapdiff.model import Finding

NOTICE = (
    "This e-mail and any files transmitted with it are confidential and intended solely for the use of the addressee."
)
HTML = """<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>x</title></head>
<body lang="EN-GB"><div><p>Dear Ms Müller,</p><p>the offer is attached.</p></div>{footer}</body></html>{behind}
"""
PLAIN = "Dear Ms Müller,\n\nthe offer is attached.\n{footer}"


def entity(
    text: str, kind: str = "plain", charset: str = "utf-8", encoding: str = "quoted-printable", *more: str
) -> bytes:
    """A text part: its header and its body in a transfer encoding, with CRLF; `more` are further fields."""
    raw = text.replace("\n", "\r\n").encode(charset)
    if encoding == "quoted-printable":
        raw = quopri.encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
    elif encoding == "base64":
        raw = encodebytes(raw).replace(b"\n", b"\r\n")
    fields = [f"Content-Type: text/{kind}; charset={charset}", f"Content-Transfer-Encoding: {encoding}", *more]
    return "".join(f"{field}\r\n" for field in fields).encode() + b"\r\n" + raw


def multipart(kind: str, *parts: bytes, boundary: str = "") -> bytes:
    """A multipart of these entities, as an entity."""
    mark = f"--{boundary or f'=_{kind}_0'}"
    body = b"".join(f"{mark}\r\n".encode() + part.removesuffix(b"\r\n") + b"\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{mark[2:]}"\r\n\r\n'.encode() + body + f"{mark}--\r\n".encode()


def mail(content: bytes, *more: str) -> bytes:
    """A message with that entity as its body; `more` are further fields."""
    fields = ("Received: from mail.contoso.test by mx.fabrikam.test", "From: Alan <alan@contoso.test>", *more)
    lines = (*fields, "Message-Id: <1@contoso.test>", "Subject: Offer", "MIME-Version: 1.0")
    return "".join(f"{line}\r\n" for line in lines).encode() + content


def plain(footer: str = "") -> str:
    """The plain text of the mail, and what stands below it."""
    return PLAIN.format(footer=footer)


def html(footer: str = "", behind: str = "") -> str:
    """The same as HTML; `behind` stands behind its end."""
    return HTML.format(footer=footer, behind=behind)


def both(plain_footer: str = "", html_footer: str = "") -> bytes:
    """The mail as plain text and HTML."""
    return mail(multipart("alternative", entity(plain(plain_footer)), entity(html(html_footer), "html")))


def judged(folder: Path, messages: Sequence[bytes], agents: Sequence[str] = ("Agent A", "Agent B")) -> list[Finding]:
    """What is found where the first message came in, and each agent in turn made the next one of it."""
    first = messages[0]
    files = [File("Original.eml", mail=first), receive(1, "OnEndOfData", first)]
    for number, (agent, message) in enumerate(zip(agents, messages[1:], strict=False), 2):
        files.append(receive(number, f"OnEndOfData,{agent}", message))
    return findings(folder, *files)


def codes(found: Sequence[Finding], group: str) -> list[str]:
    """The codes of that group among the findings."""
    return [one.code for one in found if one.code.startswith(group)]
