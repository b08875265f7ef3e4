"""The lines of a text before and after a step to HTML: what is equal once, what differs side by side, long runs folded.

Line numbers and signs are drawn by the style sheet, so that a copy of the page's text holds the mail's text alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup
from msgspec import UNSET

from snapdiff.report.html.marks import marked
from snapdiff.report.html.source import coloured
from snapdiff.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from snapdiff.model import Hunk
    from snapdiff.report.html.marks import Range, Styled

CONTEXT = 3
"""Unchanged lines that stand open on either side of a change; longer runs are folded."""
LINES_SHOWN = 400
"""Lines of one side of one hunk, or of one folded run, that are shown."""
HUNKS_SHOWN = 200

Colours = Sequence[Sequence["Styled"]]


def differences(hunks: Sequence[Hunk], before: str | None, after: str | None, *, is_html: bool) -> Markup:
    """The hunks in their text. Without the texts (None on both sides) the hunks stand alone."""
    old = _lines(before)
    _lines(after)
    old_colours = coloured(before) if is_html and before else _alone(hunks, "before", is_html)
    new_colours = coloured(after) if is_html and after else _alone(hunks, "after", is_html)
    known = before is not None and after is not None
    out: list[Markup] = []
    at_old, at_new = 1, 1
    for place, hunk in enumerate(hunks):
        if place == HUNKS_SHOWN:
            more = counted(len(hunks) - place, "more place")
            out.append(_notice(f"{more} where this text differs not shown here; --format json has them all."))
            return _wrapped(out)
        if known:
            run = old[at_old - 1 : hunk.before_line - 1]
            out.append(_same(run, at_old, at_new, new_colours, first=place == 0, last=False))
        elif place:
            out.append(Markup('<div class="skip"></div>'))
        out.append(_hunk(hunk, old_colours, new_colours))
        at_old = hunk.before_line + _count(hunk.before)
        at_new = hunk.after_line + _count(hunk.after)
    if known:
        out.append(_same(old[at_old - 1 :], at_old, at_new, new_colours, first=not hunks, last=True))
    return _wrapped(out)


def whole_text(text: str, side: str, *, is_html: bool) -> Markup:
    """A text that came or went as a whole; `side` is `before` where it went and `after` where it came."""
    lines = _lines(text)
    colours = coloured(text) if is_html else []
    body = _side(lines[:LINES_SHOWN], 1, [], colours, side)
    rest = len(lines) - LINES_SHOWN
    notice = [_notice(f"{counted(rest, 'more line')} not shown here.")] if rest > 0 else []
    return _wrapped([Markup('<div class="hunk whole">{}</div>').format(body), *notice])


def _wrapped(pieces: Iterable[Markup]) -> Markup:
    return Markup('<div class="lines">{}</div>').format(Markup("").join(pieces))


def _alone(hunks: Sequence[Hunk], side: str, is_html: bool) -> Colours:
    """Without the whole text, a hunk's own lines are coloured where they stand."""
    if not is_html:
        return []
    colours: list[Sequence[Styled]] = []
    for hunk in hunks[:HUNKS_SHOWN]:
        text = hunk.before if side == "before" else hunk.after
        start = hunk.before_line if side == "before" else hunk.after_line
        if text is None or start > 20_000:
            continue
        colours.extend([()] * (start - 1 - len(colours)))
        colours[start - 1 :] = coloured(text)
    return colours


def _hunk(hunk: Hunk, old: Colours, new: Colours) -> Markup:
    words = hunk.words if hunk.words is not UNSET else None
    sides = []
    if hunk.before is not None:
        sides.append(_half(hunk.before, hunk.before_line, words.before if words else [], old, "before"))
    if hunk.after is not None:
        sides.append(_half(hunk.after, hunk.after_line, words.after if words else [], new, "after"))
    both = "" if len(sides) == 2 else " only-before" if hunk.after is None else " only-after"
    return Markup('<div class="hunk{}">{}</div>').format(both, Markup("").join(sides))


def _half(text: str, line: int, marks: Sequence[Range], colours: Colours, side: str) -> Markup:
    lines = text.split("\n")
    shown = _side(lines[:LINES_SHOWN], line, marks, colours, side)
    if len(lines) <= LINES_SHOWN:
        return shown
    return shown + _notice(f"{counted(len(lines) - LINES_SHOWN, 'more line')} of this side not shown here.")


def _side(lines: Sequence[str], line: int, marks: Sequence[Range], colours: Colours, side: str) -> Markup:
    drawn = [
        _line(text, inside, number, None, colours)
        for number, (text, inside) in enumerate(_with_marks(lines, marks), line)
    ]
    frame = Markup("<del>{}</del>") if side == "before" else Markup("<ins>{}</ins>")
    return frame.format(Markup("").join(drawn))


def _same(lines: Sequence[str], old: int, new: int, colours: Colours, *, first: bool, last: bool) -> Markup:
    """Lines that did not change; of a long run, those next to a change stand open."""
    if not lines:
        return Markup("")
    head = 0 if first else CONTEXT
    tail = 0 if last else CONTEXT
    drawn = [(text, place) for place, text in enumerate(lines)]
    if len(lines) <= head + tail + 2:
        return _run(drawn, old, new, colours)
    folded = drawn[head : len(drawn) - tail]
    body = _run(folded[:LINES_SHOWN], old, new, colours)
    if len(folded) > LINES_SHOWN:
        body += _notice(f"{counted(len(folded) - LINES_SHOWN, 'more unchanged line')} not shown here.")
    fold = Markup('<details class="fold"><summary>{} not changed</summary>{}</details>').format(
        counted(len(folded), "line"), body
    )
    return _run(drawn[:head], old, new, colours) + fold + _run(drawn[len(drawn) - tail :], old, new, colours)


def _run(drawn: Sequence[tuple[str, int]], old: int, new: int, colours: Colours) -> Markup:
    if not drawn:
        return Markup("")
    lines = [_line(text, (), old + place, new + place, colours) for text, place in drawn]
    return Markup('<div class="same">{}</div>').format(Markup("").join(lines))


def _line(text: str, marks: Sequence[Range], number: int, other: int | None, colours: Colours) -> Markup:
    """One line. Of an unchanged one both numbers are told, and the later text's colours hold."""
    place = (other or number) - 1
    styles = colours[place] if 0 <= place < len(colours) else ()
    label = f"{number}" if other is None or other == number else f"{number}→{other}"
    return Markup('<div data-n="{}">{}</div>').format(label, marked(text, marks, styles) or Markup("<br>"))


def _with_marks(lines: Sequence[str], marks: Sequence[Range]) -> Iterator[tuple[str, list[Range]]]:
    """Each line with the ranges that lie in it; `marks` count from the hunk's beginning, in rising order."""
    start, first = 0, 0
    for text in lines:
        end = start + len(text)
        inside: list[Range] = []
        while first < len(marks) and marks[first][1] <= start:
            first += 1
        at = first
        while at < len(marks) and marks[at][0] < end:
            inside.append((max(marks[at][0] - start, 0), min(marks[at][1], end) - start))
            at += 1
        yield text, inside
        start = end + 1


def _lines(text: str | None) -> list[str]:
    """A text's lines; a final line end makes no empty last line."""
    if not text:
        return []
    return text.removesuffix("\n").split("\n")


def _count(text: str | None) -> int:
    return 0 if text is None else text.count("\n") + 1


def _notice(words: str) -> Markup:
    return Markup('<p class="notice">{}</p>').format(words)
