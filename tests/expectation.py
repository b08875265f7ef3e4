"""Says which changes a test expects of a comparison, exact spans included, and how the ones got differ from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailmaker import Entity, Rendered, Span


@dataclass(frozen=True)
class Inside:
    """A span the contract does not fix to the byte: it lies inside `outer` and, where given, covers `inner`."""

    outer: Span
    inner: Span | None = None

    def allows(self, span: Span) -> bool:
        """Whether the span lies as asked."""
        covers = self.inner is None or (span[0] <= self.inner[0] and self.inner[1] <= span[1])
        return self.outer[0] <= span[0] and span[1] <= self.outer[1] and covers


class _Any:
    """Any span, or none."""

    def __repr__(self) -> str:
        return "ANY"


ANY = _Any()
SpanRule = Span | Inside | _Any | None


@dataclass(frozen=True)
class Expect:
    """One change expected. `name` and `part` may be several alternatives; `cosmetic` None is not looked at.

    `sections` are the two sections `before` and `after` hold (part.moved with null spans). `optional` allows the
    change where the contract leaves it open whether there is one.
    """

    kind: str
    name: str | tuple[str | None, ...] | None = None
    part: str | tuple[str | None, ...] | None = None
    cosmetic: bool | None = False
    before: SpanRule = None
    after: SpanRule = None
    moved: bool | None = False
    sections: tuple[str, str] | None = None
    hunks: tuple[tuple[str | None, str | None, int, int], ...] | None = None
    optional: bool = False

    def faults(self, change: Any) -> list[str]:
        """What is wrong with this change, were it the one expected."""
        out = []
        if change.kind != self.kind:
            return [f"kind {change.kind}"]
        if not _one_of(self.name, change.name, by_case=not self.kind.startswith("header.")):
            out.append(f"name {change.name!r} for {self.name!r}")
        if not _one_of(self.part, change.part, by_case=True):
            out.append(f"part {change.part!r} for {self.part!r}")
        if self.cosmetic is not None and change.cosmetic is not self.cosmetic:
            out.append(f"cosmetic {change.cosmetic} for {self.cosmetic}")
        for side, rule, span in (("before", self.before, change.before_span), ("after", self.after, change.after_span)):
            if not _span_fits(rule, span):
                out.append(f"{side}_span {span} for {rule}")
        if self.moved is not None and bool(change.moved) is not self.moved:
            out.append(f"moved {change.moved} for {self.moved}")
        if self.sections and (change.before, change.after) != self.sections:
            out.append(f"sections {(change.before, change.after)} for {self.sections}")
        if self.hunks is not None:
            got = tuple((h.before, h.after, h.before_line, h.after_line) for h in change.hunks or ())
            if got != self.hunks:
                out.append(f"hunks {got} for {self.hunks}")
        return out


def _one_of(wanted: str | tuple[str | None, ...] | None, got: str | None, by_case: bool) -> bool:
    options = wanted if isinstance(wanted, tuple) else (wanted,)
    if by_case or got is None:
        return got in options
    return got.lower() in {option.lower() for option in options if option is not None}


def _span_fits(rule: SpanRule, span: Span | None) -> bool:
    if isinstance(rule, _Any):
        return True
    if rule is None or span is None:
        return rule is None and (span is None)
    return rule.allows(span) if isinstance(rule, Inside) else tuple(span) == rule


def disagreements(expected: Iterable[Expect], changes: Sequence[Any]) -> list[str]:
    """Complaints: what was expected and is missing, and what was reported and not expected; empty is good."""
    out, rest, missed = [], list(changes), []
    for want in sorted(expected, key=lambda e: (e.optional, isinstance(e.before, _Any) + isinstance(e.after, _Any))):
        hit = next((change for change in rest if not want.faults(change)), None)
        if hit is not None:
            rest.remove(hit)
        elif not want.optional:
            missed.append(want)
    for want in missed:
        near = min((want.faults(change) for change in rest if change.kind == want.kind), key=len, default=None)
        out.append(f"missed {want}" + (f"; nearest has {near}" if near else ""))
    out += [f"not expected: {_short(change)}" for change in rest]
    return out


def _short(change: Any) -> str:
    spans = f"{change.before_span} -> {change.after_span}"
    return f"{change.kind} name={change.name!r} part={change.part!r} cosmetic={change.cosmetic} {spans}"


@dataclass
class Mutated:
    """A mail before and after an agent, and the changes expected."""

    before: Rendered
    after: Rendered
    expected: list[Expect] = field(default_factory=list)


class Agent:
    """A mail about to be changed: `old` stays as it is, `new` is a clone to work on; entities are found by uid."""

    def __init__(self, root: Entity) -> None:
        self.old, self.new = root, root.clone()

    def twin(self, entity: Entity) -> Entity:
        """The clone of an entity of the old tree."""
        return self.new.find(entity.uid)

    def done(self) -> Mutated:
        """Both trees rendered, with nothing expected yet."""
        return Mutated(Rendered(self.old), Rendered(self.new))
