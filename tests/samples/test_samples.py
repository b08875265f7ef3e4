"""The sample tree: made again to the same bytes, and true to the form of Exchange's files. Read without snapdiff."""

import base64
import csv
import hashlib
import re
import subprocess
import sys
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
BEGIN = b"X-CreatedBy: MessageSnapshot-Begin injected headers\r\nX-MessageSnapshot-UTC-Time: "
END = b"X-EndOfInjectedXHeaders: MessageSnapshot-End injected headers\r\n"
EVENTS = (
    "OnEndOfHeaders",
    "OnEndOfData",
    "OnSubmittedMessage",
    "OnResolvedMessage",
    "OnRoutedMessage",
    "OnCategorizedMessage",
)
PROTOCOL_ID = "X-MessageSnapshot-Protocol-Id"
RECORD_ID = "X-MessageSnapshot-Record-Id"
OFFER = "<8f0c1d5e-7b7a-4f0e-a1c4-3d9be2f5a6c7@fabrikam.com>"
TRACES = sorted({path.parent for path in (SAMPLES / "traces").rglob("*.eml")})
SNAPSHOTS = sorted((SAMPLES / "traces").rglob("*.eml"))
LOGS = sorted((SAMPLES / "logs").rglob("*.LOG"))


def block_of(data: bytes) -> dict[str, list[str]]:
    """The injected block's lines by name, unfolded and decoded."""
    lines: dict[str, list[str]] = {}
    for line in re.split(rb"\r\n(?![ \t])", data.partition(END)[0]):
        name, _, value = line.partition(b":")
        text = str(make_header(decode_header(value.decode("ascii").replace("\r\n", "").strip())))
        lines.setdefault(name.decode("ascii"), []).append(text)
    return lines


def source_of(path: Path) -> tuple[str, str]:
    event, _, agent = block_of(path.read_bytes())["X-MessageSnapshot-Source"][0].partition(",")
    return event, agent


def message_of(path: Path) -> bytes:
    return path.read_bytes().partition(END)[2]


def in_order(trace: Path) -> list[Path]:
    stages = ("Original", "SmtpReceive", "Routing")
    return sorted(trace.glob("*.eml"), key=lambda path: (stages.index(path.stem.rstrip("0123456789")), path.stem))


def header_values(message: bytes, name: str) -> list[str]:
    return [value.replace("\r\n", "") for value in message_from_bytes(message).get_all(name, [])]


def rows_of(kind: str) -> list[dict[str, str]]:
    rows = []
    for path in LOGS:
        if path.name.startswith(kind):
            text = path.read_bytes().decode("utf-8-sig")
            fields = re.search(r"^#Fields: (.*)\r$", text, re.MULTILINE)
            assert fields, path
            body = [line for line in text.split("\r\n") if line and not line.startswith("#")]
            names = fields[1].split(",")
            for values in csv.reader(body):
                assert len(values) == len(names), path
                rows.append({**dict(zip(names, values, strict=True)), "server": path.relative_to(SAMPLES).parts[1]})
    return rows


