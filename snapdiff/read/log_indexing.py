"""Logs to an index that is up to date, and what is asked of it to the pieces of logs that have to be looked through."""

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import chain, islice
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.model import Problem
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


class _Covered(Struct, frozen=True):
    """A log that the index knows: what it holds of it, and all that is in the log as it is now."""

    log: IndexedLog
    kind: LogKind
    whole: Piece


class _Due(Struct, frozen=True):
    """What the index does not know yet of the log at a path, and how the log looks to the end of that."""

    path: str
    more: list[Piece]
    mark: Mark


class Indexed:
    """Logs and the index that knows them. Update it first, then ask."""

    def __init__(self, index: LogIndex, places: Sequence[LogPlace], jobs: int | None = None) -> None:
        self._index = index
        self._paths = {place: os.path.realpath(place.path) for place in places}
        self._jobs = jobs
        self._covered: dict[str, _Covered] = {}

    def update(self) -> Updated:
        """Brings the index up to date with the logs, and takes out logs whose files are gone.

        What is packed, in UTF-16, or an export of the cmdlet stays out; so does the end of each log, some 64 KiB, as
        that is where it grows.
        """
        gone = [path for path in self._index.paths() if not os.path.exists(path)]  # noqa: PTH110
        self._index.forget(gone)
        counts = Counter(removed=len(gone))
        places = {path: place for place, path in self._paths.items()}  # a log can be given by several names
        due = [found for path, place in places.items() if (found := self._due(path, place, counts)) is not None]
        rows = self._take_in(due)
        self._index.save()
        return Updated(counts["added"], counts["grown"], counts["renewed"], counts["removed"], rows)

    def named(self, message_ids: Sequence[str]) -> dict[LogPlace, Known]:
        """Where rows of these messages may stand, and delivery reports about them."""
        return self._chosen(self._index.parts_named(message_ids))

    def with_text(self, kind: Kind, texts: Sequence[str]) -> dict[LogPlace, Known]:
        """Where rows may stand that hold one of these texts, in any letter case."""
        return self._chosen(self._index.parts_with(kind, texts))

    def _due(self, path: str, place: LogPlace, counts: "Counter[str]") -> _Due | None:
        """What has to be read of a log; None for a log that the index can't know, or knows as far as it goes."""
        try:
            with open_log(place) as stream:
                kind = kind_of(stream)
                reader = LINE_READERS.get(kind)
                found = pieces(place, stream, is_quoted=reader.is_quoted) if reader is not None else []
                if kind is None or reader is None or not found:
                    return None
                whole = Piece(place, 0, found[-1].end, reader.is_quoted)
                log = self._entry(path, stream, whole.end, counts)
                self._covered[path] = _Covered(log, kind, whole)
                if whole.end - log.mark.size <= 2 * PART:
                    return None
                end = row_begin(stream, whole.end - 2 * PART)
                if not log.mark.size < end < whole.end:
                    return None
                more = parts(stream, replace(whole, start=log.mark.size, end=end), PIECE)
                return _Due(path, more, mark_of(stream, end))
        except ReadFailed:
            return None

    def _entry(self, path: str, stream: BinaryIO, size: int, counts: "Counter[str]") -> IndexedLog:
        """What the index holds of the log at a path: nothing where it is new, or where it is not the one it was."""
        log = self._index.log(path)
        if log is None:
            counts["added"] += 1
            return self._index.begin(path)
        if log.mark.size and mark_of(stream, log.mark.size) != log.mark:
            self._index.forget([path])
            counts["renewed"] += 1
            return self._index.begin(path)
        counts["grown"] += size - log.mark.size > 2 * PART
        return log

    def _take_in(self, due: Sequence[_Due]) -> int:
        """Adds what is new, its pieces read by workers; gives the number of rows."""
        size = sum(piece.end - piece.start for one in due for piece in one.more)
        workers = min(self._jobs or available_cores(), _MOST_WORKERS) if size >= _WORTH_WORKERS else 1
        scanned = scan(Needles(["#fields:"]), [piece for one in due for piece in one.more], workers)
        headers = iter([[line for line in one.lines if line.is_header] for one in scanned])
        works: list[Noting] = []
        for one in due:
            covered = self._covered[one.path]
            above = self._index.headers(covered.log.id)
            for piece in one.more:
                works.append(Noting(piece, covered.kind, list(above)))
                above += next(headers)
        notes = in_order(noted, works, workers)
        rows = 0
        for one in due:
            covered = self._covered[one.path]
            log, is_whole = covered.log, True
            for note in chain.from_iterable(islice(notes, len(one.more))):
                log = self._index.add(log, note)
                is_whole = is_whole and note.is_whole
            if is_whole:
                log = replace(log, mark=one.mark)
                self._index.keep(log)
                self._covered[one.path] = replace(covered, log=log)
                rows += log.rows - covered.log.rows
            else:
                self._index.forget([one.path])
                del self._covered[one.path]
        return rows

    def _chosen(self, chosen: Sequence[IndexedPart]) -> dict[LogPlace, Known]:
        by_log: dict[int, list[IndexedPart]] = defaultdict(list)
        for part in chosen:
            by_log[part.log].append(part)
        return {
            place: self._known_of(covered, replace(covered.whole, place=place), by_log[covered.log.id])
            for place, path in self._paths.items()
            if place.member is None and (covered := self._covered.get(path)) is not None
        }

    def _known_of(self, covered: _Covered, whole: Piece, chosen: Sequence[IndexedPart]) -> Known:
        """The parts chosen, and the end of the log, which no index knows."""
        log = covered.log
        found = [replace(whole, start=part.start, end=part.end, rows=part.rows) for part in chosen]
        before = [part.before for part in chosen]
        if whole.end > log.mark.size:
            found.append(replace(whole, start=log.mark.size))
            before.append(log.ended)
        left_out = log.rows - sum(part.rows for part in chosen)
        problems = [_under_name(problem, whole.place.file) for problem in log.problems]
        return Known(covered.kind, found, before, self._index.headers(log.id), left_out, problems)


def _under_name(problem: Problem, file: str) -> Problem:
    """A problem of a log by the name that the log has now; its sentence begins with the one that it had."""
    return Problem(file, problem.code, file + problem.message.removeprefix(problem.path))
