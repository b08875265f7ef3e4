"""AGENTINFO rows beside the steps they are about, and beside no step where there is a doubt."""

from pathlib import Path

import pytest
from msgspec import UNSET
from msgspec.structs import replace
from rowmaker import row
from stepmaker import ORIGINAL, File, routing, trace_of

from snapdiff.attribution import Attributed, agent_notes, attributed
from snapdiff.model import AgentNote, Journey, LogValue, Trace, TrackingRow
from snapdiff.read.log_values import with_parsed
from snapdiff.read.logs import LogRows, find_logs

RECORD = "21474836486"
FIRED = "S:TRA=ETR|ruleId=1D44B673-b72d-4d68-a200-72425738260e|st=2023|action=PrependSubject|sev=1|mode=Enforce"
RULE = "1d44b673b72d4d68a20072425738260e"
TRA, JA = "OnResolvedMessage,Transport Rule Agent", "OnRoutedMessage,Journal Agent"
RAN = (ORIGINAL, routing(1, "OnResolvedMessage"), routing(2, TRA), routing(3, "OnRoutedMessage"), routing(4, JA))


def ran(*files: File, path: str = "a", record: str = RECORD, **facts: str) -> Trace:
    """A trace on MBX01 in which these snapshots were made."""
    made = trace_of(*(files or RAN))
    made = replace(made, snapshots=[replace(one, record_id=record) for one in made.snapshots])
    known = {"server": "MBX01", "service": "transport", "network_message_id": "n1", "message_id": "<1@x.test>"}
    return replace(made, path=path, **{**known, **facts})


def info(*members: str, **fields: LogValue) -> TrackingRow:
    """An AGENTINFO row as MBX01 writes it about that trace's message."""
    own: dict[str, LogValue] = {"client_hostname": "MBX01", "internal_message_id": RECORD, "source": "AGENT"}
    return with_parsed(row("AGENTINFO", **{**own, **fields, "custom_data": list(members)}))


def told(rows: list[TrackingRow], *traces: Trace, rules: dict[str, str] | None = None) -> Attributed:
    paths = [trace.path for trace in traces]
    return attributed(Journey(None, None, None, paths, [], rows, [], [], []), traces, rules)


def beside(found: Attributed) -> list[tuple[str, str, AgentNote]]:
    return [
        (path, step, note) for path, steps in found.of_steps.items() for step, notes in steps.items() for note in notes
    ]


def test_a_rule_stands_beside_its_agents_step() -> None:
    found = told([info(FIRED)], ran())
    ((path, step, note),) = beside(found)
    assert (path, step, found.unplaced) == ("a", "Routing0002.eml", [])
    assert (note.agent, note.what, note.actions, note.severity, note.mode) == (
        "Transport Rule Agent",
        "rule",
        ["PrependSubject"],
        "1",
        "Enforce",
    )
    assert note.rule_id == "1D44B673-b72d-4d68-a200-72425738260e"
    assert (note.rule_name, note.rule_unknown, note.file, note.line) == (None, UNSET, "MSGTRK.LOG", 1)


@pytest.mark.parametrize(
    ("rules", "name", "unknown"), [(None, None, UNSET), ({RULE: "External"}, "External", UNSET), ({}, None, True)]
)
def test_the_rules_given_name_it_or_are_said_not_to_have_it(
    rules: dict[str, str] | None, name: str | None, unknown: object
) -> None:
    ((_, _, note),) = beside(told([info(FIRED)], ran(), rules=rules))
    assert (note.rule_name, note.rule_unknown) == (name, unknown)


