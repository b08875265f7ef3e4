"""Copies that were split off from a message: by whom, from which, and the rows that are about each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rowmaker import row

from snapdiff.model import LogValue, TrackingRow
from snapdiff.track.copies import copies


def transfer(own: str, reference: str, at: str = "08:00:02", /, **fields: LogValue) -> TrackingRow:
    told: dict[str, LogValue] = {
        "client_hostname": "MBX01",
        "internal_message_id": own,
        "reference": [reference],
        "source": "AGENT",
        "source_context": "Rule Agent",
        "recipient_address": ["ann@x.test"],
    }
    return row("TRANSFER", at, **(told | fields))


RECEIVED = row("RECEIVE", "08:00:01", server_hostname="MBX01.x.test", internal_message_id="10")
ANSWER = "08DC;250 2.6.0 <1@x.test> [InternalId=77, Hostname=EDGE.x.test] Queued mail for delivery"
SENT = row(
    "SEND",
    "08:00:04",
    client_hostname="MBX01",
    server_hostname="EDGE.x.test",
    internal_message_id="11",
    source_context=ANSWER,
)
SENT_ITSELF = replace(SENT, fields=SENT.fields | {"internal_message_id": "10"})
NEXT = row("RECEIVE", "08:00:05", server_hostname="EDGE", internal_message_id="77")


def told(*rows: TrackingRow) -> list[tuple[int, int, list[int]]]:
    return [(one.number, one.parent, one.events) for one in copies(rows)]


def test_what_a_copy_says() -> None:
    (copy,) = copies([RECEIVED, transfer("11", "10", network_message_id="n2")])
    assert (copy.server, copy.internal_message_id, copy.network_message_id) == ("MBX01", "11", "n2")
    assert (copy.source, copy.by, copy.recipients) == ("AGENT", "Rule Agent", ["ann@x.test"])
    assert copy.time == "2024-05-14T08:00:02.000Z"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([RECEIVED, SENT], []),
        ([RECEIVED, transfer("11", "10")], [(1, 0, [1])]),
        # To the next server, by the number it had in its answer; whatever the clocks say.
        ([RECEIVED, transfer("11", "10"), SENT, NEXT], [(1, 0, [1, 2, 3])]),
        ([NEXT, RECEIVED, transfer("11", "10"), SENT], [(1, 0, [0, 2, 3])]),
        # The message itself goes on beside its copy.
        (
            [transfer("11", "10"), replace(SENT, fields=SENT.fields | {"internal_message_id": "10"}), NEXT],
            [(1, 0, [0])],
        ),
        # A copy of a copy.
        ([transfer("11", "10"), transfer("12", "11", "08:00:03")], [(1, 0, [0]), (2, 1, [1])]),
        # The same row in two logs is one copy.
        ([transfer("11", "10"), transfer("11", "10")], [(1, 0, [0, 1])]),
        # An id that only the copy has.
        (
            [RECEIVED, transfer("11", "10", network_message_id="n2"), row("DELIVER", network_message_id="N2")],
            [(1, 0, [1, 2])],
        ),
        ([RECEIVED, transfer("11", "10"), row("DELIVER", server_hostname="MBX02")], [(1, 0, [1])]),
        # Another server's number, and rows that say too little.
        ([transfer("11", "10"), row("DELIVER", server_hostname="MBX02", internal_message_id="11")], [(1, 0, [0])]),
        # A shadow copy's number is that of the server it went to.
        (
            [
                transfer("11", "10"),
                row("HARECEIVE", client_hostname="MBX01", server_hostname="MBX02", internal_message_id="11"),
            ],
            [(1, 0, [0])],
        ),
        ([transfer("", "10"), transfer("11", "")], []),
        ([transfer("11", "11")], [(1, 0, [0])]),
    ],
)
def test_the_rows_of_a_copy(rows: list[TrackingRow], expected: list[tuple[int, int, list[int]]]) -> None:
    assert told(*rows) == expected


NUMBERS = st.sampled_from(["10", "11", "12", "13"])


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=8))
def test_circles_end_and_each_row_is_about_one_copy(pairs: list[tuple[str, str]]) -> None:
    found = copies([transfer(own, reference) for own, reference in pairs])
    places = [at for one in found for at in one.events]
    assert len(places) == len(set(places)) == len(pairs)
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert all(one.parent != one.number for one in found)
