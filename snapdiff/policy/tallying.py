"""One trace held against a policy: what each entry of it met with, small enough to be kept for all traces.

A must is not judged here: what it asks for can have been done before the message was split into copies, or on another
server. `judging` puts the tallies of one message together.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import UNSET
from msgspec.structs import replace

from snapdiff.model import Change, FinalSeen, Finding, Step, TextSeen, Trace
from snapdiff.model.check import Failure
from snapdiff.policy.evidence import SHOWN, bounded, failure, value_seen
from snapdiff.policy.form import Block, Condition, Policy, same_event
from snapdiff.policy.matching import (
    Looked,
    fits,
    fits_finding,
    fits_kind,
    fits_name,
    flagged,
    is_split,
    looked_at,
    suspects,
)
from snapdiff.policy.tally import Hit, Near, Tally
from snapdiff.policy.words import short

_LONGEST = 300
_FORBIDDEN = "the policy says it must not happen"
_NOT_ALLOWED = "nothing in the policy asks for it or allows it"
_UNREAD = "it can't be told what came: the text is too large to be looked into, or was not looked into at all"
_MOST_RECIPIENTS = 200
_FAILURES_KEPT = 20
"""Of one expectation in one trace."""


def tally(policy: Policy, trace: Trace, meant: frozenset[int] = frozenset()) -> Tally:
    """Holds one trace against the policy; `meant` are entries with a selection of their own that mean its message."""
    return _Tallying(policy, trace, meant).done()


def with_findings(policy: Policy, of: Tally, findings: Sequence[Finding]) -> Tally:
    """The tally of a message's first trace with what was found about the whole of its way, over several servers."""
    failures, hits = list(of.failures), list(of.hits)
    for finding in findings:
        for condition in (*policy.final.must, *policy.final.must_not):
            is_meant = condition.messages is None or condition.number in of.meant
            if not (condition.is_finding and is_meant and fits_finding(condition, finding)):
                continue
            said = f"{finding.code} {finding.name}: {finding.message}"
            if condition in policy.final.must_not:
                whole = Failure(said, of.path, of.message_id, of.subject, None, None, finding.agent, [said], [])
                failures.append((condition.expectation, whole))
            hits.append(Hit(condition.number, 0, "", 1, 0))
    return replace(of, failures=failures, hits=hits)


