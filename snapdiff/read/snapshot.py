"""Turns the bytes of one snapshot file into its noun: the injected block, the envelope, where the message begins.

The form of the block is that of the pipeline tracing documentation ("Message snapshot files"), with the
variations seen in the field: a glued Source line, encoded lines, a missing end line, a status without envelope.
"""

import re
from hashlib import sha256

from msgspec import Struct, field

from snapdiff.mail.fields import split_header, unfold
from snapdiff.mail.words import decode_value, shown
from snapdiff.model import LoadedSnapshot, Problem, Snapshot, Stage, Status
from snapdiff.times import parse_time

END_LINE = b"X-EndOfInjectedXHeaders: MessageSnapshot-End injected headers"
_BEGIN = b"x-createdby: messagesnapshot-begin"
_END = b"x-endofinjectedxheaders:"
_BOM = b"\xef\xbb\xbf"
_LINE = re.compile(rb"[^\n]*+\n?(?:[ \t][^\n]*+\n?)*+")
_ENCODED = b"=?"
_OF_BLOCK = (b"x-messagesnapshot-", b"x-sender:", b"x-receiver:", _ENCODED)
_STATUSES: dict[str, Status] = {"deleted": "Deleted", "deferred": "Deferred"}
# The usual line, which nearly all are: whole, unfolded, ASCII, nothing encoded. Any other takes the long way.
_PLAIN_LINE = re.compile(
    rb"(X-(?:MessageSnapshot-[A-Za-z-]+|Receiver|Sender)): ([!-~](?:[ -~]*[!-~])?)\r\n(?![ \t])", re.DOTALL
)
_BLANK_LINE = re.compile(rb"\n\r?\n")
_CUT_WITHIN_LINE = re.compile(rb"[!-9;-~]*[ \t]*\r?")


class Block(Struct):
    """What the injected block of one file says. `end` is the offset of the message; `problems` are (code, sentence).

    `found` is false for a file that begins with no block; `complete` is false where its end line is missing.
    """

    found: bool = False
    complete: bool = False
    end: int = 0
    time: str | None = None
    record_id: str | None = None
    protocol_id: str | None = None
    event: str | None = None
    agent: str | None = None
    status: Status | None = None
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)


def load_snapshot(
    name: str,
    raw: bytes,
    placed: tuple[Stage, int | None] | None,
    last: LoadedSnapshot | None = None,
) -> tuple[LoadedSnapshot, list[Problem]]:
    """The snapshot in a file's bytes, and what was odd about it (paths are the file's name alone).

    `placed` is the stage and number its name tells; None for a plain mail, which is no snapshot. With the `last`
    snapshot given, a message that is the same is held, and hashed, once.
    """
    stage, sequence = placed or (None, None)
    block = read_block(raw, stage)
    # Compared where it stands: a copy of each large message costs more than comparing it.
    unchanged = last is not None and len(raw) - block.end == len(last.message) and raw.endswith(last.message, block.end)
    message = last.message if last is not None and unchanged else raw[block.end :]
    short, headers_only = _ending(raw, message, block, stage)
    noun = Snapshot(
        file=name,
        stage=stage,
        sequence=sequence,
        event=block.event,
        agent=block.agent,
        time=block.time,
        record_id=block.record_id,
        protocol_id=block.protocol_id,
        status=block.status,
        sender=block.sender,
        recipients=block.recipients,
        headers_only=headers_only,
        size=len(raw),
        message_offset=block.end,
        sha256=last.snapshot.sha256 if last is not None and unchanged else sha256(message).hexdigest(),
    )
    problems = [Problem(name, code, text) for code, text in block.problems]
    if stage is not None and not block.found:
        problems.append(_no_block(name, raw))
    return LoadedSnapshot(noun, raw, message, parse_time(block.time), short), problems


def _ending(raw: bytes, message: bytes, block: Block, stage: Stage | None) -> tuple[str | None, bool]:
    """Why the file ends short (None: it does not), and whether it holds a header alone."""
    headers_only = block.event == "OnEndOfHeaders"
    if stage is None:
        return None, headers_only
    if not raw:
        return "it is empty", False
    if stage == "Original":
        return None, headers_only or _blank_line_missing(message)
    if block.found and not block.complete:
        return "its injected block has no end line", headers_only
    if block.status is None and not headers_only and _blank_line_missing(message):
        return "its header has no blank line behind it", headers_only
    return None, headers_only


def _blank_line_missing(message: bytes) -> bool:
    """Whether the message ends within its header, be it in the middle of a field's name or of the blank line."""
    if _BLANK_LINE.search(message) or message.startswith((b"\n", b"\r\n")):
        return False
    header = split_header(message)
    return not header.has_blank and _CUT_WITHIN_LINE.fullmatch(message, header.end) is not None


