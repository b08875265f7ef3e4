"""What the log says of a step and of a journey, in plain words, in every output, and escaped there."""

import io
import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped,unused-ignore]
import pytest
from msgspec.structs import replace
from program import called
from rowmaker import row

from snapdiff.commands import report as commands
from snapdiff.model import AgentNote, Step, Tail, Trace
from snapdiff.report.choose import Looks, reporter
from snapdiff.report.json_report import schema
from snapdiff.report.log_notes import note_words, step_words, telling
from snapdiff.run import Run

SAMPLES = Path(__file__).parents[2] / "samples"
RULE = AgentNote(
    "Transport Rule Agent", "rule", "1d44", None, ["PrependSubject"], "1", "Enforce", None, [], None, "M", 9
)
BARE = replace(RULE, mode=None, severity=None)
SCAN = AgentNote("Malware Agent", "malware-scan", None, None, [], None, None, None, [("v", "0")], None, "M", 9)
TIME = replace(SCAN, what="time", milliseconds=47.2, values=[("component", "CATRS-Malware Agent")])
EVIL = "<script>`|\x1b[31m\u202e</script>"

WORDS = [
    (RULE, "rule 1d44 fired: PrependSubject, severity low, mode Enforce"),
    (
        replace(RULE, rule_name="External disclaimer", actions=["A", "B"], severity=None),
        "rule 'External disclaimer' fired: A, B, mode Enforce",
    ),
    (
        replace(RULE, rule_unknown=True, severity="3", mode=None),
        "rule 1d44 (not among the rules given) fired: PrependSubject, severity high",
    ),
    (
        replace(RULE, mode="Audit", severity=None),
        "rule 1d44 fired in test mode, and did not do what it would: PrependSubject, mode Audit",
    ),
    (replace(RULE, actions=[], mode=None, severity="x"), "rule 1d44 fired: no action, severity x"),
    (replace(BARE, values=[("sndOverride", "or")]), "rule 1d44 fired: PrependSubject, which the sender overrode"),
    (
        replace(BARE, values=[("sndOverride", "fp")]),
        "rule 1d44 fired: PrependSubject, which the sender reported as wrong",
    ),
    (replace(RULE, what="rule-time", milliseconds=5500.0), "rule 1d44 took 5.50 s to be evaluated"),
    (SCAN, "no malware found"),
    (replace(SCAN, values=[("v", "1")], actions=["r"]), "malware found: replaced the content"),
    (replace(SCAN, values=[], actions=["p"]), "scan: let the message pass"),
    (replace(SCAN, values=[("error", "timeout")]), "the scan failed: timeout"),
    (
        replace(SCAN, what="malware-engine", values=[("engine", "M"), ("v", "1"), ("name", "X"), ("file", "a.doc")]),
        "engine M found X in a.doc",
    ),
    (replace(SCAN, what="malware-engine", values=[("engine", "M"), ("v", "0")]), "engine M found nothing"),
    (
        replace(SCAN, what="classification", values=[("dcid", "4"), ("count", "10"), ("conf", "77")]),
        "sensitive data found: classification 4, 10 times, confidence 77 %",
    ),
    (
        replace(SCAN, what="classification", values=[("dcid", "4"), ("count", "1")]),
        "sensitive data found: classification 4, 1 time",
    ),
    (replace(SCAN, what="journal", values=[("group", "DONE"), ("to", "x")]), "group DONE, to x"),
    (TIME, "took 47 ms"),
    (replace(TIME, values=[], agent="Transport Rule Agent"), "its rules took 47 ms"),
    (replace(TIME, values=[], agent="Malware Agent"), "its scan took 47 ms"),
]


@pytest.mark.parametrize(("note", "words"), WORDS)
def test_a_note_in_plain_words(note: AgentNote, words: str) -> None:
    assert note_words(note, str) == words


def test_times_of_a_step_are_put_together() -> None:
    step = Step(
        "a", "b", "a", None, "Malware Agent", "agent", True, None, [], [], 1, [], [replace(TIME, values=[]), SCAN, TIME]
    )
    assert step_words(step, str) == [("no malware found", "M:9"), ("took 47 ms, its scan took 47 ms", "M:9")]
    assert telling(step.logged) == []


