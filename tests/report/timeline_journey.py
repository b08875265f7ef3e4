"""A journey over two servers with all that a timeline can hold, hostile names too, for every output that draws one."""

from msgspec.structs import replace
from rowmaker import row
from terminal_nouns import snapshot, step, trace

from snapdiff.model import Change, Journey, Leg, Session, SessionLine, Snapshot
from snapdiff.timeline import timeline

EVIL = "x\x1b[31m|`<script>\u202e"
DAY = "2024-05-14T"
AT = "OnRoutedMessage"


def taken(file: str, time: str, agent: str | None = None) -> Snapshot:
    return snapshot(file, None if file == "Original.eml" else AT, agent, time=f"{DAY}{time}Z")


FIRST = trace(
    [
        step("Original.eml", "Routing0001.eml", AT, None),
        step("Routing0001.eml", "Routing0002.eml", AT, "Quiet, Agent"),
        step("Routing0002.eml", "Routing0003.eml", AT, "Rule Agent", Change("header.changed", "Subject")),
        step("Routing0003.eml", "Routing0005.eml", AT, EVIL, certain=False, missing=["Routing0004.eml"]),
    ],
    [
        taken("Original.eml", "23:59:58.000"),
        taken("Routing0001.eml", "23:59:58.100"),
        taken("Routing0002.eml", "23:59:58.200", "Quiet, Agent"),
        taken("Routing0003.eml", "23:59:58.300", "Rule Agent"),
        taken("Routing0005.eml", "23:59:58.400", EVIL),
    ],
    path="MBX01/1",
)
SECOND = trace(
    [step("Original.eml", "Routing0001.eml", AT, None, Change("header.added", EVIL))],
    [taken("Original.eml", "23:59:59.000"), taken("Routing0001.eml", "23:59:59.100")],
    path="MBX02/2",
    server="MBX02.contoso.com",
)
ROWS = [
    row("RECEIVE", "23:59:58", server_hostname="MBX01", client_hostname=EVIL),
    row(
        "TRANSFER",
        "23:59:59",
        client_hostname="MBX01",
        source="AGENT",
        source_context=EVIL,
        recipient_address=["a@x.test", "b@x.test"],
        reference=["7"],
    ),
    replace(row("FAIL", server_hostname="MBX02"), time=None),
    replace(row("DELIVER", server_hostname="MBX02"), time="2024-05-15T00:00:01.000Z"),
]
REFUSED = SessionLine(1, None, 0, ">", "550 5.1.10 " + EVIL, "")
SESSION = Session(
    "RECV.LOG", "receive", "08DC", "MBX02\\Default", "", "192.0.2.9:25", f"{DAY}23:59:58Z", None, [REFUSED], []
)
GAP = "MBX03 took the message on, and its log is not here."


def journey() -> Journey:
    """The journey with its timeline."""
    whole = Journey(
        message_id="<1@x.test>",
        network_message_id=None,
        subject="A way",
        traces=["MBX01/1", "MBX02/2"],
        legs=[
            Leg("MBX01", "transport", "MBX01/1", f"{DAY}23:59:58.000Z", f"{DAY}23:59:58.400Z"),
            Leg("MBX02.contoso.com", "transport", "MBX02/2", f"{DAY}23:59:59.000Z", f"{DAY}23:59:59.100Z"),
        ],
        events=ROWS,
        sessions=[SESSION],
        joined_by=["record-id (logs)"],
        gaps=[GAP],
    )
    return replace(whole, timeline=timeline(whole, [FIRST, SECOND]))
