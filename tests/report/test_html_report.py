"""The HTML report without a browser: what it holds, what it escapes, what a limit leaves out, and that bytes repeat."""

from __future__ import annotations

import hashlib
import io
import re
from base64 import b64encode
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from terminal_nouns import chain
from terminal_traces import MAIL

from snapdiff.commands import report as commands
from snapdiff.model import Change, MimeNode, PartTexts, StepView, Tail, TraceViews
from snapdiff.output import whole_file
from snapdiff.report.html import HtmlFolder, HtmlReport
from snapdiff.report.html.bodies import differences, whole_text
from snapdiff.report.html.budget import WHOLE_FILE, Budget, fitting
from snapdiff.report.html.frame import LONGEST_HTML, framed
from snapdiff.report.html.marks import LONGEST_VALUE, differing, marked
from snapdiff.report.html.source import LONGEST_SOURCE, coloured

if TYPE_CHECKING:
    from snapdiff.model import Trace

SAMPLES = Path(__file__).parents[2] / "samples"
PAIRS = Path(__file__).parents[3] / "shared" / "corpus" / "pairs"
VOID = {"meta", "br", "input", "rect", "line", "img", "hr"}


def drawn(*traces: Trace, tail: Tail | None = None) -> str:
    stream = io.BytesIO()
    report = HtmlReport(stream)
    report.begin("MessageSnapshots", len(traces))
    for one in traces:
        report.trace(one)
    report.end(tail or Tail([], []))
    return stream.getvalue().decode()


