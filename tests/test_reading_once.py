"""What is read of a mail is read once, however many stages and findings look at it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from signed import sign
from tracemaker import write_trace

from snapdiff import signatures
from snapdiff.findings import changed_parts
from snapdiff.findings.register import Passing
from snapdiff.mail import message as module
from snapdiff.mail import visible
from snapdiff.mail.dkim import Signature, signed_fields
from snapdiff.mail.fields import Header, split_header
from snapdiff.mail.message import Message
from snapdiff.mail.parts import Tree, parse
from snapdiff.model import Trace
from snapdiff.read.walker import walk
from snapdiff.work import read_trace

MAIL = (
    b"Message-ID: <1@contoso.test>\r\nFrom: alan.reid@contoso.test\r\nSubject: one\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nsome words\r\n--b--\r\n"
)
CHANGED = MAIL.replace(b"some words", b"other words")


def traced(folder: Path, messages: Sequence[bytes]) -> Trace:
    write_trace(folder / "MessageSnapshots", 1, messages)
    (found,) = walk([folder]).traces
    return read_trace(found)[0]


def test_each_message_of_a_trace_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    headers, trees = [], []

    def split(raw: bytes) -> Header:
        headers.append(raw)
        return split_header(raw)

    def tree(raw: bytes, header: Header) -> Tree:
        trees.append(raw)
        return parse(raw, header=header)

    monkeypatch.setattr(module, "split_header", split)
    monkeypatch.setattr(module, "parse", tree)
    trace = traced(tmp_path, [MAIL, MAIL, CHANGED, CHANGED])
    assert [bool(step.changes) for step in trace.steps] == [False, True, False]
    assert headers == trees == [MAIL, CHANGED]


def test_what_a_signature_signs_is_worked_out_once_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def counted(signature: Signature, message: Message) -> dict[str, bytes] | None:
        seen.append(message.raw)
        return signed_fields(signature, message)

    monkeypatch.setattr(signatures, "signed_fields", counted)
    mail = sign(MAIL)
    changed = b"X-Seen: yes\r\n" + mail
    trace = traced(tmp_path, [mail, mail, changed])
    assert seen == [mail, changed]
    assert [one.domain for one in trace.signatures or []] == ["contoso.test"]


def test_html_is_read_once_by_comparison_and_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    read = visible.visible_lines

    def counted(html: str) -> list[str]:
        seen.append(html)
        return read(html)

    monkeypatch.setattr(visible, "visible_lines", counted)
    texts = ["<p>some words", "<p>some words<p>This mail is for the named addressee alone", "<p>all of it is new"]
    head = b"From: alan.reid@contoso.test\r\nContent-Type: text/html\r\n\r\n"
    traced(tmp_path, [head + text.encode() for text in texts])
    assert seen == texts


def test_detectors_share_what_a_step_wrote_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    read = changed_parts._changed_texts

    def counted(at: Passing) -> Iterator[changed_parts.TextBefore]:
        asked.append(at.index)
        return read(at)

    monkeypatch.setattr(changed_parts, "_changed_texts", counted)
    traced(tmp_path, [MAIL, CHANGED, MAIL])
    assert asked == [0, 1]
