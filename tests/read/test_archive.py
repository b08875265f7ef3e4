"""Zips read in place: what is found in them, and everything a zip can do wrong."""

import io
import multiprocessing
import pathlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapdiff.read import archive
from snapdiff.read.walker import Listing, NothingFound, ReadFailed, TraceFolder, read_file, walk

GUID = "0a1b2c3d-1111-2222-3333-444455556666"
SNAPSHOTS = ("Original.eml", "SmtpReceive0001.eml", "Routing0001.eml")
PLACE = f"MessageSnapshots/{GUID}"


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    archive.close_archives()


def packed(*members: str | tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as opened:
        for member in members:
            name, content = (member, member.encode()) if isinstance(member, str) else member
            info = zipfile.ZipInfo("x")
            info.filename = name  # as it stands: the constructor would tidy it
            info.compress_type = method
            opened.writestr(info, content)
    return out.getvalue()


def trace_members(place: str = PLACE) -> list[str]:
    return [f"{place}/{name}" for name in SNAPSHOTS]


def only(listing: Listing) -> TraceFolder:
    (trace,) = listing.traces
    return trace


def codes(listing: Listing) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in listing.problems]


def walk_bytes(tmp_path: pathlib.Path, content: bytes, name: str = "traces.zip") -> Listing:
    (tmp_path / name).write_bytes(content)
    return walk([tmp_path / name])


def walk_beside(tmp_path: pathlib.Path, content: bytes) -> Listing:
    """Walk a folder with one sound trace and this zip."""
    (tmp_path / "in" / GUID).mkdir(parents=True)
    (tmp_path / "in" / GUID / "Original.eml").write_bytes(b"x")
    (tmp_path / "in" / "z.zip").write_bytes(content)
    return walk([tmp_path / "in"])


def failure(trace: TraceFolder, name: str) -> str:
    with pytest.raises(ReadFailed) as caught:
        read_file(trace, name)
    assert name in caught.value.message
    return caught.value.code


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_zip_is_read_in_place(tmp_path: pathlib.Path, method: int) -> None:
    listing = walk_bytes(tmp_path, packed(*trace_members(), f"{PLACE}/", "notes.txt", method=method))
    trace = only(listing)
    assert trace == TraceFolder(
        path=PLACE,
        id=GUID,
        server=None,
        service=None,
        files=SNAPSHOTS,
        folder=PLACE,
        archive=str(tmp_path / "traces.zip"),
        plain=False,
    )
    assert [read_file(trace, name) for name in trace.files] == [f"{PLACE}/{name}".encode() for name in SNAPSHOTS]
    assert (listing.left_out, listing.problems) == (1, [])
    assert [path.name for path in tmp_path.iterdir()] == ["traces.zip"]


@pytest.mark.parametrize(
    ("zip_name", "place", "server", "service", "path", "trace_id"),
    [
        ("x.zip", "", None, None, ".", "x"),
        (f"{GUID.upper()}.ZIP", "", None, None, ".", GUID),
        ("MBX01.zip", "Hub/PipelineTracing/" + PLACE, "MBX01", "transport", "Hub/PipelineTracing/" + PLACE, GUID),
        ("all.zip", "MBX02/Mailbox/PipelineTracing/Delivery/x", "MBX02", "mailbox-delivery", None, "x"),
        ("MBX01-1123.zip", "Hub_Pipeline_Tracing_Logs/x", "MBX01", "transport", None, "x"),
        ("MBX01-1123-2.zip", "Mailbox_Pipeline_Tracing_Logs/x", "MBX01", "mailbox-delivery", None, "x"),
        ("EX-01.zip", "Hub_Pipeline_Tracing_Logs/x", "EX-01", "transport", None, "x"),
        ("Hub_Pipeline_Tracing_Logs.zip", PLACE, None, "transport", None, GUID),
    ],
)
def test_a_zip_stands_for_the_folder_it_was_made_of(
    tmp_path: pathlib.Path,
    zip_name: str,
    place: str,
    server: str | None,
    service: str | None,
    path: str | None,
    trace_id: str,
) -> None:
    trace = only(walk_bytes(tmp_path, packed(f"{place}/Original.eml".lstrip("/")), zip_name))
    assert (trace.server, trace.service, trace.path, trace.id) == (server, service, path or place, trace_id)
    assert read_file(trace, "Original.eml") == f"{place}/Original.eml".lstrip("/").encode()


