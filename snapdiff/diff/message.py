"""Two snapshots' messages to every change between them, with the proof that no byte was left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.diff.envelope import compare_envelopes
from snapdiff.diff.headers import HeaderPair, compare_headers
from snapdiff.diff.parts import compare_trees
from snapdiff.mail.message import Message
from snapdiff.mail.parts import Part
from snapdiff.model import Change, Span


@dataclass(frozen=True)
class Side:
    """One message to compare: the whole file, where the message begins in it, and its envelope.

    `shared` is the message behind the offset where it is at hand already.
    """

    raw: bytes
    offset: int = 0
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    headers_only: bool = False
    shared: Message | None = None

    @cached_property
    def message(self) -> Message:
        """What follows the injected block."""
        return self.shared or Message(self.raw[self.offset :])


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
    old, new = before.message, after.message
    if old is new or old.raw == new.raw:
        return Comparison(changes, [])
    offsets = (before.offset, after.offset)
    if before.headers_only or after.headers_only:
        pair = HeaderPair(old.header, new.header, None)
        return Comparison(changes + _in_files(compare_headers(pair), offsets), [])
    found = compare_trees(old.tree, new.tree)
    problems = list(dict.fromkeys(old.tree.limits + new.tree.limits))
    if not accounted((old.raw, new.raw), found):
        found = _coarse(old.tree.root, new.tree.root)
    return Comparison(changes + _in_files(found, offsets), problems, _unclosed(old.tree.root, new.tree.root))


def accounted(messages: tuple[bytes, bytes], changes: Sequence[Change]) -> bool:
    """Whether the spans of each side are apart and what they leave of both messages is the same."""
    rest_before = _outside(messages[0], [change.before_span for change in changes if change.before_span])
    rest_after = _outside(messages[1], [change.after_span for change in changes if change.after_span])
    return rest_before is not None and rest_before == rest_after


def _in_files(changes: list[Change], offsets: tuple[int, int]) -> list[Change]:
    """The changes with spans that count from the start of the files instead of the messages."""
    if offsets == (0, 0):
        return changes
    return [
        replace(
            change,
            before_span=_shifted(change.before_span, offsets[0]),
            after_span=_shifted(change.after_span, offsets[1]),
        )
        for change in changes
    ]


def _shifted(span: Span | None, offset: int) -> Span | None:
    return None if span is None else (span[0] + offset, span[1] + offset)


def _outside(message: bytes, spans: list[Span]) -> bytes | None:
    """The message without the spans; None where two of them overlap."""
    spans.sort()
    kept: list[bytes] = []
    at = 0
    for start, end in spans:
        if start < at:
            return None
        kept.append(message[at:start])
        at = end
    kept.append(message[at:])
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


def _closed(root: Part) -> dict[str | None, bool]:
    """Whether each multipart has its closing delimiter; one that was cut before its first delimiter has none."""
    multiparts = (part for part in (root, *root.descendants()) if part.type.startswith("multipart/") and part.boundary)
    return {part.header_section: part.close is not None for part in multiparts}
