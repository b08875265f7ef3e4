"""Logs to an SQLite index of which message stands where in them, kept up to date as the logs grow.

It only says where to look: whatever is found by it is read from the log, and looked at like any other row.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from msgspec import Struct

from snapdiff.model import Problem
from snapdiff.read.files import openable
from snapdiff.read.listing import ReadFailed
from snapdiff.read.log_lines import Line
from snapdiff.read.log_marks import Mark
from snapdiff.read.log_notes import Kind, Note, folded, id_key, storable

_APPLICATION = 0x536E4466
_VERSION = 1
_MAGIC = b"SQLite format 3\0"
_TABLES = """
CREATE TABLE logs (id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, size INTEGER NOT NULL, head BLOB NOT NULL,
  tail BLOB NOT NULL, ended INTEGER NOT NULL, rows INTEGER NOT NULL, problems TEXT NOT NULL);
CREATE TABLE headers (log INTEGER, line INTEGER, start INTEGER, text TEXT, PRIMARY KEY (log, line)) WITHOUT ROWID;
CREATE TABLE parts (id INTEGER PRIMARY KEY, log INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
  before INTEGER NOT NULL, rows INTEGER NOT NULL);
CREATE INDEX parts_of_log ON parts (log, start);
CREATE TABLE messages (message INTEGER, part INTEGER, PRIMARY KEY (message, part)) WITHOUT ROWID;
CREATE TABLE texts (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE holders (text INTEGER, part INTEGER, PRIMARY KEY (text, part)) WITHOUT ROWID
"""
_AT_ONCE = 500


class IndexedLog(Struct, frozen=True):
    """What the index holds of one log: `mark` says how far it was read and how it looked then, in bytes.

    `ended` counts the line ends up to there, `rows` the rows, and `problems` are what was odd there.
    """

    id: int
    mark: Mark
    ended: int
    rows: int
    problems: list[Problem]


class IndexedPart(Struct, frozen=True, order=True):
    """A part of a log, in bytes; `before` counts the line ends above it, `rows` its rows."""

    log: int
    start: int
    end: int
    before: int
    rows: int


class LogIndex:
    """The index in one file. Use it as a context: what was changed is kept when it ends well, and else nothing is.

    A new file is readable by its owner alone. Raises ReadFailed where the file is no index, or damaged.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self.was_built_anew = False

    def __enter__(self) -> "LogIndex":
        with self._told():
            is_new = _claim(self._path)
            self._base = sqlite3.connect(self._path, timeout=30, isolation_level=None)
            try:
                self._base.execute("PRAGMA cache_size = -65536")
                self._base.execute("BEGIN IMMEDIATE")
                self._prepare(is_new=is_new)
            except BaseException:
                self._base.close()
                raise
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        try:
            with self._told():
                self._base.execute("ROLLBACK" if kind else "COMMIT")
        finally:
            self._base.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as failed:
            raise ReadFailed("index-unusable", f"The index {self._path} can't be used: {failed}.") from None
        except sqlite3.DatabaseError as damaged:
            said = f"The index {self._path} is damaged ({damaged}); delete it, and it is made anew."
            raise ReadFailed("index-damaged", said) from None

    def _prepare(self, *, is_new: bool) -> None:
        (application,) = self._base.execute("PRAGMA application_id").fetchone()
        (version,) = self._base.execute("PRAGMA user_version").fetchone()
        if not is_new and application != _APPLICATION:
            raise ReadFailed("index-foreign", _foreign(self._path))
        if is_new or version != _VERSION:
            self.was_built_anew = not is_new
            for (name,) in self._base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                self._base.execute(f'DROP TABLE "{name.replace(chr(34), chr(34) * 2)}"')
            for statement in _TABLES.split(";"):
                self._base.execute(statement)
            self._base.execute(f"PRAGMA application_id = {_APPLICATION}")
            self._base.execute(f"PRAGMA user_version = {_VERSION}")

    def save(self) -> None:
        """Keeps all that was changed up to here, whatever becomes of the rest."""
        with self._told():
            self._base.execute("COMMIT")
            self._base.execute("BEGIN")

    def paths(self) -> list[str]:
        """The logs it knows, by their absolute paths."""
        with self._told():
            return [path for (path,) in self._base.execute("SELECT path FROM logs ORDER BY path")]

    def log(self, path: str) -> IndexedLog | None:
        """What it holds of a log; None where it does not know it."""
        with self._told():
            found = self._base.execute(
                "SELECT id, size, head, tail, ended, rows, problems FROM logs WHERE path = ?", (path,)
            ).fetchone()
            if found is None:
                return None
            number, size, head, tail, ended, rows, problems = found
            told = msgspec.json.decode(problems, type=list[Problem])
            return IndexedLog(number, Mark(size, head, tail), ended, rows, told)

    def forget(self, paths: Sequence[str]) -> None:
        """Takes out all about these logs."""
        with self._told():
            for path in paths:
                own = "(SELECT id FROM logs WHERE path = ?)"
                self._base.execute(f"DELETE FROM headers WHERE log IN {own}", (path,))  # noqa: S608
                self._base.execute(f"DELETE FROM parts WHERE log IN {own}", (path,))  # noqa: S608
                self._base.execute("DELETE FROM logs WHERE path = ?", (path,))
            if paths:
                self._base.execute("DELETE FROM messages WHERE part NOT IN (SELECT id FROM parts)")
                self._base.execute("DELETE FROM holders WHERE part NOT IN (SELECT id FROM parts)")
                self._base.execute("DELETE FROM texts WHERE id NOT IN (SELECT text FROM holders)")

    def begin(self, path: str) -> IndexedLog:
        """Takes in a log of which nothing is known yet."""
        nothing = (path, 0, b"", b"", 0, 0, "[]")
        with self._told():
            made = self._base.execute(
                "INSERT INTO logs (path, size, head, tail, ended, rows, problems) VALUES (?, ?, ?, ?, ?, ?, ?)", nothing
            )
            return IndexedLog(made.lastrowid or 0, Mark(0, b"", b""), 0, 0, [])

    def add(self, log: IndexedLog, note: Note) -> IndexedLog:
        """Takes in the next part of a log; gives what is known of the log then, its mark left as it was."""
        place = (log.id, note.part.start, note.part.end, log.ended, note.rows)
        with self._told():
            made = self._base.execute("INSERT INTO parts (log, start, end, before, rows) VALUES (?, ?, ?, ?, ?)", place)
            part = made.lastrowid
            self._base.executemany("INSERT INTO messages VALUES (?, ?)", [(one, part) for one in note.messages])
            known = [(one.key, one.kind, one.text) for one in note.texts]
            self._base.executemany("INSERT OR IGNORE INTO texts VALUES (?, ?, ?)", known)
            self._base.executemany("INSERT OR IGNORE INTO holders VALUES (?, ?)", [(key, part) for key, _, _ in known])
            headers = [(log.id, log.ended + one.number, note.part.start, storable(one.text)) for one in note.headers]
            self._base.executemany("INSERT INTO headers VALUES (?, ?, ?, ?)", headers)
        problems = list(dict.fromkeys([*log.problems, *note.problems]))
        return IndexedLog(log.id, log.mark, log.ended + note.ended, log.rows + note.rows, problems)

    def keep(self, log: IndexedLog) -> None:
        """Notes how far a log was read."""
        problems = msgspec.json.encode(log.problems).decode()
        values = (log.mark.size, log.mark.head, log.mark.tail, log.ended, log.rows, problems, log.id)
        with self._told():
            self._base.execute(
                "UPDATE logs SET size = ?, head = ?, tail = ?, ended = ?, rows = ?, problems = ? WHERE id = ?", values
            )

    def headers(self, log: int) -> list[Line]:
        """The header lines of a log in their order."""
        with self._told():
            found = self._base.execute("SELECT line, text FROM headers WHERE log = ? ORDER BY line", (log,))
            return [Line(line, text, is_last=False, is_ended=True) for line, text in found]

    def parts_named(self, message_ids: Sequence[str]) -> list[IndexedPart]:
        """Where rows of these messages may stand, and delivery reports about them."""
        keys = sorted({id_key(one) for one in message_ids})
        found: set[IndexedPart] = set()
        for at in range(0, len(keys), _AT_ONCE):
            some = keys[at : at + _AT_ONCE]
            marks = ",".join("?" * len(some))
            found.update(self._parts(f"SELECT part FROM messages WHERE message IN ({marks})", some))  # noqa: S608
        return sorted(found)

    def parts_with(self, kind: Kind, texts: Sequence[str]) -> list[IndexedPart]:
        """Where rows may stand that hold one of these texts, in any letter case, as a part; a network id as a whole."""
        holds = " OR ".join(["text = ?" if kind == "network" else "instr(text, ?) > 0"] * len(texts))
        chosen = f"SELECT part FROM holders WHERE text IN (SELECT id FROM texts WHERE kind = ? AND ({holds}))"  # noqa: S608
        return sorted(self._parts(chosen, (kind, *map(folded, texts))))

    def _parts(self, chosen: str, values: Sequence[object]) -> list[IndexedPart]:
        with self._told():
            found = self._base.execute(
                f"SELECT log, start, end, before, rows FROM parts WHERE id IN ({chosen})",  # noqa: S608
                values,
            )
            return [IndexedPart(*one) for one in found]


def _claim(path: str) -> bool:
    """Whether the index is a new one, for which an empty file is made; raises ReadFailed where a file is none."""
    try:
        os.close(os.open(openable(path), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except OSError as failed:
        raise ReadFailed("index-unusable", f"The index {path} can't be made: {failed.strerror}.") from None
    else:
        return True
    try:
        with open(openable(path), "rb") as file:  # noqa: PTH123
            head = file.read(len(_MAGIC))
    except OSError as failed:
        raise ReadFailed("index-unusable", f"The index {path} can't be read: {failed.strerror}.") from None
    if head and head != _MAGIC:
        raise ReadFailed("index-foreign", _foreign(path))
    return not head


def _foreign(path: str) -> str:
    return f"{path} is no index of snapdiff, and was left as it is; give --index another name."
