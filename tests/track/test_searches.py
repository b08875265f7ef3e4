"""A search finds what looking at every row finds, whatever is passed over unread on the way."""

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.commands.searching import Searched
from snapdiff.model import Problem, TrackingRow
from snapdiff.read import log_scan, log_sweep
from snapdiff.read.logs import LogRows, find_logs
from snapdiff.track.search import Search

SAMPLES = Path(__file__).parents[2] / "samples" / "logs"
CRITERIA = {
    "sender": "sender_address",
    "subject": "message_subject",
    "network_message_id": "network_message_id",
    "server": "server_hostname",
    "connector": "connector_id",
    "event": "event_id",
    "source": "source",
}


def unheard(problem: Problem) -> None:
    """What is odd about the logs is told elsewhere."""


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The sample logs, and beside them one that is packed, one in UTF-16, and one with odd lines between its rows."""
    folder = tmp_path_factory.mktemp("searches")
    log = sorted(SAMPLES.rglob("MSGTRK2*.LOG"))[0].read_bytes()
    (folder / "packed.log.gz").write_bytes(gzip.compress(log))
    (folder / "wide.log").write_bytes(log.decode("utf-8-sig").encode("utf-16"))
    odd = [
        b"",
        b"#Fields: date-time,event-id,message-id,sender-address",
        b'2024-05-14T08:00:00.000Z,"a\r\nb",c',
        b'"open',
    ]
    lines = log.split(b"\r\n")
    for at, line in enumerate(odd):
        lines.insert(7 + 2 * at, line)
    (folder / "odd.log").write_bytes(b"\r\n".join(lines))
    return [SAMPLES, folder]


@pytest.fixture(scope="module")
def every(paths: list[Path]) -> list[TrackingRow]:
    rows = list(LogRows(find_logs(paths, unheard), unheard))
    assert len({row.file for row in rows}) > 5
    return rows


def found_by_looking(search: Search, every: Sequence[TrackingRow]) -> list[TrackingRow]:
    """Every row that fits, of a message that has one, or of a report about such a message."""
    fitting = {at for at, row in enumerate(every) if search.fits(row)}
    wanted = {every[at].text("message_id") for at in fitting} - {""}

    def is_about(row: TrackingRow) -> bool:
        reported_on = row.texts("reference") if row.text("event_id") == "DSN" else []
        return row.text("message_id") in wanted or not wanted.isdisjoint(reported_on)

    return [
        row
        for at, row in enumerate(every)
        if is_about(row) or (at in fitting and not row.text("message_id") and not search.message_id)
    ]


@given(data=st.data(), piece=st.sampled_from([300, 2_000, 1 << 20]), buffer=st.sampled_from([1_500, 1 << 18]))
def test_a_search_finds_what_looking_at_every_row_finds(
    paths: list[Path], every: list[TrackingRow], data: st.DataObject, piece: int, buffer: int
) -> None:
    row = data.draw(st.sampled_from(every))
    cased = data.draw(st.sampled_from([str.upper, str.lower, str.title]))
    asked = data.draw(st.sampled_from([*CRITERIA, "recipients", "message_id"]))
    criteria: dict[str, Any] = {}
    if asked == "message_id":
        criteria[asked] = row.text(asked)
    elif asked == "recipients":
        rows = [row, *data.draw(st.lists(st.sampled_from(every), max_size=12))]
        criteria[asked] = tuple(cased(one) for other in rows for one in other.texts("recipient_address"))
    else:
        criteria[asked] = cased(row.text(CRITERIA[asked]))
    search = Search(**criteria)
    if search == Search():
        return
    with patch.object(log_scan, "PIECE", piece), patch.object(log_sweep, "BUFFER", buffer):
        searched = Searched(find_logs(paths, unheard), search, unheard, jobs=1)
        found = list(searched.rows())
    expected = found_by_looking(search, every)
    assert sorted(found, key=where) == sorted(expected, key=where)
    assert searched.rows_read == len(every)


def where(row: TrackingRow) -> tuple[str, int, str]:
    return row.file, row.line, str(row.fields)
