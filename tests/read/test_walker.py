"""What the walker finds in folders: traces, their order, server and service, logs, and what it leaves out."""

import os
import pathlib
import pickle
import sys

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.model import Service
from snapdiff.read import files
from snapdiff.read.files import long_path
from snapdiff.read.names import as_found, is_known_log, shown, sort_names
from snapdiff.read.walker import Listing, NothingFound, ReadFailed, TraceFolder, parse_name, read_file, walk

GUID = "0a1b2c3d-1111-2222-3333-444455556666"
OTHER = "ffffffff-1111-2222-3333-444455556666"
SNAPSHOTS = ("Original.eml", "SmtpReceive0001.eml", "Routing0001.eml")

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names or rights")


def make(folder: pathlib.Path, *names: str) -> pathlib.Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or SNAPSHOTS:
        (folder / name).write_bytes(name.encode("utf-8", "surrogateescape"))
    return folder


def only(listing: Listing) -> TraceFolder:
    (trace,) = listing.traces
    return trace


def codes(listing: Listing) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in listing.problems]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Original.eml", ("Original", None)),
        ("ORIGINAL.EML", ("Original", None)),
        ("SmtpReceive0001.eml", ("SmtpReceive", 1)),
        ("routing0007.EML", ("Routing", 7)),
        ("Routing12345.eml", ("Routing", 12345)),
        ("Routing00001.eml", ("Routing", 1)),
        ("Routing001.eml", None),
        ("Routing.eml", None),
        ("Original0001.eml", None),
        ("Routing0001.eml.bak", None),
        ("Routing0001.txt", None),
        ("Copy of Routing0001.eml", None),
        ("Routing٠٠٠١.eml", None),
        ("ſmtpReceive0001.eml", None),
        ("Routing0001.eml\n", None),
        ("Routing" + "9" * 5000 + ".eml", None),
        ("", None),
    ],
)
def test_a_file_name_tells_stage_and_number(name: str, expected: tuple[str, int | None] | None) -> None:
    assert parse_name(name) == expected


def test_files_stand_by_stage_and_number_never_by_time(tmp_path: pathlib.Path) -> None:
    names = ["routing10000.eml", "Routing9999.eml", "SMTPRECEIVE0002.EML", "SmtpReceive0001.eml", "original.eml"]
    folder = make(tmp_path / GUID, *names)
    for age, name in enumerate(names):
        os.utime(folder / name, (age, age))
    assert only(walk([folder])).files == tuple(reversed(names))


@given(st.permutations([f"Routing{number:04}.eml" for number in (1, 2, 9998, 9999, 10000, 10001)] + ["Original.eml"]))
def test_the_order_found_changes_nothing(names: list[str]) -> None:
    numbers = [parse_name(name) for name in sort_names(names).snapshots]
    assert numbers == [("Original", None), *(("Routing", number) for number in (1, 2, 9998, 9999, 10000, 10001))]


@given(st.permutations(["Routing0001.eml", "Routing00001.eml", "Routing000001.eml"]))
def test_of_twins_the_first_by_name_counts(names: list[str]) -> None:
    found = sort_names([*names, "notes.txt"])
    assert found.snapshots == ("Routing000001.eml",)
    assert found.twins == [("Routing00001.eml", "Routing000001.eml"), ("Routing0001.eml", "Routing000001.eml")]
    assert found.others == ["notes.txt"]


def test_a_twin_is_left_out_with_a_problem(tmp_path: pathlib.Path) -> None:
    make(tmp_path / GUID, "Routing0001.eml", "Routing00001.eml", "Routing0002.eml")
    listing = walk([tmp_path])
    assert only(listing).files == ("Routing00001.eml", "Routing0002.eml")
    assert codes(listing) == [(f"{GUID}/Routing0001.eml", "same-number")]


T: Service = "transport"
M: Service = "mailbox-delivery"
E: Service = "edge"
INSTALLED = "Program Files/Microsoft/Exchange Server/V15"


