"""The nouns that lead from a comparison to blame: which field and part of a message was which one a step before.

They stay in the worker; `blame` reads nothing else, so that it knows neither mail nor MIME.
"""

from msgspec import Struct

from snapdiff.model import Hunk


class FieldPassage(Struct, frozen=True):
    """A header field after a step. `origin` is its index among the fields before, None where it came.

    `value` is what people read of it, None where it reads as before; `hunks` turn the value before into it (one
    line each). `touch` says what happened to it without a new value (`moved`, `rewritten`, `changed`). `cut` is set
    where a long value is told in its beginning alone.
    """

    part: str | None
    name: str
    origin: int | None
    value: str | None
    hunks: list[Hunk] = []
    touch: str | None = None
    cut: bool = False


class PartPassage(Struct, frozen=True):
    """A leaf of the MIME tree after a step. `origin` is its index among the leaves before, None where it came.

    `text` is its decoded text, each line ended by LF; None where it is the text before, is no text, or is too long
    to follow (`too_long`). `hunks` turn the text before into it, None where they can't tell. `same_content` is set
    where the decoded bytes did not change, whatever they are read as. `size` (decoded, bytes) is None where it is the
    size before.
    """

    section: str
    type: str
    file_name: str | None
    size: int | None
    attachment: bool
    is_text: bool
    origin: int | None
    same_content: bool = False
    text: str | None = None
    too_long: bool = False
    hunks: list[Hunk] | None = None
    touches: list[str] = []


class Passage(Struct, frozen=True):
    """A whole message after a step; `to` names the step by its later snapshot, None for the message it began with.

    With `parts` None the snapshot holds the header alone: `fields` are those of the message's own header, and all
    below it stays as it was. `body_unseen` says that the snapshot before held no body, so that nobody can be named
    for what is different there. `cut` is set where the fields are too many to follow: none are told then.
    """

    to: str | None
    fields: list[FieldPassage]
    parts: list[PartPassage] | None
    body_unseen: bool = False
    cut: bool = False
