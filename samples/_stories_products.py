"""Stories 4 and 5, of third-party agents: a signature with a logo, and DKIM signing before a footer."""

import base64
import hashlib
import re
import struct
import zlib
from datetime import datetime

from _exchange import (
    CRLF,
    Mail,
    Transit,
    base64_lines,
    crlf,
    folded,
    pseudo_bytes,
    quoted_printable,
    ticks,
    utc,
    wrapped,
)
from _hub import NO_COST, SMTP, SUMMARY_CLEAN, acts_of, to_edge
from _letters import PLAIN_UTF8, Letter, log_submission, submit
from _logs import LogBook, Peer
from _pipeline import CATEGORIZER, Script, Trace
from _servers import CATEGORIZED, CODETWO, DKIM_SIGNER, FOOTER_AGENT, MBX01, MBX02, ROUTED

_QUESTION = "Hello,\n\ncan you confirm the 28th for order 20418? We have the ramp from 8 to 12.\n\nMegan\n"
_CARD = ("Megan Bowen", "Purchasing", "Contoso Leuchten GmbH, Musterkai 4, 20457 Hamburg", "T +49 40 66969 142")
_RELATED = "_004_C2ER5f1ac0de20418related_"
_ALTERNATIVE = "_003_C2ER5f1ac0de20418alternative_"
_QUOTED = "Content-Transfer-Encoding: quoted-printable"


def signature(book: LogBook) -> list[Trace]:
    """Story 4: CodeTwo turns a plain single-part mail into multipart/related with a logo."""
    letter = Letter(
        name="signature",
        server=MBX02,
        connected=utc("2024-05-14T07:45:20.114"),
        row=880,
        shadow_row=238,
        display="Megan Bowen",
        sender="megan.bowen@contoso.com",
        recipients=("orders@northwindtraders.com",),
        to="orders@northwindtraders.com",
        subject="Delivery date for order 20418",
        message_id="<a4c2b7e0-3f51-4f0b-9e36-7d0c58a1b2f4@contoso.com>",
        content=(PLAIN_UTF8, "Content-Transfer-Encoding: 7bit"),
        body=crlf(_QUESTION),
        client=Peer("[10.20.4.57]", "10.20.4.57", 61330),
    )
    sent = submit(letter)
    acts = acts_of(MBX02, {(ROUTED, CODETWO): lambda t: t.changed(_signed_by_codetwo)})
    script = Script(acts, sent.service, {(ROUTED, CODETWO): 163})
    leaving = sent.trace.run(sent.arriving, script, MBX02.agents, (*SMTP, *CATEGORIZER))
    log_submission(book, letter, sent)
    book.agents_told(sent.trace, sent.message, leaving, (SUMMARY_CLEAN, NO_COST))
    to_edge(book, sent.trace, sent.message, leaving, 5136)
    return [sent.trace]


def _signed_by_codetwo(mail: Mail) -> Mail:
    paragraphs = "".join(f"<p>{line}</p>\n" for line in _QUESTION.splitlines() if line)
    html = (
        f'<html><head><meta charset="utf-8"></head><body>\n{paragraphs}<table><tr><td><img src="cid:logo@codetwo"'
        f' width="24" height="8" alt="Contoso"></td>\n<td>{"<br>".join(_CARD)}</td></tr></table>\n</body></html>\n'
    )
    text = _QUESTION + "\n" + "".join(line + "\n" for line in _CARD)
    logo_head = (
        'Content-Type: image/png; name="logo.png"\nContent-Transfer-Encoding: base64\n'
        'Content-ID: <logo@codetwo>\nContent-Disposition: inline; filename="logo.png"\n\n'
    )
    body = (
        crlf(f'--{_RELATED}\nContent-Type: multipart/alternative;\n\tboundary="{_ALTERNATIVE}"\n\n')
        + crlf(f'--{_ALTERNATIVE}\nContent-Type: text/plain; charset="utf-8"\n{_QUOTED}\n\n')
        + quoted_printable(text)
        + crlf(f'\n--{_ALTERNATIVE}\nContent-Type: text/html; charset="utf-8"\n{_QUOTED}\n\n')
        + quoted_printable(html)
        + crlf(f"\n--{_ALTERNATIVE}--\n\n--{_RELATED}\n{logo_head}")
        + base64_lines(_logo())
        + crlf(f"\n--{_RELATED}--\n")
    )
    wrap = f'Content-Type: multipart/related; type="multipart/alternative";{CRLF}\tboundary="{_RELATED}"'
    return mail.without("Content-Transfer-Encoding").with_field(wrap).with_body(body).below("X-CodeTwoProcessed: true")


