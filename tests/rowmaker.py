"""Tracking rows made in memory, for what is made of them."""

from snapdiff.model import LogValue, TrackingRow

START = "2024-05-14T08:00:00.000Z"


def row(event: str, at: str = "08:00:00", **fields: LogValue) -> TrackingRow:
    """One row of a message; `at` is the time of day, and every field not given is that of a plain message."""
    plain: dict[str, LogValue] = {
        "client_hostname": "",
        "server_hostname": "",
        "connector_id": "",
        "source": "SMTP",
        "event_id": event,
        "internal_message_id": "7",
        "message_id": "<1@x.test>",
        "network_message_id": "n1",
        "recipient_address": ["ann@x.test"],
        "recipient_status": [],
        "related_recipient_address": "",
        "reference": [],
        "message_subject": "An offer for you",
        "sender_address": "bob@y.test",
    }
    return TrackingRow("MSGTRK.LOG", 1, "msgtrk", f"2024-05-14T{at}.000Z", plain | fields)
