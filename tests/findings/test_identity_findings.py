"""SD502 to SD506: fields that say when a message was written and whom it is from."""

from pathlib import Path

import pytest
from judging import findings
from stepmaker import File, receive

CAME = (
    b"Return-Path: <alan@contoso.test>\r\nReceived: from a by b\r\nDate: Fri, 1 Mar 2024 10:00:00 +0000\r\n"
    b"From: Alan <alan@contoso.test>\r\nReply-To: desk@contoso.test\r\nTo: user@fabrikam.test\r\n"
    b"Message-Id: <old@x>\r\nSubject: Hello\r\n\r\nBody\r\n"
)
RAISES = [
    (
        b"10:00:00",
        b"11:00:00",
        "SD502",
        "Renamer changed the Date from Fri, 1 Mar 2024 10:00:00 +0000 to Fri, 1 Mar 20",
    ),
    (
        b"Alan <alan@",
        b"Desk <desk@",
        "SD503",
        "changed From from Alan <alan@contoso.test> to Desk <desk@contoso.test>.",
    ),
    (b"Reply-To: desk@", b"Reply-To: evil@", "SD504", "changed Reply-To from desk@contoso.test to evil@contoso.test."),
    (b"Reply-To: desk@contoso.test\r\n", b"", "SD504", "Renamer removed Reply-To: desk@contoso.test."),
    (b"Subject:", b"Sender: x@contoso.test\r\nSubject:", None, ""),
    (b"Return-Path: <alan@", b"Return-Path: <bounce@", "SD505", "to <bounce@contoso.test>."),
    (b"Message-Id: <old@x>\r\n", b"", "SD506", "Renamer took away the Message-Id <old@x>."),
    (b"Date: Fri", b"Date:\r\n Fri", None, ""),
    (b"From: Alan", b"From: =?utf-8?q?Alan?=", None, ""),
    (b"Reply-To: desk", b"reply-to: desk", None, ""),
    (b"Return-Path: <alan@contoso.test>\r\n", b"", None, ""),
    (b"Body", b"Date: tomorrow\r\nFrom: nobody", None, ""),
]


@pytest.mark.parametrize(("old", "new", "code", "says"), RAISES)
def test_a_changed_field_is_found(tmp_path: Path, old: bytes, new: bytes, code: str | None, says: str) -> None:
    source = "OnEndOfData"
    files = [File("Original.eml", mail=CAME), receive(1, source, CAME)]
    found = findings(tmp_path, *files, receive(2, f"{source},Renamer", CAME.replace(old, new)))
    assert [(one.code, one.agent) for one in found] == ([(code, "Renamer")] if code else [])
    assert all(says in one.message for one in found)


def test_an_added_reply_to_is_found(tmp_path: Path) -> None:
    bare = CAME.replace(b"Reply-To: desk@contoso.test\r\n", b"")
    files = [File("Original.eml", mail=bare), receive(1, "OnEndOfData", bare)]
    (found,) = findings(tmp_path, *files, receive(2, "OnEndOfData,Renamer", CAME))
    assert (found.code, found.message) == ("SD504", "Renamer added Reply-To: desk@contoso.test.")
