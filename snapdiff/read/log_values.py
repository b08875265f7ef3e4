"""The packed fields of a tracking row to named values, by their grammars; what does not fit stays text.

Nothing here raises: a log holds what agents of any maker wrote into it.
"""

import re
from collections.abc import Mapping, Sequence

from snapdiff.model import NOTHING_PARSED, CustomDatum, Latency, MessageInfo, Parsed, RecipientStatus, Value

_DATUM = re.compile(r"(?:(S|I32|Dt|F|Dbl):)?([^=|;]+)=(.*)", re.DOTALL)
_PROTOCOL_ID = re.compile(r"([^;\s]+);(\d{4}-\d\d-\d\dT[\d:.]+Z);(\d+)")
_NAMED = re.compile(r"([A-Za-z][\w ]*):(.*)", re.DOTALL)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_STATUS = re.compile(r"\{([A-Z]+)=(.*?)\}(?:;(?=\{[A-Z]+=)|\]?\Z)", re.DOTALL)
_SERVER = re.compile(r"(?:(?<=;)|\A)(L?SRV)=([^:;|()]*):")
_LATENCY = re.compile(r"([^=|();]+)=(-?\d+(?:\.\d+)?)")
_MAX_PARSED = 64 * 1024


def parse_values(fields: Mapping[str, Value]) -> Parsed:
    """Parse custom-data, source-context, message-info and recipient-status of a row's fields."""
    data, context = _texts(fields.get("custom_data")), _text(fields.get("source_context"))
    info, status = _text(fields.get("message_info")), _texts(fields.get("recipient_status"))
    if not (data or context or info or status):
        return NOTHING_PARSED
    return Parsed(
        [datum for text in data if (datum := custom_datum(text))],
        source_context(context),
        message_info(info) if info else None,
        [recipient_status(text) for text in status],
    )


def split_members(text: str) -> list[str]:
    """Split a collection into its members: joined by ';', one with ';' or a single quote in it in single quotes."""
    if not text:
        return []
    if "'" not in text and "[{" not in text:
        return text.split(";")
    members: list[str] = []
    at = 0
    while at <= len(text):
        end = _quoted_end(text, at) if text.startswith("'", at) else None
        if end is not None:
            members.append(text[at + 1 : end - 1].replace("''", "'"))
        else:
            start = text.find("}]", at) if text.startswith("[{", at) else at
            end = text.find(";", max(start, at))
            end = len(text) if end < 0 else end
            members.append(text[at:end])
        at = end + 1
    return members


def join_members(members: Sequence[str]) -> str:
    """The inverse of split_members, as Exchange writes it."""
    return ";".join(
        "'" + member.replace("'", "''") + "'" if ";" in member or "'" in member else member for member in members
    )


def custom_datum(text: str) -> CustomDatum | None:
    """Parse one member of custom-data, such as `S:TRA=ETR|ruleId=...|action=...`; None where it is none."""
    found = _DATUM.fullmatch(text)
    if not found:
        return None
    group, *rest = found[3].split("|")
    pairs = [part.partition("=") for part in rest]
    return CustomDatum(found[1], found[2], group, [(key, value) for key, _, value in pairs])


def source_context(text: str) -> dict[str, str]:
    """Parse source-context: `MDB:..., Mailbox:...` or a Protocol-Id; empty for any other text."""
    if found := _PROTOCOL_ID.fullmatch(text):
        return {"session_id": found[1], "session_start": found[2], "message_number": found[3]}
    if not text.startswith("MDB:"):
        return {}
    values: dict[str, str] = {}
    last = ""
    for part in text.split(", "):
        if named := _NAMED.fullmatch(part):
            last = named[1]
            values[last] = named[2]
        elif last:
            values[last] += f", {part}"
    return values


def message_info(text: str) -> MessageInfo:
    """Parse message-info: a time, then perhaps latencies; a text that is neither is kept as it is."""
    time, _, rest = text.partition(";")
    if not _TIME.fullmatch(time):
        time, rest = "", text
    latencies = _latencies(rest) if rest else []
    if rest and not latencies:
        return MessageInfo(time or None, [], rest)
    return MessageInfo(time or None, latencies)


def recipient_status(text: str) -> RecipientStatus:
    """Parse `[{LED=...};{MSG=...};{FQDN=...};{IP=...};{LRT=...}]`; any other text (`250 2.1.5 OK`) has no values."""
    if not text.startswith("[{"):
        return RecipientStatus({}, text)
    return RecipientStatus({found[1]: found[2] for found in _STATUS.finditer(text[:_MAX_PARSED])}, text)


def _latencies(text: str) -> list[Latency]:
    latencies: list[Latency] = []
    servers = list(_SERVER.finditer(text[:_MAX_PARSED]))
    for place, server in enumerate(servers):
        end = servers[place + 1].start() if place + 1 < len(servers) else len(text)
        parents: list[str] = []
        component = ""
        section = text[server.end() : end]
        for token in re.finditer(r"[()]|[^|();]+", section):
            if token[0] == "(":
                parents.append(component)
            elif token[0] == ")":
                parents[-1:] = []
            elif found := _LATENCY.fullmatch(token[0]):
                component = found[1]
                latencies.append(Latency(server[2], component, float(found[2]), parents[-1] if parents else None))
    return latencies


def _quoted_end(text: str, at: int) -> int | None:
    """Where a quoted member ends (behind its closing quote), None where it isn't well quoted."""
    end = text.find("'", at + 1)
    while end >= 0 and text.startswith("'", end + 1):
        end = text.find("'", end + 2)
    if end < 0 or (end + 1 < len(text) and text[end + 1] != ";"):
        return None
    return end + 1


def _text(value: Value | None) -> str:
    return value if isinstance(value, str) else ";".join(value or [])


def _texts(value: Value | None) -> list[str]:
    return [value] if isinstance(value, str) and value else [text for text in value or [] if text]
