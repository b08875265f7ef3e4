"""A search over logs to the rows of every message that it finds, on whatever server."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from msgspec.structs import replace

from snapdiff.model import TrackingRow
from snapdiff.read.listing import unheard
from snapdiff.read.local_time import LocalTime
from snapdiff.read.log_newest import newest_time
from snapdiff.read.logs import LogPlace, LogRows, Tell
from snapdiff.times import days_before, parse_time
from snapdiff.track.search import Search

if TYPE_CHECKING:
    from snapdiff.read.log_indexing import Indexed
    from snapdiff.read.log_scan import Known


class Searched:
    """The rows of the messages that a search finds; all rows where nothing is asked for.

    `rows_read` counts every row of the logs, `files` names those that were read: both once `rows` were taken.
    """

    def __init__(
        self,
        places: Sequence[LogPlace],
        search: Search,
        tell: Tell,
        local: LocalTime | None = None,
        jobs: int | None = None,
        indexed: "Indexed | None" = None,
    ) -> None:
        self._indexed = indexed
        self._places = places
        self._search = search
        self._local = local
        self._jobs = jobs
        known = _chosen(indexed, search) if indexed is not None else None
        self._logs = LogRows(places, tell, search.words(), local, exact=bool(search.message_id), jobs=jobs, known=known)

    @property
    def rows_read(self) -> int:
        return self._logs.rows_read

    @property
    def files(self) -> list[str]:
        return self._logs.files

    def rows(self) -> Iterable[TrackingRow]:
        """Every row once. There are two ways through the logs: the first finds the messages, the second their rows.

        They come one by one, and where no Message-Id is asked for none but those without one is kept.
        """
        if self._search == Search():
            return self._logs
        if self._search.message_id:
            # Every row that names the message was passed already: those of the message, and of the reports about it.
            passed = list(self._logs)
            wanted = {row.text("message_id") for row in passed if self._search.fits(row)}
            return [row for row in passed if _is_about(row, wanted)]
        kept, wanted = [], set[str]()
        for row in self._logs:
            if self._search.fits(row):
                name = row.text("message_id")
                if name:
                    wanted.add(name)
                else:
                    kept.append(row)
        return chain(kept, self._rows_of(wanted))

    def _rows_of(self, wanted: set[str]) -> Iterator[TrackingRow]:
        """Every row of these messages, and of the delivery reports about them."""
        words = sorted(wanted)
        known = self._indexed.named(words) if self._indexed is not None else self._logs.passed
        logs = LogRows(self._places, unheard, words, self._local, exact=True, jobs=self._jobs, known=known)
        return (row for row in (logs if wanted else ()) if _is_about(row, wanted))


def _chosen(indexed: "Indexed", search: Search) -> "Mapping[LogPlace, Known] | None":
    """What has to be looked through by the criterion that leaves least; None where that is everything."""
    if search.message_id:
        return indexed.named([search.message_id])
    if search.network_message_id:
        return indexed.with_text("network", [search.network_message_id.strip()])
    if search.sender:
        return indexed.with_text("sender", [search.sender])
    if search.recipients:
        return indexed.with_text("recipient", search.recipients)
    if words := search.subject.split():
        return indexed.with_text("subject", [max(words, key=len)])
    return None


def _is_about(row: TrackingRow, wanted: set[str]) -> bool:
    """Whether a row is one of these messages', or a delivery report's about one of them."""
    return row.text("message_id") in wanted or not wanted.isdisjoint(row.reported_on)


def last_days(
    search: Search, days: int, places: Sequence[LogPlace], local: LocalTime | None = None, jobs: int | None = None
) -> Search:
    """The search within the last days of the logs, counted from their newest row, so that old logs give the same answer
    tomorrow; as it is where no row has a time."""
    end = parse_time(newest_time(places, local, jobs))
    if end is None:
        return search
    since = days_before(end, days)
    return replace(search, since=since if search.since is None else max(since, search.since))
