"""The nouns every stage speaks in: immutable, without I/O, named and ordered as the JSON report has them.

The classes are msgspec structs: frozen, cheap to build, and the JSON document, its schema and what crosses
from a worker to the main process all come from these same definitions. Keys the contract lists are always
written; keys added beside it are left out while unset.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from snapdiff.model.answers import Answers as Answers
from snapdiff.model.answers import Explained as Explained
from snapdiff.model.answers import FinalSeen as FinalSeen
from snapdiff.model.answers import Insertion as Insertion
from snapdiff.model.answers import PartSeen as PartSeen
from snapdiff.model.answers import StepAnswers as StepAnswers
from snapdiff.model.answers import TextSeen as TextSeen
from snapdiff.model.logs import SAME_FIELD as SAME_FIELD
from snapdiff.model.logs import AgentNote as AgentNote
from snapdiff.model.logs import CustomDatum as CustomDatum
from snapdiff.model.logs import Latency as Latency
from snapdiff.model.logs import LogValue as LogValue
from snapdiff.model.logs import MessageInfo as MessageInfo
from snapdiff.model.logs import NoteKind as NoteKind
from snapdiff.model.logs import Parsed as Parsed
from snapdiff.model.logs import RecipientStatus as RecipientStatus
from snapdiff.model.logs import RecipientWay as RecipientWay
from snapdiff.model.logs import RowFormat as RowFormat
from snapdiff.model.logs import RowSession as RowSession
from snapdiff.model.logs import ServerHop as ServerHop
from snapdiff.model.logs import ServerStay as ServerStay
from snapdiff.model.logs import Session as Session
from snapdiff.model.logs import SessionLine as SessionLine
from snapdiff.model.logs import SplitCopy as SplitCopy
from snapdiff.model.logs import TrackedMessage as TrackedMessage
from snapdiff.model.logs import TrackFound as TrackFound
from snapdiff.model.logs import TrackingRow as TrackingRow
from snapdiff.model.signatures import BodyState as BodyState
from snapdiff.model.signatures import SignatureState as SignatureState
from snapdiff.model.signatures import TracedSignature as TracedSignature
from snapdiff.model.views import Address as Address
from snapdiff.model.views import Attachment as Attachment
from snapdiff.model.views import Blame as Blame
from snapdiff.model.views import BlameRun as BlameRun
from snapdiff.model.views import DecodedView as DecodedView
from snapdiff.model.views import FieldBlame as FieldBlame
from snapdiff.model.views import Hop as Hop
from snapdiff.model.views import MimeNode as MimeNode
from snapdiff.model.views import Owner as Owner
from snapdiff.model.views import PartBlame as PartBlame
from snapdiff.model.views import PartTexts as PartTexts
from snapdiff.model.views import StepView as StepView
from snapdiff.model.views import Touch as Touch
from snapdiff.model.views import TraceViews as TraceViews

SCHEMA_NAME = "snapdiff.report/1"

Stage = Literal["Original", "SmtpReceive", "Routing"]
Service = Literal["transport", "mailbox-delivery", "edge"]
Status = Literal["Deleted", "Deferred"]
Actor = Literal["agent", "transport", "session", "unknown"]
Severity = Literal["error", "warning", "note"]
Kind = Literal[
    "envelope.sender-changed",
    "envelope.recipient-added",
    "envelope.recipient-removed",
    "header.added",
    "header.removed",
    "header.changed",
    "header.moved",
    "header.rewritten",
    "part.added",
    "part.removed",
    "part.changed",
    "part.rewritten",
    "part.moved",
    "message.deleted",
    "message.deferred",
]
Degree = Literal["re-wrapped", "re-encoded", "relabelled", "characters-lost", "content-changed"]
"""How deep a change of content goes, from the bytes up to the meaning; absent where bytes are equal."""

Span = tuple[int, int]
"""Byte offsets in the .eml file, end exclusive."""


class Words(Struct, frozen=True):
    """Where the words of a replaced hunk differ: character ranges in `before` and `after`, end exclusive."""

    before: list[tuple[int, int]]
    after: list[tuple[int, int]]


class Hunk(Struct, frozen=True):
    """One run of lines that differs. Text is decoded, joined by LF, without a final line end.

    None means no lines on that side, an empty string one empty line. Lines count from 1; a pure insertion or
    deletion names the line it stands before on the side where it has none.
    """

    before: str | None
    after: str | None
    before_line: int
    after_line: int
    words: Words | UnsetType = UNSET


class PartInfo(Struct, frozen=True):
    """A MIME part in short: its media type, file name, decoded size in bytes and SHA-256 of the decoded content.

    `opaque` is set for content this program can't look into (TNEF, encrypted), so that "nothing seen" is not
    read as "nothing changed".
    """

    type: str
    file_name: str | None
    size: int
    sha256: str
    opaque: bool | UnsetType = UNSET


class ValueChange(Struct, frozen=True):
    """One named value inside a structured header field (a parameter, a tag) that differs; None means absent."""

    name: str
    before: str | None
    after: str | None


class Change(Struct, frozen=True):
    """One difference between two snapshots, and the bytes of either file it owns.

    `moved` is set on a field whose value and place both changed; `visible` holds the hunks of what a reader
    sees of a text/html part; `degree` says how deep a change of content goes; `values` names what differs
    inside a structured field.
    """

    kind: Kind
    name: str | None = None
    part: str | None = None
    cosmetic: bool = False
    before: str | PartInfo | None = None
    after: str | PartInfo | None = None
    before_span: Span | None = None
    after_span: Span | None = None
    hunks: list[Hunk] | None = None
    moved: bool | UnsetType = UNSET
    visible: list[Hunk] | UnsetType = UNSET
    degree: Degree | UnsetType = UNSET
    values: list[ValueChange] | UnsetType = UNSET
    note: str | UnsetType = UNSET
    """A word to the reader where a limit was reached or something can't be seen (TNEF, too many lines)."""