@pytest.mark.parametrize(
    ("place", "source", "server", "service"),
    [
        # Exchange's own folders, bare: no server, whatever lies outside the source.
        ("MBX01/MessageSnapshots", "MBX01/MessageSnapshots", None, None),
        ("MBX01/PipelineTracing/MessageSnapshots", "MBX01/PipelineTracing", None, None),
        ("MBX01/Hub/PipelineTracing/MessageSnapshots", "MBX01/Hub/PipelineTracing", None, T),
        ("MBX01/Hub/PipelineTracing/MessageSnapshots", "MBX01/Hub/PipelineTracing/MessageSnapshots", None, T),
        ("MBX01/Mailbox/PipelineTracing/Delivery/MessageSnapshots", "MBX01/Mailbox/PipelineTracing/Delivery", None, M),
        # The source is the server's own copy.
        ("MBX01/PipelineTracing/MessageSnapshots", "MBX01", "MBX01", None),
        ("MBX01/Hub/PipelineTracing/MessageSnapshots", "MBX01", "MBX01", T),
        (
            "mbx01.contoso.com/TransportRoles/Logs/Edge/PipelineTracing/MessageSnapshots",
            "mbx01.contoso.com",
            "mbx01.contoso.com",
            E,
        ),
        ("EXCHANGE2/PipelineTracing/MessageSnapshots", "EXCHANGE2", "EXCHANGE2", None),
        ("out/MessageSnapshots", "out", None, None),
        ("RUN7/MessageSnapshots", "RUN7", None, None),
        ("b12/MessageSnapshots", "b12", None, None),
        ("some_test0/PipelineTracing/MessageSnapshots", "some_test0", None, None),
        ("case42/PipelineTracing/MessageSnapshots", "case42", None, None),
        # A parent with several servers' copies.
        ("all/MBX01/MessageSnapshots", "all", "MBX01", None),
        ("all/MBX01", "all", "MBX01", None),
        ("all/inbound", "all", None, None),
        ("all/mailserver/Hub/PipelineTracing/MessageSnapshots", "all", "mailserver", T),
        ("all/Server Berlin/Mailbox/PipelineTracing/Delivery/MessageSnapshots", "all", "Server Berlin", M),
        ("all/EDGE01/TransportRoles/Logs/Edge/PipelineTracing/MessageSnapshots", "all", "EDGE01", E),
        ("all/HUB01/TransportRoles/Logs/PipelineTracing/MessageSnapshots", "all", "HUB01", None),
        (
            f"all/MBX01/C/{INSTALLED}/TransportRoles/Logs/Hub/PipelineTracing/MessageSnapshots",
            "all",
            "MBX01",
            T,
        ),
        ("all/2024-05-14/MBX01/before/PIPELINETRACING/messagesnapshots", "all", "MBX01", None),
        ("all/MBX01/20240514_0930/traces/HUB/PipelineTracing/MessageSnapshots", "all", "MBX01", T),
        ("all/traces/PipelineTracing/MessageSnapshots", "all", None, None),
        # The collector script's tree.
        ("logs/MBX01/Hub_Pipeline_Tracing_Logs/MessageSnapshots", "logs", "MBX01", T),
        ("logs/MBX01/Mailbox_Pipeline_Tracing_Logs/MessageSnapshots", "logs", "MBX01", M),
        ("logs/MBX01/hub_pipeline_tracing_logs/MessageSnapshots", "logs/MBX01", "MBX01", T),
        ("logs/MBX01/Hub_Pipeline_Tracing_Logs", "logs/MBX01/Hub_Pipeline_Tracing_Logs", None, T),
    ],
)
def test_server_and_service_come_from_the_folders(
    tmp_path: pathlib.Path, place: str, source: str, server: str | None, service: Service | None
) -> None:
    make(tmp_path / place / GUID)
    trace = only(walk([tmp_path / source]))
    assert (trace.server, trace.service) == (server, service)
    assert trace.path == str(pathlib.PurePosixPath(place, GUID).relative_to(source))


