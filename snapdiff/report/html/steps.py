"""A step's changes to blocks of HTML: envelope, header fields, MIME tree, parts.

A block is what a limit leaves out whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup
from msgspec import UNSET, Struct

from snapdiff.model import PartInfo
from snapdiff.report.html.bodies import differences, whole_text
from snapdiff.report.html.environment import render
from snapdiff.report.html.frame import Framed, framed
from snapdiff.report.html.marks import differing, inline, marked
from snapdiff.report.words import change_title, counted, degree_words, part_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from snapdiff.model import Change, PartTexts, Step, StepView

ROWS_SHOWN = 150
"""Header fields of one table that are shown."""
_WORDS = {
    "header.added": ("added", "added"),
    "header.removed": ("removed", "removed"),
    "header.changed": ("changed", "changed"),
    "header.moved": ("moved", "moved"),
    "header.rewritten": ("rewritten", "same value, other bytes"),
}
_SIDE = {"part.added": "after", "part.removed": "before"}


class Block(Struct, frozen=True):
    """A piece of a step's section; `words` say what it holds, for the notice where it is left out."""

    step: int
    words: str
    html: Markup


class Row(Struct, frozen=True):
    """One line of a table of fields."""

    id: str
    name: str
    style: str
    what: str
    before: Markup | None
    after: Markup | None
    values: list[tuple[str, str | None, str | None]]
    note: str
    cosmetic: bool


Numbered = tuple[int, "Change"]


def step_blocks(number: int, step: Step, view: StepView | None, key: str) -> list[Block]:
    """The blocks of a step in the order they are read; ids begin with `key`."""
    numbered = list(enumerate(step.changes, 1))
    real = [(n, one) for n, one in numbered if not one.cosmetic]
    blocks: list[Block] = []
    ends = [one for _, one in real if one.kind.startswith("message.")]
    if ends:
        html = render("ending.html.j2", id=f"{key}-c1", kind=ends[0].kind)
        blocks.append(Block(number, "the message's end", html))
    envelope = [(n, one) for n, one in real if one.kind.startswith("envelope.")]
    if envelope:
        html = render("envelope.html.j2", key=key, changes=envelope[:ROWS_SHOWN], more=len(envelope) - ROWS_SHOWN)
        blocks.append(Block(number, "envelope", html))
    for part, group in _by_part((n, one) for n, one in real if one.kind.startswith("header.")):
        blocks.append(Block(number, _header_words(part, group), _fields(part, group, key)))
    parts = [(n, one) for n, one in real if one.kind.startswith("part.")]
    if view is not None and _tree_changed(view):
        html = render("trees.html.j2", before=view.tree_before, after=view.tree_after)
        blocks.append(Block(number, "the MIME trees", html))
    texts = {text.change: text for text in view.texts} if view is not None else {}
    for n, change in parts:
        block = part_block(f"{key}-c{n}", change, texts.get(n - 1))
        blocks.append(Block(number, change_title(change), block))
    cosmetic = [(n, one) for n, one in numbered if one.cosmetic]
    if cosmetic:
        blocks.append(Block(number, counted(len(cosmetic), "cosmetic change"), _cosmetic(cosmetic, key)))
    return blocks


def part_block(change_id: str, change: Change, texts: PartTexts | None) -> Markup:
    """One part that came, went or changed: its facts, its text, and of HTML also what a reader sees."""
    media = _type(change, texts)
    is_html = media.startswith("text/html") or change.visible is not UNSET
    before, after = (texts.before, texts.after) if texts else (None, None)
    body = _body(change, before, after, is_html=is_html)
    visible = None
    if isinstance(change.visible, list):
        visible = differences(change.visible, None, None, is_html=False) if change.visible else Markup("")
    frames: list[tuple[str, Framed]] = []
    too_long = False
    if is_html and texts is not None and not texts.cut:
        for title, html in (("before", before), ("after", after)):
            frame = framed(html) if html is not None else None
            too_long = too_long or (html is not None and frame is None)
            if frame is not None:
                frames.append((title, frame))
    title = change_title(change)
    return render(
        "part.html.j2",
        id=change_id,
        title=title[:1].upper() + title[1:],
        style={"part.added": "added", "part.removed": "removed"}.get(change.kind, "changed"),
        infos=_infos(change),
        body=body,
        visible=visible,
        is_html=is_html,
        frames=frames,
        too_long=too_long,
        cut=texts.cut if texts is not None and texts.cut else "",
        note=change.note or "",
        lone_lines=body is not None and (texts is None or before is None or after is None),
    )


