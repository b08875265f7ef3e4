"""Names the sample servers, the agents that run on each, and what these agents do to any message that passes.

Order within an event: hidden agents that run first, then by priority, then hidden agents that run last.
"""

import base64
import hashlib
from collections.abc import Mapping

from _exchange import Act, Server, Transit, pseudo_bytes, utc, wrapped

END_OF_HEADERS = "OnEndOfHeaders"
END_OF_DATA = "OnEndOfData"
SUBMITTED = "OnSubmittedMessage"
RESOLVED = "OnResolvedMessage"
ROUTED = "OnRoutedMessage"
CATEGORIZED = "OnCategorizedMessage"

DKIM_SIGNER = "Exchange DkimSigner"
FOOTER_AGENT = "Fußzeilen-Agent, Woodgrove GmbH"
CODETWO = "CodeTwo Exchange Rules Transport Agent"

_END_OF_DATA_AGENTS = ("Inbound Trust Agent", "RMS Protocol Decryption Agent")
_SUBMITTED_AGENTS = (
    "RMS Decryption Agent",
    "Shared Mailbox Sent Item Agent",
    "Malware Agent",
    "Text Messaging Routing Agent",
    "RMS Encryption Agent",
    "Journal Agent",
)
_RESOLVED_AGENTS = (
    "Prioritization Agent",
    "Transport Rule Agent",
    "DLP Policy Agent",
    "Retention Policy Agent",
    "Supervisory Review Agent",
    "Index Routing Agent",
)
_DISABLED_ON_MBX02 = ("Text Messaging Routing Agent", "Supervisory Review Agent")
"""Disabled there by the administrator, as the two System Probe Drop agents are."""
_ROUTED_AGENTS = ("RMS Encryption Agent", "Prelicense Agent", "Journal Agent", "Redirection Agent")

MBX01 = Server(
    "MBX01",
    "contoso.com",
    "10.20.0.11",
    utc("2024-05-11T03:12:44.187"),
    6377,
    {
        END_OF_HEADERS: ("Inbound Trust Agent", "System Probe Drop Smtp Agent"),
        END_OF_DATA: _END_OF_DATA_AGENTS,
        SUBMITTED: _SUBMITTED_AGENTS,
        RESOLVED: _RESOLVED_AGENTS,
        ROUTED: _ROUTED_AGENTS,
        CATEGORIZED: (
            "System Probe Drop Routing Agent",
            DKIM_SIGNER,
            FOOTER_AGENT,
            "Journal Report Decryption Agent",
            "Outbound Trust Agent",
        ),
    },
)
MBX02 = Server(
    "MBX02",
    "contoso.com",
    "10.20.0.12",
    utc("2024-05-11T04:02:10.655"),
    4118,
    {
        END_OF_HEADERS: ("Inbound Trust Agent",),
        END_OF_DATA: _END_OF_DATA_AGENTS,
        SUBMITTED: tuple(agent for agent in _SUBMITTED_AGENTS if agent not in _DISABLED_ON_MBX02),
        RESOLVED: tuple(agent for agent in _RESOLVED_AGENTS if agent not in _DISABLED_ON_MBX02),
        ROUTED: (CODETWO, *_ROUTED_AGENTS),
        CATEGORIZED: ("Journal Report Decryption Agent", "Outbound Trust Agent"),
    },
)
EDGE01 = Server(
    "EDGE01",
    "contoso.com",
    "192.0.2.25",
    utc("2024-05-10T22:41:07.902"),
    927,
    {
        END_OF_HEADERS: (
            "Connection Filtering Agent",
            "Address Rewriting Inbound Agent",
            "Sender Id Agent",
            "Sender Filter Agent",
            "Protocol Analysis Agent",
        ),
        END_OF_DATA: (
            "Edge Rule Agent",
            "Content Filter Agent",
            "Protocol Analysis Agent",
            "Attachment Filtering Agent",
        ),
        ROUTED: ("Address Rewriting Outbound Agent",),
    },
)
DELIVERY_AGENTS = {END_OF_HEADERS: ("Inbound Trust Agent",), END_OF_DATA: ("Inbound Trust Agent",)}
"""What runs in the Mailbox Transport Delivery service; it has no categorizer."""

USUAL_MILLISECONDS: Mapping[str, tuple[int, int]] = {
    "Connection Filtering Agent": (14, 48),
    "Sender Id Agent": (60, 160),
    "Content Filter Agent": (22, 58),
    "Malware Agent": (11, 34),
    "Transport Rule Agent": (6, 24),
    "Index Routing Agent": (28, 56),
    DKIM_SIGNER: (9, 18),
    FOOTER_AGENT: (6, 15),
    CODETWO: (35, 90),
}
"""How long an agent takes, from and to; all others 1 to 5."""


def usual_acts(server: Server) -> dict[tuple[str, str], Act]:
    """What the agents of a Mailbox server do to every message, whatever the story."""
    return {
        (SUBMITTED, "Malware Agent"): _stamp("X-MS-Exchange-Organization-AVStamp-Enterprise: 1.0"),
        (RESOLVED, "Transport Rule Agent"): _stamp(f"X-MS-Exchange-Forest-RulesExecuted: {server.name}"),
        (RESOLVED, "Index Routing Agent"): index_agent,
        (ROUTED, "Journal Agent"): _stamp("X-MS-Exchange-Organization-Processed-By-Journaling: Journal Agent"),
    }


def _stamp(*fields: str) -> Act:
    return lambda transit: transit.changed(lambda mail: mail.below(*fields))


def index_agent(transit: Transit) -> Transit:
    """The Index Routing Agent leaves its annotations (here: noise of a small mail's size) in the header."""
    body = transit.mail.body
    noise = b"\x01\x0d\x02en\x00\x01" + pseudo_bytes(hashlib.sha256(body).hexdigest(), 41)
    blob = base64.b64encode(noise).decode()
    language = "de" if b"Viele Gr" in body or b"Sehr geehrte" in body else "en"
    return transit.changed(
        lambda mail: mail.below(
            wrapped(f"X-MS-Exchange-Forest-IndexAgent-0: {blob}"),
            f"X-MS-Exchange-Forest-IndexAgent: 1 {len(blob)}",
            f"X-MS-Exchange-Forest-Language: {language}",
        )
    )
