"""What was done on the ways of one message's copies to the verdict on a must: met, not met, not exercised, unknown."""

from collections.abc import Sequence

from msgspec import Struct

from snapdiff.model.check import Expectation, Failure, Outcome
from snapdiff.policy.evidence import SHOWN, value_seen
from snapdiff.policy.form import Block, Condition
from snapdiff.policy.tally import Hit, Near, Tally
from snapdiff.policy.ways import Way, ways
from snapdiff.policy.words import subject_of, times_words


class Met(Struct, frozen=True):
    """The outcome, what speaks against the must, and which media types of those asked for were there to be judged."""

    outcome: Outcome
    failures: list[Failure]
    types: frozenset[str] = frozenset()


def met(block: Block, at: int, condition: Condition, expectation: Expectation, tallies: Sequence[Tally]) -> Met:
    """Judges a must of the policy's block number `at` for one message."""
    found = ways(tallies, at)
    if not found:
        sentence = f"{subject_of(block)} did not run on this message"
        return Met("not-exercised", [_failure(tallies[0], sentence, [])])
    judged = [_on(way, block, at, condition, expectation) for way in found]
    failures = [failure for one in judged for failure in one.failures]
    types = frozenset(name for one in judged for name in one.types)
    outcomes = {one.outcome for one in judged}
    for outcome in ("failed", "uncertain", "not-exercised"):
        if outcome in outcomes:
            kept = [failure for one in judged if one.outcome == outcome for failure in one.failures]
            return Met(outcome, kept or failures, types)
    return Met("passed", [], types)


def _on(way: Way, block: Block, at: int, condition: Condition, expectation: Expectation) -> Met:
    """The must on the way of one copy."""
    if not way.ran(at):
        sentence = f"{subject_of(block)} did not run on this copy of the message, which was split off before"
        return Met("not-exercised", [_failure(way.end, sentence, [])])
    hits = way.hits(condition.number)
    if not condition.is_body:
        return _counted(way, block, condition, expectation, hits, "")
    types = [name for name in way.types() if any(part.fits(name) for part in condition.parts)]
    if not types:
        wanted = " or ".join(part.text for part in condition.parts)
        return Met("not-exercised", [_failure(way.end, f"the message has no body text of type {wanted}", [])])
    judged = [_counted(way, block, condition, expectation, _of_type(hits, name), name) for name in types]
    failures = [failure for one in judged for failure in one.failures]
    outcomes = {one.outcome for one in judged}
    outcome: Outcome = "failed" if "failed" in outcomes else "uncertain" if "uncertain" in outcomes else "passed"
    return Met(outcome, failures, frozenset(types))


def _of_type(hits: Sequence[Hit], media_type: str) -> list[Hit]:
    """What was done to a text of that type; where nobody could look, it may have been of any type."""
    return [hit for hit in hits if hit.type == media_type or (hit.maybe and "*" in hit.type)]


def _counted(
    way: Way, block: Block, condition: Condition, expectation: Expectation, hits: Sequence[Hit], media_type: str
) -> Met:
    sure, maybe = sum(hit.sure for hit in hits), sum(hit.maybe for hit in hits)
    outcome = _outcome(sure, maybe, condition.times, unread=bool(media_type) and way.unread)
    if outcome == "passed":
        return Met("passed", [])
    near = [one for one in way.near(condition.number) if not media_type or one.seen.startswith(media_type)]
    where = f" in {media_type}" if media_type else ""
    if outcome == "uncertain" and not maybe:
        said = f"it can't be told whether it was done{where}: the text is too large to be looked into"
    elif outcome == "uncertain":
        said = f"it can't be known who did it{where}: a change that would count was made where no one can be named"
    elif sure:
        said = f"seen{where}: {times_words(sure)}"
    elif near:
        said = f"seen{where} instead: {_shown(near)}"
    else:
        said = f"{block.agent or 'the service'} ran and did nothing of the kind{where}"
    return Met(outcome, [_failure(way.end, f"Expected: {expectation.text}; {said}", near, way)])


def _outcome(sure: int, maybe: int, times: int | None, *, unread: bool) -> Outcome:
    if times is None:
        enough, too_many = sure >= 1, False
    else:
        enough, too_many = sure == times, sure > times
    if too_many:
        return "failed"
    if enough:
        return "uncertain" if maybe and times is not None else "passed"
    return "uncertain" if unread or (maybe and sure + maybe >= (times or 1)) else "failed"


def _shown(near: Sequence[Near]) -> str:
    return "; ".join(_values(near)[:2])


def _values(near: Sequence[Near]) -> list[str]:
    values = [one.seen for one in near if one.seen] or [value_seen(change) for one in near for change in one.changes]
    return list(dict.fromkeys(values))[:SHOWN]


def _failure(tally: Tally, sentence: str, near: Sequence[Near], way: Way | None = None) -> Failure:
    """A failure at the first step that came near; of the trace as a whole where none did."""
    first = near[0] if near else None
    of = tally
    if first is not None and way is not None:
        of = way.tally_of(first)
    changes = [change for one in near for change in one.changes if first is not None and one.step == first.step]
    return Failure(
        sentence=sentence,
        trace=of.path,
        message_id=of.message_id,
        subject=of.subject,
        step=first.step if first is not None else None,
        event=first.event if first is not None else None,
        agent=first.agent if first is not None else None,
        seen=_values(near),
        changes=changes[:SHOWN],
        left_out=max(0, len(changes) - SHOWN),
    )