class Checker(HTMLParser):
    """Fails where tags do not close in order, an id stands twice, or a link inside the page leads nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag == "a" and (given.get("href") or "").startswith("#"):
            self.links.append((given["href"] or "")[1:])
        assert not [name for name in given if name.startswith("on")], given
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert len(checker.ids) == len(set(checker.ids))
    assert set(checker.links) <= set(checker.ids)
    return checker


def written(paths: list[Path], file: Path) -> str:
    html = commands.Drawn("html", file, "never", True)
    assert commands.report(paths, commands.Asked(), html, 1, False) in (0, 2)
    return file.read_text(encoding="utf-8")


def test_the_samples_make_a_whole_page(tmp_path: Path) -> None:
    page = written([SAMPLES], tmp_path / "a.html")
    assert len(check(page).ids) > 300
    assert page.count('<details class="message"') == 9
    assert "Fußzeilen-Agent, Woodgrove GmbH" in page
    assert page == written([SAMPLES], tmp_path / "b.html")


def test_the_policy_names_each_script_by_its_hash() -> None:
    page = drawn(MAIL)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    policy = "default-src 'none'; script-src " + " ".join(f"'sha256-{one}'" for one in hashes)
    policy += "; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    assert scripts
    assert f'content="{policy}"'.replace("'", "&#39;") in page


def test_each_kind_of_change_is_told() -> None:
    page = drawn(MAIL)
    check(page)
    for words in ("Rechnung_7741.docm", "archive@contoso.com", "<mark>[EXTERN] </mark>", "re-wrapped", "format"):
        assert words in page


@pytest.mark.parametrize(
    "hostile",
    ["<script>x</script>", '"><img src=x onerror=y>', "{{ 7*7 }}", "</style>", "\u202egpj.exe", "]]>", "'\" onload=x"],
)
def test_mail_is_escaped_wherever_it_stands(hostile: str) -> None:
    change = Change("header.changed", hostile, before=hostile, after=hostile + " and more")
    part = Change("part.added", name=hostile, part=hostile)
    one = chain(("Original.eml", None, None, []), ("Routing0001.eml", hostile, hostile, [change, part]))
    one = replace(one, subject=hostile, sender=hostile, recipients=[hostile], message_id=hostile, server=hostile)
    page = drawn(one)
    plain = check(drawn(MAIL)).tags
    assert set(check(page).tags) <= set(plain) | {"mark"}
    assert "\u202e" not in page
    assert (
        "49" not in re.sub(r"\d{3,}|[a-z]\d+|#\d+", "", page.split("<main")[1].split("</main")[0])
        or "{{" not in hostile
    )


def test_views_show_trees_and_texts() -> None:
    texts = PartTexts(0, "1", "text/html", "<p>Hi</p>\n", "<p>Hi</p>\n<b>Bye</b>\n", cut="Cut for a test.")
    view = StepView("Routing0001.eml", [], [MimeNode("1", 0, "text/html", "a<b.htm", 9, False)], [texts])
    one = chain(
        ("Original.eml", None, None, []),
        ("Routing0001.eml", "OnRoutedMessage", "A", [Change("part.added", part="1")]),
    )
    page = drawn(replace(one, views=TraceViews([view], cut="The trace was cut.")))
    check(page)
    for words in ("Parts before", "a&lt;b.htm", "Cut for a test.", "The trace was cut."):
        assert words in page


def test_a_budget_leaves_out_the_largest_and_says_so() -> None:
    assert fitting([50, 10, 30], 45) == {1, 2}
    assert fitting([50], 10) == set()
    big = Change("header.added", "X-Big", after="word " * 500)
    many = [replace(big, name=f"X-Big-{number}", part=str(number)) for number in range(2000)]
    small = Change("envelope.recipient-added", name="small@contoso.com")
    page = drawn(chain(("Original.eml", None, None, []), ("Routing0001.eml", "E", "A", [*many, small])))
    assert "small@contoso.com" in page
    assert "Not shown, to keep this file small" in page
    assert "--html-dir FOLDER" in page
    assert len(page) < 5_000_000


def test_a_budget_is_shared() -> None:
    budget = Budget(1000)
    assert budget.is_tight
    assert budget.share() == WHOLE_FILE // 1000
    for _ in range(999):
        budget.spend(0)
    assert budget.share() == 2_000_000


def test_a_folder_holds_an_index_and_a_page_a_message(tmp_path: Path) -> None:
    report = HtmlFolder(tmp_path / "out", whole_file)
    report.begin("x", 1)
    report.trace(MAIL)
    report.end(Tail([], []))
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    pages = list((tmp_path / "out" / "messages").iterdir())
    assert [f"messages/{page.name}" in index for page in pages] == [True]
    check(pages[0].read_text(encoding="utf-8"))
    assert 'class="step"' not in index


def test_a_report_beside_the_terminal_and_json_without_views(
    tmp_path: Path,
) -> None:
    both = commands.Drawn("json", tmp_path / "r.json", "never", False, tmp_path / "r.html")
    alone = commands.Drawn("json", tmp_path / "a.json", "never", False)
    commands.report([SAMPLES], commands.Asked(), both, 1, False)
    commands.report([SAMPLES], commands.Asked(), alone, 1, False)
    assert (tmp_path / "r.json").read_bytes() == (tmp_path / "a.json").read_bytes()
    check((tmp_path / "r.html").read_text(encoding="utf-8"))


def test_filters_keep_texts_with_their_changes(tmp_path: Path) -> None:
    html = commands.Drawn("html", tmp_path / "r.html", "never", True)
    commands.report([SAMPLES], commands.Asked(only=("part",)), html, 1, False)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    check(page)
    assert "Besuchen Sie uns auf der Light + Building" in page
    assert "X-MS-Exchange-Organization-AVStamp-Enterprise</th><td class" not in page.split('class="blame"')[0]


@pytest.mark.corpus
def test_pairs_of_the_corpus_make_whole_pages(tmp_path: Path) -> None:
    if not PAIRS.is_dir():
        pytest.skip("the corpus is not beside this repository")
    before = sorted(PAIRS.glob("*.before.eml"))
    assert before
    for one in before:
        page = written([one, one.with_name(one.name.replace(".before.", ".after."))], tmp_path / "r.html")
        check(page)


def test_marks_stand_around_words_and_styles() -> None:
    assert str(marked("a<b c", [(0, 3)], [(1, 2, "tt")])) == '<mark>a<i class="tt">&lt;</i>b</mark> c'
    assert str(marked("x\ty\u202e", [])) == "x\ty\\u202e"
    assert "7 more characters" in marked("x" * (LONGEST_VALUE + 7), [(0, 2)])


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Hello", "[X] Hello", ([], [(0, 4)])),
        ("a b c", "a x c", ([(2, 3)], [(2, 3)])),
        ("same", "same", ([], [])),
        ("one two three", "4 5 6", ([], [])),
    ],
)
def test_differing_words(before: str, after: str, expected: object) -> None:
    assert differing(before, after) == expected


def test_long_values_are_compared_at_their_ends() -> None:
    assert differing("a b " * 999 + "x" + " c" * 9, "a b " * 999 + "y" + " c" * 9) == ([(3996, 3997)], [(3996, 3997)])


def test_long_runs_fold_and_copies_are_the_text() -> None:
    from snapdiff.model import Hunk

    before = "".join(f"line {number}\n" for number in range(1, 31))
    after = before.replace("line 20\n", "LINE 20\n")
    html = str(differences([Hunk("line 20", "LINE 20", 20, 20)], before, after, is_html=False))
    assert "16 lines not changed" in html
    assert re.sub(r"<[^>]*>", "\n", html).split("\n").count("line 20") == 1
    assert "line 30" in html
    assert "100 more lines" in whole_text("x\n" * 500, "after", is_html=False)


def test_source_is_coloured_within_limits() -> None:
    lines = coloured('<p class="a">\nb</p>')
    assert len(lines) == 2
    assert (1, 2, "tt") in lines[0]
    assert (9, 12, "ts") in lines[0]
    assert coloured("x" * (LONGEST_SOURCE + 1)) == []


@pytest.mark.parametrize(
    ("html", "gone"),
    [
        ("<script>alert(1)</script>x", "script"),
        ("<img src=http://e.invalid/x onerror=y>", "e.invalid"),
        ("<link rel=preconnect href=//e.invalid>", "e.invalid"),
        ("<style>@import '//e.invalid'</style>", "@import"),
        (r"<p style='background:u\72l(//e.invalid)'>", "\\"),
        ("<meta http-equiv=refresh content='0;url=//e.invalid'>", "e.invalid"),
        ("<iframe src=//e.invalid></iframe>", "iframe"),
        ("<form action=//e.invalid>", "e.invalid"),
    ],
)
def test_frames_hold_nothing_that_runs_or_loads(html: str, gone: str) -> None:
    made = framed(html)
    assert made is not None
    assert gone not in made.document.split("<body>")[1]


def test_frames_keep_what_shows() -> None:
    made = framed('<p style="color:red">Hi <b>you</b> &lt;3 <img src="data:image/png;base64,AAAA"></p>')
    assert made is not None
    assert made.blocked == 0
    for piece in ("color:red", "<b>you</b>", "&lt;3", "data:image/png;base64,AAAA"):
        assert piece in made.document
    assert framed("x" * (LONGEST_HTML + 1)) is None
