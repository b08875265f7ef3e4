"""What a user looks for in tracking logs, and whether a row is it. Letter case counts in a Message-Id alone."""

from datetime import datetime

from msgspec import Struct

from snapdiff.model import TrackingRow
from snapdiff.times import parse_time


class Search(Struct, frozen=True):
    """Every criterion given must fit one and the same row.

    Addresses, servers and connectors fit where the text given is part of them; ids as a whole, with or without angle
    brackets, a Message-Id in its own letter case (RFC 5322 section 3.6.4). A server with its domain fits rows that name
    it without. `event` and `source` may name several, parted by commas. `recipients` fit where any of them is among
    the row's; `subject` where all its words stand in it, in any order. `since` and `until` are UTC, both inclusive.
    """

    sender: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    message_id: str = ""
    network_message_id: str = ""
    server: str = ""
    connector: str = ""
    event: str = ""
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def words(self) -> tuple[str, ...]:
        """Texts one of which stands in every row that fits, so that others need no look; empty where none is sure."""
        for one in (self.message_id.strip("<> "), self.network_message_id.strip(), self.sender):
            if one:
                return (one,)
        if self.recipients:
            return self.recipients
        longest = max(self.subject.split(), key=len, default="")
        for one in (longest, self.connector, self._server_alone() or self.server):
            if one:
                return (one,)
        return tuple(_named(self.event) or _named(self.source))

    def fits(self, row: TrackingRow) -> bool:
        """Whether the row is one that is looked for."""
        return (
            _is_part(self.sender, row.text("sender_address"))
            and (not self.message_id or self.message_id.strip("<> ") == row.text("message_id").strip("<> "))
            and _is_same(self.network_message_id.strip(), row.text("network_message_id"))
            and (not self.recipients or self._fits_recipients(row))
            and all(_is_part(word, row.text("message_subject")) for word in self.subject.split())
            and (not self.server or self._fits_server(row))
            and _is_part(self.connector, row.text("connector_id"))
            and _is_one_of(self.event, row.text("event_id"))
            and _is_one_of(self.source, row.text("source"))
            and self._fits_time(row)
        )

    def _fits_recipients(self, row: TrackingRow) -> bool:
        named = [*row.texts("recipient_address"), row.text("related_recipient_address")]
        return any(_is_part(wanted, one) for wanted in self.recipients for one in named)

    def _fits_server(self, row: TrackingRow) -> bool:
        named = (row.text("server_hostname"), row.text("client_hostname"))
        alone = self._server_alone()
        return any(_is_part(self.server, one) or (alone and one and _is_same(alone, one)) for one in named)

    def _server_alone(self) -> str:
        """The server without its domain."""
        return self.server.partition(".")[0]

    def _fits_time(self, row: TrackingRow) -> bool:
        if self.since is None and self.until is None:
            return True
        time = row_time(row)
        if time is None:
            return False
        return (self.since is None or time >= self.since) and (self.until is None or time <= self.until)


def row_time(row: TrackingRow) -> datetime | None:
    """The row's time; None where it has none that can be read."""
    return parse_time(row.time)


def _is_part(wanted: str, value: str) -> bool:
    return not wanted or wanted.casefold() in value.casefold()


def _is_one_of(wanted: str, value: str) -> bool:
    named = _named(wanted)
    return not named or any(_is_same(one, value) for one in named)


def _named(wanted: str) -> list[str]:
    return [one.strip() for one in wanted.split(",") if one.strip()]


def _is_same(wanted: str, value: str) -> bool:
    return not wanted or wanted.casefold() == value.casefold()
