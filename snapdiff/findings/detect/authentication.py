"""Results of authentication and ARC sets: added, dropped, or contradicting each other since a step."""

import re
from collections.abc import Iterator

from snapdiff.findings.register import Found, Passing, of_step
from snapdiff.mail.fields import field_value, unfold_to_blanks
from snapdiff.mail.message import Message
from snapdiff.mail.structured import READERS
from snapdiff.mail.words import shown

_FIELD = "authentication-results"
_METHOD = re.compile(r"(spf|dkim|dmarc)(?:\[[^\]]*\])?(?: \d+)?")
_ABOUT = {"spf": ("smtp.mailfrom",), "dkim": ("header.d", "header.i"), "dmarc": ("header.from",)}
_MAX_FIELDS = 50
_MAX_BYTES = 16_384

_Results = dict[tuple[str, str], set[str]]
"""What was said, under the method and the domain it is about."""


@of_step
def results_changed(at: Passing) -> Iterator[Found]:
    """SD607 to SD609: Authentication-Results that came, went, or now contradict each other."""
    added: list[int] = []
    touched = False
    for number, change in enumerate(at.step.changes):
        if change.part is not None or (change.name or "").lower() != _FIELD:
            continue
        if change.kind == "header.removed":
            yield Found("SD607", {"before": str(change.before)}, (number,))
        elif change.kind == "header.added":
            added.append(number)
            yield Found("SD608", {"after": str(change.after)}, (number,))
        elif change.kind == "header.changed":
            evidence = {"before": str(change.before), "after": str(change.after)}
            added.append(number)
            yield Found("SD610", evidence, (number,))
        touched = touched or not change.cosmetic
    if added and touched:
        was, now = _contradictions(_results(at.before)), _contradictions(_results(at.after))
        if new := [one for one in now if one not in was]:
            yield Found("SD609", {"contradictions": "; ".join(new)}, tuple(added))


@of_step
def arc_set_added(at: Passing) -> Iterator[Found]:
    """SD611: an ARC set came to the message."""
    seals = [
        (number, str(change.after))
        for number, change in enumerate(at.step.changes)
        if change.kind == "header.added" and change.part is None and (change.name or "").lower() == "arc-seal"
    ]
    for number, value in seals:
        tags = READERS["arc-seal"](value, value)[0]
        evidence = {
            name: str(tags[tag]) for name, tag in (("instance", "i"), ("domain", "d"), ("verdict", "cv")) if tag in tags
        }
        if len(evidence) == len(("instance", "domain", "verdict")):
            yield Found("SD611", evidence, (number,))


def _results(message: Message) -> _Results:
    """What the message's Authentication-Results say of SPF, DKIM and DMARC."""
    said: _Results = {}
    fields = message.named(_FIELD)
    for field in fields[:_MAX_FIELDS]:
        value = shown(unfold_to_blanks(field_value(field)[:_MAX_BYTES]).decode("utf-8", "surrogateescape"))
        named = READERS[_FIELD](value, value)[0]
        for name, result in named.items():
            if (method := _METHOD.fullmatch(name)) is None or not isinstance(result, str):
                continue
            about = (named.get(f"{name}.{key}") for key in _ABOUT[method[1]])
            domain = next((str(one).rpartition("@")[2].lower() for one in about if one), "")
            said.setdefault((method[1], domain), set()).add(result.lower())
    return said


def _contradictions(said: _Results) -> list[str]:
    """Methods that passed by one word and did not by another, for the same domain."""
    out: list[str] = []
    for (method, domain), results in said.items():
        others = sorted(results & {"fail", "softfail", "permerror"})
        if "pass" in results and others:
            out.append(f"{method}{f' of {domain}' if domain else ''}: pass and {', '.join(others)}")
    return out
