"""The injected block in its documented form, to vary and to cut, and a short way to load it."""

import base64

from snapdiff.model import LoadedSnapshot, Problem, Snapshot, Stage
from snapdiff.read.snapshot import load_snapshot

BEGIN = b"X-CreatedBy: MessageSnapshot-Begin injected headers\r\n"
TIME = b"X-MessageSnapshot-UTC-Time: 2013-01-23T23:20:18.138Z\r\n"
RECORD = b"X-MessageSnapshot-Record-Id: 21474836486\r\n"
PROTOCOL = b"X-MessageSnapshot-Protocol-Id: 08CF10486E2A504C;2012-06-04T10:31:09.502Z;1\r\n"
SOURCE = b"X-MessageSnapshot-Source: OnResolvedMessage,Transport Rule Agent\r\n"
SENDER = b"X-Sender: michelle@nwtraders.com\r\n"
RECEIVER = b"X-Receiver: chris@contoso.com\r\n"
END = b"X-EndOfInjectedXHeaders: MessageSnapshot-End injected headers\r\n"
MAIL = b"Received: from a by b\r\nSubject: Hello\r\n\r\nBody\r\n"
BLOCK = BEGIN + TIME + RECORD + SOURCE + SENDER + RECEIVER + END

FILE_OF: dict[Stage, str] = {
    "Original": "Original.eml",
    "SmtpReceive": "SmtpReceive0001.eml",
    "Routing": "Routing0001.eml",
}


def block(
    source: bytes = b"OnResolvedMessage,Transport Rule Agent",
    envelope: bytes = SENDER + RECEIVER,
    ident: bytes = RECORD,
) -> bytes:
    return BEGIN + TIME + ident + b"X-MessageSnapshot-Source: " + source + b"\r\n" + envelope + END


def load(raw: bytes, stage: Stage = "Routing") -> tuple[LoadedSnapshot, list[Problem]]:
    return load_snapshot(FILE_OF[stage], raw, (stage, None if stage == "Original" else 1))


def noun(raw: bytes, stage: Stage = "Routing") -> Snapshot:
    return load(raw, stage)[0].snapshot


def codes(raw: bytes, stage: Stage = "Routing") -> list[str]:
    return [problem.code for problem in load(raw, stage)[1]]


def word(text: str, encoding: str = "B") -> bytes:
    data = text.encode()
    inner = base64.b64encode(data) if encoding == "B" else b"".join(b"=%02X" % byte for byte in data)
    return b"=?utf-8?" + encoding.encode() + b"?" + inner + b"?="


LONG_NAME = "Große Signatur, Zweigstelle Ost, und noch eine Abteilung – Übertragungsagent"
FOLDED_NAME = b"\r\n ".join(word(LONG_NAME[at : at + 12]) for at in range(0, len(LONG_NAME), 12))
WHOLE_LINE = "X-MessageSnapshot-Source: OnResolvedMessage,Vérificateur, deuxième"
FOLDED_LINE = b"\r\n ".join(word(WHOLE_LINE[at : at + 20]) for at in range(0, len(WHOLE_LINE), 20))
ORIGINAL = block(b"Original", ident=PROTOCOL)
