"""SD705 to SD707: what the log says agents did, against what their snapshots show."""

import html
import json
from pathlib import Path

import pytest
from journeying import RECORD, findings_of, info, judged, logged, traced
from logmaker import write_log
from msgspec.structs import replace
from program import called
from stepmaker import MAIL, ORIGINAL, File, routing

from snapdiff.model import LogValue, Trace, TrackingRow

EVENT, TRA, OTHER = "OnResolvedMessage", "OnResolvedMessage,Transport Rule Agent", "OnResolvedMessage,Own Agent"
RULE = "1d44b673-b72d-4d68-a200-72425738260e"
PREFIXED = MAIL.replace(b"Hello", b"[EXTERN] Hello")
STAMPED = b"X-MS-Exchange-Forest-RulesExecuted: MBX01\r\n" + MAIL
SCORED = b"X-MS-Exchange-Organization-SCL: 9\r\n" + MAIL
FOLDED = MAIL.replace(b"Subject: Hello", b"Subject:\r\n Hello")
NO_RULE = info("S:AMA=SUM|v=0", "S:CompCost=|ETR=0")
END = logged("SEND", "08:00:05", client_hostname="MBX01", server_hostname="mx.other.test", connector_id="To Internet")


def fired(action: str = "PrependSubject", mode: str = "Enforce", **fields: LogValue) -> TrackingRow:
    return info(f"S:TRA=ETR|ruleId={RULE}|st=x|action={action}|sev=1|mode={mode}", "S:CompCost=|ETR=1", **fields)


def ran(after: bytes = MAIL, agent: str = TRA, *more: File, **facts: str) -> Trace:
    """A trace in which the agent left the message so."""
    return traced(ORIGINAL, routing(1, EVENT), routing(2, agent, after), *more, **facts)


GAP = traced(ORIGINAL, routing(1, EVENT), routing(3, TRA))
GAP_CHANGED = traced(ORIGINAL, routing(1, EVENT), routing(3, TRA, PREFIXED))
TWICE = traced(ORIGINAL, routing(1, EVENT), routing(2, TRA), routing(3, EVENT), routing(4, TRA))

FIRED_FOR_NOTHING = [
    (ran(), fired()),
    (ran(STAMPED), fired("ApplyHtmlDisclaimer")),
    (ran(FOLDED), fired("SetHeader", "enforcement")),
    (ran(), fired("GenerateIncidentReport|action=RedirectMessage")),
]
FIRED_AND_DONE = [
    (ran(PREFIXED), fired()),
    (ran(SCORED), fired("SetScl")),
    (ran(), fired(mode="Audit")),
    (ran(), fired(mode="AuditAndNotify")),
    (ran(), fired("GenerateIncidentReport")),
    (ran(), fired("RouteMessageOutboundConnector")),
    (ran(), fired(internal_message_id="999")),
    (ran(), fired(client_hostname="MBX02")),
    (ran(agent=OTHER), fired()),
    (GAP, fired()),
    (TWICE, fired()),
    (ran(), NO_RULE),
]


@pytest.mark.parametrize(("trace", "row"), FIRED_FOR_NOTHING)
def test_a_rule_that_fired_and_changed_nothing(trace: Trace, row: TrackingRow) -> None:
    (found,) = findings_of(judged([row, END], trace))
    assert (found.code, found.agent, found.step) == (
        "SD705",
        "Transport Rule Agent",
        ("Routing0001.eml", "Routing0002.eml"),
    )
    assert found.message.startswith(f"Transport Rule Agent changed nothing, and the log says that rule {RULE} fired ")
    assert f"Get-TransportRule {RULE}" in found.fix
    assert found.evidence["row"] == "MSGTRK.LOG:1"


@pytest.mark.parametrize(("trace", "row"), FIRED_AND_DONE)
def test_a_rule_that_did_what_it_does(trace: Trace, row: TrackingRow) -> None:
    assert [one for one in findings_of(judged([row, END], trace)) if one.code == "SD705"] == []


def test_a_rule_is_named_by_the_rules_given() -> None:
    (found,) = findings_of(judged([fired(), END], ran(), rules={RULE.replace("-", ""): "External"}))
    assert "rule 'External' fired with PrependSubject" in found.message