def _no_block(name: str, raw: bytes) -> Problem:
    if not raw:
        return Problem(name, "empty-file", "the file is empty: the snapshot could not be written")
    return Problem(name, "no-block", "the file does not begin with a snapshot's injected block; it is read as a mail")


def read_block(raw: bytes, stage: Stage | None) -> Block:
    """Reads the block at the file's very start; lines further down that look like one belong to the message.

    Without an end line the block ends at the first line that does not belong to it.
    """
    block = Block()
    at = len(_BOM) if raw.startswith(_BOM) else 0
    block.found = raw[at : at + len(_BEGIN)].lower() == _BEGIN
    if stage is not None and (_cut(raw, at, _BEGIN) or _cut(raw, 0, _BOM + _BEGIN)):
        block.found = True
    if not block.found:
        return block
    at = _end_of_line(raw, at)
    while not block.complete and at < len(raw):
        plain = _PLAIN_LINE.match(raw, at)
        if plain is not None and b"=?" not in plain[2]:
            _take(block, plain[1].decode("ascii").lower(), plain[2].decode("ascii"))
            at = plain.end()
            continue
        head = raw[at : at + len(_END)].lower()
        if head == _END:
            # Never folded: a message that begins with a blank is no continuation of it.
            at = _end_of_line(raw, at)
            block.complete = raw.endswith(END_LINE, 0, at) or raw.endswith(b"\n", 0, at)
        elif head.startswith(_OF_BLOCK):
            match = _LINE.match(raw, at)
            line = match.group() if match else b""
            if not _take_line(block, line) and head.startswith(_ENCODED):
                break
            at += len(line)
        elif _cut(raw, at, *_OF_BLOCK, _END):
            at = len(raw)
        else:
            break
    block.end = at
    if not block.complete:
        block.problems.append(_no_end_line(stage, at == len(raw)))
    return block


def _end_of_line(raw: bytes, at: int) -> int:
    """Where the line that begins at `at` ends, its line end included, without continuation lines."""
    return raw.find(b"\n", at) + 1 or len(raw)


def _cut(raw: bytes, at: int, *names: bytes) -> bool:
    """Whether the file breaks off at `at` within one of these names."""
    rest = raw[at : at + len(_BEGIN)].lower()
    return at + len(rest) == len(raw) and rest != b"" and any(name.startswith(rest) for name in names)


def _take_line(block: Block, raw_line: bytes) -> bool:
    """One line, unfolded and decoded as a whole before it is split: an encoded word can begin at its very start.

    Says whether it is a line of the block.
    """
    name, _, value = shown(decode_value(unfold(raw_line.strip()))).partition(":")
    return _take(block, name.strip().lower(), value.strip())


def _take(block: Block, name: str, value: str) -> bool:
    """Puts one value in its place; says whether its name (in lower case) is one of the block's."""
    if name == "x-receiver":
        block.recipients.append(value)
    elif name == "x-sender":
        block.sender = value or "<>"
    elif name == "x-messagesnapshot-source":
        _take_source(block, value)
    elif name == "x-messagesnapshot-utc-time":
        _take_time(block, value)
    elif name == "x-messagesnapshot-record-id":
        block.record_id = value
    elif name == "x-messagesnapshot-protocol-id":
        block.protocol_id = value
    elif name == "x-messagesnapshot-messagestatus":
        block.status = _STATUSES.get(value.lower())
        if block.status is None:
            block.problems.append(("unknown-status", f"the message status '{value}' is not known"))
    else:
        return name.startswith("x-messagesnapshot-")
    return True


def _take_source(block: Block, value: str) -> None:
    """`EVENT` or `EVENT,agent`, cut at the first comma; the documentation prints X-Sender glued to it."""
    glued = value.find("X-Sender:")
    if glued >= 0:
        block.sender = value[glued + 9 :].strip() or "<>"
        value = value[:glued]
    event, _, agent = value.partition(",")
    event = event.strip()
    block.event = None if event.lower() == "original" else event or None
    block.agent = agent.strip() or None


def _take_time(block: Block, value: str) -> None:
    if parse_time(value) is None:
        block.problems.append(("unreadable-time", f"the snapshot's time '{value}' can't be read"))
    else:
        block.time = value


def _no_end_line(stage: Stage | None, ends_there: bool) -> tuple[str, str]:
    if stage == "Original" and ends_there:
        return (
            "no-end-line",
            "the injected block has no end line: the session broke off before the message's header arrived",
        )
    return "no-end-line", "the injected block has no end line; the message is read from the first line after it"
