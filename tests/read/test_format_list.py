"""The text of Format-List among whatever else was pasted with it."""

import io
from pathlib import Path

import pytest

from snapdiff.model import Problem, TrackingRow
from snapdiff.read.cmdlet import read_list
from snapdiff.read.local_time import LocalTime
from snapdiff.read.log_kind import kind_of_head

SUBMIT = """Timestamp       : 7/18/2016 11:57:15 AM
ClientHostname  : EX13-1
ServerHostname  : EX13-2
EventId         : SUBMIT
MessageId       : <1@mynet.lan>
Recipients      : {ann@x.test, bob@x.test}
MessageInfo     : 2016-07-18T15:57:14.276Z;LSRV=EX13-1.mynet.lan:TOTAL=1
"""
RECEIVE = SUBMIT.replace("SUBMIT", "RECEIVE")
PROSE = """It looks like the STOREDRIVER submits the message:
  \u2022 ClientHostname = EX13-1
Server : no field
Note: yes, you can click to enlarge.
[PS] C:\\>Get-MessageTrackingLog -Server "EX13-2" | fl

"""
OTHER = "Name   : DB1\nStatus : Mounted\n\nName   : DB2\nStatus : Healthy\n\n"
WARNING = "WARNING: There are more results available than are currently displayed.\n"


def read(text: str) -> tuple[list[TrackingRow], list[Problem]]:
    problems: list[Problem] = []
    stream = io.BytesIO(text.encode())
    return list(read_list(stream, "a.txt", problems.append, LocalTime())), problems


ALONE = read(SUBMIT)[0][0].fields


@pytest.mark.parametrize(
    ("text", "events"),
    [
        (SUBMIT + "\n" + PROSE + RECEIVE + "\n" + PROSE, ["SUBMIT", "RECEIVE"]),
        (OTHER + SUBMIT + "\n\n" + OTHER, ["SUBMIT"]),
        (PROSE + SUBMIT + "\n" + WARNING + "\n" + RECEIVE, ["SUBMIT", "RECEIVE"]),
        (SUBMIT.replace(" ", " \u00a0", 3) + "\n" + PROSE, ["SUBMIT"]),
        (SUBMIT.replace("\n", "\n\n") + "\n" + RECEIVE.replace("\n", "\n\n"), ["SUBMIT", "RECEIVE"]),
        (SUBMIT + RECEIVE, ["SUBMIT", "RECEIVE"]),
        (OTHER, []),
    ],
)
def test_only_rows_are_read_and_each_as_if_it_stood_alone(text: str, events: list[str]) -> None:
    rows, _ = read(text)
    assert [row.text("event_id") for row in rows] == events
    assert all(row.fields | {"event_id": ""} == ALONE | {"event_id": ""} for row in rows)


def test_text_from_a_web_page_with_its_blanks_is_known() -> None:
    assert kind_of_head(f"A blog\n\n{SUBMIT.replace(' ', chr(0xA0))}".encode()) == "cmdlet-fl"


def test_columns_of_ones_own_stand_in_their_record() -> None:
    (row,), _ = read(SUBMIT.replace("EventId ", "Site            : Paris\nEventId ") + "\n" + PROSE)
    assert row.fields["site"] == "Paris"


@pytest.mark.parametrize("count", [999, 1000, 1001])
def test_as_many_rows_as_the_cmdlet_gives_by_itself_are_told(count: int) -> None:
    _, problems = read((SUBMIT + "\n") * count)
    assert ("-ResultSize Unlimited" in "".join(problem.message for problem in problems)) == (count == 1000)


@pytest.mark.corpus
def test_the_record_of_a_blog(shared: Path) -> None:
    (path,) = (shared / "seeds").glob("000_*.txt")
    (row,), _ = read(path.read_text(encoding="utf-8"))
    assert row.text("event_id") == "SUBMIT"
    assert row.text("message_info") == "2016-07-18T15:57:14.276Z;LSRV=EX13-1.mynet.lan:TOTAL=1"
    assert row.text("message_subject") == "OutBound-001"
