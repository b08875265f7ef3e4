"""Which SMTP sessions a search wants, where protocol logs are looked through by themselves."""

from collections.abc import Iterator, Sequence

from snapdiff.model import Session
from snapdiff.times import days_before, parse_time
from snapdiff.track.search import Search


def not_in_sessions(search: Search) -> list[str]:
    """The options of a search that no protocol log can answer."""
    asked = {
        "--subject": search.subject.strip(),
        "--network-message-id": search.network_message_id,
        "--event": search.event,
        "--source": search.source,
    }
    return [option for option, value in asked.items() if value]


def fits_session(search: Search, session: Session) -> bool:
    """Whether a session is one that is looked for: by what was said in it, its connector, its ends and its time."""
    message_id = search.message_id.strip("<> ")
    return (
        _has(search.connector, [session.connector_id])
        and _has(search.server, [session.connector_id, session.local, session.remote, *_said(session, "EHLO", "HELO")])
        and _has(search.sender, _said(session, "MAIL FROM"))
        and (not search.recipients or any(_has(one, _said(session, "RCPT TO")) for one in search.recipients))
        and (not message_id or any(message_id in line.data or message_id in line.context for line in session.lines))
        and _is_in_time(search, session)
    )


def of_last_days(found: Sequence[Session], days: int) -> list[Session]:
    """Those that end in the last days, counted from the newest one's end; all of them where none has a time."""
    ends = [parse_time(session.end) for session in found]
    newest = max((end for end in ends if end is not None), default=None)
    if newest is None:
        return list(found)
    since = days_before(newest, days)
    return [one for one, end in zip(found, ends, strict=True) if end is not None and end >= since]


def _said(session: Session, *commands: str) -> Iterator[str]:
    return (line.data for line in session.lines if line.data.upper().startswith(commands))


def _has(wanted: str, texts: "list[str] | Iterator[str]") -> bool:
    return not wanted or any(wanted.casefold() in text.casefold() for text in texts)


def _is_in_time(search: Search, session: Session) -> bool:
    """Whether any of the session lies in the time that is asked for."""
    if search.since is None and search.until is None:
        return True
    start, end = parse_time(session.start), parse_time(session.end)
    if start is None or end is None:
        return False
    return (search.since is None or end >= search.since) and (search.until is None or start <= search.until)
