"""A message to its ARC sets (RFC 8617): which of the three fields each instance has, and with what value."""

import re
from collections import defaultdict

from snapdiff.mail.fields import field_name, field_value
from snapdiff.mail.message import Message

ARC_FIELDS = {
    "arc-authentication-results": "ARC-Authentication-Results",
    "arc-message-signature": "ARC-Message-Signature",
    "arc-seal": "ARC-Seal",
}
"""The fields of one set, by their names in lower case."""
MOST_INSTANCES = 50
"""RFC 8617 section 4.2.1: what has a higher instance is no ARC set."""
_INSTANCE = re.compile(rb"(?:^|;) ?i ?= ?([0-9]{1,2}) ?(?:;|$)")

ArcSets = dict[int, dict[str, tuple[bytes, ...]]]


def arc_sets(message: Message) -> ArcSets:
    """For each instance (i=) the values of its fields, under their names as RFC 8617 writes them, from the top.

    Each run of white space in a value counts as one blank, as it does for the seal. Fields without an instance that can
    be read are left out.
    """
    found: dict[int, dict[str, list[bytes]]] = defaultdict(lambda: defaultdict(list))
    for field in message.header.fields:
        if field[:3].lower() != b"arc":
            continue
        name = ARC_FIELDS.get(field_name(field).lower())
        if name is None:
            continue
        value = b" ".join(field_value(field).split())
        instance = _INSTANCE.search(value)
        if instance is not None and 1 <= int(instance[1]) <= MOST_INSTANCES:
            found[int(instance[1])][name].append(value)
    return {number: {name: tuple(values) for name, values in found[number].items()} for number in sorted(found)}


def is_whole(sets: ArcSets) -> bool:
    """Whether there is a chain: the instances 1, 2 and so on without a gap, and of each field one in each."""
    names = set(ARC_FIELDS.values())
    return bool(sets) and all(
        number == place and fields.keys() == names and all(len(values) == 1 for values in fields.values())
        for place, (number, fields) in enumerate(sets.items(), 1)
    )