def test_a_zip_below_a_walked_folder(tmp_path: pathlib.Path) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "MBX01.ZIP").write_bytes(
        packed(*trace_members("Hub/" + PLACE), "MSGTRK20240514-1.LOG", "x.txt")
    )
    (tmp_path / "all" / "other.zip").write_bytes(packed("a.txt", "b.txt", "c.txt"))
    listing = walk([tmp_path / "all"])
    trace = only(listing)
    assert (trace.path, trace.server, trace.service) == (f"MBX01.ZIP/Hub/{PLACE}", "MBX01", "transport")
    assert listing.logs == ["MBX01.ZIP/MSGTRK20240514-1.LOG"]
    assert listing.left_out == 2, "x.txt, and other.zip as one file"
    assert read_file(trace, "Original.eml") == f"Hub/{PLACE}/Original.eml".encode()


def test_the_collector_packs_each_folder_then_the_whole(tmp_path: pathlib.Path) -> None:
    inner = packed(*(member.replace("/", "\\") for member in trace_members()))
    listing = walk_bytes(tmp_path, packed(("Hub_Pipeline_Tracing_Logs.zip", inner), "a.txt"), "MBX01-514.zip")
    trace = only(listing)
    assert trace.path == f"Hub_Pipeline_Tracing_Logs.zip/{PLACE}"
    assert (trace.server, trace.service) == ("MBX01", "transport")
    assert read_file(trace, "Routing0001.eml") == f"{PLACE}/Routing0001.eml".replace("/", "\\").encode()
    assert failure(trace, "Routing0002.eml") == "missing"
    assert listing.left_out == 1


def test_a_zip_in_a_zip_in_a_zip_is_told(tmp_path: pathlib.Path) -> None:
    innermost = packed(*trace_members())
    content = packed(("a/b.zip", packed(("c.zip", innermost), *trace_members())))
    listing = walk_bytes(tmp_path, content)
    assert only(listing).path == f"a/b.zip/{PLACE}"
    assert codes(listing) == [("a/b.zip/c.zip", "nested-too-deep")]


def test_a_broken_zip_in_a_zip_is_told(tmp_path: pathlib.Path) -> None:
    listing = walk_bytes(tmp_path, packed(("b.zip", b"no zip"), *trace_members()))
    assert only(listing).path == PLACE
    assert codes(listing) == [("b.zip", "not-a-zip")]


def test_windows_separators_and_odd_forms_of_a_path(tmp_path: pathlib.Path) -> None:
    listing = walk_bytes(tmp_path, packed(f"./M\\{GUID}\\Original.eml", f"M//{GUID}/./Routing0001.eml"))
    trace = only(listing)
    assert (trace.path, trace.files) == (f"M/{GUID}", ("Original.eml", "Routing0001.eml"))
    assert read_file(trace, "Routing0001.eml") == f"M//{GUID}/./Routing0001.eml".encode()


@pytest.mark.parametrize(
    "name",
    [
        f"/{PLACE}/Routing0002.eml",
        f"\\{PLACE}\\Routing0002.eml",
        f"../{PLACE}/Routing0002.eml",
        f"{PLACE}/../../../Routing0002.eml",
        f"C:/{PLACE}/Routing0002.eml",
        f"c:{PLACE}\\Routing0002.eml",
        f"\\\\server\\share\\{PLACE}\\Routing0002.eml",
    ],
)
def test_a_member_that_leads_out_of_the_zip_is_left_out(tmp_path: pathlib.Path, name: str) -> None:
    listing = walk_bytes(tmp_path, packed(*trace_members(), name))
    assert only(listing).files == SNAPSHOTS
    assert [problem.code for problem in listing.problems] == ["unsafe-member-name"]


def test_a_zip_of_nothing_but_tricks_says_so(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NothingFound, match="leads out of the zip"):
        walk_bytes(tmp_path, packed("../Original.eml"))


def test_many_bad_names_are_counted(tmp_path: pathlib.Path) -> None:
    listing = walk_bytes(tmp_path, packed(*trace_members(), *(f"../{number}" for number in range(50))))
    assert len(listing.problems) == 11
    assert listing.problems[0].message == ". has 40 more such members."


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_members_with_one_name_the_first_counts(tmp_path: pathlib.Path) -> None:
    name = f"{PLACE}/Original.eml"
    content = packed((name, b"first"), (name, b"second"), (name.replace("/", "\\"), b"third"))
    listing = walk_bytes(tmp_path, content)
    assert codes(listing) == [(name, "duplicate-member")] * 2
    assert read_file(only(listing), "Original.eml") == b"first"


