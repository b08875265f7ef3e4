"""Times as a shell prints them, in its own zone and order of day and month, to UTC."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Literal

from msgspec import Struct

Order = Literal["month-first", "day-first", "year-first"]
_NUMBERS = re.compile(
    r"(\d{1,4})[/.\- ](\d{1,2})[/.\- ](\d{1,4})[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"(?:[.,](\d{1,7}))?\s*([AaPp]\.?[Mm]\.?)?"
)


class LocalTime(Struct, frozen=True):
    """What a shell's times mean: its zone (None: not said, UTC is assumed) and its order (None: by the values)."""

    zone: tzinfo | None = None
    order: Order | None = None


def proven_order(texts: Iterable[str]) -> Order | None:
    """The order that the values themselves prove, by a number above 12 or a year in front; None where they don't.

    Values that contradict each other prove nothing.
    """
    proven: set[Order] = set()
    for text in texts:
        found = _NUMBERS.match(text.strip())
        if found is None:
            continue
        first, second = int(found[1]), int(found[2])
        if len(found[1]) == 4:
            proven.add("year-first")
        elif first > 12 and len(found[3]) == 4:
            proven.add("day-first")
        elif second > 12:
            proven.add("month-first")
    return proven.pop() if len(proven) == 1 else None


def to_utc(text: str, local: LocalTime, order: Order) -> str | None:
    """The time in UTC as tracking logs write it; None where it can't be read so."""
    time = _iso(text) or _by_order(text.strip(), order)
    if time is None:
        return None
    if time.tzinfo is None:
        time = time.replace(tzinfo=local.zone or UTC)
    try:
        return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError:
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _by_order(text: str, order: Order) -> datetime | None:
    found = _NUMBERS.fullmatch(text)
    if found is None:
        return None
    numbers = [int(found[at]) for at in (1, 2, 3)]
    if len(found[1]) == 4 or order == "year-first":
        year, month, day = numbers
    elif order == "day-first":
        day, month, year = numbers
    else:
        month, day, year = numbers
    hour = int(found[4])
    if found[8]:
        hour = hour % 12 + (12 if found[8][0] in "pP" else 0)
    fraction = int((found[7] or "").ljust(6, "0")[:6] or 0)
    clock = (hour, int(found[5]), int(found[6] or 0), fraction)
    try:
        return datetime(year + 2000 if year < 100 else year, month, day, *clock)  # noqa: DTZ001 - the zone comes next
    except ValueError:
        return None