def test_one_guid_folder_is_a_source_of_its_own(tmp_path: pathlib.Path) -> None:
    folder = make(tmp_path / "MBX01" / "Hub" / "PipelineTracing" / "MessageSnapshots" / GUID.upper())
    trace = only(walk([folder]))
    assert (trace.path, trace.id, trace.server, trace.service) == (".", GUID, None, "transport")
    assert read_file(trace, "Original.eml") == b"Original.eml"


@pytest.mark.parametrize(
    ("name", "trace_id"), [(GUID.upper(), GUID), ("{" + GUID + "}", GUID), ("Case42", "case42"), ("{x}", "{x}")]
)
def test_the_id_is_the_guid_or_a_renamed_copys_name(tmp_path: pathlib.Path, name: str, trace_id: str) -> None:
    make(tmp_path / "MessageSnapshots" / name)
    trace = only(walk([tmp_path]))
    assert (trace.id, trace.path) == (trace_id, f"MessageSnapshots/{name}")


def test_two_copies_of_a_folder_are_two_traces(tmp_path: pathlib.Path) -> None:
    make(tmp_path / "b" / GUID)
    make(tmp_path / "a" / GUID)
    assert [(trace.id, trace.path) for trace in walk([tmp_path]).traces] == [(GUID, f"a/{GUID}"), (GUID, f"b/{GUID}")]


def test_logs_are_known_by_name_and_the_rest_is_counted(tmp_path: pathlib.Path) -> None:
    make(tmp_path / GUID, *SNAPSHOTS, "Thumbs.db")
    make(tmp_path / "Logs", "MSGTRK2024051407-1.LOG", "recv20240514-12.log", "readme.txt", "MSGTRK.log")
    listing = walk([tmp_path])
    assert listing.logs == ["Logs/MSGTRK2024051407-1.LOG", "Logs/recv20240514-12.log"]
    assert listing.left_out == 3
    assert listing.problems == []


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("MSGTRK20240514-1.LOG", True),
        ("msgtrkmd2024051407-1.log", True),
        ("MSGTRKM2024051407-1.LOG", True),
        ("MSGTRKMX2024051407-1.LOG", False),
        ("SEND2024051407-3.LOG", True),
        ("RULESTRK20070514-1.LOG", True),
        ("RULESTRK2007051401-1.LOG", False),
        ("20020131.log", True),
        ("20241131.log", False),
        ("20029931.log", False),
        ("MSGTRK20240514.LOG", False),
        ("MSGTRK2024051407-1.LOG.gz", False),
    ],
)
def test_a_known_log_by_its_name(name: str, known: bool) -> None:
    assert is_known_log(name) is known


def test_an_empty_trace_is_told(tmp_path: pathlib.Path) -> None:
    make(tmp_path / GUID)
    (tmp_path / OTHER).mkdir()
    (tmp_path / "empty").mkdir()
    listing = walk([tmp_path])
    assert len(listing.traces) == 1
    assert codes(listing) == [(OTHER, "no-snapshots")]


def test_several_sources_are_told_apart_by_their_names(tmp_path: pathlib.Path) -> None:
    make(tmp_path / "one" / "MBX01" / "MessageSnapshots" / GUID)
    make(tmp_path / "one" / "MBX02" / "MessageSnapshots" / GUID)
    make(tmp_path / "EDGE01" / "PipelineTracing" / GUID)
    listing = walk(
        [tmp_path / place for place in ("one/MBX02/MessageSnapshots", "EDGE01", "one/MBX01/MessageSnapshots")]
    )
    assert [(trace.path, trace.server) for trace in listing.traces] == [
        (f"EDGE01/PipelineTracing/{GUID}", "EDGE01"),
        (f"MBX01/MessageSnapshots/{GUID}", "MBX01"),
        (f"MBX02/MessageSnapshots/{GUID}", "MBX02"),
    ]
    assert listing.source.startswith(tmp_path.as_posix() + "/one/MBX02/MessageSnapshots ")


