r"""Turns a Content-Type or Content-Disposition value into its type and its decoded parameters (RFC 2045, RFC 2231).

It is read for every part of every message, so a well-formed parameter takes one match of one pattern; what is
not well-formed is read as most mail readers do. Every character is passed over a fixed number of times.
"""

import re
from urllib.parse import unquote_to_bytes

from snapdiff.mail.charsets import decode_as
from snapdiff.mail.words import decode_value

_TYPE = re.compile(r'[ \t\r\n]*+([^ \t\r\n;=("/]*+(?:[ \t]*+/[ \t]*+[^ \t\r\n;=("/]*+)?)(?![^ \t\r\n;=("/]*+[ \t]*+=)')
_WELL_FORMED = re.compile(
    r'[ \t\r\n;]*+([^ \t\r\n;="(*]++)[ \t\r\n]*+=[ \t\r\n]*+(?:"([^"\\]*+)"|([^ \t\r\n;"(\\]++))[ \t\r\n]*+(?:;|\Z)'
)
_BETWEEN = re.compile(r"[ \t\r\n;]*+")
_NAME = re.compile(r"([^ \t\r\n;=]++)[ \t\r\n]*+=[ \t\r\n]*+")
_QUOTED = re.compile(r'"([^"\\]*+(?:\\.?[^"\\]*+)*)"?', re.DOTALL)
_QUOTED_PAIR = re.compile(r'\\(["\\])')
_TOKEN = re.compile(r"[^ \t\r\n;]*+")
_NEXT_TOKEN = re.compile(r"[ \t\r\n]++(?![^ \t\r\n;=]++[ \t\r\n]*+=)([^ \t\r\n;]++)")
_PARENTHESIS = re.compile(r"[()]|\\.", re.DOTALL)
_BLANK_OR_SEPARATOR = " \t\r\n;"
_SECTION = re.compile(r"([^*]+)\*(?:([0-9]{1,6})(\*?))?")
_FILE_NAMES = frozenset({"name", "filename"})


def parameters(value: str) -> tuple[str, dict[str, str]]:
    r"""The media type (or disposition) in lower case, "" where there is none, and the parameters by lower-case name.

    `value` is unfolded; undecodable bytes in it may stand as lone surrogates, and so do undecodable bytes of what
    is decoded here (`snapdiff.mail.words.shown` makes them visible). Continuations and charsets of RFC 2231 are
    decoded, in any order and up to the first number missing, an unknown charset as UTF-8; an extended parameter goes
    before a plain one of its name (RFC 6266 section 4.3). Encoded words in `name` and `filename`, which RFC 2047
    section 5 forbids and Outlook writes, are decoded too. Never fails, and takes time linear in the length.

    Where senders leave the grammar, it is read as most readers do: of two parameters of one name the first wins; a
    missing semicolon separates; an unquoted value may hold blanks and parentheses; a quote without its end runs to
    the end of the value; a backslash counts only before a quote or a backslash, so `C:\new.txt` stays as it is.
    """
    start = _TYPE.match(value, comment_end(value, 0) if value[:1] == "(" else 0)
    kind, at = ("", 0) if start is None else (start.group(1).lower(), start.end())
    named: dict[str, str] = {}
    sections: dict[str, str] = {}
    end = len(value)
    while at < end:
        found = _WELL_FORMED.match(value, at)
        if found is None:
            _read_tolerantly(value, at, named, sections)
            break
        at = found.end()
        name, quoted, plain = found.groups()
        name = name.lower()
        if name not in named:
            named[name] = plain if quoted is None else quoted
    for name in _FILE_NAMES:
        if name in named:
            named[name] = _without_words(named[name])
    if sections:
        _join_sections(sections, named)
    return (kind if " " not in kind and "\t" not in kind else "".join(kind.split())), named


