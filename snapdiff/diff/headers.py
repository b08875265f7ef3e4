"""Two headers to the changes of their fields, one to one, each owning its field's bytes."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import UNSET, Struct

from snapdiff.diff.sequence import common_pairs, rising
from snapdiff.diff.values import display, same_value
from snapdiff.mail.fields import Header, field_name
from snapdiff.model import Change, Kind, Span, ValueChange

_MAX_VALUE_COMPARISONS = 20_000


class HeaderPair(Struct, frozen=True):
    """What is compared: two headers, the section their changes are filed under, and the charsets of 8-bit bytes.

    `same_content` says that the decoded body is equal, which makes a changed Content-Transfer-Encoding cosmetic.
    """

    before: Header
    after: Header
    part: str | None
    charsets: tuple[str | None, str | None] = (None, None)
    same_content: bool = False


def compare_headers(pair: HeaderPair) -> list[Change]:
    """The changes between two headers, in the order in which their fields stand.

    Fields pair by equal bytes, then by equal value, then, of one name, in order; what is left is added or
    removed. As few fields as explain the new order count as moved, those that changed anyway before others.
    """
    old, new = pair.before.fields, pair.after.fields
    if old == new:
        return []
    head = 0
    while head < len(old) and head < len(new) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    window = _Window(pair, head, old[head : len(old) - tail], new[head : len(new) - tail])
    return window.changes()


class _Window:
    """The fields between the equal ones at both ends; `first` is the index of the first of them."""

    def __init__(self, pair: HeaderPair, first: int, old: Sequence[bytes], new: Sequence[bytes]) -> None:
        self.pair, self.first, self.old, self.new = pair, first, old, new
        self.offsets = (pair.before.offsets(), pair.after.offsets())
        self.free_old = set(range(len(old)))
        self.free_new = set(range(len(new)))
        self.pairs: list[tuple[int, int]] = []

    def changes(self) -> list[Change]:
        self._pair_equal_bytes()
        by_name = self._free_by_name()
        equal_value = self._pair_equal_values(by_name)
        self._pair_rest(by_name)
        in_place = self._in_place()
        out: list[tuple[int, int, Change]] = []
        for i, j in self.pairs:
            moved = (i, j) not in in_place
            if self.old[i] == self.new[j]:
                if moved:
                    out.append((j, 1, self._change("header.moved", i, j)))
            elif (i, j) in equal_value:
                out.append((j, 1, self._change("header.rewritten", i, j, moved)))
            else:
                out.append((j, 1, self._change("header.changed", i, j, moved)))
        out.extend((i, 0, self._change("header.removed", i, None)) for i in self.free_old)
        out.extend((j, 1, self._change("header.added", None, j)) for j in self.free_new)
        out.sort(key=lambda entry: entry[:2])
        return [change for _, _, change in out]

    def _take(self, i: int, j: int) -> None:
        self.pairs.append((i, j))
        self.free_old.discard(i)
        self.free_new.discard(j)

    def _pair_equal_bytes(self) -> None:
        for i, j in common_pairs(self.old, self.new):
            self._take(i, j)
        places: dict[bytes, list[int]] = defaultdict(list)
        for j in sorted(self.free_new, reverse=True):
            places[self.new[j]].append(j)
        for i in sorted(self.free_old):
            if places.get(self.old[i]):
                self._take(i, places[self.old[i]].pop())

    def _free_by_name(self) -> list[tuple[list[int], list[int]]]:
        names: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for i in sorted(self.free_old):
            names[field_name(self.old[i]).lower()][0].append(i)
        for j in sorted(self.free_new):
            names[field_name(self.new[j]).lower()][1].append(j)
        return [both for both in names.values() if both[0] and both[1]]

    def _pair_equal_values(self, by_name: list[tuple[list[int], list[int]]]) -> set[tuple[int, int]]:
        found: set[tuple[int, int]] = set()
        for olds, news in by_name:
            if len(olds) * len(news) > _MAX_VALUE_COMPARISONS:
                continue
            for i in olds:
                for j in news:
                    if j in self.free_new and same_value(self.old[i], self.new[j], self.pair.charsets):
                        self._take(i, j)
                        found.add((i, j))
                        break
        return found

    def _pair_rest(self, by_name: list[tuple[list[int], list[int]]]) -> None:
        for olds, news in by_name:
            left_old = [i for i in olds if i in self.free_old]
            left_new = [j for j in news if j in self.free_new]
            for i, j in zip(left_old, left_new, strict=False):
                self._take(i, j)

    def _in_place(self) -> set[tuple[int, int]]:
        """The pairs that keep their order; a field of equal bytes weighs more than all that changed anyway."""
        pairs = sorted(self.pairs)
        heavy = len(pairs) + 1
        weights = [heavy if self.old[i] == self.new[j] else 1 for i, j in pairs]
        return {pairs[k] for k in rising([j for _, j in pairs], weights)}

    def _span(self, side: int, index: int | None) -> Span | None:
        if index is None:
            return None
        at = self.first + index
        return self.offsets[side][at], self.offsets[side][at + 1]

    def _change(self, kind: Kind, i: int | None, j: int | None, moved: bool = False) -> Change:
        old = None if i is None else self.old[i]
        new = None if j is None else self.new[j]
        name = field_name(new or old or b"")
        before = None if old is None else display(old, self.pair.charsets[0])
        after = None if new is None else display(new, self.pair.charsets[1])
        cosmetic = kind in {"header.moved", "header.rewritten"} or (
            self.pair.same_content and name.lower() == "content-transfer-encoding"
        )
        values = _values(name, before, after) if kind == "header.changed" else []
        return Change(
            kind,
            name,
            self.pair.part,
            cosmetic,
            before,
            after,
            self._span(0, i),
            self._span(1, j),
            moved=True if moved and kind != "header.moved" else UNSET,
            values=values or UNSET,
        )


def _values(name: str, before: str | None, after: str | None) -> list[ValueChange]:
    from snapdiff.mail.values import STRUCTURED, value_changes

    lower = name.lower()
    if before is None or after is None or lower not in STRUCTURED:
        return []
    if lower == "content-type" and before.partition(";")[0].strip().lower() != after.partition(";")[0].strip().lower():
        return []
    return value_changes(name, before, after)
