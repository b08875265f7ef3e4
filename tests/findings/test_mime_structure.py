"""Alternatives made anew or dropped, parts put elsewhere, bodies that are attachments, TNEF."""

from pathlib import Path

import pytest
from bodies import NOTICE, both, codes, entity, html, judged, mail, multipart, plain
from judging import findings
from stepmaker import receive

from snapdiff.model import Finding

LETTER = """Dear Ms Müller,

thank you for the letter of Monday – the offer is valid till May, at 20 €
for a pound of tea. See http://contoso.test/tea for more, or call.

* Darjeeling
* Assam
"""
LETTER_HTML = (
    "<html><body><p>Dear Ms Müller,</p><p>thank you for the letter of Monday – the offer is valid till May, "
    "at 20 € for a pound of tea. See <a href='http://contoso.test/tea'>here</a> for more, or call.</p>{}</body>"
    "</html>\n"
)
LIST = "<ul><li>Darjeeling</li><li>Assam</li></ul>"
FROM_HTML = (
    "Dear Ms Müller,\nthank you for the letter of Monday – the offer is valid till May, at 20 € for a pound of tea. "
    "See here for more, or call.\nDarjeeling\nAssam\n"
)
SAME_WORDS = LETTER.replace("http://contoso.test/tea", "here")
PDF = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjc=\r\n"
TNEF = b"Content-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\neJ8+Ig==\r\n"
MARKED = "Content-Disposition: attachment"
STRUCTURE = {"SD409", "SD410", "SD417", "SD418"}


def letter(text: str = LETTER, footer: str = LIST, charset: str = "utf-8") -> bytes:
    return mail(multipart("alternative", entity(text, "plain", charset), entity(LETTER_HTML.format(footer), "html")))


def ascii_of(text: str) -> str:
    return text.encode("ascii", "replace").decode()


RAISES = {
    "made from the HTML": ([letter(), letter(FROM_HTML)], "SD409", {"part": "1", "characters": "none"}),
    "made from it, characters lost": (
        [letter(), letter(ascii_of(FROM_HTML))],
        "SD409",
        {"characters": "ü – €"},
    ),
    "the same words, laid out anew, characters lost": (
        [letter(SAME_WORDS), letter(ascii_of(FROM_HTML))],
        "SD409",
        {"characters": "ü – €"},
    ),
    "made from the HTML with an added text": (
        [letter(), letter(f"{FROM_HTML}\n{NOTICE}\n", LIST + f"<p>{NOTICE}</p>")],
        "SD409",
        {},
    ),
    "plain text dropped": ([both(), mail(entity(html(), "html"))], "SD417", {"gone": "plain text", "kept": "HTML"}),
    "plain text dropped out of the multipart": (
        [both(), mail(multipart("alternative", entity(html(), "html")))],
        "SD417",
        {"gone": "plain text"},
    ),
    "HTML dropped": ([both(), mail(entity(plain()))], "SD417", {"gone": "HTML", "kept": "plain text"}),
    "put into a multipart/mixed": (
        [both(), mail(multipart("mixed", both().partition(b"MIME-Version: 1.0\r\n")[2], PDF))],
        "SD410",
        {
            "before": "multipart/alternative (text/plain, text/html)",
            "after": "multipart/mixed (multipart/alternative (text/plain, text/html), application/pdf)",
        },
    ),
    "a single part put into one": (
        [mail(entity(plain())), mail(multipart("mixed", entity(plain()), entity(NOTICE)))],
        "SD410",
        {"before": "text/plain", "after": "multipart/mixed (text/plain, text/plain)"},
    ),
    "a signature with a logo": (
        [
            mail(entity(plain())),
            mail(
                multipart(
                    "related",
                    multipart("alternative", entity(plain(NOTICE)), entity(html(NOTICE), "html")),
                    b"Content-Type: image/png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n\r\nx\r\n",
                )
            ),
        ],
        "SD410",
        {
            "before": "text/plain",
            "after": "multipart/related (multipart/alternative (text/plain, text/html), image/png)",
        },
    ),
    "the multipart's type": (
        [both(), both().replace(b"multipart/alternative", b"multipart/mixed")],
        "SD410",
        {"after": "multipart/mixed (text/plain, text/html)"},
    ),
    "body marked as an attachment": (
        [mail(entity(plain())), mail(entity(plain(), "plain", "utf-8", "quoted-printable", MARKED))],
        "SD418",
        {"part": "1"},
    ),
    "a file put before the body": (
        [mail(multipart("mixed", entity(plain()))), mail(multipart("mixed", PDF, entity(plain())))],
        "SD418",
        {"part": "2"},
    ),
}
NEAR_MISSES = {
    "a text added to both": [letter(), letter(f"{LETTER}\n{NOTICE}\n", LIST + f"<p>{NOTICE}</p>")],
    "a text added to one": [letter(), letter(f"{LETTER}\n{NOTICE}\n")],
    "one word changed in both": [
        letter(SAME_WORDS),
        mail(
            multipart(
                "alternative",
                entity(SAME_WORDS.replace("Monday", "Tuesday")),
                entity(LETTER_HTML.format(LIST).replace("Monday", "Tuesday"), "html"),
            )
        ),
    ],
    "wrapped otherwise": [letter(SAME_WORDS), letter(FROM_HTML)],
    "characters lost in place": [letter(SAME_WORDS), letter(ascii_of(SAME_WORDS))],
    "written anew in base64": [letter(), letter().replace(b"quoted-printable", b"quoted-Printable")],
    "a file added": [mail(multipart("mixed", entity(plain()))), mail(multipart("mixed", entity(plain()), PDF))],
    "a file removed": [mail(multipart("mixed", entity(plain()), PDF)), mail(multipart("mixed", entity(plain())))],
    "another boundary": [both(), both().replace(b"=_alternative_0", b"=_other_0")],
    "one form alone": [mail(entity(html(), "html")), mail(entity(plain()))],
    "the body's words in an attachment too": [
        mail(multipart("mixed", entity(text), entity(plain(), "plain", "utf-8", "base64", MARKED)))
        for text in (plain(), plain(NOTICE))
    ],
    "a marked body as it came": [
        mail(entity(text, "plain", "utf-8", "quoted-printable", MARKED)) for text in (plain(), plain(NOTICE))
    ],
}


