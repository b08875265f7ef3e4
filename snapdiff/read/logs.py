"""Logs to their rows: each is told by its content, and one looked through for words is read where they may stand."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.model import Problem, TrackingRow
from snapdiff.read.cmdlet import read_clixml, read_csv, read_list
from snapdiff.read.legacy import Exchange2000Reader, RulesReader, read_55
from snapdiff.read.listing import ReadFailed
from snapdiff.read.local_time import LocalTime
from snapdiff.read.log_kind import HEAD, LogKind, kind_of_head
from snapdiff.read.log_lines import Line, Lines
from snapdiff.read.log_needles import Needles
from snapdiff.read.log_places import LogPlace as LogPlace
from snapdiff.read.log_places import Tell as Tell
from snapdiff.read.log_places import find_logs as find_logs
from snapdiff.read.log_places import open_log as open_log
from snapdiff.read.log_scan import Known, Piece, Scan, Scanned, pieces
from snapdiff.read.tracking import TrackingReader
from snapdiff.workers import available_cores, in_order

HARMLESS_IN_LOGS = frozenset(
    {
        "empty-log",
        "no-fields-line",
        "short-last-line",
        "short-row",
        "long-row",
        "doubled-column",
        "assumed-time",
        "unreadable-time",
    }
)
"""Problems of a log that hide nothing: every row was read."""
Reader = Callable[[BinaryIO, str, Tell, LocalTime], Iterator[TrackingRow]]
"""Reads a log from its stream; the name is what the report calls it, and `tell` hears what is odd."""

LineReader = TrackingReader | Exchange2000Reader
LINE_READERS: dict[LogKind | None, type[LineReader]] = {
    "msgtrk": TrackingReader,
    "rulestrk": RulesReader,
    "exchange-2000": Exchange2000Reader,
}
"""The readers of forms whose rows are a line each, of which only those looked for need to be read."""
READERS: dict[LogKind | None, Reader] = {
    "exchange-5.5": read_55,
    "cmdlet-fl": read_list,
    "cmdlet-csv": read_csv,
    "cmdlet-clixml": read_clixml,
}
"""The readers of the other forms. A new form is one more entry here or above, and a sign in `log_kind`."""

_WORTH_WORKERS = 48 * 1024 * 1024
"""Bytes of plain logs; fewer are looked through before workers have started."""
_MOST_WORKERS = 8


class _Plan(Struct, frozen=True):
    """A log that is looked through in pieces, and the reader of the lines found; `known` where an index chose them."""

    reader: type[LineReader]
    pieces: list[Piece]
    known: Known | None = None


class LogRows:
    """The tracking rows of logs, in the order of their names; `rows_read` counts all rows passed, given or not.

    `words` leave out rows in which none of them stands, in any letter case (`exact`: in its own), before they are read
    at all; a row that is given has still to be looked at. `local` says what the times of a shell mean. `jobs` is the
    number of workers that look for words, None for as many as are worth it. `known` says of some logs which pieces of
    them have to be looked through. `files` names the tracking logs that were read, `others` counts what was none.
    """

    def __init__(
        self,
        places: Sequence[LogPlace],
        tell: Tell,
        words: Sequence[str] = (),
        local: LocalTime | None = None,
        *,
        exact: bool = False,
        jobs: int | None = None,
        known: Mapping[LogPlace, Known] | None = None,
    ) -> None:
        self._places = places
        self._known = known or {}
        self._local = local or LocalTime()
        self._tell = tell
        self._needles = Needles(words, exact=exact)
        self._jobs = jobs
        self.rows_read = 0
        self.files: list[str] = []
        self.others = 0

    def __iter__(self) -> Iterator[TrackingRow]:
        plans = {} if self._needles.are_useless and not self._known else self._plans()
        planned = [piece for plan in plans.values() for piece in plan.pieces]
        scanned = in_order(Scan(self._needles), planned, self._workers(planned))
        for place in self._places:
            try:
                if (plan := plans.get(place)) is not None:
                    self.files.append(place.file)
                    yield from self._found(islice(scanned, len(plan.pieces)), plan, plan.reader(place.file, self._tell))
                    continue
                with open_log(place) as stream:
                    yield from self._every(stream, place)
            except ReadFailed as failed:
                self._tell(Problem(place.file, failed.code, failed.message))

    def _plans(self) -> dict[LogPlace, _Plan]:
        """The logs that can be looked through in pieces. One that can't be opened is told of in its turn."""
        plans = {}
        for place in self._places:
            try:
                with open_log(place) as stream:
                    reader = LINE_READERS.get(kind_of(stream))
                    known = self._known.get(place)
                    if reader is not None and known is not None:
                        plans[place] = _Plan(reader, known.pieces, known)
                    elif self._needles.are_useless:
                        continue
                    elif reader is not None and (found := pieces(place, stream, is_quoted=reader.is_quoted)):
                        plans[place] = _Plan(reader, found)
            except ReadFailed:
                continue
        return plans

    def _workers(self, planned: Sequence[Piece]) -> int:
        if self._jobs is not None:
            return min(self._jobs, len(planned))
        size = sum(piece.end - piece.start for piece in planned)
        return min(available_cores(), _MOST_WORKERS) if size >= _WORTH_WORKERS else 1

    def _found(self, scanned: Iterator[Scanned], plan: _Plan, reader: LineReader) -> Iterator[TrackingRow]:
        """The rows of one log of which all pieces that count were looked through."""
        before = 0
        headers = deque(plan.known.headers if plan.known else ())
        for at, one in enumerate(scanned):
            if plan.known is not None:
                before = plan.known.before[at]
                while headers and headers[0][0] < plan.pieces[at].start:
                    reader.header(headers.popleft()[1])
            for line in one.lines:
                yield from _read(reader, replace(line, number=before + line.number))
            before += one.ended
            self.rows_read += one.rows
            for problem in one.problems:
                self._tell(problem)
        if plan.known is not None:
            self.rows_read += plan.known.rows
            for problem in plan.known.problems:
                self._tell(problem)

    def _every(self, stream: BinaryIO, place: LogPlace) -> Iterator[TrackingRow]:
        """The rows of a log read from beginning to end."""
        kind = kind_of(stream)
        if (line_reader := LINE_READERS.get(kind)) is not None:
            self.files.append(place.file)
            reader = line_reader(place.file, self._tell)
            lines = Lines(stream, place.file, self._tell, self._needles, is_quoted=line_reader.is_quoted)
            try:
                for line in lines:
                    yield from _read(reader, line)
            finally:
                self.rows_read += lines.rows
        elif (rows := READERS.get(kind)) is not None:
            self.files.append(place.file)
            for row in rows(stream, place.file, self._tell, self._local):
                self.rows_read += 1
                yield row
        else:
            self.others += 1
            self._passed_by(place, kind, is_empty=not stream.peek(1))  # type: ignore[attr-defined]

    def _passed_by(self, place: LogPlace, kind: LogKind | None, *, is_empty: bool) -> None:
        """Says so of what was given as a log and holds no rows; what lies beside logs is passed by in silence."""
        if place.member is not None and place.file.lower().endswith(".zip"):
            said = f"{place.file} is a zip inside a zip, which is not opened: unpack it, and give what is in it."
            self._tell(Problem(place.file, "zip-in-zip", said))
        elif place.is_named and is_empty:
            self._tell(Problem(place.file, "empty-log", f"{place.file} is empty."))
        elif place.is_named and kind is None:
            said = f"{place.file} is no log that is known: it begins as none of Exchange's logs does, nor any export."
            self._tell(Problem(place.file, "no-log", said))