CHANGED_WITHOUT = [
    (ran(PREFIXED), "Subject"),
    (ran(SCORED), "X-MS-Exchange-Organization-SCL"),
    (ran(MAIL + b"More\r\n"), "part 1"),
    (traced(ORIGINAL, routing(1, EVENT), routing(2, TRA, to=("user@fabrikam.test", "x@y.test"))), "x@y.test"),
]
CHANGED_FOR_A_REASON: list[tuple[Trace, TrackingRow]] = [
    (ran(PREFIXED), fired()),
    (ran(PREFIXED), fired(internal_message_id="")),
    (ran(STAMPED), NO_RULE),
    (ran(FOLDED), NO_RULE),
    (ran(PREFIXED, OTHER), NO_RULE),
    (GAP_CHANGED, NO_RULE),
    (traced(ORIGINAL, routing(1, EVENT), routing(2, TRA, to=())), NO_RULE),
    (ran(PREFIXED), replace(NO_RULE, fields={**NO_RULE.fields, "client_hostname": "MBX02"})),
    (ran(PREFIXED), replace(NO_RULE, fields={**NO_RULE.fields, "internal_message_id": "999"})),
    (ran(PREFIXED), info()),
    (ran(PREFIXED), info("S:AMA=SUM|v=0", "S:CompCost=|ETR=0", "S:TRA=ETR|rule...")),
    (ran(PREFIXED), info("S:AMA=SUM|v=0", "cut short")),
    (ran(PREFIXED), END),
]


@pytest.mark.parametrize(("trace", "what"), CHANGED_WITHOUT)
def test_a_change_that_no_rule_in_the_log_explains(trace: Trace, what: str) -> None:
    (found,) = findings_of(judged([NO_RULE, END], trace))
    assert (found.code, found.agent) == ("SD706", "Transport Rule Agent")
    assert found.message.startswith(f"Transport Rule Agent changed {what}, and no rule in the log ")
    assert found.flags[0].startswith("/steps/1/changes/")


@pytest.mark.parametrize(("trace", "row"), CHANGED_FOR_A_REASON)
def test_a_change_that_is_explained_or_can_not_be_known(trace: Trace, row: TrackingRow) -> None:
    assert [one for one in findings_of(judged([row, END], trace)) if one.code == "SD706"] == []


def by_agent(event: str, agent: str = "Own Agent", **fields: LogValue) -> TrackingRow:
    return logged(event, source="AGENT", source_context=agent, **fields)


SPLIT = by_agent("TRANSFER", internal_message_id="8", reference=[RECORD])
COPY = traced(routing(1, EVENT), path="b", record="8")
UNSHOWN = [
    (by_agent("DEFER"), [ran()], "an agent deferred the message (Own Agent)"),
    (by_agent("DEFER", "out of disk"), [ran(agent=OTHER)], "an agent deferred the message (out of disk)"),
    (by_agent("FAIL"), [ran()], "Own Agent failed the message"),
    (SPLIT, [ran(agent=OTHER)], "Own Agent split off a copy (internal-message-id 8)"),
]
SHOWN = [
    (by_agent("DEFER"), [ran(agent=OTHER)]),
    (by_agent("DEFER", "why"), [traced(ORIGINAL, routing(1, EVENT), routing(2, OTHER, status="Deferred"))]),
    (by_agent("FAIL", "own agent"), [ran(agent=OTHER)]),
    (SPLIT, [ran(agent=OTHER), COPY]),
    (by_agent("DEFER", internal_message_id="999"), [ran()]),
    (by_agent("DEFER", server_hostname="MBX02"), [ran()]),
    (by_agent("DEFER", ""), [ran()]),
    (logged("DEFER", source="SMTP", source_context="Own Agent"), [ran()]),
    (by_agent("DEFER"), []),
    (replace(SPLIT, fields={**SPLIT.fields, "source": "ROUTING"}), [ran()]),
]


@pytest.mark.parametrize(("row", "traces", "did"), UNSHOWN)
def test_what_an_agent_did_without_a_snapshot(row: TrackingRow, traces: list[Trace], did: str) -> None:
    (found,) = [one for one in findings_of(judged([row, END], *traces)) if one.code == "SD707"]
    assert (found.agent, found.step) == (None, None)
    assert found.message == f"The log says that {did} at 2024-05-14 08:00:00 UTC, and no snapshot here shows it."
    assert "MBX01" in found.fix


