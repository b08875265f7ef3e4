"""Pasted output of cmdlets to settings: any order, encoding, and wrapped lines; and nothing made up of other text."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.model.setup import FolderSeen, ServiceSettings, SetUp
from snapdiff.read.setup import read_setup

if TYPE_CHECKING:
    from snapdiff.model import Problem

SERVICE = """[PS] C:\\>Get-TransportService | fl


Name                                           : MBX01
AntispamAgentsEnabled                          : False
PipelineTracingEnabled                         : True
PipelineTracingPath                            : C:\\Exchange Server\\V15\\TransportRoles\\Logs\\Hub\\Pip
                                                 elineTracing
PipelineTracingSenderAddress                   : Anna@contoso.com
Identity                                       : MBX01

Name                                           : MBX02
PipelineTracingEnabled                         : False
PipelineTracingSenderAddress                   :

[PS] C:\\>echo done
          not a value
"""
AGENTS = """
Identity                                           Enabled         Priority
--------                                           -------         --------
Transport Rule Agent                               True            1
A very long agent name that the table cuts o...    False           12

[PS] C:\\>
"""
AGENT_LIST = """
Enabled               : False
Priority              : 4
TransportAgentFactory : Contoso.Factory
AssemblyPath          : C:\\agents\\contoso.dll
Identity              : Contoso Signer
"""
RIGHTS = """D:\\My Traces BUILTIN\\Administratoren:(OI)(CI)(F)
             NT-AUTORITÄT\\NETZWERKDIENST:(OI)(CI)(M)
D:\\Other BUILTIN\\Administrators:(OI)(CI)(F)
         NT AUTHORITY\\NETWORK SERVICE:(OI)(CI)(RX)
D:\\Third BUILTIN\\Administrators:(F)

Successfully processed 3 files; Failed processing 0 files
"""
ACL = """Path   : Microsoft.PowerShell.Core\\FileSystem::D:\\Traces
Owner  : BUILTIN\\Administrators
Access : NT AUTHORITY\\NETWORK SERVICE Allow  Modify, Synchronize
         BUILTIN\\Users Allow  ReadAndExecute, Synchronize
"""
LISTING = """    Directory: D:\\Traces\\MessageSnapshots\\b0d5e0a6-0000-0000-0000-000000000000

