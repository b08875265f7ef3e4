"""The whole flow: folders are read, compared and encoded in workers, and come out as traces in the report's order.

A worker hands on encoded nouns, never mail. They wait in a temporary file that only its owner can read, and what
stays in memory is a small index a trace, so that memory does not grow with what the messages hold.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from snapdiff.across import JourneyTold, Told, Traces, journey_with_told, tells, told, with_told
from snapdiff.diff.steps import forked, sides_of, with_candidates
from snapdiff.findings.judge import with_findings, worded
from snapdiff.findings.register import Found
from snapdiff.findings.usual import SMTP_EVENTS, Seen, Usual
from snapdiff.flags import reflagged
from snapdiff.forks import TRANSFER, Fork, forks, split, transfers
from snapdiff.joining import Joining
from snapdiff.journey import TraceKey, each_journey
from snapdiff.model import Finding, Journey, Parent, Problem, Trace, TrackingRow
from snapdiff.policy.form import Policy
from snapdiff.read.listing import Listing, ReadFailed, TraceFolder, unheard
from snapdiff.read.log_values import with_parsed
from snapdiff.read.logs import HARMLESS_IN_LOGS, LogPlace, LogRows, find_logs
from snapdiff.read.protocol import sessions
from snapdiff.read.trace import file_path
from snapdiff.read.walker import walk
from snapdiff.report.json_report import encode
from snapdiff.timeline import timeline
from snapdiff.times import parse_time
from snapdiff.work import Digest, Wanted, drawn_from, load, results

_SPOOL_IN_MEMORY = 8 * 1024 * 1024
_HARMLESS = frozenset({"given-twice", "no-snapshots", "single-mail"}) | HARMLESS_IN_LOGS
"""Problems that hide nothing of a trace: all that is there was read, save logs of forms that only stand beside it."""

Progress = Callable[[int, int], None]
"""Told how many traces are done, and how many there are."""


class Entry(Struct, frozen=True):
    """What stays of a trace: its key, what is left to fill in, and where its encoded noun waits in the spool.

    Offset and length are in bytes. It shares its texts with the listing, so that it stays small.
    """

    key: TraceKey
    id: str
    uncertain: bool
    unreadable: bool
    changed: bool
    seen: Seen
    offset: int
    length: int


class Run:
    """One run over one input. Use it as a context: the spool goes when it ends.

    `traces` gives the nouns one by one in the report's order, as often as wanted; `encoded` their JSON bytes. With
    `views` the nouns hold what only a drawn report needs (`Trace.views`, `Trace.blame`); the JSON never does. Logs that
    were found with the traces, and those at `logs`, are joined to the journeys: what belongs to them is kept. Where not
    `together`, each trace stands alone: no log is read, and nothing is said that takes more than one trace to see. With
    a `policy` they hold the answers to what it asks of mail (`Trace.answers`). `rules` are
    names of transport rules by their ids.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        jobs: int | None = None,
        decoded: bool = False,
        progress: Progress | None = None,
        views: bool = False,
        logs: Sequence[Path] = (),
        policy: Policy | None = None,
        *,
        together: bool = True,
        rules: Mapping[str, str] | None = None,
    ) -> None:
        self.listing: Listing = walk(paths)
        self._log_problems: list[Problem] = []
        self.logs = self._found_logs([*logs, *(paths if self.listing.logs else ())]) if together else []
        self._together = together
        self._rules = rules
        self._jobs = jobs
        self._wanted = Wanted(decoded, views, policy)
        self._progress = progress or (lambda done, total: None)
        self._stack = ExitStack()
        self._entries: list[Entry] = []
        self._by_path: dict[str, Entry] = {}
        self._folders: dict[str, TraceFolder] = {}
        self._agents: dict[str, list[str]] = {}
        self._forks: dict[str, Fork] = {}
        self._left: frozenset[str] = frozenset()
        self._transfers: list[TrackingRow] | None = None
        self._unreadable = False
        self._fork_changed = False
        self._joined: list[Journey] | None = None
        self._told: dict[str, Told] | None = None
        self._usual = Usual()
        self._of_journeys: dict[str, JourneyTold] = {}

    def __enter__(self) -> "Run":
        self._spool = self._stack.enter_context(tempfile.SpooledTemporaryFile(max_size=_SPOOL_IN_MEMORY))
        try:
            self._read_all()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    @property
    def problems(self) -> list[Problem]:
        """What could not be found or opened; what is odd inside a trace stands in that trace."""
        return list(dict.fromkeys([*self.listing.problems, *self._log_problems]))

    @property
    def unreadable(self) -> bool:
        """Whether something could not be read, so that the report is not the whole truth."""
        return (
            self._unreadable
            or any(problem.code not in _HARMLESS for problem in self.problems)
            or any(entry.unreadable for entry in self._entries)
        )

    @property
    def any_change(self) -> bool:
        """Whether anything changed in any trace; forks count once their traces were given."""
        return self._fork_changed or any(entry.changed for entry in self._entries)

    @property
    def findings(self) -> list[Finding]:
        """What is said of the whole input; nothing where each trace stands alone."""
        return worded(self._usual.of_input()) if self._together else []

    def journeys(self) -> list[Journey]:
        """The traces of each message put together."""
        return list(self.each_journey())

    def each_journey(self) -> Iterator[Journey]:
        """The same, one at a time; where logs are there, with its timeline."""
        self._all_told()
        return map(self._whole, self._each_joined())

    def _whole(self, journey: Journey) -> Journey:
        if more := self._of_journeys.get(journey.traces[0]):
            journey = journey_with_told(journey, more)
        if not journey.events and not journey.sessions:
            return journey
        traces = (self._filled(self._by_path[path], drawn=False) for path in journey.traces)
        return replace(journey, timeline=timeline(journey, traces))

    def _each_joined(self) -> Iterator[Journey]:
        keys = [entry.key for entry in self._entries]
        return iter(self._with_rows(keys)) if self.logs else each_journey(keys)

    def _told_transfers(self, keys: Sequence[TraceKey]) -> list[TrackingRow]:
        """What the logs say about splits of these messages: one quick look for that word alone, the first time."""
        if self._transfers is None:
            rows = LogRows(self.logs, unheard, [TRANSFER], jobs=self._jobs)
            self._transfers = transfers(rows, keys)
        return self._transfers

    def _found_logs(self, paths: Sequence[Path]) -> list[LogPlace]:
        """The logs at these paths, named from the source where they lie below it."""
        below = self.listing.source.rstrip("/") + "/"
        found = find_logs(paths, self._log_problems.append)
        return [replace(place, file=place.file.removeprefix(below)) for place in found]

    def _with_rows(self, keys: list[TraceKey]) -> list[Journey]:
        """The journeys with their rows of the logs, which are gone through once."""
        if self._joined is None:
            split = {path: fork.parent for path, fork in self._forks.items() if fork.row is not None}
            joining = Joining(list(each_journey(keys, split)), keys, self._told_transfers(keys))
            for row in LogRows(self.logs, self._log_problems.append, joining.words(), jobs=self._jobs):
                joining.add(row)
            for session in sessions(self.logs, joining.sessions_wanted(), self._log_problems.append):
                joining.add_session(session)
            self._joined = [
                replace(journey, events=[with_parsed(row) for row in journey.events]) for journey in joining.journeys()
            ]
        return self._joined

    def _all_told(self) -> dict[str, Told]:
        """What journeys tell of their traces, under the traces' paths; each journey is looked at once, by itself."""
        if self._told is None:
            self._told = {}
            by_path = {entry.key.path: entry for entry in self._entries} if self._together else {}
            for journey in filter(tells, self._each_joined() if self._together else ()):
                if not journey.events and not any(by_path[path].changed for path in journey.traces):
                    continue
                traces = Traces(journey.traces, lambda path: self._proved(by_path[path]))
                more = told(journey, traces, self._rules)
                self._told |= more.of_traces
                if more.findings or more.logged:
                    self._of_journeys[journey.traces[0]] = replace(more, of_traces={})
        return self._told

    def encoded(self) -> Iterator[bytes]:
        """Each trace as JSON, in the report's order: by time of the first snapshot, then id, then path."""
        for entry in self._entries:
            if self._wanted.views:
                yield encode(replace(self._filled(entry), views=UNSET, blame=UNSET))
            else:
                yield encode(self._filled(entry)) if self._unfinished(entry) else self._bytes(entry)

    def traces(self) -> Iterator[Trace]:
        """Each trace as a noun, in the same order."""
        for entry in self._entries:
            yield self._filled(entry)

    def _bytes(self, entry: Entry) -> bytes:
        self._spool.seek(entry.offset)
        return self._spool.read(entry.length)

    def _unfinished(self, entry: Entry) -> bool:
        waits = entry.uncertain or entry.key.path in self._forks or entry.key.path in self._all_told()
        return waits or bool(self._unusual(entry))

    def _unusual(self, entry: Entry) -> list[Found]:
        """What is unusual in a trace beside the others of its server and service."""
        if not self._together:
            return []
        # A message can end anywhere where copies were split from it; and where the service is unknown, a trace that
        # ends with the SMTP events can be one of delivery, which has no others.
        delivered = entry.key.service is None and entry.seen.last_event in SMTP_EVENTS
        may_end = delivered or entry.key.path in self._left
        return self._usual.of_trace(_group(entry.key), entry.seen, may_end=may_end)

    def _decoded(self, entry: Entry) -> Trace:
        """The trace as it came from its folder, without what only a drawing needs."""
        return replace(msgspec.json.decode(self._bytes(entry), type=Trace), views=UNSET, blame=UNSET)

    def _proved(self, entry: Entry, *, drawn: bool = False) -> Trace:
        """The trace with its first step where that is known for certain: what a log says of an agent can belong there.

        Where it is not `drawn`, it comes without views and blame.
        """
        trace = msgspec.json.decode(self._bytes(entry), type=Trace) if drawn else self._decoded(entry)
        fork = self._forks.get(entry.key.path)
        return trace if fork is None or fork.row is None else self._with_parent(trace, fork, drawn=drawn)

    def _filled(self, entry: Entry, *, drawn: bool = True) -> Trace:
        """The trace with what only the whole input tells: its journey's findings, candidates, and a fork's parent."""
        trace = self._proved(entry, drawn=drawn)
        if (more := self._all_told().get(trace.path)) is not None:
            trace = with_told(trace, more)
        if unusual := self._unusual(entry):
            trace = replace(trace, findings=with_findings(trace, worded(unusual, trace)))
        fork = self._forks.get(trace.path)
        if fork is not None and fork.row is None:
            trace = self._with_parent(trace, fork, drawn=drawn)
        if not self._unfinished(entry):
            return trace
        trace = with_candidates(trace, self._agents)
        if trace.blame is UNSET:
            return trace
        from snapdiff.blame import with_owners

        return replace(trace, blame=with_owners(trace.blame, trace.steps))

    def _with_parent(self, trace: Trace, fork: Fork, *, drawn: bool) -> Trace:
        """The fork with its parent, and a first step that compares the two where both can be read."""
        parent_path = fork.parent
        parent = msgspec.json.decode(self._bytes(self._by_path[parent_path]), type=Trace)
        first = trace.snapshots[0]
        told = split(parent, first, fork)
        if told is None:
            return trace
        left_at = told.left_at
        try:
            before = load(self._folders[parent_path], left_at)
            after = load(self._folders[trace.path], first)
        except ReadFailed as failed:
            self._unreadable = True
            problem = Problem(file_path(parent_path, left_at.file), failed.code, failed.message)
            return replace(trace, parent=Parent(parent_path, left_at.file), problems=[*trace.problems, problem])
        step = forked(before, after, told)
        self._fork_changed = self._fork_changed or bool(step.changes)
        steps = [step, *trace.steps]
        findings = reflagged(trace.findings, trace.steps, steps)
        trace = replace(trace, parent=Parent(parent_path, left_at.file), steps=steps, findings=findings)
        if not drawn or not self._wanted.views or not step.changes or first.status is not None:
            return trace
        return drawn_from(self._folders[trace.path], trace, sides_of(before, after))

    def _read_all(self) -> None:
        agents: dict[str, set[str]] = defaultdict(set)
        done, total = 0, len(self.listing.traces)
        at = 0
        folders = iter(self.listing.traces)
        for chunk in results(self.listing.traces, self._jobs, self._wanted):
            for encoded, digest in chunk:
                self._spool.write(encoded)
                kept = self._usual.add(_group(digest.key), digest.seen)
                self._entries.append(_entry(digest, kept, next(folders), at, len(encoded)))
                at += len(encoded)
                for event, agent in digest.agents:
                    agents[event].add(agent)
            done += len(chunk)
            self._progress(done, total)
        self._entries.sort(key=_place)
        self._agents = {event: sorted(names) for event, names in agents.items()}
        keys = [entry.key for entry in self._entries]
        may_be_split = self.logs and any(not key.has_original and key.record_ids for key in keys)
        self._forks = forks(keys, self._told_transfers(keys) if may_be_split else ())
        self._left = frozenset(fork.parent for fork in self._forks.values())
        kin = {*self._forks, *self._left}
        named = kin if not self.logs else {entry.key.path for entry in self._entries}
        self._by_path = {entry.key.path: entry for entry in self._entries if entry.key.path in named}
        self._folders = {folder.path: folder for folder in self.listing.traces if folder.path in kin}


def _entry(digest: Digest, seen: Seen, folder: TraceFolder, offset: int, length: int) -> Entry:
    """The digest without what was summed up, its texts shared with the folder it is of."""
    key = replace(digest.key, path=folder.path, server=folder.server, service=folder.service)
    return Entry(key, folder.id, digest.uncertain, digest.unreadable, digest.changed, seen, offset, length)


def _group(key: TraceKey) -> str:
    """The server and service whose traces are held against one another."""
    return f"{key.server or ''}/{key.service or ''}"


def _place(entry: Entry) -> tuple[datetime, str, str]:
    return _time(entry.key.from_time), entry.id, entry.key.path


def _time(text: str | None) -> datetime:
    """A snapshot's time; the beginning of time where it has none that can be read."""
    return parse_time(text) or datetime.min.replace(tzinfo=UTC)
