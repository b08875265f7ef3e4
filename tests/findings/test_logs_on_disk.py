"""SD702 to SD707 from a folder of snapshots and a MSGTRK file, as a user has them."""

from pathlib import Path

import pytest
from journeying import RECORD
from logmaker import write_log
from program import called
from stepmaker import MAIL, routing

Row = dict[str, str | list[str]]
EVENT, TRA = "OnResolvedMessage", "OnResolvedMessage,Transport Rule Agent"
NAMED = b"Message-Id: <1@x.test>\r\n" + MAIL
INSIDE = "Intra-Organization SMTP Send Connector"


def line(event: str, at: str, client: str, server: str, **more: str | list[str]) -> Row:
    plain: Row = {
        "date-time": f"2024-03-01T{at}.000Z",
        "client-hostname": client,
        "server-hostname": server,
        "source": "SMTP",
        "event-id": event,
        "internal-message-id": RECORD,
        "message-id": "<1@x.test>",
        "recipient-address": "user@fabrikam.test",
    }
    return plain | {name.replace("_", "-"): value for name, value in more.items()}


IN = line("RECEIVE", "10:00:00", "mail.fabrikam.test", "EX1")
OUT = line("SEND", "10:00:02", "EX1", "mx.fabrikam.test", connector_id="To Internet")
ON = line("SEND", "10:00:02", "EX1", "EX2", connector_id=INSIDE)
EARLY = line("RECEIVE", "09:59:30", "EX1", "EX2", internal_message_id="9")
DELIVERED = line("DELIVER", "10:00:03", "EX2", "EX2", internal_message_id="9", source="STOREDRIVER")
LATE = line("DELIVER", "13:00:02", "EX1", "EX1", source="STOREDRIVER")
AGENTS = line("AGENTINFO", "10:00:01", "EX1", "", source="AGENT", custom_data=["S:AMA=SUM|v=0", "S:CompCost=|ETR=0"])
PUT_OFF = line("DEFER", "10:00:01", "", "EX1", source="AGENT", source_context="Own Agent")

LOGS: list[tuple[list[str], list[Row]]] = [
    (["SD702"], [IN, LATE]),
    (["SD703"], [IN, ON, EARLY, DELIVERED]),
    (["SD704"], [IN]),
    (["SD706"], [IN, OUT, AGENTS]),
    (["SD707"], [IN, OUT, PUT_OFF]),
    ([], [IN, OUT]),
    ([], [IN, ON, DELIVERED]),
]


@pytest.mark.parametrize(("codes", "rows"), LOGS)
def test_what_the_logs_and_the_snapshots_say_together(tmp_path: Path, codes: list[str], rows: list[Row]) -> None:
    folder = tmp_path / "EX1" / "Hub" / "PipelineTracing" / "MessageSnapshots" / "00000001-0000-4000-8000-000000000000"
    folder.mkdir(parents=True)
    for file in (routing(1, EVENT, NAMED), routing(2, TRA, NAMED.replace(b"Hello", b"[EXTERN] Hello"))):
        (folder / file.name).write_bytes(file.raw())
    write_log(tmp_path / "logs" / "MSGTRK2024030110-1.LOG", *rows)
    report = called(tmp_path, "--format", "json").json()
    (journey,) = report["journeys"]
    assert len(journey["events"]) == len(rows)
    found = [one for trace in report["traces"] for one in trace["findings"]] + journey.get("findings", [])
    assert [one["code"] for one in found if one["code"].startswith("SD7")] == codes
    assert called(tmp_path, "--ignore", "SD7xx").out.decode().count("SD7") == 0
