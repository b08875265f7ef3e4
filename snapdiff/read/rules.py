"""A list of transport rules, as Exchange's cmdlets write it, to the rules' names by their ids.

Read are Get-TransportRule through Export-Csv, Export-Clixml and Format-List, and the XML of
Export-TransportRuleCollection; which of them it is tells the content.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from snapdiff.read.clixml import unescaped
from snapdiff.read.files import explain, openable
from snapdiff.read.listing import ReadFailed
from snapdiff.read.names import shown
from snapdiff.read.tracking import allow_large_fields

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a list of rules that are read; thousands of rules take a few megabytes."""
_IDS = ("guid", "immutableid", "ruleid", "id")
"""Columns that the log's ruleId can stand in, in lower case."""
_ID = re.compile(r"\{?([0-9A-Fa-f]{8}-?(?:[0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12})\}?")
_FIELD = re.compile(r"([A-Za-z]\w{0,60}) *: ?(.*)")
_HOW = "Get-TransportRule | Select-Object Name,Guid,ImmutableId | Export-Csv rules.csv -NoTypeInformation"

Record = dict[str, str]


def rule_names(path: Path) -> dict[str, str]:
    """Each rule's name under its ids, which are in lower case and have no dashes. The file's last word counts.

    Raises ReadFailed where the file can't be read, or holds no rule with a name and an id.
    """
    name = shown(path.as_posix())
    text = _text(path, name)
    found: dict[str, str] = {}
    try:
        for record in _records(text):
            for key in _IDS:
                wanted = _ID.fullmatch(record.get(key, "").strip())
                if wanted is not None and record.get("name", "").strip():
                    found[wanted[1].replace("-", "").lower()] = record["name"].strip()
    except (ET.ParseError, csv.Error) as error:
        raise ReadFailed("bad-rules", f"{name} can't be read as a list of transport rules: {error}.") from None
    if not found:
        said = f"{name} names no transport rule with its id; make the list with {_HOW}."
        raise ReadFailed("no-rules", said)
    return found


def _text(path: Path, name: str) -> str:
    try:
        with open(openable(str(path)), "rb") as stream:  # noqa: PTH123
            raw = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise explain(name, error) from None
    if len(raw) > LARGEST_FILE:
        raise ReadFailed("too-large", f"{name} is larger than {LARGEST_FILE // 1024**2} MB, which no list of rules is.")
    return _decoded(raw).removeprefix("\ufeff")


def _decoded(raw: bytes) -> str:
    """Windows PowerShell writes `>` in UTF-16, Export-Csv in ASCII or UTF-8; an editor may have saved it otherwise."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if raw[:2] == b"<\0":
        return raw.decode("utf-16-le", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _records(text: str) -> Iterator[Record]:
    """The rules in the file, each with its values under the names of the columns in lower case."""
    start = text.lstrip()
    if start.startswith("<"):
        yield from _records_of_xml(start)
        return
    lines = [line for line in text.splitlines() if not line.startswith("#TYPE")]
    head = next((line for line in lines if line.strip()), "")
    if _FIELD.fullmatch(head.strip()) and "," not in head.partition(":")[0]:
        yield from _records_of_list(lines)
    else:
        yield from _records_of_csv(lines, head)


def _records_of_xml(text: str) -> Iterator[Record]:
    root = ET.fromstring(text, ET.XMLParser(target=_PlainTree()))  # noqa: S314 - it refuses a document type
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "rule":
            yield {key.lower(): value for key, value in element.attrib.items()}
        elif tag == "Obj" and element.find("{*}Props") is not None:
            yield {
                (value.get("N") or "").lower(): unescaped(value.text or value.findtext("{*}ToString") or "")
                for group in element
                for value in group
                if value.get("N")
            }


class _PlainTree(ET.TreeBuilder):
    """Builds the tree of a document without a document type, which could make entities grow without bound."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuses it; a rule's own text may well hold one, as text."""
        raise ET.ParseError("it declares a document type, which no export does")


def _records_of_list(lines: Iterable[str]) -> Iterator[Record]:
    """The text of Format-List: a rule ends where a name comes again; a long value goes on in indented lines."""
    record: Record = {}
    last = ""
    for line in lines:
        field = _FIELD.match(line)
        if field is not None:
            key = field[1].lower()
            if key in record:
                yield record
                record = {}
            last = key
            record[last] = field[2].strip()
        elif last and line.strip():
            record[last] = f"{record[last]} {line.strip()}"
    yield record


def _records_of_csv(lines: Iterable[str], head: str) -> Iterator[Record]:
    """Export-Csv, with commas or with what the culture of the shell has instead."""
    allow_large_fields()
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=False)
    names = [name.strip().lower() for name in next(reader, [])]
    for values in reader:
        yield dict(zip(names, values, strict=False))
