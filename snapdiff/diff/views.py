"""A step that changed parts to what it looked like: the MIME trees before and after, and the texts that differ."""

from msgspec import UNSET

from snapdiff.diff.lineage import Anatomy, Meeting
from snapdiff.mail.parts import Part
from snapdiff.model import Change, MimeNode, PartTexts, StepView

MAX_TEXT = 200_000
"""Characters of one text that are handed on."""
MAX_TRACE_TEXT = 2_000_000
_MAX_TEXT_BYTES = 4_000_000
MAX_TRACE_TEXTS = 2_000
MAX_NODES = 500
MAX_TRACE_NODES = 20_000
_MAX_TEXTS = 50
"""Texts below one change, such as a removed multipart."""
_WITH_TEXTS = frozenset({"part.added", "part.removed", "part.changed"})


class Views:
    """Makes the views of one trace's steps, no more of them than the limits let; `cut` says where one struck."""

    def __init__(self) -> None:
        self._room = MAX_TRACE_TEXT
        self._texts_left = MAX_TRACE_TEXTS
        self._nodes = MAX_TRACE_NODES
        self._struck: dict[str, None] = {}

    @property
    def cut(self) -> str | None:
        """What was left out in the whole trace, in words; None for nothing."""
        return "; ".join(self._struck) or None

    def view(self, to: str, meeting: Meeting) -> StepView | None:
        """The view of a step; None where it changed no part."""
        if not any(change.kind.startswith("part.") for change in meeting.changes):
            return None
        texts: list[PartTexts] = []
        for index, change in enumerate(meeting.changes):
            if change.kind in _WITH_TEXTS and change.name not in {"preamble", "epilogue"}:
                texts.extend(self._pair(index, *pair) for pair in self._pairs(change, meeting))
        return StepView(to, self._tree(meeting.before), self._tree(meeting.after), texts)

    def _tree(self, message: Anatomy) -> list[MimeNode]:
        most = min(MAX_NODES, self._nodes)
        if len(message.nodes) > most:
            self._struck["the MIME trees have more parts than are shown"] = None
        shown = message.nodes[:most]
        self._nodes -= len(shown)
        return [_node(part, depth) for part, depth in shown]

    def _pairs(self, change: Change, meeting: Meeting) -> list[tuple[Part | None, Part | None]]:
        """The texts of a change before and after, as long as there is room for more of them."""
        found: list[tuple[Part | None, Part | None]]
        if change.kind == "part.changed":
            after = meeting.after.by_section(change.part)
            before = None if after is None else _before(after, meeting)
            found = [(before if before is not None and before.is_text else None, after)]
            found = found if after is not None and after.is_text else []
        else:
            went = change.kind == "part.removed"
            whole = (meeting.before if went else meeting.after).by_section(change.part)
            leaves = [leaf for leaf in whole.leaves() if leaf.is_text] if whole is not None else []
            found = [(leaf, None) if went else (None, leaf) for leaf in leaves[:_MAX_TEXTS]]
            if len(leaves) > _MAX_TEXTS:
                self._struck["a part that came or went has more texts in it than are shown"] = None
        if len(found) > self._texts_left:
            self._struck["more texts changed than are shown of one trace"] = None
            found = found[: self._texts_left]
        self._texts_left -= len(found)
        return found

    def _pair(self, index: int, before: Part | None, after: Part | None) -> PartTexts:
        told = after or before
        old, old_cut = self._text(before)
        new, new_cut = self._text(after)
        cut = old_cut or new_cut
        return PartTexts(
            index, told.section if told else "", told.type if told else "", old, new, cut if cut is not None else UNSET
        )

    def _text(self, part: Part | None) -> tuple[str | None, str | None]:
        """A part's text as far as there is room for it, and what was left out."""
        if part is None:
            return None, None
        if len(part.body) > _MAX_TEXT_BYTES:
            return "", f"a text of {len(part.body):,} bytes is left out"
        text = part.text.text.replace("\r\n", "\n")
        if text and not text.endswith("\n"):
            text += "\n"
        shown = text[: min(MAX_TEXT, self._room)]
        if len(shown) < min(MAX_TEXT, len(text)):
            self._struck["the texts are longer than is shown of one trace"] = None
        self._room -= len(shown)
        return shown, f"the first {len(shown):,} of {len(text):,} characters" if len(shown) < len(text) else None


def _before(after: Part, meeting: Meeting) -> Part | None:
    """What a leaf was before the step."""
    place = meeting.after.place.get(id(after))
    origin = None if place is None else meeting.leaves.get(place)
    return None if origin is None else meeting.before.leaves[origin]


def _node(part: Part, depth: int) -> MimeNode:
    size = len(part.content) if part.shape == "leaf" else part.body_end - part.body_start
    return MimeNode(part.section, depth, part.type, part.file_name, size, part.is_attachment)
