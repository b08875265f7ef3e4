"""The text of Format-List to records, out of what else was pasted with it: prompts, prose, other cmdlets' output."""

import re
from collections.abc import Iterator

from snapdiff.model import LogValue
from snapdiff.read.log_lines import Line, Lines
from snapdiff.read.record import Record, checked_size
from snapdiff.read.shown_lists import LISTS, as_list
from snapdiff.read.wrapped import Unwrapping

_FIELD = re.compile(r"([A-Z][A-Za-z]{1,40})[^\S\n]*:[^\S\n]?(.*)")
"""A name and a value; on web pages the blanks before the colon are no-break spaces."""
_CUT = re.compile(r"(?:\.\.\.|\u2026)\}$")
"""How Format-List ends a list of more members than $FormatEnumerationLimit, which is 4."""
_KNOWN = frozenset(
    (
        *("Timestamp", "ClientIp", "ClientHostname", "ServerIp", "ServerHostname", "SourceContext", "ConnectorId"),
        *("Source", "EventId", "InternalMessageId", "MessageId", "NetworkMessageId", "Recipients", "RecipientStatus"),
        *("TotalBytes", "RecipientCount", "RelatedRecipientAddress", "Reference", "MessageSubject", "Sender"),
        *("ReturnPath", "Directionality", "TenantId", "OriginalClientIp", "OriginalServerIp", "MessageInfo"),
        *("MessageLatency", "MessageLatencyType", "EventData", "TransportTrafficType", "SchemaVersion"),
    )
)
_OF_REMOTING = frozenset({"RunspaceId", "PSComputerName", "PSShowComputerName"})


class FormatList:
    """The records of one file. `cut` has the names of lists of which Format-List showed the first members alone.

    A record ends where a name comes again. Blank lines stand between records, in some copies between all fields: only
    where a record's fields follow each other is what comes behind a blank line no part of it, unless it has a name that
    the cmdlet's output has.
    """

    def __init__(self, file: str) -> None:
        self.cut: dict[str, None] = {}
        self._file = file
        self._unwrapping = Unwrapping()
        self._before = 0
        self._record: dict[str, list[str]] = {}
        self._start = self._size = self._column = self._together = self._apart = 0
        self._last = ""
        self._is_outside = False

    def records(self, lines: Lines) -> Iterator[Record]:
        """The records that have a name of the cmdlet's output; what else has the form of one is passed by."""
        for line in lines:
            found = None if line.text[:1].isspace() else _FIELD.match(line.text)
            is_apart = line.number > self._before + 1
            if found is not None and self._ends_before(found[1], is_apart=is_apart):
                yield from self._whole()
                self._begin(line.number)
            self._take(line, found, is_apart=is_apart)
            self._before = line.number
            self._size = checked_size(self._size + len(line.text), self._file)
        yield from self._whole()

    def _begin(self, start: int) -> None:
        self._record = {}
        self._start = start
        self._last, self._column, self._size = "", 0, 0
        self._together, self._apart, self._is_outside = 0, 0, False

    def _ends_before(self, name: str, *, is_apart: bool) -> bool:
        """Whether the record ends before a field of this name."""
        if not self._record or name in self._record:
            is_its = name in _KNOWN or name in _OF_REMOTING
            return not self._record or is_its or not (self._is_outside or (is_apart and self._is_dense()))
        return is_apart and name in _KNOWN and _KNOWN.isdisjoint(self._record)

    def _is_dense(self) -> bool:
        """Whether no blank lines stand between the fields of this record."""
        return self._together > max(1, self._apart)

    def _take(self, line: Line, found: "re.Match[str] | None", *, is_apart: bool) -> None:
        is_known = found is not None and found[1] in _KNOWN
        is_indented = line.text[:1].isspace()
        begins_outside = is_apart and not is_indented and self._is_dense()
        self._is_outside = not is_known and (self._is_outside or begins_outside)
        if self._is_outside:
            self._last = ""
        elif found is not None:
            self._together += bool(self._record) and not is_apart
            self._apart += bool(self._record) and is_apart
            self._last, self._column = found[1], found.start(2)
            self._record[self._last] = [found[2]]
        elif self._last:
            fits = not line.text[: self._column].strip()
            self._record[self._last].append(line.text[self._column :] if fits else line.text.strip())

    def _whole(self) -> Iterator[Record]:
        if not _KNOWN.isdisjoint(self._record):
            yield self._start, self._values()

    def _values(self) -> dict[str, LogValue]:
        fields: dict[str, LogValue] = {}
        self._unwrapping.see(self._record.values())
        for name, lines in self._record.items():
            value = self._unwrapping.value(lines)
            if name in LISTS and value.startswith("{") and _CUT.search(value):
                self.cut[name] = None
                value = _CUT.sub("}", value)
            fields[name] = as_list(name, value) if name in LISTS and value else value
        return fields
