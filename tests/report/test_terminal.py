"""The terminal report: what it says, and how it looks (golden files)."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any, get_args

import pytest
from golden_files import check_golden
from hypothesis import given
from hypothesis import strategies as st
from terminal_drawing import SGR, draw
from terminal_nouns import chain, step, trace
from terminal_traces import ALONE, EVERY, FORK, GAP, JOURNEYS, MAIL, NASTY, PLAIN, PROBLEMS, QUIET, TOLD

from snapdiff import model
from snapdiff.model import Change, Hunk, Words
from snapdiff.report.terminal_hunks import differing
from snapdiff.report.terminal_text import Paper, Piece, cells, cut_to, fold

GOLDENS: list[tuple[str, dict[str, Any]]] = [
    ("terminal-80.txt", {}),
    ("terminal-60-ascii.txt", {"width": 60, "ascii_only": True}),
    ("terminal-200.txt", {"width": 200}),
    ("terminal-color.txt", {"color": True, "width": 100}),
    ("terminal-changed-only.txt", {"changed_only": True, "filtered_out": 3}),
]


@pytest.mark.parametrize(("name", "how"), GOLDENS)
def test_golden(name: str, how: dict[str, Any]) -> None:
    written = draw(*EVERY, journeys=JOURNEYS, problems=PROBLEMS, **how)
    check_golden(name, written.replace("\x1b", "␛").encode())


def test_nothing_at_all() -> None:
    assert "0 traces" in draw()
    assert "No message to show." in draw()


SAYS: list[tuple[model.Trace, str]] = [
    (MAIL, "Changed by Malware Agent, Transport Rule Agent"),
    (MAIL, "no agent: SMTP session, transport service"),
    (MAIL, "Inbound Trust Agent 1.00 s nothing changed"),
    (MAIL, "- recipient mallory@contoso.com"),
    (MAIL, "+ Subject: [EXTERN] Q2 figures"),
    (MAIL, "and moved to another place in the header"),
    (MAIL, "No agent: Exchange itself, between OnEndOfHeaders and OnSubmittedMessage."),
    (MAIL, "What a reader sees"),
    (MAIL, "A reader sees the same text; only the markup differs."),
    (MAIL, "(only blanks differ)"),
    (GAP, "Missing: Routing0002.eml, Routing0003.eml"),
    (GAP, "It could be: Fußzeilen-Agent, Woodgrove GmbH; Malware Agent"),
    (GAP, "compared with Routing0005.eml"),
    (GAP, "The message was deleted here"),
    (GAP, "The message was deferred here"),
    (FORK, "Routing0011.eml of the parent → Routing0001.eml"),
    (FORK, "Sender <>"),
    (PLAIN, "nothing in them says who changed what"),
    (QUIET, "Changed by nobody: every byte is the same"),
    (ALONE, "Nothing to compare"),
    (TOLD, "Offer 2024.pdf (application/pdf, 48,213 bytes)"),
    (TOLD, "+3 min 5 s"),
    (TOLD, "Set-TransportAgent -Priority"),
    (NASTY, "DISCLAIMER"),
    (NASTY, "invoice\\u202efdp.exe"),
]


@pytest.mark.parametrize(("one", "words"), SAYS)
def test_says(one: model.Trace, words: str) -> None:
    assert words in re.sub(" +", " ", draw(one, width=100))


CUTS = [
    "34 more changes not shown: 34 header fields added",
    "8 more values that differ",
    "more lines that differ in 2 more places",
    "characters left out",
    "11 more changes not shown: 11 parts removed",
]


@pytest.mark.parametrize("words", CUTS)
def test_what_is_cut_says_so(words: str) -> None:
    drawn = " ".join(draw(NASTY, width=200).split())
    assert words in drawn
    assert "--format json" in drawn


def test_changed_only_counts_what_it_leaves_out() -> None:
    drawn = draw(QUIET, MAIL, changed_only=True)
    assert "Nothing happens here" not in drawn
    assert "2 traces: 1 changed, 1 unchanged (left out of this report)." in drawn
    assert "3 steps without a change left out." in drawn
    assert "Unchanged by Inbound Trust Agent, Text Messaging Routing Agent" in drawn


def test_changed_only_still_tells_what_was_not_read() -> None:
    quiet = trace([], [], problems=[model.Problem("a/b.eml", "empty-file", "the file is empty")])
    assert "a/b.eml: the file is empty" in draw(quiet, changed_only=True)


def test_filtered_traces_are_not_said_to_be_unchanged() -> None:
    drawn = draw(QUIET, filtered=True)
    assert "nothing changed" not in drawn
    assert "every byte" not in drawn
    assert "nothing of the kinds asked for changed" in drawn


def test_agents_before_the_first_comparison_are_named() -> None:
    one = chain(
        ("Routing0001.eml", "OnRoutedMessage", "Journal Agent", []), ("Routing0002.eml", "OnRoutedMessage", "B", [])
    )
    assert "OnRoutedMessage, Journal Agent (ran before the first comparison)" in draw(one)


def test_every_kind_of_change_is_drawn() -> None:
    for kind in get_args(model.Kind):
        for cosmetic in (False, True):
            one = trace([step("a", "b", "E", "A", Change(kind, name="Thing", part="1", cosmetic=cosmetic))], [])
            assert "Step 1" in draw(one)


def test_long_line_shows_where_it_differs() -> None:
    before = "x" * 9000
    hunk = Hunk(before, before[:5000] + "NEEDLE" + before[5000:], 1, 1, Words([], [(5000, 5006)]))
    one = trace([step("a", "b", "E", "A", Change("part.changed", part="1", hunks=[hunk]))], [])
    drawn = draw(one, width=200)
    assert "NEEDLE" in drawn
    assert drawn.count("4,960 characters left out") == 2
    assert len(drawn) < 3000


def test_no_color_points_at_words_and_color_does_not() -> None:
    assert "^^^^^" in draw(MAIL)
    assert "^" not in draw(MAIL, color=True)
    assert "\x1b[7;32mRobert" in draw(MAIL, color=True)
    assert "\x1b" not in draw(*EVERY)


def test_pygments_is_not_imported_without_color() -> None:
    code = (
        "import io, sys; from snapdiff.model import Tail; from snapdiff.report.terminal import TerminalReport as T;"
        "T(io.StringIO(), color=False, width=80, ascii_only=False, changed_only=False).end(Tail([], []));"
        "assert not any(name.startswith(('pygments', 'rich')) for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "cp1252", "cp932", "latin-1", "utf-8", "utf-16"])
def test_any_encoding_can_be_written(encoding: str) -> None:
    assert draw(*EVERY, ascii_only=not encoding.startswith("utf"), encoding=encoding)


def test_ascii_only_is_ascii_and_a_code_page_keeps_its_letters() -> None:
    assert draw(*EVERY, ascii_only=True).isascii()
    assert "Grüße aus Köln" in draw(MAIL, ascii_only=True, encoding="cp1252")
    assert "\\u8acb" in draw(NASTY, ascii_only=True, encoding="cp1252")


@pytest.mark.parametrize("width", [40, 41, 60, 80, 133, 200])
@pytest.mark.parametrize("color", [False, True])
def test_no_line_is_wider_than_asked(width: int, color: bool) -> None:
    drawn = SGR.sub("", draw(*EVERY, width=width, color=color, journeys=JOURNEYS, problems=PROBLEMS))
    assert max(map(cells, drawn.split("\n"))) <= width


@given(st.text(), st.integers(1, 40))
def test_fold_keeps_everything_but_the_blanks_it_breaks_at(text: str, room: int) -> None:
    rows = fold([Piece(text[:3], "a"), Piece(text[3:], "b")], room)
    joined = "".join(piece.text for row in rows for piece in row)
    assert joined.replace(" ", "") == text.replace(" ", "")
    assert all(cells("".join(piece.text for piece in row)) <= max(room, 2) for row in rows)


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("請求", 4), ("e\u0301", 1), ("\uac01", 2), ("\u1100\u1161\u11a8", 2), ("😀", 2), ("ü", 1)],
)
def test_cells(text: str, columns: int) -> None:
    assert cells(text) == columns


@pytest.mark.parametrize(
    ("text", "room", "shown"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("請求書", 5, "請求…"), ("請求書", 4, "請…")]
)
def test_cut_to(text: str, room: int, shown: str) -> None:
    assert cut_to(text, room, "…") == shown


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Hello", "[EXT] Hello", ("", "[EXT] ")),
        ("spf=pass dkim=none", "spf=pass dkim=pass", ("none", "pass")),
        ("a report.pdf here", "a reporter.pdf here", ("report", "reporter")),
        ("same beginning, one", "same beginning, one and more", ("", " and more")),
        ("one", "two", None),
        ("", "x", ("", "x")),
    ],
)
def test_differing(before: str, after: str, words: tuple[str, str] | None) -> None:
    found = differing(before, after)
    if words is None:
        assert found == ([], [])
    else:
        assert tuple(text[start:end] for text, ((start, end),) in zip((before, after), found, strict=True)) == words


def test_unknown_encodings_are_taken_for_ascii() -> None:
    assert Paper(color=False, width=80, ascii_only=False, encoding="odd").show("ü") == "\\xfc"
