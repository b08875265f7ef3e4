"""Turns two values of a structured header field into the named values inside them that differ, through deepdiff.

Our own parsers (`snapdiff.mail.structured`) turn each value into a flat mapping, and deepdiff compares the two. It is
told to look at every name: by default it passes over those that begin with two underscores, and takes two mappings
with few names in common for one single change. It takes 0.2 s to import, so that waits for the first difference.
"""

from snapdiff.mail.charsets import show_undecodable
from snapdiff.mail.structured import READERS, AgentInfo, Items, Named, parse_agentinfo
from snapdiff.model import ValueChange

__all__ = ["STRUCTURED", "AgentInfo", "parse_agentinfo", "value_changes"]

MAX_CHARACTERS = 64 << 10
MAX_NAMES = 2_000

STRUCTURED: frozenset[str] = frozenset(READERS)
"""The fields `value_changes` reads, in lower case; `custom-data` is an AGENTINFO row's."""


def value_changes(field_name: str, before: str, after: str) -> list[ValueChange]:
    """What differs between two values of a field called `field_name` (in any letter case), unfolded and decoded.

    Names are those of the field's grammar: `charset`, `bh`, `SFV`; in Authentication-Results `dkim` for the result
    and `dkim.header.d` for its properties, `dkim[contoso.com]` where a method stands there several times; `media-type`,
    `disposition`, `authserv-id`, `result` and `comment` name what has no name of its own. An item that came to or left
    a list (`h`, `SFS`) is a change of its own; a list in another order is one change. In the order of the values.

    Empty for a field not in STRUCTURED, a value that can't be read, one over MAX_CHARACTERS, more than MAX_NAMES
    values, and for values that say the same in other words.
    """
    read = READERS.get(field_name.lower())
    if read is None or before == after or max(len(before), len(after)) > MAX_CHARACTERS:
        return []
    old, new = read(before, after)
    if not old or not new or max(old.size(), new.size()) > MAX_NAMES:
        return []
    return _differences(old, new)


def _differences(old: Named, new: Named) -> list[ValueChange]:
    from deepdiff import DeepDiff

    found: list[tuple[str, str, str | None, str | None]] = []
    difference = DeepDiff(
        _one_line(old), _one_line(new), ignore_private_variables=False, threshold_to_diff_deeper=0, view="tree"
    )
    for levels in difference.values():
        for level in levels:
            name, *item = level.path(output_format="list")
            if not item:
                found.append((name, "", _text(old.get(name)), _text(new.get(name))))
                continue
            surplus = _count(old, name, item[0]) - _count(new, name, item[0])
            sides = (item[0], None) if surplus > 0 else (None, item[0])
            found += [(name, item[0], *sides)] * abs(surplus)
    for name, value in old.items():
        other = new.get(name)
        if isinstance(value, Items) and isinstance(other, Items) and value == other and value.text != other.text:
            found.append((name, "", value.text, other.text))
    places = {name: place for place, name in enumerate([*old, *(name for name in new if name not in old)])}
    found.sort(key=lambda change: (places[change[0]], _place(old, new, change[0], change[1])))
    return [ValueChange(_shown(name) or "", _shown(a), _shown(b)) for name, _, a, b in found]


def _one_line(named: Named) -> dict[str, str | Items]:
    # Where a text has several lines, deepdiff compares them with difflib, in quadratic time, for a text of its own.
    return {name: value.replace("\n", "\u2424") if isinstance(value, str) else value for name, value in named.items()}


def _count(named: Named, name: str, item: str) -> int:
    value = named.get(name)
    return value.get(item, 0) if isinstance(value, Items) else 0


def _place(old: Named, new: Named, name: str, item: str) -> tuple[bool, str]:
    value = old.get(name)
    return (not (isinstance(value, Items) and item in value), item)


def _text(value: str | Items | None) -> str | None:
    return value.text if isinstance(value, Items) else value


def _shown(text: str | None) -> str | None:
    return None if text is None else show_undecodable(text)
