"""The changes of a step to a few words that fit into one line of the overview.

Shorter than `words.summary`: what matters most comes first (deleted, envelope, content, header), lines are counted, and
what does not fit is left to the detail below.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from snapdiff.model import PartInfo
from snapdiff.report.terminal_hunks import line_count
from snapdiff.report.terminal_text import cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from snapdiff.model import Change, Hunk
    from snapdiff.report.terminal_text import Paper

_LONGEST_NAME = 60
_SHORTEST_NAME = 16
_PART_VERBS = ("removed", "added", "changed", "moved", "rewritten")
_FIELD_VERBS = ("changed", "removed", "added", "moved", "rewritten")


def brief(changes: Sequence[Change], paper: Paper, room: int) -> tuple[str, bool]:
    """As many phrases as fit into `room` columns, at least one: `text changed (+3 −1 lines), 2 header fields added`.

    Also whether that is all of them, and fits. A name that does not fit is shortened to its end, as it is the end that
    tells `X-MS-Exchange-Organization-SCL` from its neighbours.
    """
    phrases = list(_phrases(changes, paper, _LONGEST_NAME))
    if cells(phrases[0]) > room:
        over = cells(phrases[0]) - room
        phrases = list(_phrases(changes, paper, max(_longest_name(changes) - over, _SHORTEST_NAME)))
    words = ""
    for place, phrase in enumerate(phrases):
        longer = f"{words}, {phrase}" if words else phrase
        more = 0 if place == len(phrases) - 1 else len(paper.symbols.dots) + 2
        if words and cells(longer) + more > room:
            return f"{words}, {paper.symbols.dots}", False
        words = longer
    return words, cells(words) <= room


def line_counts(hunks: Sequence[Hunk]) -> tuple[int, int]:
    """How many lines the hunks add and remove; a replaced line counts on both sides."""
    return sum(line_count(hunk.after) for hunk in hunks), sum(line_count(hunk.before) for hunk in hunks)


def lines_words(hunks: Sequence[Hunk], paper: Paper) -> str:
    """`+3 −1 lines`; a side without lines is left out."""
    added, removed = line_counts(hunks)
    pieces = [f"+{added:,}"] if added else []
    pieces += [f"{paper.symbols.minus}{removed:,}"] if removed else []
    return " ".join(pieces) + (" line" if added + removed == 1 else " lines")


def _phrases(changes: Sequence[Change], paper: Paper, longest: int) -> Iterator[str]:
    """What changed, a phrase a kind, in the order of what matters; names are cut to so many characters."""
    real = [change for change in changes if not change.cosmetic]
    by_group: dict[str, list[Change]] = {"message": [], "envelope": [], "part": [], "header": []}
    for change in real:
        by_group[change.kind.partition(".")[0]].append(change)
    for change in by_group["message"]:
        yield f"message {change.kind.partition('.')[2]}"
    yield from _envelope(by_group["envelope"], paper, longest)
    yield from _parts(by_group["part"], paper, longest)
    yield from _fields(by_group["header"], paper, longest)
    cosmetic = len(changes) - len(real)
    if cosmetic:
        yield f"{cosmetic:,} cosmetic" if real else f"same for a reader ({cosmetic:,} cosmetic)"


def _envelope(changes: Sequence[Change], paper: Paper, longest: int) -> Iterator[str]:
    if any(change.kind == "envelope.sender-changed" for change in changes):
        yield "envelope sender changed"
    for verb in ("added", "removed"):
        found = [change for change in changes if change.kind == f"envelope.recipient-{verb}"]
        if len(found) == 1:
            yield f"recipient {_name(found[0], paper, longest)} {verb}"
        elif found:
            yield f"{len(found):,} recipients {verb}"


def _parts(changes: Sequence[Change], paper: Paper, longest: int) -> Iterator[str]:
    texts = [change for change in changes if _is_text(change)]
    if texts:
        hunks = [hunk for change in texts for hunk in change.hunks or ()]
        noun = "text" if len(texts) == 1 else f"{len(texts):,} texts"
        lost = ", characters lost" if any(change.degree == "characters-lost" for change in texts) else ""
        yield f"{noun} changed ({lines_words(hunks, paper) if hunks else 'other lines'}{lost})"
    for verb in _PART_VERBS:
        found = [change for change in changes if change.kind == f"part.{verb}" and not _is_text(change)]
        if len(found) == 1:
            yield f"{_part_name(found[0], paper, longest)} {verb}"
        elif found:
            yield f"{len(found):,} parts {verb}"


def _fields(changes: Sequence[Change], paper: Paper, longest: int) -> Iterator[str]:
    for verb in _FIELD_VERBS:
        found = [change for change in changes if change.kind == f"header.{verb}"]
        names = Counter(change.name for change in found)
        if len(names) == 1 and len(found) < 3:
            yield f"{_name(found[0], paper, longest)} {verb}" + (" twice" if len(found) == 2 else "")
        elif found:
            yield f"{len(found):,} header fields {verb}"


def _is_text(change: Change) -> bool:
    return change.kind == "part.changed" and change.hunks is not None


def _part_name(change: Change, paper: Paper, longest: int) -> str:
    """A part by its file name where it has one, else by its type or section."""
    info = change.after if isinstance(change.after, PartInfo) else change.before
    if isinstance(info, PartInfo) and info.file_name and change.name:
        return _name(change, paper, longest)
    if change.name and change.kind in ("part.added", "part.removed"):
        return f"part {_name(change, paper, longest)}"
    return f"part {paper.show(change.part or '?', 20)}"


def _name(change: Change, paper: Paper, longest: int) -> str:
    """The name, or its end behind dots; a field's name is cut behind one of its dashes where that is near."""
    name = change.name
    if not name:
        return "without a name"
    if len(name) <= longest:
        return paper.show(name)
    end = name[len(name) - longest + len(paper.symbols.dots) :]
    dash = end.find("-", 0, longest // 2)
    return paper.symbols.dots + paper.show(end[dash + 1 :])


def _longest_name(changes: Sequence[Change]) -> int:
    return min(max(len(change.name or "") for change in changes), _LONGEST_NAME)
