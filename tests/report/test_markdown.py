"""The Markdown report: its form, and that no text of a mail becomes markup, a link, a mention or a reference."""

import io
import re

import pytest
from golden_files import check_golden
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import UNSET
from msgspec.structs import replace

from snapdiff import __version__
from snapdiff.model import (
    Attachment,
    Change,
    DecodedView,
    Finding,
    Hop,
    Hunk,
    Journey,
    Leg,
    Parent,
    PartInfo,
    Problem,
    Snapshot,
    Step,
    Tail,
    Trace,
    ValueChange,
)
from snapdiff.report.markdown import MarkdownReport
from snapdiff.report.markdown_text import code, fenced, row, sentence

RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
RULE = "Transport Rule Agent"
OURS = {"h1", "h2", "h3", "p", "ul", "li", "strong", "code", "table", "thead", "tbody", "tr", "th", "td"}


def step(
    number: int, agent: str | None, *changes: Change, event: str | None = "OnResolvedMessage", **keys: object
) -> Step:
    names = {
        "from_": f"Routing{number:04}.eml",
        "to": f"Routing{number + 1:04}.eml",
        "compared_with": f"Routing{number:04}.eml",
        "event": event,
        "agent": agent,
        "actor": "agent" if agent else "transport",
        "certain": True,
        "reason": None,
        "missing": [],
        "candidates": [],
        "elapsed_ms": 15,
        "changes": list(changes),
    }
    return Step(**(names | keys))  # type: ignore[arg-type]


SNAPSHOT = Snapshot(
    file="Original.eml",
    stage="Original",
    sequence=None,
    event=None,
    agent=None,
    time="2024-05-06T07:08:09.123Z",
    record_id=None,
    protocol_id=None,
    status=None,
    sender="anna@contoso.com",
    recipients=[],
    headers_only=False,
    size=10,
    message_offset=1,
    sha256="00",
)
HTML = Change(
    "part.changed",
    part="1.2",
    hunks=[Hunk("<p>Hello</p></body>", "<p>Hello</p>\n<p>Contoso Ltd</p></body>", 7, 7)],
    visible=[Hunk(None, "Contoso Ltd", 2, 2)],
    degree="content-changed",
)
EICAR = PartInfo("application/octet-stream", "eicar.com", 68, "27" * 32)
WARNING = PartInfo("text/plain", "eicar.com.txt", 210, "ab" * 32)
CHANGES = [
    Change("envelope.sender-changed", before="anna@contoso.com", after="a@x"),
    Change("envelope.recipient-removed", name="carol@contoso.com"),
    Change("header.changed", name="Subject", before="Hello", after="[EXTERNAL] Hello", moved=True),
    Change("header.added", name="X-MS-Exchange-Transport-Rules-Loop", after="1"),
    Change(
        "header.changed",
        name="Content-Type",
        part="1.2",
        before="text/html; charset=us-ascii",
        after="text/html; charset=utf-8",
        values=[ValueChange("charset", "us-ascii", "utf-8"), ValueChange("format", None, "flowed")],
    ),
    HTML,
    Change("part.removed", name="eicar.com", part="2", before=EICAR),
    Change("part.changed", part="3", before=EICAR, after=WARNING, note="TNEF: this program can't look into it."),
    Change("header.moved", name="To", cosmetic=True),
    Change("part.rewritten", part="1.1", cosmetic=True, degree="re-encoded"),
]
TRACE = Trace(
    id="1",
    path="MBX01/11111111-2222-3333-4444-555555555555",
    server="MBX01",
    service="transport",
    parent=Parent("MBX01/0", "Routing0001.eml"),
    message_id="<1@contoso.com>",
    network_message_id=None,
    subject="[EXTERNAL] Hello",
    sender="anna@contoso.com",
    recipients=[f"r{number}@contoso.com" for number in range(14)],
    snapshots=[SNAPSHOT],
    steps=[
        step(1, None, event="OnSubmittedMessage"),
        step(2, "Malware Agent", event="OnSubmittedMessage"),
        step(3, RULE, *CHANGES),
        step(
            4,
            "Index Routing Agent",
            Change("message.deleted"),
            certain=False,
            reason="Routing0005.eml is missing between the two snapshots",
            missing=["Routing0005.eml"],
            candidates=["Index Routing Agent", RULE],
            elapsed_ms=None,
            from_="Routing0005.eml",
        ),
    ],
    findings=[
        Finding(
            "SD201", "dkim-broken", "error", ("a", "b"), RULE, "The body hash no longer fits.", {}, "Sign last.", []
        )
    ],
    problems=[Problem("MBX01/1/x.eml", "short-file", "The file is empty.")],
    decoded=DecodedView(
        from_=[],
        to=[],
        cc=[],
        reply_to=[],
        subject="",
        date=None,
        text_plain="",
        text_html="",
        attachments=[Attachment("a.pdf", "application/pdf", 1024)],
        hops=[Hop(None, "EDGE01.contoso.com", None, None, None), Hop(None, None, None, None, 1.5)],
    ),
)
JOURNEY = Journey(
    message_id="<1@contoso.com>",
    network_message_id=None,
    subject="Hello",
    traces=["EDGE/0", "MBX01/1"],
    legs=[
        Leg("EDGE", "edge", "EDGE/0", "2024-05-06T07:08:09.123Z", "2024-05-06T07:08:10.000Z"),
        Leg(None, None, "MBX01/1", None, None),
    ],
    events=[],
    sessions=[],
    joined_by=["message-id"],
    gaps=["no trace of the hop between"],
)


