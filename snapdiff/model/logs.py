"""The nouns of logs: rows of message tracking, SMTP sessions, and what their packed fields say.

Import them from `model`, which hands them on. The readers in `read/` make them; everything else only looks.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

RowFormat = Literal["msgtrk", "cmdlet-fl", "cmdlet-csv", "cmdlet-clixml", "exchange-2000", "exchange-5.5", "rulestrk"]
"""The form a tracking row stands in, known by its content and never by the file's name alone."""

LogValue = str | list[str]
"""A field's value: one text, or the members of a collection such as recipient-address."""

SAME_FIELD = {
    "sender_address": ("sender_address", "sender", "originator", "from_address"),
    "recipient_address": ("recipient_address", "recipients"),
    "message_id": ("message_id", "msgid"),
    "event_id": ("event_id", "event_number"),
    "custom_data": ("custom_data", "event_data"),
    "recipient_status": ("recipient_status", "recipient_report_status"),
    "connector_id": ("connector_id", "gateway"),
}
"""What one thing is called in the log, by the cmdlet, and in the logs of older versions."""


class CustomDatum(Struct, frozen=True):
    """One member of custom-data, such as `S:TRA=ETR|ruleId=...|action=...`: type S, key TRA, group ETR, then values.

    `type` is one of S, I32, Dt, F, Dbl as the log writes it; None where the member has none (Get-MessageTrackingLog's
    EventData). `group` is the value's first part, and `values` the `key=value` parts behind it in their order, as
    pairs, since a key can come twice.
    """

    type: str | None
    key: str
    group: str
    values: list[tuple[str, str]]


class Latency(Struct, frozen=True):
    """One component of a latency text (`TOTAL=5`, `CATRS=0.049(CATRS-Transport Rule Agent=0.001)`), in seconds.

    `server` is the SRV or LSRV it stands under; `parent` the component it is a part of, None at the top.
    """

    server: str | None
    component: str
    seconds: float
    parent: str | None = None


class MessageInfo(Struct, frozen=True):
    """What message-info says: the origination time (ISO 8601, UTC) and latencies, or its text where it is neither."""

    time: str | None
    latencies: list[Latency]
    text: str | None = None


class RecipientStatus(Struct, frozen=True):
    """What recipient-status says of one recipient: its named values (LED, MSG, FQDN, IP, LRT), or the text as it is."""

    values: dict[str, str]
    text: str


class Parsed(Struct, frozen=True):
    """The packed fields of a row by their grammars. What can't be parsed stands as it is in the row's fields alone."""

    custom_data: list[CustomDatum]
    source_context: dict[str, str]
    message_info: MessageInfo | None
    recipient_status: list[RecipientStatus]


NOTHING_PARSED = Parsed([], {}, None, [])


class TrackingRow(Struct, frozen=True):
    """One row of a tracking log.

    `file` is the log's path in the report, `line` counts from 1 (of the row's first line), `time` is UTC (ISO 8601),
    None where it can't be read. `fields` holds every field of the log under its own name in snake case, in the log's
    order, the time left out; a column without a name is `column_N`. JSON writes them flat, beside the other keys.
    """

    file: str
    line: int
    format: RowFormat
    time: str | None
    fields: dict[str, LogValue]
    parsed: Parsed = NOTHING_PARSED

    @property
    def event(self) -> str:
        """What happened, in upper case as Exchange writes it (`RECEIVE`), or a number before 2007; "" where absent."""
        return self.text("event_id").upper()

    @property
    def is_by_agent(self) -> bool:
        """Whether an agent made it happen, whose name the source-context then is; of a DEFER row it may be the why."""
        return self.text("source").upper() == "AGENT"

    @property
    def reported_on(self) -> list[str]:
        """The Message-Ids that a delivery report is about; empty for rows of other events than DSN."""
        return self.texts("reference") if self.event == "DSN" else []

    def text(self, name: str) -> str:
        """A field by its name in today's log (`sender_address`), whatever this log calls it; "" where absent."""
        for own in SAME_FIELD.get(name, (name,)):
            value = self.fields.get(own)
            if value:
                return value if isinstance(value, str) else ";".join(value)
        return ""

    def texts(self, name: str) -> list[str]:
        """The same as a list: a collection's members, or the one text; empty where absent or empty."""
        for own in SAME_FIELD.get(name, (name,)):
            value = self.fields.get(own)
            if value:
                return [value] if isinstance(value, str) else value
        return []


NoteKind = Literal[
    "rule",
    "rule-time",
    "classification",
    "classification-override",
    "malware-scan",
    "malware-engine",
    "journal",
    "time",
    "other",
]
"""What a note of the log is about; see `AgentNote`."""


class AgentNote(Struct, frozen=True):
    """What the tracking log says an agent did to a message: one member of an AGENTINFO row, or one agent's latency.

    `agent` is the name that snapshots have. `what`: `rule` (a transport rule fired, with its actions), `rule-time` (a
    rule was slow to evaluate, fired or not), `classification` and `classification-override` (DLP), `malware-scan` (in
    sum) and `malware-engine` (one engine), `journal`, `time` (how long the agent took in all), `other` (an agent that
    logs under its own name). `rule_name` is None where no rules were given; `rule_unknown` is set where they were, and
    do not have this id. `values` are the row's further named values, as pairs. `reason` says why a note stands with
    its journey and with no step, and `trace` then names the folder that it is about, where that is known.
    """

    agent: str
    what: NoteKind
    rule_id: str | None
    rule_name: str | None
    actions: list[str]
    severity: str | None
    mode: str | None
    milliseconds: float | None
    values: list[tuple[str, str]]
    time: str | None
    file: str
    line: int
    rule_unknown: bool | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    trace: str | UnsetType = UNSET


