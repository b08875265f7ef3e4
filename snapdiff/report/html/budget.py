"""How many bytes of a report each message may take, so that the file as a whole stays one that opens."""

from __future__ import annotations

WHOLE_FILE = 20_000_000
"""Bytes that the messages of one file take together; logs, overview, style and pictures come on top."""
WHOLE_LOGS = 2_000_000
"""Bytes that rows of tracking logs and SMTP sessions take together in one file."""
ONE_MESSAGE = 2_000_000
LEAST = 4_000
TIGHT_FROM = 150
"""From so many messages on, agents that changed nothing share a row of the table."""


class Budget:
    """Shares bytes out: what a small message leaves over, those after it may take."""

    def __init__(self, messages: int, whole: int = WHOLE_FILE) -> None:
        self._left = whole
        self._messages = max(messages, 1)
        self.is_tight = messages >= TIGHT_FROM

    def share(self) -> int:
        """Bytes the next message may take: a fair share, and half of what others left over."""
        fair = self._left // max(self._messages, 1)
        return max(LEAST, min(ONE_MESSAGE, fair))

    def spend(self, size: int) -> None:
        """Tells how many it took."""
        self._left = max(self._left - size, 0)
        self._messages -= 1


class AllOfIt(Budget):
    """For a page a message: each may take as much as one page holds."""

    def __init__(self) -> None:
        super().__init__(1)

    def share(self) -> int:
        """The most one page holds."""
        return ONE_MESSAGE * 4

    def spend(self, size: int) -> None:
        """Nothing is shared."""


def fitting(sizes: list[int], budget: int) -> set[int]:
    """Which of the blocks fit, by index: the smallest first, so that one big text hides no other change."""
    taken: set[int] = set()
    for index in sorted(range(len(sizes)), key=lambda index: (sizes[index], index)):
        if sizes[index] > budget:
            break
        budget -= sizes[index]
        taken.add(index)
    return taken
