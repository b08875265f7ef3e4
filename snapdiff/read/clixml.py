"""The file of Export-Clixml to records: the objects in it, with their properties as texts and lists."""

import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree as ET

from snapdiff.model import LogValue
from snapdiff.read.listing import ReadFailed
from snapdiff.read.record import Record, checked_size

_HEAD = 64 * 1024
_REFERENCES_KEPT = 10_000
"""Of a whole file, beside those of the record that is read: lists that many records share come early."""
_LISTS = ("LST", "IE", "STK", "QUE", "DCT")
_OF_A_RECORD = ("Props", "MS", "DCT")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def records_of_xml(stream: BinaryIO, file: str) -> Iterator[Record]:
    """Each object of the file, numbered from 1, with its properties; of a list, as -InputObject exports one, each
    object in it. Raises ReadFailed where it is no such XML.

    No record stays in memory. A document type, which could make entities grow without bound, is refused.
    """
    head = stream.peek(_HEAD)[:_HEAD] if hasattr(stream, "peek") else b""
    if b"<!DOCTYPE" in head.replace(b"\0", b""):
        raise ReadFailed("bad-xml", f"{file} declares a document type, which no export does, and was not read.")
    depth = inside = count = 0
    root: ET.Element[str] | None = None
    metered = _Metered(stream, file)
    known = _References()
    try:
        for event, element in ET.iterparse(metered, ("start", "end")):  # noqa: S314 - no document type gets here
            root = element if root is None else root
            begins = 1 if event == "start" else -1
            depth += begins
            inside += begins * (_tag(element) in _OF_A_RECORD)
            if event == "end" and not inside and depth and _tag(element) == "Obj":
                if not any(_tag(group) in _LISTS for group in element):
                    count += 1
                    yield count, known.properties(element)
                element.clear()
                metered.size = 0
            if event == "end" and depth == 1:
                root.clear()  # it would keep every element it ever had
    except ET.ParseError as error:
        raise ReadFailed("bad-xml", f"{file} can't be read as XML: {error}.") from None


class _Metered:
    """A stream that is read as long as what was read since the last record is not too large for one."""

    def __init__(self, stream: BinaryIO, file: str) -> None:
        self._stream = stream
        self._file = file
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.size = checked_size(self.size + len(data), self._file)
        return data


class _References:
    """What the objects of a file hold, by the numbers that later ones name them by."""

    def __init__(self) -> None:
        self._kept: dict[str, LogValue] = {}

    def properties(self, element: "ET.Element[str]") -> dict[str, LogValue]:
        """The properties of one record, with those that it shares with one before."""
        found: dict[str, LogValue] = {}
        own: dict[str, LogValue] = {}
        for group in element:
            if _tag(group) in ("Props", "MS"):
                for value in group:
                    number = value.get("RefId", "")
                    if _tag(value) == "Ref":
                        said = own.get(number, self._kept.get(number, ""))
                    else:
                        said = _value(value)
                        own |= {number: said} if number else {}
                    if name := value.get("N"):
                        found[name] = said
        for number, said in own.items():
            if len(self._kept) < _REFERENCES_KEPT:
                self._kept[number] = said
        return found


def _value(element: "ET.Element[str]") -> LogValue:
    if _tag(element) != "Obj":
        return unescaped(element.text or "")
    for inner in element:
        if _tag(inner) in _LISTS:
            return [_item(one) for one in inner]
    return unescaped(element.findtext("{*}ToString") or "")


def _item(element: "ET.Element[str]") -> str:
    """A member of a list; a pair, as EventData has them, as `key=value`."""
    if _tag(element) not in ("Obj", "En"):
        return unescaped(element.text or "")
    pair = {one.get("N"): unescaped(one.text or "") for one in element.iter() if one.get("N") in ("Key", "Value")}
    if not pair:
        return unescaped(element.findtext("{*}ToString") or "")
    return f"{pair.get('Key', '')}={pair.get('Value', '')}"


def unescaped(text: str) -> str:
    """A text with the characters that XML can't hold, which stand in it as `_xNNNN_` ([MS-PSRP] section 2.2.5.3.2)."""
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain if plain == text else plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _tag(element: "ET.Element[str]") -> str:
    return element.tag.rpartition("}")[2]