def _body(change: Change, before: str | None, after: str | None, *, is_html: bool) -> Markup | None:
    side = _SIDE.get(change.kind)
    if side is not None:
        text = after if side == "after" else before
        if text:
            return whole_text(text, side, is_html=is_html)
    if change.hunks:
        if before is None or after is None or _is_short(change, before):
            before = after = None
        return differences(change.hunks, before, after, is_html=is_html)
    return None


def _is_short(change: Change, before: str) -> bool:
    """Whether the text at hand ends before the last hunk does, so that the hunks can't be shown in it."""
    last = (change.hunks or [])[-1]
    needed = last.before_line + (0 if last.before is None else last.before.count("\n") + 1) - 1
    return before.count("\n") + (not before.endswith("\n") and before != "") < needed


def _infos(change: Change) -> list[tuple[str, str, str]]:
    """Type, size and hash before and after, where the change tells them."""
    return [
        (side, part_words(info), info.sha256)
        for side, info in (("before", change.before), ("after", change.after))
        if isinstance(info, PartInfo)
    ]


def _type(change: Change, texts: PartTexts | None) -> str:
    if texts is not None:
        return texts.type.lower()
    info = change.after if isinstance(change.after, PartInfo) else change.before
    return info.type.lower() if isinstance(info, PartInfo) else ""


def _tree_changed(view: StepView) -> bool:
    shape = [(node.section, node.type, node.file_name, node.depth) for node in view.tree_before]
    return shape != [(node.section, node.type, node.file_name, node.depth) for node in view.tree_after]


def _by_part(numbered: Iterable[Numbered]) -> list[tuple[str | None, list[Numbered]]]:
    groups: dict[str | None, list[Numbered]] = {}
    for n, change in numbered:
        groups.setdefault(change.part, []).append((n, change))
    return list(groups.items())


def _header_words(part: str | None, group: Sequence[Numbered]) -> str:
    where = "" if part is None else f" of part {part}"
    return f"{counted(len(group), 'header field')}{where}"


def _fields(part: str | None, group: Sequence[Numbered], key: str) -> Markup:
    inner = None if part is None else part.removesuffix(".HEADER")
    caption = "Header of the message"
    if inner is not None:
        caption = f"Header of part {inner}" if inner == part else f"Header of the message in part {inner}"
    return render(
        "fields.html.j2",
        caption=caption,
        rows=[_row(n, change, key) for n, change in group[:ROWS_SHOWN]],
        more=max(len(group) - ROWS_SHOWN, 0),
    )


def _row(number: int, change: Change, key: str) -> Row:
    before = change.before if isinstance(change.before, str) else None
    after = change.after if isinstance(change.after, str) else None
    gone, come = differing(before, after) if before is not None and after is not None else ([], [])
    style, what = _WORDS[change.kind]
    if change.moved is True:
        what += " and moved"
    return Row(
        id=f"{key}-c{number}",
        name=change.name or "",
        style=style,
        what=what,
        before=None if before is None else marked(before, gone),
        after=None if after is None else marked(after, come),
        values=[(value.name, value.before, value.after) for value in (change.values or [])[:20]],
        note=change.note or "",
        cosmetic=change.cosmetic,
    )


def _cosmetic(group: Sequence[Numbered], key: str) -> Markup:
    lines = []
    for n, change in group[:ROWS_SHOWN]:
        detail = Markup("")
        if change.kind == "header.changed" and isinstance(change.before, str) and isinstance(change.after, str):
            gone, come = differing(change.before, change.after)
            detail = Markup("<del>{}</del> <ins>{}</ins>").format(
                marked(change.before, gone), marked(change.after, come)
            )
        title = change_title(change)
        degree = degree_words(change.degree)
        note = change.note or ("" if degree in title or change.kind == "part.rewritten" else degree)
        lines.append((f"{key}-c{n}", inline(title[:1].upper() + title[1:]), detail, note))
    return render("cosmetic.html.j2", lines=lines, more=max(len(group) - ROWS_SHOWN, 0), count=len(group))
