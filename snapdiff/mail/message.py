"""One message's bytes, and what is read of them once, when first needed."""

from functools import cached_property

from snapdiff.mail.parts import Tree, parse


class Message:
    """The bytes of one message, and its MIME tree, read once when first needed.

    Snapshots that hold the same message share it: what stays unchanged over many agents is read once.
    """

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @cached_property
    def tree(self) -> Tree:
        """The MIME tree; its offsets count from the message's start."""
        return parse(self.raw)