def shown(form: str, notes: list[AgentNote]) -> str:
    """A report on the first sample, each of whose steps, and the journey, has these notes."""
    stream = io.BytesIO()
    out = reporter(form, stream, Looks("never"))
    with Run([SAMPLES / "traces"], jobs=1) as run:
        trace: Trace = next(run.traces())
        journey = next(one for one in run.journeys() if trace.path in one.traces)
    out.begin("samples", 1)
    out.trace(replace(trace, steps=[replace(step, logged=notes) for step in trace.steps]))
    lost = [replace(note, reason="it can't be known where") for note in notes]
    out.end(Tail([replace(journey, traces=[trace.path], events=[row("RECEIVE")], logged=lost)], []))
    return stream.getvalue().decode()


@pytest.mark.parametrize("form", ["text", "markdown", "json", "html"])
def test_every_output_has_the_rule_beside_its_step_and_the_journey(form: str) -> None:
    written = " ".join(shown(form, [replace(RULE, rule_name="External disclaimer")]).split())
    assert written.count("External disclaimer") >= 2
    assert "be known where" in written


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_what_a_log_says_is_escaped(form: str) -> None:
    hostile = replace(RULE, rule_id=EVIL, rule_name=EVIL, actions=[EVIL], severity=EVIL, mode=EVIL, file=EVIL)
    engine = replace(SCAN, what="malware-engine", values=[("engine", EVIL), ("v", "1"), ("name", EVIL), ("file", EVIL)])
    written = shown(form, [hostile, engine])
    assert "\x1b" not in written
    assert "\u202e" not in written
    if form == "html":
        assert "<script>`" not in written


def test_the_samples_name_their_rules() -> None:
    with Run([SAMPLES], jobs=1, rules={"1d44b673b72d4d68a20072425738260e": "External disclaimer"}) as run:
        notes = [
            (note.agent, note.rule_name, note.actions)
            for trace in run.traces()
            for step in trace.steps
            for note in telling(step.logged)
            if note.what == "rule" and note.rule_name
        ]
    assert notes == [("Transport Rule Agent", "External disclaimer", ["ApplyHtmlDisclaimer"])]


def test_the_document_has_the_notes(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    commands.report([SAMPLES], commands.Asked(), commands.Drawn("json", file, "never", False), 1, False)
    report = json.loads(file.read_bytes())
    logged = [note for trace in report["traces"] for step in trace["steps"] for note in step.get("logged", [])]
    assert sum(note["what"] == "rule" for note in logged) == 4
    assert [note["rule_id"] for one in report["journeys"] for note in one.get("logged", []) if note["rule_id"]] == [
        "5dd84471-255a-4cf2-a34d-4c64d1ab4fc5"
    ]
    (fork,) = [trace for trace in report["traces"] if trace["parent"]]
    first = fork["steps"][0]
    assert (first["from"], first["agent"]) == (None, "Transport Rule Agent")
    assert [note["actions"] for note in first["logged"] if note["what"] == "rule"] == [["PrependSubject"]]
    jsonschema.Draft202012Validator(schema()).validate(report)


def test_rules_are_named_on_the_command_line(tmp_path: Path) -> None:
    rules = tmp_path / "rules.csv"
    rules.write_text("Name,Guid\nExternal disclaimer,1d44b673-b72d-4d68-a200-72425738260e\n", encoding="utf-8")
    text = " ".join(called("samples", "--rules", rules).out.decode().split())
    assert "rule 'External disclaimer' fired: ApplyHtmlDisclaimer, severity low, mode Enforce" in text
    assert "rule 39a4b0c6-8b76-42cc-afea-31bcaca16ac1 (not among the rules given) fired: PrependSubject" in text
    refused = called("samples", "--rules", rules, "-o", rules)
    assert (refused.code, "is the list of rules that is read" in refused.errors) == (2, True)
    rules.write_text("nothing", encoding="utf-8")
    refused = called("samples", "--rules", rules)
    assert (refused.code, "names no transport rule with its id" in refused.errors) == (2, True)
