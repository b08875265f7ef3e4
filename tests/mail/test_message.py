"""One message, read once: its header without its tree, and its fields by their names."""

import pytest

from snapdiff.mail import message as module
from snapdiff.mail.message import Message
from snapdiff.mail.parts import Tree

RAW = (
    b"From anna@contoso.test Mon Jan  1\r\nReceived: two\r\nTo: a@b.test\r\nreceived : one\r\n"
    b"From: c@d.test\r\nReceived-SPF: pass\r\n\r\nReceived: in the body\r\n"
)


def test_fields_are_found_by_name_from_the_top() -> None:
    message = Message(RAW)
    assert message.named("received") == [b"Received: two\r\n", b"received : one\r\n"]
    assert message.named("from", "to") == [b"To: a@b.test\r\n", b"From: c@d.test\r\n"]
    assert message.places("received", "to") == [1, 2, 3]
    assert message.named("subject") == []


def test_fields_are_counted_whatever_their_letter_case() -> None:
    message = Message(RAW)
    assert [message.count(name) for name in ("received", "from", "received-spf", "subject")] == [2, 1, 1, 0]


def test_the_header_is_that_of_the_tree() -> None:
    message = Message(RAW)
    assert message.header is message.tree.root.header


def test_the_header_takes_no_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(*given: object, **named: object) -> Tree:
        raise AssertionError("the tree was read")

    monkeypatch.setattr(module, "parse", parse)
    message = Message(RAW)
    assert message.header.has_blank
    assert message.count("to") == 1
