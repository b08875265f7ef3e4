"""Turns a message into what people read of it: addresses, texts, attachments and hops, through mail-parser.

mail-parser knows how mail readers interpret addresses, dates, Received fields, and which part is body and which
attachment. It is used for nothing else, because it does not keep what a byte-exact diff needs: the order of
interleaved fields, 8-bit bytes (`caf\\xe9` becomes `caf`), or Unicode as it was composed (all text becomes NFC).

Nor is it handed the message itself. It would take a nested message's text for the body's, leave the escapes of a
7-bit ISO-2022-JP text in it, give unnamed attachments another random name in every run, and read a 13.5 MB mail into
156 MB. So it gets a plain copy: the fields it is asked about, in UTF-8, and one flat list of our own tree's parts
(`snapdiff.mail.parts`), texts decoded, attachments without their content. What it says then depends on the message
alone. Its warnings are not for the reader's terminal, and it never leaves a file behind.
"""

import binascii
import logging
import warnings
from datetime import UTC, datetime
from email.errors import HeaderParseError
from typing import TYPE_CHECKING, Any

from snapdiff.mail.charsets import decode_as, show_undecodable
from snapdiff.mail.fields import field_name, field_value, unfold_to_blanks
from snapdiff.mail.parts import Part, parse
from snapdiff.mail.transfer import decode_transfer
from snapdiff.model import Address, Attachment, DecodedView, Hop

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MESSAGE_BYTES = 64 << 20
MAX_FIELD_BYTES = 256 << 10
MAX_HOPS = 500
MAX_PARTS = 1_000
MAX_TEXT_CHARACTERS = 4_000_000

_ASKED_ONCE = frozenset({"from", "to", "cc", "reply-to", "subject", "date"})
_BODY_TYPES = frozenset({"text/plain", "text/html"})
# An undecodable byte travels through mail-parser as a private character: of `\xNN` it would take the backslash.
_TO_PRIVATE = {0xDC00 + byte: 0x10F700 + byte for byte in range(0x80, 0x100)}
_HIDDEN_WORD = "\U0010f6ff"
_FROM_PRIVATE = {0x10F6FF: "=?"} | {0x10F700 + byte: f"\\x{byte:02x}" for byte in range(0x80, 0x100)}


class _OverLimit(Exception):  # noqa: N818 - it never leaves this module
    """The message is larger than this view is made for."""


def decoded_view(message: bytes) -> DecodedView | None:
    """What a mail reader shows of the message; None where it can't be told, or is over a limit.

    The limits are those above (fields: those of the addresses, the subject, the date and Received together) and
    those of `snapdiff.mail.parts`: MIME nested deeper than 100 levels among them. Never raises, prints or logs.

    Of a repeated field the first counts. Texts have LF line ends and no final one; several of one kind are joined by
    LF. A nested message is an attachment, and what is in it is not told. An attachment without a name has the empty
    one; sizes are of the decoded content, in bytes. Times are UTC in ISO 8601. The first hop's delay is 0; a later
    one's is None where its own date or that of the hop before can't be read. Bytes that can't be decoded stand as
    `\\xNN`.
    """
    try:
        return _read(message)
    except Exception:
        # A view for people is worth no crash on mail that this or a later version of the library can't read.
        return None


def _read(message: bytes) -> DecodedView:
    if len(message) > MAX_MESSAGE_BYTES:
        raise _OverLimit
    tree = parse(message)
    leaves = list(_leaves(tree.root))
    if tree.limits or len(leaves) > MAX_PARTS:
        raise _OverLimit
    logging.getLogger("mailparser").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mailparser

        try:
            mail: Any = mailparser.parse_from_bytes(_plain_copy(tree.root, leaves))
        except (ValueError, HeaderParseError):
            # An encoded word it can't read: then all of them stay as they are written.
            mail = mailparser.parse_from_bytes(_plain_copy(tree.root, leaves, hide_words=True))
    subject = mail.subject
    return DecodedView(
        from_=_addresses(mail.from_),
        to=_addresses(mail.to),
        cc=_addresses(mail.cc),
        reply_to=_addresses(mail.reply_to),
        subject=_shown(subject) if isinstance(subject, str) else "",
        date=_utc(mail.date),
        text_plain=_joined(mail.text_plain),
        text_html=_joined(mail.text_html),
        attachments=[_attachment(leaves[int(found["content-id"])]) for found in mail.attachments],
        hops=_hops(mail.received),
    )