def _read(reader: LineReader, line: Line) -> Iterator[TrackingRow]:
    if line.is_header:
        reader.header(line)
    else:
        yield reader.row(line)


def newest_time(places: Sequence[LogPlace], local: LocalTime | None = None) -> str:
    """The time of the newest row of all tracking logs (ISO 8601, UTC); "" where there is none."""
    newest = ""
    for place in places:
        try:
            with open_log(place) as stream:
                kind = kind_of(stream)
                if kind == "msgtrk":
                    times = (line.text[:24] for line in Lines(stream, place.file, _unheard) if not line.is_header)
                    newest = max(newest, max((time for time in times if _is_time(time)), default=""))
                    continue
        except ReadFailed:
            continue
        newest = max((newest, *(row.time or "" for row in LogRows([place], _unheard, (), local))))
    return newest


def _unheard(problem: Problem) -> None:
    """The rows are read once more, and what is odd about them is told then."""


def _is_time(text: str) -> bool:
    return text[:4].isdigit() and text[4:5] == "-" and text[10:11] == "T"


def kind_of(stream: BinaryIO) -> LogKind | None:
    """What a log is, by its first lines alone; None where it is no log that is known. Nothing is taken off the stream.

    A log begins with header lines; an extract without them is told by what its first row looks like.
    """
    return kind_of_head(stream.peek(HEAD)[:HEAD]) if hasattr(stream, "peek") else None
