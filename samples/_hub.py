"""What every story on a Mailbox server shares: how mail comes in, what the service stamps, how it goes out."""

from datetime import datetime

from _exchange import Act, Server, Transit, between, guid, iso, later, received
from _logs import LogBook, Message, Peer
from _pipeline import Trace
from _servers import EDGE01, END_OF_DATA, END_OF_HEADERS, RESOLVED, usual_acts

SMTP = (END_OF_HEADERS, END_OF_DATA)
HUB_FOLDER = "Hub/ProtocolLog/SmtpReceive"
SUMMARY_CLEAN = "S:AMA=SUM|v=0|action=|error=|atch=0"
NO_COST = "S:CompCost=|ETR=0"


def acts_of(server: Server, story: dict[tuple[str, str], Act]) -> dict[tuple[str, str], Act]:
    """The story's acts on top of what the agents always do: the story's first."""
    usual = usual_acts(server)
    return {**usual, **{key: both(act, usual[key]) if key in usual else act for key, act in story.items()}}


def both(first: Act, second: Act) -> Act:
    return lambda transit: second(first(transit))


def snapshots_folder(place: str, name: str) -> str:
    """The folder of one trace: the place is `<server>/<service folder>`, the name gives the GUID."""
    return f"traces/{place}/MessageSnapshots/{guid('folder ' + name)}"


def open_hub(server: Server, name: str, connected: datetime, row: int) -> Trace:
    """A trace of the Transport service whose session began at a time; the message comes some 40 ms later."""
    began = later(connected, between(name, 34, 52))
    path = snapshots_folder(f"{server.name}/Hub/PipelineTracing", name)
    trace = Trace(path, server, began, record_id=server.record_id(row))
    trace.open_session(server.session_id(connected), connected, 1)
    return trace


def hub_service(server: Server, moment: datetime, *fields: str) -> dict[str, Act]:
    """What the Transport service does to mail before each event; the mail comes from its own front end."""
    hop = received(server.fqdn, server.ip, server, moment)

    def arrived(transit: Transit) -> Transit:
        return transit.changed(lambda mail: mail.on_top(hop).below(*fields))

    def measured(transit: Transit) -> Transit:
        size = f"X-MS-Exchange-Organization-OriginalSize: {len(transit.mail.raw)}"
        return transit.changed(lambda mail: mail.below(size))

    def resolved(transit: Transit) -> Transit:
        count = f"X-MS-Exchange-Organization-TotalRecipientCount: {len(transit.recipients)}"
        verified = "X-MS-Exchange-Organization-Recipient-Limit-Verified: True"
        return transit.changed(lambda mail: mail.below(verified, count))

    return {END_OF_HEADERS: arrived, END_OF_DATA: measured, RESOLVED: resolved}


def at_front_end(transit: Transit, server: Server, peer: Peer, moment: datetime) -> Transit:
    """What Front End Transport adds while it hands a message on."""
    waited = between(server.name + iso(moment), 9, 31) / 1000
    hop = received(peer.host, peer.ip, server, moment, "Frontend Transport")
    delay = f"X-MS-Exchange-Organization-MessageLatency: SRV={server.fqdn}:TOTAL-FE={waited:.3f}|SMR={waited:.3f}"
    return transit.changed(lambda mail: mail.on_top(hop).below(delay))


def from_outside(sender: str, client_ip: str) -> tuple[str, ...]:
    """The fields a Mailbox server stamps on mail that an Edge server brought."""
    return (
        f"Return-Path: {sender}",
        f"X-MS-Exchange-Organization-OriginalClientIPAddress: {client_ip}",
        "X-MS-Exchange-Organization-MessageDirectionality: Incoming",
        "X-MS-Exchange-Organization-FromEntityHeader: Internet",
    )


def queued(message: Message, server: Server, record_id: int) -> str:
    """The next hop's answer to the end of data."""
    where = f"[InternalId={record_id}, Hostname={server.fqdn}]"
    return f"250 2.6.0 {message.message_id} {where} Queued mail for delivery"


def sent_and_delivered(
    book: LogBook, trace: Trace, message: Message, leaving: Transit, home: Server, delivery_id: int
) -> None:
    """SEND to the delivery service of a mailbox's server, and DELIVER there: no trace was on in that service."""
    after = between(trace.path + "deliver", 88, 140)
    peer = Peer(home.fqdn, home.ip)
    connector = "Intra-Organization SMTP Send Connector"
    moment = book.sent(trace, message, leaving, peer, connector, after, queued(message, home, delivery_id))
    connected = later(moment, -48)
    context = f"{home.session_id(connected)};{iso(connected)}"
    book.delivered(home, later(moment, -3), message, delivery_id, leaving, context)


def to_edge(book: LogBook, trace: Trace, message: Message, leaving: Transit, row: int) -> None:
    """SEND to the Edge server, on the way out of the house."""
    connector = "EdgeSync - Default-First-Site-Name to Internet"
    answer = queued(message, EDGE01, EDGE01.record_id(row))
    book.sent(trace, message, leaving, Peer(EDGE01.fqdn, EDGE01.ip), connector, 190, answer)


def matched(rule: str, changed: str, action: str) -> str:
    """The Transport Rule Agent's word on a rule that matched."""
    return f"S:TRA=ETR|ruleId={rule}|st={changed}.0000000Z|action={action}|sev=1|mode=Enforce"
