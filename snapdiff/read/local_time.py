"""Times as a shell prints them, in its own zone and order of day and month, to UTC."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from msgspec import Struct

Order = Literal["month-first", "day-first", "year-first"]
_HALF = r"[^\W\d][^\d:/,]{0,14}?"
_NUMBERS = re.compile(
    r"(\d{1,4}) ?[/.\- ] ?(\d{1,2}) ?[/.\- ] ?(\d{1,4})\.?(?: ?г\.)?[ T,]+"
    rf"(?:(?P<before>{_HALF}) ?)?(?P<hour>\d{{1,2}})[:.](?P<minute>\d{{2}})(?:[:.](?P<second>\d{{2}}))?"
    rf"(?:[.,](?P<fraction>\d{{1,7}}))?[ .]*(?P<after>{_HALF})?"
)
"""A time as the cultures of .NET write it: `18.07.2016 11.57.15`, `2016. 07. 18. 11:57`, `2016/7/18 上午 11:57:15`."""
_HALVES = dict.fromkeys(("am", "上午", "午前", "오전", "πμ", "ص", "قظ", "sa", "pd", "fm", "dop", "de", "पूर्वाह्न"), 0)
_HALVES |= dict.fromkeys(("pm", "下午", "午後", "오후", "μμ", "م", "بظ", "ch", "md", "em", "odp", "du", "अपराह्न"), 12)
"""What cultures call the halves of a day, without dots and blanks, and the hours that each adds to one o'clock."""
_INVISIBLE = re.compile("[\u061c\u200e\u200f\u202a-\u202e]")
_OTHER_BLANKS = re.compile(r"\s+")
_YEARS = range(1990, 2200)
"""A year beyond is one of another calendar (2559 in Thailand), or none."""

_Date = tuple[str, str, str]
_PLACES: dict[Order, tuple[int, int, int]] = {"month-first": (2, 0, 1), "day-first": (2, 1, 0), "year-first": (0, 1, 2)}
"""Where the year, the month and the day stand among the three numbers."""
_ZONES = timedelta(hours=15)
"""Zones lie up to 14 hours apart from UTC."""
_QUARTER = timedelta(minutes=15)
_LATE = timedelta(days=7)
"""A message is tried again for days (Exchange's message expiration)."""


class LocalTime(Struct, frozen=True):
    """What a shell's times mean: its zone (None: not said, UTC is assumed) and its order (None: by the values)."""

    zone: tzinfo | None = None
    order: Order | None = None


class OrderFound(Struct, frozen=True):
    """The order of day, month and year in a file's times, and what proves it.

    `proof` is `values` (no other order makes dates of all of them), `utc` (another order puts a row days away from the
    UTC time that Exchange noted in it), or None: nothing does, and the order is an assumption.
    """

    order: Order
    proof: Literal["values", "utc"] | None


def order_found(texts: Iterable[str], known: Iterable[tuple[str, datetime]] = ()) -> OrderFound:
    """The order that these times prove, or the one to assume.

    Who writes the month first writes slashes; so nothing is assumed of dots and dashes but the day first.

    `known` pairs such times with the UTC time at which the message came in, which lies at most some days before, or as
    many hours after as zones differ. Values that contradict each other prove nothing.
    """
    dates: dict[_Date, str] = {}
    for text in texts:
        if (found := _NUMBERS.match(_plain(text))) is not None:
            dates.setdefault((found[1], found[2], found[3]), found[0])
    possible = [order for order in _PLACES if dates and all(_date(one, order) for one in dates)]
    if len(possible) == 1:
        return OrderFound(possible[0], "values")
    shown = {order for text, time in known if (order := _only_near(text, time, possible or list(_PLACES))) is not None}
    if len(shown) == 1:
        return OrderFound(shown.pop(), "utc")
    has_slashes = not dates or any("/" in text for text in dates.values())
    if not possible or ("month-first" in possible and has_slashes):
        return OrderFound("month-first", None)
    if "month-first" in possible:
        return OrderFound("day-first", None)
    return OrderFound("year-first" if all("-" in text for text in dates.values()) else "day-first", None)


def zone_shown(known: Iterable[tuple[str, datetime]], order: Order) -> timedelta | None:
    """How far the shell's zone was ahead of UTC, to the quarter of an hour; None where no time shows it.

    `known` is what `order_found` takes: the row that stands nearest to its message's coming in has the zone alone
    between the two. It is no proof, as that row may be late itself.
    """
    ahead = [read.replace(tzinfo=UTC) - time for text, time in known if (read := _by_order(text, order))]
    near = [one for one in ahead if -_ZONES <= one <= _ZONES]
    return min(near) // _QUARTER * _QUARTER if near else None


def _only_near(text: str, time: datetime, orders: Iterable[Order]) -> Order | None:
    """The one order in which a time lies near the time known in UTC; None where none does, or several do."""
    near = []
    for order in orders:
        read = _by_order(text, order)
        if read is not None and -_ZONES <= read.replace(tzinfo=UTC) - time <= _LATE:
            near.append(order)
    return near[0] if len(near) == 1 else None


def _date(numbers: _Date, order: Order) -> bool:
    """Whether the three numbers are a date in this order."""
    _, month, day = (numbers[at] for at in _PLACES[order])
    return len(month) <= 2 and len(day) <= 2 and 1 <= int(month) <= 12 and 1 <= int(day) <= 31


def to_utc(text: str, local: LocalTime, order: Order) -> str | None:
    """The time in UTC as tracking logs write it; None where it can't be read so."""
    time = _iso(text) or _by_order(text, order)
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


def _plain(text: str) -> str:
    """The text without marks of direction, its blanks single ones."""
    return _OTHER_BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip()


def _by_order(text: str, order: Order) -> datetime | None:
    found = _NUMBERS.fullmatch(_plain(text))
    if found is None:
        return None
    numbers = [int(found[at]) for at in (1, 2, 3)]
    year, month, day = (numbers[at] for at in _PLACES["year-first" if len(found[1]) == 4 else order])
    year = year + 2000 if year < 100 else year
    hour = _hour(int(found["hour"]), found["before"] or found["after"] or "")
    fraction = int((found["fraction"] or "").ljust(6, "0")[:6] or 0)
    if hour is None or year not in _YEARS:
        return None
    try:
        return datetime(year, month, day, hour, int(found["minute"]), int(found["second"] or 0), fraction)  # noqa: DTZ001 - the zone comes next
    except ValueError:
        return None


def _hour(hour: int, half: str) -> int | None:
    """The hour of the day; None where the word for its half is not known."""
    if not half:
        return hour
    added = _HALVES.get(half.lower().replace(".", "").replace(" ", ""))
    return None if added is None else hour % 12 + added
