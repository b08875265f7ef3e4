"""Tracking rows to a MSGTRK file as Exchange 2013 writes it."""

from collections.abc import Iterable
from pathlib import Path

from snapdiff.read.tracking import COLUMNS_BY_COUNT

_COLUMNS = COLUMNS_BY_COUNT[27]
_HEAD = "#Software: Microsoft Exchange Server\r\n#Version: 15.01.2507.039\r\n#Log-type: Message Tracking Log\r\n"


def joined(parts: Iterable[str]) -> str:
    """The inverse of `members`, as Exchange writes it."""
    return ";".join("'" + part.replace("'", "''") + "'" if ";" in part or "'" in part else part for part in parts)


def joined_row(values: Iterable[str]) -> str:
    """The inverse of `split_row`, as Exchange writes a row."""
    return ",".join('"' + value.replace('"', '""') + '"' if "," in value or '"' in value else value for value in values)


def write_log(path: Path, *rows: dict[str, str | list[str]]) -> None:
    """Writes the log; a row has its values under the names of the columns, those not given are empty."""
    lines = [f"{_HEAD}#Fields: {','.join(_COLUMNS)}\r\n"]
    for row in rows:
        assert row.keys() <= set(_COLUMNS)
        values = [row.get(name, "") for name in _COLUMNS]
        texts = [value if isinstance(value, str) else joined(value) for value in values]
        lines.append(joined_row(texts) + "\r\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\ufeff" + "".join(lines), encoding="utf-8", newline="")
