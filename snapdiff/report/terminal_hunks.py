"""Hunks of text to small diffs: line numbers, - and + lines, the words that differ, a notice of what is left out.

In colour the words are set off; without colour a row of ^ under the line points at them. Of a line too long to show,
the places that differ are cut out, so that a disclaimer inside a body of one line can still be seen.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from snapdiff.report.terminal_colors import Language, ranges
from snapdiff.report.terminal_text import Line, Paper, Piece, cells, fold, width_of
from snapdiff.texts import same_end, same_start

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from snapdiff.model import Hunk

Range = tuple[int, int]

LONGEST_LINE = 400
"""Characters of one line of text, or of one field's value, that are shown."""
LINES_SHOWN = 24
"""Rows of - and + that one part's diff may take."""
_AROUND = 40
"""Characters shown on either side of a place that differs in a line too long to show."""
_SLACK = 60
"""So few characters are not worth a notice: they are shown."""
_LONGEST_WORDS = 160
_LARGEST_BLANK_TEST = 4000
_LONGEST_WORD = 40
_MOSTLY = 0.8
_POINTED_AT = 100
_BLANK = re.compile(r"[\s\u2800]+")
_OTHER_BLANK = re.compile(r"[^\S ]")
_HOW = "--format json has it whole"


class Side(NamedTuple):
    """How the lines of one side are drawn."""

    sign: str
    style: str

    @property
    def word(self) -> str:
        """The style of the words that differ."""
        return self.style + "-word"


BEFORE = Side("-", "removed")
AFTER = Side("+", "added")


