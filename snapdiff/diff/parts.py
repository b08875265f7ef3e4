"""Two MIME trees to the changes of their structure and content, each owning the bytes that differ."""

from itertools import pairwise

from msgspec.structs import replace

from snapdiff.diff.builder import Changes, part_info, unequal_depth
from snapdiff.diff.content import compare_content
from snapdiff.diff.headers import HeaderPair, compare_headers
from snapdiff.diff.pairing import pair_children, wrapped
from snapdiff.diff.restructure import rejoin_moved, wrap
from snapdiff.diff.sequence import rising
from snapdiff.diff.text import hunks_between, lines_of
from snapdiff.mail.charsets import decode_text
from snapdiff.mail.parts import Part, Span, Tree
from snapdiff.model import Change


def compare_trees(before: Tree, after: Tree) -> list[Change]:
    """Every change of header fields and parts between two messages; spans of one side never overlap."""
    walk = _Walk(before.root.raw, after.root.raw)
    walk.node(before.root, after.root)
    return rejoin_moved(walk.out)


class _Walk:
    def __init__(self, raw_before: bytes, raw_after: bytes) -> None:
        self.raw = (raw_before, raw_after)
        self.out = Changes(raw_before, raw_after)

    def node(self, a: Part, b: Part) -> None:
        """Two entities that are the same one: header, body, and what stands around the body."""
        first = len(self.out)
        same_content = self.body(a, b)
        charsets = (a.charset, b.charset)
        fields = compare_headers(HeaderPair(a.header, b.header, b.header_section, charsets, same_content))
        self.out.insert_at(first, fields)

    def body(self, a: Part, b: Part) -> bool:
        """Compares two bodies; True where a reader sees the same content."""
        if a.shape == b.shape == "leaf":
            return self.leaf(a, b)
        self._blank_line(a, b)
        same_content = self._structures(a, b)
        if not _closing_took_line_end(a, b):
            self.out.rewritten(b.section, (a.body_end, a.end), (b.body_end, b.end))
        return same_content

    def _blank_line(self, a: Part, b: Part) -> None:
        self.out.rewritten(b.section, (a.header.end, a.body_start), (b.header.end, b.body_start))

    def _structures(self, a: Part, b: Part) -> bool:
        if a.body == b.body and a.content_key == b.content_key:
            self.out.moved_leaves(a, b)
            return True
        if a.body == b.body:
            self.out.append(
                Change(
                    "part.changed",
                    part=b.section,
                    before=part_info(a),
                    after=part_info(b),
                    note="the same bytes, read as another structure now",
                )
            )
            return False
        if (found := wrapped(a, b)) is not None:
            inner, on_after = found
            return wrap(self, (a, inner, b) if on_after else (b, inner, a), on_after)
        count = len(self.out)
        if a.shape == b.shape == "message":
            self.node(a.children[0], b.children[0])
        elif a.shape == b.shape == "multipart":
            self.multipart(a, b)
        else:
            self._replaced(a, b)
        return all(change.cosmetic for change in self.out[count:])

    def core(self, a: Part, b: Part) -> None:
        """The content of a part before and after it went a level down or up: no header, nothing around it."""
        if a.shape == b.shape == "multipart":
            self.multipart(a, b, alone=True)
        elif a.shape == b.shape == "message":
            self.node(a.children[0], b.children[0])
        else:
            self.leaf(a, b, alone=True)

    def leaf(self, a: Part, b: Part, alone: bool = False) -> bool:
        if not alone and self._is_another_part(a, b):
            self._blank_line(a, b)
            self._replaced(a, b)
            return False
        change, same = compare_content(a, b, alone)
        if same and unequal_depth(a, b):
            self.out.moved(a, b, None)
        if change is not None:
            self.out.append(change)
        return same

    def _is_another_part(self, a: Part, b: Part) -> bool:
        return a.type == b.type and a.file_name != b.file_name and a.content_key != b.content_key

    def _replaced(self, a: Part, b: Part) -> None:
        """Another part in the place of a message's only one."""
        for part, on_after in ((a, False), (b, True)):
            if part.shape != "multipart":
                self.out.whole_part(part, (part.body_start, part.end), on_after)
                continue
            start, stop = part.preamble
            if start < stop:
                self.out.one_sided("part.rewritten", part.section, (start, stop), on_after)
            for child in part.children:
                self.out.whole_part(child, (child.start, child.end), on_after)
            if part.children[-1].end < part.end:
                self.out.one_sided("part.rewritten", part.section, (part.children[-1].end, part.end), on_after)

    def multipart(self, a: Part, b: Part, alone: bool = False) -> None:
        """The children, delimiter lines, preamble and epilogue of one multipart before and after.

        With `alone`, what follows it is told elsewhere.
        """
        self._words("preamble", b.section, a.preamble, b.preamble)
        pairs, kept = self._places(a, b)
        before_of = {j: i for i, j in pairs}
        after_of = dict(pairs)
        for i, child in enumerate(a.children):
            if i not in after_of:
                self.out.whole_part(child, (child.start, child.end), on_after=False)
        for j, child in enumerate(b.children):
            if j not in before_of:
                self.out.whole_part(child, (child.start, child.end), on_after=True)
            elif (before_of[j], j) in kept:
                self._child(a.children[before_of[j]], child, b.section)
            else:
                self._moved_child(a.children[before_of[j]], child)
        self._closing(a, b, alone)

    def _places(self, a: Part, b: Part) -> tuple[list[tuple[int, int]], set[tuple[int, int]]]:
        """The children that are the same part, and those of them that kept their place among their siblings.

        Only what kept its content can have moved: another place and other content is another part.
        """
        pairs = pair_children(a.children, b.children)
        if all(j < next_j for (_, j), (_, next_j) in pairwise(pairs)):
            return pairs, set(pairs)
        same = [a.children[i].content_key == b.children[j].content_key for i, j in pairs]
        weights = [1 if unchanged else len(pairs) + 1 for unchanged in same]
        kept = {pairs[k] for k in rising([j for _, j in pairs], weights)}
        pairs = [pair for pair, unchanged in zip(pairs, same, strict=True) if unchanged or pair in kept]
        return pairs, kept

    def _child(self, a: Part, b: Part, section: str) -> None:
        self.out.rewritten(section, (a.start, a.header.start), (b.start, b.header.start))
        if a.type != b.type or a.raw[a.header.start : a.end] != b.raw[b.header.start : b.end]:
            self.node(a, b)
        else:
            self.out.moved_leaves(a, b)

    def _moved_child(self, a: Part, b: Part) -> None:
        """A child at another place among its siblings: the move owns all its bytes, what else changed owns none."""
        self.out.moved(a, b, ((a.start, a.end), (b.start, b.end)))
        inner = _Walk(*self.raw)
        inner.node(a, b)
        for change in inner.out:
            if change.kind not in {"part.rewritten", "header.moved", "part.moved"}:
                self.out.append(replace(change, before_span=None, after_span=None))

    def _closing(self, a: Part, b: Part, alone: bool) -> None:
        end_a, end_b = a.children[-1].end, b.children[-1].end
        close_a = (end_a, a.close.end if a.close else end_a)
        close_b = (end_b, b.close.end if b.close else end_b)
        if a.close and b.close:
            self.out.rewritten(b.section, close_a, close_b)
        elif a.close or b.close:
            start, end = close_b if b.close else close_a
            if not alone and _closing_took_line_end(a, b):
                end = (b if b.close else a).end
            self.out.one_sided("part.rewritten", b.section, (start, end), on_after=bool(b.close))
        self._words("epilogue", b.section, (close_a[1], a.body_end), (close_b[1], b.body_end))

    def _words(self, name: str, section: str, before: Span, after: Span) -> None:
        old, new = self.raw[0][slice(*before)], self.raw[1][slice(*after)]
        if old == new:
            return
        hunks = hunks_between(lines_of(decode_text(old, None).text), lines_of(decode_text(new, None).text))
        if any((hunk.before or "").strip() or (hunk.after or "").strip() for hunk in hunks):
            self.out.words_of(section, name, (before, after), hunks)
        else:
            self.out.rewritten(section, before, after)


def _closing_took_line_end(a: Part, b: Part) -> bool:
    """Whether a closing delimiter that came or went took with it the line end before the next delimiter around it."""
    if a.shape != b.shape or (a.close is None) == (b.close is None):
        return False
    closed = a if a.close else b
    return closed.epilogue[0] == closed.body_end
