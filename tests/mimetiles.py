"""A mail's MIME tree, and a check that its spans leave no byte of the mail out."""

from collections.abc import Iterator
from itertools import pairwise

from snapdiff.mail.parts import Part, Tree


def mail(*lines: str) -> bytes:
    return "\r\n".join(lines).encode("latin-1")


def every(tree: Tree) -> list[Part]:
    return [tree.root, *tree.root.descendants()]


def tiled(raw: bytes, root: Part, start: int = 0) -> None:
    """Header, blank line, content, delimiter lines and line ends of the root and all below it leave no byte out."""
    assert (root.start, root.end) == (start, len(raw))
    pieces = sorted(_pieces(root))
    assert (pieces[0][0], pieces[-1][1]) == (start, len(raw)) if pieces else start == len(raw)
    assert all(end == begin for (_, end), (begin, _) in pairwise(pieces))


def _pieces(part: Part) -> Iterator[tuple[int, int]]:
    """The bytes of a part that lie in none of its children, without empty stretches."""
    assert part.start <= part.header.start <= part.header.end <= part.body_start <= part.body_end <= part.end
    stretches = [
        (part.start, part.header.start),
        (part.header.start, part.header.end),
        (part.header.end, part.body_start),
    ]
    if part.shape == "multipart":
        inside = [part.preamble, part.epilogue]
        if part.close is not None:
            assert part.close.closing
            inside.append((part.close.start, part.close.end))
        stop = part.close.start if part.close else part.body_end
        bounds = [child.start for child in part.children] + [stop]
        assert [child.end for child in part.children] == bounds[1:]
        stretches += inside
    elif part.shape == "message":
        (child,) = part.children
        assert (child.start, child.end, child.body_end) == (part.body_start, part.body_end, part.body_end)
    else:
        assert part.children == []
        stretches.append((part.body_start, part.body_end))
    stretches.append((part.body_end, part.end))
    assert part.raw[part.body_end : part.end] in (b"", b"\n", b"\r\n")
    yield from (stretch for stretch in stretches if stretch[0] < stretch[1])
    for child in part.children:
        yield from _pieces(child)
