"""The injected block in every form the reference knows, and where a file ends."""

import hashlib
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest
from blockmaker import (
    BEGIN,
    BLOCK,
    END,
    FOLDED_LINE,
    FOLDED_NAME,
    LONG_NAME,
    MAIL,
    ORIGINAL,
    PROTOCOL,
    RECEIVER,
    RECORD,
    SENDER,
    TIME,
    block,
    codes,
    load,
    noun,
    word,
)

from snapdiff.model import Snapshot, Stage
from snapdiff.read.snapshot import load_snapshot


def test_the_documented_form_is_read_field_by_field() -> None:
    loaded, problems = load(BLOCK + MAIL)
    assert loaded.snapshot == Snapshot(
        file="Routing0001.eml",
        stage="Routing",
        sequence=1,
        event="OnResolvedMessage",
        agent="Transport Rule Agent",
        time="2013-01-23T23:20:18.138Z",
        record_id="21474836486",
        protocol_id=None,
        status=None,
        sender="michelle@nwtraders.com",
        recipients=["chris@contoso.com"],
        headers_only=False,
        size=len(BLOCK + MAIL),
        message_offset=len(BLOCK),
        sha256=hashlib.sha256(MAIL).hexdigest(),
    )
    assert loaded.message == MAIL
    assert loaded.raw == BLOCK + MAIL
    assert loaded.time == datetime(2013, 1, 23, 23, 20, 18, 138000, tzinfo=UTC)
    assert loaded.short is None
    assert problems == []


# what it is, the file's block, what the snapshot says
FORMS: list[tuple[str, bytes, dict[str, Any]]] = [
    ("no agent", block(b"OnSubmittedMessage"), {"event": "OnSubmittedMessage", "agent": None}),
    (
        "Protocol-Id",
        block(b"OnEndOfData", ident=PROTOCOL),
        {"protocol_id": "08CF10486E2A504C;2012-06-04T10:31:09.502Z;1", "record_id": None},
    ),
    (
        "glued Source line, as the documentation prints it",
        BEGIN
        + TIME
        + RECORD
        + b"X-MessageSnapshot-Source: OnSubmittedMessageX-Sender: michelle@nwtraders.com\r\n"
        + RECEIVER
        + END,
        {
            "event": "OnSubmittedMessage",
            "agent": None,
            "sender": "michelle@nwtraders.com",
            "recipients": ["chris@contoso.com"],
        },
    ),
    (
        "glued Source line with an agent",
        block(b"OnResolvedMessage,Transport Rule AgentX-Sender: a@b.example", RECEIVER),
        {"event": "OnResolvedMessage", "agent": "Transport Rule Agent", "sender": "a@b.example"},
    ),
    (
        "glued Source line with the null sender",
        block(b"OnSubmittedMessageX-Sender: <>", RECEIVER),
        {"event": "OnSubmittedMessage", "sender": "<>"},
    ),
    (
        "glued Source line, encoded whole",
        block(b"", RECEIVER).replace(
            b"X-MessageSnapshot-Source: ", word("X-MessageSnapshot-Source: OnSubmittedMessage,ÄX-Sender: ü@b.example")
        ),
        {"event": "OnSubmittedMessage", "agent": "Ä", "sender": "ü@b.example"},
    ),
    (
        "glued Source line without a blank",
        block(b"OnSubmittedMessageX-Sender:a@b.example", RECEIVER),
        {"event": "OnSubmittedMessage", "sender": "a@b.example"},
    ),
    (
        "folded, though it is ASCII",
        block(b"OnRoutedMessage,\r\n Agent\r\n\tX"),
        {"event": "OnRoutedMessage", "agent": "Agent\tX"},
    ),
    ("null sender", block(envelope=b"X-Sender: <>\r\n" + RECEIVER), {"sender": "<>"}),
    ("null sender left empty", block(envelope=b"X-Sender: \r\n" + RECEIVER), {"sender": "<>"}),
    ("no recipients", block(envelope=SENDER), {"recipients": []}),
    (
        "several recipients, in their order, repeated and in any letter case",
        block(envelope=SENDER + b"X-Receiver: b@x.example\r\nX-Receiver: A@x.example\r\nX-Receiver: b@x.example\r\n"),
        {"recipients": ["b@x.example", "A@x.example", "b@x.example"]},
    ),
    ("agent with a comma", block(b"OnRoutedMessage,Contoso, Inc. Agent"), {"agent": "Contoso, Inc. Agent"}),
    (
        "agent with commas, encoded as one word",
        block(word("OnRoutedMessage,Büro, Prüfung, Ost")),
        {"event": "OnRoutedMessage", "agent": "Büro, Prüfung, Ost"},
    ),
    (
        "the agent's name alone encoded",
        block(b"OnRoutedMessage," + word("Büro, Ost", "Q")),
        {"event": "OnRoutedMessage", "agent": "Büro, Ost"},
    ),
    (
        "agent in folded words",
        block(b"OnRoutedMessage,\r\n " + FOLDED_NAME),
        {"event": "OnRoutedMessage", "agent": LONG_NAME},
    ),
    (
        "the whole line encoded and folded: a word stands at the line's very start",
        BEGIN + TIME + RECORD + FOLDED_LINE + b"\r\n" + SENDER + RECEIVER + END,
        {"event": "OnResolvedMessage", "agent": "Vérificateur, deuxième", "sender": "michelle@nwtraders.com"},
    ),
    (
        "a character split over two words",
        block(b"OnRoutedMessage,=?utf-8?Q?B=C3?=\r\n =?utf-8?Q?=BCro?="),
        {"agent": "Büro"},
    ),
    ("agent as raw UTF-8", block("OnRoutedMessage,Büro".encode()), {"agent": "Büro"}),
    ("agent in undecodable bytes", block(b"OnRoutedMessage,B\xfcro"), {"agent": r"B\xfcro"}),
    (
        "encoded addresses, one of them from the line's start",
        block(
            envelope=b"X-Sender: "
            + word("jürgen@köln.example", "Q")
            + b"\r\n"
            + word("X-Receiver: żaneta@łódź.example")
            + b"\r\nX-Receiver:\r\n "
            + word("用户@例え.example")
            + b"\r\n"
        ),
        {"sender": "jürgen@köln.example", "recipients": ["żaneta@łódź.example", "用户@例え.example"]},
    ),
    ("letter case", BLOCK.upper(), {"event": "ONRESOLVEDMESSAGE", "sender": "MICHELLE@NWTRADERS.COM"}),
    (
        "LF line ends",
        BLOCK.replace(b"\r\n", b"\n"),
        {"agent": "Transport Rule Agent", "recipients": ["chris@contoso.com"]},
    ),
    ("a UTF-8 BOM before it", b"\xef\xbb\xbf" + BLOCK, {"agent": "Transport Rule Agent"}),
    (
        "a line of the block this program does not know",
        block(envelope=b"X-MessageSnapshot-Shadow: 1\r\n" + SENDER + RECEIVER),
        {"sender": "michelle@nwtraders.com"},
    ),
]