def test_a_place_inside_another_one_counts_once(tmp_path: pathlib.Path) -> None:
    make(tmp_path / "all" / "MBX01" / GUID)
    listing = walk([tmp_path / "all" / "MBX01", tmp_path / "all", tmp_path / "all"])
    assert only(listing).path == f"all/MBX01/{GUID}"
    assert codes(listing) == [("MBX01", "given-twice"), ("all", "given-twice")]


def test_mails_are_compared_in_the_order_given(tmp_path: pathlib.Path) -> None:
    make(tmp_path / "x", "b.eml", "a.EML")
    trace = only(walk([tmp_path / "x" / "b.eml", tmp_path / "x" / "a.EML"]))
    assert (trace.files, trace.plain, trace.id, trace.path) == (("b.eml", "a.EML"), True, "a.eml", ".")
    assert [read_file(trace, name) for name in trace.files] == [b"b.eml", b"a.EML"]


def test_snapshots_given_one_by_one_keep_their_order(tmp_path: pathlib.Path) -> None:
    folder = make(tmp_path / GUID)
    trace = only(walk([folder / "Routing0001.eml", folder / "Original.eml"]))
    assert (trace.files, trace.plain, trace.server) == (("Routing0001.eml", "Original.eml"), True, None)


def test_mails_of_several_folders_are_named_from_the_one_they_share(tmp_path: pathlib.Path) -> None:
    make(tmp_path / "before", "m.eml")
    make(tmp_path / "after" / "deep", "m.eml")
    trace = only(walk([tmp_path / "before" / "m.eml", tmp_path / "after" / "deep" / "m.eml"]))
    assert trace.files == ("before/m.eml", "after/deep/m.eml")
    assert [read_file(trace, name) for name in trace.files] == [b"m.eml", b"m.eml"]


def test_mails_folders_and_logs_at_once(tmp_path: pathlib.Path) -> None:
    make(tmp_path / "MBX01" / GUID)
    make(tmp_path, "a.eml", "b.eml", "MSGTRK20240514-1.LOG")
    given_paths = [tmp_path / name for name in ("a.eml", "MBX01", "b.eml", "MSGTRK20240514-1.LOG", "a.eml")]
    listing = walk(given_paths)
    assert [(trace.path, trace.files, trace.plain) for trace in listing.traces] == [
        (".", ("a.eml", "b.eml"), True),
        (f"MBX01/{GUID}", SNAPSHOTS, False),
    ]
    assert listing.logs == [given_paths[3].as_posix()]
    assert codes(listing) == [("a.eml", "given-twice")]


def test_a_single_mail_beside_a_folder_is_told(tmp_path: pathlib.Path) -> None:
    make(tmp_path / "MBX01" / GUID)
    make(tmp_path, "a.eml")
    listing = walk([tmp_path / "a.eml", tmp_path / "MBX01"])
    assert only(listing).path == f"MBX01/{GUID}"
    assert codes(listing) == [("a.eml", "single-mail")]


_GIVE = ("Original.eml", "Routing0001.eml", "MessageSnapshots", ".zip")
_ENABLE = (*_GIVE, "Set-TransportService", "-PipelineTracingEnabled $true", "snapdiff doctor")
NOTHING: dict[str, tuple[str, tuple[str, ...]]] = {
    "empty": ("There is no file in {}. Give ", _ENABLE),
    "others": ("There are no snapshots in {}, only 2 other files. Give ", _ENABLE),
    "logs": (
        "There are no snapshots in {}, only 1 tracking or protocol log and 1 other file. To search the logs, ",
        ("use snapdiff track. Give ", *_ENABLE),
    ),
    "a.eml": ("{} is a single file, with nothing to compare it with. Give ", _GIVE),
    "nowhere": ("There is no file or folder called {}. Check ", ()),
    "nowhere/deeper": ("There is no file or folder called {}. Check ", ()),
    "a.eml/x": ("There is no file or folder called {}. Check ", ()),
}
"""What is given -> how the answer begins, and what is in it besides."""


