"""Complaints 8, 9, 12, 13 and 17, of disclaimers and of bodies: what came of the text, and who did it."""

import base64
import hashlib

from _complaint_servers import (
    EIGHT_BIT,
    HTML,
    PLAIN,
    QUOTED,
    RULES,
    Files,
    Written,
    entity,
    files_of,
    joined,
    lean,
    on_next,
    quoted,
    rule_stamp,
    through_hub,
    written_anew,
)
from _exchange import CRLF, base64_lines, crlf, pseudo_bytes, quoted_printable
from _servers import CODETWO, MBX01, MBX02, ROUTED

NOTICE = "Contoso Leuchten GmbH, Hamburg. This message is confidential and meant for its addressee alone."
_LETTER = "Dear Mr Gu,\n\nthe offer is valid until the end of May.\n\nJoni Sherman\n"
_MARK = "X-MS-Exchange-Organization-Disclaimer-Hash: " + base64.b64encode(
    hashlib.sha256(NOTICE.encode()).digest()
).decode("ascii")
_STAMPS = (_MARK, rule_stamp("rule: disclaimer"))
_META = (
    '<html><head><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"></head>\n'
    "<body><p>Schöne Grüße aus Köln, die Muster gehen am Donnerstag hinaus.</p>{}</body></html>\n"
)
_ALTERNATIVE = "=_alternative_70c2e9b1"
_ALTERNATIVE_KIND = f'Content-Type: multipart/alternative;{CRLF} boundary="{_ALTERNATIVE}"'
_OFFER = (
    "Sehr geehrter Herr Gu,\n\nunser Angebot – siehe http://www.contoso.com/angebot – gilt bis Ende Mai,\n"
    "das Stück zu 20 €.\n\nMit freundlichen Grüßen\nJoni Sherman\n"
)
_OFFER_HTML = (
    "<html><body><p>Sehr geehrter Herr Gu,</p>\n<p>unser Angebot – siehe <a href='http://www.contoso.com/angebot'>"
    "unsere Seite</a> – gilt bis Ende Mai, das Stück zu 20 €.</p>\n"
    "<p>Mit freundlichen Grüßen<br>Joni Sherman</p>{}</body></html>\n"
)
_OFFER_ANEW = (
    "Sehr geehrter Herr Gu,\nunser Angebot - siehe unsere Seite - gilt bis Ende Mai, das St?ck zu 20 ?.\n"
    f"Mit freundlichen Gr??en\nJoni Sherman\n{NOTICE}\n"
)
_MIXED = "=_mixed_2ab90c4f"
_MIXED_KIND = f'Content-Type: multipart/mixed;{CRLF} boundary="{_MIXED}"'


def garbled() -> Files:
    """8: HTML in UTF-8 whose META tag says ISO-8859-1, and a rule that goes by the META tag."""
    came = Written("Muster", (HTML, EIGHT_BIT), crlf(_META.format("")))
    left = crlf(_META.format(f"<p>{NOTICE}</p>").encode().decode("iso-8859-1"))
    return files_of(through_hub("08 meta", came, "10:20:14.330", {RULES: written_anew(left, *_STAMPS)}))


def several_times() -> Files:
    """9: the same text twice: by two agents of one run, by two servers, and because it stands in the quoted thread."""
    once, twice = (quoted_printable(_LETTER + f"\n{NOTICE}\n" * times) for times in (1, 2))
    both = lean(MBX01, {ROUTED: (CODETWO,)})
    letter = Written("Offer 1107", (PLAIN, QUOTED), quoted_printable(_LETTER))
    run = through_hub(
        "09 one run",
        letter,
        "10:41:02.110",
        {RULES: written_anew(once, *_STAMPS), (ROUTED, CODETWO): written_anew(twice)},
        both,
    )
    product = (ROUTED, CODETWO)
    first = through_hub("09 first server", letter, "10:44:18.730", {product: written_anew(once)}, both)
    there = lean(MBX02, {ROUTED: (CODETWO,)})
    second = on_next("09 second server", first, "MBX02/Hub/PipelineTracing", there, {product: written_anew(twice)})
    answer = (
        "Thank you, we take it.\n\nJoni\n\n-----Original Message-----\nFrom: Lee Gu\nSent: Tuesday, 14 May 2024 16:20\n"
        f"To: Joni Sherman\nSubject: Offer 1107\n\nIs this still valid?\n\n{NOTICE}\n"
    )
    thread = through_hub(
        "09 thread",
        Written("RE: Offer 1107", (PLAIN, QUOTED), quoted_printable(answer)),
        "10:52:40.600",
        {RULES: written_anew(quoted_printable(f"{answer}\n{NOTICE}\n"), rule_stamp("rule: disclaimer"))},
    )
    return files_of(run, first, second, thread)


def made_anew() -> Files:
    """12: an agent writes its text into the HTML, and makes the plain text anew from it, in US-ASCII."""

    def body(plain: bytes, charset: str, footer: str) -> bytes:
        head = (f"Content-Type: text/plain; charset={charset}", QUOTED)
        page = entity((HTML, QUOTED), quoted(_OFFER_HTML.format(footer)))
        return joined(_ALTERNATIVE, entity(head, plain), page)

    came = Written("Angebot 1107", (_ALTERNATIVE_KIND,), body(quoted(_OFFER), "utf-8", ""))
    left = body(quoted(_OFFER_ANEW), "us-ascii", f"<p>{NOTICE}</p>")
    server = lean(MBX01, {ROUTED: (CODETWO,)})
    return files_of(through_hub("12 anew", came, "12:02:33.270", {(ROUTED, CODETWO): written_anew(left)}, server))


def came_as_attachment() -> Files:
    """13: a program puts a file before its text, so that Outlook shows an empty mail with two attachments."""
    head = (
        'Content-Type: application/pdf; name="Bericht.pdf"',
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="Bericht.pdf"',
    )
    data = b"%PDF-1.4\n" + pseudo_bytes("report of the machine", 120) + b"\n%%EOF\n"
    pdf = entity(head, base64_lines(data).removesuffix(b"\r\n"))
    text = entity((PLAIN, QUOTED), quoted("The nightly report is attached.\n"))
    mail = Written(
        "Nightly report",
        (_MIXED_KIND,),
        joined(_MIXED, pdf, text),
        display="Reporting",
        sender="reports@contoso.com",
    )
    return files_of(through_hub("13 report", mail, "02:00:05.900", {}))


def without_disclaimer() -> Files:
    """17: Outlook's mail as TNEF: the rule ran, and its text can't be seen."""
    head = (
        'Content-Type: application/ms-tnef; name="winmail.dat"',
        "Content-Transfer-Encoding: base64",
        'Content-Disposition: attachment; filename="winmail.dat"',
    )
    data = bytes.fromhex("789f3e220100069008000400000000000100010001079006000800") + pseudo_bytes("tnef", 240)
    tnef = entity(head, base64_lines(data).removesuffix(b"\r\n"))
    body = joined(_MIXED, entity((PLAIN, "Content-Transfer-Encoding: 7bit"), crlf(_LETTER).removesuffix(b"\r\n")), tnef)
    mail = Written("Offer by Outlook", (_MIXED_KIND,), body)
    return files_of(through_hub("17 tnef", mail, "14:33:09.040", {}))
