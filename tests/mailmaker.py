"""Builds mails as trees of entities and renders them to bytes, with the place of every field, body and delimiter.

The places come from the building, so that a test can name exact spans without reading the mail back.
"""

import base64
import copy
import quopri
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

Span = tuple[int, int]
_NUMBERS = count(1)


@dataclass
class Entity:
    """One MIME entity to build: its fields in order (line end included) and a body, children or an inner message.

    `uid` survives `clone`, so an entity can be found in the mail before and after. `preamble` ends with a line end or
    is empty; `tail` is the line end of the closing delimiter line and the epilogue behind it.
    """

    fields: list[bytes]
    body: bytes = b""
    children: list["Entity"] | None = None
    message: "Entity | None" = None
    boundary: bytes = b""
    preamble: bytes = b""
    tail: bytes = b"\r\n"
    closed: bool = True
    has_blank: bool = True
    uid: int = field(default_factory=lambda: next(_NUMBERS))

    def clone(self) -> "Entity":
        """A deep copy whose entities keep their uid."""
        return copy.deepcopy(self)

    def walk(self) -> Iterator["Entity"]:
        """This entity and every one below it, parents first."""
        yield self
        for child in self.children or ([self.message] if self.message else []):
            yield from child.walk()

    def find(self, uid: int) -> "Entity":
        """The entity of that number; KeyError where there is none."""
        for entity in self.walk():
            if entity.uid == uid:
                return entity
        raise KeyError(uid)

    def parent_of(self, uid: int) -> "Entity | None":
        """The entity that holds the one of that number among its children or as its message."""
        for entity in self.walk():
            inner = entity.children or ([entity.message] if entity.message else [])
            if any(child.uid == uid for child in inner):
                return entity
        return None

    def value(self, name: str) -> bytes | None:
        """The first field of that name, without name and outer blanks."""
        for line in self.fields:
            key, _, rest = line.partition(b":")
            if key.strip().lower() == name.lower().encode():
                return rest.strip()
        return None

    def index(self, name: str) -> int:
        """Where the first field of that name stands, -1 where there is none."""
        names = [line.partition(b":")[0].strip().lower() for line in self.fields]
        return names.index(name.lower().encode()) if name.lower().encode() in names else -1

    def set(self, name: str, value: str) -> None:
        """Replaces the first field of that name, or adds one at the end."""
        at = self.index(name)
        if at < 0:
            self.fields.append(header(name, value))
        else:
            self.fields[at] = header(name, value)

    @property
    def type(self) -> str:
        """The media type in lower case, text/plain where no field names one."""
        return (self.value("Content-Type") or b"text/plain").split(b";")[0].strip().lower().decode()

    @property
    def is_leaf(self) -> bool:
        """Whether it has a body of its own."""
        return self.children is None and self.message is None

    @property
    def encoding(self) -> str:
        """The Content-Transfer-Encoding in lower case, 7bit where no field names one."""
        return (self.value("Content-Transfer-Encoding") or b"7bit").lower().decode()

    @property
    def charset(self) -> str:
        """The charset parameter, us-ascii where there is none."""
        value = self.value("Content-Type") or b""
        _, found, rest = value.lower().partition(b"charset=")
        return rest.strip(b'"').split(b";")[0].strip(b'" \r\n').decode() if found else "us-ascii"

    @property
    def is_text(self) -> bool:
        """Whether it is a leaf of text for people."""
        return self.is_leaf and self.type.startswith("text/")

    def content(self) -> bytes:
        """The decoded body."""
        if self.encoding == "base64":
            return base64.b64decode(self.body)
        return quopri.decodestring(self.body) if self.encoding == "quoted-printable" else self.body

    def text(self) -> str:
        """The decoded body as text."""
        return self.content().decode(self.charset)

    def put(self, content: bytes, width: int = 76) -> None:
        """Encodes new content by the encoding the fields name."""
        self.body = encoded(content, self.encoding, width)


@dataclass
class Place:
    """Where one entity stands in the rendered mail; spans as the report has them.

    `header_part`, `section` and `multipart` are what changes of its fields, of its content, and of its delimiters are
    filed under. `delimiter` is its own delimiter line; `end` where the next one (or what holds it) begins.
    """

    header_part: str | None
    section: str
    multipart: str
    fields: list[Span]
    blank: Span
    body: Span
    delimiter: Span | None
    start: int
    end: int = 0
    delimiters: list[Span] = field(default_factory=list)
    preamble: Span = (0, 0)
    epilogue: Span = (0, 0)

    @property
    def own(self) -> Span:
        """A part's span as the contract has it: its delimiter line up to the next delimiter line's start."""
        return self.start, self.end

    @property
    def last(self) -> Span:
        """The last delimiter line: the closing one where the multipart is closed."""
        return self.delimiters[-1]