def test_made_again_to_the_same_bytes(tmp_path: Path) -> None:
    command = [sys.executable, "-B", str(SAMPLES / "make_samples.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {path.relative_to(SAMPLES): path.read_bytes() for path in (*SNAPSHOTS, *LOGS)}
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_a_reply_that_holds_a_semicolon_stands_in_single_quotes() -> None:
    told = [row["recipient-status"] for row in rows_of("MSGTRK") if not row["recipient-status"].startswith("[{")]
    replies = [reply for status in told for reply in re.findall(r"'(?:[^']|'')*'|[^;]+", status)]
    assert any(reply.startswith("'") for reply in replies)
    assert [reply for reply in replies if not re.match(r"'?[245]\d\d ", reply)] == []


def test_the_readme_tells_of_every_trace() -> None:
    told = (SAMPLES / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", told))
    assert named == {trace.name for trace in TRACES}


def test_the_tree_is_small_enough_for_a_repository() -> None:
    assert sum(path.stat().st_size for path in (*SNAPSHOTS, *LOGS)) < 800_000


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda path: f"{path.parent.name[:8]}/{path.name}")
def test_a_snapshot_has_the_form_of_the_reference(path: Path) -> None:
    data = path.read_bytes()
    assert data.startswith(BEGIN)
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", data) is None, "a line end that is not CRLF"
    block = block_of(data)
    came_by_smtp = next(path.parent.glob("SmtpReceive*"), None) is not None or len(list(path.parent.iterdir())) == 1
    smtp = not path.name.startswith("Routing") and came_by_smtp
    assert (PROTOCOL_ID in block, RECORD_ID in block) == (smtp, not smtp)
    names = [line.partition(b":")[0] for line in re.split(rb"\r\n(?![ \t])", data.partition(END)[0].rstrip())]
    assert names[:1] + names[2:4] == [
        b"X-CreatedBy",
        b"X-MessageSnapshot-" + (b"Protocol-Id" if smtp else b"Record-Id"),
        b"X-MessageSnapshot-Source",
    ]
    assert re.fullmatch(r"2024-05-14T\d\d:\d\d:\d\d\.\d{3}Z", block["X-MessageSnapshot-UTC-Time"][0])


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace.name[:8])
def test_a_trace_runs_through_the_pipeline_in_order(trace: Path) -> None:
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", trace.name)
    files = in_order(trace)
    times = [block_of(path.read_bytes())["X-MessageSnapshot-UTC-Time"][0] for path in files]
    assert times == sorted(times)
    sources = [source_of(path) for path in files if path.name != "Original.eml"]
    reached = [EVENTS.index(event) for event, _ in sources]
    assert reached == sorted(reached)
    for event in dict.fromkeys(event for event, _ in sources):
        agents = [agent for found, agent in sources if found == event]
        assert agents[0] == "", "an event begins with a snapshot of its own"
        assert len(set(agents)) == len(agents)


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace.name[:8])
def test_most_agents_change_nothing(trace: Path) -> None:
    steps = [pair for pair in zip(in_order(trace), in_order(trace)[1:], strict=False) if source_of(pair[1])[1]]
    kept = sum(message_of(before) == message_of(after) for before, after in steps)
    assert kept * 2 > len(steps) or not steps


def test_a_header_alone_stands_at_end_of_headers() -> None:
    alone = [path for path in SNAPSHOTS if source_of(path)[0] == "OnEndOfHeaders"]
    assert len(alone) > 10
    assert {message_of(path).index(b"\r\n\r\n") + 4 - len(message_of(path)) for path in alone} == {0}


def test_one_message_on_two_servers_and_three_services() -> None:
    lasts = [in_order(trace)[-1] for trace in TRACES]
    offer = [path for path in lasts if header_values(message_of(path), "Message-ID")[:1] == [OFFER]]
    assert len(offer) == 3
    name = "X-MS-Exchange-Organization-Network-Message-Id"
    assert len({header_values(message_of(path), name)[0] for path in offer}) == 1
    assert {tuple(path.relative_to(SAMPLES).parts[1:3]) for path in offer} == {
        ("EDGE01", "Edge"),
        ("MBX01", "Hub"),
        ("MBX02", "Mailbox"),
    }
    assert len({trace.name for trace in TRACES}) == len(TRACES)


def relaxed(body: bytes) -> bytes:
    """RFC 6376, 3.4.4."""
    text = re.sub(rb"[ \t]+(?=\r\n)", b"", re.sub(rb"[ \t]+", b" ", body))
    return re.sub(rb"(\r\n)*\Z", b"\r\n", text, count=1)


def test_the_dkim_body_hash_holds_until_the_footer_comes() -> None:
    held: dict[str, bool] = {}
    for path in SNAPSHOTS:
        for field in header_values(message_of(path), "DKIM-Signature"):
            found = re.search(r"bh=([^;]+);", field)
            assert found
            body = message_of(path).partition(b"\r\n\r\n")[2]
            digest = base64.b64encode(hashlib.sha256(relaxed(body)).digest()).decode()
            held[source_of(path)[1]] = found[1].strip() == digest
    assert held == {
        "Exchange DkimSigner": True,
        "Fußzeilen-Agent, Woodgrove GmbH": False,
        "Journal Report Decryption Agent": False,
        "Outbound Trust Agent": False,
    }


