"""Logs to the time of their newest row, for which no more is read of a row than how it begins."""

import codecs
import io
from collections.abc import Iterator, Sequence

from snapdiff.read.files import openable
from snapdiff.read.listing import ReadFailed, unheard
from snapdiff.read.local_time import LocalTime
from snapdiff.read.log_lines import Lines
from snapdiff.read.log_places import LogPlace, open_log
from snapdiff.read.log_scan import Piece, each, pieces
from snapdiff.read.logs import LogRows, kind_of, workers_for
from snapdiff.times import parse_time

_BLOCK = 256 * 1024
_TIME = len("2024-05-14T08:00:00.000Z")


def newest_time(places: Sequence[LogPlace], local: LocalTime | None = None, jobs: int | None = None) -> str:
    """The time of the newest row of all tracking logs (ISO 8601, UTC); "" where there is none.

    `local` and `jobs` are those of `LogRows`.
    """
    planned: list[Piece] = []
    newest = ""
    for place in places:
        try:
            with open_log(place) as stream:
                if kind_of(stream) != "msgtrk":
                    rows = LogRows([place], unheard, (), local)
                    newest = max((newest, *(row.time or "" for row in rows)))
                elif found := pieces(place, stream):
                    planned += found
                else:
                    lines = (line.text.encode() for line in Lines(stream, place.file, unheard))
                    newest = max((newest, *(_newest([line]) for line in lines)))
        except ReadFailed:
            continue
    return max((newest, *each(_newest_of_pieces, planned, workers_for(planned, jobs))))


def _newest_of_pieces(some: Sequence[Piece]) -> list[str]:
    return [max(("", *map(_newest, _begun_lines(piece)))) for piece in some]


def _begun_lines(piece: Piece) -> Iterator[list[bytes]]:
    """The lines of a piece, some at a time; of one that a block cuts no more is kept than its time takes."""
    left, begun = piece.end - piece.start, b""
    try:
        with open(openable(piece.place.path), "rb", buffering=0) as file:  # noqa: PTH123
            file.seek(piece.start)
            while left > 0 and (block := file.read(min(_BLOCK, left))):
                left -= len(block)
                lines = io.BytesIO(begun + block).readlines()
                begun = b"" if lines[-1].endswith(b"\n") else lines.pop()[:_TIME]
                yield lines
    except OSError:
        return
    yield [begun]


def _newest(lines: Sequence[bytes]) -> str:
    """The newest of the times with which lines begin; "" where none does.

    Where the greatest of all lines begins with a time, that is the newest.
    """
    for some in ([max(lines, default=b"")], lines):
        begins = (line.removeprefix(codecs.BOM_UTF8)[:_TIME] for line in some)
        times = (begin.decode("ascii", "replace") for begin in begins if begin[:1].isdigit())
        if newest := max((time for time in times if parse_time(time) is not None), default=""):
            return newest
    return ""