def structure(found: list[Finding]) -> list[Finding]:
    return [one for one in found if one.code in STRUCTURE]


@pytest.mark.parametrize("case", RAISES)
def test_another_structure_is_found(tmp_path: Path, case: str) -> None:
    messages, code, evidence = RAISES[case]
    (found,) = [one for one in structure(judged(tmp_path, messages)) if one.code == code]
    assert found.agent == "Agent A"
    assert found.flags
    assert {name: found.evidence[name] for name in evidence} == evidence


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_what_is_the_same_structure(tmp_path: Path, case: str) -> None:
    assert structure(judged(tmp_path, NEAR_MISSES[case])) == []


@pytest.mark.parametrize(
    ("came", "code", "evidence"),
    [
        (mail(multipart("mixed", entity(plain()), TNEF)), "SD415", {"file": "winmail.dat", "part": "2"}),
        (mail(TNEF), "SD415", {"part": "1"}),
        (
            mail(entity(plain(), "plain", "utf-8", "base64", MARKED)),
            "SD416",
            {"part": "1", "why": "it is marked Content-Disposition: attachment"},
        ),
        (mail(multipart("mixed", entity(plain(), "plain", "utf-8", "base64", MARKED), PDF)), "SD416", {"part": "1"}),
        (mail(multipart("mixed", PDF, entity(plain()))), "SD416", {"part": "2", "why": "it follows an attachment"}),
    ],
)
def test_how_it_came_is_nobodys_doing(tmp_path: Path, came: bytes, code: str, evidence: dict[str, str]) -> None:
    (found,) = judged(tmp_path, [came, came])
    assert (found.code, found.severity, found.agent, found.step) == (code, "note", None, None)
    assert {name: found.evidence[name] for name in evidence} == evidence


@pytest.mark.parametrize(
    "came",
    [
        both(),
        mail(multipart("mixed", entity(plain()), PDF)),
        mail(entity(plain(), "plain", "utf-8", "base64", f"{MARKED}; filename=report.txt")),
        mail(PDF),
        mail(multipart("mixed", PDF.replace(b"\r\n\r\n", b"\r\nContent-Disposition: inline\r\n\r\n"), entity(plain()))),
        mail(multipart("mixed", entity(plain()), b"Content-Type: message/rfc822\r\n\r\n" + mail(TNEF))),
        mail(multipart("mixed", entity(plain(), "plain", "utf-8", "base64", MARKED), entity(html(), "html"))),
    ],
)
def test_what_came_as_it_should(tmp_path: Path, came: bytes) -> None:
    assert judged(tmp_path, [came, came]) == []


def test_the_first_whole_message_counts(tmp_path: Path) -> None:
    came = mail(TNEF)
    head = came.partition(b"\r\n\r\n")[0] + b"\r\n"
    files = [
        receive(1, "OnEndOfHeaders", head),
        receive(2, "OnEndOfData", head + b"\r\n" + came.partition(b"\r\n\r\n")[2]),
    ]
    files.append(receive(3, "OnEndOfData,Agent A", came.replace(b"Offer", b"Other")))
    assert codes(findings(tmp_path, *files), "SD415") == ["SD415"]
