"""Texts added twice, or where they don't belong."""

from pathlib import Path

import pytest
from bodies import NOTICE, both, codes, entity, html, judged, mail, multipart, plain
from judging import findings
from stepmaker import File, receive

RULE = f"\n____\n{NOTICE}\n"
WRAPPED = f"\n--\n{NOTICE.replace('and intended', chr(10) + 'and intended')}\n"
HTML_RULE = f"<hr><p style='color:gray'>{NOTICE}</p>"
HTML_OTHER_WAY = f"<table><tr><td>{NOTICE.upper().replace(' ', '&nbsp;', 3).replace('-', '&#45;')}</td></tr></table>"
OTHER = "Contoso Ltd is registered in England, number 0123456, and sells tea in leaves and in bags.\n"
QUOTE = "\nOn Monday Bea wrote:\n> Thank you.\n> {}\n"
OUTLOOK = "\n-----Original Message-----\nFrom: Bea\nSent: Monday\nSubject: Tea\n\nThank you.\n{}\n"
HEADER_BLOCK = "\nVon: Bea\nGesendet: Montag\nAn: Alan\n\nDanke.\n{}\n"
HTML_QUOTE = "<blockquote><p>Thank you.</p><p>{}</p></blockquote>"


def one(text: str, kind: str = "plain") -> bytes:
    return mail(entity(text, kind))


def attached(text: str, name: str = "notes.txt") -> bytes:
    part = entity(text, "plain", "utf-8", "base64", f'Content-Disposition: attachment; filename="{name}"')
    return mail(multipart("mixed", entity(plain()), part))


def forwarding(text: str) -> bytes:
    return mail(multipart("mixed", entity(plain()), b"Content-Type: message/rfc822\r\n\r\n" + one(text)))