@pytest.mark.parametrize("mail", [MAIL, b"", b"\r\n", b" begins with a blank\r\n\r\n", b"\r\nbody"])
@pytest.mark.parametrize(("given", "says"), [form[1:] for form in FORMS], ids=[form[0] for form in FORMS])
def test_every_form_of_the_block(given: bytes, says: dict[str, Any], mail: bytes) -> None:
    loaded, problems = load(given + mail)
    assert {key: getattr(loaded.snapshot, key) for key in says} == says
    assert loaded.snapshot.message_offset == len(given)
    assert loaded.message == mail
    assert problems == []


@pytest.mark.parametrize("status", ["Deleted", "Deferred"])
def test_a_status_stands_alone(status: str) -> None:
    raw = block(envelope=f"X-MessageSnapshot-MessageStatus: {status}\r\n".encode())
    loaded, problems = load(raw)
    assert loaded.snapshot.status == status
    assert (loaded.snapshot.sender, loaded.snapshot.recipients) == (None, [])
    assert (loaded.message, loaded.short, loaded.snapshot.headers_only, problems) == (b"", None, False, [])


def test_an_unknown_status_is_told_and_the_message_still_counts() -> None:
    raw = block(envelope=b"X-MessageSnapshot-MessageStatus: Parked\r\n" + SENDER)
    assert codes(raw + MAIL) == ["unknown-status"]
    assert noun(raw + MAIL).status is None


