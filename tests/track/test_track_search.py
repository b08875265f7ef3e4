"""Which rows a search wants."""

from datetime import UTC, datetime
from typing import Any

import pytest
from rowmaker import row

from snapdiff.track.search import Search

FITS: list[dict[str, Any]] = [
    {},
    {"sender": "BOB@y.test"},
    {"sender": "y.test"},
    {"recipients": ("nobody@x.test", "Ann@X.test")},
    {"recipients": ("list@x.test",)},
    {"subject": "you OFFER"},
    {"message_id": "1@x.test"},
    {"message_id": "<1@x.test>"},
    {"network_message_id": "N1"},
    {"server": "mbx01"},
    {"server": "edge"},
    {"server": "edge01.x.test"},
    {"server": "mbx01.x.test"},
    {"connector": "default"},
    {"event": "FAIL, receive"},
    {"source": "agent,smtp,"},
    {"network_message_id": " N1 "},
    {"event": "receive"},
    {"source": "smtp"},
    {"since": datetime(2024, 5, 14, 8, tzinfo=UTC), "until": datetime(2024, 5, 14, 8, tzinfo=UTC)},
]
FITS_NOT: list[dict[str, Any]] = [
    {"sender": "ann@x.test"},
    {"recipients": ("bob@y.test",)},
    {"subject": "offer forged"},
    {"message_id": "1@x"},
    {"message_id": "1@X.test"},
    {"network_message_id": "n"},
    {"server": "MBX02"},
    {"server": "MBX01.y.test"},
    {"server": "edge.x.test"},
    {"event": "FAIL,SEND"},
    {"connector": "other"},
    {"event": "RECEIVED"},
    {"source": "AGENT"},
    {"since": datetime(2024, 5, 14, 8, 0, 1, tzinfo=UTC)},
    {"until": datetime(2024, 5, 14, 7, 59, 59, tzinfo=UTC)},
    {"sender": "bob@y.test", "event": "SEND"},
]
RECEIVED = row(
    "RECEIVE",
    server_hostname="MBX01.x.test",
    client_hostname="EDGE01",
    connector_id="MBX01\\Default MBX01",
    related_recipient_address="list@x.test",
)


@pytest.mark.parametrize("asked", FITS, ids=str)
def test_a_row_that_fits(asked: dict[str, Any]) -> None:
    assert Search(**asked).fits(RECEIVED)


@pytest.mark.parametrize("asked", FITS_NOT, ids=str)
def test_a_row_that_does_not_fit(asked: dict[str, Any]) -> None:
    assert not Search(**asked).fits(RECEIVED)


@pytest.mark.parametrize("asked", FITS, ids=str)
def test_a_row_that_fits_holds_one_of_the_words_to_look_for(asked: dict[str, Any]) -> None:
    words = Search(**asked).words()
    line = " ".join(str(value) for value in RECEIVED.fields.values()).lower()
    assert not words or any(word.lower() in line for word in words)


def test_a_row_without_a_time_fits_no_span_of_time() -> None:
    from msgspec.structs import replace

    timeless = replace(RECEIVED, time=None)
    assert Search().fits(timeless)
    assert not Search(since=datetime(2000, 1, 1, tzinfo=UTC)).fits(timeless)
