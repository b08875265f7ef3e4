"""The JSON document: it is valid JSON and valid by its own schema, has every key of the contract, in its order."""

import io
import json
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest
from golden_files import check_golden
from hypothesis import given
from hypothesis import strategies as st

from snapdiff import model
from snapdiff.model import Tail
from snapdiff.report.json_report import JsonReport, encode, schema

CONTRACT: dict[type[msgspec.Struct], str] = {
    model.Report: "schema tool source traces journeys problems left_out",
    model.Tool: "name version",
    model.Trace: "id path server service parent message_id network_message_id subject sender recipients snapshots steps"
    " findings problems",
    model.Parent: "trace file",
    model.Snapshot: "file stage sequence event agent time record_id protocol_id status sender recipients headers_only"
    " size message_offset sha256",
    model.Step: "from to compared_with event agent actor certain reason missing candidates elapsed_ms changes",
    model.Change: "kind name part cosmetic before after before_span after_span hunks",
    model.Hunk: "before after before_line after_line",
    model.Journey: "message_id network_message_id subject traces legs events sessions joined_by gaps",
    model.Leg: "server service trace from_time to_time",
    model.Finding: "code name severity step agent message evidence fix flags",
    model.Problem: "path code message",
}
"""The keys of report-format.md by hand, in its order: not taken from the model, so that a renamed key shows."""

SNAPSHOT = model.Snapshot(
    file="Routing0001.eml",
    stage="Routing",
    sequence=1,
    event="OnResolvedMessage",
    agent="Transport Rule Agent",
    time="2024-05-06T07:08:09.123Z",
    record_id="21474836486",
    protocol_id=None,
    status=None,
    sender="anna@contoso.com",
    recipients=["bob@fabrikam.com"],
    headers_only=False,
    size=2048,
    message_offset=400,
    sha256="ab" * 32,
)
CHANGE = model.Change(
    "part.changed",
    part="1",
    before_span=(400, 500),
    after_span=(400, 520),
    hunks=[model.Hunk("Grüße", "Grüße\n--\nContoso", 3, 3)],
    moved=True,
    visible=[model.Hunk(None, "Contoso", 4, 4, model.Words([], [(0, 7)]))],
    degree="content-changed",
    values=[model.ValueChange("charset", "utf-8", None)],
    note="a word to the reader",
)
INFO = model.PartInfo("application/pdf", "a.pdf", 3, "cd" * 32, opaque=True)
STEP = model.Step(
    from_="Original.eml",
    to="Routing0001.eml",
    compared_with="Original.eml",
    event="OnResolvedMessage",
    agent="Transport Rule Agent",
    actor="agent",
    certain=False,
    reason="a file is missing",
    missing=["Routing0000.eml"],
    candidates=["Transport Rule Agent"],
    elapsed_ms=12,
    changes=[CHANGE, model.Change("part.added", name="a.pdf", part="2", after=INFO), model.Change("message.deleted")],
)
FINDING = model.Finding(
    "SD201", "dkim-broken", "error", ("a", "b"), None, "It broke.", {"selector": "s1"}, "Sign later.", []
)
PROBLEM = model.Problem("a/b.eml", "short-file", "The file is empty.")
TRACE = model.Trace(
    id="11111111-2222-3333-4444-555555555555",
    path="MBX01/MessageSnapshots/11111111-2222-3333-4444-555555555555",
    server="MBX01",
    service="transport",
    parent=model.Parent("MBX01/x", "Routing0002.eml"),
    message_id="<1@contoso.com>",
    network_message_id="0f",
    subject="Grüße <script>",
    sender="<>",
    recipients=["bob@fabrikam.com"],
    snapshots=[SNAPSHOT],
    steps=[STEP],
    findings=[FINDING],
    problems=[PROBLEM],
)
JOURNEY = model.Journey(
    message_id="<1@contoso.com>",
    network_message_id=None,
    subject="Grüße",
    traces=[TRACE.path],
    legs=[model.Leg("MBX01", "transport", TRACE.path, "2024-05-06T07:08:09.123Z", None)],
    events=[model.TrackingRow("MSGTRK.LOG", 6, "msgtrk", "2024-05-06T07:08:09.123Z", {"event_id": "RECEIVE"})],
    sessions=[],
    joined_by=["message-id"],
    gaps=[],
)


def document(
    *traces: model.Trace | bytes,
    source: str = "samples",
    journeys: list[model.Journey] | None = None,
    problems: list[model.Problem] | None = None,
) -> bytes:
    out = io.BytesIO()
    report = JsonReport(out)
    report.begin(source)
    for trace in traces:
        report.trace(trace)
    report.end(Tail(journeys or [], problems or [], left_out=3))
    return out.getvalue()


WHOLE = document(TRACE, encode(TRACE), journeys=[JOURNEY], problems=[PROBLEM, PROBLEM])


@pytest.mark.parametrize("written", [WHOLE, document(), document(TRACE), document(problems=[PROBLEM])])
def test_the_schema_accepts_what_is_written(written: bytes) -> None:
    jsonschema.Draft202012Validator(schema()).validate(json.loads(written))


