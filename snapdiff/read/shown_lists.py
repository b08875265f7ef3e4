"""Lists as a shell shows or joins them to their members."""

import re

from snapdiff.model import LogValue
from snapdiff.read.log_values import members, statuses

LISTS = frozenset({"Recipients", "RecipientStatus", "Reference", "EventData"})
"""What Get-MessageTrackingLog gives as lists, by the cmdlet's names."""
_BETWEEN_PAIRS = re.compile(r"\](?:[;,] ?| )\[")
_BETWEEN_ADDRESSES = re.compile(r"[;,\s]+")
_PAIR = re.compile(r"\[([^,\]]{1,200}), (.*)\]", re.DOTALL)
_OPENS, _CLOSES = "[{", "]}"


def as_list(name: str, value: str) -> LogValue:
    """A list as Format-List shows it, `{a, b}` or `{[key, value]}`, or as it was joined before it was exported, with
    `;` or, of addresses and pairs, with a comma or a blank. `name` is one of LISTS; what is no list stays as it is.
    """
    if not (value.startswith("{") and value.endswith("}") and not value.startswith("{LED=")):
        return _joined(name, value)
    inner = value[1:-1]
    if name == "EventData":
        return _BETWEEN_PAIRS.sub("]\n[", inner).split("\n") if not inner or _is_of_pairs(inner) else value
    return _outside_brackets(inner) if name == "RecipientStatus" else [one for one in inner.split(", ") if one]


def normal_pairs(value: LogValue) -> LogValue:
    """The members of EventData with `[key, value]` as `key=value`; other members as they are."""
    if isinstance(value, str):
        return value
    found = ((_PAIR.fullmatch(one), one) for one in value)
    return [f"{pair[1]}={pair[2]}" if pair else one for pair, one in found if one]


def _is_of_pairs(text: str) -> bool:
    return text.startswith("[") and text.endswith("]")


def _joined(name: str, value: str) -> LogValue:
    if name == "RecipientStatus":
        return statuses(value)
    if name == "EventData" and _is_of_pairs(value):
        return _BETWEEN_PAIRS.sub("]\n[", value).split("\n")
    parts = [one for one in _BETWEEN_ADDRESSES.split(value) if one] if name == "Recipients" else []
    if len(parts) > 1 and all(0 < one.find("@") == one.rfind("@") for one in parts):
        return parts
    return [one.strip() for one in members(value)]


def _outside_brackets(text: str) -> list[str]:
    """Replies, parted by a comma and a blank where no bracket is open: `[{LED=450 4.7.0 no, later};{MSG=}]` is one."""
    found: list[str] = []
    depth = begin = 0
    for at, char in enumerate(text):
        if char in _OPENS:
            depth += 1
        elif char in _CLOSES:
            depth -= depth > 0
        elif char == "," and not depth and text.startswith(", ", at):
            found.append(text[begin:at])
            begin = at + 2
    return [one for one in (*found, text[begin:]) if one]
