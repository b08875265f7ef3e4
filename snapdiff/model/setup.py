"""The nouns of a server's set-up for pipeline tracing, as pasted output and folders tell it."""

from typing import Literal

from msgspec import Struct

from snapdiff.model import Finding, Problem

ServiceKind = Literal["transport", "mailbox-delivery", "front-end"]
Cmdlet = Literal["TransportService", "MailboxTransportService", "TransportServer", "FrontEndTransportService"]
"""The noun of the cmdlets that show and set a service: `Get-TransportService`, `Set-TransportService`."""


class ServiceSettings(Struct, frozen=True):
    """What a service says of pipeline tracing. `server` is None where the paste does not name it.

    None stands for a setting that was not pasted, "" for one that is empty.
    """

    file: str
    line: int
    server: str | None
    cmdlet: Cmdlet
    enabled: bool | None
    sender: str | None
    path: str | None

    @property
    def kind(self) -> ServiceKind:
        """The service that the cmdlet is of."""
        if self.cmdlet == "FrontEndTransportService":
            return "front-end"
        return "mailbox-delivery" if self.cmdlet == "MailboxTransportService" else "transport"


class RegisteredAgent(Struct, frozen=True):
    """An agent as Get-TransportAgent lists it."""

    file: str
    line: int
    name: str
    enabled: bool
    priority: int | None


class SnapshotSwitch(Struct, frozen=True):
    """The messageSnapshot element of an agents.config."""

    file: str
    enabled: bool


class FolderRights(Struct, frozen=True):
    """What icacls or Get-Acl shows of a folder. `service_writes`: whether the Network Service account may write there.

    None: the account was not seen, which may be because of its name in another language.
    """

    file: str
    path: str
    service_writes: bool | None


class FolderSeen(Struct, frozen=True):
    """A folder or a listing of one: how many snapshot files it holds."""

    file: str
    snapshots: int


class SetUp(Struct, frozen=True):
    """All that was given. `sender` is the envelope sender that is to be traced, None where it was not said.

    `not_known` names the files in which nothing was recognised.
    """

    services: list[ServiceSettings]
    agents: list[RegisteredAgent]
    switches: list[SnapshotSwitch]
    rights: list[FolderRights]
    folders: list[FolderSeen]
    not_known: list[str]
    sender: str | None = None


class ToPaste(Struct, frozen=True):
    """Something that was not given: what it would tell, and the command whose output tells it."""

    tells: str
    command: str


class Diagnosis(Struct, frozen=True):
    """What is wrong, what was looked at and found right, and what to paste so that the rest can be looked at."""

    setup: SetUp
    findings: list[Finding]
    right: list[str]
    missing: list[ToPaste]
    problems: list[Problem]
