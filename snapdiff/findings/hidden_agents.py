"""Exchange's own agents that Get-TransportAgent does not list, so that nobody can set them up or move them."""

RUN_FIRST = frozenset(
    {
        "Inbound Trust Agent",
        "Prioritization Agent",
        "RMS Decryption Agent",
        "RMS Protocol Decryption Agent",
        "Shared Mailbox Sent Item Agent",
    }
)
"""Those that run before all others of their event."""
RUN_LAST = frozenset(
    {
        "Index Routing Agent",
        "Journal Agent",
        "Journal Report Decryption Agent",
        "Outbound Trust Agent",
        "Prelicense Agent",
        "RMS Encryption Agent",
        "Redirection Agent",
    }
)
"""Those that run behind all others of their event."""
HIDDEN = RUN_FIRST | RUN_LAST
