"""Logs to an index that is up to date, and what is asked of it to the pieces of logs that have to be looked through."""

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain, islice

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.read.listing import ReadFailed
from snapdiff.read.log_index import IndexedLog, IndexedPart, LogIndex
from snapdiff.read.log_kind import LogKind
from snapdiff.read.log_marks import Mark, mark_of
from snapdiff.read.log_needles import Needles
from snapdiff.read.log_notes import PART, Kind, Noting, noted
from snapdiff.read.log_places import LogPlace, open_log
from snapdiff.read.log_scan import PIECE, Known, Piece, parts, pieces, row_begin, scan
from snapdiff.read.logs import LINE_READERS, kind_of
from snapdiff.workers import available_cores, in_order

_WORTH_WORKERS = 8 * 1024 * 1024
_MOST_WORKERS = 8


class Updated(Struct, frozen=True):
    """What was done to an index: logs taken in, grown, read anew as they changed, and taken out as they are gone."""

    added: int = 0
    grown: int = 0
    renewed: int = 0
    removed: int = 0
    rows: int = 0


class _Due(Struct, frozen=True):
    """A log of which there is more than the index knows: what that is, and how the log looked to its end."""

    log: IndexedLog
    kind: LogKind
    more: list[Piece]
    mark: Mark


class Indexed:
    """Logs and the index that knows them. Update it first, then ask."""

    def __init__(self, index: LogIndex, places: Sequence[LogPlace], jobs: int | None = None) -> None:
        self._index = index
        self._places = places
        self._jobs = jobs
        self._known: dict[LogPlace, IndexedLog] = {}
        self._whole: dict[LogPlace, Piece] = {}
        self._kinds: dict[LogPlace, LogKind] = {}

    def update(self) -> Updated:
        """Brings the index up to date with the logs, and takes out logs whose files are gone.

        What is packed, in UTF-16, or an export of the cmdlet stays out; so does the end of each log, some 64 KiB, as
        that is where it grows.
        """
        gone = [path for path in self._index.paths() if not os.path.exists(path)]  # noqa: PTH110
        self._index.forget(gone)
        counts = Counter(removed=len(gone))
        due = [found for place in self._places if (found := self._due(place, counts)) is not None]
        rows = self._take_in(due)
        self._index.save()
        return Updated(counts["added"], counts["grown"], counts["renewed"], counts["removed"], rows)

    def named(self, message_ids: Sequence[str]) -> dict[LogPlace, Known]:
        """Where rows of these messages may stand, and delivery reports about them."""
        return self._chosen(self._index.parts_named(message_ids))

    def with_text(self, kind: Kind, texts: Sequence[str]) -> dict[LogPlace, Known]:
        """Where rows may stand that hold one of these texts, in any letter case."""
        return self._chosen(self._index.parts_with(kind, texts))

    def _due(self, place: LogPlace, counts: "Counter[str]") -> _Due | None:
        path = os.path.realpath(place.path)
        try:
            with open_log(place) as stream:
                kind = kind_of(stream)
                reader = LINE_READERS.get(kind)
                found = pieces(place, stream, is_quoted=reader.is_quoted) if reader is not None else []
                if kind is None or reader is None or not found:
                    return None
                log, size = self._index.log(path), found[-1].end
                if log is not None and log.mark.size and mark_of(stream, log.mark.size) != log.mark:
                    self._index.forget([path])
                    counts["renewed"] += 1
                    log = self._index.begin(path)
                elif log is None:
                    counts["added"] += 1
                    log = self._index.begin(path)
                elif size - log.mark.size > 2 * PART:
                    counts["grown"] += 1
                self._known[place], self._whole[place] = log, Piece(place, 0, size, reader.is_quoted)
                self._kinds[place] = kind
                if size - log.mark.size <= 2 * PART:
                    return None
                end = row_begin(stream, size - 2 * PART)
                if not log.mark.size < end < size:
                    return None
                more = parts(stream, Piece(place, log.mark.size, end, reader.is_quoted), PIECE)
                return _Due(log, kind, more, mark_of(stream, end))
        except ReadFailed:
            return None

    def _take_in(self, due: Sequence[_Due]) -> int:
        """Adds what is new, its pieces read by workers; gives the number of rows."""
        size = sum(piece.end - piece.start for one in due for piece in one.more)
        workers = min(self._jobs or available_cores(), _MOST_WORKERS) if size >= _WORTH_WORKERS else 1
        scanned = scan(Needles(["#fields:"]), [piece for one in due for piece in one.more], workers)
        headers = iter([[line for line in one.lines if line.is_header] for one in scanned])
        works: list[Noting] = []
        for one in due:
            above = self._index.headers(one.log.id)
            for piece in one.more:
                works.append(Noting(piece, one.kind, list(above)))
                above += next(headers)
        notes = in_order(noted, works, workers)
        rows = 0
        for one in due:
            log, is_whole = one.log, True
            for note in chain.from_iterable(islice(notes, len(one.more))):
                log = self._index.add(log, note)
                is_whole = is_whole and note.is_whole
            if is_whole:
                log = replace(log, mark=one.mark)
                self._index.keep(log)
                self._known[one.more[0].place] = log
                rows += log.rows - one.log.rows
            else:
                self._index.forget([os.path.realpath(one.more[0].place.path)])
                del self._known[one.more[0].place]
        return rows

    def _chosen(self, chosen: Sequence[IndexedPart]) -> dict[LogPlace, Known]:
        by_log: dict[int, list[IndexedPart]] = defaultdict(list)
        for part in chosen:
            by_log[part.log].append(part)
        return {place: self._known_of(place, log, by_log[log.id]) for place, log in self._known.items()}

    def _known_of(self, place: LogPlace, log: IndexedLog, chosen: Sequence[IndexedPart]) -> Known:
        """The parts chosen, and the end of the log, which no index knows."""
        whole = self._whole[place]
        found = [replace(whole, start=part.start, end=part.end, rows=part.rows) for part in chosen]
        before = [part.before for part in chosen]
        if whole.end > log.mark.size:
            found.append(replace(whole, start=log.mark.size))
            before.append(log.ended)
        left_out = log.rows - sum(part.rows for part in chosen)
        return Known(self._kinds[place], found, before, self._index.headers(log.id), left_out, log.problems)
