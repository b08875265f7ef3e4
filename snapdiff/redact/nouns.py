"""Nouns of a report to the same nouns without a word of the mails and logs in them.

Whatever is not known to be harmless is replaced: a field that is new to a noun is hidden until somebody says that it
may be shown.
"""

import re
from typing import TYPE_CHECKING, Any, TypeVar, cast

from msgspec import UNSET, Struct
from msgspec.structs import replace

from snapdiff.model import (
    AgentNote,
    Change,
    FieldBlame,
    Finding,
    Journey,
    PartBlame,
    PartTexts,
    Problem,
    SessionLine,
    TimelineEntry,
    TracedSignature,
    TrackedMessage,
    TrackingRow,
    ValueChange,
)
from snapdiff.model.check import CheckReport, Expectation, Failure, Verdict
from snapdiff.model.compare import CompareReport, Did
from snapdiff.redact.kept import KEPT_EVIDENCE, KEPT_IN_ROWS, TIMES, kept
from snapdiff.redact.sentences import filled, lower, words_of
from snapdiff.redact.vocabulary import (
    EXTENSIONS,
    FIELDS,
    FOLDERS,
    HTML,
    PROTOCOL,
    SMALL_WORDS,
    SMTP,
    STRUCTURED,
)
from snapdiff.redact.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

Noun = TypeVar("Noun")
_NAMED_BY_EXCHANGE = re.compile(
    r"(?:Original|SmtpReceive\d{4,9}|Routing\d{4,9})\.eml|(?:[0-9a-f]{4,12}-){3,4}[0-9a-f]{12}", re.I
)
_QUOTED_NAME = re.compile(r"'([A-Za-z0-9][A-Za-z0-9._-]{0,99})'", re.ASCII)
_PATH_IN_WORDS = re.compile(r"([^\s()]+[/\\][^\s()]*)")
_VOCABULARIES = {
    "file_name": EXTENSIONS,
    "type": PROTOCOL,
    "with_protocol": PROTOCOL | {"microsoft", "server"},
    "algorithm": PROTOCOL,
    "canonicalization": PROTOCOL,
}
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]?[0-9:.,]{0,20}(?:Z|[+-][0-9:]{2,6}| ?UTC)?")