RAISES = {
    "two agents, plain": ([one(plain()), one(plain(RULE)), one(plain(RULE + RULE))], ["SD301"]),
    "wrapped otherwise": ([one(plain()), one(plain(RULE)), one(plain(RULE + WRAPPED))], ["SD301"]),
    "two agents, base64": (
        [mail(entity(plain(text), encoding="base64")) for text in ("", RULE, RULE + RULE)],
        ["SD301"],
    ),
    "two agents, HTML": (
        [one(html(), "html"), one(html(HTML_RULE), "html"), one(html(HTML_RULE + HTML_RULE), "html")],
        ["SD301"],
    ),
    "two agents, other markup": (
        [one(html(), "html"), one(html(HTML_RULE), "html"), one(html(HTML_RULE + HTML_OTHER_WAY), "html")],
        ["SD301"],
    ),
    "in both forms": (
        [both(), both(RULE, HTML_RULE), both(RULE * 2, HTML_RULE * 2)],
        ["SD301", "SD301"],
    ),
    "twice at once": ([one(plain()), one(plain(RULE + RULE))], ["SD301"]),
    "at the start and at the end": ([one(plain()), one(NOTICE + "\n" + plain(RULE))], ["SD301"]),
    "as a part of its own": (
        [one(plain()), one(plain(RULE)), mail(multipart("mixed", entity(plain(RULE)), entity(NOTICE + "\n")))],
        ["SD301"],
    ),
    "came with it": ([one(plain(RULE)), one(plain(RULE + RULE))], ["SD309"]),
    "came with it, HTML": (
        [one(html(HTML_OTHER_WAY), "html"), one(html(HTML_OTHER_WAY + HTML_RULE), "html")],
        ["SD309"],
    ),
    "quoted": ([one(plain(QUOTE.format(NOTICE))), one(plain(QUOTE.format(NOTICE) + RULE))], ["SD303"]),
    "quoted and wrapped": (
        [one(plain(QUOTE.format(NOTICE.replace("and intended", "and\n> intended")) + text)) for text in ("", RULE)],
        ["SD303"],
    ),
    "above what is quoted": ([one(plain(text + QUOTE.format(NOTICE))) for text in ("", RULE)], ["SD303"]),
    "original message": ([one(plain(OUTLOOK.format(NOTICE) + text)) for text in ("", RULE)], ["SD303"]),
    "header of the older message": ([one(plain(text + HEADER_BLOCK.format(NOTICE))) for text in ("", RULE)], ["SD303"]),
    "blockquote": (
        [one(html(text + HTML_QUOTE.format(NOTICE)), "html") for text in ("", HTML_RULE)],
        ["SD303"],
    ),
    "HTML alone": ([both(), both("", HTML_RULE)], ["SD304"]),
    "plain alone": ([both(), both(RULE, "")], ["SD304"]),
    "behind the end": ([one(html(), "html"), one(html("", HTML_RULE), "html")], ["SD305"]),
    "a second document behind the end": (
        [one(html(), "html"), one(html("", f"<html><body>{HTML_RULE}</body></html>"), "html")],
        ["SD305"],
    ),
    "few words behind the end": ([one(html(), "html"), one(html("", "<p>Scanned</p>"), "html")], ["SD305"]),
    "attached text": ([attached("Tea, milk\n"), attached("Tea, milk\n" + RULE)], ["SD306"]),
    "attached message": ([forwarding(plain()), forwarding(plain(RULE))], ["SD306"]),
}
NEAR_MISSES = {
    "one text": [one(plain()), one(plain(RULE))],
    "two texts": [one(plain()), one(plain(RULE)), one(plain(RULE + OTHER))],
    "the same text, taken away in between": [one(plain()), one(plain(RULE)), one(plain()), one(plain(RULE))],
    "put at another place": [one(plain()), one(plain(RULE)), one(f"{NOTICE}\n{plain()}")],
    "put into a part of its own": [
        one(plain()),
        one(plain(RULE)),
        mail(multipart("mixed", entity(plain()), entity(NOTICE + "\n"))),
    ],
    "put below what is quoted": [
        one(plain(RULE + QUOTE.format("Tea?"))),
        one(plain(QUOTE.format("Tea?") + RULE)),
    ],
    "few words": [one(plain("\nBest regards\nAlan\n")), one(plain("\nBest regards\nAlan\nBest regards\nAlan\n"))],
    "some lines of it alone": [one(plain(RULE)), one(plain(RULE + RULE + OTHER))],
    "in the middle": [one("Hello,\n\nBye\n"), one(f"Hello,\n{NOTICE}\n\nBye\n")],
    "quoted, something else added": [one(plain(QUOTE.format(NOTICE) + text)) for text in ("", OTHER)],
    "both forms": [both(), both(RULE, HTML_RULE)],
    "both forms, in other words": [both(), both(OTHER, HTML_RULE)],
    "the other form has it": [both(RULE, ""), both(RULE, HTML_RULE)],
    "one form there alone": [one(html(), "html"), one(html(HTML_RULE), "html")],
    "the other is an attachment": [
        mail(
            multipart(
                "mixed",
                entity(text, "html"),
                entity(plain(), "plain", "utf-8", "base64", "Content-Disposition: attachment"),
            )
        )
        for text in (html(), html(HTML_RULE))
    ],
    "behind the end when it came": [
        one(html("", "<p>Scanned by the gateway</p>"), "html"),
        one(html("<p>x</p>", "<p>Scanned by the gateway</p>"), "html"),
    ],
    "nothing to see behind the end": [one(html(), "html"), one(html("", "<!-- scanned --><img src='x'>"), "html")],
    "another attachment": [attached("Tea, milk\n"), attached("Sugar, nine lumps of it\n", "other.txt")],
    "a word in an attachment": [attached("Tea, milk\n"), attached("Tea, milk, lemon\n")],
    "nothing": [both(RULE, HTML_RULE), both(RULE, HTML_RULE)],
}


@pytest.mark.parametrize("case", RAISES)
def test_a_text_twice_or_in_the_wrong_place_is_found(tmp_path: Path, case: str) -> None:
    messages, expected = RAISES[case]
    agents = ("Agent A", "Agent B", "Agent C")
    found = [one for one in judged(tmp_path, messages, agents) if one.code.startswith("SD3")]
    assert [one.code for one in found] == expected
    assert {one.agent for one in found} == {agents[len(messages) - 2]}
    assert all(one.flags for one in found)


@pytest.mark.parametrize("case", NEAR_MISSES)
def test_what_is_no_text_twice(tmp_path: Path, case: str) -> None:
    assert codes(judged(tmp_path, NEAR_MISSES[case], ("A", "B", "C")), "SD3") == []


def test_both_agents_are_named(tmp_path: Path) -> None:
    (found,) = judged(tmp_path, [one(plain()), one(plain(RULE)), one(plain(RULE + RULE))])
    assert found.message == (
        f"Agent B added a text that stands in the message already, added by Agent A: “____ {NOTICE}”."
    )


def test_nobody_is_named_for_the_first_text_where_a_snapshot_is_missing(tmp_path: Path) -> None:
    first, second, third = one(plain()), one(plain(RULE)), one(plain(RULE + RULE))
    files = [File("Original.eml", mail=first), receive(1, "OnEndOfData", first)]
    files += [receive(3, "OnEndOfData,Agent A", second), receive(4, "OnEndOfData,Agent B", third)]
    (found,) = findings(tmp_path, *files)
    assert found.agent == "Agent B"
    assert found.evidence["first"] == "somebody (it can't be known who, up to SmtpReceive0003.eml)"
