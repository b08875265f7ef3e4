"""Which server a tracking row is from, by what the row itself says."""

import pytest
from rowmaker import row

from snapdiff.servers import host, logging_server, may_have_logged


@pytest.mark.parametrize(
    ("event", "client", "server", "logged"),
    [
        ("SEND", "A.contoso.com", "B", "A.contoso.com"),
        ("send", "A", "B", "A"),
        ("RECEIVE", "A", "B", "B"),
        ("HARECEIVE", "A", "B", "B"),
        ("HAREDIRECT", "", "B", "B"),
        ("DELIVER", "A", "B", "A"),
        ("FAIL", "A", "B", "A"),
        ("AGENTINFO", "A", "", "A"),
        ("SEND", "", "B", "B"),
        ("RECEIVE", "A", "", "A"),
        ("DSN", "", "", ""),
    ],
)
def test_the_server_that_logged_a_row(event: str, client: str, server: str, logged: str) -> None:
    assert logging_server(row(event, client_hostname=client, server_hostname=server)) == logged


@pytest.mark.parametrize(
    ("event", "client", "server", "logged"),
    [
        ("SEND", "A", "B", ["A"]),
        ("RECEIVE", "A", "B", ["B"]),
        ("HARECEIVE", "A", "B", ["B"]),
        ("SEND", "", "B", []),
        ("TRANSFER", "A", "B", ["B", "A"]),
        ("TRANSFER", "A", "", ["A"]),
    ],
)
def test_the_servers_that_may_have_logged_a_row(event: str, client: str, server: str, logged: list[str]) -> None:
    assert may_have_logged(row(event, client_hostname=client, server_hostname=server)) == logged


def test_a_server_is_known_with_its_domain_and_without() -> None:
    assert host("MBX01.contoso.com") == host("mbx01") == "mbx01"