def report(*traces: Trace, source: str = "samples", changed_only: bool = False, **end: object) -> str:
    out = io.StringIO()
    made = MarkdownReport(out, changed_only=changed_only)
    made.begin(source, len(traces))
    for trace in traces:
        made.trace(trace)
    made.end(Tail(**({"journeys": [], "problems": []} | end)))  # type: ignore[arg-type]
    return out.getvalue()


def test_golden() -> None:
    fork = step(1, None, CHANGES[1], from_=None)
    quiet = replace(
        TRACE, decoded=UNSET, parent=None, subject=None, recipients=[], findings=[], problems=[], steps=TRACE.steps[:2]
    )
    written = report(
        TRACE,
        quiet,
        replace(quiet, steps=[]),
        replace(quiet, steps=[fork]),
        journeys=[JOURNEY, replace(JOURNEY, traces=["a"])],
        problems=[Problem("b.zip", "broken-zip", "The zip file can't be read.")],
        filtered=2,
        left_out=1,
        logs=3,
    )
    check_golden("report.md", written.replace(f"`{__version__}`", "`0`").encode())


def test_plain_mails_have_no_place_and_no_doubt_on_top_of_unknown() -> None:
    plain = replace(SNAPSHOT, stage=None)
    one = step(1, None, CHANGES[3], actor="unknown", certain=False, reason="mails do not say who changed them")
    written = report(replace(TRACE, service=None, parent=None, snapshots=[plain, plain], steps=[one]))
    assert "service" not in written
    assert "folder" not in written
    assert "### Step 1: unknown at" in written
    assert "| **no** |" in written


def test_changed_only_names_the_steps_it_leaves_out() -> None:
    written = report(TRACE, changed_only=True)
    assert "2 steps not shown here changed nothing: transport service, `Malware Agent`." in written
    assert "| 3 |" in written
    assert "| 2 |" not in written