def test_schema_is_a_schema_with_a_name_and_descriptions() -> None:
    made = schema()
    jsonschema.Draft202012Validator.check_schema(made)
    assert list(made)[:2] == ["$schema", "$id"]
    assert made["properties"]["schema"] == {"enum": ["snapdiff.report/1"]}
    assert all(definition["title"] and definition["description"] for definition in made["$defs"].values())
    assert json.dumps(schema()) == json.dumps(made)


BROKEN: list[tuple[str, Any]] = [
    ("schema", "snapdiff.report/2"),
    ("traces", {}),
    ("traces", [{}]),
    ("problems", [{"path": "a", "code": "b"}]),
    ("tool", {"name": "snapdiff"}),
]


@pytest.mark.parametrize(("key", "value"), BROKEN)
def test_the_schema_refuses(key: str, value: object) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**json.loads(WHOLE), key: value}, schema(), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("spoil", [{"hunks": "text"}, {"kind": "header.eaten"}, {"before_span": [1]}, {"degree": None}])
def test_a_wrong_value_in_a_change_is_refused(spoil: dict[str, object]) -> None:
    spoiled = json.loads(WHOLE)
    spoiled["traces"][0]["steps"][0]["changes"][0].update(spoil)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoiled, schema(), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("noun", CONTRACT)
def test_every_key_of_the_contract_is_required_by_the_schema(noun: type[msgspec.Struct]) -> None:
    made = schema()
    definition = made if noun is model.Report else made["$defs"][noun.__name__]
    assert definition["required"] == CONTRACT[noun].split()
    assert list(definition["properties"])[: len(definition["required"])] == definition["required"]


def test_every_key_of_the_contract_is_written_in_its_order() -> None:
    whole = json.loads(WHOLE)
    trace = whole["traces"][0]
    step = trace["steps"][0]
    written = {
        model.Report: whole,
        model.Tool: whole["tool"],
        model.Trace: trace,
        model.Parent: trace["parent"],
        model.Snapshot: trace["snapshots"][0],
        model.Step: step,
        model.Change: step["changes"][2],
        model.Hunk: step["changes"][0]["hunks"][0],
        model.Journey: whole["journeys"][0],
        model.Leg: whole["journeys"][0]["legs"][0],
        model.Finding: trace["findings"][0],
        model.Problem: whole["problems"][0],
    }
    assert {noun: " ".join(keys) for noun, keys in written.items()} == CONTRACT


def test_one_trace_a_line() -> None:
    lines = WHOLE.decode().splitlines()
    assert [line[:14] for line in lines] == [
        '{"schema":"sna',
        '{"id":"1111111',
        '{"id":"1111111',
        '],"journeys":[',
        '{"message_id":',
        '],"problems":[',
        '{"path":"a/b.e',
        '{"path":"a/b.e',
        '],"left_out":3',
    ]
    assert WHOLE.endswith(b"}\n")


def test_golden() -> None:
    version = json.loads(WHOLE)["tool"]["version"].encode()
    check_golden("report.json", WHOLE.replace(b'"version":"%s"' % version, b'"version":"0"'))


def test_a_report_not_ended_does_not_parse() -> None:
    out = io.BytesIO()
    report = JsonReport(out)
    report.begin("x")
    report.trace(TRACE)
    with pytest.raises(json.JSONDecodeError):
        json.loads(out.getvalue())


@pytest.mark.parametrize(
    ("subject", "written"),
    [
        ("caf\udce9", "caf\\xe9"),
        ("\ud800", "\\ud800"),
        ("ü\udcff😀", "ü\\xff😀"),
        ("line\u2028\n\x00", "line\u2028\n\x00"),
    ],
)
def test_text_without_a_utf8_form_is_written_out(subject: str, written: str) -> None:
    spoiled = msgspec.structs.replace(TRACE, subject=subject, findings=[])
    whole = json.loads(document(spoiled, source=subject, problems=[model.Problem(subject, "c", "m")]))
    assert [whole["source"], whole["traces"][0]["subject"], whole["problems"][0]["path"]] == [written] * 3
    assert list(whole["traces"][0]) == CONTRACT[model.Trace].split()


@given(text=st.text(st.characters(codec=None, exclude_categories=()), max_size=50))
def test_any_text_gives_one_valid_line(text: str) -> None:
    spoiled = msgspec.structs.replace(TRACE, subject=text, steps=[msgspec.structs.replace(STEP, agent=text)])
    line = encode(spoiled)
    assert b"\n" not in line
    back = msgspec.json.decode(line, type=model.Trace)
    if not any("\ud800" <= char <= "\udfff" for char in text):
        assert back == spoiled


def test_the_schema_says_nothing_of_what_only_a_drawn_report_reads() -> None:
    made = schema()
    assert "decoded" in made["$defs"]["Trace"]["properties"]
    assert not {"views", "blame"} & made["$defs"]["Trace"]["properties"].keys()
    assert not {"Blame", "BlameRun", "Owner", "TraceViews", "MimeNode"} & made["$defs"].keys()
