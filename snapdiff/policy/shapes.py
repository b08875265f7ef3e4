"""A message to its shape: the tree of its media types, which tells kinds of mail apart and holds no word of any."""

import re

from snapdiff.mail.message import Message
from snapdiff.mail.parts import Part

OTHER_TYPE = "other/other"
_MOST_PARTS = 30
_DEEPEST = 8
_TYPE = re.compile(
    r"(?:application|audio|font|image|message|model|multipart|text|video)/[a-z0-9][a-z0-9!#$&^_.+-]{0,79}", re.ASCII
)
"""The top-level types of IANA with a subtype as RFC 6838 section 4.2 allows it; whatever else stands there is mail's
own text."""


def shape(message: Message) -> str:
    """`multipart/mixed(text/plain, application/pdf x2)`: types alike beside one another are counted, many are cut."""
    return _Drawing().part(message.tree.root, 0)


def known_type(media_type: str) -> str:
    """A media type in lower case; `other/other` for one that is none."""
    lower = media_type.strip().lower()
    return lower if _TYPE.fullmatch(lower) else OTHER_TYPE


class _Drawing:
    def __init__(self) -> None:
        self._drawn = 0

    def part(self, part: Part, depth: int) -> str:
        self._drawn += 1
        media_type = known_type(part.type)
        if not part.children:
            return media_type
        if depth == _DEEPEST:
            return f"{media_type}(...)"
        return f"{media_type}({', '.join(self._children(part, depth))})"

    def _children(self, part: Part, depth: int) -> list[str]:
        """The parts within, runs of those alike as one."""
        runs: list[tuple[str, int]] = []
        cut = False
        for child in part.children:
            if self._drawn >= _MOST_PARTS:
                cut = True
                break
            drawn = self.part(child, depth + 1)
            if runs and runs[-1][0] == drawn:
                runs[-1] = (drawn, runs[-1][1] + 1)
            else:
                runs.append((drawn, 1))
        return [name if count == 1 else f"{name} x{count}" for name, count in runs] + (["..."] if cut else [])
