"""What became of a message: its rows in order, its recipients, the reports about it, and what the logs lack."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rowmaker import row

from snapdiff.model import TrackedMessage, TrackingRow
from snapdiff.read.log_values import with_parsed
from snapdiff.track.messages import Messages

INSIDE = "Intra-Organization SMTP Send Connector"


def one(*rows: TrackingRow) -> TrackedMessage:
    (found,) = Messages(rows, with_parsed)
    return found


def outcomes(found: TrackedMessage) -> list[tuple[str, str | None, str]]:
    return [(way.address, way.came_from, way.outcome) for way in found.ways]


def test_rows_stand_in_order_of_time_over_all_servers() -> None:
    found = one(
        row("DELIVER", "08:00:03", server_hostname="MBX02"),
        row("SEND", "08:00:02", server_hostname="MBX02.x.test", connector_id=INSIDE),
        row("RECEIVE", "08:00:01", server_hostname="MBX01"),
    )
    assert [each.text("event_id") for each in found.events] == ["RECEIVE", "SEND", "DELIVER"]
    assert outcomes(found) == [("ann@x.test", None, "delivered")]
    assert found.gaps == []


def test_members_of_a_list_stand_below_it() -> None:
    found = one(
        row("RECEIVE", "08:00:01", recipient_address=["all@x.test", "eve@z.test"]),
        row(
            "EXPAND",
            "08:00:02",
            recipient_address=["Ann@x.test", "team@x.test"],
            related_recipient_address="all@x.test",
        ),
        row("EXPAND", "08:00:03", recipient_address=["cid@x.test"], related_recipient_address="TEAM@x.test"),
        row("DELIVER", "08:00:04", recipient_address=["ann@x.test"], server_hostname="MBX01"),
        row("FAIL", "08:00:05", recipient_address=["cid@x.test"], recipient_status=["550 5.1.1 unknown"]),
        row("SEND", "08:00:06", recipient_address=["eve@z.test"]),
    )
    assert outcomes(found) == [
        ("all@x.test", None, "expanded"),
        ("Ann@x.test", "all@x.test", "delivered"),
        ("team@x.test", "all@x.test", "expanded"),
        ("cid@x.test", "TEAM@x.test", "failed"),
        ("eve@z.test", None, "sent"),
    ]
    assert found.ways[3].status == "550 5.1.1 unknown"


def test_lists_that_hold_each_other_end_somewhere() -> None:
    found = one(
        row("EXPAND", "08:00:02", recipient_address=["b@x.test"], related_recipient_address="a@x.test"),
        row("EXPAND", "08:00:03", recipient_address=["a@x.test"], related_recipient_address="b@x.test"),
    )
    assert {way.address for way in found.ways} == {"a@x.test", "b@x.test"}


def test_a_redirect_names_whom_it_was_for() -> None:
    found = one(row("REDIRECT", recipient_address=["new@x.test"], related_recipient_address="old@x.test"))
    assert outcomes(found) == [("old@x.test", None, "redirected"), ("new@x.test", "old@x.test", "open")]


def test_a_failed_try_and_then_a_delivery_is_a_delivery() -> None:
    found = one(row("FAIL", "08:00:01"), row("DELIVER", "08:00:02", server_hostname="MBX01"))
    assert outcomes(found) == [("ann@x.test", None, "delivered")]


@pytest.mark.parametrize("event", ["DROP", "BADMAIL", "SUPPRESSED", "MODERATORREJECT", "MODERATIONEXPIRE"])
def test_a_recipient_who_does_not_get_it_is_not_open(event: str) -> None:
    found = one(row("RECEIVE", "08:00:01"), row(event, "08:00:02", recipient_status=["550 5.2.1 full"]))
    assert [(way.outcome, way.status) for way in found.ways] == [("failed", f"{event}: 550 5.2.1 full")]
    assert found.gaps == []


def test_what_is_open_says_why_it_waits() -> None:
    found = one(
        row("RECEIVE", "08:00:01"),
        row("POISONMESSAGE", "08:00:02"),
        row("DEFER", "08:00:03", recipient_status=["451 4.4.0 DNS"]),
        row("HADISCARD", "08:00:04"),
    )
    assert [(way.outcome, way.status) for way in found.ways] == [("open", "DEFER: 451 4.4.0 DNS")]
    assert len(found.gaps) == 1
    sent = one(*found.events, row("SEND", "08:00:05"))
    assert [(way.outcome, way.status) for way in sent.ways] == [("sent", "")]


def test_a_list_without_members_is_expanded() -> None:
    found = one(row("RECEIVE"), row("EXPAND", recipient_address=[], related_recipient_address="ann@x.test"))
    assert outcomes(found) == [("ann@x.test", None, "expanded")]


@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_a_report_and_what_it_is_about_are_linked_both_ways(case: Callable[[str], str]) -> None:
    found = Messages(
        [
            row(case("FAIL"), "08:00:01", reference=["<dsn@x.test>"]),
            row(case("DSN"), "08:00:02", message_id="<dsn@x.test>", reference=["<1@x.test>"], source="DSN"),
        ]
    )
    assert [(each.message_id, each.reports, each.about) for each in found] == [
        ("<1@x.test>", ["<dsn@x.test>"], []),
        ("<dsn@x.test>", [], ["<1@x.test>"]),
    ]


def test_the_missing_log_of_the_next_server_is_named_with_its_file_and_hour() -> None:
    found = one(
        row("RECEIVE", "08:59:01", server_hostname="MBX01"),
        row("SEND", "08:59:02", client_hostname="MBX01", server_hostname="MBX02.x.test", connector_id=INSIDE),
    )
    assert len(found.gaps) == 1
    assert "MBX02.x.test took the message on at 2024-05-14 08:59 UTC" in found.gaps[0]
    assert "MSGTRK2024051408-1.LOG" in found.gaps[0]


def test_a_server_outside_the_house_leaves_no_gap() -> None:
    found = one(
        row("RECEIVE", server_hostname="MBX01"), row("SEND", server_hostname="mx.z.test", connector_id="Internet")
    )
    assert found.gaps == []


def test_of_exchange_2010_the_file_of_the_day_is_named() -> None:
    submitted = row("SUBMIT", client_hostname="MBX01", server_hostname="HUB01")
    old = replace(submitted, fields={key: value for key, value in submitted.fields.items() if "network" not in key})
    assert "copy MSGTRK20240514-1.LOG and the further ones of that day, and" in one(old).gaps[0]
    assert "copy MSGTRK2024051408-1.LOG, and" in one(submitted).gaps[0]


ANSWER = "08DC;250 2.6.0 <1@x.test> [InternalId=9, Hostname=EDGE01.x.test] Queued mail for delivery"


@pytest.mark.parametrize(
    ("connector", "server", "context", "says"),
    [
        ("EdgeSync - Site to Internet", "EDGE01.x.test", ANSWER, "MSGTRK2024051408-1.LOG, and"),
        ("To the Edge", "EDGE01.x.test", ANSWER, "(delivery to a mailbox: MSGTRKMD2024051408-1.LOG)"),
        ("EdgeSync - Inbound to Site", "MBX02", "08DC;250 2.6.0 queued", "MSGTRKMD2024051408-1.LOG"),
        # An Exchange server of another house, and a smart host of this one that is no Exchange server.
        ("EdgeSync - Site to Internet", "mail.y.test", ANSWER, ""),
        ("EdgeSync - Site to Internet", "relay.x.test", "08DC;250 2.0.0 Ok: queued as 7", ""),
    ],
)
def test_an_edge_server_of_the_house_is_known_by_its_answer_and_domain(
    connector: str, server: str, context: str, says: str
) -> None:
    found = one(
        row("RECEIVE", "08:00:01", server_hostname="MBX01.x.test"),
        row(
            "SEND",
            "08:00:02",
            client_hostname="MBX01",
            server_hostname=server,
            connector_id=connector,
            source_context=context,
        ),
    )
    assert [says in gap and server in gap for gap in found.gaps] == ([True] if says else [])


def test_the_house_is_known_by_the_latencies_that_its_servers_noted() -> None:
    info = "2024-05-14T08:00:00.000Z;LSRV=MBX01.x.test:TOTAL-HUB=0.5"
    sent = {"client_hostname": "MBX01", "server_hostname": "EDGE01.x.test", "source_context": ANSWER}
    found = one(row("SEND", message_info=info, connector_id="EdgeSync - a to Internet", **sent))
    assert len(found.gaps) == 1
    assert one(row("SEND", connector_id="EdgeSync - a to Internet", **sent)).gaps == []


def test_a_message_that_came_in_and_never_left_is_told() -> None:
    found = one(row("RECEIVE", server_hostname="MBX01"))
    assert found.gaps == [
        "MBX01 received the message for ann@x.test, and no row here says that it was sent, delivered or failed."
    ]


def test_a_long_pause_is_told_unless_it_was_put_off() -> None:
    end = row("DELIVER", "11:30:00", server_hostname="MBX01")
    assert one(row("RECEIVE", "08:00:00"), end).gaps == [
        "Nothing is logged for 3 h 30 min before DELIVER at 2024-05-14 11:30 UTC."
    ]
    assert one(row("RECEIVE", "08:00:00"), row("DEFER", "08:00:01"), end).gaps == []


def test_clocks_that_differ_are_told() -> None:
    found = one(
        row("RECEIVE", "08:00:10", server_hostname="MBX01.x.test"),
        row("SEND", "08:00:11", client_hostname="MBX01", server_hostname="MBX02.x.test", connector_id=INSIDE),
        row("RECEIVE", "08:00:04", server_hostname="MBX02"),
        row("DELIVER", "08:00:12", server_hostname="MBX02"),
    )
    (gap,) = found.gaps
    assert gap.startswith("The clocks of MBX01 and MBX02.x.test differ by at least 6 s: ")


def test_rows_without_a_message_id_stand_last_under_none() -> None:
    found = Messages([row("NOTIFYMAPI", "07:00:00", message_id=""), row("RECEIVE", "08:00:00")])
    assert [each.message_id for each in found] == ["<1@x.test>", None]


@given(st.permutations(range(6)), st.data())
def test_every_row_stands_once_whatever_the_order_they_come_in(order: list[int], data: st.DataObject) -> None:
    events = st.sampled_from(["RECEIVE", "EXPAND", "SEND", "DELIVER", "FAIL", "DSN", "odd"])
    address = st.sampled_from(["a@x.test", "b@x.test", "c@x.test"])
    rows = [
        row(
            data.draw(events),
            f"08:00:0{second}",
            message_id=data.draw(st.sampled_from(["<1@x>", "<2@x>", ""])),
            recipient_address=data.draw(st.lists(address, max_size=3)),
            related_recipient_address=data.draw(address),
            reference=data.draw(st.lists(st.sampled_from(["<1@x>", "<2@x>", "17"]), max_size=2)),
        )
        for second in range(6)
    ]
    found = Messages(rows)
    assert sorted(each.time or "" for one in found for each in one.events) == [each.time for each in rows]
    assert list(Messages([rows[at] for at in order])) == list(found)
    for message in found:
        assert len({way.address.lower() for way in message.ways}) == len(message.ways)