class Problem(Struct, frozen=True):
    """Something that could not be read, or not in full: the file (relative to the source), a code, a sentence."""

    path: str
    code: str
    message: str


class Snapshot(Struct, frozen=True):
    """One file of a trace. `stage` and `sequence` are None for a plain mail that is no snapshot.

    `time` stands as the file has it (UTC, ISO 8601); `size` is the file's in bytes; `message_offset` is where
    the message begins behind the injected block; `sha256` is that of the message.
    """

    file: str
    stage: Stage | None
    sequence: int | None
    event: str | None
    agent: str | None
    time: str | None
    record_id: str | None
    protocol_id: str | None
    status: Status | None
    sender: str | None
    recipients: list[str]
    headers_only: bool
    size: int
    message_offset: int
    sha256: str


class LoadedSnapshot(Struct, frozen=True):
    """A snapshot with its bytes, on its way from reading to comparing; it never leaves the worker.

    `raw` is the file, `message` what follows its injected block; `short` says in words why the file ends short,
    None where it does not.
    """

    snapshot: Snapshot
    raw: bytes
    message: bytes
    time: datetime | None
    short: str | None = None


class Step(Struct, frozen=True):
    """What happened from one snapshot to the next: who did it, how sure that is, and every change.

    `from_` is None for a fork's first snapshot, compared with its parent's. `compared_with` is the snapshot
    really compared, where `from_` holds no message.
    """

    from_: str | None = msgspec.field(name="from")
    to: str
    compared_with: str | None
    event: str | None
    agent: str | None
    actor: Actor
    certain: bool
    reason: str | None
    missing: list[str]
    candidates: list[str]
    elapsed_ms: int | None
    changes: list[Change]
    logged: list[AgentNote] | UnsetType = UNSET
    """What the tracking log says the agent did here; left out where it says nothing."""


class Parent(Struct, frozen=True):
    """Where a fork came from: the parent trace's path and the snapshot it left at."""

    trace: str
    file: str


class Split(Struct, frozen=True):
    """How a copy came off its parent: the parent's snapshot that it left at, who split it, and how that is known.

    `agent` is set where a log names the agent and the parent's snapshots bear it out; else nobody is named. `reason`
    says what proves it where that is `certain`, and what is not known where it is not.
    """

    left_at: Snapshot
    agent: str | None
    certain: bool
    reason: str


class Finding(Struct, frozen=True):
    """A change or a trace with a known meaning, who caused it, and what mends it."""

    code: str
    name: str
    severity: Severity
    step: tuple[str, str] | None
    agent: str | None
    message: str
    evidence: dict[str, str]
    fix: str
    flags: list[str]