@pytest.mark.parametrize(("row", "traces"), SHOWN)
def test_what_snapshots_show_or_can_not_show(row: TrackingRow, traces: list[Trace]) -> None:
    assert [one for one in findings_of(judged([row, END], *traces)) if one.code == "SD707"] == []


ROW: dict[str, str | list[str]] = {
    "source": "AGENT",
    "event-id": "AGENTINFO",
    "client-hostname": "EX1",
    "internal-message-id": RECORD,
    "message-id": "<1@x.test>",
    "recipient-address": "user@fabrikam.test",
}


@pytest.mark.parametrize("form", ["text", "markdown", "json", "html"])
def test_every_output_says_which_rule_it_was(tmp_path: Path, form: str) -> None:
    """Complaint 11: which transport rule did this, and one that fired and changed nothing."""
    named = b"Message-Id: <1@x.test>\r\n" + MAIL
    for guid, after in ((1, named.replace(b"Hello", b"[EXTERN] Hello")), (2, named)):
        folder = (
            tmp_path
            / "EX1"
            / "Hub"
            / "PipelineTracing"
            / "MessageSnapshots"
            / f"{guid:08d}-0000-4000-8000-000000000000"
        )
        folder.mkdir(parents=True)
        for file in (routing(1, EVENT, named), routing(2, TRA, after)):
            raw = file.raw().replace(RECORD.encode(), RECORD.encode()[:-1] + str(guid).encode())
            (folder / file.name).write_bytes(raw.replace(b"<1@x.test>", f"<{guid}@x.test>".encode()))
    other = "39a4b0c6-8b76-42cc-afea-31bcaca16ac1"
    write_log(
        tmp_path / "MSGTRK2024030110-1.LOG",
        *(
            ROW
            | {
                "date-time": f"2024-03-01T10:00:0{guid}.000Z",
                "internal-message-id": RECORD[:-1] + str(guid),
                "message-id": f"<{guid}@x.test>",
                "custom-data": [
                    f"S:TRA=ETR|ruleId={rule}|st=x|action=PrependSubject|sev=2|mode=Enforce",
                    "S:CompCost=|ETR=3",
                ],
            }
            for guid, rule in ((1, RULE), (2, other))
        ),
    )
    rules = tmp_path / "rules.csv"
    rules.write_text(f'"Name","Guid"\n"Mark, external","{RULE}"\n', encoding="utf-8")
    out = called(tmp_path, "--rules", rules, "--format", form).out.decode()
    if form == "json":
        first, second = (trace["steps"][0] for trace in json.loads(out)["traces"])
        assert [(note["rule_name"], note.get("rule_unknown")) for note in first["logged"] if note["rule_id"]] == [
            ("Mark, external", None)
        ]
        assert [(note["rule_name"], note.get("rule_unknown")) for note in second["logged"] if note["rule_id"]] == [
            (None, True)
        ]
        assert [one["code"] for trace in json.loads(out)["traces"] for one in trace["findings"]] == ["SD705"]
        return
    words = " ".join(
        html.unescape(out).replace("`", "").replace("rule 'Mark", "rule Mark").replace("external'", "external").split()
    )
    assert "rule Mark, external fired: PrependSubject, severity medium, mode Enforce" in words
    assert f"rule {other} (not among the rules given) fired: PrependSubject" in words
    assert f"changed nothing, and the log says that rule {other} fired with PrependSubject." in words


def test_the_step_from_the_parent_is_no_rules_doing_alone() -> None:
    """Copies differ in their recipients: nothing of that needs a rule, and a rule may have done all of it."""
    fork = ran(PREFIXED)
    fork = replace(fork, steps=[fork.steps[0], replace(fork.steps[1], from_=None)])
    assert findings_of(judged([NO_RULE, END], fork)) == []
    fork = ran()
    fork = replace(fork, steps=[fork.steps[0], replace(fork.steps[1], from_=None)])
    assert findings_of(judged([fired(), END], fork)) == []
