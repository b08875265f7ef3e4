"""A tracking row to the server whose log it is from, by what the row itself says."""

from snapdiff.model import TrackingRow
from snapdiff.track.gaps import host

_LOGGED_BY_SERVER = frozenset({"RECEIVE", "HARECEIVE", "HAREDIRECT"})
"""Events that the server at the far end of the hop logs; others are logged by the client, or name one server alone."""


def logging_server(row: TrackingRow) -> str:
    """The server's name without its domain, in lower case; "" where the row names none."""
    ends = ("server_hostname", "client_hostname")
    is_far = row.text("event_id").upper() in _LOGGED_BY_SERVER
    named = (row.text(end) for end in (ends if is_far else reversed(ends)))
    return next((host(name) for name in named if name), "")
