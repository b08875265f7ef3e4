"""The packed fields of a tracking row to named values, by the grammars Exchange writes them in.

Nothing here raises: what does not follow its grammar is left out of `Parsed`, and stands as it is in the row's fields.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec.structs import replace

from snapdiff.model import CustomDatum, Latency, MessageInfo, Parsed, RecipientStatus, TrackingRow

_TYPES = frozenset({"S", "I32", "I64", "Dt", "F", "Dbl", "B"})
_PROTOCOL_ID = re.compile(r"([^\s;,]{1,100});(\d{4}-\d\d-\d\dT[0-9:.]+Z?)(?:;(\d{1,10}))?")
_SENT = re.compile(r"([^\s;,]{1,100});(\d{3}[ -][^;]*)(?:;.*)?", re.DOTALL)
_SESSION = re.compile(r"[0-9A-Fa-f]{16}")
_SHADOW = re.compile(r"([A-Za-z0-9_.-]{1,255}) ?= ?(\d{3} .*)", re.DOTALL)
_CLIENT_TIME = ";ClientSubmitTime:"
"""Begins what Exchange 2013 and later add behind the session: when the client submitted the message."""
_NEXT_SERVER = re.compile(r"\[InternalId=([^,\]]{1,200}), Hostname=([^\]]{1,300})\]")
_NAMED_VALUE = re.compile(r"([A-Za-z][A-Za-z0-9]{0,60}):(.*)", re.DOTALL)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z?")
_STATUS = re.compile(r"\{([A-Z]{2,6})=([^{}]*)\}")
_COMPONENT = re.compile(r"([^=|();]{1,200})=(-?\d{1,12}(?:\.\d{1,7})?)")
_BETWEEN_COMPONENTS = re.compile(r"([|()])")
_LATENCIES_READ = 2000
_LONGEST_STATUS = 10_000
_NONE, _UNKNOWN = -1, -2
"""Where the next bracket closes: nowhere, as `find` says it, or not looked for yet."""


def members(text: str) -> list[str]:
    """The members of a collection (recipient-address, reference, custom-data): joined by `;`, empty for "".

    A member with `;` or `'` in it stands in single quotes, with `'` doubled. A quote that is never closed is a
    character like any other. A recipient's status `[{LED=...};{MSG=...}]` is one member without quotes too.
    """
    if "'" not in text and "[{" not in text:
        return text.split(";") if text else []
    found: list[str] = []
    at, closing = 0, _UNKNOWN
    while at <= len(text):
        quoted = _quoted_until(text, at)
        if quoted is not None:
            found.append(text[at + 1 : quoted].replace("''", "'"))
            at = quoted + 2
            continue
        begin = at
        if text.startswith("[{", at):
            closing = text.find("}]", at) if closing != _NONE and closing < at else closing
            begin = closing if at < closing < at + _LONGEST_STATUS else at
        end = text.find(";", begin)
        end = len(text) if end < 0 else end
        found.append(text[at:end])
        at = end + 1
    return found


def statuses(text: str) -> list[str]:
    """The members of recipient-status, a reply for each recipient; one with `; ` in it may stand without its quotes."""
    found = members(text)
    if "; " not in text:
        return found
    whole: list[str] = []
    for part in found:
        if whole and part.startswith(" "):
            whole[-1] += ";" + part
        else:
            whole.append(part)
    return whole


def _quoted_until(text: str, at: int) -> int | None:
    """Where the closing quote of the member that begins at `at` stands; None where it is not quoted as a whole."""
    if not text.startswith("'", at):
        return None
    end = at + 1
    while (end := text.find("'", end)) >= 0:
        if text.startswith("''", end):
            end += 2
        elif end + 1 == len(text) or text[end + 1] == ";":
            return end
        else:
            return None
    return None


def with_parsed(row: TrackingRow) -> TrackingRow:
    """The row with its packed fields read."""
    parsed = Parsed(
        custom_data=custom_data(row.texts("custom_data")),
        source_context=source_context(row.text("source_context")),
        message_info=message_info(row.text("message_info")),
        recipient_status=[recipient_status(text) for text in row.texts("recipient_status")],
    )
    return replace(row, parsed=parsed)


def custom_data(parts: Iterable[str]) -> list[CustomDatum]:
    """Members such as `S:TRA=ETR|ruleId=...|action=...`; one without `=` is left out."""
    found = []
    for part in parts:
        head, equals, value = part.partition("=")
        if not equals:
            continue
        kind, colon, key = head.partition(":")
        if not colon or kind not in _TYPES:
            kind, key = "", head
        group, *named = value.split("|")
        pairs = [(name, said) for name, _, said in (one.partition("=") for one in named)]
        found.append(CustomDatum(kind or None, key, group, pairs))
    return found


def source_context(text: str) -> dict[str, str]:
    """Named values: of a Protocol-Id (`session_id`, `session_start`, `message_number`), of what was sent (`session_id`,
    `reply`, and the next server's `next_internal_id` and `next_server`), of a shadow copy (`shadow_server`, `reply`),
    or of `MDB:..., Mailbox:...` and `ClientSubmitTime:...` under their own names. Empty for anything else, such as an
    agent's name.
    """
    text, names_client, time = text.rpartition(_CLIENT_TIME) if _CLIENT_TIME in text else (text, "", "")
    named = _named(text) or ({"session_id": text} if names_client and _SESSION.fullmatch(text) else {})
    if names_client and named:
        return named | ({"ClientSubmitTime": time} if time else {})
    return named


def _named(text: str) -> dict[str, str]:
    if (protocol := _PROTOCOL_ID.fullmatch(text)) is not None:
        names = ("session_id", "session_start", "message_number")
        return {name: value for name, value in zip(names, protocol.groups(), strict=True) if value is not None}
    if (sent := _SENT.fullmatch(text)) is not None:
        named = {"session_id": sent[1], "reply": sent[2]}
        if (following := _NEXT_SERVER.search(text)) is not None:
            named |= {"next_internal_id": following[1], "next_server": following[2]}
        return named
    if (shadow := _SHADOW.fullmatch(text)) is not None:
        return {"shadow_server": shadow[1], "reply": shadow[2]}
    pieces = [_NAMED_VALUE.fullmatch(piece) for piece in text.split(", ")]
    if len(pieces) > 1 and all(pieces):
        return {piece[1]: piece[2] for piece in pieces if piece}
    return {}


def message_info(text: str) -> MessageInfo | None:
    """The time and the latencies of message-info; None for an empty field."""
    if not text:
        return None
    head, _, rest = text.partition(";")
    time = head if _TIME.fullmatch(head) else None
    latencies = list(islice(_latencies(rest if time else text), _LATENCIES_READ))
    return MessageInfo(time, latencies, None if time or latencies else text)


def _latencies(text: str) -> Iterator[Latency]:
    """`SRV=fqdn:TOTAL=n|COMP=n(CHILD=n|CHILD=n);LSRV=...`: each component, with the one it is a part of."""
    for piece in text.split(";"):
        head, _, components = piece.partition(":")
        if piece.startswith(("SRV=", "LSRV=")):
            yield from _components(components, head.partition("=")[2])
        else:
            yield from _components(piece, None)


def _components(text: str, server: str | None) -> Iterator[Latency]:
    """The components of one server. One without a number is left out, and its parts are not."""
    parents: list[str] = []
    last = ""
    for part in _BETWEEN_COMPONENTS.split(text):
        if part == "(":
            parents.append(last)
        elif part == ")":
            del parents[-1:]
        elif part not in ("", "|"):
            last = part.partition("=")[0]
            if (component := _COMPONENT.match(part)) is not None:
                yield Latency(server, last, float(component[2]), parents[-1] if parents else None)


def recipient_status(text: str) -> RecipientStatus:
    """`[{LED=550 5.7.1 ...};{MSG=};{FQDN=};{IP=};{LRT=}]` as named values; other forms as their text alone."""
    named = dict(_STATUS.findall(text)) if text.startswith(("[{", "{")) else {}
    return RecipientStatus(named, text)
