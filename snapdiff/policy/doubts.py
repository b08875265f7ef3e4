"""What was not there to be judged, or can't be known, to the sentences that say why a check has no full answer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from snapdiff.model.check import CannotTell, CheckedMessage, Expectation, Failure, Verdict
from snapdiff.policy.form import Policy, fits_agent
from snapdiff.policy.patterns import Pattern
from snapdiff.policy.tally import Tally
from snapdiff.policy.words import selector_words, short

_NAMED = 3
"""Messages that a sentence names; more are counted."""


def not_there(policy: Policy, selected: Sequence[Sequence[Tally]]) -> Iterator[CannotTell]:
    """What the policy requires of the run as a whole and was not there: messages, agents."""
    wanted = policy.min_messages
    if len(selected) < wanted:
        which = selector_words(policy.messages)
        such = f" with {which}" if which else ""
        there = "no message" if not selected else f"only {_messages(len(selected))}"
        verb = "were" if len(selected) > 1 else "was"
        least = f"; at least {wanted:,} are required" if wanted > 1 else ""
        yield CannotTell("not-exercised", f"{there}{such} {verb} found{least}", policy.min_messages_id or None)
    if not selected:
        return
    ran = {agent for tallies in selected for one in tallies for agent in one.agents}
    for required in policy.agents:
        if not any(fits_agent(required.name, agent) for agent in ran):
            sentence = f"{required.name} is required and never ran{_on_any(len(selected))}"
            yield CannotTell("not-exercised", sentence, required.expectation)


def not_exercised(
    policy: Policy, checked: Sequence[CheckedMessage], seen_types: Mapping[str, set[str]]
) -> Iterator[CannotTell]:
    """Expectations that nothing could be held against: in no message, or, for a must, in some message.

    Where a must says that an agent never ran, what that agent must not do has nothing to add.
    """
    asked = _body_parts(policy)
    with_must = {_who(one) for one in policy.expectations if one.clause == "must" and one.agent}
    told: dict[str, list[tuple[CheckedMessage, Verdict]]] = defaultdict(list)
    for message in checked:
        for verdict in message.verdicts:
            told[verdict.expectation].append((message, verdict))
    for expectation in policy.expectations:
        if expectation.scope == "require":
            continue
        verdicts = told[expectation.id]
        missing = [(message, verdict) for message, verdict in verdicts if verdict.outcome == "not-exercised"]
        is_must = expectation.clause == "must"
        if not verdicts:
            sentence = f"no message is of those it is about ({expectation.text})"
            yield CannotTell("not-exercised", sentence, expectation.id)
        elif missing and (is_must or (len(missing) == len(verdicts) and _who(expectation) not in with_must)):
            yield _missing(expectation, missing, len(verdicts))
        if len(missing) < len(verdicts) and not any(verdict.outcome == "waived" for _, verdict in verdicts):
            yield from _absent_types(expectation, asked.get(expectation.id, ()), seen_types.get(expectation.id, set()))


def uncertain(checked: Sequence[CheckedMessage]) -> Iterator[CannotTell]:
    """What can't be known: one sentence a step, though several agents may have done it whose rules speak against it."""
    for message in checked:
        by_place: dict[object, list[tuple[Verdict, Failure]]] = {}
        for verdict in message.verdicts:
            for failure in verdict.failures if verdict.outcome == "uncertain" else ():
                place = (failure.trace, failure.step) if failure.step is not None else verdict.expectation
                by_place.setdefault(place, []).append((verdict, failure))
        for found in by_place.values():
            verdict, failure = found[0]
            names = list(dict.fromkeys(verdict.expectation for verdict, _ in found))
            more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
            sentence = f"{failure.sentence} ({', '.join(names[:_NAMED])}{more})"
            yield CannotTell("uncertain", sentence, verdict.expectation, failure.trace)


def _who(expectation: Expectation) -> tuple[str | None, str | None]:
    return expectation.agent, expectation.event


def _missing(expectation: Expectation, missing: Sequence[tuple[CheckedMessage, Verdict]], of: int) -> CannotTell:
    message, verdict = missing[0]
    why = verdict.failures[0].sentence if verdict.failures else ""
    who = f"{expectation.agent} at {expectation.event}" if expectation.event else expectation.agent or expectation.text
    did_not_run = not why or "did not run" in why
    if len(missing) == of:
        said = f"{who} never ran" if did_not_run else f"{expectation.text}: {why}"
        sentence = f"{said}{_on_any(of)}" if did_not_run else said
    else:
        named = ", ".join(f'"{short(one.subject or one.traces[0], 60)}"' for one, _ in missing[:_NAMED])
        more = f" and {len(missing) - _NAMED:,} more" if len(missing) > _NAMED else ""
        said = f"{who} did not run" if did_not_run else f"{expectation.text}: {why}"
        sentence = f"{said} on {len(missing):,} of {_messages(of)}: {named}{more}"
    return CannotTell("not-exercised", sentence, expectation.id, message.traces[0])


def _body_parts(policy: Policy) -> dict[str, tuple[Pattern, ...]]:
    """The types of text that each expectation about bodies asks for."""
    blocks = (*policy.blocks, policy.final)
    asked = (condition for block in blocks for condition in (*block.must, *block.must_not))
    return {condition.expectation: condition.parts for condition in asked if condition.is_body}


def _absent_types(expectation: Expectation, parts: Sequence[Pattern], seen: set[str]) -> Iterator[CannotTell]:
    """A must in each of several types was seen in all of them only if there was a message with each."""
    if expectation.clause != "must":
        return
    for part in parts:
        if not any(part.fits(media_type) for media_type in seen):
            sentence = f"no message had a {part.text} body part, so nothing is known of it: {expectation.text}"
            yield CannotTell("not-exercised", sentence, expectation.id)


def _on_any(number: int) -> str:
    return " on the one message" if number == 1 else f" on any of {number:,} messages"


def _messages(number: int) -> str:
    return "1 message" if number == 1 else f"{number:,} messages"
