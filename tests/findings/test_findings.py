"""Findings: worded by the catalogue, blamed on nobody where that can't be known, and none where nothing happened."""

import importlib
import inspect
import pkgutil
import re
import zipfile
from pathlib import Path

import pytest
from judging import findings
from program import called, snapdiff
from stepmaker import File, receive
from tracemaker import with_crlf, write_trace

from snapdiff.findings import detect, usual
from snapdiff.findings.catalogue import catalogue
from snapdiff.track import gaps

CAME = b"Received: from a by b\r\nMessage-Id: <old@x>\r\nSubject: Hello\r\n\r\nBody\r\n"
EVENT, AGENT = "OnEndOfData", "OnEndOfData,Renamer"

RAISES = [
    (b"<old@x>", b"<new@x>", ("<old@x>", "<new@x>")),
    (b"Message-Id: <old@x>", b"Message-ID: <old@y>", ("<old@x>", "<old@y>")),
    (b"<old@x>", b"<" + b"n" * 900 + b"@x>", ("<old@x>", "<" + "n" * 299 + "…")),
]
NEAR_MISSES = [
    (b"Message-Id: <old@x>", b"Message-ID:\r\n <old@x>"),
    (b"Subject: Hello", b"Subject: Bye"),
    (b"Body", b"Message-Id: <new@x>"),
    (b"Subject: Hello", b"Subject: Hello\r\nX-Message-Id: <new@x>"),
]


@pytest.mark.parametrize(("old", "new", "evidence"), RAISES)
def test_a_changed_message_id_is_found(tmp_path: Path, old: bytes, new: bytes, evidence: tuple[str, str]) -> None:
    files = [File("Original.eml", mail=CAME), receive(1, EVENT, CAME), receive(2, AGENT, CAME.replace(old, new))]
    (found,) = findings(tmp_path, *files)
    assert (found.code, found.name, found.agent) == ("SD501", "message-id-changed", "Renamer")
    assert found.step == ("SmtpReceive0001.eml", "SmtpReceive0002.eml")
    assert (found.evidence["before"], found.evidence["after"]) == evidence
    assert found.message == f"Renamer changed the Message-Id from {evidence[0]} to {evidence[1]}."
    assert re.fullmatch(r"/steps/1/changes/\d", found.flags[0])


@pytest.mark.parametrize(("old", "new"), NEAR_MISSES)
def test_what_is_no_changed_message_id(tmp_path: Path, old: bytes, new: bytes) -> None:
    files = [File("Original.eml", mail=CAME), receive(1, EVENT, CAME), receive(2, AGENT, CAME.replace(old, new))]
    assert findings(tmp_path, *files) == []


def test_nobody_is_blamed_where_a_snapshot_is_missing(tmp_path: Path) -> None:
    renamed = CAME.replace(b"old", b"new")
    files = [File("Original.eml", mail=CAME), receive(1, EVENT, CAME), receive(3, AGENT, renamed)]
    (found,) = findings(tmp_path, *files)
    assert found.agent is None
    assert found.message.startswith("Somebody (it can't be known who, between SmtpReceive0001.eml and ")
    assert "Renamer" not in found.message


def test_what_exchange_itself_did_is_no_agents_doing(tmp_path: Path) -> None:
    renamed = CAME.replace(b"old", b"new")
    files = [File("Original.eml", mail=CAME), receive(1, "OnEndOfHeaders", CAME), receive(2, EVENT, renamed)]
    (found,) = findings(tmp_path, *files)
    assert found.agent is None
    assert found.message.startswith("The transport service itself changed")


def test_a_flag_follows_its_change_through_a_filter(tmp_path: Path) -> None:
    renamed = CAME.replace(b"old", b"new").replace(b"Hello", b"Bye")
    write_trace(tmp_path / "MessageSnapshots", 1, [CAME, CAME + b"More\r\n", renamed + b"More\r\n"])
    for asked in ([], ["--agent", "Agent 2"], ["--only", "header.changed"]):
        (trace,) = snapdiff(tmp_path, "--format", "json", *asked).json()["traces"]
        (found,) = trace["findings"]
        _, _, step, _, change = found["flags"][0].split("/")
        assert trace["steps"][int(step)]["changes"][int(change)]["name"] == "Message-Id"
    (trace,) = snapdiff(tmp_path, "--format", "json", "--ignore", "header").json()["traces"]
    assert trace["findings"][0]["flags"] == []


def test_the_catalogue_is_whole() -> None:
    modules = [
        importlib.import_module(f"{detect.__name__}.{one.name}") for one in pkgutil.iter_modules(detect.__path__)
    ]
    sources = [inspect.getsource(module) for module in (*modules, usual, gaps)]
    detected = {code for source in sources for code in re.findall(r'(?:Found|Gap)\(\s*"(SD\d{3})"', source)}
    assert detected == set(catalogue())
    assert len({one.name for one in catalogue().values()}) == len(catalogue())
    for one in catalogue().values():
        assert re.fullmatch(r"SD[1-8]\d\d", one.code)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", one.name)
        assert all(text.strip().endswith(".") for text in (one.message, one.fix, one.about)), one.code


@pytest.mark.corpus
def test_no_finding_blames_anybody_where_nothing_changed(tmp_path: Path, real_mails: list[Path]) -> None:
    snapshots = tmp_path / "MessageSnapshots"
    for number, path in enumerate(real_mails):
        whole = with_crlf(path.read_bytes())
        write_trace(snapshots, number, [whole, whole, whole])
    report = snapdiff(tmp_path, "--format", "json").json()
    assert len(report["traces"]) == len(real_mails)
    assert [finding for trace in report["traces"] for finding in trace["findings"] if finding["agent"]] == []


def test_a_trace_of_which_no_file_can_be_read_is_judged_by_nothing(tmp_path: Path) -> None:
    path = tmp_path / "traces.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"MessageSnapshots/{'0' * 8}-0000-0000-0000-{'0' * 12}/Original.eml", with_crlf(CAME))
    data = bytearray(path.read_bytes())
    for mark, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.find(mark) + method] = 99
    path.write_bytes(data)
    report = called(path, "--format", "json").json()
    assert [problem["code"] for trace in report["traces"] for problem in trace["problems"]] == [
        "unsupported-compression"
    ]
    assert [trace["findings"] for trace in report["traces"]] == [[]]
