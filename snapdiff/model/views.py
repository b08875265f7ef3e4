"""The nouns made on demand: the decoded view, texts before and after a step, who owns each character in the end.

Save the decoded view they are no part of the JSON contract: a worker makes them for a drawn report (`Run(...,
views=True)`). Import them from `model`, which hands them on.
"""

import msgspec
from msgspec import UNSET, Struct, UnsetType


class Address(Struct, frozen=True):
    """A mailbox as people read it."""

    name: str
    address: str


class Hop(Struct, frozen=True):
    """One Received field, decoded. `delay_seconds` counts from the hop before; None where a date can't be read."""

    from_host: str | None
    by_host: str | None
    with_protocol: str | None
    time: str | None
    delay_seconds: float | None


class Attachment(Struct, frozen=True):
    """A part a reader would save: file name, media type, decoded size in bytes."""

    file_name: str
    type: str
    size: int


class DecodedView(Struct, frozen=True):
    """What a mail reader shows of a message: decoded addresses, texts, attachments, and the hops in travel order."""

    from_: list[Address] = msgspec.field(name="from")
    to: list[Address]
    cc: list[Address]
    reply_to: list[Address]
    subject: str
    date: str | None
    text_plain: str
    text_html: str
    attachments: list[Attachment]
    hops: list[Hop]


class MimeNode(Struct, frozen=True):
    """One line of a MIME tree: the part's section, how deep it stands (0 for the message), type, file name, size.

    Trees are lists of these in document order, a parent before its children. `size` counts the decoded bytes of a
    leaf, and the bytes as they stand of a multipart or an embedded message.
    """

    section: str
    depth: int
    type: str
    file_name: str | None
    size: int
    attachment: bool


class PartTexts(Struct, frozen=True):
    """A text part before and after a step, decoded, lines ended by LF; None on the side that has no such part.

    `change` is the index in the step's changes of the change it belongs to. `cut` says in words what was left out
    where a text was too long: it then holds its beginning alone, or "" where nothing fitted any more.
    """

    change: int
    section: str
    type: str
    before: str | None
    after: str | None
    cut: str | UnsetType = UNSET


class StepView(Struct, frozen=True):
    """What a step that changed parts looked like: both MIME trees, and the texts that changed, came or went.

    `to` names the step by its later snapshot, of which each step has its own.
    """

    to: str
    tree_before: list[MimeNode]
    tree_after: list[MimeNode]
    texts: list[PartTexts]


class TraceViews(Struct, frozen=True):
    """The views of a trace's steps, in their order; a step that changed no part has none.

    `cut` says in words what was left out where a limit of the trace struck.
    """

    steps: list[StepView]
    cut: str | UnsetType = UNSET


class Owner(Struct, frozen=True):
    """Who brought something: a step, or nobody in this trace (`to` None: the message came in with it).

    `to` names the step by its later snapshot; `label` is who it was in words for people; the rest is the step's.
    """

    to: str | None
    label: str
    agent: str | None = None
    event: str | None = None
    actor: str | None = None
    certain: bool = True
    reason: str | None = None
    candidates: list[str] = []


class BlameRun(Struct, frozen=True):
    """A run of characters with one owner (an index into `Blame.owners`).

    `removed_by` is the owner that took it out again, None where it stands in the final message. The runs of one
    text without the removed ones, joined, are the final text; those that had come and not gone by some step, the
    text as it was then.
    """

    text: str
    owner: int
    removed_by: int | None = None


class Touch(Struct, frozen=True):
    """What a step did to a field or part without bringing its words.

    `moved`, `wrapped` (put a level deeper), `unwrapped`, `re-wrapped`, `re-encoded`, `relabelled`, `rewritten`;
    `changed` where a field's value changed beyond what is shown; `content-changed` for content other than text.
    """

    owner: int
    what: str


class FieldBlame(Struct, frozen=True):
    """A header field and who brought it; `runs` cut its value for people by owner.

    `part` is the section whose header it stands in, None for the message's own. `removed_by` is set where the field
    is no longer there. `owner` brought the field; what others changed in its value shows in the runs.
    """

    part: str | None
    name: str
    owner: int
    runs: list[BlameRun]
    removed_by: int | None = None
    touches: list[Touch] | UnsetType = UNSET
    cut: str | UnsetType = UNSET


class PartBlame(Struct, frozen=True):
    """A leaf of the MIME tree and who brought it; of a text part, `runs` cut its decoded text by owner.

    Each line of a text ends in LF here, the last one too. `section` is where the part stands in the end (or stood
    last, where `removed_by` is set); `whole` says in words why a text has one owner as a whole, and `cut` why it
    has no runs, or not all of the removed ones. Parts that are no text have no runs.
    """

    section: str
    type: str
    file_name: str | None
    size: int
    attachment: bool
    owner: int
    runs: list[BlameRun]
    is_text: bool
    removed_by: int | None = None
    touches: list[Touch] | UnsetType = UNSET
    whole: str | UnsetType = UNSET
    cut: str | UnsetType = UNSET


class Blame(Struct, frozen=True):
    """Who owns every field and every character of the final message, and who removed what is gone.

    `file` is the snapshot it is about: the last one that holds a message. `owners[0]` is always "came in with the
    message". `fields` and `parts` stand in the message's order; `removed_fields` and `removed_parts` in the order in
    which they went. Text removed inside a part or field that is still there is among its runs. `cut` says in words
    what was left out where a limit of the trace struck.
    """

    file: str
    owners: list[Owner]
    fields: list[FieldBlame]
    parts: list[PartBlame]
    removed_fields: list[FieldBlame]
    removed_parts: list[PartBlame]
    cut: str | UnsetType = UNSET
