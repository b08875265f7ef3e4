"""One entry of `must`, `may` or `must_not` to a condition, with every mistake in it told at its line and column."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args

from msgspec import Struct

from snapdiff.model import Kind
from snapdiff.policy.form import BodyText, Condition, Selector
from snapdiff.policy.patterns import MAX_PATTERN, Form, Pattern, wrong_expression
from snapdiff.policy.reader import Reader
from snapdiff.policy.text_folding import folded
from snapdiff.policy.yaml_text import Entry, Mapping, Node, Place, Sequence, Text

KINDS: tuple[str, ...] = get_args(Kind)
FAMILIES = tuple(dict.fromkeys(kind.partition(".")[0] for kind in KINDS))
BODY = ("body.contains", "body.ends_with")
COSMETIC = "cosmetic"
FINAL = ("header", "part", "sender", "recipient")
_MOST_TIMES = 1_000_000
_MAX_TEXT_FILE = 200_000

_HEADER_KEYS = ("name", "value", "before", "part")
_PART_KEYS = ("part", "filename")
KEYS: dict[str, tuple[str, ...]] = {
    **{kind: _HEADER_KEYS for kind in KINDS if kind.startswith("header.")},
    **{kind: _PART_KEYS for kind in KINDS if kind.startswith("part.")},
    **{kind: () for kind in KINDS if kind.startswith("message.")},
    "envelope.recipient-added": ("address",),
    "envelope.recipient-removed": ("address",),
    "envelope.sender-changed": ("value", "before"),
    "header": _HEADER_KEYS,
    "part": _PART_KEYS,
    "envelope": (),
    "message": (),
    COSMETIC: (),
    **dict.fromkeys(BODY, ("part", "text", "text_file", "regex")),
}
"""Which keys may stand below each word, beside `times` and `messages`."""
FINAL_KEYS: dict[str, tuple[str, ...]] = {
    "header": ("name", "value"),
    "part": ("part", "filename"),
    "sender": ("address",),
    "recipient": ("address",),
    **dict.fromkeys(BODY, ("part", "text", "text_file", "regex")),
}
SELECTORS = ("subject", "sender", "recipient", "message_id")
_OTHER_WORDS = {
    "attachment.added": "part.added",
    "attachment.removed": "part.removed",
    "body.changed": "part.changed",
    "body.endswith": "body.ends_with",
    "body.end_with": "body.ends_with",
    "body.added": "body.contains",
    "recipient.added": "envelope.recipient-added",
    "recipient.removed": "envelope.recipient-removed",
    "sender.changed": "envelope.sender-changed",
    "subject.changed": "header.changed",
}
_EVERY_TEXT = (Pattern("exact", "text/plain"), Pattern("exact", "text/html"))


class Asked(Struct, frozen=True):
    """Where an entry stands: below `must`, `may` or `must_not`, of `final` or not; its number, and what names it."""

    clause: str
    final: bool
    number: int
    named: Callable[[str], str]


def read_condition(reader: Reader, node: Node, asked: Asked) -> Condition | None:
    """The condition an entry says; None where it is wrong, which the reader was then told."""
    entry = _word(reader, node)
    if entry is None:
        return None
    what = _known_word(reader, entry.key, asked)
    if what is None:
        return None
    keys = () if what.startswith("finding:") else (FINAL_KEYS if asked.final else KEYS)[what]
    given = reader.mapping(entry.value, (*keys, "times", "messages"), f"below {what}")
    if "times" in given and asked.clause != "must":
        reader.wrong(given["times"].key.place, f"times stands under must alone, not under {asked.clause}")
    return _Condition(reader, what, given, entry.key.place).read(asked)


class _Condition:
    def __init__(self, reader: Reader, what: str, given: dict[str, Entry], place: Place) -> None:
        self._reader = reader
        self._what = what
        self._given = given
        self._place = place

    def read(self, asked: Asked) -> Condition:
        name = self._pattern("name", ignore_case=True) or self._pattern("address", ignore_case=True)
        value, before = self._pattern("value"), self._pattern("before")
        messages = self._given.get("messages")
        parts = self._parts()
        body = None
        if self._what in BODY:
            body = self._body()
            parts = parts or _EVERY_TEXT
        return Condition(
            what=self._what,
            number=asked.number,
            expectation=asked.named(self._what),
            place=self._place,
            name=name,
            value=value,
            before=before,
            parts=parts,
            filename=self._pattern("filename", ignore_case=True),
            body=body,
            times=self._reader.number(self._given.get("times"), 1, _MOST_TIMES),
            messages=read_selector(self._reader, messages.value, "below messages") if messages else None,
        )

    def _pattern(self, key: str, *, ignore_case: bool = False) -> Pattern | None:
        entry = self._given.get(key)
        return read_pattern(self._reader, entry.value, key, ignore_case) if entry else None

    def _parts(self) -> tuple[Pattern, ...]:
        entry = self._given.get("part")
        if entry is None:
            return ()
        patterns = read_patterns(self._reader, entry.value, "part", ignore_case=True)
        for pattern in patterns:
            if self._what in BODY and pattern.form != "regex" and not pattern.text.lower().startswith("text/"):
                hint = "only text/plain, text/html and other text/... parts can be looked into"
                self._reader.wrong(entry.value.place, f"{pattern.text!r} is no type of text; {hint}")
        return patterns

    def _body(self) -> BodyText | None:
        named = [self._given[key] for key in ("text", "text_file", "regex") if key in self._given]
        if len(named) != 1:
            place = named[1].key.place if named else self._place
            self._reader.wrong(place, f"{self._what} needs one of text, text_file and regex")
            return None
        entry = named[0]
        said = self._reader.text(entry.value, entry.key.text)
        if said is None:
            return None
        if entry.key.text == "regex":
            fault = wrong_expression(said) if len(said) <= MAX_PATTERN else "it is too long"
            if fault:
                self._reader.wrong(entry.value.place, f"this regular expression can't be used: {fault}")
            return BodyText(said, is_regex=True)
        if entry.key.text == "text_file":
            said = self._file(said, entry.value.place)
        text = folded(said or "")
        if not text and said is not None:
            self._reader.wrong(entry.value.place, "the text to look for is empty")
        return BodyText(text)

    def _file(self, name: str, place: Place) -> str | None:
        path = Path(self._reader.file).parent / name
        try:
            if not path.is_file():
                self._reader.wrong(place, f"there is no file {path.as_posix()} (looked for from the policy's folder)")
                return None
            if path.stat().st_size > _MAX_TEXT_FILE:
                self._reader.wrong(place, f"{name} has more than {_MAX_TEXT_FILE:,} bytes")
                return None
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            self._reader.wrong(place, f"{name} is not UTF-8; save the file as UTF-8")
        except (OSError, ValueError) as fault:
            self._reader.wrong(place, f"{name} can't be read: {getattr(fault, 'strerror', None) or fault}")
        return None


def read_selector(reader: Reader, node: Node, where: str) -> Selector:
    """Which messages are meant."""
    given = reader.mapping(node, SELECTORS, where)
    read = {key: read_patterns(reader, entry.value, key, ignore_case=True) for key, entry in given.items()}
    return Selector(**read)


def read_patterns(reader: Reader, node: Node, what: str, *, ignore_case: bool = False) -> tuple[Pattern, ...]:
    """One pattern or a list of them, of which any may fit."""
    nodes = node.items if isinstance(node, Sequence) else [node]
    if not nodes:
        reader.wrong(node.place, f"{what} has an empty list; leave it out to mean all")
    read = (read_pattern(reader, one, what, ignore_case) for one in nodes)
    return tuple(pattern for pattern in read if pattern is not None)


def read_pattern(reader: Reader, node: Node, what: str, ignore_case: bool = False) -> Pattern | None:
    """A text with `*` and `?`, or `{exact: TEXT}`, or `{regex: EXPRESSION}`."""
    form: Form = "glob"
    if isinstance(node, Mapping):
        given = reader.mapping(node, ("glob", "exact", "regex"), f"below {what}")
        if not given and node.entries:
            return None
        if len(given) != 1:
            reader.wrong(node.place, f"{what} takes a text, {{exact: TEXT}} or {{regex: EXPRESSION}}")
            return None
        ((key, entry),) = given.items()
        form, node = ("regex" if key == "regex" else "exact" if key == "exact" else "glob"), entry.value
    if form == "exact" and isinstance(node, Text) and node.quoted and not node.text:
        return Pattern(form, "", ignore_case)
    said = reader.text(node, what)
    if said is None:
        return None
    if len(said) > MAX_PATTERN:
        reader.wrong(node.place, f"{what} has more than {MAX_PATTERN:,} characters")
        return None
    if form == "regex" and (fault := wrong_expression(said)):
        reader.wrong(node.place, f"this regular expression can't be used: {fault}")
        return None
    return Pattern(form, said, ignore_case)


def _word(reader: Reader, node: Node) -> Entry | None:
    """The word an entry begins with, and what stands below it."""
    if isinstance(node, Text):
        return Entry(node, Text("", False, node.place))
    if isinstance(node, Mapping) and node.entries:
        first = node.entries[0]
        if len(node.entries) == 1:
            return first
        second = node.entries[1].key
        is_word = second.text.partition(".")[0] in (*FAMILIES, "body", COSMETIC)
        mend = "begin it with a - of its own" if is_word else f"indent it below {first.key.text}"
        reader.wrong(second.place, f"{second.text!r} stands beside {first.key.text!r}: {mend}")
        return None
    reader.wrong(node.place, "an entry is a word such as part.rewritten, or header.added: {name: X-Header}")
    return None


def _known_word(reader: Reader, key: Text, asked: Asked) -> str | None:
    word = key.text.strip()
    if word.lower().startswith("finding:"):
        return _finding(reader, key, asked)
    known = (*BODY, *FINAL) if asked.final else (*KINDS, *FAMILIES, COSMETIC, *BODY)
    if word.lower() not in known:
        wanted = "condition on the last snapshot" if asked.final else "kind of change"
        hint = reader.nearest(word.lower(), known, _OTHER_WORDS)
        if asked.final and word.lower() in KINDS:
            hint = f"; final is about the last snapshot: {', '.join((*FINAL, *BODY))} or finding:CODE"
        reader.wrong(key.place, f"{word!r} is no {wanted}{hint}")
        return None
    word = word.lower()
    if word in BODY and asked.clause == "may":
        reader.wrong(key.place, f"{word} stands under must or must_not; what satisfies a must is allowed anyway")
        return None
    if word == COSMETIC and asked.clause == "must":
        reader.wrong(key.place, "cosmetic stands under may or must_not")
        return None
    return word


def _finding(reader: Reader, key: Text, asked: Asked) -> str | None:
    if asked.clause == "may":
        reader.wrong(key.place, "a finding stands under must_not or must; under may stand kinds of change")
        return None
    word = key.text.strip().partition(":")[2].strip()
    by_name = {name.lower(): code for code, name in reader.findings.items()}
    groups = {f"{code[:3]}xx".lower(): f"{code[:3]}xx" for code in reader.findings}
    codes = {code.lower(): code for code in reader.findings}
    found = codes.get(word.lower()) or by_name.get(word.lower()) or groups.get(word.lower())
    if found is None:
        known = [*reader.findings, *reader.findings.values(), *groups.values()]
        hint = reader.nearest(word, known, {}) or "; snapdiff explain lists all"
        reader.wrong(key.place, f"there is no finding {word!r}{hint}")
        return None
    return f"finding:{found}"
