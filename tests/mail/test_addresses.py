"""Addresses in a field's value."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from snapdiff.mail.addresses import addresses, first_address

VALUES = [
    (b" Alan <Alan@Contoso.test>\r\n", ["alan@contoso.test"]),
    (b' "a@b.test via list" <list@c.test>, plain@d.test', ["list@c.test", "plain@d.test"]),
    (b" a@b.test via list <list@c.test>", ["list@c.test"]),
    (b" Group: a@b.test, <c@d.test>;", ["a@b.test", "c@d.test"]),
    (b" =?utf-8?q?A=2C_B?= <a@b.test>", ["a@b.test"]),
    (b" < a@b.test >", ["a@b.test"]),
    (b' "unclosed <a@b.test>', []),
    (b" <>", []),
    (b" nobody", []),
    ("<jürgen@müller.test>".encode(), ["jürgen@müller.test"]),
    (b"<j\xfcrgen@x.test>", ["j\\xfcrgen@x.test"]),
    (b"", []),
]


@pytest.mark.parametrize(("value", "expected"), VALUES)
def test_addresses(value: bytes, expected: list[str]) -> None:
    assert addresses(value) == expected


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read(value: bytes) -> None:
    for address in addresses(value):
        address.encode("utf-8")
        assert "@" in address


def test_the_first_address_of_a_field() -> None:
    fields = [b"Subject: x@y.test\r\n", b"From: A <a@b.test>, c@d.test\r\n", b"From: e@f.test\r\n"]
    assert first_address(fields, b"from") == "a@b.test"
    assert first_address(fields, b"sender") is None
