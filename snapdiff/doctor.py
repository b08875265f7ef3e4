"""A set-up for pipeline tracing to a diagnosis: what is wrong, what is right, and what to paste to see the rest."""

from collections.abc import Iterator, Sequence

from snapdiff.findings.judge import setup_findings
from snapdiff.model import Problem
from snapdiff.model.setup import Diagnosis, ServiceSettings, SetUp, ToPaste

_SETTINGS = "Get-TransportService | Format-List Name,PipelineTracing*"
_DELIVERY = "Get-MailboxTransportService | Format-List Name,PipelineTracing*"
_AGENTS = "Get-TransportAgent | Format-Table Identity,Enabled,Priority -AutoSize | Out-String -Width 200"
_CONFIG = 'Get-Content "$env:ExchangeInstallPath\\TransportRoles\\Shared\\agents.config"'
_SERVICE = {
    "transport": "Transport",
    "mailbox-delivery": "Mailbox Transport Delivery",
    "front-end": "Front End Transport",
}


def diagnose(setup: SetUp, problems: Sequence[Problem]) -> Diagnosis:
    """Looks at all that was given; `problems` are those of reading it."""
    return Diagnosis(setup, setup_findings(setup), list(_right(setup)), list(_missing(setup)), list(problems))


def _right(setup: SetUp) -> Iterator[str]:
    for one in setup.services:
        where = f"for the {_SERVICE[one.kind]} service on {one.server or 'the server'}"
        if one.enabled:
            yield f"Tracing is switched on {where}."
        if one.sender and one.sender == setup.sender:
            yield f"The sender traced {where} is {one.sender}, letter for letter."
    for right in setup.rights:
        if right.service_writes:
            yield f"Network Service may write to {right.path}."
    for switch in setup.switches:
        if switch.enabled:
            yield f"{switch.file} leaves message snapshots on."
    running = sum(one.enabled for one in setup.agents)
    if setup.agents:
        yield f"{running} of {len(setup.agents)} listed agents are switched on."
    for folder in setup.folders:
        if folder.snapshots:
            yield f"{folder.file} holds {folder.snapshots:,} snapshot files: snapdiff {folder.file}"


def _missing(setup: SetUp) -> Iterator[ToPaste]:
    """What was not given."""
    kinds = {one.kind for one in setup.services}
    path = _path(setup.services)
    if "transport" not in kinds:
        yield ToPaste("Which sender is traced, and where to", _SETTINGS)
    if "mailbox-delivery" not in kinds:
        yield ToPaste("The same for delivery to mailboxes", _DELIVERY)
    if not setup.agents:
        yield ToPaste("Which agents run", _AGENTS)
    if not setup.switches:
        yield ToPaste("Whether snapshots are switched off for all services", _CONFIG)
    if not setup.rights:
        yield ToPaste("Whether the service may write there", f'icacls "{path}"')
    if not setup.folders:
        yield ToPaste(
            "What lies there", f'Get-ChildItem "{path}" -Recurse -Filter *.eml | Select-Object -First 20 FullName'
        )
    if setup.sender is None:
        yield ToPaste("Whether that is the sender meant, letter for letter", "snapdiff doctor --sender ADDRESS ...")


def _path(services: Sequence[ServiceSettings]) -> str:
    default = "$env:ExchangeInstallPath\\TransportRoles\\Logs\\Hub\\PipelineTracing"
    return next((one.path for one in services if one.path and one.kind != "front-end"), default)
