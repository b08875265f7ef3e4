"""Changes and steps to the plain English that every output for people shares.

Field names, addresses, file names and agent names in these sentences come from the mail and are hostile. Every
such piece, and nothing else, is passed through `mark` on its way into the sentence: an output hands in what makes
text safe there (escape it, quote it, colour it). Without `mark` the sentences hold the pieces as they are.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, get_args

from msgspec import UNSET, UnsetType

from snapdiff.model import Change, Degree, Kind, PartInfo, Service, Session, Step, Tail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Mark = Callable[[str], str]

NAMED_AT_MOST = 3
"""So many names a kind stand in a summary; more of them are counted instead."""
LONGEST_NAME = 80
"""Characters of one name in a sentence; a longer one is cut, with three dots."""
LONG_SECONDS = 60
"""A hop that took longer than that is worth a look."""

_KIND_ORDER: dict[str, int] = {kind: place for place, kind in enumerate(get_args(Kind))}
_SUBJECTS = {
    "envelope.recipient-added": ("recipient", "added"),
    "envelope.recipient-removed": ("recipient", "removed"),
    "header.added": ("header field", "added"),
    "header.removed": ("header field", "removed"),
    "header.changed": ("header field", "changed"),
    "header.moved": ("header field", "moved"),
    "header.rewritten": ("header field", "rewritten with the same value"),
    "part.added": ("part", "added"),
    "part.removed": ("part", "removed"),
    "part.changed": ("part", "changed"),
    "part.rewritten": ("part", "rewritten with the same content"),
    "part.moved": ("part", "moved"),
}
_ALONE = {
    "envelope.sender-changed": "envelope sender changed",
    "message.deleted": "message deleted",
    "message.deferred": "message deferred",
}
_STRUCTURE = "multipart structure of the message rewritten with the same content"
"""A delimiter line of the message's own body, or what stands beside its parts, has other bytes."""
_DEGREES: dict[Degree, str] = {
    "re-wrapped": "same content, lines wrapped anew",
    "re-encoded": "same content, encoded anew",
    "relabelled": "same text, under another charset label",
    "characters-lost": "characters lost",
    "content-changed": "content changed",
}
_REWRITTEN: dict[Degree, str] = {
    "re-wrapped": "re-wrapped with the same content",
    "re-encoded": "re-encoded with the same content",
}
_SERVICES: dict[Service, str] = {
    "transport": "Transport service",
    "mailbox-delivery": "Mailbox Transport Delivery service",
    "edge": "Edge Transport service",
}


_NEITHER = "are neither snapshots nor known logs and were"


def _as_it_is(text: str) -> str:
    return text


def summary(changes: Sequence[Change], mark: Mark = _as_it_is) -> str:
    """All changes of a step in one line: `header field X-Foo added; 5 header fields removed; cosmetic: part 1 moved`.

    Up to three of a kind are named, more are counted; what is the same for a reader comes last, behind "cosmetic:".
    No changes give "nothing changed". The order is that of the kinds in the contract, so it is deterministic.
    """
    real = _phrases([change for change in changes if not change.cosmetic], mark)
    cosmetic = _phrases([change for change in changes if change.cosmetic], mark)
    if cosmetic:
        real.append("cosmetic: " + ", ".join(cosmetic))
    return "; ".join(real) or "nothing changed"


def change_title(change: Change, mark: Mark = _as_it_is) -> str:
    """One change as a heading: `header field Subject changed`, `part 2 (a.pdf, application/pdf, 1,024 bytes) removed`.

    Says nothing of `cosmetic`, the values or the text: an output shows those in its own way.
    """
    if (alone := _alone(change)) is not None:
        return alone
    noun, verb = _noun_and_verb(change)
    if change.kind.startswith("header."):
        moved = " and moved" if change.moved is True else ""
        return f"{noun} {_name(change, mark)}{_whose_header(change.part, mark)} {verb}{moved}"
    if change.kind.startswith("envelope."):
        return f"{noun} {_name(change, mark)} {verb}"
    return _part_title(change, verb, mark)


