"""Runs a message through the events and agents of a server, and writes the snapshot files of its trace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from _exchange import Act, Server, Transit, between, injected_block, iso, later
from _servers import CATEGORIZED, END_OF_DATA, END_OF_HEADERS, RESOLVED, ROUTED, SUBMITTED, USUAL_MILLISECONDS

CATEGORIZER = (SUBMITTED, RESOLVED, ROUTED, CATEGORIZED)
_SERVICE_MILLISECONDS = {END_OF_DATA: (38, 95), SUBMITTED: (9, 40), RESOLVED: (18, 36), ROUTED: (2, 7)}


@dataclass(frozen=True)
class Script:
    """What happens in a story: what agents do, what the service does before an event, and what goes wrong."""

    agents: Mapping[tuple[str, str], Act] = field(default_factory=dict)
    service: Mapping[str, Act] = field(default_factory=dict)
    milliseconds: Mapping[tuple[str, str], int] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()
    """Names of files that could not be written: the number is used up all the same."""
    deleted_by: tuple[str, str] | None = None


@dataclass
class Trace:
    """One folder of snapshots while it is being written, with what the logs need to know of it."""

    path: str
    server: Server
    clock: datetime
    protocol_id: str = ""
    record_id: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    times: dict[tuple[str, str | None], datetime] = field(default_factory=dict)
    """When the snapshot of an event and agent was taken, be it on disk or lost; the first of that pair."""
    elapsed: dict[tuple[str, str | None], int] = field(default_factory=dict)
    opened: datetime | None = None
    closed: datetime | None = None
    """When the session began to receive the message, and when the message was accepted."""
    _counts: dict[str, int] = field(default_factory=dict)

    def open_session(self, session_id: str, connected: datetime, number: int) -> None:
        self.protocol_id = f"{session_id};{iso(connected)};{number}"

    def original(self, transit: Transit) -> None:
        """The whole Original.eml: as it stands once the body has come, or at once for mail that came without SMTP."""
        self.opened = self.clock if self.protocol_id else None
        self.files["Original.eml"] = self._block("Original", transit, smtp=bool(self.protocol_id)) + transit.mail.raw

    def rejected(self, transit: Transit) -> None:
        """The Original.eml of a session that ended after RCPT: the block without its end line, no message."""
        self.opened = self.clock
        self.files["Original.eml"] = self._block("Original", transit, smtp=True, ended=False)

    def run(
        self, transit: Transit, script: Script, agents: Mapping[str, tuple[str, ...]], events: tuple[str, ...]
    ) -> Transit:
        """The events in order, each with a snapshot of its own and one an agent. Events without agents leave none."""
        for event in events:
            act = script.service.get(event)
            transit = act(transit) if act else transit
            self._wait(event, None, *_SERVICE_MILLISECONDS.get(event, (2, 9)))
            if event not in agents:
                continue
            self._snapshot(event, None, transit, script)
            transit = self.run_agents(transit, script, event, agents[event])
            if script.deleted_by and script.deleted_by[0] == event:
                break
            if event == END_OF_DATA:
                self.closed = self.clock = later(self.clock, between(self.path + "close", 2, 6))
        return transit

    def run_agents(self, transit: Transit, script: Script, event: str, agents: tuple[str, ...]) -> Transit:
        for agent in agents:
            act = script.agents.get((event, agent))
            transit = act(transit) if act else transit
            fixed = script.milliseconds.get((event, agent))
            low, high = (fixed, fixed) if fixed else USUAL_MILLISECONDS.get(agent, (1, 5))
            self._wait(event, agent, low, high)
            if script.deleted_by == (event, agent):
                self._snapshot(event, agent, transit, script, status="Deleted")
                break
            self._snapshot(event, agent, transit, script)
        return transit

    def _wait(self, event: str, agent: str | None, low: int, high: int) -> None:
        took = between(f"{self.path}/{event}/{agent}", low, high)
        self.clock = later(self.clock, took)
        self.times.setdefault((event, agent), self.clock)
        self.elapsed.setdefault((event, agent), took)

    def _snapshot(
        self, event: str, agent: str | None, transit: Transit, script: Script, status: str | None = None
    ) -> None:
        smtp = event in (END_OF_HEADERS, END_OF_DATA)
        stage = "SmtpReceive" if smtp else "Routing"
        self._counts[stage] = self._counts.get(stage, 0) + 1
        name = f"{stage}{self._counts[stage]:04d}.eml"
        if name in script.lost:
            return
        block = self._block(f"{event},{agent}" if agent else event, transit, smtp=smtp, status=status)
        message = transit.mail.header + b"\r\n" if event == END_OF_HEADERS else transit.mail.raw
        self.files[name] = block if status else block + message

    def _block(
        self, source: str, transit: Transit, *, smtp: bool, status: str | None = None, ended: bool = True
    ) -> bytes:
        identity = (
            f"X-MessageSnapshot-Protocol-Id: {self.protocol_id}"
            if smtp
            else f"X-MessageSnapshot-Record-Id: {self.record_id}"
        )
        return injected_block(self.clock, identity, source, transit, status=status, ended=ended)


_COMPONENTS = ((SUBMITTED, "CATOS", "CATSM"), (RESOLVED, "CATORES", "CATRS"), (ROUTED, "CATORT", "CATRT"))
"""An event's components in the latency text: of the event, and of its agents."""


def latency(trace: Trace, *, hops: str = "TOTAL-HUB") -> str:
    """The latency text of a Transport service: seconds a component, agents by name below their event."""
    total = 0.0
    parts = []
    if trace.opened and trace.closed:
        smr = (trace.closed - trace.opened).total_seconds()
        parts.append(f"SMR={smr:.3f}(SMRDE=0.003|SMRC={smr - 0.003:.3f})")
        total += smr
    categorizer, spent = [], 0.0
    for event, outer, inner in _COMPONENTS:
        took = {a: ms / 1000 for (e, a), ms in trace.elapsed.items() if e == event and a}
        sum_of = sum(took.values())
        spent += sum_of
        named = "|".join(f"{inner}-{agent}={seconds:.3f}" for agent, seconds in took.items() if seconds >= 0.006)
        if event == RESOLVED:
            resolver = trace.elapsed.get((RESOLVED, None), 0) / 1000
            categorizer.append(f"CATRESL={resolver:.3f}")
            spent += resolver
        if sum_of:
            categorizer.append(f"{outer}={sum_of:.3f}({inner}={sum_of:.3f}{f'({named})' if named else ''})")
    parts.append(f"CAT={spent:.3f}({'|'.join(categorizer)})")
    total += spent
    return f"LSRV={trace.server.fqdn}:{hops}={total:.3f}|{'|'.join(parts)}"