MEMBERS = [
    ("S:AMA=SUM|v=0|action=|error=|atch=2", "Malware Agent", "malware-scan", [], [("v", "0"), ("atch", "2")]),
    ("S:AMA=SUM|v=1|action=b|atch=1", "Malware Agent", "malware-scan", ["b"], [("v", "1"), ("atch", "1")]),
    ("S:AMA=EV|engine=M|v=1|file=", "Malware Agent", "malware-engine", [], [("engine", "M"), ("v", "1")]),
    ("S:TRA=DC|dcid=4|count=10", "Transport Rule Agent", "classification", [], [("dcid", "4"), ("count", "10")]),
    ("S:TRA=CI|sndOverride=or", "Transport Rule Agent", "classification-override", [], [("sndOverride", "or")]),
    ("S:TRA=ETR|ruleId=1|action=A|action=B", "Transport Rule Agent", "rule", ["A", "B"], []),
    ("S:TRA=NEW|x=1", "Transport Rule Agent", "other", [], [("group", "NEW"), ("x", "1")]),
    ("S:JA=DONE|to=x", "Journal Agent", "journal", [], [("group", "DONE"), ("to", "x")]),
    ("S:Exchange_DkimSigner=|d=x", "Exchange DkimSigner", "other", [], [("d", "x")]),
    ("S:Own_Agent=X|ruleId=1|action=A", "Own Agent", "other", ["A"], [("group", "X"), ("ruleId", "1")]),
    ("Transport Rule Agent=ETR|ruleId=1|action=A", "Transport Rule Agent", "rule", ["A"], []),
]


@pytest.mark.parametrize(("member", "agent", "what", "actions", "values"), MEMBERS)
def test_each_agents_member(
    member: str, agent: str, what: str, actions: list[str], values: list[tuple[str, str]]
) -> None:
    files = (*RAN[:2], routing(2, f"OnResolvedMessage,{agent}"))
    ((_, step, note),) = beside(told([info(member)], ran(*files)))
    assert (step, note.agent, note.what, note.actions) == ("Routing0002.eml", agent, what, actions)
    assert note.values == values


def test_times_of_rules_and_of_agents() -> None:
    slow = info("S:CompCost=|ETR=31", "S:TRA=ETRP|ruleId=7|ExecW=5500|ExecC=200")
    notes = [note for _, _, note in beside(told([slow], ran()))]
    assert [(note.what, note.milliseconds) for note in notes] == [("time", 31.0), ("rule-time", 5500.0)]
    latency = "2024-05-14T07:02:11Z;SRV=mbx01.x.test:TOTAL=1|CATRS=0.049(CATRS-Transport Rule Agent=0.0475|CATRS-X=1)"
    sent = with_parsed(row("SEND", client_hostname="MBX01", internal_message_id=RECORD, message_info=latency))
    ((_, step, note),) = beside(told([sent], ran()))
    assert (step, note.what, note.milliseconds) == ("Routing0002.eml", "time", 47.5)
    fork = replace(sent, fields={**sent.fields, "internal_message_id": "999"})
    assert beside(told([fork], ran())) == []


NOT_ITS: list[tuple[dict[str, LogValue], str]] = [
    ({"client_hostname": "MBX02"}, "no folder of snapshots from MBX02 is here"),
    ({"internal_message_id": "999"}, "the folder of this copy (internal-message-id 999 on MBX01) is not here"),
    ({"client_hostname": ""}, "no folder of snapshots from the server is here"),
]


@pytest.mark.parametrize(("fields", "reason"), NOT_ITS)
def test_a_row_of_another_server_or_copy_stands_at_no_step(fields: dict[str, LogValue], reason: str) -> None:
    found = told([info(FIRED, **fields)], ran())
    assert beside(found) == []
    assert [note.reason for note in found.unplaced] == [reason]


def test_the_copy_of_a_server_without_a_number() -> None:
    unnumbered = info(FIRED, internal_message_id="")
    assert len(beside(told([unnumbered], ran()))) == 1
    two = told([unnumbered], ran(), ran(path="b"))
    assert beside(two) == []
    assert two.unplaced[0].reason == "2 folders fit the row, and it does not say which"
    assert beside(told([unnumbered], ran(network_message_id="n2"))) == []


def test_an_agent_that_ran_twice_is_not_told_apart() -> None:
    twice = (*RAN, routing(5, "OnResolvedMessage"), routing(6, TRA))
    found = told([info(FIRED)], ran(*twice))
    assert beside(found) == []
    (note,) = found.unplaced
    assert (note.reason, note.trace) == (
        "Transport Rule Agent ran 2 times in a, and the log does not say in which run it was",
        "a",
    )


