"""Text that a step damaged: characters lost, read by the wrong charset, or labelled with one that does not fit."""

import re
from collections.abc import Iterable, Iterator, Sequence

from snapdiff.findings.added_text import seen_hunks
from snapdiff.findings.changed_parts import TextBefore, changed_texts
from snapdiff.findings.register import Found, Passing, of_step
from snapdiff.findings.text_damage import Lost, differs_beyond_ascii, line_pairs, lost, misread, read_as_utf_16
from snapdiff.mail.charsets import decode_as, known_charset
from snapdiff.mail.parts import Part
from snapdiff.model import Change

_MOST_SHOWN = 40
_SHOWN_OF_LINE = 60
_META = re.compile(r"<meta\b[^>]{0,500}?\bcharset\s*=\s*[\"']?\s*([\w.:+-]{1,40})", re.IGNORECASE)
_HEAD_OF_HTML = 20_000
_LONGEST_FIELD = 20_000


@of_step
def characters_lost(at: Passing) -> Iterator[Found]:
    """SD401: characters of a text or a header field became `?`, U+FFFD or nothing."""
    for number, change in enumerate(at.step.changes):
        found = [one for pair in _lines_written_anew(change) if (one := lost(*pair)) is not None]
        if found:
            yield Found("SD401", {"where": _where(change), **_in_all(found)}, (number,))


@of_step
def misread_text(at: Passing) -> Iterator[Found]:
    """SD402: a text or a header field that became what its bytes say in another charset."""
    relabelled = {text.number for text in changed_texts(at) if _is_relabelled(text)}
    for number, change in enumerate(at.step.changes):
        if number in relabelled:
            continue
        for before, after in _lines_written_anew(change):
            mistake = misread(before, after)
            if mistake is not None:
                charsets = {"written": mistake.written_in, "read": mistake.read_as}
                yield Found("SD402", {"where": _where(change), **charsets, **_around(before, after)}, (number,))
                break


@of_step
def label_does_not_fit(at: Passing) -> Iterator[Found]:
    """SD403: another charset label on the same bytes, or bytes that the label no longer can read."""
    for text in changed_texts(at):
        old, new = _label(text.before), _label(text.after)
        evidence = {"part": text.after.section, "before": old, "after": new}
        if _is_relabelled(text):
            yield Found("SD403", {**evidence, "what": "the text reads otherwise by the new label"}, (text.number,))
        elif _fits(text.before) and not _fits(text.after) and known_charset(new) is not None:
            yield Found("SD403", {**evidence, "what": "the text can't be read by it"}, (text.number,))


@of_step
def meta_against_mime(at: Passing) -> Iterator[Found]:
    """SD404: HTML that named two charsets came, and was damaged."""
    for text in changed_texts(at):
        change, before = text.change, text.before
        if change.kind != "part.changed" or change.hunks is None or before.type != "text/html":
            continue
        meta = _META.search(before.text.text, 0, _HEAD_OF_HTML)
        if meta is not None and _is_other_text(before, meta.group(1)) and _is_damaged(change):
            evidence = {"part": text.after.section, "meta": meta.group(1), "mime": _label(before)}
            yield Found("SD404", evidence, (text.number,))


def _lines_written_anew(change: Change) -> Iterable[tuple[str, str]]:
    """The lines of a text, or the value of a field, before and after, where one stands in the other's place."""
    if change.kind == "part.changed" and change.hunks is not None:
        return line_pairs(seen_hunks(change))
    if change.kind == "header.changed" and isinstance(change.before, str) and isinstance(change.after, str):
        return [(change.before, change.after)] if len(change.before) <= _LONGEST_FIELD else []
    return []


def _where(change: Change) -> str:
    if change.kind == "header.changed":
        return f"the field {change.name}"
    return "the text" if change.part in {None, "1"} else f"the text of part {change.part}"


def _in_all(found: Sequence[Lost]) -> dict[str, str]:
    """The characters of all lines, each once."""
    characters = list(dict.fromkeys("".join(one.characters for one in found)))
    more = f" and {len(characters) - _MOST_SHOWN} more" if len(characters) > _MOST_SHOWN else ""
    became = " or ".join(dict.fromkeys(one.became for one in found))
    return {"characters": " ".join(characters[:_MOST_SHOWN]) + more, "became": became}


def _around(before: str, after: str) -> dict[str, str]:
    """The two lines from shortly before the place where they part."""
    at = next((at for at, (x, y) in enumerate(zip(before, after, strict=False)) if x != y), 0)
    start = max(at - _SHOWN_OF_LINE // 3, 0)
    return {"before": _cut(before, start), "after": _cut(after, start)}


def _cut(line: str, start: int) -> str:
    """So much of the line as is shown, with dots where it begins earlier or goes on."""
    end = start + _SHOWN_OF_LINE
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")


def _label(part: Part) -> str:
    return part.charset or "us-ascii"


def _fits(part: Part) -> bool:
    return decode_as(part.content, _label(part)) is not None


def _is_relabelled(text: TextBefore) -> bool:
    """Whether the same bytes read otherwise because they are labelled otherwise."""
    same_bytes = text.before.content == text.after.content
    return same_bytes and text.before.text.text != text.after.text.text


def _is_other_text(part: Part, charset: str) -> bool:
    """Whether the bytes read otherwise by that charset than by the one the MIME header names."""
    codec = known_charset(charset)
    if codec is None or codec == known_charset(_label(part)) or not _fits(part):
        return False
    return decode_as(part.content, codec) != part.text.text


def _is_damaged(change: Change) -> bool:
    if any(differs_beyond_ascii(*pair) for pair in line_pairs(seen_hunks(change))):
        return True
    pairs = [(hunk.before, hunk.after) for hunk in change.hunks or []]
    return any(before and after and read_as_utf_16(before, after) for before, after in pairs)
