"""The document that `snapdiff track --format json` writes; its JSON Schema is made from it."""

from typing import Literal

from msgspec import Struct

from snapdiff.model import Problem, Session, Tool, TrackedMessage

TRACK_SCHEMA_NAME = "snapdiff.track/1"


class TrackReport(Struct, frozen=True):
    """The whole document `snapdiff track LOGS... --format json` writes.

    `rows_read` counts every row of the logs. Each row of a message found stands in its `events` once, and `sessions`
    are the SMTP sessions that these rows name.
    """

    schema: Literal["snapdiff.track/1"]
    tool: Tool
    rows_read: int
    messages: list[TrackedMessage]
    sessions: list[Session]
    problems: list[Problem]
