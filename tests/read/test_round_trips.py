"""A row written by its form's grammar and read back is the same row: Format-List, Export-Clixml, SMTP protocol logs.

The other forms have theirs in `test_tracking`, `test_legacy` and `test_cmdlet`.
"""

import csv
import io
import re
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.model import LogValue, Problem, TrackingRow
from snapdiff.read.cmdlet import read_clixml, read_list
from snapdiff.read.local_time import LocalTime
from snapdiff.read.log_places import LogPlace
from snapdiff.read.protocol import sessions

TIME = "2024-05-14T08:00:00.000Z"
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=20)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WORDS = st.lists(TEXT.filter(bool), max_size=3).map(" ".join)
MEMBER = st.text(st.sampled_from("ab@x.é'\"="), min_size=1, max_size=8)
CUT = ("...", "\u2026")
"""How Format-List ends a list that it cut: a member that ends so itself can't be told from it."""
NAMES = ("EventId", "MessageId", "MessageSubject", "Sender", "SourceContext")


def shell_name(field: str) -> str:
    """The cmdlet's name of a field (`message_id`: `MessageId`)."""
    return "".join(word.capitalize() for word in field.split("_"))


def fields_of(row: TrackingRow) -> dict[str, LogValue]:
    return {shell_name(name): value for name, value in row.fields.items()}


@given(
    st.lists(
        st.tuples(
            st.fixed_dictionaries(dict.fromkeys(NAMES, WORDS)),
            st.lists(MEMBER.filter(lambda member: not member.endswith(CUT))),
            st.lists(st.tuples(MEMBER, WORDS.filter(lambda words: not words.endswith(CUT)))),
        ),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
)
def test_a_record_of_format_list(
    records: list[tuple[dict[str, str], list[str], list[tuple[str, str]]]], is_spread: bool
) -> None:
    text = ""
    expected: list[dict[str, LogValue]] = []
    for values, recipients, pairs in records:
        safe = [(key, re.sub(r"[\[\]{},]", "", said)) for key, said in pairs]
        shown = values | {
            "Recipients": "{" + ", ".join(recipients) + "}",
            "EventData": "{" + ", ".join(f"[{key}, {said}]" for key, said in safe) + "}",
        }
        lines = [f"Timestamp{' ' * 16}: {TIME}", *(f"{name:<25}: {value}".rstrip() for name, value in shown.items())]
        text += ("\r\n\r\n" if is_spread else "\r\n").join(lines) + "\r\n\r\n"
        expected.append(values | {"Recipients": recipients, "EventData": [f"{key}={said}" for key, said in safe]})
    problems: list[Problem] = []
    rows = list(read_list(io.BytesIO(text.encode()), "x.txt", problems.append, LocalTime()))
    assert [fields_of(row) for row in rows] == expected
    assert {row.time for row in rows} == {TIME}
    assert problems == []


def clixml(text: str) -> str:
    """A text as Export-Clixml writes it: `_x000A_` for what XML can't hold, and for a `_x` that would read as one."""
    coded = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text)
    return escape(re.sub("[\0-\x08\n-\x1f\x7f-\x9f\ufffe\uffff]", lambda found: f"_x{ord(found[0]):04X}_", coded))


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.sampled_from(NAMES), ANY_TEXT),
            st.lists(ANY_TEXT),
            st.lists(st.tuples(ANY_TEXT.filter(bool), ANY_TEXT)),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_a_record_of_export_clixml(
    records: list[tuple[dict[str, str], list[str], list[tuple[str, str]]]], encoding: str
) -> None:
    xml = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    for values, recipients, pairs in records:
        xml += f'<Obj RefId="0"><Props><DT N="Timestamp">{TIME}</DT>'
        xml += "".join(f"<S N={quoteattr(name)}>{clixml(value)}</S>" for name, value in values.items())
        xml += '<Obj N="Recipients" RefId="1"><LST>'
        xml += "".join(f"<S>{clixml(one)}</S>" for one in recipients) + "</LST></Obj>"
        xml += '<Obj N="EventData" RefId="2"><LST>' + "".join(
            f'<Obj RefId="3"><Props><S N="Key">{clixml(key)}</S><S N="Value">{clixml(said)}</S></Props></Obj>'
            for key, said in pairs
        )
        xml += "</LST></Obj></Props></Obj>"
    raw = (xml + "</Objs>").encode(encoding)
    problems: list[Problem] = []
    rows = list(read_clixml(io.BytesIO(raw), "x.xml", problems.append, LocalTime()))
    assert [fields_of(row) for row in rows] == [
        values | {"Recipients": recipients, "EventData": [f"{key}={said}" for key, said in pairs]}
        for values, recipients, pairs in records
    ]
    assert {row.time for row in rows} == {TIME}
    assert problems == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("protocol")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["08DC71424891CF5D", "08dc71424891cf5e", "session,1"]), st.sampled_from("><*"), TEXT, TEXT
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_line_of_a_session(folder: Path, lines: list[tuple[str, str, str, str]]) -> None:
    out = io.StringIO(newline="")
    out.write("\ufeff#Log-type: SMTP Receive Protocol Log\r\n#Fields: date-time,connector-id,session-id,")
    out.write("sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n")
    csv.writer(out).writerows(
        [TIME, "MBX01\\Default, 1", name, at, "[::1]:25", "192.0.2.9:4711", event, data, context]
        for at, (name, event, data, context) in enumerate(lines)
    )
    (folder / "RECV.LOG").write_bytes(out.getvalue().encode())
    problems: list[Problem] = []
    names = {name.lower() for name, _, _, _ in lines}
    found = list(sessions([LogPlace("RECV.LOG", str(folder / "RECV.LOG"))], names, problems.append))
    assert [one.session_id for one in found] == list(dict.fromkeys(name for name, _, _, _ in lines))
    for one in found:
        own = [at for at, line in enumerate(lines) if line[0] == one.session_id]
        assert [(each.event, each.data, each.context) for each in one.lines] == [lines[at][1:] for at in own]
        assert [(each.sequence, each.line) for each in one.lines] == [(at, at + 3) for at in own]
        assert (one.connector_id, one.local, one.remote) == ("MBX01\\Default, 1", "[::1]:25", "192.0.2.9:4711")
    assert problems == []


@given(st.binary(max_size=300), st.integers(0, 200))
def test_a_protocol_log_of_any_bytes_stops_nothing(folder: Path, junk: bytes, at: int) -> None:
    log = (
        b"#Log-type: SMTP Send Protocol Log\r\n"
        b"#Fields: date-time,connector-id,session-id,sequence-number,event,data\r\n"
        b"2024-05-14T08:00:00.000Z,C,abc,0,+,\r\n2024-05-14T08:00:00.000Z,C,abc,1,>,EHLO x\r\n"
    )
    (folder / "SEND.LOG").write_bytes(log[:at] + junk + log[at:])
    problems: list[Problem] = []
    list(sessions([LogPlace("SEND.LOG", str(folder / "SEND.LOG"))], {"abc"}, problems.append))
