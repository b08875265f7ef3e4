"""Collects the changes of MIME parts while two trees are walked, whichever side a structure stands on."""

from collections.abc import Sequence
from hashlib import sha256

from msgspec import UNSET
from msgspec.structs import replace

from snapdiff.diff.values import display
from snapdiff.mail.fields import field_name
from snapdiff.mail.parts import Part
from snapdiff.model import Change, Degree, Hunk, Kind, PartInfo, Span

_OPPOSITE: dict[Kind, Kind] = {"part.added": "part.removed", "header.added": "header.removed"}


class Changes(list[Change]):
    """The changes found so far, in the order of the message; `parts` knows which part an added or removed one is."""

    def __init__(self, raw_before: bytes, raw_after: bytes) -> None:
        super().__init__()
        self.raw = (raw_before, raw_after)
        self.parts: dict[int, Part] = {}

    def insert_at(self, index: int, changes: Sequence[Change]) -> None:
        """Puts changes before those found since `index`."""
        if changes:
            self.parts = {at + len(changes) if at >= index else at: part for at, part in self.parts.items()}
            self[index:index] = changes

    def one_sided(self, kind: Kind, section: str, span: Span, on_after: bool, name: str | None = None) -> None:
        """A change with bytes on one side alone; `kind` is named for the case that it stands in the later message."""
        kind = kind if on_after else _OPPOSITE.get(kind, kind)
        before_span, after_span = (None, span) if on_after else (span, None)
        cosmetic = kind == "part.rewritten"
        self.append(Change(kind, name, section, cosmetic, before_span=before_span, after_span=after_span))

    def whole_part(self, part: Part, span: Span, on_after: bool) -> None:
        """A part added (or removed), which owns `span`."""
        info = part_info(part)
        name = info.file_name or info.type
        kind: Kind = "part.added" if on_after else "part.removed"
        before, after = (None, info) if on_after else (info, None)
        before_span, after_span = (None, span) if on_after else (span, None)
        self.parts[len(self)] = part
        self.append(
            Change(kind, name, part.section, before=before, after=after, before_span=before_span, after_span=after_span)
        )

    def header_fields(self, part: Part, on_after: bool, same_content: bool) -> None:
        """Every field of a part's header, as added (or removed); `same_content` makes its encoding's cosmetic."""
        offsets = part.header.offsets()
        for index, field in enumerate(part.header.fields):
            span = (offsets[index], offsets[index + 1])
            name = field_name(field)
            self.one_sided("header.added", part.header_section or "", span, on_after, name)
            value = display(field, part.charset)
            cosmetic = same_content and name.lower() == "content-transfer-encoding"
            self[-1] = replace(self[-1], **{"after" if on_after else "before": value, "cosmetic": cosmetic})

    def rewritten(self, section: str, before: Span, after: Span, degree: Degree | None = None) -> None:
        """Bytes that differ without a difference to a reader; nothing where they are equal."""
        if self.raw[0][slice(*before)] == self.raw[1][slice(*after)]:
            return
        self.append(
            Change(
                "part.rewritten",
                part=section,
                cosmetic=True,
                before_span=before,
                after_span=after,
                degree=degree or UNSET,
            )
        )

    def moved(self, before: Part, after: Part, spans: tuple[Span, Span] | None) -> None:
        """The same content in another section; `spans` where it owns its bytes."""
        same_role = before.is_attachment == after.is_attachment
        same_message = before.embedding == after.embedding
        self.append(
            Change(
                "part.moved",
                None,
                after.section,
                same_role and same_message,
                before.section,
                after.section,
                spans[0] if spans else None,
                spans[1] if spans else None,
            )
        )

    def moved_leaves(self, before: Part, after: Part) -> None:
        """The leaves of a part that is the same byte for byte, each moved where it stands at another level now."""
        for old, new in zip(before.leaves(), after.leaves(), strict=False):
            if unequal_depth(old, new):
                self.moved(old, new, None)

    def words_of(self, section: str, name: str, spans: tuple[Span, Span], hunks: Sequence[Hunk]) -> None:
        """Words of a preamble or an epilogue that changed."""
        self.append(
            Change(
                "part.changed",
                name,
                section,
                before_span=spans[0],
                after_span=spans[1],
                hunks=list(hunks),
                degree="content-changed",
            )
        )


def unequal_depth(a: Part, b: Part) -> bool:
    """Whether two leaves stand at different levels; a section number that only shifts is no other level."""
    return a.section.count(".") != b.section.count(".")


def part_info(part: Part) -> PartInfo:
    """A part in short. Of a multipart or an embedded message, size and hash are those of its bytes as they stand."""
    if part.shape == "leaf":
        size, digest = len(part.content), part.digest
    else:
        size, digest = part.body_end - part.body_start, sha256(part.body).hexdigest()
    return PartInfo(part.type, part.file_name, size, digest, opaque=True if part.is_opaque else UNSET)
