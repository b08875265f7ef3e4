"""What a message says itself, and what it quotes."""

import pytest

from snapdiff.findings.body_text import folded, html_text, plain_text

PLAIN = [
    (["a", "> b", "c"], "a c", "b"),
    (["a", " >> b", "> > c"], "a", "b c"),
    (["a", "-----Original Message-----", "b"], "a", "-----original message----- b"),
    (["a", "-- Ursprüngliche Nachricht --", "b"], "a", "-- ursprüngliche nachricht -- b"),
    (["a", "*From:* Bea", "*Sent:* Monday", "b"], "a", "*from:* bea *sent:* monday b"),
    (["a", "De : Bea", "À : Alan", "Envoyé : lundi", "b"], "a", "de : bea à : alan envoyé : lundi b"),
    (["From: here you see", "the sea"], "from: here you see the sea", ""),
    (["a", "-----Notice-----", "b"], "a -----notice----- b", ""),
    ([], "", ""),
]
HTML = [
    ("<p>a</p><blockquote>b</blockquote><p>c</p>", "a c", "b"),
    ("a<blockquote>b<blockquote>c</blockquote>d</blockquote>e", "a e", "b c d"),
    ("<p>a</p><BLOCKQUOTE type=cite><p>a</p></BLOCKQUOTE>", "a", "a"),
    ("<p>a</p><div>From: Bea<br>Sent: Monday</div><p>b</p>", "a", "from: bea sent: monday b"),
    ("<p>a&nbsp;&#98;</p>", "a b", ""),
    ("<blockquote>a", "", "a"),
]


@pytest.mark.parametrize(("lines", "own", "quoted"), PLAIN)
def test_plain_text(lines: list[str], own: str, quoted: str) -> None:
    text = plain_text(lines)
    assert (text.own, text.quoted) == (own, quoted)


@pytest.mark.parametrize(("source", "own", "quoted"), HTML)
def test_html(source: str, own: str, quoted: str) -> None:
    text = html_text(source)
    assert text is not None
    assert (text.own, text.quoted) == (own, quoted)


def test_html_too_large_to_read() -> None:
    assert html_text("a" * 5_000_001) is None


@pytest.mark.parametrize(
    ("lines", "end"),
    [(["a", "b"], 2), (["a", "", "On Monday:", "> b"], 2), (["a", "> b"], 1), (["Bea wrote:", "> b"], 1), ([], 0)],
)
def test_its_own_words_end_before_the_line_that_introduces_a_quote(lines: list[str], end: int) -> None:
    assert plain_text(lines).end_of_own == end


def test_folding() -> None:
    assert folded(" A\u00a0b\u200b \r\n\tC ") == "a b c"
