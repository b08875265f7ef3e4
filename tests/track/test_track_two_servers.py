"""Mail through a pair of servers, each way it can go: out, in through either, and between two mailboxes."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace
from rowmaker import row

from snapdiff.model import LogValue, TrackedMessage, TrackingRow
from snapdiff.track.messages import Messages

INSIDE = "Intra-Organization SMTP Send Connector"
OUTSIDE = "Outbound to the smart host"


def hop(
    event: str, at: str, client: str, server: str, connector: str = "", source: str = "SMTP", /, **fields: LogValue
) -> TrackingRow:
    ends = {"client_hostname": client, "server_hostname": server, "connector_id": connector, "source": source}
    return row(event, at, **{**ends, **fields})


def submit(at: str, client: str, server: str) -> TrackingRow:
    """What the mailbox's server logs: it knows no recipients and no sender."""
    nobody: list[str] = []
    return hop("SUBMIT", at, client, server, "", "STOREDRIVER", recipient_address=nobody, internal_message_id="")


def one(*rows: TrackingRow) -> TrackedMessage:
    (found,) = Messages(rows)
    return found


OUT = (
    submit("08:00:01", "EX13-1", "EX13-2"),
    hop("RECEIVE", "08:00:02", "EX13-1", "EX13-2", "", "SMTP"),
    hop("TRANSFER", "08:00:03", "", "EX13-2", "", "ROUTING", internal_message_id="8", reference=["7"]),
    hop(
        "SEND", "08:00:04", "EX13-2", "smart.x.test", OUTSIDE, recipient_status=["250 2.0.0 Ok: queued as 054E2400836"]
    ),
)
IN_BY_THE_OTHER = (
    hop("RECEIVE", "08:00:01", "balancer", "EX13-2"),
    hop("SEND", "08:00:02", "EX13-2", "EX13-1.mynet.test", INSIDE),
    hop("RECEIVE", "08:00:02", "EX13-2", "EX13-1"),
    hop("DELIVER", "08:00:03", "EX13-1", "EX13-1", "", "STOREDRIVER"),
)
IN_AT_ONCE = (
    hop("RECEIVE", "08:00:01", "balancer", "EX13-2"),
    hop("DELIVER", "08:00:02", "EX13-2", "EX13-1.mynet.test", "", "STOREDRIVER"),
)
BETWEEN_MAILBOXES = (
    hop("NOTIFYMAPI", "08:00:00", "", "EX13-2", "", "STOREDRIVER", recipient_address="", sender_address=""),
    submit("08:00:01", "EX13-2", "EX13-1"),
    hop("RECEIVE", "08:00:02", "EX13-2", "EX13-1"),
    hop("DELIVER", "08:00:03", "EX13-1", "EX13-1", "", "STOREDRIVER"),
)


@pytest.mark.parametrize(
    ("rows", "outcome", "server"),
    [
        pytest.param(OUT, "sent", "smart.x.test", id="out"),
        pytest.param(IN_BY_THE_OTHER, "delivered", "EX13-1", id="in-by-the-other"),
        pytest.param(IN_AT_ONCE, "delivered", "EX13-1.mynet.test", id="in-at-once"),
        pytest.param(BETWEEN_MAILBOXES, "delivered", "EX13-1", id="between-mailboxes"),
    ],
)
def test_the_whole_way_has_an_end_and_no_gap(rows: Sequence[TrackingRow], outcome: str, server: str) -> None:
    found = one(*reversed(rows))
    assert [(way.address, way.outcome, way.server) for way in found.ways] == [("ann@x.test", outcome, server)]
    assert found.gaps == []
    assert found.sender == "bob@y.test"


def test_what_the_smart_host_answered_stands_with_the_recipient() -> None:
    assert one(*OUT).ways[0].status == "250 2.0.0 Ok: queued as 054E2400836"


def test_a_reply_is_a_message_of_its_own() -> None:
    reply = [
        submit("09:00:01", "EX13-1", "EX13-2"),
        hop("RECEIVE", "09:00:02", "EX13-1", "EX13-2"),
        hop("DELIVER", "09:00:03", "EX13-2", "EX13-2", "", "STOREDRIVER"),
    ]
    answers = [replace(each, fields=each.fields | {"message_id": "<2@x.test>"}) for each in reply]
    first, second = Messages([*answers, *BETWEEN_MAILBOXES])
    assert (first.message_id, second.message_id) == ("<1@x.test>", "<2@x.test>")
    assert (first.reports, second.about) == ([], [])
    assert first.gaps == second.gaps == []


def test_a_mailbox_servers_log_alone_names_the_server_that_took_the_message_on() -> None:
    (gap,) = one(OUT[0]).gaps
    assert gap == (
        "EX13-2 took the message on at 2024-05-14 08:00 UTC, and its log is not here: copy MSGTRK2024051408-1.LOG, "
        "and the hour after it, from EX13-2."
    )


def test_a_server_is_told_once_whether_it_was_handed_the_message_by_one_or_by_two() -> None:
    found = one(OUT[0], hop("SEND", "08:00:05", "EX13-1", "EX13-2.mynet.test", INSIDE))
    assert [gap.partition(" took ")[0] for gap in found.gaps] == ["EX13-2"]


def test_a_submission_that_names_no_server_leaves_no_gap() -> None:
    assert one(submit("08:00:01", "EX13-1", "")).gaps == []
