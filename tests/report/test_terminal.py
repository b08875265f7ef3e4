"""The terminal report: what it says and how it looks (golden files), and that no mail can steer the terminal."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, get_args

import pytest
from golden_files import check_golden
from hypothesis import given, settings
from hypothesis import strategies as st
from terminal_nouns import (
    ALONE,
    EVERY,
    FORK,
    GAP,
    JOURNEYS,
    MAIL,
    NASTY,
    PLAIN,
    PROBLEMS,
    QUIET,
    TOLD,
    chain,
    step,
    trace,
)

from snapdiff import model
from snapdiff.model import Change, Hunk, Words
from snapdiff.report.terminal import TerminalReport, terminal_settings
from snapdiff.report.terminal_hunks import differing
from snapdiff.report.terminal_text import Paper, Piece, cells, cut_to, fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SGR = re.compile(r"\x1b\[[0-9;]*m")


class Stream(io.StringIO):
    """A stream that says of itself what the test wants."""

    def __init__(self, is_terminal: bool, encoding: str | None) -> None:
        super().__init__()
        self._is_terminal = is_terminal
        self._said = encoding

    @property
    def encoding(self) -> Any:  # type: ignore[override]
        return self._said

    def isatty(self) -> bool:
        return self._is_terminal


def draw(
    *traces: model.Trace,
    color: bool = False,
    width: int = 80,
    ascii_only: bool = False,
    changed_only: bool = False,
    filtered: bool = False,
    journeys: Sequence[model.Journey] = (),
    problems: Sequence[model.Problem] = (),
    left_out: int = 0,
    source: str = "samples",
    encoding: str | None = None,
) -> str:
    binary = io.BytesIO()
    out = io.TextIOWrapper(binary, encoding=encoding, newline="") if encoding else Stream(False, None)
    report = TerminalReport(
        out, color=color, width=width, ascii_only=ascii_only, changed_only=changed_only, filtered=filtered
    )
    report.begin(source, len(traces))
    for one in traces:
        report.trace(one)
    report.end(journeys, problems, left_out)
    out.flush()
    return out.getvalue() if isinstance(out, Stream) else binary.getvalue().decode(encoding or "utf-8")


GOLDENS: list[tuple[str, dict[str, Any]]] = [
    ("terminal-80.txt", {}),
    ("terminal-60-ascii.txt", {"width": 60, "ascii_only": True}),
    ("terminal-200.txt", {"width": 200}),
    ("terminal-color.txt", {"color": True, "width": 100}),
    ("terminal-changed-only.txt", {"changed_only": True, "left_out": 3}),
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
    assert "Not by       Inbound Trust Agent, Text Messaging Routing Agent" in drawn


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
        "import io, sys; from snapdiff.report.terminal import TerminalReport as T;"
        "T(io.StringIO(), color=False, width=80, ascii_only=False, changed_only=False).end([], [], 0);"
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


NOUN_TEXT = st.one_of(
    st.text(max_size=30),
    st.text(
        alphabet="\x00\t\n\r\x1b\x7f\x85\x9b\u200b\u202e\u2028\u2066\ufeff\ud800\udcff\U000e0041<&請e\u0301 ",
        max_size=60,
    ),
)
SMALL = st.integers(0, 10**12)
HUNK = st.builds(
    Hunk,
    st.none() | NOUN_TEXT,
    st.none() | NOUN_TEXT,
    st.integers(1, 10**7),
    st.integers(1, 10**7),
    st.builds(
        Words,
        st.just([(0, 2), (5, 9)]),
        st.just([(1, 3)]),
    ),
)
INFO = st.builds(model.PartInfo, NOUN_TEXT, st.none() | NOUN_TEXT, SMALL, NOUN_TEXT, opaque=st.booleans())
CHANGE = st.builds(
    Change,
    st.sampled_from(get_args(model.Kind)),
    st.none() | NOUN_TEXT,
    st.none() | NOUN_TEXT,
    st.booleans(),
    st.none() | NOUN_TEXT | INFO,
    st.none() | NOUN_TEXT | INFO,
    hunks=st.none() | st.lists(HUNK, max_size=3),
    moved=st.booleans(),
    visible=st.lists(HUNK, max_size=2),
    degree=st.sampled_from(get_args(model.Degree)),
    values=st.lists(st.builds(model.ValueChange, NOUN_TEXT, st.none() | NOUN_TEXT, st.none() | NOUN_TEXT), max_size=2),
    note=NOUN_TEXT,
)
OPTIONAL = st.none() | NOUN_TEXT
STEP = st.builds(
    model.Step,
    OPTIONAL,
    NOUN_TEXT,
    OPTIONAL,
    OPTIONAL,
    OPTIONAL,
    st.sampled_from(get_args(model.Actor)),
    st.booleans(),
    OPTIONAL,
    st.lists(NOUN_TEXT, max_size=3),
    st.lists(NOUN_TEXT, max_size=3),
    st.none() | st.integers(-(10**9), 10**12),
    st.lists(CHANGE, max_size=4),
)
PROBLEM = st.builds(model.Problem, NOUN_TEXT, NOUN_TEXT, NOUN_TEXT)
ADDRESSES = st.lists(st.builds(model.Address, NOUN_TEXT, NOUN_TEXT), max_size=2)
VIEW = st.builds(
    model.DecodedView,
    ADDRESSES,
    ADDRESSES,
    ADDRESSES,
    ADDRESSES,
    NOUN_TEXT,
    OPTIONAL,
    NOUN_TEXT,
    NOUN_TEXT,
    st.lists(st.builds(model.Attachment, NOUN_TEXT, NOUN_TEXT, SMALL), max_size=2),
    st.lists(st.builds(model.Hop, OPTIONAL, OPTIONAL, OPTIONAL, OPTIONAL, st.none() | st.floats()), max_size=2),
)
SNAPSHOT = st.builds(
    model.Snapshot,
    NOUN_TEXT,
    st.none() | st.sampled_from(get_args(model.Stage)),
    st.none(),
    OPTIONAL,
    OPTIONAL,
    OPTIONAL | st.datetimes().map(lambda time: time.isoformat() + "Z"),
    st.none(),
    st.none(),
    st.none(),
    OPTIONAL,
    st.just([]),
    st.booleans(),
    SMALL,
    SMALL,
    NOUN_TEXT,
)
TRACE = st.builds(
    model.Trace,
    NOUN_TEXT,
    NOUN_TEXT,
    OPTIONAL,
    st.none() | st.sampled_from(get_args(model.Service)),
    st.none() | st.builds(model.Parent, NOUN_TEXT, NOUN_TEXT),
    OPTIONAL,
    OPTIONAL,
    OPTIONAL,
    OPTIONAL,
    st.lists(NOUN_TEXT, max_size=7),
    st.lists(SNAPSHOT, max_size=3),
    st.lists(STEP, max_size=3),
    st.lists(
        st.builds(
            model.Finding,
            NOUN_TEXT,
            NOUN_TEXT,
            st.sampled_from(get_args(model.Severity)),
            st.none(),
            OPTIONAL,
            NOUN_TEXT,
            st.just({}),
            NOUN_TEXT,
            st.just([]),
        ),
        max_size=2,
    ),
    st.lists(PROBLEM, max_size=2),
    decoded=VIEW,
)
LEG = st.builds(
    model.Leg, OPTIONAL, st.none() | st.sampled_from(get_args(model.Service)), NOUN_TEXT, OPTIONAL, OPTIONAL
)
JOURNEY = st.builds(
    model.Journey,
    OPTIONAL,
    OPTIONAL,
    OPTIONAL,
    st.lists(NOUN_TEXT, min_size=2, max_size=2),
    st.lists(LEG, max_size=2),
    st.just([]),
    st.just([]),
    st.lists(NOUN_TEXT, max_size=2),
    st.lists(NOUN_TEXT, max_size=2),
)
STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@settings(max_examples=150, deadline=None)
@given(
    traces=st.lists(TRACE, max_size=2),
    journeys=st.lists(JOURNEY, max_size=2),
    problems=st.lists(PROBLEM, max_size=3),
    source=NOUN_TEXT,
    color=st.booleans(),
    ascii_only=st.booleans(),
    changed_only=st.booleans(),
    width=st.integers(0, 250),
)
def test_no_noun_steers_the_terminal(traces: list[model.Trace], source: str, width: int, **how: Any) -> None:
    drawn = draw(*traces, source=source, width=width, **how)
    plain = SGR.sub("", drawn)
    if not how["color"]:
        assert plain == drawn
    assert not {unicodedata.category(char) for char in plain.replace("\n", "")} & STEERING
    assert not how["ascii_only"] or drawn.isascii()
    assert max(map(cells, plain.split("\n"))) <= max(width, 40)


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


COLORS: list[tuple[str, bool, dict[str, str], bool]] = [
    ("auto", True, {}, True),
    ("auto", False, {}, False),
    ("auto", True, {"NO_COLOR": "1"}, False),
    ("auto", True, {"NO_COLOR": ""}, True),
    ("auto", True, {"TERM": "dumb"}, False),
    ("auto", False, {"FORCE_COLOR": "1"}, True),
    ("auto", True, {"FORCE_COLOR": "0"}, False),
    ("auto", False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ("always", False, {"NO_COLOR": "1"}, True),
    ("always", True, {"TERM": "dumb"}, True),
    ("never", True, {"FORCE_COLOR": "1"}, False),
]


@pytest.mark.parametrize(("option", "is_terminal", "environment", "color"), COLORS)
def test_color(
    option: Any, is_terminal: bool, environment: dict[str, str], color: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal_settings(Stream(is_terminal, "utf-8"), option).color is color


@pytest.mark.parametrize(
    ("encoding", "ascii_only"),
    [
        ("utf-8", False),
        ("utf-16", False),
        ("cp1252", True),
        ("cp437", True),
        ("ascii", True),
        (None, True),
        ("odd", True),
    ],
)
def test_signs_follow_the_encoding(encoding: str | None, ascii_only: bool) -> None:
    assert terminal_settings(Stream(False, encoding), "never").ascii_only is ascii_only


@pytest.mark.parametrize(
    ("columns", "width"), [("120", 120), ("10", 40), ("9999", 200), ("", 100), ("x", 100), ("-5", 100)]
)
def test_width(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert terminal_settings(Stream(False, "utf-8"), "auto").width == width


def test_a_terminal_that_does_not_tell_its_width_has_eighty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert terminal_settings(Stream(True, "utf-8"), "auto").width in (79, 80)


def test_a_closed_stream_is_no_terminal(tmp_path: Path) -> None:
    with (tmp_path / "out.txt").open("w", encoding="utf-8") as stream:
        pass
    assert terminal_settings(stream, "auto").color is False


def test_unknown_encodings_are_taken_for_ascii() -> None:
    assert Paper(color=False, width=80, ascii_only=False, encoding="odd").show("ü") == "\\xfc"
