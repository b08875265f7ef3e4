"""Traces made in memory, held against a policy written in a few lines, for the tests of policies."""

from datetime import date
from pathlib import Path
from textwrap import dedent

from stepmaker import File, routing
from tracemaker import guid

from snapdiff.commands.check import checked
from snapdiff.findings.catalogue import catalogue
from snapdiff.model.check import CheckReport
from snapdiff.policy.form import Policy
from snapdiff.policy.reading import WrongPolicy, read_policy

TODAY = date(2026, 1, 15)
EVENT = "OnRoutedMessage"
HEADERS = (
    b"Received: from a by b\r\nMessage-ID: <1@contoso.test>\r\nSubject: Rollout probe 1\r\nFrom: a@contoso.test\r\n"
    b"MIME-Version: 1.0\r\n"
)
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n"
BOTH = b'Content-Type: multipart/alternative; boundary="b"\r\n'
TEXT = "Dear Alan,\r\nsee you on Monday.\r\n"


def policy(text: str, file: str = "policy.yaml") -> Policy:
    """A policy from its lines; `version: 1` is put before them."""
    known = {code: one.name for code, one in catalogue().items()}
    return read_policy(("version: 1\n" + dedent(text)).encode(), file, known)


def mistakes(text: str, file: str = "policy.yaml") -> list[str]:
    """The mistakes of a policy as `LINE:COLUMN: sentence`; [] where it has none. Lines count behind `version: 1`."""
    try:
        policy(text, file)
    except WrongPolicy as fault:
        return [f"{one.place.line - 1}:{one.place.column}: {one.sentence}" for one in fault.faults]
    return []


def mail(*fields: str, text: str = TEXT, html: str | None = None, headers: bytes = HEADERS) -> bytes:
    """A message with further fields; of two alternatives where `html` is given."""
    more = "".join(f"{field}\r\n" for field in fields).encode()
    if html is None:
        return headers + more + PLAIN + b"\r\n" + text.encode()
    parts = [PLAIN + b"\r\n" + text.encode(), b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()]
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    return headers + more + BOTH + b"\r\n" + body


def ran(*snapshots: tuple[str, bytes], event: str = EVENT, first: bytes | None = None) -> list[File]:
    """One trace: the event's own snapshot (of `first`, else of a plain mail), then one for each (agent, message)."""
    files = [routing(1, event, mail() if first is None else first)]
    for number, (agent, message) in enumerate(snapshots, 2):
        files.append(routing(number, f"{event},{agent}", message, at=number))
    return files


def write(folder: Path, *traces: list[File]) -> Path:
    """Writes traces as a MessageSnapshots folder below `folder`."""
    for number, files in enumerate(traces):
        place = folder / "MessageSnapshots" / guid(number)
        place.mkdir(parents=True)
        for file in files:
            (place / file.name).write_bytes(file.raw())
    return folder


def check(folder: Path, text: str, *traces: list[File], today: date = TODAY) -> CheckReport:
    """The result for these traces."""
    return checked([write(folder, *traces)], policy(text), today, 1)


def outcomes(report: CheckReport) -> dict[str, str]:
    """What became of each expectation of the first message."""
    return {verdict.expectation: verdict.outcome for verdict in report.messages[0].verdicts}
