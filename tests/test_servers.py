"""Which server a tracking row is from, by what the row itself says."""

import pytest
from rowmaker import row

from snapdiff.servers import host, logging_server, may_have_logged, taken_on_by


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


@pytest.mark.parametrize(
    ("context", "taken"),
    [
        ("08DC;250 2.6.0 <1@x.test> [InternalId=77, Hostname=EDGE.x.test] Queued mail for delivery", ("edge", "77")),
        # Exchange 2007 and 2010 do not say who they are.
        ("08DC;250 2.6.0 <1@x.test> [InternalId=77] Queued mail for delivery", ("hub", "77")),
        ("08DC;250 2.0.0 OK queued as 77", None),
        (f"08DC;250 {'x' * 2000} [InternalId=77]", None),
        ("", None),
    ],
)
def test_the_server_that_took_a_message_on_by_its_answer(context: str, taken: tuple[str, str] | None) -> None:
    assert taken_on_by(row("SEND", server_hostname="HUB.x.test", source_context=context)) == taken