# what it is, the file, stage, headers_only, short (a word of the reason), codes of problems, the message
ENDINGS: list[tuple[str, bytes, Stage, bool, str | None, list[str], bytes]] = [
    ("whole", ORIGINAL + MAIL, "Original", False, None, [], MAIL),
    ("whole, empty body", ORIGINAL + b"A: b\r\n\r\n", "Original", False, None, [], b"A: b\r\n\r\n"),
    ("whole, no header", ORIGINAL + b"\r\nBody", "Original", False, None, [], b"\r\nBody"),
    ("Original without end line, nothing behind", ORIGINAL[: -len(END)], "Original", True, None, ["no-end-line"], b""),
    ("Original cut in the end line", ORIGINAL[:-9], "Original", True, None, ["no-end-line"], b""),
    ("Original cut in a line's name", ORIGINAL[: -len(END)] + b"X-Rece", "Original", True, None, ["no-end-line"], b""),
    ("Original before its header", ORIGINAL, "Original", True, None, [], b""),
    ("Original before its body", ORIGINAL + b"A: b\r\n", "Original", True, None, [], b"A: b\r\n"),
    ("Original in a field's name", ORIGINAL + b"A: b\r\nSubj", "Original", True, None, [], b"A: b\r\nSubj"),
    ("Original within the blank line", ORIGINAL + b"A: b\r\n\r", "Original", True, None, [], b"A: b\r\n\r"),
    ("empty Original", b"", "Original", False, "empty", ["empty-file"], b""),
    ("empty", b"", "Routing", False, "empty", ["empty-file"], b""),
    ("no end line, nothing behind", BLOCK[: -len(END)], "Routing", False, "end line", ["no-end-line"], b""),
    ("cut in the end line", BLOCK[:-9], "Routing", False, "end line", ["no-end-line"], b""),
    ("cut in the begin line", BLOCK[:12], "Routing", False, "end line", ["no-end-line"], b""),
    ("no end line, a message behind", BLOCK[: -len(END)] + MAIL, "Routing", False, "end line", ["no-end-line"], MAIL),
    ("end line without its line end", BLOCK[:-2], "Routing", False, "blank line", [], b""),
    ("no header yet", BLOCK, "Routing", False, "blank line", [], b""),
    ("no blank line", BLOCK + b"A: b\r\n", "Routing", False, "blank line", [], b"A: b\r\n"),
    ("cut in a field's name", BLOCK + b"A: b\r\nSubj", "Routing", False, "blank line", [], b"A: b\r\nSubj"),
    ("cut within the blank line", BLOCK + b"A: b\r\n\r", "Routing", False, "blank line", [], b"A: b\r\n\r"),
    ("empty body", BLOCK + b"A: b\r\n\r\n", "Routing", False, None, [], b"A: b\r\n\r\n"),
    ("empty body, LF", BLOCK + b"A: b\n\n", "Routing", False, None, [], b"A: b\n\n"),
    (
        "a line that is no field",
        BLOCK + b"A: b\r\nno field\r\n\r\nx",
        "Routing",
        False,
        None,
        [],
        b"A: b\r\nno field\r\n\r\nx",
    ),
    ("no blank line, but a body", BLOCK + b"A: b\r\nno field\r\n", "Routing", False, None, [], b"A: b\r\nno field\r\n"),
    ("OnEndOfHeaders", block(b"OnEndOfHeaders") + b"A: b\r\n", "SmtpReceive", True, None, [], b"A: b\r\n"),
    ("with blank line", block(b"OnEndOfHeaders,X") + b"A: b\r\n\r\n", "SmtpReceive", True, None, [], b"A: b\r\n\r\n"),
    (
        "OnEndOfHeaders without end line",
        block(b"OnEndOfHeaders")[: -len(END)],
        "SmtpReceive",
        True,
        "end line",
        ["no-end-line"],
        b"",
    ),
    (
        "a status without end line",
        block(envelope=b"X-MessageSnapshot-MessageStatus: Deleted\r\n")[: -len(END)],
        "Routing",
        False,
        "end line",
        ["no-end-line"],
        b"",
    ),
    ("no block at all", MAIL, "Routing", False, None, ["no-block"], MAIL),
    ("no block, a BOM", b"\xef\xbb\xbf" + MAIL, "Routing", False, None, ["no-block"], b"\xef\xbb\xbf" + MAIL),
]


@pytest.mark.parametrize(
    ("raw", "stage", "headers_only", "short", "problems", "message"),
    [ending[1:] for ending in ENDINGS],
    ids=[ending[0] for ending in ENDINGS],
)
def test_where_a_file_ends(
    raw: bytes, stage: Stage, headers_only: bool, short: str | None, problems: list[str], message: bytes
) -> None:
    loaded, _ = load(raw, stage)
    assert loaded.snapshot.headers_only is headers_only
    assert (loaded.short or "none").count(short or "none") == 1
    assert codes(raw, stage) == problems
    assert loaded.message == message


def test_an_original_that_broke_off_keeps_its_recipients() -> None:
    raw = ORIGINAL[: -len(END)] + b"X-Receiver: refused@contoso.com\r\n"
    snapshot = noun(raw, "Original")
    assert snapshot.event is None
    assert snapshot.sender == "michelle@nwtraders.com"
    assert snapshot.recipients == ["chris@contoso.com", "refused@contoso.com"]
    assert snapshot.message_offset == len(raw)


