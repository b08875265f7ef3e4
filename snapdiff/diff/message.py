"""Two snapshots' messages to every change between them, with the proof that no byte was left out."""

from collections.abc import Sequence

from msgspec import Struct

from snapdiff.diff.envelope import compare_envelopes
from snapdiff.diff.headers import HeaderPair, compare_headers
from snapdiff.diff.parts import compare_trees
from snapdiff.mail.fields import split_header
from snapdiff.mail.parts import Part, parse
from snapdiff.model import Change, Span


class Side(Struct, frozen=True):
    """One message to compare: the whole file, where the message begins in it, and its envelope."""

    raw: bytes
    offset: int = 0
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    headers_only: bool = False


class Comparison(Struct, frozen=True):
    """The changes, the limits reached on the way (code, sentence), and whether either side's MIME ends short.

    `unclosed` is (before, after): a multipart without its closing delimiter where the other side has it.
    """

    changes: list[Change]
    problems: list[tuple[str, str]]
    unclosed: tuple[bool, bool] = (False, False)


def compare(before: Side, after: Side) -> Comparison:
    """Compares envelope, header and body; header alone where a side holds no body.

    Cutting the changes' spans out of both files leaves the same bytes behind: this is checked on every result,
    and where the structure could not be told apart, the whole body is one change.
    """
    changes = compare_envelopes((before.sender, after.sender), (before.recipients, after.recipients))
    if before.raw[before.offset :] == after.raw[after.offset :]:
        return Comparison(changes, [])
    if before.headers_only or after.headers_only:
        pair = HeaderPair(split_header(before.raw, before.offset), split_header(after.raw, after.offset), None)
        return Comparison(changes + compare_headers(pair), [])
    tree_before, tree_after = parse(before.raw, before.offset), parse(after.raw, after.offset)
    found = compare_trees(tree_before, tree_after)
    problems = list(dict.fromkeys(tree_before.limits + tree_after.limits))
    if not accounted((before, after), found):
        found = _coarse(tree_before.root, tree_after.root)
    return Comparison(changes + found, problems, _unclosed(tree_before.root, tree_after.root))


def accounted(sides: tuple[Side, Side], changes: Sequence[Change]) -> bool:
    """Whether the spans of each side are apart and what they leave of both messages is the same."""
    rest_before = _outside(sides[0], [change.before_span for change in changes if change.before_span])
    rest_after = _outside(sides[1], [change.after_span for change in changes if change.after_span])
    return rest_before is not None and rest_before == rest_after


def _outside(side: Side, spans: list[Span]) -> bytes | None:
    """The message without the spans; None where two of them overlap."""
    spans.sort()
    kept: list[bytes] = []
    at = side.offset
    for start, end in spans:
        if start < at:
            return None
        kept.append(side.raw[at:start])
        at = end
    kept.append(side.raw[at:])
    return b"".join(kept)


def _coarse(before: Part, after: Part) -> list[Change]:
    """Header fields as always, and the whole body as one change: true, if not fine."""
    fields = compare_headers(HeaderPair(before.header, after.header, None))
    body = Change(
        "part.changed",
        part="TEXT" if "multipart" in (before.shape, after.shape) else "1",
        before_span=(before.header.end, len(before.raw)),
        after_span=(after.header.end, len(after.raw)),
        degree="content-changed",
        note="the structure changed so much that the body is shown as one change",
    )
    return [*fields, body]


def _unclosed(before: Part, after: Part) -> tuple[bool, bool]:
    closed_before, closed_after = _closed(before), _closed(after)
    both = closed_before.keys() & closed_after.keys()
    return (
        any(closed_after[section] and not closed_before[section] for section in both),
        any(closed_before[section] and not closed_after[section] for section in both),
    )


def _closed(root: Part) -> dict[str, bool]:
    """Whether each multipart, by section, has its closing delimiter."""
    multiparts = (part for part in (root, *root.descendants()) if part.shape == "multipart")
    return {part.section: part.close is not None for part in multiparts}