class Rendered:
    """A mail as bytes, and the place of each of its entities by uid."""

    def __init__(self, root: Entity) -> None:
        self.root = root
        self._out = bytearray()
        self.places: dict[int, Place] = {}
        self._entity(root, None, "", None, as_message=True)
        self.raw = bytes(self._out)
        self._stretch(root, len(self.raw))

    def of(self, entity: Entity) -> Place:
        """The place of the entity (or its clone)."""
        return self.places[entity.uid]

    def field(self, entity: Entity, at: int) -> Span:
        """The span of the entity's field at that index."""
        return self.of(entity).fields[at]

    def _put(self, data: bytes) -> Span:
        start = len(self._out)
        self._out += data
        return start, len(self._out)

    def _entity(self, entity: Entity, header_part: str | None, prefix: str, own: Span | None, as_message: bool) -> None:
        """Writes an entity; `prefix` is what its children's sections begin with."""
        start = own[0] if own else len(self._out)
        fields = [self._put(line) for line in entity.fields]
        blank = self._put(b"\r\n" if entity.has_blank else b"")
        section = f"{prefix}1" if as_message else prefix[:-1]
        multipart = f"{prefix}TEXT" if as_message else prefix[:-1]
        place = Place(header_part, section, multipart, fields, blank, (0, 0), own, start)
        self.places[entity.uid] = place
        body_start = len(self._out)
        if entity.children is not None:
            self._children(entity, place, prefix)
        elif entity.message is not None:
            self._entity(entity.message, f"{section}.HEADER", f"{section}.", None, as_message=True)
        else:
            self._put(entity.body)
        place.body = (body_start, len(self._out))

    def _children(self, entity: Entity, place: Place, prefix: str) -> None:
        place.preamble = self._put(entity.preamble)
        for number, child in enumerate(entity.children or [], 1):
            if number > 1:
                self._put(b"\r\n")
            own = self._put(b"--" + entity.boundary + b"\r\n")
            self._close_previous(entity, number - 2, own[0])
            place.delimiters.append(own)
            self._entity(child, f"{prefix}{number}", f"{prefix}{number}.", own, as_message=False)
        if not entity.closed:
            self._close_previous(entity, len(entity.children or []) - 1, len(self._out))
            return
        self._put(b"\r\n")
        start = len(self._out)
        self._close_previous(entity, len(entity.children or []) - 1, start)
        self._put(b"--" + entity.boundary + b"--")
        line_end = b"\r\n" if entity.tail.startswith(b"\r\n") else b""
        self._put(line_end)
        place.delimiters.append((start, len(self._out)))
        place.epilogue = self._put(entity.tail[len(line_end) :])

    def _close_previous(self, entity: Entity, index: int, at: int) -> None:
        if index >= 0 and entity.children:
            self._stretch(entity.children[index], at)

    def _stretch(self, entity: Entity, end: int) -> None:
        """What ends where its holder ends reaches up to the next delimiter line too."""
        self.places[entity.uid].end = end
        if entity.message:
            self._stretch(entity.message, end)
        elif entity.children and not entity.closed:
            self._stretch(entity.children[-1], end)


def header(name: str, value: str) -> bytes:
    """One field; text that is not ASCII stands as UTF-8."""
    return f"{name}: {value}\r\n".encode()


def encoded(content: bytes, encoding: str, width: int = 76) -> bytes:
    """The content in a transfer encoding; base64 in lines of `width`, without a final line end."""
    if encoding == "base64":
        text = base64.b64encode(content)
        return b"\r\n".join(text[at : at + width] for at in range(0, len(text), width))
    if encoding == "quoted-printable":
        lines = content.replace(b"\r\n", b"\n")
        return quopri.encodestring(lines).replace(b"\n", b"\r\n")
    return content


def text_part(
    text: str, subtype: str = "plain", charset: str | None = "us-ascii", encoding: str | None = None, *extra: bytes
) -> Entity:
    """A text leaf; `extra` are further fields."""
    label = f"; charset={charset}" if charset else ""
    fields = [header("Content-Type", f"text/{subtype}{label}")]
    if encoding:
        fields.append(header("Content-Transfer-Encoding", encoding))
    entity = Entity([*fields, *extra])
    entity.put(text.encode(charset or "us-ascii"))
    return entity


def attachment(
    name: str, content: bytes, media_type: str = "application/octet-stream", encoding: str = "base64"
) -> Entity:
    """An attached file."""
    entity = Entity(
        [
            header("Content-Type", f'{media_type}; name="{name}"'),
            header("Content-Transfer-Encoding", encoding),
            header("Content-Disposition", f'attachment; filename="{name}"'),
        ]
    )
    entity.put(content)
    return entity


def multipart(subtype: str, children: list[Entity], boundary: str, *extra: bytes, tail: bytes = b"\r\n") -> Entity:
    """A multipart with the children given."""
    fields = [header("Content-Type", f'multipart/{subtype}; boundary="{boundary}"'), *extra]
    return Entity(fields, children=children, boundary=boundary.encode(), tail=tail)


def forwarded(message: Entity, *extra: bytes) -> Entity:
    """A message/rfc822 part that holds the message whole."""
    return Entity([header("Content-Type", "message/rfc822"), *extra], message=message)


def mail(content: Entity, *extra: bytes, subject: str = "Quarterly figures", hops: int = 2) -> Entity:
    """A message whose body is the entity: the usual fields stand before the entity's own."""
    received = [
        header("Received", f"from hop{n}.contoso.test (10.0.0.{n}) by hop{n + 1}.contoso.test\r\n with SMTP id A{n}")
        for n in range(hops, 0, -1)
    ]
    usual = [
        *received,
        header("From", "Alan Reid <alan.reid@contoso.test>"),
        header("To", "Alannah Shaw <alannah.shaw@contoso.test>, user@fabrikam.test"),
        header("Subject", subject),
        header("Date", "Mon, 5 Jun 2017 10:00:00 +0000"),
        header("Message-ID", "<a1b2c3@contoso.test>"),
        *extra,
        header("MIME-Version", "1.0"),
    ]
    content.fields = usual + content.fields
    return content
