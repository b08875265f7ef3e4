"""A check's result made up for the tests of its outputs, with one of everything, and mail text that is hostile."""

from msgspec.structs import replace

from snapdiff.model import Change, Hunk, Problem, Tool
from snapdiff.model.check import (
    CannotTell,
    CheckCounts,
    CheckedMessage,
    CheckReport,
    Expectation,
    Failure,
    Verdict,
    Waiver,
)

HOSTILE = (
    "50% off\r\n::error::x ##vso[task.complete result=Failed;]\x1b[31m ]]> <!-- `|` @all "
    "::warning file=a,line=1::\x00\ud800"
)


def expectation(name: str, line: int, what: str = "header.added", scope: str = "agent") -> Expectation:
    agent = name.partition("/")[0] if scope == "agent" else None
    text = f"{name} adds the field X-Disclaimer once"
    return Expectation(name, scope, agent, None, "must", what, text, "ring.yaml", line, 5)  # type: ignore[arg-type]


ADDS = expectation("Contoso Disclaimer/header.added", 4)
ENDS = expectation("Contoso Disclaimer/body.ends_with", 6, "body.ends_with")
SIGNS = expectation("Exchange DkimSigner/header.added", 9)
RUNS = expectation("require/agents", 2, "agents", "require")
CHANGE = Change("header.added", name="X-Other", after=HOSTILE, after_span=(1, 2))
BODY = Change("part.changed", name=None, part="1", hunks=[Hunk("Hello", HOSTILE, 1, 1)])


def failure(sentence: str, *changes: Change, seen: tuple[str, ...] = ()) -> Failure:
    return Failure(
        sentence,
        "MessageSnapshots/b 1",
        "<1@contoso.com>",
        "Probe",
        ("Routing0001.eml", "Routing0002.eml"),
        "OnResolvedMessage",
        "Contoso Disclaimer",
        list(seen),
        list(changes),
    )


def report(sentence: str = "The field was not added.") -> CheckReport:
    """Three messages: one failed, one waived and one in doubt, and a reason why the run has no full answer."""
    waiver = Waiver(SIGNS.id, "signer comes next week", "2027-01-31", "used", "ring.yaml", 20, 3)
    bad = Verdict(ADDS.id, "failed", [failure(sentence, CHANGE, BODY, seen=(HOSTILE,)), failure(sentence)])
    waived = Verdict(SIGNS.id, "waived", [failure("No signature was added.")], waiver=waiver)
    good = Verdict(ENDS.id, "passed", note="visible text was compared")
    doubt = Verdict(ENDS.id, "uncertain", [failure("It can't be known who did it.")])
    return CheckReport(
        schema="snapdiff.check/1",
        tool=Tool("snapdiff", "0"),
        source="traces",
        policy="ring.yaml",
        today="2026-12-01",
        exit_code=2,
        counts=CheckCounts(3, 1, 1, 1, 1, 1, 1, 2),
        expectations=[ADDS, ENDS, SIGNS, RUNS],
        messages=[
            CheckedMessage(["MessageSnapshots/b 1"], "<1@contoso.com>", "Probe", "a@b", [bad, good, waived]),
            CheckedMessage(["MessageSnapshots/2"], None, HOSTILE, None, [doubt, Verdict(SIGNS.id, "not-exercised")]),
            CheckedMessage(["MessageSnapshots/3"], None, None, None, [replace(good, note="x")]),
        ],
        cannot_tell=[
            CannotTell("not-exercised", "The agent Malware Agent never appeared.", RUNS.id),
            CannotTell("unreadable", f"Nothing to read: {HOSTILE}"),
        ],
        waivers=[waiver, replace(waiver, state="expired"), replace(waiver, state="unused")],
        problems=[Problem("a", "no-end-line", "The block has no end line.")],
    )


def good_report() -> CheckReport:
    """A check in which all is well."""
    one = report()
    message = replace(one.messages[0], verdicts=[Verdict(ENDS.id, "passed")])
    counts = CheckCounts(1, 0, 1, 0, 0, 0, 0, 0)
    return replace(
        one,
        exit_code=0,
        counts=counts,
        expectations=[ENDS],
        messages=[message],
        cannot_tell=[],
        waivers=[],
        problems=[],
    )