def actor_words(step: Step, mark: Mark = _as_it_is) -> str:
    """Who did a step: the agent's name, "transport service", "SMTP session" or "unknown". Says nothing of certainty."""
    if step.actor == "agent":
        return mark(cut(step.agent)) if step.agent else "unknown agent"
    if step.actor == "transport":
        return "transport service"
    return "SMTP session" if step.actor == "session" else "unknown"


def certainty_words(step: Step, mark: Mark = _as_it_is, sentence: Mark | None = None) -> str:
    """Why it is not sure who did a step, which files are missing and who could have done it; empty where it is sure.

    The reason is one of this program's sentences and may quote a name: it goes as a whole through `sentence`, or
    through `mark` where there is none.
    """
    if step.certain:
        return ""
    words = "not certain"
    if step.reason:
        words += f": {(sentence or mark)(step.reason)}"
    if step.missing:
        words += f"; missing: {_listed(step.missing, mark)}"
    if step.candidates:
        words += f"; it could be: {_listed(step.candidates, mark)}"
    return words


def split_words(step: Step) -> str:
    """What the first step of a copy is, and who split it off where that is proved. It may quote a name."""
    if not step.certain or not step.reason:
        return "Exchange split this copy off from its parent here; what was done up to then shows here."
    return f"{step.reason[:1].upper()}{step.reason[1:]}; what was done to the copy up to here shows here."


def degree_words(degree: Degree | UnsetType | None) -> str:
    """How deep a change of content goes, in words; empty where the change has no degree."""
    return "" if degree is UNSET or degree is None else _DEGREES[degree]


def part_words(part: PartInfo, mark: Mark = _as_it_is) -> str:
    """A MIME part in a few words: file name, media type, decoded size; and that its content can't be looked into."""
    pieces = [mark(cut(part.file_name))] if part.file_name else []
    pieces += [mark(cut(part.type)), counted(part.size, "byte")]
    if part.opaque is True:
        pieces.append("opaque: this program can't look into it")
    return ", ".join(pieces)


def service_words(service: Service | None) -> str:
    """The service a trace was made in, as Exchange calls it; "Unknown service" where the folder does not tell."""
    return _SERVICES[service] if service else "Unknown service"


def elapsed_words(milliseconds: int | None) -> str:
    """A time for people: `3 ms`, `1.25 s`, `2 min 5 s`, `1 h 2 min`; `-` where it is not known."""
    if milliseconds is None:
        return "-"
    size = abs(milliseconds)
    if size < 1000:
        words = f"{size} ms"
    elif size < 60_000:
        words = f"{size // 10 / 100:.2f} s"
    elif size < 3_600_000:
        words = f"{size // 60_000} min {size % 60_000 // 1000} s"
    elif size >= 36_000_000:
        words = f"{size // 3_600_000:,} h"
    else:
        words = f"{size // 3_600_000} h {size % 3_600_000 // 60_000} min"
    return words if milliseconds >= 0 else "-" + words


def tail_sentences(tail: Tail) -> list[str]:
    """What was left out, or is there for later use, one sentence each; no sentence where there is nothing to say."""
    said: list[str] = []
    if tail.filtered:
        said.append(f"{counted(tail.filtered, 'message')} {_are(tail.filtered)} left out by the filters.")
    if tail.left_out:
        neither = "is neither a snapshot nor a known log and was" if tail.left_out == 1 else _NEITHER
        said.append(f"{counted(tail.left_out, 'file')} {neither} left out.")
    if tail.logs:
        said.append(f"{counted(tail.logs, 'tracking or protocol log')} found; their rows stand with their messages.")
    return said


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def counted(number: int, noun: str, nouns: str = "") -> str:
    """A number with its noun: `1 message`, `1,024 bytes`; `nouns` is the plural where it takes more than an s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {nouns or f'{noun}s'}"


def delay_words(seconds: float | None) -> str:
    """How long after the hop before, "" where that can't be told; clocks differ, so it can be less than nothing."""
    if seconds is None or not -1e12 < seconds < 1e12:
        return ""
    return f"{'+' if seconds >= 0 else ''}{elapsed_words(round(seconds * 1000))}"


def session_with(session: Session, mark: Mark = _as_it_is) -> str:
    """With whom an SMTP session was, and who began it: `SMTP session from 192.0.2.1:25`."""
    return f"SMTP session {'from' if session.kind == 'receive' else 'to'} {mark(session.remote or '?')}"


