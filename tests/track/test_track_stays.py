"""How long a message stayed on each server, by the times of its rows and by what Exchange noted itself."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from rowmaker import row

from snapdiff.model import Latency, MessageInfo, Parsed, TrackingRow
from snapdiff.read.log_values import with_parsed
from snapdiff.track.stays import stays

IN = row("RECEIVE", "08:00:01", client_hostname="outside", server_hostname="MBX01.x.test")
OUT = row("SEND", "08:00:03", client_hostname="MBX01", server_hostname="MBX02")
OUT_AGAIN = row("SEND", "08:00:09", client_hostname="mbx01", server_hostname="MBX03")
NEXT = row("RECEIVE", "08:00:04", client_hostname="MBX01", server_hostname="MBX02")
END = row("DELIVER", "08:00:06", client_hostname="MBX02.x.test", server_hostname="MBX02.x.test")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([IN, OUT, NEXT, END], [("MBX01.x.test", 2), ("MBX02", 2)], id="two-servers"),
        pytest.param([IN, OUT, OUT_AGAIN], [("MBX01.x.test", 8)], id="sent-twice"),
        pytest.param([IN], [("MBX01.x.test", None)], id="never-left"),
        pytest.param([OUT], [("MBX01", None)], id="never-came"),
        pytest.param([replace(OUT, time=None), IN], [("MBX01", None)], id="no-time"),
        pytest.param([replace(OUT, time="2024-05-14T07:00:00.000Z"), IN], [("MBX01", None)], id="left-before-it-came"),
        pytest.param([row("FAIL"), row("RECEIVE")], [], id="no-server-named"),
    ],
)
def test_seconds_on_each_server(rows: Sequence[TrackingRow], expected: list[tuple[str, float | None]]) -> None:
    assert [(one.server, one.seconds) for one in stays(rows)] == expected


def test_what_exchange_noted_stands_with_its_own_server() -> None:
    noted = [
        Latency("MBX01.x.test", "TOTAL", 1.5),
        Latency("MBX01.x.test", "CAT", 9, "TOTAL"),
        Latency("MBX02.x.test", "TOTAL", 7),
        Latency(None, "TOTAL", 8),
    ]
    ended = replace(END, parsed=Parsed([], {}, MessageInfo(None, noted), []))
    assert [one.logged_seconds for one in stays([IN, OUT, NEXT, ended])] == [1.5, 7]
    assert [one.logged_seconds for one in stays([IN, OUT])] == [None]


def test_since_2013_each_service_notes_its_own_total() -> None:
    info = "2024-05-14T08:00:00.000Z;SRV=M.x:TOTAL-SUB=0.5|SA=0.1;SRV=m.x:TOTAL-HUB=2.5|CAT=0.2;LSRV=N.x:TOTAL-DEL=0.25"
    rows = [
        with_parsed(row("SEND", "08:00:03", client_hostname="M", server_hostname="N", message_info=info)),
        row("DELIVER", "08:00:04", client_hostname="N"),
    ]
    assert [(one.server, one.logged_seconds) for one in stays(rows)] == [("M", 2.5), ("N", 0.25)]
