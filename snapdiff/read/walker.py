"""Paths to trace folders: finds snapshots in folders, collector trees and zips, and reads one file of a trace."""

import os
import pathlib
import stat
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from snapdiff.model import Problem, Service
from snapdiff.read.arguments import sort_arguments
from snapdiff.read.files import explain, openable, read_plain
from snapdiff.read.listing import NONE_YET, WHAT_TO_GIVE, Listing, NothingFound, ReadFailed, TraceFolder
from snapdiff.read.names import (
    as_found,
    guid_of,
    is_known_log,
    parse_name,
    server_of,
    service_above,
    service_of,
    shown,
    sort_names,
)

if TYPE_CHECKING:
    from snapdiff.read.archive import Archive, Trouble

__all__ = ["Listing", "NothingFound", "ReadFailed", "TraceFolder", "parse_name", "read_file", "walk"]


def walk(paths: Sequence[pathlib.Path]) -> Listing:
    """List the traces, known logs and problems in the paths given: folders, zips, or mail files in order.

    No file is opened but zips. Raises NothingFound where a path does not exist or none holds a snapshot.
    """
    arguments = sort_arguments(paths)
    found = _Found()
    found.problems += arguments.problems
    found.logs += arguments.logs
    for path, label in zip(arguments.places, arguments.labels, strict=True):
        _Source(found, path, label).walk()
    if arguments.mails:
        found.traces.append(_plain(arguments.mails))
    listing = found.listing(arguments.source)
    if not listing.traces:
        raise _nothing(arguments.source, listing)
    return listing


def read_file(trace: TraceFolder, name: str) -> bytes:
    """Read one file of a trace, whole. Raises ReadFailed: a code, and a sentence that names the file and the cause."""
    place = f"{trace.folder}/{name}" if trace.folder else name
    if trace.archive is not None:
        from snapdiff.read.archive import read_member  # zipfile takes longer to import than most runs need it

        return read_member(trace.archive, place, _called(trace, name))
    try:
        return read_plain(place)
    except FileNotFoundError as error:
        # A name with bytes that are no UTF-8 stands escaped in the listing.
        if as_found(name) == name:
            raise explain(_called(trace, name), error) from None
        return read_file(trace, as_found(name))
    except OSError as error:
        raise explain(_called(trace, name), error) from None


def _called(trace: TraceFolder, name: str) -> str:
    """What messages call a file: its path relative to the source."""
    return shown(name) if trace.path == "." else f"{trace.path}/{shown(name)}"


def _plain(mails: Sequence[str]) -> TraceFolder:
    """Make the trace of a plain mail diff: the files in the order given, named from the folder they share."""
    try:
        folder = os.path.commonpath([os.path.dirname(mail) for mail in mails])  # noqa: PTH120
        files = [os.path.relpath(mail, folder).replace(os.sep, "/") for mail in mails]
    except ValueError:  # on several drives of Windows
        folder, files = "", [mail.replace(os.sep, "/") for mail in mails]
    last = files[-1].rpartition("/")[2]
    return TraceFolder(
        path=".",
        id=shown(last).lower(),
        server=None,
        service=None,
        files=tuple([shown(file) for file in files]),
        folder=folder,
        archive=None,
        plain=True,
    )


def _nothing(source: str, listing: Listing) -> NothingFound:
    logs, others = len(listing.logs), listing.left_out
    seen = [f"{logs} tracking or protocol log{'s' * (logs > 1)}"] if logs else []
    seen += [f"{others} other file{'s' * (others > 1)}"] if others else []
    if seen:
        there = f"There are no snapshots in {source}, only {' and '.join(seen)}"
    else:
        there = f"There are no snapshots in {source}" if listing.problems else f"There is no file in {source}"
    search = ["To search the logs, use snapdiff track."] if logs else []
    return NothingFound(there, " ".join([*search, WHAT_TO_GIVE, NONE_YET]), listing.problems)


