"""What `snapdiff track` finds in SMTP protocol logs that are given without a tracking log: their sessions."""

from collections.abc import Sequence

from snapdiff.faults import WrongUsage
from snapdiff.model import Problem, Session, TrackFound
from snapdiff.read.logs import LogPlace, Tell
from snapdiff.read.protocol import protocol_logs, sessions
from snapdiff.track.search import Search
from snapdiff.track.session_search import fits_session, not_in_sessions, of_last_days

MOST_SESSIONS = 10_000
"""That fit; what comes behind them is left out with a problem."""


def sessions_alone(places: Sequence[LogPlace], search: Search, days: int | None, tell: Tell) -> TrackFound | None:
    """The sessions that fit, log by log; None where there is no protocol log either.

    Raises WrongUsage where something is asked for that no protocol log holds.
    """
    logs = protocol_logs(places)
    if not logs:
        return None
    if asked := not_in_sessions(search):
        said = "SMTP protocol logs do not hold it; give the message tracking logs as well"
        raise WrongUsage(f"{', '.join(asked)}: {said}")
    found: list[Session] = []
    for session in sessions(logs, None, tell):
        if fits_session(search, session):
            if len(found) == MOST_SESSIONS:
                said = f"More than {MOST_SESSIONS:,} SMTP sessions fit; the rest was left out. Search for less."
                tell(Problem(session.file, "too-many-sessions", said))
                break
            found.append(session)
    files = [place.file for place in logs]
    return TrackFound(0, [], [], of_last_days(found, days) if days is not None else found, protocol_files=files)
