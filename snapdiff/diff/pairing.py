"""Two MIME structures to which part of the one is which part of the other."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence

from snapdiff.diff.sequence import common_pairs
from snapdiff.mail.parts import Part

Rule = Callable[[Part, Part], bool]
_WORD = re.compile(r"\w+")
_MAX_LIKENESS_TEXT = 200_000
_MAX_LIKENESS_PARTS = 40
_MAX_SHAPES_COMPARED = 400
_LIKE = 0.8


def pair_children(before: Sequence[Part], after: Sequence[Part]) -> list[tuple[int, int]]:
    """The (index before, index after) of children that are the same part: by bytes, by content, by what they are.

    The last resort pairs parts of one type and file name, the most alike first, then a part with the multipart
    that took it in. A part of another type, or with another file name and other content, is another part.
    """
    pairing = _Pairing(before, after)
    pairing.by_key(lambda part: part.raw[part.header.start : part.body_end])
    if pairing.open:
        pairing.by_key(lambda part: part.content_key)
    if pairing.open:
        pairing.by_key(_body_key)
    if pairing.open:
        pairing.by_key(_boundary_key)
    if pairing.open:
        pairing.by_identity()
    if pairing.open:
        pairing.by_shape()
    return sorted(pairing.pairs)


def wrapped(before: Part, after: Part) -> tuple[Part, bool] | None:
    """The part inside one of the two that the other as a whole became, and whether it stands in the later message.

    For a part that was put into a multipart or into a message, or taken out of one. A multipart that keeps its
    boundary is the same one, whatever became of its type; equal content tells next, likeness last.
    """
    if before.shape == after.shape and (before.shape != "multipart" or before.boundary == after.boundary):
        return None
    for rule in _SAME_PART:
        for plain, outer, on_after in ((before, after, True), (after, before, False)):
            if rule is _is_like and plain.shape == outer.shape and plain.type == outer.type:
                continue
            found = _below(outer, plain, rule)
            if found is not None:
                return found, on_after
    return None


def _holds(outer: Part, plain: Part) -> bool:
    """Whether a part below `outer` is the one that `plain` is."""
    return any(_below(outer, plain, rule) is not None for rule in _SAME_PART)


def _below(outer: Part, plain: Part, rule: Rule) -> Part | None:
    candidates = [inner for inner in outer.descendants() if inner.shape == plain.shape]
    if rule is _is_like:
        candidates = [inner for inner in candidates if inner.type == plain.type][:_MAX_LIKENESS_PARTS]
        candidates.sort(key=lambda inner: -likeness(plain, inner))
    return next((inner for inner in candidates if rule(plain, inner)), None)


def _has_same_boundary(plain: Part, inner: Part) -> bool:
    return plain.shape == "multipart" and plain.boundary == inner.boundary


def _has_same_content(plain: Part, inner: Part) -> bool:
    return plain.content_key == inner.content_key


def _share_a_child(one: Part, other: Part) -> bool:
    keys = {child.content_key for child in one.children}
    return any(child.content_key in keys and child.content_key[0] != "empty" for child in other.children)


def _is_like(plain: Part, inner: Part) -> bool:
    if plain.shape == "multipart":
        return _share_a_child(plain, inner)
    return likeness(plain, inner) >= _LIKE


_SAME_PART: tuple[Rule, ...] = (_has_same_boundary, _has_same_content, _is_like)
"""What makes two parts at different levels the same one, the surest first."""


def likeness(before: Part, after: Part) -> float:
    """How many of the shorter text's words the other one has, from 0 to 1; 0 for what is no text, or too long."""
    if not (before.is_text and after.is_text):
        return 0.0
    old, new = before.text.text, after.text.text
    if len(old) + len(new) > _MAX_LIKENESS_TEXT:
        return 0.0
    words_old, words_new = Counter(_WORD.findall(old)), Counter(_WORD.findall(new))
    shorter = min(words_old.total(), words_new.total())
    return (words_old & words_new).total() / shorter if shorter else 0.0


def _body_key(part: Part) -> Hashable:
    return ("body", part.body) if part.body else ("none", id(part))


def _boundary_key(part: Part) -> Hashable:
    return ("boundary", part.boundary) if part.shape == "multipart" else ("none", id(part))


class _Pairing:
    def __init__(self, before: Sequence[Part], after: Sequence[Part]) -> None:
        self.before, self.after = before, after
        self.pairs: list[tuple[int, int]] = []
        self.free_before = list(range(len(before)))
        self.free_after = list(range(len(after)))

    @property
    def open(self) -> bool:
        return bool(self.free_before and self.free_after)

    def take(self, found: Sequence[tuple[int, int]]) -> None:
        self.pairs.extend(found)
        taken_before, taken_after = {i for i, _ in found}, {j for _, j in found}
        self.free_before = [i for i in self.free_before if i not in taken_before]
        self.free_after = [j for j in self.free_after if j not in taken_after]

    def by_key(self, key: Callable[[Part], Hashable]) -> None:
        """Pairs what has equal keys: in order as far as order holds, then wherever they stand."""
        old = [key(self.before[i]) for i in self.free_before]
        new = [key(self.after[j]) for j in self.free_after]
        in_order = common_pairs(old, new)
        taken_old, taken_new = {x for x, _ in in_order}, {y for _, y in in_order}
        places: dict[Hashable, list[int]] = defaultdict(list)
        for y in range(len(new) - 1, -1, -1):
            if y not in taken_new:
                places[new[y]].append(y)
        crossing = [(x, places[old[x]].pop()) for x in range(len(old)) if x not in taken_old and places.get(old[x])]
        self.take([(self.free_before[x], self.free_after[y]) for x, y in (*in_order, *crossing)])

    def by_identity(self) -> None:
        groups: dict[Hashable, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for i in self.free_before:
            groups[_identity(self.before[i])][0].append(i)
        for j in self.free_after:
            groups[_identity(self.after[j])][1].append(j)
        for olds, news in groups.values():
            self.take(self._most_alike(olds, news))

    def _most_alike(self, olds: list[int], news: list[int]) -> list[tuple[int, int]]:
        if len(olds) == len(news) == 1 or max(len(olds), len(news)) > _MAX_LIKENESS_PARTS:
            return list(zip(olds, news, strict=False))
        scored = sorted(
            (-likeness(self.before[i], self.after[j]), abs(x - y), i, j)
            for x, i in enumerate(olds)
            for y, j in enumerate(news)
        )
        found: list[tuple[int, int]] = []
        used_old: set[int] = set()
        used_new: set[int] = set()
        for _, _, i, j in scored:
            if i not in used_old and j not in used_new:
                found.append((i, j))
                used_old.add(i)
                used_new.add(j)
        return found

    def by_shape(self) -> None:
        """Multiparts that share content, and a part with the multipart it was put into or taken out of."""
        if len(self.free_before) * len(self.free_after) > _MAX_SHAPES_COMPARED:
            return
        for i in list(self.free_before):
            old = self.before[i]
            for j in list(self.free_after):
                new = self.after[j]
                if "multipart" in (old.shape, new.shape) and _related(old, new):
                    self.take([(i, j)])
                    break


def _related(old: Part, new: Part) -> bool:
    if old.shape == new.shape:
        return _share_a_child(old, new)
    return _holds(new, old) if new.shape == "multipart" else _holds(old, new)


def _identity(part: Part) -> Hashable:
    return (part.shape, part.type, part.file_name)