-a----  5/14/2024  8:17 AM   3120 Original.eml
-a----  5/14/2024  8:17 AM   3120 Routing0001.eml
"""


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> SetUp:
    file = tmp_path / "paste.txt"
    file.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    problems: list[Problem] = []
    found = read_setup([file], None, problems)
    assert problems == []
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_settings_of_two_servers(tmp_path: Path, encoding: str) -> None:
    one, other = read(tmp_path, SERVICE, encoding).services
    path = "C:\\Exchange Server\\V15\\TransportRoles\\Logs\\Hub\\PipelineTracing"
    name = str(tmp_path / "paste.txt")
    assert one == ServiceSettings(name, 4, "MBX01", "TransportService", True, "Anna@contoso.com", path)
    assert other == ServiceSettings(name, 12, "MBX02", "TransportService", False, "", None)


@pytest.mark.parametrize(
    ("text", "cmdlet", "server"),
    [
        ("Identity : MBX01\\Mailbox\nPipelineTracingEnabled : True", "MailboxTransportService", "MBX01"),
        ("PipelineTracingPath : D:\\Logs\\Mailbox\\PipelineTracing\\Delivery", "MailboxTransportService", None),
        ("PS C:\\> get-mailboxtransportservice|fl\nPipelineTracingEnabled : False", "MailboxTransportService", None),
        ("Name : HUB1\nPipelineTracingPath : C:\\E\\TransportRoles\\Logs\\PipelineTracing", "TransportServer", "HUB1"),
        ("PS C:\\> Get-FrontEndTransportService | fl\nName : MBX01", "FrontEndTransportService", "MBX01"),
    ],
)
def test_the_service_is_told_by_its_command_or_its_values(
    tmp_path: Path, text: str, cmdlet: str, server: str | None
) -> None:
    (one,) = read(tmp_path, text).services
    assert (one.cmdlet, one.server) == (cmdlet, server)


def test_agents_as_a_table_and_as_a_list(tmp_path: Path) -> None:
    found = read(tmp_path, AGENTS + AGENT_LIST).agents
    assert [(one.name, one.enabled, one.priority) for one in found] == [
        ("Transport Rule Agent", True, 1),
        ("A very long agent name that the table cuts o", False, 12),
        ("Contoso Signer", False, 4),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_rights_of_folders(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, RIGHTS, encoding).rights
    assert [(one.path, one.service_writes) for one in found] == [
        ("D:\\My Traces", True),
        ("D:\\Other", False),
        ("D:\\Third", None),
    ]


@pytest.mark.parametrize(
    ("entry", "writes"),
    [
        ("NT AUTHORITY\\NETWORK SERVICE:(F)", True),
        ("S-1-5-20:(OI)(CI)(M)", True),
        ("NT AUTHORITY\\NETWORK SERVICE:(DENY)(W)", False),
        ("NT AUTHORITY\\NETWORK SERVICE:(RX,W)", True),
        ("CONTOSO\\NETWORK SERVICES:(F)", None),
    ],
)
def test_rights_of_one_account(tmp_path: Path, entry: str, writes: bool | None) -> None:
    (found,) = read(tmp_path, f"D:\\T {entry}\n").rights
    assert (found.path, found.service_writes) == ("D:\\T", writes)


def test_rights_of_get_acl(tmp_path: Path) -> None:
    (found,) = read(tmp_path, ACL).rights
    assert (found.path, found.service_writes) == ("D:\\Traces", True)


@pytest.mark.parametrize(
    ("config", "enabled"),
    [
        ('<configuration><mexRuntime><messageSnapshot enabled="false" /></mexRuntime></configuration>', [False]),
        ("<mexRuntime><messageSnapshot\n  enabled = 'False'/></mexRuntime>", [False]),
        ('<mexRuntime><messageSnapshot enabled="true"/></mexRuntime>', [True]),
        ('<mexRuntime><!-- <messageSnapshot enabled="false"/> --></mexRuntime>', [True]),
        ("<configuration><agentList/></configuration>", [True]),
    ],
)
def test_agents_config(tmp_path: Path, config: str, enabled: list[bool]) -> None:
    assert [one.enabled for one in read(tmp_path, config).switches] == enabled


def test_folders_and_listings(tmp_path: Path) -> None:
    listed = read(tmp_path, LISTING)
    assert [one.snapshots for one in listed.folders] == [2]
    folder = tmp_path / "MessageSnapshots" / "x"
    folder.mkdir(parents=True)
    (folder / "SmtpReceive0001.eml").write_bytes(b"")
    (folder / "notes.eml").write_bytes(b"")
    assert read_setup([tmp_path / "MessageSnapshots"], None, []).folders == [
        FolderSeen(str(tmp_path / "MessageSnapshots"), 1)
    ]


@pytest.mark.parametrize("text", ["", "hello: world\n", "Name : MBX01\nEnabled : True\n", "\0" * 100, "a" * 100_000])
def test_other_text_is_not_known(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert found.not_known == [str(tmp_path / "paste.txt")]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    problems: list[Problem] = []
    read_setup([tmp_path / "none.txt"], None, problems)
    assert [problem.code for problem in problems] == ["unreadable"]


@given(st.text(st.sampled_from("Name :\n PipelineTracingEnabled\\()<>!-DENY,FMRXS15|[PS]C\t\0é"), max_size=400))
def test_no_paste_stops_it(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.mktemp("paste") / "a.txt"
    file.write_text(text, encoding="utf-8")
    read_setup([file], None, [])