def test_a_missing_end_line_is_told_as_what_it_is() -> None:
    cut = ORIGINAL[: -len(END)]
    cases: list[tuple[bytes, Stage]] = [(cut, "Original"), (cut + MAIL, "Original"), (cut, "Routing")]
    told = [load(raw, stage)[1][0].message for raw, stage in cases]
    assert ["broke off" in sentence for sentence in told] == [True, False, False]


# what follows a block without end line; where the block ends counts from there
AFTER_NO_END_LINE = [
    b"=?utf-8?Q?no?= line of the block\r\n\r\nBody",
    b"X-Sender-Note: mine\r\n\r\n",
    b"X-Receivers: mine\r\n\r\n",
    b"\r\nBody",
    b"no field\r\n",
    b"X-MS-Exchange-Organization-AuthAs: Internal\r\n\r\n",
]


@pytest.mark.parametrize("message", AFTER_NO_END_LINE)
def test_without_end_line_the_block_ends_at_the_first_line_that_is_not_its_own(message: bytes) -> None:
    loaded, problems = load(BLOCK[: -len(END)] + message)
    assert loaded.message == message
    assert [problem.code for problem in problems] == ["no-end-line"]


INSIDE = [
    ("in the body", b"Subject: Fwd\r\n\r\n" + block(b"OnCategorizedMessage,Other") + MAIL),
    ("in the header", b"Subject: x\r\n" + block(b"OnCategorizedMessage,Other") + b"\r\nBody"),
    ("as the message itself: a snapshot that was sent on", block(b"OnCategorizedMessage,Other") + MAIL),
    ("an end line alone", b"Subject: x\r\n" + END + b"\r\nBody"),
    ("envelope lines alone", b"X-Sender: other@x.example\r\nX-Receiver: more@x.example\r\n\r\nBody"),
]


@pytest.mark.parametrize("message", [case[1] for case in INSIDE], ids=[case[0] for case in INSIDE])
def test_block_text_inside_the_mail_belongs_to_the_mail(message: bytes) -> None:
    loaded, problems = load(BLOCK + message)
    assert loaded.message == message
    assert loaded.snapshot.agent == "Transport Rule Agent"
    assert loaded.snapshot.sender == "michelle@nwtraders.com"
    assert loaded.snapshot.recipients == ["chris@contoso.com"]
    assert problems == []


@pytest.mark.parametrize("before", [b"\r\n", b" ", b"Received: x\r\n", b"\0"])
def test_a_block_that_is_not_at_the_very_start_is_none(before: bytes) -> None:
    loaded, problems = load(before + BLOCK + MAIL)
    assert loaded.message == before + BLOCK + MAIL
    assert loaded.snapshot.event is None
    assert [problem.code for problem in problems] == ["no-block"]


def test_a_plain_mail_is_no_snapshot_and_never_short() -> None:
    for raw in (MAIL, b"", b"X", BLOCK[:12]):
        loaded, problems = load_snapshot("mail.eml", raw, None)
        assert (loaded.snapshot.stage, loaded.snapshot.sequence, loaded.snapshot.event) == (None, None, None)
        assert (loaded.message, loaded.short, problems) == (raw, None, [])


def test_the_same_message_is_held_once() -> None:
    first, _ = load(BLOCK + MAIL)
    same, _ = load_snapshot("Routing0002.eml", block(b"OnResolvedMessage,B") + MAIL, ("Routing", 2), first)
    other, _ = load_snapshot("Routing0003.eml", BLOCK + MAIL + b"more", ("Routing", 3), first)
    assert same.message is first.message
    assert same.snapshot.sha256 == first.snapshot.sha256
    assert other.message == MAIL + b"more"
    assert other.snapshot.sha256 == hashlib.sha256(MAIL + b"more").hexdigest()


def test_a_message_that_ends_or_begins_like_the_last_one_is_another() -> None:
    first, _ = load(BLOCK + MAIL)
    for message in (b"X-Seen: yes\r\n" + MAIL, MAIL[1:], MAIL[:-1], b""):
        other, _ = load_snapshot("Routing0002.eml", BLOCK + message, ("Routing", 2), first)
        assert other.message == message
        assert other.snapshot.sha256 == hashlib.sha256(message).hexdigest()


def test_a_message_that_is_the_same_is_never_copied() -> None:
    message = MAIL + b"x" * 8_000_000
    first, _ = load(BLOCK + message)
    raw = BLOCK + message
    tracemalloc.start()
    same, _ = load_snapshot("Routing0002.eml", raw, ("Routing", 2), first)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert same.message is first.message
    assert peak < len(message) / 2
