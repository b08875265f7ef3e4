"""What changed steps looked like: MIME trees and texts before and after, never more than the limits let."""

import pytest
from msgspec import UNSET

from snapdiff.diff import views as viewing
from snapdiff.diff.lineage import Meeting
from snapdiff.diff.message import Side, compare
from snapdiff.diff.views import Views
from snapdiff.model import MimeNode, PartTexts, StepView

PLAIN = "Content-Type: text/plain; charset=utf-8\n\n"
HTML = "Content-Type: text/html; charset=utf-8\n\n"
PNG = "Content-Type: image/png; name=a.png\n\n"
FORWARDED = "Content-Type: message/rfc822\n\nSubject: inner\n\n"


def single(body: str, *fields: str) -> bytes:
    return "\n".join([*fields, "Subject: Hi", "", body]).replace("\n", "\r\n").encode()


def multipart(*parts: str, preamble: str = "") -> bytes:
    body = "".join(f"--b\n{part}\n" for part in parts)
    whole = f"Subject: Hi\nContent-Type: multipart/mixed; boundary=b\n\n{preamble}{body}--b--\n"
    return whole.replace("\n", "\r\n").encode()


def view(before: bytes, after: bytes, views: Views | None = None) -> StepView | None:
    sides = Side(before), Side(after)
    return (views or Views()).view("Routing0002.eml", Meeting(sides, compare(*sides).changes))


def seen(before: bytes, after: bytes) -> StepView:
    found = view(before, after)
    assert found is not None
    return found


def test_a_step_that_changed_the_header_alone_has_no_view() -> None:
    assert view(single("a"), single("a", "X-A: 1")) is None


def test_a_changed_text_with_its_trees() -> None:
    found = seen(single("a"), single("b\nc\n"))
    assert found.to == "Routing0002.eml"
    assert found.tree_before == [MimeNode("1", 0, "text/plain", None, 1, False)]
    assert found.tree_after == [MimeNode("1", 0, "text/plain", None, 6, False)]
    assert found.texts == [PartTexts(0, "1", "text/plain", "a\n", "b\nc\n")]


def test_trees_stand_in_order_with_their_depth() -> None:
    found = seen(multipart(PLAIN + "a"), multipart(PLAIN + "a", PNG + "xyz", FORWARDED + "inside"))
    assert [(node.section, node.depth, node.type, node.size) for node in found.tree_after[1:]] == [
        ("1", 1, "text/plain", 1),
        ("2", 1, "image/png", 3),
        ("3", 1, "message/rfc822", 24),
        ("3.1", 2, "text/plain", 6),
    ]
    root = found.tree_after[0]
    assert (root.section, root.depth, root.type) == ("TEXT", 0, "multipart/mixed")
    assert (found.tree_after[2].file_name, found.tree_after[2].attachment) == ("a.png", True)


TEXTS = [
    (
        "a part came in front",
        multipart(PLAIN + "a"),
        multipart(HTML + "<p>x</p>", PLAIN + "a"),
        [("1", "text/html", None, "<p>x</p>\n")],
    ),
    ("a part went", multipart(PLAIN + "a", HTML + "x"), multipart(PLAIN + "a"), [("2", "text/html", "x\n", None)]),
    (
        "a part changed whose number shifted",
        multipart(PLAIN + "one two three"),
        multipart(HTML + "x", PLAIN + "one two 3"),
        [("1", "text/html", None, "x\n"), ("2", "text/plain", "one two three\n", "one two 3\n")],
    ),
    ("content that is no text", multipart(PNG + "abc"), multipart(PNG + "abd"), []),
    ("a part that only moved", multipart(PLAIN + "a", HTML + "x"), multipart(HTML + "x", PLAIN + "a"), []),
    ("a preamble has hunks alone", multipart(PLAIN + "a"), multipart(PLAIN + "a", preamble="hello\n"), []),
    (
        "the text inside a message that came",
        multipart(PLAIN + "a"),
        multipart(PLAIN + "a", FORWARDED + "inside"),
        [("2.1", "text/plain", None, "inside\n")],
    ),
    ("an empty text", single(""), single("a"), [("1", "text/plain", "", "a\n")]),
]


@pytest.mark.parametrize(("before", "after", "expected"), [x[1:] for x in TEXTS], ids=[x[0] for x in TEXTS])
def test_texts(before: bytes, after: bytes, expected: list[tuple[str, str, str | None, str | None]]) -> None:
    found = seen(before, after)
    assert [(x.section, x.type, x.before, x.after) for x in found.texts] == expected
    assert all(text.cut is UNSET for text in found.texts)


def test_a_text_belongs_to_its_change() -> None:
    before, after = multipart(PLAIN + "a", HTML + "x"), multipart(PLAIN + "a b", HTML + "x y")
    changes = compare(Side(before), Side(after)).changes
    found = seen(before, after)
    assert [changes[text.change].part for text in found.texts] == [text.section for text in found.texts] == ["1", "2"]


def test_a_long_text_is_cut_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "MAX_TEXT", 4)
    found = seen(single("abc"), single("abcdefgh"))
    assert (found.texts[0].before, found.texts[0].after) == ("abc\n", "abcd")
    assert found.texts[0].cut == "the first 4 of 9 characters"


def test_a_text_of_many_bytes_is_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "_MAX_TEXT_BYTES", 4)
    found = seen(single("abc"), single("abcdefgh"))
    assert (found.texts[0].before, found.texts[0].after) == ("abc\n", "")
    assert found.texts[0].cut == "a text of 8 bytes is left out"


def test_a_trace_hands_on_no_more_text_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "MAX_TRACE_TEXT", 5)
    views = Views()
    first, second = view(single("a"), single("b"), views), view(single("b"), single("c"), views)
    assert first is not None
    assert second is not None
    assert (first.texts[0].before, first.texts[0].after) == ("a\n", "b\n")
    assert (second.texts[0].before, second.texts[0].after) == ("b", "")
    assert second.texts[0].cut == "the first 1 of 2 characters"
    assert views.cut == "the texts are longer than is shown of one trace"


def test_a_trace_hands_on_no_more_texts_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "MAX_TRACE_TEXTS", 1)
    views = Views()
    found = view(multipart(PLAIN + "a", HTML + "x"), multipart(PLAIN + "a b", HTML + "x y"), views)
    assert found is not None
    assert [text.section for text in found.texts] == ["1"]
    assert views.cut == "more texts changed than are shown of one trace"


def test_trees_are_cut_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "MAX_NODES", 2)
    views = Views()
    found = view(multipart(PLAIN + "a"), multipart(PLAIN + "a", HTML + "x"), views)
    assert found is not None
    assert (len(found.tree_before), len(found.tree_after)) == (2, 2)
    assert views.cut == "the MIME trees have more parts than are shown"


def test_texts_below_one_change_are_cut_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewing, "_MAX_TEXTS", 1)
    inner = "Content-Type: multipart/mixed; boundary=c\n\n--c\n\na\n--c\n\nb\n--c--"
    views = Views()
    found = view(multipart(PLAIN + "x"), multipart(PLAIN + "x", inner), views)
    assert found is not None
    assert [text.section for text in found.texts] == ["2.1"]
    assert views.cut == "a part that came or went has more texts in it than are shown"
