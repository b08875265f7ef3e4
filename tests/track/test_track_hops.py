"""The time between two servers: the row that hands on, and the row that receives."""

import pytest
from rowmaker import row

from snapdiff.model import TrackingRow
from snapdiff.track.hops import hops


def sent(at: str, client: str = "A", server: str = "B.x.test", number: str = "", event: str = "SEND") -> TrackingRow:
    answer = f"08DC;250 2.6.0 <1@x.test> [InternalId={number}, Hostname={server}]" if number else "08DC"
    return row(event, at, client_hostname=client, server_hostname=server, source_context=answer)


def received(at: str, server: str = "B", number: str = "") -> TrackingRow:
    return row("RECEIVE", at, server_hostname=server, internal_message_id=number)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([sent("08:00:01"), received("08:00:03")], [("A", "B", 2.0)]),
        ([sent("08:00:01", event="SUBMIT"), received("08:00:01")], [("A", "B", 0.0)]),
        # The clocks say that it came before it went.
        ([received("08:00:00"), sent("08:00:01")], [("A", "B", None)]),
        # By the number in the answer, else the next one on that server.
        (
            [sent("08:00:01", number="8"), received("08:00:02", number="7"), received("08:00:05", number="8")],
            [("A", "B", 4.0)],
        ),
        (
            [sent("08:00:01"), sent("08:00:02"), received("08:00:03"), received("08:00:05")],
            [("A", "B", 2.0), ("A", "B", 3.0)],
        ),
        ([received("08:00:00"), sent("08:00:01"), received("08:00:05")], [("A", "B", 4.0)]),
        # The other end is not here.
        ([sent("08:00:01", number="8"), received("08:00:02", number="7")], []),
        ([sent("08:00:01"), received("08:00:02", server="C")], []),
        ([sent("08:00:01", client=""), received("08:00:02")], []),
        ([sent("08:00:01", event="DELIVER"), received("08:00:02")], []),
    ],
)
def test_hops(rows: list[TrackingRow], expected: list[tuple[str, str, float | None]]) -> None:
    assert [(one.sender, one.receiver, one.seconds) for one in hops(rows)] == expected


def test_a_message_with_very_many_rows_takes_no_quadratic_time() -> None:
    count = 20_000
    rows = [sent("08:00:01", number=str(at % 7) if at % 2 else "") for at in range(count)]
    rows += [received("08:00:02", number=str(at % 5)) for at in range(count)]
    found = hops(rows)
    assert 0 < len(found) <= count