def cut(text: str, longest: int = LONGEST_NAME) -> str:
    """The text, or its beginning and three dots where it is longer than `longest` characters."""
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _phrases(changes: list[Change], mark: Mark) -> list[str]:
    """One phrase a kind (and degree), in the order of the contract."""
    ordered = sorted(changes, key=_place)
    return [_phrase(list(group), mark) for _, group in groupby(ordered, key=_place)]


def _place(change: Change) -> tuple[int, bool, str]:
    degree = "" if change.degree == "content-changed" else degree_words(change.degree)
    return _KIND_ORDER[change.kind], _alone(change) is None, degree


def _alone(change: Change) -> str | None:
    """The words for a change that has no name to tell."""
    is_structure = change.kind == "part.rewritten" and change.part == "TEXT" and change.name is None
    return _STRUCTURE if is_structure else _ALONE.get(change.kind)


def _phrase(group: list[Change], mark: Mark) -> str:
    first = group[0]
    if (alone := _alone(first)) is not None:
        return alone
    noun, verb = _noun_and_verb(first)
    counts: dict[str, int] = {}
    for change in group:
        label = _label(change, mark)
        counts[label] = counts.get(label, 0) + 1
    if len(counts) > NAMED_AT_MOST:
        words = f"{counted(len(group), noun)} {verb}"
    else:
        names = ", ".join(label if count == 1 else f"{label} ({count} times)" for label, count in counts.items())
        words = f"{noun if len(group) == 1 else noun + 's'} {names} {verb}"
    degree = _deeper_word(first)
    return f"{words} ({degree})" if degree else words


def _noun_and_verb(change: Change) -> tuple[str, str]:
    noun, verb = _SUBJECTS[change.kind]
    if change.kind == "part.rewritten" and change.degree is not UNSET:
        verb = _REWRITTEN.get(change.degree, verb)
    return noun, verb


def _deeper_word(change: Change) -> str:
    """The degree, where it says more than the verb."""
    told = change.degree == "content-changed" or (change.kind == "part.rewritten" and change.degree in _REWRITTEN)
    return "" if told else degree_words(change.degree)


def _label(change: Change, mark: Mark) -> str:
    """What a summary calls the thing that changed: the field, the address, or the section with its file name."""
    if not change.kind.startswith("part."):
        return _name(change, mark) + _whose_header(change.part, mark)
    section = mark(cut(change.part or "?"))
    return f"{section} ({_name(change, mark)})" if change.name else section


def _name(change: Change, mark: Mark) -> str:
    return mark(cut(change.name)) if change.name else "without a name"


def _whose_header(part: str | None, mark: Mark) -> str:
    """Of which header a field is, where it is not the message's own (RFC 3501, 6.4.5 for HEADER)."""
    if part is None:
        return ""
    inner = part.removesuffix(".HEADER")
    return f" of part {mark(cut(part))}" if inner == part else f" of the message in part {mark(cut(inner))}"


def _part_title(change: Change, verb: str, mark: Mark) -> str:
    section = change.part or "?"
    of_part = "the message" if section == "TEXT" else f"part {mark(cut(section))}"
    if change.name in ("preamble", "epilogue"):
        return f"{change.name} of {of_part} {verb}"
    if change.kind == "part.moved" and isinstance(change.before, str) and isinstance(change.after, str):
        return f"part {mark(cut(change.before))} moved to {mark(cut(change.after))}"
    info = change.after if isinstance(change.after, PartInfo) else change.before
    if change.kind in ("part.added", "part.removed") and isinstance(info, PartInfo):
        return f"{of_part} ({part_words(info, mark)}) {verb}"
    named = f" ({_name(change, mark)})" if change.name else ""
    degree = _deeper_word(change)
    return f"{of_part}{named} {verb}" + (f": {degree}" if degree else "")


def _listed(names: Sequence[str], mark: Mark, most: int = 10) -> str:
    shown = [mark(cut(name)) for name in names[:most]]
    if len(names) > most:
        shown.append(f"and {len(names) - most:,} more")
    return ", ".join(shown)
