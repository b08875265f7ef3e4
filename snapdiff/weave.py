"""A text and its hunks, step after step, to runs of characters that each know who brought them and who took them out.

A weave keeps what was removed where it stood (as SCCS did, Rochkind, IEEE Transactions on Software Engineering 1,
4, 1975): so each character has one owner, and the text of every step can be read off again.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

from msgspec import UNSET

from snapdiff.model import BlameRun, Hunk

MAX_REMOVED = 200_000
"""Characters of removed text a weave keeps; what is removed beyond is counted in `forgotten`."""
MAX_RUNS = 20_000


class Edit(NamedTuple):
    """Something done to the text that stands: keep or drop so many characters, or put in a text."""

    what: Literal["keep", "drop", "put"]
    length: int
    text: str = ""


class Weave:
    """A text with the owner of every character, those that are gone included.

    `text` is what stands now. `forgotten` counts removed characters that were too many to keep; `whole` is set
    where the runs became too many to tell apart, and the text fell to the step that changed it last.
    """

    def __init__(self, text: str, owner: int) -> None:
        self.text = text
        self.forgotten = 0
        self.whole = False
        self._runs = [BlameRun(text, owner)] if text else []
        self._removed = 0

    def runs(self) -> list[BlameRun]:
        """The runs in order; neighbours differ in owner or remover."""
        return list(self._runs)

    def change(self, text: str, hunks: Sequence[Hunk], owner: int) -> bool:
        """Follows the hunks to `text`; False, with nothing changed, where they do not lead there."""
        edits = edits_of(self.text, hunks)
        if edits is None or _played(self.text, edits) != text:
            return False
        self._apply(edits, owner)
        self.text = text
        if len(self._runs) > MAX_RUNS:
            self.replace(text, owner)
            self.whole = True
        return True

    def replace(self, text: str, owner: int) -> None:
        """Takes out all that stands and puts in `text`."""
        self._apply([Edit("drop", len(self.text)), Edit("put", len(text), text)], owner)
        self.text = text
        if len(self._runs) > MAX_RUNS:
            self.forgotten += sum(len(run.text) for run in self._runs if run.removed_by is not None)
            self._runs = [BlameRun(text, owner)] if text else []

    def _apply(self, edits: Sequence[Edit], owner: int) -> None:
        out = _Runs()
        source = _Source(self._runs)
        for edit in edits:
            if edit.what == "put":
                out.add(edit.text, owner, None)
                continue
            for text, brought, removed in source.take(edit.length):
                if removed is not None or edit.what == "keep":
                    out.add(text, brought, removed)
                else:
                    out.add(self._remembered(text), brought, owner)
        for text, brought, removed in source.take(None):
            out.add(text, brought, removed)
        self._runs = out.runs()

    def _remembered(self, text: str) -> str:
        """What is kept of a text that goes."""
        kept = text[: max(0, MAX_REMOVED - self._removed)]
        self._removed += len(kept)
        self.forgotten += len(text) - len(kept)
        return kept


Piece = tuple[str, int, int | None]
"""A text, who brought it, who removed it."""


class _Source:
    """Reads a weave's runs by characters that stand; removed runs on the way come along."""

    def __init__(self, runs: Sequence[BlameRun]) -> None:
        self._runs, self._index, self._at = runs, 0, 0

    def take(self, count: int | None) -> Iterator[Piece]:
        """The next `count` characters that stand, all that is left for None."""
        while self._index < len(self._runs) and (count is None or count > 0):
            run = self._runs[self._index]
            end = len(run.text)
            if run.removed_by is None and count is not None:
                end = min(end, self._at + count)
                count -= end - self._at
            yield run.text[self._at : end], run.owner, run.removed_by
            self._at = end
            if end == len(run.text):
                self._index, self._at = self._index + 1, 0


class _Runs:
    """Gathers pieces; neighbours of one owner and remover become one run, joined once."""

    def __init__(self) -> None:
        self._done: list[BlameRun] = []
        self._texts: list[str] = []
        self._of: tuple[int, int | None] = (0, None)

    def add(self, text: str, owner: int, removed_by: int | None) -> None:
        if not text:
            return
        if self._of != (owner, removed_by):
            self._close()
            self._of = (owner, removed_by)
        self._texts.append(text)

    def runs(self) -> list[BlameRun]:
        self._close()
        return self._done

    def _close(self) -> None:
        if self._texts:
            self._done.append(BlameRun("".join(self._texts), *self._of))
            self._texts = []


def edits_of(text: str, hunks: Sequence[Hunk]) -> list[Edit] | None:
    """The hunks as edits of a text whose lines each end in LF; None where they do not fit it.

    Inside a replaced hunk the words that stayed are kept where the hunk tells them.
    """
    starts = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
    out: list[Edit] = []
    at = 0
    for hunk in hunks:
        line = hunk.before_line - 1
        if not 0 <= line < len(starts) or starts[line] < at or starts[line] > len(text):
            return None
        start = starts[line]
        out.append(Edit("keep", start - at))
        old = "" if hunk.before is None else hunk.before + "\n"
        new = "" if hunk.after is None else hunk.after + "\n"
        if not text.startswith(old, start):
            return None
        out.extend(_inside(hunk, old, new))
        at = start + len(old)
    out.append(Edit("keep", len(text) - at))
    return [edit for edit in out if edit.length]


def _inside(hunk: Hunk, old: str, new: str) -> Iterator[Edit]:
    if hunk.words is UNSET:
        yield Edit("drop", len(old))
        yield Edit("put", len(new), new)
        return
    gone, come = hunk.words.before, hunk.words.after
    at_old = at_new = next_gone = next_come = 0
    while at_old < len(old) or at_new < len(new):
        if next_gone < len(gone) and gone[next_gone][0] <= at_old:
            end = gone[next_gone][1]
            yield Edit("drop", end - at_old)
            at_old, next_gone = end, next_gone + 1
            continue
        if next_come < len(come) and come[next_come][0] <= at_new:
            end = come[next_come][1]
            yield Edit("put", end - at_new, new[at_new:end])
            at_new, next_come = end, next_come + 1
            continue
        until_old = gone[next_gone][0] if next_gone < len(gone) else len(old)
        until_new = come[next_come][0] if next_come < len(come) else len(new)
        kept = min(until_old - at_old, until_new - at_new)
        if kept <= 0:  # the ranges do not fit: what is left is told as replaced
            yield Edit("drop", len(old) - at_old)
            yield Edit("put", len(new) - at_new, new[at_new:])
            return
        yield Edit("keep", kept)
        at_old, at_new = at_old + kept, at_new + kept


def _played(text: str, edits: Sequence[Edit]) -> str:
    out: list[str] = []
    at = 0
    for edit in edits:
        if edit.what == "put":
            out.append(edit.text)
            continue
        if edit.what == "keep":
            out.append(text[at : at + edit.length])
        at += edit.length
    return "".join(out)
