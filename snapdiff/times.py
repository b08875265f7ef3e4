"""The time a snapshot or a row of a log says, read in one place, so that no two stages differ on what is a time."""

from datetime import UTC, datetime, timedelta


def parse_time(text: str | None) -> datetime | None:
    """A time in ISO 8601, in UTC where it names no zone; None where it can't be read."""
    if not text or "\0" in text:  # to Python's reader the text would end at the NUL
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def days_before(time: datetime, days: int) -> datetime:
    """So many days before a time in UTC, or the first moment there is where that lies beyond it."""
    try:
        return time - timedelta(days=days)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
