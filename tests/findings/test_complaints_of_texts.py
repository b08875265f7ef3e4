"""What administrators complain of in public about texts, each as a trace, and the finding that answers it."""

from pathlib import Path

import pytest
from bodies import NOTICE, entity, html, judged, mail, multipart, plain

RULES, PRODUCT = "Transport Rule Agent", "CodeTwo Exchange Rules Transport Agent"
RULE, HTML_RULE = f"\n{NOTICE}\n", f"<p>{NOTICE}</p>"
TWO_CHARSETS = (
    '<html><head><meta http-equiv="Content-Type" content="text/html; charset={}"></head>'
    "<body><p>Schöne Grüße aus Köln</p>{}</body></html>\n"
)
SIGNATURE = b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nMIIB\r\n"
SIGNED = mail(multipart("signed", entity(plain()), SIGNATURE))
PDF = b"Content-Type: application/pdf; name=offer.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjc=\r\n"
TNEF = b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+Ig==\r\n"
REPLY = "Thank you.\n\n-----Original Message-----\nFrom: Alan\nSent: Monday\nTo: Bea\n\nThe offer is attached.\n{}\n"
LETTER = "Dear Ms Müller,\n\nthe offer – see http://contoso.test/offer – is valid until May, at 20 € a pound of tea.\n"
LETTER_HTML = (
    "<html><body><p>Dear Ms Müller,</p><p>the offer – see <a href='http://contoso.test/offer'>our page</a> – is valid "
    "until May, at 20 € a pound of tea.</p>{}</body></html>\n"
)
ANEW = f"Dear Ms Muller,\nthe offer - see our page - is valid until May, at 20 ? a pound of tea.\n{NOTICE}\n"


def text(body: str, kind: str = "plain") -> bytes:
    return mail(entity(body, kind))


def page(footer: str, read_as: str = "utf-8") -> bytes:
    return text(
        (TWO_CHARSETS.format("iso-8859-1", "").encode().decode(read_as)).replace("</body>", f"{footer}</body>"), "html"
    )


COMPLAINTS = {
    "3: an 8-bit body is encoded for 7 bits after it was signed": (
        [mail(entity(plain(), "plain", "utf-8", way)) for way in ("8bit", "quoted-printable")],
        ("SD405", RULES),
        "encoded what came in 8 bits for 7",
    ),
    "8: garbled after a disclaimer, META differs from MIME": (
        [page(""), page(HTML_RULE, "iso-8859-1")],
        ("SD404", RULES),
        "its META tag says iso-8859-1, the MIME header utf-8",
    ),
    "9: the disclaimer is there twice, by two agents of one run": (
        [text(plain()), text(plain(RULE)), text(plain(RULE + RULE))],
        ("SD301", PRODUCT),
        f"added by {RULES}",
    ),
    "9: the disclaimer is there twice, the first came with the message": (
        [text(html(HTML_RULE), "html"), text(html(HTML_RULE * 2), "html")],
        ("SD309", RULES),
        "that the message had when it came in",
    ),
    "9: the disclaimer is there twice, the first in the quoted thread": (
        [text(REPLY.format(NOTICE)), text(REPLY.format(NOTICE) + RULE)],
        ("SD303", RULES),
        "that stands in the quoted part of the message already",
    ),
    "10: a signed message is wrapped by a disclaimer": (
        [SIGNED, mail(multipart("mixed", entity(NOTICE), b"Content-Type: message/rfc822\r\n\r\n" + SIGNED))],
        ("SD307", RULES),
        "put the whole message, which was signed, into a new one",
    ),
    "12: the plain part is made anew from the HTML, characters lost": (
        [
            mail(multipart("alternative", entity(LETTER), entity(LETTER_HTML.format(""), "html"))),
            mail(
                multipart(
                    "alternative", entity(ANEW, "plain", "us-ascii"), entity(LETTER_HTML.format(HTML_RULE), "html")
                )
            ),
        ],
        ("SD409", RULES),
        "characters lost: ü – €",
    ),
    "13: the body shows as an attachment": (
        [mail(multipart("mixed", PDF, entity(plain())))] * 2,
        ("SD416", None),
        "came with its text as an attachment",
    ),
    "17: no disclaimer on TNEF": (
        [mail(multipart("mixed", entity(""), TNEF))] * 2,
        ("SD415", None),
        "what agents do inside can't be seen here",
    ),
}


@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_a_complaint_is_answered(tmp_path: Path, complaint: str) -> None:
    messages, blamed, said = COMPLAINTS[complaint]
    found = judged(tmp_path, messages, (RULES, PRODUCT))
    answers = [one for one in found if (one.code, one.agent) == blamed]
    assert len(answers) == 1
    assert said in answers[0].message


def test_three_causes_have_three_answers(tmp_path: Path) -> None:
    asked = [complaint for complaint in COMPLAINTS if complaint.startswith("9:")]
    fixes: dict[str, str] = {}
    for number, complaint in enumerate(asked):
        (tmp_path / str(number)).mkdir()
        found = judged(tmp_path / str(number), COMPLAINTS[complaint][0], (RULES, PRODUCT))
        fixes |= {one.code: one.fix for one in found if one.code.startswith("SD3")}
    assert list(fixes) == ["SD301", "SD309", "SD303"]
    assert len(set(fixes.values())) == 3


def test_the_setting_that_avoids_garbling_is_named(tmp_path: Path) -> None:
    (found,) = [
        one for one in judged(tmp_path, [page(""), page(HTML_RULE, "iso-8859-1")], [RULES]) if one.code == "SD404"
    ]
    assert '<add key="DisableDetectEncodingFromMetaTag" value="true" />' in found.fix