def test_letter_case_alone_makes_a_twin(tmp_path: pathlib.Path) -> None:
    listing = walk_bytes(tmp_path, packed(f"{PLACE}/Routing0001.eml", f"{PLACE}/ROUTING0001.EML"))
    assert only(listing).files == ("ROUTING0001.EML",)
    assert codes(listing) == [(f"{PLACE}/Routing0001.eml", "same-number")]


def test_a_link_in_a_zip_is_not_followed(tmp_path: pathlib.Path) -> None:
    link = zipfile.ZipInfo(f"{PLACE}/Routing0002.eml")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "traces.zip", "w") as opened:
        opened.writestr(f"{PLACE}/Routing0001.eml", "x")
        opened.writestr(link, "/etc/passwd")
    listing = walk([tmp_path / "traces.zip"])
    assert only(listing).files == ("Routing0001.eml",)
    assert codes(listing) == [(f"{PLACE}/Routing0002.eml", "link-not-followed")]


def altered(content: bytes, *, flag: int | None = None, method: int | None = None) -> bytes:
    """Set flag bits or the compression method in every header of a zip."""
    out = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.find(signature)
        while at >= 0:
            if flag is not None:
                struct.pack_into("<H", out, at + offset, flag)
            if method is not None:
                struct.pack_into("<H", out, at + offset + 2, method)
            at = out.find(signature, at + 4)
    return bytes(out)


def test_an_encrypted_member_is_told(tmp_path: pathlib.Path) -> None:
    trace = only(walk_bytes(tmp_path, altered(packed(*trace_members()), flag=1)))
    assert failure(trace, "Original.eml") == "encrypted"


@pytest.mark.parametrize("method", [1, 9, 12, 14, 93, 99])
def test_a_compression_not_known_is_told(tmp_path: pathlib.Path, method: int) -> None:
    trace = only(walk_bytes(tmp_path, altered(packed(*trace_members()), method=method)))
    assert failure(trace, "Original.eml") == "unsupported-compression"


def test_damaged_content_is_told(tmp_path: pathlib.Path) -> None:
    content = packed(*trace_members(), method=zipfile.ZIP_STORED)
    name = f"{PLACE}/Original.eml".encode()
    place = content.find(name, content.find(name) + 1)
    trace = only(walk_bytes(tmp_path, content[:place] + b"Z" + content[place + 1 :]))
    assert failure(trace, "Original.eml") == "damaged-member"
    assert read_file(trace, "Routing0001.eml") == f"{PLACE}/Routing0001.eml".encode()


def test_a_size_that_lies_is_told(tmp_path: pathlib.Path) -> None:
    content = bytearray(packed((f"{PLACE}/Original.eml", b"12345678")))
    central = content.find(b"PK\x01\x02")
    struct.pack_into("<L", content, central + 24, 4)
    assert failure(only(walk_bytes(tmp_path, bytes(content))), "Original.eml") == "damaged-member"
    archive.close_archives()
    struct.pack_into("<L", content, central + 24, 80_000)
    assert failure(only(walk_bytes(tmp_path, bytes(content))), "Original.eml") == "damaged-member"


