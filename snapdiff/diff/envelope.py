"""Two envelopes to their changes: the sender, and the recipients as a multiset without letter case."""

from collections import Counter
from collections.abc import Sequence

from snapdiff.model import Change


def compare_envelopes(
    senders: tuple[str | None, str | None], recipients: tuple[Sequence[str], Sequence[str]]
) -> list[Change]:
    """One change an occurrence of a recipient that came or went, removed ones first; order alone is no change."""
    changes: list[Change] = []
    if senders[0] != senders[1]:
        changes.append(Change("envelope.sender-changed", before=senders[0], after=senders[1]))
    before, after = recipients
    if before == after:
        return changes
    changes.extend(Change("envelope.recipient-removed", name, before=name) for name in _surplus(before, after))
    changes.extend(Change("envelope.recipient-added", name, after=name) for name in _surplus(after, before))
    return changes


def _surplus(addresses: Sequence[str], others: Sequence[str]) -> list[str]:
    """The addresses that stand here more often than there; of equal ones the last."""
    left = Counter(address.lower() for address in others)
    out: list[str] = []
    for address in addresses:
        key = address.lower()
        if left[key] > 0:
            left[key] -= 1
        else:
            out.append(address)
    return out