def _read_tolerantly(value: str, at: int, named: dict[str, str], sections: dict[str, str]) -> None:
    """Reads the parameters from `at` on, whatever they look like, into `named`, those with a `*` into `sections`."""
    comments = "(" in value
    end = len(value)
    while True:
        at = _BETWEEN.match(value, at).end()  # type: ignore[union-attr]
        if at >= end:
            break
        if comments and value[at] == "(":
            close = comment_end(value, at)
            comments = close > 0
            if close:
                at = close
                continue
        name = _NAME.match(value, at)
        if name is None:
            at = max(_TOKEN.match(value, at).end(), at + 1)  # type: ignore[union-attr]
            continue
        at = name.end()
        quoted = _QUOTED.match(value, at)
        if quoted is not None:
            text, at = quoted.group(1), quoted.end()
            text = _QUOTED_PAIR.sub(r"\1", text) if "\\" in text else text
        else:
            first = at
            at, comments = _unquoted_end(value, at, comments)
            text = value[first:at]
        key = name.group(1).lower()
        (sections if "*" in key else named).setdefault(key, text)


def _unquoted_end(value: str, at: int, comments: bool) -> tuple[int, bool]:
    """Where the unquoted value at `at` ends, which may hold blanks; and whether comments are still looked for."""
    at = _TOKEN.match(value, at).end()  # type: ignore[union-attr]
    while True:
        token = _NEXT_TOKEN.match(value, at)
        if token is None:
            return at, comments
        stop = token.end()
        if comments and value[token.start(1)] == "(":
            close = comment_end(value, token.start(1))
            comments = close > 0
            if _ends_word(value, close):
                return at, comments
            stop = max(stop, close)
        at = stop


def comment_end(value: str, at: int) -> int:
    """Where the comment that begins at `at` ends, its nested ones included (RFC 5322 3.2.2); 0 where it does not."""
    depth = 0
    for found in _PARENTHESIS.finditer(value, at):
        character = found.group()
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth == 0:
                return found.end()
    return 0


def _ends_word(value: str, at: int) -> bool:
    """Whether a word ends at `at`: in `report (1).pdf` the parentheses are no comment."""
    return at > 0 and (at == len(value) or value[at] in _BLANK_OR_SEPARATOR)


def _join_sections(sections: dict[str, str], named: dict[str, str]) -> None:
    """Puts the parameters written as `name*`, `name*0*`, `name*1`, ... (RFC 2231 sections 3 and 4) into `named`."""
    whole: dict[str, str] = {}
    numbered: dict[str, dict[int, tuple[str, bool]]] = {}
    for key, text in sections.items():
        found = _SECTION.fullmatch(key)
        if found is None:
            named.setdefault(key, text)
        elif found.group(2) is None:
            whole[found.group(1)] = _extended([(text, True)])
        else:
            numbers = numbered.setdefault(found.group(1), {})
            numbers.setdefault(int(found.group(2)), (text, found.group(3) == "*"))
    for name, numbers in numbered.items():
        # Some senders count from 1.
        first = 0 if 0 in numbers else 1
        run = []
        while first in numbers:
            run.append(numbers[first])
            first += 1
        if run:
            text = _extended(run)
            plain = name in _FILE_NAMES and not any(encoded for _, encoded in run)
            named[name] = _without_words(text) if plain else text
    named.update(whole)


def _extended(run: list[tuple[str, bool]]) -> str:
    """The text of the sections in order; those marked true are percent-encoded in the charset the first one names.

    Neighbouring encoded sections are joined before they are decoded: a character may be cut between two of them.
    """
    charset = ""
    if run[0][1]:
        labels = run[0][0].split("'", 2)
        if len(labels) == 3:
            charset = labels[0]
            run = [(labels[2], True), *run[1:]]
    out: list[str] = []
    pending: list[bytes] = []
    for text, encoded in [*run, ("", False)]:
        if encoded:
            pending.append(unquote_to_bytes(_to_bytes(text)))
            continue
        if pending:
            out.append(_decode(b"".join(pending), charset))
            pending = []
        out.append(text)
    return "".join(out)


def _decode(data: bytes, charset: str) -> str:
    text = decode_as(data, charset, errors="surrogateescape") if charset else None
    return data.decode("utf-8", "surrogateescape") if text is None else text


def _without_words(text: str) -> str:
    return decode_value(_to_bytes(text)) if "=?" in text else text


def _to_bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
