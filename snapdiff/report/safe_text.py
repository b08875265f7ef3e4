"""Text of a mail to text that may be shown: what would steer a terminal, or can't be seen, is written out as an escape.

A mail can hold anything: escape sequences that rewrite the screen, marks that turn the direction of a line around,
characters without width that hide a difference. None of them reaches an output; a reader sees `\\x1b` or `\\u202e`.
"""

import re

_CONTROLS = r"\x00-\x1f\x7f-\x9f"
"""C0, DEL and C1: a terminal obeys these (ECMA-48)."""
_LINE_ENDS = r"\u2028\u2029"
_DIRECTION = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX 9, 2)."""
_OTHER_FORMAT = (
    r"\u00ad\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\ufeff\ufff0-\ufffb"
    r"\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
"""The rest of the general category Cf: soft hyphen, zero-width blanks and joiners, byte order mark, ..."""
_WITHOUT_WIDTH = r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0\ufe00-\ufe0f\U000e0000-\U000e0fff"
"""Further default-ignorable characters (DerivedCoreProperties): fillers, variation selectors, tags."""
_SURROGATES = r"\ud800-\udfff"
_ACCENTS = r"\u0300-\u034e\u0350-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_ACCENTS_IN_A_ROW = 4
"""No language puts more on one letter; a tower of them would be drawn over the lines around it."""

_UNSAFE = re.compile(
    f"[{_CONTROLS}{_LINE_ENDS}{_DIRECTION}{_OTHER_FORMAT}{_WITHOUT_WIDTH}{_SURROGATES}]"
    f"|[{_ACCENTS}](?<=[{_ACCENTS}]{{{_ACCENTS_IN_A_ROW + 1}}})"
)
_SHORT = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def safe(text: str) -> str:
    """The text on one line, with each character written out that is no letter, mark, digit, sign or blank to be seen.

    Escaped are control characters (line ends and tabs too: split the lines and expand the tabs first), marks of
    direction, what has no width, line and paragraph separators, lone surrogates, and any accent behind four others. The
    escapes are those of Python and JavaScript: `\\n`, `\\x1b`, `\\u202e`, `\\U000e0041`; a byte that could not be
    decoded (PEP 383) is `\\xNN`, as in the JSON report. A backslash of the mail stays as it is, so the result is for
    reading: it can't be turned back for sure. Safe text comes back unchanged, as the same object.
    """
    if (text.isascii() and text.isprintable()) or _UNSAFE.search(text) is None:
        return text
    return _UNSAFE.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection)."""


def harmless_cell(text: str) -> str:
    """A text for a CSV cell: made safe, and with an apostrophe before what could be a formula."""
    shown = safe(text)
    return "'" + shown if shown.startswith(_FORMULA) or shown.lstrip().startswith(_FORMULA) else shown
