"""SD701 to SD704: what the logs of a journey lack, in the words of its gaps."""

import json
from pathlib import Path

import pytest
from journeying import RECORD, findings_of, judged, logged, traced
from logmaker import write_log
from program import called
from stepmaker import ORIGINAL, File, routing
from tracemaker import write_trace

from snapdiff.findings.catalogue import catalogue
from snapdiff.model import TrackingRow
from snapdiff.track.gaps import gaps

IN = logged("RECEIVE")
OUT = logged("SEND", "08:00:05", client_hostname="MBX01", server_hostname="mx.other.test", connector_id="To Internet")
INSIDE = "Intra-Organization SMTP Send Connector"
ON = logged("SEND", "08:00:05", client_hostname="MBX01", server_hostname="MBX02", connector_id=INSIDE)
THERE = logged("RECEIVE", "08:00:06", client_hostname="MBX01", server_hostname="MBX02", internal_message_id="9")
EARLY = logged("RECEIVE", "07:59:50", client_hostname="MBX01", server_hostname="MBX02", internal_message_id="9")
DELIVERED = logged("DELIVER", "08:00:07", client_hostname="MBX02", server_hostname="MBX02", internal_message_id="9")
LATE = logged("DELIVER", "11:30:07", client_hostname="MBX01")
PUT_OFF = logged("DEFER", "08:00:03")
FAILED = logged("FAIL", "08:00:03")
SUBMITTED = logged("SUBMIT", "07:59:59", client_hostname="MBX03", server_hostname="MBX01", source="STOREDRIVER")

RAISES: list[tuple[str, list[TrackingRow], str]] = [
    (
        "SD701",
        [IN, ON],
        (
            "MBX02 took the message on at 2024-05-14 08:00 UTC, and its log is not here: copy MSGTRK2024051408-1.LOG "
            "(delivery to a mailbox: MSGTRKMD2024051408-1.LOG), and the hour after it, from MBX02."
        ),
    ),
    ("SD702", [IN, LATE], "Nothing is logged for 3 h 30 min before DELIVER at 2024-05-14 11:30 UTC."),
    (
        "SD703",
        [IN, ON, EARLY, DELIVERED],
        (
            "The clocks of MBX01 and MBX02 differ by at least 10 s: the second one logged the message before "
            "the first one had it."
        ),
    ),
    (
        "SD704",
        [IN],
        "MBX01 received the message for ann@x.test, and no row here says that it was sent, delivered or failed.",
    ),
]
NEAR_MISSES: list[list[TrackingRow]] = [
    [IN, OUT],
    [IN, ON, THERE, DELIVERED],
    [IN, ON, DELIVERED],
    [IN, PUT_OFF, LATE],
    [IN, FAILED],
    [SUBMITTED, IN, OUT],
    [],
]


@pytest.mark.parametrize(("code", "rows", "says"), RAISES)
def test_what_is_missing_is_a_finding_in_the_words_of_the_gap(code: str, rows: list[TrackingRow], says: str) -> None:
    (found,) = findings_of(judged(rows))
    assert (found.code, found.message, found.agent, found.step) == (code, says, None, None)
    assert [found.message] == gaps(sorted(rows, key=lambda one: one.time or ""))
    assert all(flag.startswith("/events/") for flag in found.flags)
    assert found.flags
    assert catalogue()[code].severity == found.severity


@pytest.mark.parametrize("rows", NEAR_MISSES)
def test_where_nothing_is_missing(rows: list[TrackingRow]) -> None:
    assert findings_of(judged(rows)) == []


RAN = (ORIGINAL, routing(1, "OnSubmittedMessage"))


def test_a_server_that_wrote_snapshots_and_no_log() -> None:
    there = traced(*RAN, path="b", server="mbx02.x.test")
    (found,) = findings_of(judged([IN, OUT], traced(*RAN), there))
    assert (found.code, found.evidence["server"]) == ("SD701", "mbx02.x.test")
    assert "2024-03-01 10:00 UTC" in found.message
    assert "MSGTRK2024030110-1.LOG" in found.message
    assert found.flags == []


def test_servers_that_logged_it_or_are_named_already_are_not_named_again() -> None:
    there = traced(*RAN, path="b", server="mbx02.x.test")
    assert [one.code for one in findings_of(judged([IN, ON], traced(*RAN), there))] == ["SD701"]
    assert findings_of(judged([IN, ON, THERE, DELIVERED], traced(*RAN), there)) == []
    assert findings_of(judged([IN, OUT], traced(*RAN, server=None))) == []
    assert findings_of(judged([], traced(*RAN), there)) == []


def test_a_receiving_server_alone_wrote_the_row() -> None:
    relayed = logged("RECEIVE", client_hostname="EDGE01")
    edge = traced(*RAN, path="b", server="EDGE01")
    (found,) = findings_of(judged([relayed, OUT], traced(*RAN), edge))
    assert (found.code, found.evidence["server"]) == ("SD701", "EDGE01")


def test_a_message_that_was_deleted_needs_no_end_in_the_log() -> None:
    deleted = traced(*RAN, File("Routing0002.eml", "OnSubmittedMessage,Agent", status="Deleted"))
    assert findings_of(judged([IN], deleted)) == []


MAIL = b"Message-Id: <1@x.test>\r\nSubject: Hello\r\n\r\nBody\r\n"


def line(time: str, client: str, server: str, connector: str, event: str) -> dict[str, str | list[str]]:
    return {
        "date-time": time,
        "client-hostname": client,
        "server-hostname": server,
        "connector-id": connector,
        "source": "SMTP",
        "event-id": event,
        "internal-message-id": RECORD,
        "message-id": "<1@x.test>",
        "recipient-address": "user@fabrikam.test",
        "sender-address": "alan.reid@contoso.test",
    }


@pytest.mark.parametrize("form", ["text", "markdown", "json", "html"])
def test_every_output_says_it_of_logs_on_the_disk(tmp_path: Path, form: str) -> None:
    write_trace(tmp_path / "EX1" / "Hub" / "PipelineTracing" / "MessageSnapshots", 1, [MAIL, MAIL])
    write_log(
        tmp_path / "MSGTRK2017060510-1.LOG",
        line("2017-06-05T10:00:00.000Z", "mail.contoso.test", "EX1", "EX1\\Default EX1", "RECEIVE"),
        line("2017-06-05T10:00:02.000Z", "EX1", "EX2", INSIDE, "SEND"),
    )
    out = called(tmp_path, "--format", form).out.decode()
    says = "EX2 took the message on at 2017-06-05 10:00 UTC"
    assert "SD701" in out
    if form == "json":
        (journey,) = json.loads(out)["journeys"]
        assert [one["code"] for one in journey["findings"]] == ["SD701"]
        assert journey["gaps"][0].startswith(says)
        return
    words = " ".join(out.replace("`", "").split())
    assert "MSGTRK2017060510-1.LOG" in words
    ignored = " ".join(called(tmp_path, "--format", form, "--ignore", "SD701").out.decode().split())
    assert "SD701" not in ignored
