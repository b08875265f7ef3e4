"""Set-ups for tracing: each known cause of "no files appear" is found, and its near miss is not."""

import pytest
from msgspec.structs import replace

from snapdiff.findings.judge import setup_findings
from snapdiff.model.setup import (
    FolderRights,
    FolderSeen,
    RegisteredAgent,
    ServiceSettings,
    SetUp,
    SnapshotSwitch,
)

PATH = r"C:\Program Files\Microsoft\Exchange Server\V15\TransportRoles\Logs\Hub\PipelineTracing"
ON = ServiceSettings("a.txt", 1, "MBX01", "TransportService", True, "anna@contoso.com", PATH)
OFF = replace(ON, enabled=False)
DELIVERY = replace(ON, cmdlet="MailboxTransportService")
FRONT_END = replace(ON, cmdlet="FrontEndTransportService", enabled=None, sender=None, path=None)
OWN = replace(ON, path=r"D:\Traces")


def setup(*services: ServiceSettings, sender: str | None = None, **others: list[object]) -> SetUp:
    empty: dict[str, list[object]] = {"agents": [], "switches": [], "rights": [], "folders": [], "not_known": []}
    return SetUp(services=list(services), sender=sender, **(empty | others))  # type: ignore[arg-type]


RAISES = [
    ("SD801", setup(OFF)),
    ("SD801", setup(replace(OFF, cmdlet="MailboxTransportService"))),
    ("SD802", setup(replace(ON, sender=""))),
    ("SD802", setup(replace(OFF, sender=""))),
    ("SD803", setup(ON, sender="Anna@contoso.com")),
    ("SD803", setup(OFF, sender="ANNA@CONTOSO.COM")),
    ("SD804", setup(ON, sender="bob@contoso.com")),
    ("SD804", setup(replace(ON, sender="<>"), sender="anna@contoso.com")),
    ("SD805", setup(replace(ON, path=r"\\files\traces"))),
    ("SD805", setup(replace(ON, path=""))),
    ("SD806", setup(OWN, rights=[FolderRights("a.txt", r"D:\Traces", False)])),
    ("SD807", setup(OWN)),
    ("SD807", setup(OWN, rights=[FolderRights("a.txt", r"D:\Traces", None)])),
    ("SD807", setup(OWN, rights=[FolderRights("a.txt", r"D:\Tra", True)])),
    ("SD808", setup(ON, switches=[SnapshotSwitch("agents.config", False)])),
    ("SD809", setup(FRONT_END)),
    ("SD810", setup(folders=[FolderSeen("listing.txt", 0)])),
    ("SD811", setup(agents=[RegisteredAgent("a.txt", 1, "Signer", False, 3)])),
    ("SD812", setup(ON)),
    ("SD813", setup(ON, replace(DELIVERY, enabled=False))),
]
NEAR_MISSES = [
    ("SD801", setup(ON)),
    ("SD801", setup(ON, replace(OFF, server="MBX02"))),
    ("SD801", setup(replace(ON, enabled=None))),
    ("SD802", setup(replace(ON, sender="<>"))),
    ("SD802", setup(ON, replace(OFF, sender=""))),
    ("SD803", setup(ON, sender="anna@contoso.com")),
    ("SD803", setup(ON, sender="anne@contoso.com")),
    ("SD804", setup(ON, sender="ANNA@contoso.com")),
    ("SD804", setup(ON)),
    ("SD805", setup(OWN)),
    ("SD805", setup(replace(ON, path=None))),
    ("SD806", setup(OWN, rights=[FolderRights("a.txt", r"D:\Traces", None)])),
    ("SD807", setup(ON)),
    ("SD807", setup(OWN, rights=[FolderRights("a.txt", r"d:\traces", True)])),
    ("SD807", setup(OWN, rights=[FolderRights("a.txt", "D:\\", True)])),
    ("SD808", setup(ON, switches=[SnapshotSwitch("agents.config", True)])),
    ("SD809", setup(FRONT_END, ON)),
    ("SD809", setup()),
    ("SD810", setup(folders=[FolderSeen("listing.txt", 0), FolderSeen("D:\\Traces", 12)])),
    ("SD811", setup(agents=[RegisteredAgent("a.txt", 1, "Signer", True, 3)])),
    ("SD812", setup(OFF)),
    ("SD813", setup(ON, DELIVERY)),
    ("SD813", setup(OFF, replace(DELIVERY, enabled=False))),
]


@pytest.mark.parametrize(("code", "given"), RAISES)
def test_a_cause_is_found(code: str, given: SetUp) -> None:
    assert code in {finding.code for finding in setup_findings(given)}


@pytest.mark.parametrize(("code", "given"), NEAR_MISSES)
def test_what_is_no_cause(code: str, given: SetUp) -> None:
    assert code not in {finding.code for finding in setup_findings(given)}


def test_the_cmdlet_that_mends_it_is_the_services_own() -> None:
    (found,) = setup_findings(setup(replace(OFF, cmdlet="MailboxTransportService", server="MBX02")))
    assert found.fix.startswith("Run Set-MailboxTransportService MBX02 -PipelineTracingEnabled $true")
    (found,) = setup_findings(setup(replace(OFF, cmdlet="TransportServer")))
    assert "Set-TransportServer MBX01" in found.fix


def test_nothing_given_is_nothing_wrong() -> None:
    assert setup_findings(setup()) == []
