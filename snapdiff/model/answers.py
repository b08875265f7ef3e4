"""The nouns of what a policy asked of mail: the answers a worker gives, so that no mail has to leave it.

Import them from `model`, which hands them on. `condition` is the number of the policy's entry that asked.
"""

from msgspec import Struct


class TextSeen(Struct, frozen=True):
    """How often a text stands in what a reader sees of one media type before and after a step.

    `before` is counted in the message's other text where the type was not there before. `at_end` says whether the text
    that came stands at the end, `tail` is how the text after the step ends.
    """

    condition: int
    type: str
    before: int
    after: int
    at_end: bool
    tail: str


class PartSeen(Struct, frozen=True):
    """What stands behind the section of a change: its media type, its file name, whether it is text of the body.

    `on_after` says on which side of the step the section was looked up.
    """

    section: str
    on_after: bool
    type: str
    file_name: str | None
    is_body: bool


class Insertion(Struct, frozen=True):
    """The one text that came into what a reader sees of a media type, where nothing else of it changed."""

    type: str
    text: str
    at_end: bool


class Explained(Struct, frozen=True):
    """That musts of one block of the policy (by its place) account for all that changed in the texts of one type.

    `conditions` are, for each text that came, the entries that ask for it.
    """

    block: int
    type: str
    conditions: list[list[int]]


class StepAnswers(Struct, frozen=True):
    """The answers for the step into the snapshot `to`.

    `unread` are types whose text is too large to be looked into.
    """

    to: str
    texts: list[TextSeen]
    parts: list[PartSeen]
    explained: list[Explained]
    unread: list[str]
    inserted: list[Insertion]


class FinalSeen(Struct, frozen=True):
    """How often the last message has what a condition of `final` asks for, and the values it has in that place.

    `absent` are the types of text asked for that the message does not have.
    """

    condition: int
    count: int
    seen: list[str]
    absent: list[str]
    unread: bool = False


class Answers(Struct, frozen=True):
    """All answers for one trace. `types` are the media types of the body of its last message.

    `shape` is the tree of media types of its first message, `multipart/alternative(text/plain, text/html)`; "" where
    there was no message.
    """

    steps: list[StepAnswers]
    final: list[FinalSeen]
    types: list[str]
    shape: str = ""
