"""Reads a mail for the judge, from the RFCs and the contract alone: no code of the program under test is used here.

Top down: a multipart's own delimiter lines cut its body first, so a child never reaches over them.
"""

import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

Span = tuple[int, int]
DEEPEST = 100

_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_WORD = re.compile(rb"=\?[A-Za-z0-9_.*-]+\?[BbQq]\?[^? \t\r\n]*\?=")
_ENDS = re.compile(rb"\A(?:[ \t]|\r?\n)+|(?:[ \t]|\r?\n)+\Z")
_TYPE = re.compile(r"[A-Za-z0-9.+_-]+/[A-Za-z0-9.+_-]+")
_PARAMETER = r'[ \t]*;[ \t]*[A-Za-z0-9*_-]+=(?:"[^"\\\x00-\x08\x0b-\x1f]*"|[^\s;"()\\\x00-\x1f]+)'
_CLEAR = re.compile(rf"{_TYPE.pattern}(?:{_PARAMETER})*[ \t]*;?[ \t]*\Z")
_BOUNDARY = re.compile(r';[ \t\r]*boundary[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))', re.I)
_PLAIN_CHARSETS = {"ascii", "utf-8", "iso8859-1", "iso8859-2", "iso8859-15", "cp1252", "cp1251", "koi8-r"}


@dataclass
class Node:
    """One entity; spans count from the file's start.

    `section` is what its content is filed under, `header_part` its fields, `frame` its delimiters, preamble and
    epilogue. `start` is its delimiter line (the header of a message), `end` where the next delimiter line begins.
    """

    raw: bytes
    section: str
    header_part: str | None
    frame: str
    start: int
    head: int
    end: int
    fields: list[Span] = field(default_factory=list)
    blank: Span = (0, 0)
    body: Span = (0, 0)
    delimiter: Span | None = None
    delimiters: list[Span] = field(default_factory=list)
    closed: bool = False
    kids: list["Node"] = field(default_factory=list)
    form: str = "leaf"
    default: str = "text/plain"

    def walk(self) -> Iterator["Node"]:
        """This entity and all below it."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.kids))

    def label(self) -> Message:
        """The first Content-Type, -Disposition and -Transfer-Encoding as the standard library reads them."""
        out = Message()
        for name in (b"Content-Type", b"Content-Disposition", b"Content-Transfer-Encoding"):
            for a, z in self.fields:
                key, _, value = self.raw[a:z].partition(b":")
                if key.strip().lower() == name.lower():
                    out[name.decode()] = re.sub(rb"\r?\n", b"", value).strip(b" \t").decode("latin-1")
                    break
        if self.default != "text/plain":
            out.set_default_type(self.default)
        return out

    @property
    def clear(self) -> bool:
        """Whether the type is written as RFC 2045 has it, so that no two readers differ on it."""
        value = self.label().get("Content-Type")
        return value is None or (_CLEAR.match(str(value)) is not None and "boundary*" not in str(value))

    @property
    def media_type(self) -> str:
        """The media type in lower case; text/plain where it can't be read (RFC 2045 section 5.2)."""
        value = self.label().get("Content-Type")
        found = _TYPE.match(str(value)) if value is not None else None
        return found.group().lower() if found else self.default if value is None else "text/plain"

    @property
    def boundary(self) -> bytes:
        """The boundary parameter, empty where there is none."""
        found = _BOUNDARY.search(str(self.label().get("Content-Type", "")))
        text = "" if found is None else found.group(2) or re.sub(r"\\(.)", r"\1", found.group(1) or "")
        return text.rstrip(" ").encode("latin-1", "replace")

    def content(self) -> bytes | None:
        """The decoded content; None where readers may differ on it (broken base64, stray signs)."""
        body = self.raw[self.body[0] : self.body[1]]
        encoding = str(self.label().get("Content-Transfer-Encoding", "")).strip(" \t").lower()
        if encoding in ("", "7bit", "8bit", "binary"):
            return body
        if encoding == "base64":
            bare = re.sub(rb"[ \t\r\n]", b"", body)
            if len(bare) % 4 or not re.fullmatch(rb"[A-Za-z0-9+/]*={0,2}", bare):
                return None
            try:
                return base64.b64decode(bare, validate=True)
            except binascii.Error:
                return None
        if encoding == "quoted-printable":
            if re.search(rb"=(?![0-9A-Fa-f]{2}|\r?\n)|[ \t](?=\r?\n|\Z)|=\Z|\r(?!\n)", body):
                return None
            return quopri.decodestring(body)
        return None

    def text(self) -> str | None:
        """The decoded text of a text leaf; None where it is none, or where readers may differ on it."""
        content = self.content()
        if content is None or not self.media_type.startswith("text/") or content.startswith(b"\xef\xbb\xbf"):
            return None
        label = self.label().get_content_charset() if "Content-Type" in self.label() else "us-ascii"
        try:
            name = codecs.lookup(label or "us-ascii").name
            text = content.decode(name) if name in _PLAIN_CHARSETS else None
        except (LookupError, UnicodeError, ValueError):
            return None
        return None if text is None or re.search("[\x80-\x9f]", text) else text


def read(raw: bytes, start: int = 0) -> Node:
    """The tree of the message that begins at `start`."""
    return _message(raw, (start, len(raw)), len(raw), None, "", 0)


def text_lines(text: str) -> list[str]:
    """Lines end at CRLF or LF; a final line end makes no empty last line."""
    rows = re.split("\r\n|\n", text)
    return rows[:-1] if rows[-1] == "" else rows


