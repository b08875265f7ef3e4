"""One message to the texts of its body as a reader sees them: one a media type, in one line, and where its links go."""

from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from snapdiff.mail.markup import read_markup
from snapdiff.mail.message import Message
from snapdiff.mail.parts import Part
from snapdiff.mail.visible import MAX_CHARACTERS, visible_text
from snapdiff.policy.text_folding import folded

_TARGETS = frozenset({"action", "background", "data", "href", "src", "srcset"})
_ACTIVE = frozenset({"base", "embed", "form", "iframe", "link", "object", "script", "style"})


class TypeText:
    """The body's text of one media type: all its parts of that type, one after the other, read when first needed."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts = parts

    @cached_property
    def too_large(self) -> bool:
        """Whether it is more than can be looked into."""
        return sum(part.body_end - part.body_start for part in self._parts) > 4 * MAX_CHARACTERS or any(
            len(part.text.text) > MAX_CHARACTERS for part in self._parts
        )

    @cached_property
    def text(self) -> str:
        """What a reader sees, with white space folded; "" where it is too large."""
        return "" if self.too_large else folded(" ".join(_shown(part) for part in self._parts))

    @cached_property
    def targets(self) -> Counter[tuple[str, str, str]]:
        """Links, images and active elements of HTML, which a reader does not see: (element, attribute, value)."""
        sink = _Targets()
        if not self.too_large:
            for part in self._parts:
                if part.type == "text/html":
                    read_markup(part.text.text, sink, _TARGETS)
        return sink.found


class BodyTexts:
    """The texts of one message's body by media type, in the order of their first parts."""

    def __init__(self, message: Message) -> None:
        self.types: dict[str, TypeText] = {}
        by_type: dict[str, list[Part]] = {}
        for part in body_parts(message.tree.root):
            by_type.setdefault(part.type, []).append(part)
        self.types = {media_type: TypeText(parts) for media_type, parts in by_type.items()}

    def counterpart(self, media_type: str) -> TypeText | None:
        """The text of that type; of another type where there is none; None where there is no text at all."""
        return self.types.get(media_type) or next(iter(self.types.values()), None)


def body_parts(root: Part) -> Iterable[Part]:
    """The text parts of a body: no attachments, and nothing within an attached message."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if part.shape == "multipart":
            waiting += reversed(part.children)
        elif is_body(part):
            yield part


def is_body(part: Part) -> bool:
    """Whether a part is text that a reader shows as the body."""
    return part.is_text and not part.is_attachment


def _shown(part: Part) -> str:
    if part.type == "text/html":
        return " ".join(visible_text(part))
    return part.text.text


class _Targets:
    def __init__(self) -> None:
        self.found: Counter[tuple[str, str, str]] = Counter()

    def start(self, name: str, attributes: dict[str, str], empty: bool) -> bool:
        if name in _ACTIVE:
            self.found[(name, "", "")] += 1
        for attribute, value in attributes.items():
            self.found[(name, attribute, value.strip())] += 1
        return True

    def end(self, name: str) -> None:
        """An end tag has no target."""

    def text(self, text: str) -> None:
        """What is seen is compared elsewhere."""
