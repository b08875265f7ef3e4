"""Which messages a policy means, and which of its entries mean each: known of a message once all its traces are."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from snapdiff.model import Trace
from snapdiff.policy.form import Policy, Selector
from snapdiff.policy.matching import selects

_POLICY = -1
"""The number under which the policy's own selection is kept, beside those of its entries."""


class Selecting:
    """Hand it every trace with `add` before the answers are asked for; services, servers and copies count as one.

    `messages` are the paths of each message's traces. A message is meant where one of its traces is: its subject may
    have been changed on the way.
    """

    def __init__(self, policy: Policy, messages: Iterable[Sequence[str]]) -> None:
        self._selectors: dict[int, Selector] = {_POLICY: policy.messages}
        for condition in policy.conditions:
            if condition.messages is not None:
                self._selectors[condition.number] = condition.messages
        self._message_of = {path: at for at, paths in enumerate(messages) for path in paths}
        self._meant: dict[int, set[int]] = defaultdict(set)

    @property
    def is_needed(self) -> bool:
        """Whether anything is selected at all: if not, no trace has to be looked at."""
        return len(self._selectors) > 1 or self._selectors[_POLICY] != Selector()

    def add(self, trace: Trace) -> None:
        """One trace."""
        meant = self._meant[self._message_of[trace.path]]
        meant |= {number for number, one in self._selectors.items() if number not in meant and selects(one, trace)}

    def selected(self, path: str) -> bool:
        """Whether the policy means the message that a trace is of."""
        return not self.is_needed or _POLICY in self._meant[self._message_of[path]]

    def meant(self, path: str) -> frozenset[int]:
        """The numbers of the entries with a selection of their own that mean it."""
        return frozenset(self._meant[self._message_of[path]] - {_POLICY}) if self.is_needed else frozenset()
