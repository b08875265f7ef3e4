"""Lists as a shell shows them, or as people join them before an export, are lists again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapdiff.model import LogValue
from snapdiff.read.log_kind import kind_of_head
from snapdiff.read.shown_lists import LISTS, as_list, normal_pairs

FAILED = "[{LED=450 4.4.316 refused, later [Message=Socket error 10061, Code=10061]};{MSG=};{FQDN=};{IP=};{LRT=}]"
DN = "/o=Org/ou=First Group/cn=Recipients/cn=ann"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Recipients", "{ann@x.test, bob@x.test}", ["ann@x.test", "bob@x.test"]),
        ("Recipients", "{}", []),
        ("Recipients", "ann@x.test;bob@x.test", ["ann@x.test", "bob@x.test"]),
        ("Recipients", "ann@x.test; bob@x.test", ["ann@x.test", "bob@x.test"]),
        ("Recipients", "ann@x.test,bob@x.test", ["ann@x.test", "bob@x.test"]),
        ("Recipients", "ann@x.test bob@x.test", ["ann@x.test", "bob@x.test"]),
        ("Recipients", DN, [DN]),
        ("Recipients", "ann@x.test", ["ann@x.test"]),
        ("RecipientStatus", "{" + FAILED + ", 250 2.1.5 Ok}", [FAILED, "250 2.1.5 Ok"]),
        ("RecipientStatus", FAILED + ";250 2.1.5 Ok", [FAILED, "250 2.1.5 Ok"]),
        ("Reference", "{<1@x.test>, <2@x.test>}", ["<1@x.test>", "<2@x.test>"]),
        ("Reference", "<1@x.test>; <2@x.test>", ["<1@x.test>", "<2@x.test>"]),
        ("EventData", "{[Priority, Normal], [Forest, x.test]}", ["Priority=Normal", "Forest=x.test"]),
        ("EventData", "[Priority, Normal];[Forest, x.test]", ["Priority=Normal", "Forest=x.test"]),
        ("EventData", "[Priority, Normal] [Forest, x.test]", ["Priority=Normal", "Forest=x.test"]),
        ("EventData", "[Priority, Normal], [Forest, x.test]", ["Priority=Normal", "Forest=x.test"]),
        ("EventData", "Priority=Normal;Forest=x.test", ["Priority=Normal", "Forest=x.test"]),
        ("EventData", "{nothing known}", "{nothing known}"),
        ("EventData", "{}", []),
        ("EventData", "", []),
    ],
)
def test_a_list(name: str, text: str, expected: LogValue) -> None:
    found = as_list(name, text)
    assert (normal_pairs(found) if name == "EventData" else found) == expected


@given(st.sampled_from(sorted(LISTS)), st.text("[]{}=;, \n@a'"))
def test_nothing_raises_and_no_letter_is_lost(name: str, text: str) -> None:
    found = normal_pairs(as_list(name, text))
    assert "".join(found).count("a") == text.count("a")


@pytest.mark.parametrize(
    "head",
    [
        '"Timestamp","EventId","Source","Sender","Recipients","MessageSubject"',
        "Timestamp;EventId;MessageSubject",
        "EventId\tSender\tInternalMessageId",
        '#TYPE Selected.System.Management.Automation.PSCustomObject\n"EventId","MessageId"',
    ],
)
def test_an_export_of_a_few_columns_is_one(head: str) -> None:
    assert kind_of_head(f"{head}\n".encode()) == "cmdlet-csv"


@pytest.mark.parametrize("head", ["EventId,Level,Message", "TimeCreated,EventId", "Recipients: EventId"])
def test_what_has_no_column_of_tracking_is_none(head: str) -> None:
    assert kind_of_head(f"{head}\n".encode()) is None
