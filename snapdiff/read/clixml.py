"""The file of Export-Clixml to records: the objects in it, with their properties as texts and lists."""

import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree as ET

from snapdiff.model import LogValue
from snapdiff.read.listing import ReadFailed
from snapdiff.read.record import Record, checked_size

_HEAD = 64 * 1024


def records_of_xml(stream: BinaryIO, file: str) -> Iterator[Record]:
    """Each object of the file, numbered from 1, with its properties. Raises ReadFailed where it is no such XML.

    No record stays in memory. A document type, which could make entities grow without bound, is refused.
    """
    head = stream.peek(_HEAD)[:_HEAD] if hasattr(stream, "peek") else b""
    if b"<!DOCTYPE" in head.replace(b"\0", b""):
        raise ReadFailed("bad-xml", f"{file} declares a document type, which no export does, and was not read.")
    depth = count = 0
    root: ET.Element[str] | None = None
    metered = _Metered(stream, file)
    try:
        for event, element in ET.iterparse(metered, ("start", "end")):  # noqa: S314 - no document type gets here
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            if event == "end" and depth == 1:
                if _tag(element) == "Obj":
                    count += 1
                    yield count, _properties(element)
                root.clear()  # it would keep every element it ever had
                metered.size = 0
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


def _properties(element: "ET.Element[str]") -> dict[str, LogValue]:
    found: dict[str, LogValue] = {}
    for group in element:
        if _tag(group) in ("Props", "MS"):
            for value in group:
                name = value.get("N")
                if name:
                    found[name] = _value(value)
    return found


def _value(element: "ET.Element[str]") -> LogValue:
    if _tag(element) != "Obj":
        return _decoded(element.text or "")
    for inner in element:
        if _tag(inner) in ("LST", "IE", "STK", "QUE"):
            return [_item(one) for one in inner]
    return _decoded(element.findtext("{*}ToString") or "")


def _item(element: "ET.Element[str]") -> str:
    """A member of a list; a pair, as EventData has them, as `key=value`."""
    if _tag(element) != "Obj":
        return _decoded(element.text or "")
    pair = {one.get("N"): _decoded(one.text or "") for one in element.iter() if one.get("N") in ("Key", "Value")}
    return f"{pair.get('Key', '')}={pair.get('Value', '')}" if pair else _decoded(element.findtext("{*}ToString") or "")


def _decoded(text: str) -> str:
    """Characters that XML can't hold stand as `_xNNNN_` (CLIXML, [MS-PSRP] section 2.2.5.3.2)."""
    plain = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
    return plain if plain == text else plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _tag(element: "ET.Element[str]") -> str:
    return element.tag.rpartition("}")[2]