class SessionLine(Struct, frozen=True):
    """One line of an SMTP session; `event` is + connect, - disconnect, > sent, < received, * information."""

    line: int
    time: str | None
    sequence: int | None
    event: str
    data: str
    context: str

    @property
    def is_refusal(self) -> bool:
        """Whether it is a reply that refuses (RFC 5321 section 4.2.1: 4xx for now, 5xx for good)."""
        is_reply = self.event in "<>" and self.data[:3].isdigit() and self.data[3:4] in ("", " ", "-")
        return is_reply and self.data[:1] in "45"


class Session(Struct, frozen=True):
    """One SMTP session of a protocol log. `messages` are the Protocol-Ids it names, in their order.

    `remote` and `local` are endpoints as the log has them; `start` and `end` the times of its first and last line.
    """

    file: str
    kind: Literal["receive", "send"]
    session_id: str
    connector_id: str
    local: str
    remote: str
    start: str | None
    end: str | None
    lines: list[SessionLine]
    messages: list[str]
    more_lines: int | UnsetType = UNSET
    """Lines beyond a limit that are left out here."""

    @property
    def line_count(self) -> int:
        """How many lines it has in its log, those that are left out here among them."""
        return len(self.lines) + (self.more_lines or 0)


class RecipientWay(Struct, frozen=True):
    """How one recipient fared. `came_from` is the list or the address it was put in for, None for one addressed.

    `outcome` is `delivered`, `sent` (handed to a server whose log is not here), `failed`, `expanded` (a list, its
    members follow), `redirected`, or `open`: the logs say no more. `time` and `server` are those of the row that says
    so.
    """

    address: str
    came_from: str | None
    outcome: Literal["delivered", "sent", "failed", "expanded", "redirected", "open"]
    time: str | None
    server: str | None
    status: str


class ServerStay(Struct, frozen=True):
    """A message on one server: from the row that says it came in to the last that says it left (ISO 8601, UTC).

    `seconds` lies between the two, None where either is not here. `logged_seconds` is the greatest total that Exchange
    itself noted for this server (message-info, TOTAL, or TOTAL-HUB and the like), None where it noted none.
    """

    server: str
    arrived: str | None
    left: str | None
    seconds: float | None
    logged_seconds: float | None


class ServerHop(Struct, frozen=True):
    """A message on its way between two servers: when the first logged that it was handed on, the second that it came.

    `seconds` lies between the two; None where a time is missing, or the second one is the earlier.
    """

    sender: str
    receiver: str
    sent: str | None
    received: str | None
    seconds: float | None


class SplitCopy(Struct, frozen=True):
    """A copy that was split off from a message on its way, for some of its recipients: what its TRANSFER row says.

    `number` counts from 1; `parent` is the number of the copy it came from, 0 for the message itself. `source` AGENT
    means that the agent `by` split it off, else `by` names a part of Exchange (Resolver, ContentConversion). `events`
    are the places, in the message's rows, of those that are known to be about it; the TRANSFER row is one of them.
    """

    number: int
    parent: int
    server: str
    internal_message_id: str
    network_message_id: str
    source: str
    by: str
    time: str | None
    recipients: list[str]
    events: list[int]


class RowSession(Struct, frozen=True):
    """The SMTP session of one hop: the place of its row in the message's rows, and where the session stands.

    `lines` are the numbers, in the session's file, of those that are about the message.
    """

    event: int
    file: str
    session_id: str
    start: str | None
    lines: list[int]


class TrackedMessage(Struct, frozen=True):
    """One message and its rows, in order of time over all servers.

    `stays` has each server that it passed, in order, and `hops` the ways between them. `copies` were split off from it,
    and `talks` are the SMTP sessions of its rows. `gaps` says in words what the logs lack. `reports` are the
    Message-Ids of delivery reports about it, and `about` those of the messages that it reports on. Rows without a
    Message-Id stand together under None.
    """

    message_id: str | None
    network_message_ids: list[str]
    subject: str
    sender: str
    recipients: list[str]
    events: list[TrackingRow]
    gaps: list[str]
    ways: list[RecipientWay] = []
    stays: list[ServerStay] = []
    reports: list[str] = []
    about: list[str] = []
    hops: list[ServerHop] = []
    copies: list[SplitCopy] = []
    talks: list[RowSession] = []
    logged: list[AgentNote] = []
    """What agents logged about it (AGENTINFO), in the order of the rows."""


class TrackFound(Struct, frozen=True):
    """What a search over logs found. `rows_read` counts every row of the logs, `files` names those that were read.

    `protocol_files` names the protocol logs where they were looked through by themselves, without any tracking log.
    """

    rows_read: int
    files: list[str]
    messages: Sequence[TrackedMessage]
    sessions: list[Session]
    protocol_files: list[str] = []
