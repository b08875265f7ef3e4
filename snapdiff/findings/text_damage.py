"""Two versions of a line to what became of its characters: lost on the way, or read by the wrong charset."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from snapdiff.model import Hunk

_SUBSTITUTES = "?\ufffd"
_LONGEST_LINE = 4_000
_MOST_LINES = 200
_FEWEST_KEPT = 3
_WESTERN = ("windows-1252", "iso-8859-1")
_READ_AS = (
    *_WESTERN,
    *("windows-1250", "windows-1251", "iso-8859-2", "iso-8859-15", "cp437", "cp850", "koi8-r"),
    *("gb18030", "shift_jis", "big5", "euc-kr"),
)
_WRITTEN_IN = (
    *("windows-1251", "koi8-r", "iso-8859-5", "windows-1250", "iso-8859-2", "windows-1253", "windows-1254"),
    *("windows-1255", "windows-1256", "gb18030", "shift_jis", "big5", "euc-kr", "cp437", "cp850"),
)
_MISTAKES = (*product(("utf-8",), _READ_AS), *product(_WRITTEN_IN, _WESTERN))
_NOT_COMPARED = re.compile("[\x80-\x9f\\s?\ufffd\u00a0\u00ad\u200b-\u200f\u2060\ufeff]")
"""What one program drops or replaces and another keeps where bytes have no character."""


class Lost(NamedTuple):
    """The characters that a line lost, in their order, and what stands in their place: `?`, U+FFFD, or nothing."""

    characters: str
    became: str


class Misread(NamedTuple):
    """Text written in one charset and read by another, under their names in mail."""

    written_in: str
    read_as: str


def line_pairs(hunks: Sequence[Hunk]) -> Iterator[tuple[str, str]]:
    """The lines that stand in each other's place in replaced hunks, the first few hundred, none of them too long."""
    count = 0
    for hunk in hunks:
        if hunk.before is None or hunk.after is None:
            continue
        for before, after in zip(hunk.before.split("\n"), hunk.after.split("\n"), strict=False):
            if before != after and max(len(before), len(after)) <= _LONGEST_LINE:
                yield before, after
                count += 1
                if count == _MOST_LINES:
                    return


def lost(before: str, after: str) -> Lost | None:
    """What a line lost, where its other characters are the same; None where it lost nothing, or says something else.

    A no-break space that became a blank, and characters that can't be seen, do not count; nor does a character that
    a like one replaced (a curly quote by a straight one).
    """
    if before.isascii() or _skeleton(before) != _skeleton(after):
        return None
    old, new = _beyond_ascii(before), _beyond_ascii(after)
    gone = old - new
    if not gone or any(character != "\ufffd" for character in new - old):
        return None
    characters = "".join(dict.fromkeys(character for character in before if character in gone))
    for substitute in _SUBSTITUTES:
        if after.count(substitute) > before.count(substitute):
            return Lost(characters, substitute if substitute == "?" else "U+FFFD")
    return Lost(characters, "nothing") if sum(map(str.isalnum, _skeleton(after))) >= _FEWEST_KEPT else None


def misread(before: str, after: str) -> Misread | None:
    """The charsets by which the later line came from the earlier one; None where no such mistake explains it."""
    if before.isascii() or after.isascii():
        return None
    wanted = _compared(after)
    differing = len(_beyond_ascii(before))
    for written_in, read_as in _MISTAKES:
        if written_in != "utf-8" and differing < 2:
            continue
        try:
            read = before.encode(written_in).decode(read_as, "replace")
        except UnicodeError:
            continue
        if read != before and _compared(read) == wanted:
            return Misread(written_in, read_as)
    return None


def read_as_utf_16(before: str, after: str) -> bool:
    """Whether characters of the later text are two of the earlier one's each, as where its bytes are read as UTF-16."""
    known = _beyond_ascii(before)
    strange = [character for character in after if "\u2020" <= character <= "\u7e7e" and character not in known]
    if len(strange) < _FEWEST_KEPT:
        return False
    plain = "".join(before.split())
    for order in ("utf-16-le", "utf-16-be"):
        runs = re.findall("[!-~\u2020-\u7e7e]{3,}", after)
        read = [_unpacked(run, order) for run in runs if not run.isascii()]
        telling = [run for run in read if run.isascii() and len(run) >= 2 * _FEWEST_KEPT]
        if telling and all("".join(run.split()) in plain for run in telling):
            return True
    return False


def differs_beyond_ascii(before: str, after: str) -> bool:
    """Whether two lines differ in nothing but their characters beyond ASCII (and what stands in for them)."""
    if _skeleton(before) != _skeleton(after):
        return False
    return _beyond_ascii(before) != _beyond_ascii(after)


def _skeleton(text: str) -> str:
    return "".join(
        character for character in text if character.isascii() and character != "?" and not character.isspace()
    )


def _beyond_ascii(text: str) -> Counter[str]:
    """The characters beyond ASCII that can be seen."""
    return Counter(character for character in text if not character.isascii() and _is_seen(character))


@lru_cache(maxsize=4096)
def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in {"Cf", "Zs", "Cc"}


def _compared(text: str) -> str:
    return _NOT_COMPARED.sub("", text)


def _unpacked(run: str, order: str) -> str:
    return "".join(character if character.isascii() else character.encode(order).decode("latin-1") for character in run)