@pytest.mark.parametrize("given_name", NOTHING)
def test_where_nothing_is_found_one_line_says_what_to_do_next(tmp_path: pathlib.Path, given_name: str) -> None:
    (tmp_path / "empty").mkdir()
    make(tmp_path / "logs", "MSGTRK20240514-1.LOG", "a.txt")
    make(tmp_path / "others", "a.txt", "b.txt")
    make(tmp_path, "a.eml")
    path = tmp_path / given_name
    with pytest.raises(NothingFound) as caught:
        walk([path])
    said = str(caught.value)
    begins, holds = NOTHING[given_name]
    assert said.startswith(begins.format(path.as_posix()))
    assert all(word in said for word in holds)
    assert "\n" not in said


@posix_only
def test_links_to_folders_are_not_followed(tmp_path: pathlib.Path) -> None:
    folder = make(tmp_path / "MBX01" / GUID, "Original.eml")
    (folder / "Routing0001.eml").symlink_to(folder / "Original.eml")
    (folder / "Routing0002.eml").symlink_to(folder / "nowhere")
    (tmp_path / "MBX01" / "loop").symlink_to(tmp_path)
    os.mkfifo(folder / "Routing0003.eml")
    listing = walk([tmp_path])
    assert only(listing).files == ("Original.eml", "Routing0001.eml")
    assert codes(listing) == [
        (f"MBX01/{GUID}/Routing0002.eml", "link-not-followed"),
        (f"MBX01/{GUID}/Routing0003.eml", "no-regular-file"),
        ("MBX01/loop", "link-not-followed"),
    ]
    (tmp_path / "here").symlink_to(tmp_path / "MBX01")
    assert only(walk([tmp_path / "here"])).path == GUID


def test_an_unreadable_folder_is_a_problem_and_the_rest_goes_on(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / GUID)
    make(tmp_path / OTHER)
    scandir = os.scandir

    def refuse(path: str) -> "os._ScandirIterator[str]":
        if path.endswith(OTHER):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    listing = walk([tmp_path])
    assert only(listing).path == GUID
    assert codes(listing) == [(OTHER, "no-access")]
    with pytest.raises(NothingFound, match="can't be read: access is denied"):
        walk([tmp_path / OTHER])


@posix_only
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS takes no such name")
def test_odd_names_are_fit_for_a_report_and_can_be_opened(tmp_path: pathlib.Path) -> None:
    odd = os.fsdecode(b"M\xff\x1b[31m\n")
    make(tmp_path / odd / GUID)
    make(tmp_path / "M\\xff\\x1b[31m\\x0a" / GUID)
    listing = walk([tmp_path])
    assert [trace.path for trace in listing.traces] == [
        f"M\\xff\\x1b[31m\\x0a/{GUID}",
        f"M\\xff\\x1b[31m\\x0a/{GUID} (2)",
    ]
    msgspec.json.encode(listing.traces[0].path)
    assert {read_file(trace, "Original.eml") for trace in listing.traces} == {b"Original.eml"}

    names = [os.fsdecode(b"a\xff.eml"), "b\x85\n.eml", "c\\x41.eml"]
    make(tmp_path, *names)
    trace = only(walk([tmp_path / name for name in names]))
    assert trace.files == ("a\\xff.eml", "b\\u0085\\x0a.eml", "c\\x41.eml")
    assert [read_file(trace, name) for name in trace.files] == [os.fsencode(name) for name in names]


@given(st.text(st.characters(), max_size=20))
def test_a_shown_name_can_always_be_written_as_json(name: str) -> None:
    msgspec.json.encode(shown(name))
    assert shown(name).isprintable() or all(ord(char) > 0x9F for char in shown(name) if not char.isprintable())


@given(st.binary(max_size=12).filter(lambda raw: b"\0" not in raw and b"\\" not in raw))
@posix_only
def test_a_shown_name_leads_back_to_the_file(raw: bytes) -> None:
    name = raw.decode("utf-8", "surrogateescape")
    assert as_found(shown(name)) == name