def _message(raw: bytes, own: Span, limit: int, header_part: str | None, prefix: str, depth: int) -> Node:
    """A message in the span `own`; a header that runs to its end has the line end up to `limit` too."""
    start, end = own
    node = Node(raw, f"{prefix}1", header_part, f"{prefix}TEXT", start, start, limit)
    _head(node, limit)
    node.body = (node.blank[1], max(end, node.blank[1]))
    _inside(node, prefix, depth)
    return node


def _head(node: Node, end: int) -> None:
    """Fields up to the blank line, or up to a line that is neither field nor continuation."""
    raw, at = node.raw, node.head
    while at < end:
        line_end = raw.find(b"\n", at, end) + 1 or end
        line = raw[at:line_end]
        if line in (b"\r\n", b"\n"):
            node.blank = (at, line_end)
            return
        if line[:1] in (b" ", b"\t") and node.fields:
            node.fields[-1] = (node.fields[-1][0], line_end)
        elif _FIELD.match(line) or (not node.fields and line.startswith(b"From ")):
            node.fields.append((at, line_end))
        else:
            break
        at = line_end
    node.blank = (at, at)


def _inside(node: Node, prefix: str, depth: int) -> None:
    kind = node.media_type
    if depth >= DEEPEST:
        return
    if kind.startswith("multipart/"):
        if boundary := node.boundary:
            _children(node, boundary, prefix, depth)
    elif kind in ("message/rfc822", "message/global") and node.body[0] < node.body[1]:
        encoding = str(node.label().get("Content-Transfer-Encoding", "")).strip(" \t").lower()
        if encoding in ("", "7bit", "8bit", "binary"):
            node.form = "message"
            section = node.section
            node.kids = [_message(node.raw, node.body, node.end, f"{section}.HEADER", f"{section}.", depth + 1)]
            _stretch(node, node.end)


def _stretch(node: Node, end: int) -> None:
    """What ends where its holder ends reaches up to the next delimiter line too."""
    while True:
        node.end = end
        if node.form == "leaf" or (node.form == "multipart" and node.closed):
            return
        node = node.kids[-1]


def _children(node: Node, boundary: bytes, prefix: str, depth: int) -> None:
    raw, (start, end) = node.raw, node.body
    mark = re.compile(rb"--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    at = start
    while at < end:
        found = mark.match(raw[at : at + len(boundary) + 80] if at + len(boundary) + 80 < end else raw[at:end])
        if found:
            node.delimiters.append((at, at + found.end()))
            if found.group(1):
                node.closed = True
                break
        following = raw.find(b"\n--" + boundary, at, end)
        if following < 0:
            break
        at = following + 1
    opening = node.delimiters[:-1] if node.closed else node.delimiters
    if not opening:
        node.delimiters, node.closed = [], False
        return
    node.form = "multipart"
    for number, own in enumerate(opening, 1):
        has_next = number < len(node.delimiters)
        following = node.delimiters[number][0] if has_next else end
        stop = following if has_next else node.end
        node.kids.append(_child(node, own, (following, stop), has_next, f"{prefix}{number}", depth))
    _stretch(node, node.end)


def _child(parent: Node, own: Span, ends: Span, has_next: bool, section: str, depth: int) -> Node:
    """A part from its delimiter line to where its content ends or the next delimiter line begins, and the limit."""
    raw, (following, limit) = parent.raw, ends
    node = Node(raw, section, section, section, own[0], own[1], limit, delimiter=own)
    if parent.media_type == "multipart/digest":
        node.default = "message/rfc822"
    stop = following
    if has_next:
        cut = 2 if raw[following - 2 : following] == b"\r\n" else 1 if raw[following - 1 : following] == b"\n" else 0
        stop = max(own[1], following - cut)
    _head(node, limit)
    node.body = (min(node.blank[1], max(stop, node.blank[1])), max(stop, node.blank[1]))
    _inside(node, f"{section}.", depth + 1)
    return node


def field_name(line: bytes) -> str:
    """The field's name as it stands; `From ` for a mailbox line."""
    if line.startswith(b"From ") and not _FIELD.match(line):
        return "From "
    return line.partition(b":")[0].rstrip(b" \t").decode("latin-1")


def same_value(one: bytes, two: bytes) -> bool | None:
    """Whether two fields have equal values by either reading the contract allows; None where readers may differ."""
    bodies = [
        _ENDS.sub(b"", line[5:] if field_name(line) == "From " else line.partition(b":")[2]) for line in (one, two)
    ]
    if bodies[0] == bodies[1]:
        return True
    bare = [body.replace(b"\r\n", b"\n") for body in bodies]
    if any(re.search(rb"[^\t\n -~]|\n[ \t]+\n", body) for body in bare) or all(b"*" in body for body in bodies):
        return None  # 8-bit bytes, bare CR, folds of blanks alone, RFC 2231 parameters
    if any(b"=?" in _WORD.sub(b"", body) for body in bodies):
        return None  # a broken encoded word
    if any(b"=?" in body for body in bodies):
        decoded = [_words(_readings(body)[1]) for body in bodies]
        return True if decoded[0] == decoded[1] and None not in decoded else None
    return any(x == y for x, y in zip(*map(_readings, bodies), strict=True))


def _readings(value: bytes) -> tuple[bytes, bytes]:
    """Folds taken out, and each fold with the white space around it as one blank."""
    first, second = re.sub(rb"\r?\n(?=[ \t])", b"", value), re.sub(rb"[ \t]*(?:\r?\n[ \t]+)+", b" ", value)
    return first.strip(b" \t"), second.strip(b" \t")


def _words(value: bytes) -> str | None:
    try:
        pieces = decode_header(value.decode("ascii"))
        return "".join(p if isinstance(p, str) else p.decode(c or "ascii") for p, c in pieces)
    except (LookupError, UnicodeError, ValueError, HeaderParseError):
        return None