class _Tallying:
    def __init__(self, policy: Policy, trace: Trace, meant: frozenset[int]) -> None:
        self._policy = policy
        self._trace = trace
        self._places = {snapshot.file: at for at, snapshot in enumerate(trace.snapshots)}
        self._meant = meant
        self._block_at = {id(block): at for at, block in enumerate(policy.blocks)}
        self._hits: list[Hit] = []
        self._near: list[Near] = []
        self._failures: dict[str, list[Failure]] = defaultdict(list)
        self._doubts: dict[str, list[Failure]] = defaultdict(list)
        self._looked = looked_at(trace)

    def done(self) -> Tally:
        trace, policy = self._trace, self._policy
        for looked in self._looked:
            if looked.step.changes:
                self._step(looked)
        for finding in trace.findings:
            self._finding(finding)
        times = [snapshot.time for snapshot in trace.snapshots if snapshot.time]
        names = {x.agent: policy.name_of(x.agent) for x in trace.snapshots if x.agent is not None}
        ran: dict[int, int] = {}
        for at, block in enumerate(policy.blocks):
            places = (n for n, x in enumerate(trace.snapshots) if _ran(block, names.get(x.agent or ""), x.event))
            first = 0 if block.scope == "transport" else next(places, None)
            if first is not None:
                ran[at] = first
        answers = trace.answers
        return Tally(
            path=trace.path,
            message_id=trace.message_id and trace.message_id[:_LONGEST],
            subject=trace.subject and trace.subject[:_LONGEST],
            sender=trace.sender and trace.sender[:_LONGEST],
            recipients=_recipients(trace),
            parent=trace.parent.trace if trace.parent else None,
            parent_file=trace.parent.file if trace.parent else None,
            files=[snapshot.file for snapshot in trace.snapshots],
            from_time=times[0] if times else "",
            to_time=times[-1] if times else "",
            meant=self._meant,
            ran=ran,
            agents=frozenset(x.agent.strip().casefold() for x in trace.snapshots if x.agent),
            hits=self._hits,
            near=[near for near in self._near if not self._done(near.condition)],
            failures=[(told, one) for told, kept in self._failures.items() for one in kept],
            doubts=[(told, one) for told, kept in self._doubts.items() for one in kept],
            final=self._final(),
            types=[] if answers is UNSET else answers.types,
            unread=answers is not UNSET and any(step.unread for step in answers.steps),
        )

    def _final(self) -> list[FinalSeen]:
        """The worker's answers on the last snapshot, and those on its envelope, which the trace itself holds."""
        trace, final = self._trace, self._policy.final
        envelopes = {"sender": [trace.sender] if trace.sender else [], "recipient": trace.recipients}
        out = [] if trace.answers is UNSET else list(trace.answers.final)
        for condition in (*final.must, *final.must_not):
            if condition.what in envelopes and trace.snapshots:
                values = envelopes[condition.what]
                count = sum(condition.name is None or condition.name.fits(value) for value in values)
                out.append(FinalSeen(condition.number, count, values[:SHOWN], []))
        return out

    def _done(self, number: int) -> bool:
        """Whether the trace itself did for sure what a must asks for; what comes near it is then of no interest."""
        asked = {condition.number: condition for block in self._policy.blocks for condition in block.must}
        hits = [hit for hit in self._hits if hit.condition == number]
        types = {hit.type for hit in hits} if hits else set[str]()
        wanted = asked[number]
        enough = all(
            sum(hit.sure for hit in hits if hit.type == media_type) == (wanted.times or 1) for media_type in types
        )
        return bool(hits) and enough and (not wanted.is_body or len(types) >= len(wanted.parts))

    def _step(self, looked: Looked) -> None:
        """What one step did, under the rules of whoever did it or may have done it."""
        blocks = suspects(self._policy, looked.step)
        for block in blocks:
            if block is not None:
                self._under(block, looked, sure=looked.step.certain and len(blocks) == 1)

    def _under(self, block: Block, looked: Looked, *, sure: bool) -> None:
        step = looked.step
        changes = [change for change in step.changes if not is_split(step, change)]
        judged = changes if sure else [change for change in changes if not self._may_anyway(looked, change)]
        at_event = block.event is None or same_event(block.event, step.event)
        told = self._failures if sure else self._doubts
        must, must_not, may = (
            [condition for condition in entries if at_event and self._means(condition)]
            for entries in (block.must, block.must_not, block.may)
        )
        for condition in must:
            if condition.is_body:
                self._body(condition, looked, sure=sure)
            elif not condition.is_finding:
                self._asked(condition, looked, changes, sure=sure)
        forbidden: set[int] = set()
        for condition in must_not:
            if condition.is_finding:
                continue
            if condition.is_body:
                self._forbidden_text(condition, looked, sure=sure)
                continue
            against = [change for change in judged if fits(condition, looked, change)]
            forbidden |= {id(change) for change in against}
            if against:
                sentence = self._sentence(looked, against, _FORBIDDEN, sure=sure)
                self._tell(told, condition.expectation, sentence, looked, against)
        if block.closed is not None:
            allowed = [*(x for x in must if not x.is_body and not x.is_finding), *may]
            left = [
                change
                for change in judged
                if id(change) not in forbidden
                and not any(fits(condition, looked, change) for condition in allowed)
                and not (at_event and self._explained(block, looked, change))
            ]
            if left and at_event and all(self._may_be_asked_for(must, looked, change) for change in left):
                self._tell(self._doubts, block.closed, _UNREAD, looked, left)
            elif left:
                sentence = self._sentence(looked, left, _NOT_ALLOWED, sure=sure)
                self._tell(told, block.closed, sentence, looked, left)

    def _may_anyway(self, looked: Looked, change: Change) -> bool:
        """Whether the policy allows a change where it can't be known who did it."""
        return any(self._means(one) and fits(one, looked, change) for one in self._policy.uncertain)

    def _may_be_asked_for(self, must: Iterable[Condition], looked: Looked, change: Change) -> bool:
        """Whether a changed text is too large to tell whether it is what was asked for."""
        part = looked.part(change)
        if change.kind != "part.changed" or part is None or looked.answers is None:
            return False
        asked = any(pattern.fits(part.type) for one in must if one.is_body for pattern in one.parts)
        return asked and part.is_body and part.type in looked.answers.unread

    def _asked(self, condition: Condition, looked: Looked, changes: list[Change], *, sure: bool) -> None:
        found = [change for change in changes if fits(condition, looked, change)]
        if found:
            self._hit(condition, looked.step, "", len(found), sure=sure)
        near = found or [x for x in changes if fits_kind(condition, x) and fits_name(condition, looked, x)]
        self._keep_near(condition, looked.step, "", near)

    def _body(self, condition: Condition, looked: Looked, *, sure: bool) -> None:
        """How often the step added the text, in each media type."""
        texts = self._texts(condition, looked)
        if looked.answers is None and not sure and self._is_unread(condition, looked):
            for pattern in condition.parts:
                self._hit(condition, looked.step, pattern.text, 1, sure=False)
        for seen in texts:
            came = _came(condition, seen)
            if came:
                self._hit(condition, looked.step, seen.type, came, sure=sure)
            if seen.after != seen.before or came:
                said = f"{seen.type}: there {seen.before:,} times before, {seen.after:,} times after"
                said += "" if seen.at_end or condition.what == "body.contains" else ", and not at the end"
            else:
                said = f"{seen.type}: not added; the text ends with {seen.tail!r}"
            self._keep_near(condition, looked.step, said, self._changed_texts(looked, seen.type))

    def _forbidden_text(self, condition: Condition, looked: Looked, *, sure: bool) -> None:
        told = self._failures if sure else self._doubts
        if self._is_unread(condition, looked):
            self._tell(self._doubts, condition.expectation, _UNREAD, looked, [])
        for seen in self._texts(condition, looked):
            if _came(condition, seen):
                changes = self._changed_texts(looked, seen.type)
                sentence = self._sentence(looked, changes, _FORBIDDEN, sure=sure)
                self._tell(told, condition.expectation, sentence, looked, changes, [f"{seen.type}: ...{seen.tail}"])

    def _is_unread(self, condition: Condition, looked: Looked) -> bool:
        """Whether a text may have come that nobody could look at: too large, or where a copy was split off."""
        if looked.answers is None:
            return any(change.kind.startswith("part.") for change in looked.step.changes)
        return any(pattern.fits(media_type) for pattern in condition.parts for media_type in looked.answers.unread)

    def _texts(self, condition: Condition, looked: Looked) -> list[TextSeen]:
        if looked.answers is None:
            return []
        return [seen for seen in looked.answers.texts if seen.condition == condition.number]

    def _explained(self, block: Block, looked: Looked, change: Change) -> bool:
        """Whether a changed text holds nothing new but what the block's musts asked for."""
        part = looked.part(change)
        if change.kind != "part.changed" or change.name is not None or part is None or not part.is_body:
            return False
        meant = {condition.number for condition in block.must if self._means(condition)}
        at = self._block_at[id(block)]
        return looked.answers is not None and any(
            one.block == at and one.type == part.type and all(not meant.isdisjoint(asking) for asking in one.conditions)
            for one in looked.answers.explained
        )

    def _changed_texts(self, looked: Looked, media_type: str) -> list[Change]:
        out = []
        for change in looked.step.changes:
            part = looked.part(change)
            if change.kind in ("part.changed", "part.added") and part is not None and part.type == media_type:
                out.append(change)
        return out

    def _finding(self, finding: Finding) -> None:
        looked = next((x for x in self._looked if finding.step and x.step.to == finding.step[1]), None)
        final = self._policy.final
        for condition in filter(self._means, (*final.must, *final.must_not)):
            if condition.is_finding and fits_finding(condition, finding):
                self._hits.append(Hit(condition.number, 0, "", 1, 0))
                if condition in final.must_not:
                    self._tell_finding(self._failures, condition, finding, looked)
        for block in self._policy.blocks:
            for condition in (*block.must, *block.must_not):
                if condition.is_finding and self._means(condition) and fits_finding(condition, finding):
                    self._caused(block, condition, finding, looked)

    def _caused(self, block: Block, condition: Condition, finding: Finding, looked: Looked | None) -> None:
        """A finding under the rules of whoever made the step it is about."""
        if looked is None:
            named = self._policy.name_of(finding.agent) if finding.agent is not None else None
            sure = block.agent is not None and block.agent == named
            blamed = sure
        else:
            blocks = suspects(self._policy, looked.step)
            blamed = any(block is one for one in blocks)
            sure = blamed and looked.step.certain and len(blocks) == 1
        if not blamed:
            return
        if condition in block.must:
            at = self._places.get(finding.step[1], 0) if finding.step else 0
            self._hits.append(Hit(condition.number, at, "", int(sure), int(not sure)))
        else:
            self._tell_finding(self._failures if sure else self._doubts, condition, finding, looked)

    def _tell_finding(
        self, told: dict[str, list[Failure]], condition: Condition, finding: Finding, looked: Looked | None
    ) -> None:
        changes = [looked.step.changes[at] for at in flagged(finding, looked.step)] if looked is not None else []
        step = looked.step if looked is not None else None
        kept = told[condition.expectation]
        if len(kept) < _FAILURES_KEPT:
            said = f"{finding.code} {finding.name}: {finding.message}"
            kept.append(failure(self._trace, said, step, changes, [said, *finding.evidence.values()][:SHOWN]))

    def _tell(
        self,
        told: dict[str, list[Failure]],
        expectation: str,
        sentence: str,
        looked: Looked,
        changes: list[Change],
        seen: list[str] | None = None,
    ) -> None:
        kept = told[expectation]
        if len(kept) < _FAILURES_KEPT:
            kept.append(failure(self._trace, sentence, looked.step, changes, seen))

    def _sentence(self, looked: Looked, against: Sequence[Change], rule: str, *, sure: bool) -> str:
        """One sentence that tells a change and why it counts."""
        step = looked.step
        first = short(value_seen(against[0])) if against else "a text"
        more = f" and {len(against) - 1:,} more" if len(against) > 1 else ""
        if sure:
            return f"{_who(step)}: {first}{more}; {rule}"
        where = f"between {step.from_ or 'the parent'} and {step.to}"
        reason = f" ({step.reason})" if step.reason else ""
        return f"{first}{more}: it can't be known who did it {where}{reason}, and not all who may have were allowed to"

    def _means(self, condition: Condition) -> bool:
        return condition.messages is None or condition.number in self._meant

    def _hit(self, condition: Condition, step: Step, media_type: str, times: int, *, sure: bool) -> None:
        at = self._places.get(step.to, 0)
        self._hits.append(Hit(condition.number, at, media_type, times if sure else 0, 0 if sure else times))

    def _keep_near(self, condition: Condition, step: Step, seen: str, changes: Iterable[Change]) -> None:
        short = [bounded(change) for change in list(changes)[:SHOWN]]
        if (seen or short) and sum(near.condition == condition.number for near in self._near) < SHOWN:
            agent = step.agent if step.certain and step.actor == "agent" else None
            self._near.append(Near(condition.number, (step.from_ or "", step.to), step.event, agent, seen, short))


def _recipients(trace: Trace) -> frozenset[str]:
    found: set[str] = set()
    for snapshot in trace.snapshots:
        found.update(map(str.casefold, snapshot.recipients))
        if len(found) > _MOST_RECIPIENTS:
            return frozenset()
    return frozenset(found)


def _ran(block: Block, name: str | None, event: str | None) -> bool:
    """Whether a block is about an agent, known by its name in the policy, at an event."""
    if block.agent is None or block.agent != name:
        return False
    return block.event is None or same_event(block.event, event)


def _came(condition: Condition, seen: TextSeen) -> int:
    """How often a step added a text; nothing where it was to stand at the end and does not."""
    at_end = condition.what != "body.ends_with" or seen.at_end
    return max(0, seen.after - seen.before) if at_end else 0


def _who(step: Step) -> str:
    if step.actor == "agent":
        return step.agent or "An agent"
    return "The SMTP session" if step.actor == "session" else "The transport service"