def draw_hunks(
    hunks: Sequence[Hunk], paper: Paper, indent: int, language: Language | None, most: int
) -> Iterator[Line]:
    """The hunks as - and + lines with their line numbers; at most `most` lines, and a notice of how many follow."""
    digits = max([_digits(hunk) for hunk in hunks], default=1)
    left = most
    hidden_lines = hidden_hunks = 0
    for place, hunk in enumerate(hunks):
        if left <= 0:
            rest = hunks[place:]
            hidden_hunks += len(rest)
            hidden_lines += sum(line_count(one.before) + line_count(one.after) for one in rest)
            break
        if place:
            yield []
        show_blanks = _only_blanks_differ(hunk)
        marks_before, marks_after = _marks(hunk)
        for side, text, first, marks in (
            (BEFORE, hunk.before, hunk.before_line, marks_before),
            (AFTER, hunk.after, hunk.after_line, marks_after),
        ):
            if text is None:
                continue
            # Where a replaced text is long, the new one must get its share of the lines.
            share = left if side is AFTER or hunk.after is None else max(left // 2, left - line_count(hunk.after))
            for number, (line, found) in enumerate(islice(_lines(text, marks), share), first):
                gutter = [Piece(" " * indent), Piece(f"{number:>{digits}} ", "dim"), Piece(side.sign + " ", side.style)]
                yield from marked(gutter, excerpt(line, found, paper, show_blanks), side, paper, language)
            hidden_lines += max(line_count(text) - share, 0)
            left -= min(share, line_count(text))
        if show_blanks:
            yield [Piece(" " * (indent + digits + 3)), Piece("(only blanks differ)", "dim")]
    if hidden_lines:
        more = f" in {hidden_hunks:,} more places" if hidden_hunks > 1 else ""
        said = f"{paper.symbols.dots} {hidden_lines:,} more lines that differ{more} not shown; {_HOW}"
        yield from (
            [Piece(" " * indent), Piece(row[0].text, "note")] for row in fold([Piece(said)], paper.width - indent)
        )


class Excerpt(NamedTuple):
    """A line as it is shown: safe text, the ranges of it that differ, and those of this program's own notices."""

    text: str
    marks: list[Range]
    notices: list[Range]


def excerpt(text: str, marks: Sequence[Range], paper: Paper, show_blanks: bool = False, tail: int = 0) -> Excerpt:
    """A line of a mail as it may be shown, with the character ranges `marks` followed through escapes and cuts.

    `tail` is how many characters of the line stand beyond `text`, for the notice.
    """
    shown: list[str] = []
    new_marks: list[Range] = []
    notices: list[Range] = []
    at = done = 0
    for start, end, is_marked in _windows(len(text), marks):
        if start > done:
            notice = f"{paper.symbols.dots}[{start - done:,} characters left out]{paper.symbols.dots}"
            notices.append((at, at + len(notice)))
            shown.append(notice)
            at += len(notice)
        piece = _blanks(text[start:end], paper, show_blanks, at_end=end == len(text), is_marked=is_marked)
        if is_marked and piece:
            new_marks.append((at, at + len(piece)))
        shown.append(piece)
        at += len(piece)
        done = end
    if (rest := len(text) - done + tail) > 0:
        notice = f"{paper.symbols.dots}[{rest:,} more characters; {_HOW}]"
        notices.append((at, at + len(notice)))
        shown.append(notice)
    return Excerpt("".join(shown), new_marks, notices)


def marked(head: Line, line: Excerpt, side: Side, paper: Paper, language: Language | None) -> Iterator[Line]:
    """The line behind its gutter, folded, with the words that differ set off by colour or by a row of ^ below."""
    indent = width_of(head)
    body = _styled(line, side, paper, language)
    total = sum(end - start for start, end in line.marks)
    pointed = not paper.color and 0 < total <= min(_MOSTLY * len(line.text), _POINTED_AT)
    for number, row in enumerate(fold(body, max(paper.width - indent, 10))):
        yield [*(head if number == 0 else [Piece(" " * indent)]), *row]
        if pointed and any(piece.style == side.word for piece in row):
            signs = "".join(("^" if piece.style == side.word else " ") * cells(piece.text) for piece in row)
            yield [Piece(" " * indent), Piece(signs.rstrip())]


def line_count(text: str | None) -> int:
    """The lines of one side of a hunk; none where it is None."""
    return 0 if text is None else text.count("\n") + 1


def differing(before: str, after: str) -> tuple[list[Range], list[Range]]:
    """Where two values differ: what is left between their common beginning and end, grown to whole words.

    Empty where hardly anything is common, so that pointing at words would say nothing.
    """
    shortest = min(len(before), len(after))
    low = same_start(before, after)
    high = min(same_end(before, after), shortest - low)
    least = max(low - _LONGEST_WORD, 0)
    while low > least and (_in_word(before, low) or _in_word(after, low)):
        low -= 1
    least = max(high - _LONGEST_WORD, 0)
    while high > least and (_in_word(before, len(before) - high) or _in_word(after, len(after) - high)):
        high -= 1
    if (low + high) * 5 < shortest:
        return [], []
    return [(low, len(before) - high)], [(low, len(after) - high)]


def _marks(hunk: Hunk) -> tuple[list[Range], list[Range]]:
    """The words that differ on either side; where one side has none, the place at which the other has its first."""
    if not hunk.words:
        return [], []
    before, after = hunk.words.before, hunk.words.after
    return before or [(one[0], one[0]) for one in after[:1]], after or [(one[0], one[0]) for one in before[:1]]


def _in_word(text: str, place: int) -> bool:
    """Whether a word goes on at this place; scripts that set no blanks between words are cut anywhere."""
    if not 0 < place < len(text) or max(text[place - 1], text[place]) >= "\u2e80":
        return False
    return text[place - 1].isalnum() and text[place].isalnum()


def _lines(text: str, marks: Iterable[Range]) -> Iterator[tuple[str, list[Range]]]:
    """Each line of the text with the ranges of `marks` that lie in it, counted from the line's start."""
    pending = iter(sorted(marks))
    mark = next(pending, None)
    offset = 0
    while True:
        end = text.find("\n", offset)
        stop = len(text) if end < 0 else end
        found: list[Range] = []
        while mark is not None and mark[0] <= stop:
            low, high = max(mark[0], offset), min(mark[1], stop)
            if low < high or mark[0] == mark[1]:
                found.append((low - offset, high - offset))
            if mark[1] > stop:
                break
            mark = next(pending, None)
        yield text[offset:stop], found
        if end < 0:
            return
        offset = end + 1


def _windows(length: int, marks: Sequence[Range]) -> Iterator[tuple[int, int, bool]]:
    """The ranges of a line to show, each marked or not: of a long line the marks and what is near."""
    if length <= LONGEST_LINE + _SLACK:
        yield from _alternating(0, length, marks)
        return
    left = LONGEST_LINE
    done = 0
    for low, high in marks or [(0, 0)]:
        around = _AROUND if marks else LONGEST_LINE
        start, end = max(done, low - around), min(length, high + around)
        start = done if start - done < _SLACK else start
        end = length if length - end < _SLACK else end
        stop = min(high, low + _LONGEST_WORDS)
        if start < low:
            yield start, low, False
        if low < stop:
            yield max(low, start), stop, True
        if stop == high and high < end:
            following = next((one[0] for one in marks if one[0] >= high), end)
            end = min(end, max(following, high))
            yield high, end, False
        done = end if stop == high else stop
        left -= done - start
        if left <= 0:
            return


def _alternating(start: int, end: int, marks: Sequence[Range]) -> Iterator[tuple[int, int, bool]]:
    for low, high in marks:
        if start < low:
            yield start, low, False
        yield low, high, True
        start = high
    if start < end:
        yield start, end, False


def _blanks(text: str, paper: Paper, show_blanks: bool, *, at_end: bool, is_marked: bool) -> str:
    """The text as it may be shown; where only blanks differ, those that do are drawn, else a tab is four columns."""
    if not show_blanks:
        return paper.show(text.expandtabs(4) if text.startswith("\t") else text.replace("\t", "    "), len(text) * 4)
    text = _OTHER_BLANK.sub(lambda found: f"\\x{ord(found[0]):02x}" if found[0] != "\t" else "\\t", text)
    if is_marked:
        text = text.replace(" ", paper.symbols.blank)
    elif at_end:
        kept = text.rstrip(" ")
        text = kept + paper.symbols.blank * (len(text) - len(kept))
    return paper.show(text, len(text))


def _styled(line: Excerpt, side: Side, paper: Paper, language: Language | None) -> Line:
    """The line as pieces: notices and marks as they are, the rest by its language, or in the colour of its side."""
    colours = list(ranges(line.text, language)) if language and paper.color else []
    if not (colours or line.marks or line.notices):
        return [Piece(line.text, side.style)]
    layers = [(start, end, "note") for start, end in line.notices]
    layers += [(start, end, side.word) for start, end in line.marks]
    styles = [side.style] * len(line.text)
    for start, end, style in (*colours, *reversed(layers)):
        styles[start:end] = [style] * (end - start)
    pieces: Line = []
    start = 0
    for place in range(1, len(styles) + 1):
        if place == len(styles) or styles[place] != styles[start]:
            pieces.append(Piece(line.text[start:place], styles[start]))
            start = place
    return pieces


def _only_blanks_differ(hunk: Hunk) -> bool:
    """Whether the two sides read the same but for blanks; told of short texts only."""
    if hunk.before is None or hunk.after is None or len(hunk.before) + len(hunk.after) > _LARGEST_BLANK_TEST:
        return False
    return _BLANK.sub("", hunk.before) == _BLANK.sub("", hunk.after)


def _digits(hunk: Hunk) -> int:
    """How many digits the largest line number of a hunk has."""
    return len(str(max(hunk.before_line + line_count(hunk.before), hunk.after_line + line_count(hunk.after))))
