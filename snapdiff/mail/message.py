"""One message's bytes, and what is read of them once, when first needed."""

from functools import cached_property

from snapdiff.mail.fields import Header, field_name, split_header
from snapdiff.mail.once import Remembers
from snapdiff.mail.parts import Tree, parse


class Message(Remembers):
    """The bytes of one message, its header and its MIME tree, each read once when first needed.

    Snapshots that hold the same message share it: what stays unchanged over many agents is read once.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @cached_property
    def header(self) -> Header:
        """The message's own header: that of the tree's root, without the cost of the tree."""
        return split_header(self.raw)

    @cached_property
    def tree(self) -> Tree:
        """The MIME tree; its offsets count from the message's start."""
        return parse(self.raw, header=self.header)

    def places(self, *names: str) -> list[int]:
        """The indices of the header's fields that have one of these names (lower case), from the top."""
        return sorted(place for name in names for place in self._places.get(name, ()))

    def named(self, *names: str) -> list[bytes]:
        """The header's fields that have one of these names (lower case), from the top."""
        return [self.header.fields[place] for place in self.places(*names)]

    def count(self, name: str) -> int:
        """How often the header holds a field of this name (lower case)."""
        return len(self._places.get(name, ()))

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, field in enumerate(self.header.fields):
            found.setdefault(field_name(field).lower(), []).append(place)
        return found
