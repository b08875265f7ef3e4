"""What keeps a search that finds much within bounds: rows as bytes, and nouns that are made when they are looked at."""

import marshal
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

from snapdiff.model import TrackingRow

Noun = TypeVar("Noun")


class Made(Sequence[Noun], ABC):
    """Nouns that are made when they are looked at, each time anew; none of them is kept."""

    @abstractmethod
    def made(self, at: int) -> Noun:
        """The noun at a place, counted from 0."""

    @overload
    def __getitem__(self, at: int) -> Noun: ...
    @overload
    def __getitem__(self, at: slice) -> list[Noun]: ...
    def __getitem__(self, at: int | slice) -> Noun | list[Noun]:
        places = range(len(self))
        return [self.made(one) for one in places[at]] if isinstance(at, slice) else self.made(places[at])


class Each(Made[Noun]):
    """Other nouns with each of which something is done."""

    def __init__(self, nouns: Sequence[Noun], do: Callable[[Noun], Noun]) -> None:
        self._nouns = nouns
        self._do = do

    def __len__(self) -> int:
        return len(self._nouns)

    def made(self, at: int) -> Noun:
        """What is done with the noun at this place."""
        return self._do(self._nouns[at])


class PackedRows:
    """Rows that are packed when they are added, and unpacked when they are asked for: equal, but for what was parsed.

    A row takes about what its line does in the log; as an object it takes several times as much.
    """

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, ...], int] = {}
        self._names: list[tuple[str, ...]] = []
        self._files: dict[str, str] = {}

    def packed(self, row: TrackingRow) -> bytes:
        """One row as bytes, which only this object can read."""
        names = tuple(row.fields)
        shape = self._shapes.get(names)
        if shape is None:
            shape = self._shapes[names] = len(self._names)
            self._names.append(names)
        return marshal.dumps((shape, row.file, row.line, row.format, row.time, list(row.fields.values())))

    def unpacked(self, rows: list[bytes]) -> Iterator[TrackingRow]:
        """The rows again, in the order given."""
        for one in rows:
            shape, file, line, form, time, values = marshal.loads(one)  # noqa: S302 - written above, by this process
            fields = dict(zip(self._names[shape], values, strict=True))
            yield TrackingRow(self._files.setdefault(file, file), line, form, time, fields)
