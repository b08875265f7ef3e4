"""DKIM signatures made on one server, and broken or lost on the next: what no trace tells alone."""

from pathlib import Path
from typing import Any

import pytest
from journeying import findings_of, judged
from msgspec.structs import replace
from signed import sign
from stepmaker import File, receive, routing

from snapdiff.model import Finding, Trace
from snapdiff.read.listing import TraceFolder
from snapdiff.work import read_trace

PLAIN = b"From: anna@contoso.test\r\nTo: ben@fabrikam.test\r\nSubject: Offer\r\n\r\nHello\r\n"
SIGNED = sign(PLAIN, canonicalize=(b"relaxed", b"relaxed"), include_headers=[b"from", b"subject"])
EVENT = "OnCategorizedMessage"
LATE: dict[str, Any] = {"at": 60_000}


def on_hub(folder: Path, *more: File, signed: bytes = SIGNED) -> Trace:
    files = [File("Original.eml", mail=PLAIN), routing(1, EVENT, PLAIN), routing(2, f"{EVENT},Signer", signed)]
    return read(folder / "hub", "MBX01", *files, *more)


def on_edge(folder: Path, came: bytes, left: bytes | None = None, **more: Any) -> Trace:
    facts = {**LATE, **more}
    left = came if left is None else left
    files = [File("Original.eml", mail=came, **facts), receive(1, "OnEndOfData", came, **facts)]
    return read(folder / "edge", "EDGE01", *files, receive(2, "OnEndOfData,Footer Agent", left, **facts))


def read(folder: Path, server: str, *files: File) -> Trace:
    folder.mkdir()
    for file in files:
        (folder / file.name).write_bytes(file.raw())
    names = tuple(file.name for file in files)
    trace, _ = read_trace(TraceFolder(folder.name, folder.name, server, "transport", names, str(folder), None, False))
    return replace(trace, findings=[])


def found_in(*traces: Trace) -> list[Finding]:
    return [one for one in findings_of(judged([], *traces)) if one.code.startswith("SD23")]


def test_the_hub_signs_and_the_edge_changes(tmp_path: Path) -> None:
    (found,) = found_in(on_hub(tmp_path), on_edge(tmp_path, SIGNED, SIGNED + b"Footer\r\n"))
    assert (found.code, found.agent, found.step) == (
        "SD232",
        "Footer Agent",
        ("SmtpReceive0001.eml", "SmtpReceive0002.eml"),
    )
    assert found.message.startswith("Footer Agent on EDGE01 changed what Signer had signed on MBX01: ")
    assert found.flags == ["/steps/1/changes/0"]


@pytest.mark.parametrize(
    ("came", "changed"),
    [
        (SIGNED.replace(b"Hello", b"Hello,"), "the body"),
        (SIGNED.replace(b"Offer", b"Order"), "signed fields"),
        (SIGNED.replace(b"Hello", b"Hello,").replace(b"Offer", b"Order"), "the body and signed fields"),
    ],
)
def test_what_happened_between_two_servers_is_nobodys(tmp_path: Path, came: bytes, changed: str) -> None:
    (found,) = found_in(on_hub(tmp_path), on_edge(tmp_path, came, came + b"Footer\r\n"))
    assert (found.code, found.agent) == ("SD231", None)
    assert found.message.startswith(f"Between MBX01 and EDGE01, {changed} changed")


@pytest.mark.parametrize(("server", "named"), [("MBX01", "MBX01 (edge)"), (None, "edge")])
def test_two_traces_of_one_server_are_told_apart_by_their_folders(
    tmp_path: Path, server: str | None, named: str
) -> None:
    edge = replace(on_edge(tmp_path, SIGNED, SIGNED + b"Footer\r\n"), server=server)
    (found,) = found_in(on_hub(tmp_path), edge)
    assert found.message.startswith(f"Footer Agent on {named} changed what Signer had signed on MBX01 (hub)")


def test_a_signature_lost_between_two_servers(tmp_path: Path) -> None:
    (found,) = found_in(on_hub(tmp_path), on_edge(tmp_path, PLAIN))
    assert (found.code, found.agent) == ("SD233", None)


@pytest.mark.parametrize("facts", [{"at": -1}, {"to": ("other@fabrikam.test",)}, {"to": ()}])
def test_another_copy_never_bore_it(tmp_path: Path, facts: dict[str, Any]) -> None:
    assert found_in(on_hub(tmp_path), on_edge(tmp_path, PLAIN, **facts)) == []


def test_what_held_to_the_end_is_nothing(tmp_path: Path) -> None:
    received = b"Received: from MBX01 by EDGE01\r\n" + SIGNED
    assert found_in(on_hub(tmp_path), on_edge(tmp_path, received, received + b"\r\n")) == []


def test_what_broke_on_the_first_server_is_told_there(tmp_path: Path) -> None:
    broken = SIGNED + b"Footer\r\n"
    hub = on_hub(tmp_path, routing(3, f"{EVENT},Footer Agent", broken))
    assert found_in(hub, on_edge(tmp_path, broken, broken + b"More\r\n")) == []


def test_a_signature_that_came_from_outside_is_no_server_of_ours(tmp_path: Path) -> None:
    hub = read(tmp_path / "hub", "MBX01", File("Original.eml", mail=SIGNED), receive(1, "OnEndOfData", SIGNED))
    assert found_in(hub, on_edge(tmp_path, SIGNED, SIGNED + b"Footer\r\n")) == []


def test_a_third_server_is_not_blamed_for_the_second(tmp_path: Path) -> None:
    broken = SIGNED + b"Footer\r\n"
    last = read(tmp_path / "last", "EDGE02", File("Original.eml", mail=broken, at=90_000))
    assert [one.code for one in found_in(on_hub(tmp_path), on_edge(tmp_path, SIGNED, broken), last)] == ["SD232"]