def _logo() -> bytes:
    """A 24 by 8 pixel PNG in two colours; its data is stored, not compressed: zlib's output differs by version."""
    rows = b"".join(b"\x00" + bytes((0x3C, 0x7E, 0x18 << (y % 3))) for y in range(8))
    stored = b"\x78\x01\x01" + struct.pack("<HH", len(rows), len(rows) ^ 0xFFFF) + rows
    stored += struct.pack(">I", zlib.adler32(rows))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 24, 8, 1, 3, 0, 0, 0)),
        (b"PLTE", bytes((255, 255, 255, 0, 90, 158))),
        (b"IDAT", stored),
        (b"IEND", b""),
    )
    out = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        out += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return out


_SAMPLES = (
    "Dear Mr Gu,\n\nthank you for your visit. The samples for the façade lighting leave Lübeck on\n"
    "Thursday; you will have them by Tuesday.\n\nBest regards\nJoni Sherman\n"
)
_FOOTER = "\n-- \nBesuchen Sie uns auf der Light + Building, Halle 3.1 – wir freuen uns auf Sie!\n"


def dkim(book: LogBook) -> list[Trace]:
    """Story 5: the service re-encodes the body, DkimSigner signs, and an agent behind it appends a footer."""
    letter = Letter(
        name="dkim",
        server=MBX01,
        connected=utc("2024-05-14T11:40:05.902"),
        row=263,
        shadow_row=907,
        display="Joni Sherman",
        sender="joni.sherman@contoso.com",
        recipients=("lee.gu@adatum.com",),
        to="Lee Gu <lee.gu@adatum.com>",
        subject="Samples for the façade",
        message_id="<3b9ad0f7-66e1-4c0d-8d92-0f4e2a7c5b18@contoso.com>",
        content=(PLAIN_UTF8, "Content-Transfer-Encoding: 8bit"),
        body=crlf(_SAMPLES),
        client=Peer("[10.20.4.44]", "10.20.4.44", 53018),
    )
    sent = submit(letter)
    trace = sent.trace

    def converted(transit: Transit) -> Transit:
        return transit.changed(lambda mail: mail.with_field(_QUOTED).with_body(quoted_printable(_SAMPLES)))

    def signed(transit: Transit) -> Transit:
        return transit.changed(lambda mail: _dkim_signed(mail, trace.clock))

    def with_footer(transit: Transit) -> Transit:
        return transit.changed(lambda mail: mail.with_body(quoted_printable(_SAMPLES + _FOOTER)))

    acts = acts_of(MBX01, {(CATEGORIZED, DKIM_SIGNER): signed, (CATEGORIZED, FOOTER_AGENT): with_footer})
    script = Script(acts, {**sent.service, CATEGORIZED: converted})
    leaving = trace.run(sent.arriving, script, MBX01.agents, (*SMTP, *CATEGORIZER))
    log_submission(book, letter, sent)
    book.agents_told(trace, sent.message, leaving, (SUMMARY_CLEAN, NO_COST))
    to_edge(book, trace, sent.message, leaving, 5160)
    return [trace]


def _dkim_signed(mail: Mail, moment: datetime) -> Mail:
    """A DKIM-Signature with the true body hash (relaxed); b= is made up, for there is no such key."""
    digest = base64.b64encode(hashlib.sha256(_relaxed(mail.body)).digest()).decode()
    seconds = (ticks(moment) - ticks(utc("1970-01-01T00:00:00"))) // 10_000_000
    made_up = base64.b64encode(pseudo_bytes("dkim signature of the sample", 256)).decode()
    field = folded(
        f"DKIM-Signature: v=1; a=rsa-sha256; d=contoso.com; s=ex2024; c=relaxed/relaxed; t={seconds};"
        f" h=from:subject:date:message-id:to:mime-version:content-type; bh={digest};"
    )
    return mail.on_top(field + CRLF + " " + wrapped(f"b={made_up}", 76))


def _relaxed(body: bytes) -> bytes:
    """RFC 6376, 3.4.4: runs of blanks to one, none at a line's end, no empty lines at the end."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
