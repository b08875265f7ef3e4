"""What a row says happened, in words, and what it tells beside that."""

from pathlib import Path

import pytest
from logmaker import write_log
from program import called
from rowmaker import row

from snapdiff.log_words import context_words, row_words
from snapdiff.model import LogValue
from snapdiff.read.log_values import with_parsed

UNTIL = "2024-05-14T08:15:00.000Z"
MAPI = "MDB:1, Mailbox:2, Event:3, MessageClass:IPM.Note, CreationTime:2024-05-14T08:00:00Z, ClientType:OWA"
RULES = {"source": "AGENT", "source_context": "Transport Rule Agent"}


@pytest.mark.parametrize(
    ("event", "fields", "words", "beside"),
    [
        ("FAIL", RULES, "delivery failed, by agent Transport Rule Agent", []),
        ("drop", RULES, "dropped without a report, by agent Transport Rule Agent", []),
        ("FAIL", {"source_context": "no route"}, "delivery failed", ["context: no route"]),
        ("DEFER", {"message_info": UNTIL}, "put off until 2024-05-14 08:15:00 UTC", []),
        ("DEFER", {}, "put off: it will be tried again", []),
        ("SUBMIT", {"source_context": MAPI}, "submitted from a mailbox", ["ClientType OWA, MessageClass IPM.Note"]),
        ("SEND", {"source_context": "08DC;250 2.0.0 Ok"}, "handed to the next server", ["answer: 250 2.0.0 Ok"]),
        ("DELIVER", {"source_context": f"08DC;{UNTIL};1"}, "delivered to a mailbox", []),
        ("RECEIVE", {"message_info": "0cI: "}, "received", ["authentication: 0cI:"]),
        (
            "BADMAIL",
            {"custom_data": ["S:BadmailReason=no sender", "S:DeliveryPriority=Normal"]},
            "could not be read or returned, and was set aside",
            ["BadmailReason: no sender"],
        ),
        ("DELIVER", {"source": "PUBLICFOLDER"}, "delivered to a public folder", []),
        ("RECEIVE", {"source": "MAILBOXRULE", "reference": ["<9@x.test>"]}, "received", ["reference: <9@x.test>"]),
        ("DSN", {"reference": ["<9@x.test>"]}, "a delivery report was made", []),
        ("NOVELTY", {"source_context": "x;y"}, "NOVELTY", ["context: x;y"]),
    ],
)
def test_words(event: str, fields: dict[str, LogValue], words: str, beside: list[str]) -> None:
    one = with_parsed(row(event, **fields))
    assert (row_words(one), context_words(one)) == (words, beside)


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_why_and_until_when_are_shown(tmp_path: Path, form: str) -> None:
    common: dict[str, str | list[str]] = {"message-id": "<1@x.test>", "date-time": "2024-05-14T08:00:00.000Z"}
    write_log(
        tmp_path / "MSGTRK2024051408-1.LOG",
        {**common, "event-id": "DEFER", "source-context": "no route to x.test", "message-info": UNTIL},
        {**common, "event-id": "AGENTINFO", "custom-data": ["S:TRA=ETR|ruleId=1", "what nobody knows"]},
    )
    said = called("track", tmp_path, "--format", form).out.decode()
    assert "ut off until 2024-05-14 08:15:00 UTC" in said.replace("`", "")
    assert "context: no route to x.test" in said
    assert form == "markdown" or "what nobody knows" in said


def test_of_very_many_notes_the_rest_is_counted(tmp_path: Path) -> None:
    noted: dict[str, str | list[str]] = {
        "custom-data": [f"S:TRA=ETR|ruleId={number}" for number in range(22)],
        "client-hostname": "A  B",
    }
    common: dict[str, str | list[str]] = {"message-id": "<1@x.test>", "date-time": "2024-05-14T08:00:00.000Z"}
    write_log(tmp_path / "MSGTRK2024051408-1.LOG", common | noted | {"event-id": "AGENTINFO"})
    said = called("track", tmp_path).out.decode()
    assert "TRA ETR: ruleId 19\n        and 2 more; --format json has them all\n" in said
    assert "AGENTINFO  A  B" in said


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            "text",
            ["and 101 more recipients; --format json", "n0, n1, n2 and 1 more\n", "and 101 more copies; --format"],
        ),
        ("markdown", ["\nand 1 more recipient.\n", "\nand 1 more copy.\n", "\nand 1 more row.\n"]),
    ],
)
def test_of_all_that_is_cut_the_rest_is_counted(tmp_path: Path, form: str, said: list[str]) -> None:
    common: dict[str, str | list[str]] = {
        "message-id": "<1@x.test>",
        "date-time": "2024-05-14T08:00:00.000Z",
        "event-id": "TRANSFER",
        "server-hostname": "MBX01",
        "reference": ["7"],
    }
    rows: list[dict[str, str | list[str]]] = [
        {
            "internal-message-id": str(10 + number),
            "network-message-id": f"n{number % 4}",
            "recipient-address": [f"a{number}@x.test"],
        }
        for number in range(201)
    ]
    write_log(tmp_path / "MSGTRK2024051408-1.LOG", *(common | row for row in rows))
    shown = called("track", tmp_path, "--format", form).out.decode()
    assert [one for one in said if one not in shown] == []


def test_why_a_recipient_did_not_get_it_is_said_in_words(tmp_path: Path) -> None:
    common: dict[str, str | list[str]] = {"message-id": "<1@x.test>", "date-time": "2024-05-14T08:00:00.000Z"}
    write_log(
        tmp_path / "MSGTRK2024051408-1.LOG",
        common | {"event-id": "DROP", "recipient-address": ["ann@x.test"], "recipient-status": ["550 5.2.1 full"]},
        common | {"event-id": "MODERATORREJECT", "recipient-address": ["bob@x.test"]},
        common | {"event-id": "PROCESS", "recipient-address": ["cid@x.test"]},
    )
    said = " ".join(called("track", tmp_path).out.decode().split())
    assert "ann@x.test NOT delivered: dropped without a report: 550 5.2.1 full" in said
    assert "bob@x.test NOT delivered: a moderator rejected it" in said
    assert "cid@x.test delivered" in said
