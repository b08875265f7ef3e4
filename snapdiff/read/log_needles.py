"""Texts that are looked for to where they may stand in a block of a log's bytes, so that few lines are read at all."""

from collections.abc import Iterator, Sequence
from re import compile as pattern

_FEW = 3
"""So many texts are each looked for by themselves; more than that by what stands behind every `<`."""
_MOST_ALONE = 64
_LONGEST_HEAD = 24
_MESSAGE_ID = pattern(rb"<[^<>\n]+>")


class Needles:
    """What is looked for: in any letter case of A to Z, or `exact` in its own.

    `are_useless` where some text gives nothing to look for, or there are too many: then every line has to be read.
    """

    def __init__(self, words: Sequence[str], *, exact: bool = False) -> None:
        runs = [needle(word) if exact else needle(word).lower() for word in dict.fromkeys(words)]
        ids = [run for run in runs if _MESSAGE_ID.fullmatch(run)] if exact and len(runs) > _FEW else []
        self._alone = [run for run in runs if run not in set(ids)]
        self._ids = _MessageIds(ids) if ids else None
        self._exact = exact
        self.are_useless = not runs or not all(runs) or len(self._alone) > _MOST_ALONE

    def within(self, block: bytes) -> Iterator[int]:
        """Offsets where a text may stand: at least one in each line that holds one, in no order."""
        folded = block if self._exact else block.lower()
        for run in self._alone:
            at = folded.find(run)
            while at >= 0:
                yield at
                end = block.find(b"\n", at)
                at = folded.find(run, end) if end >= 0 else -1
        if self._ids is not None:
            yield from self._ids.within(block)


class _MessageIds:
    """Any number of ids in angle brackets, found in one go: what follows each `<` is compared with how they begin."""

    def __init__(self, ids: Sequence[bytes]) -> None:
        self._ids = frozenset(ids)
        self._length = min(_LONGEST_HEAD, *map(len, ids))
        self._heads = frozenset(one[: self._length] for one in ids)

    def within(self, block: bytes) -> Iterator[int]:
        find, heads, length = block.find, self._heads, self._length
        at = find(b"<")
        while at >= 0:
            if block[at : at + length] in heads and block[at : find(b">", at) + 1] in self._ids:
                yield at
            at = find(b"<", at + 1)


def needle(text: str) -> bytes:
    """The bytes to look for so that no line with `text` in it, in any letter case, is missed.

    Where letters beyond A to Z are in it, whose case bytes do not show, it is the longest run without them; and a
    quote of either kind ends a run, as it stands doubled in a log.
    """
    runs = "".join(char if " " <= char <= "~" and char not in "\"'" else "\n" for char in text).split("\n")
    return max(runs, key=len).encode("ascii")