class Redactor:
    """Redacts nouns under one key. The same text becomes the same text in all of them."""

    def __init__(self, key: bytes) -> None:
        self._words = Words(key)
        self._own: dict[type, Callable[[Any], Any]] = {
            Change: self._change,
            Finding: self._finding,
            FieldBlame: self._field_blame,
            Problem: self._problem,
            PartTexts: self._part_texts,
            PartBlame: self._part_blame,
            SessionLine: self._session_line,
            TracedSignature: self._signature,
            TrackingRow: self._row,
            Journey: self._journey,
            TrackedMessage: self._tracked,
            Expectation: self._expectation,
            Failure: self._failure,
            Verdict: self._verdict,
            CheckReport: self._check,
            Did: self._did,
            CompareReport: self._compared,
        }

    def noun(self, noun: Noun) -> Noun:
        """A noun, or a list of them, without a word of the mails; a noun that holds none comes back equal."""
        return cast("Noun", self._value(noun))

    def path(self, path: str) -> str:
        """A path whose folders are replaced but those that Exchange names so everywhere."""
        pieces = re.split(r"([/\\])", path)
        return "".join(one if _NAMED_BY_EXCHANGE.fullmatch(one) else self._words.text(one, FOLDERS) for one in pieces)

    def _value(self, value: Any) -> Any:
        if isinstance(value, Struct):
            own = self._own.get(type(value))
            return own(value) if own else self._struct(value)
        if isinstance(value, str):
            return self._words.text(value)
        if isinstance(value, list | tuple):
            return type(value)(self._value(one) for one in value)
        if isinstance(value, dict):
            return {self._words.text(key): self._value(one) for key, one in value.items()}
        return value

    def _struct(self, noun: Struct, *done: str) -> Any:
        """Every field replaced but those that are known to be harmless, and those that the caller has `done`."""
        shown = {*done, *kept(type(noun))}
        changed = {name: self._named(name, getattr(noun, name)) for name in noun.__struct_fields__ if name not in shown}
        return replace(noun, **changed)

    def _named(self, name: str, value: Any) -> Any:
        """A field's value by what fields of this name hold, in whatever noun."""
        if name in ("path", "trace", "file", "source") and isinstance(value, str):
            return self.path(value)
        if name in ("traces", "files") and all(isinstance(one, str) for one in value):
            return [self.path(one) for one in value]
        if name in TIMES and isinstance(value, str) and _TIME.fullmatch(value):
            return value
        if name in _VOCABULARIES and isinstance(value, str):
            return self._words.text(value, _VOCABULARIES[name])
        return self._words.hash(value) if name == "sha256" else self._value(value)

    def _finding(self, finding: Finding) -> Finding:
        """Its texts are the catalogue's, whose own words stay; what fills them is replaced as the evidence is."""
        seen = words_of({name: value for name, value in finding.evidence.items() if name not in KEPT_EVIDENCE})

        def shown(name: str, value: str) -> str:
            if name in KEPT_EVIDENCE:
                return value
            return self._words.text(value) if name in finding.evidence else self._sentence(value, seen)

        evidence = {name: shown(name, value) for name, value in finding.evidence.items()}
        said, fix = filled(finding, shown)
        return replace(finding, message=said, fix=fix, evidence=evidence)

    def _journey(self, journey: Journey) -> Journey:
        known = words_of(journey)
        said = [self._sentence(gap, known) for gap in journey.gaps]
        shown = replace(self._struct(journey, "gaps", "timeline", "logged"), gaps=said)
        if journey.logged is not UNSET:
            shown = replace(shown, logged=[self._unplaced(note, known) for note in journey.logged])
        if journey.timeline is UNSET:
            return cast("Journey", shown)
        return cast("Journey", replace(shown, timeline=[self._entry(one, known) for one in journey.timeline]))

    def _unplaced(self, note: AgentNote, known: frozenset[str]) -> AgentNote:
        """Why it stands with no step is a sentence of the report's own, which names folders, logs and servers."""
        shown = self._struct(note, "reason")
        if note.reason is UNSET:
            return cast("AgentNote", shown)
        pieces = _PATH_IN_WORDS.split(note.reason)
        said = [self.path(one) if at % 2 else self._sentence(one, known) for at, one in enumerate(pieces)]
        return cast("AgentNote", replace(shown, reason="".join(said)))

    def _entry(self, entry: TimelineEntry, known: frozenset[str]) -> TimelineEntry:
        shown = self._struct(entry, "text")
        if entry.text is UNSET:
            return cast("TimelineEntry", shown)
        return cast("TimelineEntry", replace(shown, text=self._sentence(entry.text, known)))

    def _tracked(self, message: TrackedMessage) -> TrackedMessage:
        said = [self._sentence(gap, words_of(message)) for gap in message.gaps]
        return cast("TrackedMessage", replace(self._struct(message, "gaps"), gaps=said))

    def _change(self, change: Change) -> Change:
        if change.kind.startswith("header."):
            return self._header_change(change)
        if change.hunks is not None and change.visible is not UNSET:
            hunks = [
                replace(one, before=self._markup(one.before), after=self._markup(one.after)) for one in change.hunks
            ]
            return cast("Change", replace(self._struct(change, "hunks"), hunks=hunks))
        done = ("name",) if change.name in ("preamble", "epilogue") else ()
        return cast("Change", self._struct(change, *done))

    def _header_change(self, change: Change) -> Change:
        name = change.name or ""
        kept = PROTOCOL if name.lower() in STRUCTURED else frozenset[str]()

        def shown(value: Any) -> Any:
            return self._words.text(value, kept) if isinstance(value, str) else self._value(value)

        values = change.values
        if values is not UNSET:
            values = [ValueChange(shown(one.name), shown(one.before), shown(one.after)) for one in values]
        done = self._struct(change, "name", "before", "after", "values")
        sides = {"before": shown(change.before), "after": shown(change.after)}
        return cast("Change", replace(done, name=self._field_name(name), values=values, **sides))

    def _field_name(self, name: str) -> str:
        if name.lower() in FIELDS or name.lower().startswith("x-ms-"):
            return name
        return self._words.text(name, frozenset("x"))

    def _markup(self, text: str | None) -> str | None:
        return None if text is None else self._words.markup(text, HTML)

    def _field_blame(self, field: FieldBlame) -> FieldBlame:
        return cast("FieldBlame", replace(self._struct(field, "name"), name=self._field_name(field.name)))

    def _part_texts(self, texts: PartTexts) -> PartTexts:
        if texts.type != "text/html":
            return cast("PartTexts", self._struct(texts))
        shown = replace(texts, before=self._markup(texts.before), after=self._markup(texts.after))
        return cast("PartTexts", self._struct(shown, "before", "after"))

    def _part_blame(self, part: PartBlame) -> PartBlame:
        if part.type != "text/html":
            return cast("PartBlame", self._struct(part))
        runs = [replace(run, text=self._words.markup(run.text, HTML)) for run in part.runs]
        return cast("PartBlame", self._struct(replace(part, runs=runs), "runs"))

    def _row(self, row: TrackingRow) -> TrackingRow:
        fields = {}
        for name, value in row.fields.items():
            kept = SMTP if name == "recipient_status" else frozenset[str]()
            if name in KEPT_IN_ROWS:
                fields[name] = value
            elif isinstance(value, str):
                fields[name] = self._words.text(value, kept)
            else:
                fields[name] = [self._words.text(one, kept) for one in value]
        return cast("TrackingRow", self._struct(replace(row, fields=fields), "fields"))

    def _session_line(self, line: SessionLine) -> SessionLine:
        said = self._words.text(line.data, SMTP)
        return cast("SessionLine", replace(self._struct(line, "data"), data=said))

    def _signature(self, signature: TracedSignature) -> TracedSignature:
        signed = [self._field_name(name) for name in signature.signed]
        return cast("TracedSignature", replace(self._struct(signature, "signed"), signed=signed))

    def _problem(self, problem: Problem) -> Problem:
        """Its sentence can quote anything: the code says the same in short."""
        path = self.path(problem.path)
        return Problem(path, problem.code, f"{path}: {problem.code.replace('-', ' ')}")

    def _expectation(self, one: Expectation) -> Expectation:
        """A policy's own words can be those that an agent put into the mail."""
        text = f"{one.agent or one.scope} {one.clause.replace('_', ' ')} {one.what}"
        return replace(one, id=self._without_name(one.id), text=text)

    def _verdict(self, verdict: Verdict) -> Verdict:
        shown = self._struct(verdict, "expectation")
        return cast("Verdict", replace(shown, expectation=self._without_name(verdict.expectation)))

    def _without_name(self, text: str) -> str:
        """What a check says of an accepted change names a header field in quotes."""
        return _QUOTED_NAME.sub(lambda found: f"'{self._field_name(found[1])}'", text)

    def _failure(self, failure: Failure) -> Failure:
        shown = self._struct(failure, "sentence")
        return cast(
            "Failure", replace(shown, sentence=self._sentence(self._without_name(failure.sentence), words_of(failure)))
        )

    def _check(self, report: CheckReport) -> CheckReport:
        known = words_of(report.messages)
        reasons = [
            replace(
                one,
                sentence=self._sentence(self._without_name(one.sentence), known),
                expectation=one.expectation and self._without_name(one.expectation),
                trace=one.trace and self.path(one.trace),
            )
            for one in report.cannot_tell
        ]
        shown = self._struct(report, "cannot_tell")
        return cast("CheckReport", replace(shown, cannot_tell=reasons))

    def _did(self, did: Did) -> Did:
        return did if did.name is None else replace(did, name=self._field_name(did.name))

    def _compared(self, report: CompareReport) -> CompareReport:
        """Why there is no full answer is told in sentences of the report's own, which name fields and files."""
        shown = self._struct(report, "before", "after", "cannot_tell")
        known = words_of(report.problems)
        reasons = [self._sentence(self._without_name(one), known) for one in report.cannot_tell]
        before, after = self.path(report.before), self.path(report.after)
        return cast("CompareReport", replace(shown, before=before, after=after, cannot_tell=reasons))

    def _sentence(self, text: str, known: frozenset[str]) -> str:
        """A sentence of the report's own, in which the words of the noun it is about are replaced."""
        return self._words.text(text, frozenset(lower(text)) - (known - SMALL_WORDS))