def _leaves(root: Part) -> "Iterator[Part]":
    """The parts a reader sees or saves, in order; a nested message is one of them."""
    stack = [root]
    while stack:
        part = stack.pop()
        if part.shape == "multipart":
            stack.extend(reversed(part.children))
        else:
            yield part


def _plain_copy(root: Part, leaves: list[Part], hide_words: bool = False) -> bytes:
    """The message mail-parser is handed; the Content-ID of each part is its number in `leaves`."""
    fields = list(_fields(root))
    if hide_words:
        fields = [field.replace(b"=?", _HIDDEN_WORD.encode("utf-8")) for field in fields]
    out = [*fields, b"MIME-Version: 1.0", b'Content-Type: multipart/mixed; boundary="part"', b""]
    characters = 0
    for number, part in enumerate(leaves):
        is_body = part.type in _BODY_TYPES and part.shape == "leaf"
        disposition = "inline" if is_body and not part.is_attachment else "attachment"
        name = "; filename=name" if part.file_name or disposition == "attachment" else ""
        text = ""
        if disposition == "inline":
            text = part.text.text.replace("\r\n", "\n").replace("\r", "\n")
            characters += len(text)
            if characters > MAX_TEXT_CHARACTERS:
                raise _OverLimit
        out += [
            b"--part",
            f"Content-Type: {part.type if is_body else 'application/octet-stream'}; charset=utf-8".encode("ascii"),
            f"Content-Disposition: {disposition}{name}".encode("ascii"),
            f"Content-ID: {number}".encode("ascii"),
            b"Content-Transfer-Encoding: base64",
            b"",
            binascii.b2a_base64(text.encode("utf-8"), newline=False),
        ]
    return b"\r\n".join([*out, b"--part--", b""])


def _fields(root: Part) -> "Iterator[bytes]":
    """The fields mail-parser is asked about, unfolded and in UTF-8; their encoded words are its own to decode."""
    seen: set[str] = set()
    size = hops = 0
    for field in root.header.fields:
        name = field_name(field).lower()
        if name == "received":
            hops += 1
        elif name in _ASKED_ONCE and name not in seen:
            seen.add(name)
        else:
            continue
        size += len(field)
        if size > MAX_FIELD_BYTES or hops > MAX_HOPS:
            raise _OverLimit
        value = unfold_to_blanks(field_value(field)).replace(b"\r", b" ")
        if not value.isascii():
            value = _eight_bit(value, root.charset).encode("utf-8")
        yield b"%s: %s" % (name.encode("ascii"), value)


def _eight_bit(value: bytes, charset: str | None) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        text = decode_as(value, charset) if charset else None
        if text is None:
            text = value.decode("utf-8", "surrogateescape").translate(_TO_PRIVATE)
        return show_undecodable(text)


def _shown(text: str) -> str:
    # What mail-parser answers, with the private characters read back.
    return text if text.isascii() else show_undecodable(text.translate(_FROM_PRIVATE))


def _addresses(found: Any) -> list[Address]:
    # mail-parser answers '' for a field it does not know.
    return [Address(_shown(name), _shown(address)) for name, address in found or []]


def _joined(texts: list[str]) -> str:
    return "\n".join(text.removesuffix("\n") for text in texts)


def _attachment(part: Part) -> Attachment:
    size = len(decode_transfer(part.body, part.encoding if part.shape == "leaf" else ""))
    return Attachment(part.file_name or "", part.type, size)


def _hops(received: list[dict[str, Any]]) -> list[Hop]:
    """The Received fields, oldest first, as mail-parser orders them already."""
    hops: list[Hop] = []
    before: datetime | None = None
    for found in received:
        time = _instant(found.get("date_utc"))
        delay = None
        if time is not None and (not hops or before is not None):
            delay = 0.0 if before is None else (time - before).total_seconds()
        before = time
        hops.append(
            Hop(
                from_host=_first_word(found.get("from")),
                by_host=_first_word(found.get("by")),
                with_protocol=_without_comment(found.get("with")),
                time=_utc(time),
                delay_seconds=delay,
            )
        )
    return hops


def _first_word(clause: str | None) -> str | None:
    words = (clause or "").split(None, 1)
    return _shown(words[0]) if words else None


def _without_comment(clause: str | None) -> str | None:
    return _shown((clause or "").partition("(")[0].strip()) or None


def _instant(time: str | datetime | None) -> datetime | None:
    if not time:
        return None
    moment = datetime.fromisoformat(time) if isinstance(time, str) else time
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _utc(time: str | datetime | None) -> str | None:
    moment = _instant(time)
    return None if moment is None else moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