ATTACKS = [
    "|",
    "a | b\\| c\\\\| d",
    "`",
    "``` x",
    "a`b``c```d",
    "`|`",
    "\\`|\\`",
    "](http://evil.example)",
    "[link](http://evil.example)",
    "![image](http://evil.example/x.png)",
    "[ref]: http://evil.example",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</code><b>x</b>",
    "<!-- x",
    "-->",
    "<http://evil.example>",
    "http://evil.example www.evil.example",
    "@admin please look at #1, GH-1, !2, owner/repo#3, deadbeef1",
    "# heading",
    "- list",
    "> quote",
    "    code",
    "---",
    "===",
    "~~~",
    "~~struck~~",
    "&lt;b&gt; &#64;admin",
    "**bold** _em_ *x*",
    "1. one",
    "\r\n\r\n# heading\n\n| a | b |\n|---|---|\n",
    "\u2028# heading",
    "\x0b\x0c\x85# heading",
    "\x00\x1b[31m",
    "\u202etxt.exe",
    " ",
    "",
    "\\",
    "``",
    " ` ",
    "|" * 50 + "`" * 50,
]


def spoiled(text: str) -> str:
    """A report in which every text that can come from a mail, a folder or a log is this one."""
    info = PartInfo(text, text, 1, text)
    changes = [
        Change("envelope.sender-changed", before=text, after=text),
        Change("envelope.recipient-added", name=text),
        Change("header.changed", name=text, before=text, after=text, values=[ValueChange(text, text, None)], note=text),
        Change("header.added", name=text, part=text, after=text),
        Change("header.rewritten", name=text, cosmetic=True, note=text),
        Change("part.added", name=text, part=text, after=info),
        Change("part.changed", part=text, before=info, after=replace(info, size=2), note=text),
        Change("part.changed", part=text, hunks=[Hunk(text, text + "x", 1, 1)], visible=[Hunk(None, text, 1, 1)]),
        Change("part.moved", part=text, before=text, after=text),
    ]
    doubt = {"certain": False, "reason": text, "missing": [text], "candidates": [text], "from_": text, "to": text}
    trace = replace(
        TRACE,
        path=text,
        server=text,
        parent=Parent(text, text),
        message_id=text,
        subject=text,
        sender=text,
        recipients=[text],
        snapshots=[replace(SNAPSHOT, time=text)],
        steps=[step(1, text, *changes, event=text, **doubt)],
        findings=[Finding(text, text, "note", (text, text), text, text, {}, text, [])],
        problems=[Problem(text, text, text)],
        decoded=DecodedView(
            from_=[],
            to=[],
            cc=[],
            reply_to=[],
            subject=text,
            date=text,
            text_plain=text,
            text_html=text,
            attachments=[Attachment(text, text, 1)],
            hops=[Hop(text, text, text, text, 1.0)],
        ),
    )
    journey = replace(
        JOURNEY, message_id=text, joined_by=[text], gaps=[text], legs=[Leg(text, "edge", text, text, None)]
    )
    return report(trace, source=text, journeys=[journey], problems=[Problem(text, text, text)])


def flat(tokens: list[Token]) -> list[Token]:
    return [inner for token in tokens for inner in (token, *flat(token.children or []))]


def shape(markdown: str) -> list[tuple[str, str]]:
    """The tags a renderer makes of it, without their text."""
    return [(token.type, token.tag) for token in flat(RENDERER.parse(markdown)) if token.tag]


def in_the_open(markdown: str) -> str:
    """What stands outside code, as a renderer shows it."""
    tokens = flat(RENDERER.parse(markdown))
    return "\n".join(token.content for token in tokens if token.type in ("text", "html_inline", "html_block"))


PLAIN = spoiled("x.y")


@pytest.mark.parametrize("text", ATTACKS)
def test_attacks(text: str) -> None:
    check_harmless(text)


PIECES = st.lists(st.sampled_from([*ATTACKS, "\n", "a"]) | st.text(max_size=4), max_size=6).map("".join)


@given(text=PIECES)
def test_no_text_of_a_mail_becomes_markup(text: str) -> None:
    check_harmless(text)


def check_harmless(text: str) -> None:
    written = spoiled(text)
    tokens = flat(RENDERER.parse(written))
    assert {token.tag for token in tokens if token.tag} <= OURS
    assert not {token.type for token in tokens} & {"html_inline", "html_block", "link_open", "image", "code_block"}
    outside = in_the_open(written).replace("SHA-256 of its content", "")
    assert not re.search(r"[@#<>|`*~_\[\]&\\]|://|www\.|[A-Za-z]+-?\d", outside), outside
    structure = [token.type for token in tokens if token.tag in ("h1", "h2", "h3", "tr", "table")]
    assert structure == [
        token.type for token in flat(RENDERER.parse(PLAIN)) if token.tag in ("h1", "h2", "h3", "tr", "table")
    ]
    cells = [token for token in tokens if token.type == "td_open"]
    assert len(cells) == 6
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", written)


