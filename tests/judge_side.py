"""One side of a comparison for the judge: its bytes, its tree, and the spans claimed on it."""

from collections.abc import Iterator, Sequence
from typing import Any

from judge_reader import Node, Span, read


class SideView:
    """One side: its bytes, its tree, and the spans claimed on it."""

    def __init__(self, raw: bytes, at: int, changes: Sequence[Any], key: str) -> None:
        self.raw, self.at, self.end, self.key = raw, at, len(raw), key
        self.tree = read(raw, at)
        self.nodes = list(self.tree.walk())
        self.spans: list[tuple[Any, Span]] = sorted(
            ((change, (span[0], span[1])) for change in changes if (span := self.span(change)) is not None),
            key=lambda pair: pair[1],
        )

    def span(self, change: Any) -> Span | None:
        """The change's span on this side."""
        found: Span | None = getattr(change, f"{self.key}_span")
        return found

    def cut(self, span: Span) -> bytes:
        """The bytes of a span."""
        return self.raw[span[0] : span[1]]

    def left(self, end: int) -> bytes:
        """The message up to `end` with every span cut out."""
        out, at = [], self.at
        for _, (a, z) in self.spans:
            out.append(self.raw[at : max(a, at)])
            at = max(at, z)
        return b"".join([*out, self.raw[at:end]])

    def owner(self, node: Node) -> Any:
        """The part.* change told of this very leaf whose span holds its whole body; None where there is none."""
        holding = (change for change, (a, z) in self.spans if a <= node.body[0] and node.body[1] <= z)
        return next(
            (change for change in holding if change.kind.startswith("part.") and change.part == node.section), None
        )

    def spans_are_sound(self) -> Iterator[str]:
        """Spans lie in the message and never overlap."""
        reach = self.at
        for change, (a, z) in self.spans:
            if not self.at <= a <= z <= self.end:
                yield f"{change.kind}: {self.key} span {(a, z)} outside the message"
            if a < reach:
                yield f"{change.kind}: {self.key} span {(a, z)} overlaps the one before it"
            reach = max(reach, z)

    def holders(self, change: Any) -> list[Node]:
        """The entities a change's `part` can mean on this side; none where the section is unknown."""
        if change.kind.startswith("header."):
            return [node for node in self.nodes if node.header_part == change.part]
        return [node for node in self.nodes if change.part in (node.section, node.frame)]
