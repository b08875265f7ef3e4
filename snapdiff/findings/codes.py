"""Words such as `SD201`, `sd2xx` or `dkim-body-changed-after-sign` to the codes of findings they name."""

import re
from difflib import get_close_matches

from snapdiff.findings.catalogue import Definition, catalogue

_GROUP = re.compile(r"SD(\d)XX", re.IGNORECASE)
_LOOKS_LIKE_A_CODE = re.compile(r"SD[\dx]+", re.IGNORECASE)


def means_a_finding(word: str) -> bool:
    """Whether a word is the name of a finding, or can be meant for a code (`SD510`) or a group of codes (`SD5xx`)."""
    return _LOOKS_LIKE_A_CODE.fullmatch(word) is not None or word.lower() in _known()


def definition(word: str) -> Definition:
    """The finding that a code or a name means, in any letter case. Raises ValueError, with the nearest, if none."""
    known = _known()
    if word.lower() not in known:
        raise ValueError(_unknown(word))
    return known[word.lower()]


def codes(word: str) -> frozenset[str]:
    """The codes that a code, a name or a group (`SD2xx`) means. Raises ValueError, with the nearest, if none."""
    group = _GROUP.fullmatch(word)
    if group is None:
        return frozenset({definition(word).code})
    found = frozenset(code for code in catalogue() if code[2] == group[1])
    if not found:
        raise ValueError(f"{word} is no group of findings; snapdiff explain lists all")
    return found


def _known() -> dict[str, Definition]:
    return {key.lower(): one for one in catalogue().values() for key in (one.code, one.name)}


def _unknown(word: str) -> str:
    known = _known()
    near = get_close_matches(word.lower(), known, n=1)
    hint = f"did you mean {known[near[0]].code} ({known[near[0]].name})?" if near else "snapdiff explain lists all"
    return f"{word} is no finding; {hint}"
