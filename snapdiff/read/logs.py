"""Logs to their rows: each is told by its content, and one looked through for words is read where they may stand."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from snapdiff.model import Problem, TrackingRow
from snapdiff.read.legacy import Exchange2000Reader, RulesReader, read_55
from snapdiff.read.listing import ReadFailed
from snapdiff.read.listing import Tell as Tell
from snapdiff.read.local_time import LocalTime
from snapdiff.read.log_kind import HEAD, LogKind, kind_of_head
from snapdiff.read.log_lines import Line, Lines
from snapdiff.read.log_needles import Needles
from snapdiff.read.log_places import LogPlace as LogPlace
from snapdiff.read.log_places import find_logs as find_logs
from snapdiff.read.log_places import open_log as open_log
from snapdiff.read.log_scan import Known, Piece, Scanned, all_of, pieces, scan
from snapdiff.read.tracking import TrackingReader
from snapdiff.workers import available_cores

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
"""The readers of forms whose rows are a line each, of which only those looked for need to be read.

A new form is one more entry here or in `whole_reader`, and a sign in `log_kind`.
"""
_WORTH_WORKERS = 48 * 1024 * 1024
"""Bytes of plain logs; fewer are looked through before workers have started."""
_MOST_WORKERS = 8


class _Plan(Struct, frozen=True):
    """A log that is looked through in pieces; `known` where more than its kind was known before."""

    kind: LogKind
    pieces: list[Piece]
    known: Known | None = None


class LogRows:
    """The tracking rows of logs, in the order of their names; `rows_read` counts all rows passed, given or not.

    `words` leave out rows in which none of them stands, in any letter case (`exact`: in its own), before they are read
    at all; a row that is given has still to be looked at. `local` says what the times of a shell mean. `jobs` is the
    number of workers that look for words, None for as many as are worth it. `known` says of some logs which pieces of
    them have to be looked through. `files` names the tracking logs that were read, and `passed` is what is known of
    them afterwards, so that who comes this way again need not count their lines again.
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
        self.passed: dict[LogPlace, Known] = {}

    def __iter__(self) -> Iterator[TrackingRow]:
        plans = self._plans()
        planned = [piece for place in self._places if place in plans for piece in plans[place].pieces]
        scanned = scan(self._needles, planned, workers_for(planned, self._jobs))
        for place in self._places:
            try:
                if (plan := plans.get(place)) is not None:
                    self.files.append(place.file)
                    found = islice(scanned, len(plan.pieces))
                    yield from self._found(place, found, plan)
                    continue
                with open_log(place) as stream:
                    yield from self._every(stream, place)
            except ReadFailed as failed:
                self._tell(Problem(place.file, failed.code, failed.message))

    def _plans(self) -> dict[LogPlace, _Plan]:
        """The logs that workers can look through. One that can't be opened is told of in its turn."""
        plans = {place: _Plan(known.kind, known.pieces, known) for place, known in self._known.items()}
        for place in () if self._needles.are_useless else self._places:
            if place in plans:
                continue
            try:
                with open_log(place) as stream:
                    kind = kind_of(stream)
                    reader = LINE_READERS.get(kind)
                    if kind is not None and reader is not None:
                        found = pieces(place, stream, is_quoted=reader.is_quoted)
                        plans[place] = _Plan(kind, found or [all_of(place, is_quoted=reader.is_quoted)])
            except ReadFailed:
                continue
        return plans

    def _found(self, place: LogPlace, scanned: Iterator[Scanned], plan: _Plan) -> Iterator[TrackingRow]:
        """The rows of one log of which all pieces that count were looked through."""
        reader = LINE_READERS[plan.kind](place.file, self._tell)
        known = plan.known
        above = deque(known.headers if known else ())
        headers: list[Line] = []
        counted: list[Piece] = []
        befores: list[int] = []
        before = 0
        for piece, one in zip(plan.pieces, scanned, strict=True):
            before = known.before[len(befores)] if known else before
            lines = [replace(line, number=before + line.number) for line in one.lines]
            yield from _read_below(reader, lines, above)
            headers += (line for line in lines if line.is_header)
            counted.append(replace(piece, rows=one.rows if one.is_whole else None))
            befores.append(before)
            before += one.ended
            self._note(one.rows, one.problems)
        if known is None:
            self.passed[place] = Known(plan.kind, counted, befores, headers)
        else:
            self._note(known.rows, known.problems)

    def _note(self, rows: int, problems: Sequence[Problem]) -> None:
        self.rows_read += rows
        for problem in problems:
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
        elif (rows := whole_reader(kind)) is not None:
            self.files.append(place.file)
            for row in rows(stream, place.file, self._tell, self._local):
                self.rows_read += 1
                yield row
        else:
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


def whole_reader(kind: LogKind | None) -> Reader | None:
    """The reader of a form that is read from beginning to end; None for any other kind of file.

    Those of the cmdlet's output are imported where there is some.
    """
    if kind == "exchange-5.5":
        return read_55
    if kind is None or not kind.startswith("cmdlet-"):
        return None
    from snapdiff.read import cmdlet

    readers = {"cmdlet-fl": cmdlet.read_list, "cmdlet-csv": cmdlet.read_csv, "cmdlet-clixml": cmdlet.read_clixml}
    return readers[kind]


def _read(reader: LineReader, line: Line) -> Iterator[TrackingRow]:
    if line.is_header:
        reader.header(line)
    else:
        yield reader.row(line)


def _read_below(reader: LineReader, lines: Sequence[Line], above: deque[Line]) -> Iterator[TrackingRow]:
    """The rows of some lines, each read by the header lines that stand above it: known ones, and those among the lines.

    Takes off `above` what was passed.
    """
    for line in lines:
        is_known = False
        while above and above[0].number <= line.number:
            is_known = above[0].number == line.number
            reader.header(above.popleft())
        if not is_known:
            yield from _read(reader, line)


def workers_for(planned: Sequence[Piece], jobs: int | None) -> int:
    """How many workers look through pieces: `jobs`, or where that is None as many as are worth their start."""
    if jobs is not None:
        return min(jobs, len(planned))
    size = sum(piece.end - piece.start for piece in planned)
    return min(available_cores(), _MOST_WORKERS) if size >= _WORTH_WORKERS else 1


def kind_of(stream: BinaryIO) -> LogKind | None:
    """What a log is, by its first lines alone; None where it is no log that is known. Nothing is taken off the stream.

    A log begins with header lines; an extract without them is told by what its first row looks like.
    """
    return kind_of_head(stream.peek(HEAD)[:HEAD]) if hasattr(stream, "peek") else None
