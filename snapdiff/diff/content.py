"""Two bodies of one part to the one change that tells how deep their difference goes.

The ladder: bytes equal, re-wrapped, re-encoded, relabelled without loss, characters lost, content changed.
"""

from typing import NamedTuple

from msgspec import UNSET, UnsetType

from snapdiff.diff.builder import part_info
from snapdiff.diff.text import compare_lines, hunks_between, lines_of, lost_characters
from snapdiff.mail.parts import Part, Span
from snapdiff.model import Change, Degree, Hunk

_MAX_HUNK_TEXT = 4_000_000
_MAX_VISIBLE_SOURCE = 2_000_000
_MAX_LOST_SHOWN = 40
_NOT_EXACT = "so many lines are equal to each other that more of them are shown as changed than need be"


class Compared(NamedTuple):
    """The change (None where no byte and no reading differs), and whether a reader sees the same content."""

    change: Change | None
    same: bool


def compare_content(a: Part, b: Part, alone: bool = False) -> Compared:
    """Compares the content of a leaf before and after.

    The spans reach to the next delimiter only where the bytes before it differ too; with `alone` they never do
    (the part went a level down, and what follows it is told elsewhere).
    """
    spans = _differing_spans(a, b, alone)
    if spans is None and _read_alike(a, b):
        return Compared(None, same=True)
    before_span, after_span = spans or (None, None)
    degree = _same_content(a, b)
    if degree is not None:
        if spans is None:
            return Compared(None, same=True)
        rewritten = Change("part.rewritten", None, b.section, True, None, None, before_span, after_span, degree=degree)
        return Compared(rewritten, same=True)
    if a.is_text and b.is_text:
        return Compared(_text_change(a, b, before_span, after_span), same=False)
    return Compared(
        Change(
            "part.changed",
            None,
            b.section,
            before=part_info(a),
            after=part_info(b),
            before_span=before_span,
            after_span=after_span,
            degree="content-changed",
            note="this program can't look inside this type of part" if a.is_opaque or b.is_opaque else UNSET,
        ),
        same=False,
    )


def _differing_spans(a: Part, b: Part, alone: bool) -> tuple[Span, Span] | None:
    """The spans of the bodies that differ, None where all their bytes are equal."""
    start_a, start_b = a.body_start, b.body_start
    end_a, end_b = (a.body_end, b.body_end) if alone else (a.end, b.end)
    same_bodies = a.raw[start_a:end_a] == b.raw[start_b:end_b]
    if not alone and a.raw[a.header.end : start_a] != b.raw[b.header.end : start_b]:
        if same_bodies:
            return (a.header.end, start_a), (b.header.end, start_b)
        start_a, start_b = a.header.end, b.header.end
    elif same_bodies:
        return None
    if alone or a.raw[a.body_end : a.end] == b.raw[b.body_end : b.end]:
        return (start_a, a.body_end), (start_b, b.body_end)
    if a.raw[start_a : a.body_end] == b.raw[start_b : b.body_end]:
        return (a.body_end, a.end), (b.body_end, b.end)
    return (start_a, a.end), (start_b, b.end)


def _read_alike(a: Part, b: Part) -> bool:
    return a.header.fields == b.header.fields or (
        (a.type, a.charset, a.encoding) == (b.type, b.charset, b.encoding) and a.default_type == b.default_type
    )


def _same_content(a: Part, b: Part) -> Degree | None:
    """On which rung of the ladder the two are still the same content, None where they are not."""
    if a.content == b.content and not (a.is_text and b.is_text and a.text.text != b.text.text):
        return "re-wrapped" if a.encoding == b.encoding else "re-encoded"
    if not (a.is_text and b.is_text):
        return None
    if not (a.text.clean and b.text.clean):
        same_charset = a.text.charset == b.text.charset
        same_bytes = a.content.replace(b"\r\n", b"\n").rstrip(b"\n") == b.content.replace(b"\r\n", b"\n").rstrip(b"\n")
        return "re-wrapped" if same_charset and same_bytes and _same_lines(a, b) else None
    if not _same_lines(a, b):
        return None
    if a.text.charset != b.text.charset:
        return "relabelled"
    return "re-wrapped" if a.encoding == b.encoding else "re-encoded"


def _same_lines(a: Part, b: Part) -> bool:
    return lines_of(a.text.text) == lines_of(b.text.text)


def _text_change(a: Part, b: Part, before_span: Span | None, after_span: Span | None) -> Change:
    found: list[Hunk] | None
    found, exact = compare_lines(lines_of(a.text.text), lines_of(b.text.text))
    lost, explained = lost_characters(found or [])
    degree: Degree = "characters-lost" if explained else "content-changed"
    note = f"characters lost: {lost[:_MAX_LOST_SHOWN]}" if lost else "" if exact else _NOT_EXACT
    info_before = info_after = None
    if sum(len(hunk.before or "") + len(hunk.after or "") for hunk in found or []) > _MAX_HUNK_TEXT:
        found = None
        info_before, info_after = part_info(a), part_info(b)
        note = "the lines that differ are too many to show; take the part out of both files with 'snapdiff extract'"
    return Change(
        "part.changed",
        None,
        b.section,
        False,
        info_before,
        info_after,
        before_span,
        after_span,
        found,
        visible=_visible(a, b),
        degree=degree,
        note=note or UNSET,
    )


def _visible(a: Part, b: Part) -> list[Hunk] | UnsetType:
    """The hunks of what a reader sees of an HTML part; unset where that can't be told."""
    if a.type != "text/html" or b.type != "text/html":
        return UNSET
    if len(a.text.text) + len(b.text.text) > _MAX_VISIBLE_SOURCE:
        return UNSET
    from snapdiff.mail.visible import TooLarge, visible_text

    try:
        return hunks_between(visible_text(a), visible_text(b))
    except TooLarge:
        return UNSET
