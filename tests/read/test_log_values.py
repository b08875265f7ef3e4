"""The grammars of packed fields: what fits is named, what does not stays text, and nothing raises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logmaker import joined

from snapdiff.model import CustomDatum, Latency, MessageInfo
from snapdiff.read.log_values import (
    custom_data,
    members,
    message_info,
    recipient_status,
    source_context,
    statuses,
)

TIME = "2024-05-01T08:00:00.000Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("S:TRA=ETR|ruleId=1|st=2", CustomDatum("S", "TRA", "ETR", [("ruleId", "1"), ("st", "2")])),
        ("S:CompCost=|ETR=0", CustomDatum("S", "CompCost", "", [("ETR", "0")])),
        ("S:DeliveryPriority=Normal", CustomDatum("S", "DeliveryPriority", "Normal", [])),
        ("TRA=ETR|a=b=c", CustomDatum(None, "TRA", "ETR", [("a", "b=c")])),
        ("no value", None),
        ("", None),
    ],
)
def test_custom_data(text: str, expected: CustomDatum | None) -> None:
    assert custom_data([text]) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "MDB:1, Mailbox:2, Event:3, CreationTime:" + TIME,
            {"MDB": "1", "Mailbox": "2", "Event": "3", "CreationTime": TIME},
        ),
        (f"08D2;{TIME};0", {"session_id": "08D2", "session_start": TIME, "message_number": "0"}),
        (
            f"08D2;{TIME};0;ClientSubmitTime:{TIME}",
            {"session_id": "08D2", "session_start": TIME, "message_number": "0", "ClientSubmitTime": TIME},
        ),
        (f"08D2;{TIME};0;ClientSubmitTime:", {"session_id": "08D2", "session_start": TIME, "message_number": "0"}),
        (
            f"08D2;{TIME};ClientSubmitTime:{TIME}",
            {"session_id": "08D2", "session_start": TIME, "ClientSubmitTime": TIME},
        ),
        (f"08DC70AAAAAAAA01;ClientSubmitTime:{TIME}", {"session_id": "08DC70AAAAAAAA01", "ClientSubmitTime": TIME}),
        (
            f"08C8881116H56738;250 2.0.0 Ok;ClientSubmitTime:{TIME}",
            {"session_id": "08C8881116H56738", "reply": "250 2.0.0 Ok", "ClientSubmitTime": TIME},
        ),
        ("Transport Rule Agent;ClientSubmitTime:", {}),
        ("M.x.test=250 2.6.0 <1@x> Queued", {"shadow_server": "M.x.test", "reply": "250 2.6.0 <1@x> Queued"}),
        ("Transport Rule Agent", {}),
        ("250 2.1.5 OK: queued, thanks", {}),
        ("", {}),
    ],
)
def test_source_context(text: str, expected: dict[str, str]) -> None:
    assert source_context(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TIME, MessageInfo(TIME, [])),
        ("0cI: NTS: ", MessageInfo(None, [], "0cI: NTS: ")),
        (
            f"{TIME};SRV=a.b:TOTAL=5|CAT=0.5(CAT-Rule Agent=0.1|X=2);LSRV=c.d:TOTAL=1",
            MessageInfo(
                TIME,
                [
                    Latency("a.b", "TOTAL", 5),
                    Latency("a.b", "CAT", 0.5),
                    Latency("a.b", "CAT-Rule Agent", 0.1, "CAT"),
                    Latency("a.b", "X", 2, "CAT"),
                    Latency("c.d", "TOTAL", 1),
                ],
            ),
        ),
    ],
)
def test_message_info(text: str, expected: MessageInfo) -> None:
    assert message_info(text) == expected


def test_what_stands_behind_a_number_changes_no_parent() -> None:
    assert message_info("CAT=1ms(CATRS=0.5)") == MessageInfo(
        None, [Latency(None, "CAT", 1), Latency(None, "CATRS", 0.5, "CAT")]
    )


def test_a_component_without_a_number_costs_itself_alone() -> None:
    found = message_info("LSRV=a.b:TOTAL-HUB=5|SMRC=(SMRCL=0.1)|CAT=x|QD=0.5|odd")
    assert found == MessageInfo(
        None,
        [
            Latency("a.b", "TOTAL-HUB", 5),
            Latency("a.b", "SMRCL", 0.1, "SMRC"),
            Latency("a.b", "QD", 0.5),
        ],
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("250 2.1.5 Recipient OK;250 2.1.5 Recipient OK", ["250 2.1.5 Recipient OK", "250 2.1.5 Recipient OK"]),
        ("'250 2.1.5 RESOLVER.GRP.Expanded; list'", ["250 2.1.5 RESOLVER.GRP.Expanded; list"]),
        ("250 2.1.5 RESOLVER.GRP.Expanded; list;550 no", ["250 2.1.5 RESOLVER.GRP.Expanded; list", "550 no"]),
        ("[{LED=550 5.7.1 a; b};{MSG=}];250 ok", ["[{LED=550 5.7.1 a; b};{MSG=}]", "250 ok"]),
        (" 250 ok", [" 250 ok"]),
    ],
)
def test_the_replies_of_recipient_status(text: str, expected: list[str]) -> None:
    assert statuses(text) == expected


def test_recipient_status() -> None:
    text = "[{LED=550 5.7.1 TRANSPORT.RULES.RejectMessage; denied};{MSG=};{FQDN=a.b};{IP=10.0.0.1};{LRT=}]"
    status = recipient_status(text)
    assert status.values["LED"] == "550 5.7.1 TRANSPORT.RULES.RejectMessage; denied"
    assert list(status.values) == ["LED", "MSG", "FQDN", "IP", "LRT"]
    assert recipient_status("250 2.1.5 Recipient OK").values == {}


@given(st.lists(st.text(st.sampled_from("a;' {}|=")), min_size=1))
def test_members_are_split_as_they_were_joined(parts: list[str]) -> None:
    assert members(joined(parts)) == ([] if parts == [""] else parts)


@given(st.text())
def test_nothing_raises(text: str) -> None:
    members(text)
    for parse in (source_context, message_info, recipient_status):
        parse(text)
    custom_data([text])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[{LED=550 5.1.1};{MSG=};{LRT=}];250 OK", ["[{LED=550 5.1.1};{MSG=};{LRT=}]", "250 OK"]),
        ("250 OK;[{LED=550};{MSG=}]", ["250 OK", "[{LED=550};{MSG=}]"]),
        ("'[{LED=550; it''s full};{MSG=}]';a", ["[{LED=550; it's full};{MSG=}]", "a"]),
        ("[{LED=550;{MSG=", ["[{LED=550", "{MSG="]),
        ("a[{b;c}]", ["a[{b", "c}]"]),
        ("'a;b", ["'a", "b"]),
    ],
)
def test_the_members_of_a_collection(text: str, expected: list[str]) -> None:
    assert members(text) == expected


@pytest.mark.parametrize("part", ["[{;", "[{LED=;", "'x;", "''';", "';", "{AB=", "[InternalId=,", "a=1|", "S:a=b|c;"])
def test_a_field_of_any_size_is_read_in_one_go(part: str) -> None:
    text = part * (500_000 // len(part))
    assert ";".join(members(text)).count(";") <= text.count(";")
    recipient_status(text)
    message_info(text)
    source_context(text)
    custom_data([text])
