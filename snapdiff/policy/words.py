"""The entries of a policy to plain English: what an expectation says, for every output."""

from snapdiff.policy.form import Block, Condition, Selector
from snapdiff.policy.patterns import Pattern

_KINDS = {
    "envelope.sender-changed": ("changes the envelope sender", ""),
    "envelope.recipient-added": ("adds recipient", "a recipient"),
    "envelope.recipient-removed": ("removes recipient", "a recipient"),
    "header.added": ("adds header field", "a header field"),
    "header.removed": ("removes header field", "a header field"),
    "header.changed": ("changes header field", "a header field"),
    "header.moved": ("moves header field", "a header field"),
    "header.rewritten": ("rewrites header field", "a header field"),
    "part.added": ("adds part", "a part"),
    "part.removed": ("removes part", "a part"),
    "part.changed": ("changes the content of part", "a part"),
    "part.rewritten": ("rewrites, with the same content, part", "a part"),
    "part.moved": ("moves part", "a part"),
    "message.deleted": ("deletes the message", ""),
    "message.deferred": ("defers the message", ""),
    "header": ("changes anything of header field", "a header field"),
    "part": ("changes anything of part", "a part"),
    "envelope": ("changes anything of the envelope", ""),
    "message": ("deletes or defers the message", ""),
    "cosmetic": ("makes a cosmetic change", ""),
    "body.contains": ("adds to the body", ""),
    "body.ends_with": ("adds at the end of the body", ""),
}
_LONGEST = 120
_NAMED = 3
"""Of patterns that a sentence names; more are counted."""


def expected(block: Block, clause: str, condition: Condition) -> str:
    """One entry as a sentence without a full stop: `Exchange DkimSigner adds header field DKIM-Signature, once`."""
    who = subject_of(block)
    if block.scope == "final":
        return _final(clause, condition)
    if condition.is_finding:
        never = "never" if clause == "must_not" else "always"
        return f"{who} {never} causes finding {condition.what.partition(':')[2]}{_for(condition)}"
    did = _did(condition)
    never = "never " if clause == "must_not" else ""
    return f"{who} {never}{did}{_times(condition)}{_for(condition)}"


def nothing_else(block: Block) -> str:
    """What a closed world says."""
    return f"{subject_of(block)} changes nothing beside what the policy asks for or allows"


def subject_of(block: Block) -> str:
    """Whom a block is about, to begin a sentence."""
    if block.agent is not None:
        return f"{block.agent} at {block.event}" if block.event else block.agent
    return {"transport": "The transport service (or the SMTP session)", "others": "Every other agent"}.get(
        block.scope, "The message"
    )


def short(text: str, longest: int = _LONGEST) -> str:
    """A text for a sentence, cut where it is long."""
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _did(condition: Condition) -> str:
    if condition.is_body and condition.body is not None:
        verb = _KINDS[condition.what][0]
        return f"{verb} {body_words(condition)} in {_listed(condition.parts) or 'each text part'}"
    verb, anything = _KINDS[condition.what]
    name = condition.name or condition.filename
    if anything and name is None and not condition.parts:
        verb = _without_name(verb, anything)
    elif name is not None:
        verb = f"{verb} {short(name.text)}"
    if condition.parts:
        verb += f" in {_listed(condition.parts)}" if name is not None else f" {_listed(condition.parts)}"
    if condition.before is not None:
        verb += f" from {short(condition.before.words)}"
    if condition.value is not None:
        verb += f"{' to' if condition.what.endswith('changed') else ' with value'} {short(condition.value.words)}"
    return verb


def _without_name(verb: str, anything: str) -> str:
    noun = anything.partition(" ")[2]
    return f"{verb.removesuffix(noun)}{anything}"


def body_words(condition: Condition) -> str:
    """The text that is looked for, as it is shown."""
    body = condition.body
    if body is None:
        return ""
    return f"/{short(body.text)}/" if body.is_regex else f'"{short(body.text)}"'


def _final(clause: str, condition: Condition) -> str:
    has = "has no" if clause == "must_not" else "has"
    if condition.is_finding:
        return f"In the end there is {'no ' if clause == 'must_not' else ''}finding {condition.what.partition(':')[2]}"
    if condition.is_body:
        verb = "ends with" if condition.what == "body.ends_with" else "contains"
        verb = f"never {verb}" if clause == "must_not" else verb
        where = _listed(condition.parts) or "each text part"
        said = f"In the end the body {verb} {body_words(condition)} in {where}"
        return f"{said}{_times(condition)}{_for(condition)}"
    names = {"header": "header field", "part": "part", "sender": "the envelope sender", "recipient": "recipient"}
    name = condition.name or condition.filename
    said = f"In the end the message {has} {names[condition.what]}"
    said += f" {short(name.text)}" if name is not None else ""
    said += f" {_listed(condition.parts)}" if condition.parts else ""
    said += f" with value {short(condition.value.words)}" if condition.value is not None else ""
    return f"{said}{_times(condition)}{_for(condition)}"


def _listed(parts: tuple[Pattern, ...]) -> str:
    return " and ".join(part.text for part in parts)


def _times(condition: Condition) -> str:
    return "" if condition.times is None else f", {times_words(condition.times)}"


def times_words(times: int) -> str:
    """A number of times in words."""
    return {0: "not once", 1: "once", 2: "twice"}.get(times, f"{times:,} times")


def _for(condition: Condition) -> str:
    return f", for messages with {selector_words(condition.messages)}" if condition.messages else ""


def selector_words(selector: Selector) -> str:
    """Which messages are meant; "" for all."""
    said = []
    for name, patterns in (
        ("subject", selector.subject),
        ("sender", selector.sender),
        ("recipient", selector.recipient),
        ("message id", selector.message_id),
    ):
        if patterns:
            more = f" or {len(patterns) - _NAMED:,} more" if len(patterns) > _NAMED else ""
            said.append(f"{name} {' or '.join(short(pattern.words, 60) for pattern in patterns[:_NAMED])}{more}")
    return " and ".join(said)