def test_names_that_are_no_utf8() -> None:
    odd = told([info("S:TRA=ETR|ruleId=\udcff|action=A")], ran(*RAN[:2], path="\udcff"))
    assert odd.unplaced[0].trace == "\udcff"


def test_an_agent_without_a_snapshot() -> None:
    found = told([info(FIRED)], ran(*RAN[:2]))
    assert [(note.reason, note.trace) for note in found.unplaced] == [
        ("no snapshot in a is of Transport Rule Agent", "a")
    ]


def test_folders_that_do_not_name_their_server() -> None:
    nameless = replace(ran(), server=None)
    assert len(beside(told([info(FIRED)], nameless))) == 1
    for other in ({"internal_message_id": "999"}, {"network_message_id": "n2"}):
        assert beside(told([info(FIRED, **other)], nameless)) == []
    both = [info(FIRED), info(FIRED, client_hostname="MBX02")]
    assert {note.reason for note in told(both, nameless).unplaced} == {
        f"several servers logged the number {RECORD}, and the folder does not say whose it is"
    }


def test_two_copies_of_one_log_say_it_once() -> None:
    again = replace(info(FIRED), file="copy/MSGTRK.LOG", line=9)
    assert len(beside(told([info(FIRED), again], ran()))) == 1
    later = replace(again, time="2024-05-14T09:00:00.000Z")
    assert len(beside(told([info(FIRED), later], ran()))) == 2


def test_delivery_to_mailboxes_is_another_service() -> None:
    found = told([info(FIRED, internal_message_id="")], ran(service="mailbox-delivery"))
    assert beside(found) == []


def test_an_agent_that_split_the_copy_off_is_before_its_first_snapshot() -> None:
    split = row("TRANSFER", source="AGENT", source_context="Transport Rule Agent", server_hostname="MBX01")
    split = replace(split, fields={**split.fields, "internal_message_id": RECORD, "reference": ["1"]}, line=4)
    fork = ran(routing(1, "OnResolvedMessage"), routing(2, "OnResolvedMessage,Own Agent"))
    (note,) = told([info(FIRED), split], fork).unplaced
    assert note.reason == "Transport Rule Agent split this copy off (MSGTRK.LOG:4), so a begins behind it"
    other = replace(split, fields={**split.fields, "source_context": "Own Agent"})
    (note,) = told([info(FIRED), other], fork).unplaced
    assert note.reason == "no snapshot in a is of Transport Rule Agent"


REAL = [
    ("kinesis_MSGTRK_2013_AGENTINFO.LOG", "Malware Agent", "malware-scan", None, ["p"], None),
    (
        "qa2152821_AGENTINFO_2025_truncated.csv",
        "Transport Rule Agent",
        "rule-time",
        "ff116ef4-402d-4dff-90cb-c3d772b3179a",
        [],
        4.0,
    ),
]


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "agent", "what", "rule", "actions", "milliseconds"), REAL)
def test_real_rows(
    shared: Path, name: str, agent: str, what: str, rule: str | None, actions: list[str], milliseconds: float | None
) -> None:
    rows = LogRows(find_logs([shared / "corpus" / "logs" / name], lambda problem: None), lambda problem: None)
    notes = [
        note for one in rows if one.text("event_id") == "AGENTINFO" for note in agent_notes(with_parsed(one), {}, {})
    ]
    first = next(note for note in notes if note.what == what)
    assert (first.agent, first.rule_id, first.actions, first.milliseconds) == (agent, rule, actions, milliseconds)


def test_a_row_of_many_members_and_many_copies_of_a_folder() -> None:
    many = info(*(f"S:TRA=ETR|ruleId={number}|action=A" for number in range(20_000)))
    copies = [ran(path=str(number), record=str(number)) for number in range(200)]
    assert len(beside(told([many, many], *copies, ran()))) == 20_000
