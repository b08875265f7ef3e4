"""The conditions on the last snapshot of a message to what speaks against them."""

from collections.abc import Sequence

from snapdiff.model import FinalSeen
from snapdiff.model.check import Expectation, Failure
from snapdiff.policy.form import Condition
from snapdiff.policy.musts import Met
from snapdiff.policy.tally import Tally
from snapdiff.policy.ways import ends
from snapdiff.policy.words import times_words


def final_met(clause: str, condition: Condition, expectation: Expectation, tallies: Sequence[Tally]) -> Met:
    """Judges a condition that is no finding on the last snapshot of each copy of one message."""
    with_body = [tally for tally in tallies if tally.types]
    last = ends(with_body if condition.is_body else tallies)
    seen = [(tally, one) for tally in last for one in tally.final if one.condition == condition.number]
    if not seen or all(condition.is_body and len(one.absent) == len(condition.parts) for _, one in seen):
        what = "has no body text of the types asked for" if condition.is_body else "holds no message to look at"
        return Met("not-exercised", [_failure(tallies[0], f"the last snapshot {what}", None)])
    types = frozenset(
        part.text for part in condition.parts for _, one in seen if condition.is_body and part.text not in one.absent
    )
    unread = [(tally, one) for tally, one in seen if one.unread]
    if unread:
        sentence = "the text of the last snapshot is too large to be looked into"
        return Met("uncertain", [_failure(tally, sentence, one) for tally, one in unread], types)
    against = [
        _failure(tally, f"Expected: {expectation.text}; {_said(one)}", one)
        for tally, one in seen
        if not _holds(clause, condition, one)
    ]
    return Met("failed" if against else "passed", against, types)


def finding_met(condition: Condition, expectation: Expectation, tallies: Sequence[Tally]) -> Met:
    """Judges whether there is a finding that has to be there, anywhere on the message's way."""
    found = sum(hit.sure for tally in tallies for hit in tally.hits if hit.condition == condition.number)
    if found == condition.times if condition.times is not None else found:
        return Met("passed", [])
    seen = f"it was found {times_words(found)}" if found else "it was not found"
    return Met("failed", [_failure(tallies[0], f"Expected: {expectation.text}; {seen}", None)])


def _holds(clause: str, condition: Condition, seen: FinalSeen) -> bool:
    if clause == "must_not":
        return seen.count == 0
    return seen.count == condition.times if condition.times is not None else seen.count > 0


def _said(seen: FinalSeen) -> str:
    if seen.count:
        return f"the last snapshot has it {times_words(seen.count)}"
    if seen.seen:
        return f"the last snapshot has instead: {'; '.join(seen.seen[:2])}"
    return "the last snapshot has nothing of the kind"


def _failure(tally: Tally, sentence: str, seen: FinalSeen | None) -> Failure:
    return Failure(
        sentence=sentence,
        trace=tally.path,
        message_id=tally.message_id,
        subject=tally.subject,
        step=None,
        event=None,
        agent=None,
        seen=seen.seen if seen is not None else [],
        changes=[],
    )