class Trace(Struct, frozen=True):
    """One folder of snapshots: one message in one service on one server.

    `id` is the folder's GUID in lower case (two copies of a folder share it; `path` is what is unique).
    `decoded` is the decoded view of the last snapshot that holds a message, present where it was asked for.
    """

    id: str
    path: str
    server: str | None
    service: Service | None
    parent: Parent | None
    message_id: str | None
    network_message_id: str | None
    subject: str | None
    sender: str | None
    recipients: list[str]
    snapshots: list[Snapshot]
    steps: list[Step]
    findings: list[Finding]
    problems: list[Problem]
    decoded: DecodedView | UnsetType = UNSET
    views: TraceViews | UnsetType = UNSET
    """What changed steps looked like; only in runs for a drawn report, and where something changed. Never in JSON."""
    blame: Blame | UnsetType = UNSET
    """Who owns what in the end; likewise."""
    signatures: list[TracedSignature] | UnsetType = UNSET
    """The way of each DKIM and ARC signature; left out where the message never bore one."""
    answers: Answers | UnsetType = UNSET
    """What a policy asked of the mail; in runs for a check alone. Never in JSON."""


class Leg(Struct, frozen=True):
    """One trace's share of a journey, with the times of its first and last snapshot."""

    server: str | None
    service: Service | None
    trace: str
    from_time: str | None
    to_time: str | None


class TimelineEntry(Struct, frozen=True):
    """One moment of a journey: a snapshot, a row of a tracking log, an SMTP session, or what the logs lack.

    It says where the thing stands and holds no copy of it: `trace` and `file` name a snapshot, `file` and `line` a row,
    `file` and `session_id` a session that lasted `until`; a gap has its `text`. `time` is that of the first line of a
    session, and for a gap that of the row after which something is missing. `agent`, `actor`, `certain` and the number
    of `changes` are those of the step that ends in the snapshot; the first of a trace has none.
    """

    time: str | None
    kind: Literal["snapshot", "row", "session", "gap"]
    server: str | None
    trace: str | UnsetType = UNSET
    file: str | UnsetType = UNSET
    line: int | UnsetType = UNSET
    session_id: str | UnsetType = UNSET
    until: str | UnsetType | None = UNSET
    event: str | UnsetType | None = UNSET
    agent: str | UnsetType | None = UNSET
    actor: Actor | UnsetType = UNSET
    certain: bool | UnsetType = UNSET
    changes: int | UnsetType = UNSET
    text: str | UnsetType = UNSET
    step: Step | UnsetType = UNSET
    """The step itself, for what is drawn. Never in JSON; nor are the next two."""
    row: TrackingRow | UnsetType = UNSET
    session: Session | UnsetType = UNSET


class Journey(Struct, frozen=True):
    """The traces of one message, over services, servers and forks, with its rows in the logs, and what joined them."""

    message_id: str | None
    network_message_id: str | None
    subject: str | None
    traces: list[str]
    legs: list[Leg]
    events: list[TrackingRow]
    sessions: list[Session]
    joined_by: list[str]
    gaps: list[str]
    findings: list[Finding] | UnsetType = UNSET
    """What was found about the journey as a whole; what is about one of its traces stands in that trace."""
    logged: list[AgentNote] | UnsetType = UNSET
    """What the tracking log says agents did, where it can't be known at which step; each says why."""
    timeline: list[TimelineEntry] | UnsetType = UNSET
    """All of it in order of time, where logs are there."""


class Tail(Struct, frozen=True):
    """What a report ends with, beside the traces.

    `left_out` counts files that are neither snapshots nor known logs, `logs` the known logs that were found,
    `filtered` the messages that the user's filters took away. `findings` are about the whole input.
    """

    journeys: Iterable[Journey]
    problems: list[Problem]
    left_out: int = 0
    logs: int = 0
    filtered: int = 0
    findings: list[Finding] = []


class Tool(Struct, frozen=True):
    """Who wrote the report."""

    name: str
    version: str


class Report(Struct, frozen=True):
    """The whole document `snapdiff PATH --format json` writes; its JSON Schema is made from this class.

    `left_out` counts the files that are neither snapshots nor known logs. `findings` are about the whole input, and
    are left out where there are none.
    """

    schema: Literal["snapdiff.report/1"]
    tool: Tool
    source: str
    traces: list[Trace]
    journeys: list[Journey]
    problems: list[Problem]
    left_out: int
    findings: list[Finding] | UnsetType = UNSET
