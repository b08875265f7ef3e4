"""Rows of tracking logs to the journeys they belong to, and to no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from program import called, snapdiff
from rowmaker import row

from snapdiff.joining import Joining
from snapdiff.journey import TraceKey, journeys
from snapdiff.model import Journey, LogValue, Session, TrackingRow

KEY = TraceKey(
    path="a",
    server="MBX01",
    service="transport",
    message_id="<1@x.test>",
    network_message_id="n1",
    subject="An offer",
    from_time="2024-05-14T08:00:00.000Z",
    to_time="2024-05-14T08:00:01.000Z",
    has_original=True,
    first_event_agent=None,
    record_ids=("7",),
    protocol_ids=("08DC71424891CF5D;2024-05-14T07:02:10.418Z;1",),
)
NAMELESS = replace(KEY, network_message_id=None, message_id=None)


def joined(keys: list[TraceKey], rows: list[TrackingRow]) -> list[Journey]:
    joining = Joining(journeys(keys), keys)
    for one in rows:
        joining.add(one)
    return joining.journeys()


BELONGS: list[tuple[TraceKey, dict[str, LogValue], str]] = [
    (KEY, {"network_message_id": "N1", "message_id": "<other@x>"}, "network-message-id"),
    (NAMELESS, {"server_hostname": "mbx01.x.test"}, "record-id"),
    (NAMELESS, {"event_id": "SEND", "client_hostname": "MBX01", "server_hostname": "MBX02"}, "record-id"),
    (NAMELESS, {"event_id": "AGENTINFO", "client_hostname": "MBX01"}, "record-id"),
    (NAMELESS, {"source_context": "08dc71424891cf5d;2024-05-14T07:02:10.419Z;1"}, "protocol-id"),
    (replace(KEY, network_message_id=None), {"internal_message_id": "99", "network_message_id": ""}, "message-id"),
    (KEY, {"network_message_id": "", "internal_message_id": "99"}, "message-id"),
    (KEY, {"network_message_id": "0000-00", "internal_message_id": "99"}, "message-id"),
    (NAMELESS, {"source_context": "08DC71424891CF5D;2024-05-14T07:02:10.418Z;2"}, "protocol-id"),
    (
        NAMELESS,
        {"source_context": "08DC71424891CF5D;2024-05-14T07:02:10.418Z;1;ClientSubmitTime:2024-05-14T07:02:09Z"},
        "protocol-id",
    ),
    # Delivery to a mailbox logs no number.
    (NAMELESS, {"source_context": "08DC71424891CF5D;2024-05-14T07:02:10.418Z;ClientSubmitTime:"}, "protocol-id"),
    # Submitted again, a message has another number: any of them will do.
    (replace(NAMELESS, record_ids=("5", "7", "9")), {"server_hostname": "MBX01"}, "record-id"),
    (replace(NAMELESS, protocol_ids=("a;t;1", "b;t;1")), {"source_context": "B;t;1"}, "protocol-id"),
]
STAYS_OUT: list[tuple[TraceKey, dict[str, LogValue]]] = [
    (replace(KEY, network_message_id=None), {"internal_message_id": "99"}),
    (KEY, {"network_message_id": "n2", "server_hostname": "MBX01"}),
    (KEY, {"network_message_id": "n2", "internal_message_id": "99"}),
    (NAMELESS, {"server_hostname": "MBX02"}),
    (NAMELESS, {"client_hostname": "MBX01", "server_hostname": "MBX02"}),
    (NAMELESS, {"event_id": "SEND", "client_hostname": "MBX02", "server_hostname": "MBX01"}),
    (NAMELESS, {"source_context": "08DC71424891CF5D;2024-05-14T07:02:10.418Z;3"}),
    (NAMELESS, {"source_context": "08DC71424891CF5D;2024-05-14T07:02:10.419Z;ClientSubmitTime:"}),
    (KEY, {"network_message_id": "", "message_id": "<2@x.test>", "server_hostname": "MBX01"}),
    (NAMELESS, {"message_id": "", "source_context": "Transport Rule Agent"}),
]


@pytest.mark.parametrize(("key", "fields", "by"), BELONGS)
def test_a_row_that_belongs(key: TraceKey, fields: dict[str, LogValue], by: str) -> None:
    one = row("RECEIVE", **fields)
    (journey,) = joined([key], [one])
    assert len(journey.events) == 1
    assert journey.joined_by == [f"{by} (logs)"]
    line = ",".join(map(str, one.fields.values())).lower()
    assert any(word.lower() in line for word in Joining(journeys([key]), [key]).words())


@pytest.mark.parametrize(("key", "fields"), STAYS_OUT)
def test_a_row_that_stays_out(key: TraceKey, fields: dict[str, LogValue]) -> None:
    (journey,) = joined([key], [row("RECEIVE", **fields)])
    assert journey.events == []
    assert journey.joined_by == []


def test_two_copies_of_one_mail_are_never_told_apart_by_its_message_id() -> None:
    copies = [KEY, replace(KEY, path="b", network_message_id="n2", record_ids=("8",), protocol_ids=())]
    unnamed = row("RECEIVE", network_message_id="", internal_message_id="")
    assert [journey.events for journey in joined(copies, [unnamed])] == [[], []]
    second = row("RECEIVE", network_message_id="n2")
    assert [len(journey.events) for journey in joined(copies, [second])] == [0, 1]


def test_what_the_logs_lack_is_a_gap_of_the_journey() -> None:
    (journey,) = joined([KEY], [row("RECEIVE", server_hostname="MBX01")])
    assert len(journey.gaps) == 1


@given(st.permutations(range(5)))
def test_the_order_of_the_rows_changes_nothing(order: list[int]) -> None:
    rows = [row("RECEIVE", f"08:00:0{second}", server_hostname=f"MBX0{second}") for second in range(5)]
    assert joined([KEY], [rows[at] for at in order]) == joined([KEY], rows)


def test_the_samples_logs_stand_with_their_messages() -> None:
    one = snapdiff("samples", "--format", "json", "--jobs", "1")
    assert one.out == snapdiff("samples", "--format", "json", "--jobs", "2").out
    told = {journey["subject"]: journey for journey in one.json()["journeys"]}
    assert len(told["Drawings for hall 4"]["events"]) == 9
    assert [event["event_id"] for event in told["TEST ALARM 0317"]["events"]] == ["RECEIVE", "FAIL", "AGENTINFO"]
    assert told["TEST ALARM 0317"]["events"][0]["file"].startswith("logs/MBX01/MessageTracking/MSGTRK")
    assert not any(journey["gaps"] for journey in told.values())


def test_logs_are_given_by_themselves() -> None:
    alone = called("samples/traces", "--format", "json")
    assert not any(journey["events"] for journey in alone.json()["journeys"])
    beside = called("samples/traces", "--logs", "samples/logs", "--format", "json")
    assert sum(len(journey["events"]) for journey in beside.json()["journeys"]) == 49
    for form in ("text", "markdown"):
        shown = called("samples/traces", "--logs", "samples/logs", "--format", form).out.decode()
        assert "a distribution list was expanded into its members" in " ".join(shown.lower().split())


def test_a_session_stands_with_the_messages_it_carried() -> None:
    refused = next(
        journey for journey in called("samples", "--format", "json").json()["journeys"] if journey["subject"] is None
    )
    (session,) = refused["sessions"]
    assert any(line["data"].startswith("550 5.1.10") for line in session["lines"])
    shown = called("samples", "--subject", "hallenbeleuchtung").out.decode()
    assert shown.count("SMTP session from") == 3


def test_a_session_of_another_message_stays_out() -> None:
    session = Session("RECV.LOG", "receive", "08DC71424891CF5D", "", "", "", None, None, [], [])
    own, other = f"{session.session_id};2024-05-14T07:02:10.418Z;1", f"{session.session_id};2024-05-14T07:02:10.418Z;2"
    for named, count in (([own], 1), ([other], 0), ([own, other], 1)):
        joining = Joining(journeys([KEY]), [KEY])
        joining.add_session(replace(session, messages=named))
        assert len(joining.journeys()[0].sessions) == count