def test_what_unpacks_too_large_is_stopped(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = only(walk_bytes(tmp_path, packed((f"{PLACE}/Original.eml", bytes(3_000_000)))))
    monkeypatch.setattr(archive, "RATIO_COUNTS_FROM", 1_000_000)
    assert failure(trace, "Original.eml") == "zip-bomb"
    monkeypatch.setattr(archive, "MAX_RATIO", 2000)
    assert read_file(trace, "Original.eml") == bytes(3_000_000)
    monkeypatch.setattr(archive, "MAX_BYTES", 2_000_000)
    assert failure(trace, "Original.eml") == "too-large"


def test_a_zip_whose_members_claim_too_much_is_refused(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "RATIO_COUNTS_FROM", 100_000)
    content = packed(*((f"{PLACE}/Routing{number:04}.eml", bytes(500_000)) for number in range(10)))
    listing = walk_beside(tmp_path, content)
    assert codes(listing) == [("z.zip", "zip-bomb")]


def test_too_many_members_are_refused_before_they_are_read(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 100)
    few = packed(*(f"M/{number:060}/Original.eml" for number in range(100)))
    assert len(walk_bytes(tmp_path, few).traces) == 100
    many = packed(*(f"M/{number:060}/Original.eml" for number in range(101)))
    assert codes(walk_beside(tmp_path, many)) == [("z.zip", "too-many-members")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-a-zip"),
        (b"hello", "not-a-zip"),
        (b"x" * 100_000, "not-a-zip"),
        (packed(*trace_members())[:-30], "truncated-zip"),
        (packed(*trace_members())[:100], "truncated-zip"),
        (packed(*trace_members()).replace(b"PK\x01\x02", b"PK\x01\x03"), "bad-zip"),
        (altered(packed("\xe9/Original.eml").replace("\xe9".encode(), b"\xff\xff")), "bad-zip"),
    ],
    ids=["empty", "text", "large", "cut-end", "cut-early", "no-directory", "name-not-utf-8"],
)
def test_what_is_no_sound_zip_is_a_problem(tmp_path: pathlib.Path, content: bytes, code: str) -> None:
    listing = walk_beside(tmp_path, content)
    assert only(listing).path == GUID
    assert codes(listing) == [("z.zip", code)]
    assert listing.problems[0].message.startswith("z.zip can't be read")
    with pytest.raises(NothingFound, match=r"z\.zip can't be read"):
        walk([tmp_path / "in" / "z.zip"])


def test_a_zip_whose_front_is_cut_off_loses_the_members_there(tmp_path: pathlib.Path) -> None:
    trace = only(walk_bytes(tmp_path, packed(*trace_members())[200:]))
    assert failure(trace, "Original.eml") == "damaged-member"
    assert read_file(trace, "Routing0001.eml") == f"{PLACE}/Routing0001.eml".encode()


def test_a_zip_with_words_before_or_behind_it_is_read(tmp_path: pathlib.Path) -> None:
    trace = only(walk_bytes(tmp_path, b"#!/bin/sh\n" + packed(*trace_members())))
    assert read_file(trace, "Original.eml") == f"{PLACE}/Original.eml".encode()


def test_a_zip_that_went_away_or_changed(tmp_path: pathlib.Path) -> None:
    trace = only(walk_bytes(tmp_path, packed(*trace_members())))
    (tmp_path / "traces.zip").write_bytes(packed(f"{PLACE}/Original.eml"))
    assert failure(trace, "Routing0001.eml") == "missing"
    archive.close_archives()
    (tmp_path / "traces.zip").unlink()
    assert failure(trace, "Routing0001.eml") == "missing"


def test_few_zips_stay_open_at_once(tmp_path: pathlib.Path) -> None:
    for number in range(8):
        (tmp_path / f"{number}.zip").write_bytes(packed(f"{GUID}/Original.eml"))
    listing = walk([tmp_path])
    for trace in listing.traces:
        read_file(trace, "Original.eml")
    assert len(archive._open_archives) == 4
    assert read_file(listing.traces[0], "Original.eml") == f"{GUID}/Original.eml".encode()


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="this system cannot fork")
def test_a_forked_worker_opens_the_zip_itself(tmp_path: pathlib.Path) -> None:
    content = zlib.compress(bytes(100_000)) * 5
    trace = only(walk_bytes(tmp_path, packed(*((name, content) for name in trace_members()))))
    assert read_file(trace, "Original.eml") == content
    mine = next(iter(archive._open_archives.values()))
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(_opened_anew, (trace, id(mine)))


def _opened_anew(trace: TraceFolder, parents: int) -> bool:
    read_file(trace, "Original.eml")
    return id(next(reversed(archive._open_archives.values()))) != parents


@given(st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_zip_whatever_its_bytes_raises_anything_else(tmp_path: pathlib.Path, data: st.DataObject) -> None:
    content = bytearray(packed(*trace_members(), ("n.zip", packed(f"{GUID}/Original.eml"))))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)) | st.just(len(content)))
    archive.close_archives()
    try:
        listing = walk_bytes(tmp_path, bytes(content[:cut]))
    except NothingFound:
        return
    for trace in listing.traces:
        for name in trace.files:
            try:
                read_file(trace, name)
            except ReadFailed:
                continue