CODE: list[tuple[str, str]] = [
    ("a", "`a`"),
    ("", "(empty)"),
    ("  ", "(blank)"),
    ("a`b", "``a`b``"),
    ("`", "`` ` ``"),
    (" a", "`  a `"),
    ("x" * 300, "`" + "x" * 197 + "...`"),
]


@pytest.mark.parametrize(("text", "markdown"), CODE)
def test_code(text: str, markdown: str) -> None:
    assert code(text) == markdown


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_code_shows_the_text_itself(text: str) -> None:
    spans = [token.content for token in flat(RENDERER.parse("x " + code(text))) if token.type == "code_inline"]
    assert spans == ([text] if text.strip() else [])


SENTENCES: list[tuple[str, str]] = [
    ("The file is empty.", "The file is empty."),
    ("Routing0003.eml is missing.", "`Routing0003.eml` is missing."),
    ('It\'s "so" (not otherwise), 1,024 bytes: yes!', 'It\'s "so" (not otherwise), 1,024 bytes: yes!'),
    ("see http://evil.example @admin", "see `http://evil.example @admin`"),
    ("#1 is GH-1", "`#1` is `GH-1`"),
    ("1. a", "`1.` a"),
    ("- a", "`-` a"),
    ("a  b\n\nc", "a b c"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "markdown"), SENTENCES)
def test_sentence(text: str, markdown: str) -> None:
    assert sentence(text) == markdown


def test_row_and_fence() -> None:
    assert row("a|b", "`c\\|d`") == "| a\\|b | `c\\ \\|d` |\n"
    assert fenced(["a", "````"], "diff") == "`````diff\na\n````\n`````\n"


LONG = "a" * 10_000


def test_long_content_is_cut_with_a_notice() -> None:
    lines = "\n".join(f"line {number}" for number in range(1000))
    changes = [Change("part.changed", part="1", hunks=[Hunk(None, lines, 1, 1)])]
    changes += [Change("header.changed", name="X", before=LONG + "x" + LONG, after=LONG + "y" + LONG)]
    changes += [Change("part.removed", part=str(number), before=EICAR) for number in range(30)]
    changes += [Change("header.moved", name=f"X-{number}", cosmetic=True) for number in range(30)]
    changes += [Change("header.moved", name="X-0", cosmetic=True)]
    written = report(replace(TRACE, steps=[step(1, RULE, *changes)]))
    assert "\n921 more lines left out here; the JSON report has all of them.\n" in written
    assert "\nLines of more than 300 characters are cut, at three dots.\n" in written
    assert "\n11 more changes of parts left out here.\n" in written
    assert "\n- Header field `X-0` moved. (2 times)\n" in written
    assert "\n- and 10 more\n" in written
    assert re.search(r"^-X: \.\.\.a+xa+\.\.\.$", written, re.MULTILINE)
    assert re.search(r"^\+X: \.\.\.a+ya+\.\.\.$", written, re.MULTILINE)
    assert len(written) < 20_000


@given(same=st.text("ab", max_size=2000), one=st.text("ab", max_size=700), other=st.text("ab", max_size=700))
def test_a_cut_line_still_shows_where_it_differs(same: str, one: str, other: str) -> None:
    if one == other:
        return
    written = report(
        replace(TRACE, steps=[step(1, RULE, Change("header.changed", name="X", before=same + one, after=same + other))])
    )
    lines = re.findall(r"^([-+])X: (.*)$", written, re.MULTILINE)
    assert [sign for sign, _ in lines] == ["-", "+"]
    assert lines[0][1] != lines[1][1]
