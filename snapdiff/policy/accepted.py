"""What was done in a good run to a baseline that is kept beside the code, a line for each thing, and back."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, cast

import msgspec
from msgspec import Struct

from snapdiff.model.compare import Did
from snapdiff.policy.counting import Counted

SCHEMA = "snapdiff.baseline/1"
LONGEST_FILE = 50_000_000
"""Bytes; a line is some 200 of them."""
_HEAD = re.compile(r'\{"schema": ?"(snapdiff\.baseline/[^"]*)"')


class WrongBaseline(Exception):  # noqa: N818 - an answer for the user, not a fault
    """A file that is no baseline, or one of a form that is not known; the message names the line."""


class Accepted(Struct, frozen=True):
    """One thing that was accepted for traces of one class: in how many of them it was done how often.

    `line` is its place in the file, from 1; None in a baseline that was not written yet.
    """

    of: str
    did: Did
    times: dict[int, int]
    line: int | None = None

    @property
    def traces(self) -> int:
        """In how many traces it was done at all."""
        return sum(self.times.values())


class Baseline(Struct, frozen=True):
    """Every class of traces with how many there were, and what was accepted for each."""

    classes: dict[str, int]
    accepted: list[Accepted]


class _ClassLine(Struct, frozen=True, forbid_unknown_fields=True):
    of: str
    traces: int


class _Line(Struct, frozen=True):
    """What an entry has beside the keys of `Did`."""

    of: str
    times: dict[int, int]


def class_of(one: Counted, shape: str) -> str:
    """The class of a trace: what kind of trace it is, and the shape its message had when it was first seen."""
    return f"{one.kind}: {shape or 'no message'}"


def classed(counts: Sequence[Counted], messages: Iterable[Sequence[str]]) -> dict[str, list[Counted]]:
    """The traces of a run by their classes; `messages` are the paths of each message's traces, the first one first."""
    by_path = {one.path: one for one in counts}
    classes: dict[str, list[Counted]] = defaultdict(list)
    for paths in messages:
        known = [by_path[path] for path in paths if path in by_path]
        shape = next((one.shape for one in known if one.shape), "")
        for one in known:
            classes[class_of(one, shape)].append(one)
    return dict(classes)


def baseline_of(classes: dict[str, list[Counted]]) -> Baseline:
    """What was done in a run, to be accepted."""
    accepted = []
    for of, traces in sorted(classes.items()):
        times: dict[Did, Counter[int]] = defaultdict(Counter)
        for trace in traces:
            for did, number in trace.times.items():
                times[did][number] += 1
        accepted += [Accepted(of, did, dict(sorted(counts.items()))) for did, counts in times.items()]
    accepted.sort(key=lambda one: (one.of, order(one.did)))
    return Baseline({of: len(classes[of]) for of in sorted(classes)}, accepted)


def order(did: Did) -> tuple[str, ...]:
    """By who did it, then by what."""
    return (
        did.by,
        did.agent or "",
        did.event or "",
        did.change,
        did.name or "",
        did.part or "",
        did.degree or "",
        str(did.cosmetic),
    )


def written(baseline: Baseline) -> bytes:
    """The file: JSON, a line each, in an order that stays; ASCII, so that nothing in it looks like something else."""
    of_class: dict[str, list[Accepted]] = defaultdict(list)
    for one in baseline.accepted:
        of_class[one.of].append(one)
    lines: list[dict[str, Any]] = [{"schema": SCHEMA}]
    for of, traces in sorted(baseline.classes.items()):
        lines += [{"of": of, "traces": traces}, *map(_entry, of_class[of])]
    return "".join(json.dumps(line) + "\n" for line in lines).encode("ascii")


def _entry(one: Accepted) -> dict[str, Any]:
    did = cast("dict[str, Any]", msgspec.to_builtins(one.did))
    usual = cast("dict[str, Any]", msgspec.to_builtins(Did(one.did.change)))
    entry: dict[str, Any] = {}
    for key in ("agent", "by", "event", "change", "name", "part", "degree", "cosmetic"):
        if key == "change" or did[key] != usual[key]:
            entry[key] = did[key]
    entry["times"] = {str(number): traces for number, traces in sorted(one.times.items())}
    entry["of"] = one.of
    return entry


def read_baseline(data: bytes, file: str) -> Baseline:
    """A baseline as it was written, or edited by hand. Raises WrongBaseline with the line of the first mistake."""
    lines = [line.strip() for line in data.removeprefix(b"\xef\xbb\xbf").splitlines()]
    classes: dict[str, int] = {}
    accepted: list[Accepted] = []
    seen: dict[tuple[str, Did], int] = {}
    head = _HEAD.match(lines[0].decode("utf-8", "replace")) if lines else None
    if head is None:
        raise WrongBaseline(f'{file}: no baseline; its first line has to be {{"schema": "{SCHEMA}"}}')
    if head[1] != SCHEMA:
        raise WrongBaseline(f"{file}: a baseline of the form {head[1]}; this version reads {SCHEMA}")
    for number, line in enumerate(lines[1:], 2):
        if not line:
            continue
        try:
            found = _read_line(line, number)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
            raise WrongBaseline(f"{file}:{number}: no line of a baseline: {fault}") from None
        if isinstance(found, _ClassLine):
            if found.of in classes or found.traces < 1:
                raise WrongBaseline(f"{file}:{number}: a class stands there once, with one trace or more")
            classes[found.of] = found.traces
            continue
        if (before := seen.setdefault((found.of, found.did), number)) != number:
            raise WrongBaseline(f"{file}:{number}: the same as line {before}; take one of them out")
        if found.of not in classes or not 0 < found.traces <= classes[found.of] or min(found.times) < 1:
            raise WrongBaseline(
                f"{file}:{number}: its class has to stand above it, with as many traces as it counts or more"
            )
        accepted.append(found)
    return Baseline(classes, accepted)


def _read_line(line: bytes, number: int) -> "Accepted | _ClassLine":
    raw = msgspec.json.decode(line, type=dict[str, Any])
    if "traces" in raw:
        return msgspec.convert(raw, _ClassLine)
    own: dict[str, Any] = {key: raw.pop(key) for key in ("of", "times") if key in raw}
    numbered = msgspec.convert(own, _Line, strict=False)
    return Accepted(numbered.of, msgspec.convert(raw, Did), numbered.times, number)


def difference(before: Baseline, after: Baseline) -> str:
    """What is otherwise in a new baseline, in a few words; "" where nothing is."""
    old = {(one.of, one.did): one.times for one in before.accepted}
    new = {(one.of, one.did): one.times for one in after.accepted}
    said = [
        (len(new.keys() - old.keys()), "new"),
        (len(old.keys() - new.keys()), "gone"),
        (sum(old[key] != new[key] for key in old.keys() & new.keys()), "in other numbers"),
        (len(after.classes.keys() - before.classes.keys()), "more kinds of messages"),
        (len(before.classes.keys() - after.classes.keys()), "fewer kinds of messages"),
    ]
    told = [f"{number:,} {words}" for number, words in said if number]
    if not told and before.classes != after.classes:
        told = ["other numbers of messages alone"]
    return ", ".join(told)