def test_a_trace_is_small_and_crosses_to_a_worker(tmp_path: pathlib.Path) -> None:
    place = tmp_path / "MBX01" / "TransportRoles" / "Logs" / "Hub" / "PipelineTracing" / "MessageSnapshots"
    make(place / GUID)
    make(place / OTHER)
    one, two = walk([tmp_path]).traces
    assert one.files is two.files
    assert len(pickle.dumps(one)) < 1024
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 131072, 300_000])
def test_a_file_is_read_whole(tmp_path: pathlib.Path, size: int) -> None:
    folder = make(tmp_path / GUID)
    content = bytes(range(256)) * (size // 256 + 1)
    (folder / "Original.eml").write_bytes(content[:size])
    assert read_file(only(walk([folder])), "Original.eml") == content[:size]


def test_what_cannot_be_read_says_why(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make(tmp_path / "MBX01" / GUID)
    trace = only(walk([tmp_path]))
    (folder / "Routing0001.eml").unlink()
    with pytest.raises(ReadFailed) as missing:
        read_file(trace, "Routing0001.eml")
    assert (missing.value.code, str(missing.value)) == (
        "missing",
        f"{trace.path}/Routing0001.eml is not there any more.",
    )

    (folder / "Routing0001.eml").mkdir()
    with pytest.raises(ReadFailed) as not_a_file:
        read_file(trace, "Routing0001.eml")
    assert not_a_file.value.code in {"unreadable", "no-access"}

    (folder / "Original.eml").write_bytes(bytes(400_000))
    monkeypatch.setattr(files, "MAX_BYTES", 300_000)
    with pytest.raises(ReadFailed, match="is larger than") as large:
        read_file(trace, "Original.eml")
    assert large.value.code == "too-large"


def test_a_file_that_grows_while_it_is_read_stays_bounded(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / GUID)
    monkeypatch.setattr(files, "MAX_BYTES", 1_000_000)
    monkeypatch.setattr(os, "read", lambda descriptor, size: bytes(min(size, 65536)))
    with pytest.raises(ReadFailed) as endless:
        read_file(only(walk([folder])), "Original.eml")
    assert endless.value.code == "too-large"


def test_a_read_failure_crosses_from_a_worker() -> None:
    failed = pickle.loads(pickle.dumps(ReadFailed("missing", "a is gone.")))  # noqa: S301
    assert (failed.code, failed.message, str(failed)) == ("missing", "a is gone.", "a is gone.")


LONG = "x" * 250


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("C:\\short\\a.eml", "C:\\short\\a.eml"),
        (f"C:\\{LONG}\\a.eml", f"\\\\?\\C:\\{LONG}\\a.eml"),
        (f"C:\\{LONG}/b/../a.eml", f"\\\\?\\C:\\{LONG}\\a.eml"),
        (f"\\\\srv\\share\\{LONG}/a.eml", f"\\\\?\\UNC\\srv\\share\\{LONG}\\a.eml"),
        (f"\\\\?\\C:\\{LONG}/a.eml", f"\\\\?\\C:\\{LONG}\\a.eml"),
        ("\\\\?\\C:\\short/a.eml", "\\\\?\\C:\\short\\a.eml"),
        (f"relative\\{LONG}\\a.eml", f"relative\\{LONG}\\a.eml"),
        (f"C:relative\\{LONG}\\a.eml", f"C:relative\\{LONG}\\a.eml"),
    ],
)
def test_a_long_path_of_windows_gets_its_prefix(path: str, expected: str) -> None:
    assert long_path(path) == expected


def test_a_walk_writes_nothing(tmp_path: pathlib.Path) -> None:
    folder = make(tmp_path / GUID)
    before = sorted((entry.name, entry.stat().st_mtime_ns) for entry in [*os.scandir(tmp_path), *os.scandir(folder)])
    trace = only(walk([tmp_path]))
    for name in trace.files:
        read_file(trace, name)
    after = sorted((entry.name, entry.stat().st_mtime_ns) for entry in [*os.scandir(tmp_path), *os.scandir(folder)])
    assert after == before
