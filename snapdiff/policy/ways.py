"""The tallies of one message's traces to the ways its copies took: what happened to each copy, from first to last.

A message is split into copies, and passes several services and servers, each with a trace of its own. What a policy
wants done can be done on any stretch of the way, and has to have been done once on the whole of it.
"""

from collections.abc import Sequence

from snapdiff.policy.tally import Hit, Near, Tally


class Way:
    """The way of one copy up to the end of one trace: that trace, and what went before it."""

    def __init__(self, end: Tally, before: Sequence[tuple[Tally, int]]) -> None:
        self.end = end
        self._before = before

    def hits(self, condition: int) -> list[Hit]:
        """What was done on the way of what a must asks for."""
        own = [hit for hit in self.end.hits if hit.condition == condition]
        for tally, until in self._before:
            own += [hit for hit in tally.hits if hit.condition == condition and hit.at <= until]
        return own

    def ran(self, block: int) -> bool:
        """Whether a block's agent ran anywhere on the way."""
        return block in self.end.ran or any(tally.ran.get(block, until + 1) <= until for tally, until in self._before)

    def near(self, condition: int) -> list[Near]:
        """What came near to it, this copy's own trace first."""
        return [near for tally in self._all() for near in tally.near if near.condition == condition]

    def tally_of(self, near: Near) -> Tally:
        """The trace that something near was seen in."""
        return next((tally for tally in self._all() if any(near is one for one in tally.near)), self.end)

    def types(self) -> list[str]:
        """The media types of the body at the end of the way; of the last trace that has one."""
        return next((tally.types for tally in self._all() if tally.types), [])

    @property
    def unread(self) -> bool:
        """Whether a text on the way was too large to be looked into."""
        return any(tally.unread for tally in self._all())

    def _all(self) -> list[Tally]:
        return [self.end, *(tally for tally, _ in self._before)]


def ends(tallies: Sequence[Tally]) -> list[Tally]:
    """The traces that end the ways of a message's copies: those that no later one follows."""
    return [tally for tally in tallies if not any(_follows(other, tally) for other in tallies)]


def ways(tallies: Sequence[Tally], block: int) -> list[Way]:
    """The ways of one message's copies, as they count for a block: those on which its agent could have run.

    A copy's way ends in a trace that no later one follows in which the agent ran again. Traces of other services and
    servers in which it never ran say nothing.
    """
    by_path = {tally.path: tally for tally in tallies}
    ended = [tally for tally in tallies if block in tally.ran or (tally.parent in by_path)]
    found = [Way(tally, _before(tally, tallies, by_path)) for tally in ended]
    found = [way for way in found if way.ran(block) or _is_split_in_service(way.end, by_path, block)]
    return [way for way in found if not any(_follows(other.end, way.end) for other in found)]


def _is_split_in_service(tally: Tally, by_path: dict[str, Tally], block: int) -> bool:
    """Whether a copy was split off from a trace in which the agent ran later: it should have run here as well."""
    parent = by_path.get(tally.parent or "")
    return parent is not None and block in parent.ran


def _before(tally: Tally, tallies: Sequence[Tally], by_path: dict[str, Tally]) -> list[tuple[Tally, int]]:
    """The traces before this one, each with the index of the last snapshot that belongs to this copy's way."""
    out = [(other, len(other.files)) for other in tallies if _follows(tally, other)]
    known = {tally.path, *(other.path for other, _ in out)}
    seen = {tally.path}
    child = tally
    while (parent := by_path.get(child.parent or "")) is not None and parent.path not in seen:
        seen.add(parent.path)
        until = parent.files.index(child.parent_file) if child.parent_file in parent.files else len(parent.files)
        earlier = [(parent, until), *((other, len(other.files)) for other in tallies if _follows(parent, other))]
        out += [(other, end) for other, end in earlier if other.path not in known]
        known |= {other.path for other, _ in earlier}
        child = parent
    return out


def _follows(later: Tally, earlier: Tally) -> bool:
    """Whether one trace is a later stretch of the same way: another service or server, after the other had ended.

    Of a copy that was split off it can't be known which later trace it went on in; and traces that have no recipient in
    common are of two copies, which went two ways.
    """
    if later is earlier or later.parent == earlier.path or earlier.parent is not None:
        return False
    if earlier.recipients and later.recipients and earlier.recipients.isdisjoint(later.recipients):
        return False
    return bool(earlier.to_time) and bool(later.from_time) and earlier.to_time <= later.from_time