class _Found:
    """What the walk has come upon so far, over all sources."""

    def __init__(self) -> None:
        self.traces: list[TraceFolder] = []
        self.logs: list[str] = []
        self.left_out = 0
        self.problems: list[Problem] = []
        self._orders: dict[tuple[str, ...], tuple[str, ...]] = {}

    def interned(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """One object for equal lists of names, as most folders hold the same ones."""
        order = self._orders.get(names)
        if order is None:
            order = self._orders[names] = tuple([sys.intern(name) for name in names])
        return order

    def listing(self, source: str) -> Listing:
        traces = sorted(self.traces, key=lambda trace: (trace.path, trace.archive or "", trace.folder))
        if len({trace.path for trace in traces}) != len(traces):
            traces = list(_told_apart(traces))
        problems = sorted(self.problems, key=lambda problem: (problem.path, problem.code, problem.message))
        return Listing(source, traces, sorted(self.logs), self.left_out, problems)


def _told_apart(traces: Iterable[TraceFolder]) -> Iterator[TraceFolder]:
    """Number the paths that became equal when they were made fit for a report."""
    seen: Counter[str] = Counter()
    for trace in traces:
        seen[trace.path] += 1
        count = seen[trace.path]
        yield trace if count == 1 else replace(trace, path=f"{trace.path} ({count})")


class _Source:
    """One folder or zip given, walked; `relative` paths below it have '/' and are "" for itself."""

    def __init__(self, found: _Found, path: str, label: str) -> None:
        self.found = found
        self.top = path
        self.label = label
        elements = path.replace(os.sep, "/").split("/")
        self.own = elements[-1]
        # Several sources are told apart by as much of their paths as it takes: that much is part of the report.
        self.named = (label or self.own).split("/")
        self.service = service_above(elements)
        self._origins: dict[str | None, tuple[str | None, Service | None]] = {}

    def walk(self) -> None:
        if os.path.isdir(openable(self.top)):  # noqa: PTH112
            self._walk_folders()
        elif not self._walk_archive(self.top, ""):
            self.found.left_out += 1

    def _walk_folders(self) -> None:
        waiting = [(self.top, "")]
        while waiting:
            folder, relative = waiting.pop()
            names: list[str] = []
            folders: list[str] = []
            try:
                self._scan(folder, relative, names, folders)
            except OSError as error:
                failed = explain(self._called(relative), error)
                self.found.problems.append(Problem(self._called(relative), failed.code, failed.message))
            else:
                if not names and not folders and guid_of(relative.rpartition("/")[2]):
                    self._problem(relative, "no-snapshots", "is named as a trace and is empty")
            waiting += [(_join(folder, name), _join(relative, name)) for name in folders]
            self._add_folder(relative, names, folder)

    def _scan(self, folder: str, relative: str, names: list[str], folders: list[str]) -> None:
        """List a folder's files and folders, as far as it can be read. Raises OSError."""
        with os.scandir(openable(folder)) as entries:
            for entry in entries:
                # The commonest first: without a link both answers come from the directory itself.
                if entry.is_file(follow_symlinks=False):
                    names.append(entry.name)
                elif _is_link(entry):
                    self._add_link(entry, relative, names)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                else:
                    self._problem(_join(relative, entry.name), "no-regular-file", "is a device or a pipe")

    def _add_link(self, entry: "os.DirEntry[str]", relative: str, names: list[str]) -> None:
        """A link to a file counts as the file; a link to a folder isn't followed, as it can lead in a circle."""
        try:
            if stat.S_ISREG(entry.stat().st_mode):
                names.append(entry.name)
                return
            cause = "is a link to a folder or a device and was not followed"
        except OSError:
            cause = "is a link that leads nowhere"
        self._problem(_join(relative, entry.name), "link-not-followed", cause)

    def _add_folder(self, relative: str, names: list[str], folder: str) -> None:
        zips = [name for name in names if name.lower().endswith(".zip")]
        if zips:
            names = [name for name in names if not name.lower().endswith(".zip")]
            for name in sorted(zips):
                if not self._walk_archive(_join(folder, name), _join(relative, name)):
                    self.found.left_out += 1
        self._add_names(relative, names, folder, None)

    def _add_names(self, relative: str, names: Iterable[str], folder: str, archive: str | None) -> None:
        """Add what one folder holds, given its files' names."""
        snapshots, twins, others = sort_names(names)
        for name in others:
            if is_known_log(name):
                self.found.logs.append(self._called(_join(relative, name)))
            else:
                self.found.left_out += 1
        for name, kept in twins:
            self._problem(
                _join(relative, name), "same-number", f"has the same stage and number as {kept} and was left out"
            )
        if not snapshots:
            return
        own = relative.rpartition("/")[2] or self.own
        if own.lower().endswith(".zip"):
            own = own[:-4]
        server, service = self._origin(relative)
        self.found.traces.append(
            TraceFolder(
                path=self._called(relative),
                id=guid_of(own) or shown(own).lower(),
                server=server,
                service=service,
                files=self.found.interned(snapshots),
                folder=folder,
                archive=archive,
                plain=False,
            )
        )

    def _origin(self, relative: str) -> tuple[str | None, Service | None]:
        """Server and service of a trace, from the folders that lead to it; thousands lie in the same one."""
        parent = relative.rpartition("/")[0] if relative else None
        origin = self._origins.get(parent)
        if origin is None:
            within = self.named[:-1] if parent is None else [*self.named, *filter(None, parent.split("/"))]
            # A label of several elements was made longer to tell sources apart, so all of it counts.
            own = within.pop(0) if within and len(self.named) == 1 else ""
            origin = self._origins[parent] = (server_of(own, within), service_of(within) or self.service)
        return origin

    def _walk_archive(self, path: str, relative: str) -> bool:
        """Add what a zip holds; say whether it had to do with Exchange, or had a problem told."""
        from snapdiff.read.archive import Archive

        name = self._called(relative) if relative else shown(self.own)
        try:
            archive = Archive(path, name)
        except ReadFailed as failed:
            self.found.problems.append(Problem(self._called(relative), failed.code, failed.message))
            return True
        try:
            return self._add_members(archive, path, relative, inner="")
        finally:
            archive.close()

    def _add_members(self, archive: "Archive", path: str, relative: str, *, inner: str) -> bool:
        folders: dict[str, list[str]] = {}
        nested: list[str] = []
        for member in archive.members:
            if member.lower().endswith(".zip"):
                nested.append(member)
            else:
                folder, _, name = member.rpartition("/")
                folders.setdefault(folder, []).append(name)
        self._add_troubles(relative, archive.troubles)
        known = any(parse_name(name) or is_known_log(name) for names in folders.values() for name in names)
        unknown = 0
        for member in nested[:_NESTED_READ]:
            told = self._add_nested(archive, path, relative, member, inner)
            known, unknown = known or told, unknown + (not told)
        if len(nested) > _NESTED_READ:
            self._problem(
                relative, "too-many-nested", f"holds more than {_NESTED_READ} zips, and the rest was not read"
            )
        if known:
            for folder, names in folders.items():
                self._add_names(_join(relative, folder), names, _join(inner, folder), path)
            self.found.left_out += unknown
        return known or bool(archive.troubles)

    def _add_nested(self, archive: "Archive", path: str, relative: str, member: str, inner: str) -> bool:
        """Add what a zip in a zip holds: the collector script packs each folder, then the whole."""
        from snapdiff.read.archive import open_nested

        place = _join(relative, member)
        if inner:
            self._problem(place, "nested-too-deep", "is a zip in a zip in a zip and was not read: unpack it first")
            return True
        try:
            opened = open_nested(archive, member, self._called(place))
        except ReadFailed as failed:
            self.found.problems.append(Problem(self._called(place), failed.code, failed.message))
            return True
        try:
            return self._add_members(opened, path, place, inner=member)
        finally:
            opened.close()

    def _add_troubles(self, relative: str, troubles: "Sequence[Trouble]") -> None:
        counts: Counter[str] = Counter()
        for trouble in troubles:
            counts[trouble.code] += 1
            if counts[trouble.code] <= _TROUBLES_SHOWN:
                place = self._called(_join(relative, trouble.member))
                self.found.problems.append(Problem(place, trouble.code, trouble.message))
        for code, count in counts.items():
            if count > _TROUBLES_SHOWN:
                self._problem(relative, code, f"has {count - _TROUBLES_SHOWN} more such members")

    def _called(self, relative: str) -> str:
        """A path as the report has it."""
        return shown(_join(self.label, relative)) or "."

    def _problem(self, relative: str, code: str, says: str) -> None:
        called = self._called(relative)
        self.found.problems.append(Problem(called, code, f"{called} {says}."))


_NESTED_READ = 1000
_TROUBLES_SHOWN = 10
"""A zip can hold any number of bad names: so many are told one by one, the rest by their count."""


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name


def _is_link(entry: "os.DirEntry[str]") -> bool:
    """A symbolic link, or a junction of Windows, which Python before 3.12 calls a folder."""
    if entry.is_symlink():
        return True
    if os.name != "nt":
        return False
    tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    return bool(tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", -1))