def test_a_gap_a_fork_a_deletion_and_a_broken_session_are_there() -> None:
    names = {trace: {path.name for path in trace.glob("*.eml")} for trace in TRACES}
    without_original = [trace for trace in TRACES if "Original.eml" not in names[trace]]
    assert [source_of(in_order(trace)[0]) for trace in without_original] == [("OnResolvedMessage", "")]
    gaps = [
        (trace, number)
        for trace, files in names.items()
        for number in range(1, len(files))
        if f"Routing{number:04d}.eml" not in files and f"Routing{number + 1:04d}.eml" in files
    ]
    assert len(gaps) == 1
    deleted = [path for path in SNAPSHOTS if b"X-MessageSnapshot-MessageStatus: Deleted\r\n" in path.read_bytes()]
    assert len(deleted) == 1
    assert deleted[0].read_bytes().endswith(END)
    assert deleted[0] == in_order(deleted[0].parent)[-1]
    broken = [trace for trace, files in names.items() if files == {"Original.eml"}]
    assert len(broken) == 1
    last = (broken[0] / "Original.eml").read_bytes()
    assert END not in last
    assert last.endswith(b"X-Receiver: jens.alt@contoso.com\r\n")


@pytest.mark.parametrize("path", LOGS, ids=lambda path: "/".join(path.relative_to(SAMPLES).parts[1:]))
def test_a_log_has_the_form_of_the_reference(path: Path) -> None:
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf#Software: Microsoft Exchange Server\r\n#Version: ")
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", data) is None
    assert re.fullmatch(r"(MSGTRK(MD)?|RECV)\d{10}-\d\.LOG", path.name)
    times = re.findall(rb"^(2024-[^,]+),", data, re.MULTILINE)
    assert times == sorted(times)
    assert times[0][:13].decode().replace("-", "").replace("T", "") == path.name[-16:-6], "named by its first hour"


def test_every_trace_meets_its_rows_in_the_logs() -> None:
    tracked = rows_of("MSGTRK")
    lines = rows_of("RECV")
    for trace in TRACES:
        server = trace.relative_to(SAMPLES).parts[1]
        blocks = [block_of(path.read_bytes()) for path in in_order(trace)]
        records = {block[RECORD_ID][0] for block in blocks if RECORD_ID in block}
        protocols = {block[PROTOCOL_ID][0] for block in blocks if PROTOCOL_ID in block}
        assert len(records) <= 1
        assert len(protocols) <= 1
        here = [row for row in tracked if row["server"] == server]
        for record in records:
            mine = [row for row in here if row["internal-message-id"] == record]
            assert {row["event-id"] for row in mine} & {"RECEIVE", "TRANSFER"}
            ids = {value for path in trace.glob("*.eml") for value in header_values(message_of(path), "Message-ID")}
            assert {row["message-id"] for row in mine} == ids
            received = [
                row["source-context"] for row in mine if row["event-id"] == "RECEIVE" and row["source"] == "SMTP"
            ]
            assert received == sorted(protocols)
        for protocol in protocols:
            mine = [line for line in lines if line["server"] == server and line["data"] == protocol]
            assert [line["context"] for line in mine] == ["receiving message"]
            assert {line["session-id"] for line in mine} == {protocol.split(";")[0]}


def test_rows_agree_with_the_envelopes_and_the_story() -> None:
    tracked = rows_of("MSGTRK")
    events = [row["event-id"] for row in tracked]
    assert events.count("TRANSFER") == events.count("EXPAND") == events.count("FAIL") == 1
    fork = next(row for row in tracked if row["event-id"] == "TRANSFER")
    assert fork["source-context"] == "Transport Rule Agent"
    assert any(r["event-id"] == "RECEIVE" and r["internal-message-id"] == fork["reference"] for r in tracked)
    assert next(row for row in tracked if row["event-id"] == "FAIL")["source-context"] == "Transport Rule Agent"
    assert all(row["message-info"] for row in tracked if row["event-id"] in {"SEND", "DELIVER"})
    last = {
        (path.relative_to(SAMPLES).parts[1], block_of(path.read_bytes())[RECORD_ID][0]): path
        for trace in TRACES
        for path in in_order(trace)
        if path.name.startswith("Routing") and message_of(path)
    }
    sends = [row for row in tracked if row["event-id"] == "SEND"]
    assert len(sends) == len(last) - 1, "all but the deleted message went on"
    for row in sends:
        path = last[row["server"], row["internal-message-id"]]
        assert row["recipient-address"].split(";") == block_of(path.read_bytes())["X-Receiver"]
        assert row["network-message-id"] in header_values(
            message_of(path), "X-MS-Exchange-Organization-Network-Message-Id"
        )
