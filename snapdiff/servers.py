"""A server's name as it is compared, and a tracking row to the server whose log it is from.

No column says which server wrote a row: that depends on the event.
"""

import re

from snapdiff.model import TrackingRow

_FAR_END = frozenset({"RECEIVE", "HARECEIVE", "HAREDIRECT"})
"""Events that the server at the far end of the hop logs."""
_SURE = frozenset({"RECEIVE", "HARECEIVE", "SEND"})
"""Events of which it is known which end logs them; of others either end may be the one."""

_ANSWER = re.compile(r"\[InternalId=(\d{1,20})(?:, Hostname=([^\]\s]{1,255}))?\]")
_ANSWER_READ = 2000
"""Characters of a source-context in which the answer is looked for."""


def host(name: str) -> str:
    """A server's name without its domain, in lower case: logs have it now with, now without."""
    return name.partition(".")[0].lower()


def logging_server(row: TrackingRow) -> str:
    """The server that logged a row, by the name that the row has for it; "" where it names none.

    Of the two ends of a hop that is the client, and of some events the server; where that end is not named, the other.
    """
    ends = (row.text("client_hostname"), row.text("server_hostname"))
    return next(filter(None, reversed(ends) if row.event in _FAR_END else ends), "")


def may_have_logged(row: TrackingRow) -> list[str]:
    """The servers that a row names and that may have logged it, one where its event leaves no doubt.

    The row's internal-message-id is that server's number for the message.
    """
    event = row.event
    if event in _SURE:
        own = row.text("server_hostname" if event in _FAR_END else "client_hostname")
        return [own] if own else []
    return [name for name in (row.text("server_hostname"), row.text("client_hostname")) if name]


def taken_on_by(row: TrackingRow) -> tuple[str, str] | None:
    """The Exchange server that took the message on and its own number for it, by its answer in the source-context.

    The server is the `host` of its name, which Exchange 2007 and 2010 do not answer: then it is that of the row. None
    where there is no such answer.
    """
    answer = _ANSWER.search(row.text("source_context")[:_ANSWER_READ])
    return None if answer is None else (host(answer[2] or row.text("server_hostname")), answer[1])
