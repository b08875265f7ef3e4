"""A stream and the environment to what the terminal report may use there: colour, columns, characters."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal, NamedTuple

from snapdiff.report.terminal_text import SYMBOLS

if TYPE_CHECKING:
    from typing import TextIO

ColorOption = Literal["auto", "always", "never"]

NARROWEST = 40
WIDEST = 200
"""A line much longer than this is hard to read, however wide the window is."""
WITHOUT_TERMINAL = 100
"""Columns of a report that goes into a file or a pipe, where COLUMNS is not set."""


class TerminalSettings(NamedTuple):
    """What `TerminalReport` is told: colour or none, the columns of a line, and whether signs must be plain ASCII."""

    color: bool
    width: int
    ascii_only: bool


def terminal_settings(stream: TextIO, color_option: ColorOption) -> TerminalSettings:
    """How to draw on this stream; `color_option` is what the user gave for `--color`.

    `always` and `never` win over the environment. With `auto` there is no colour where NO_COLOR is set
    (no-color.org), colour where FORCE_COLOR is set (not to 0), none where TERM is dumb, and otherwise colour where the
    stream is a terminal. COLUMNS wins over the terminal's own width.
    """
    is_terminal = _is_terminal(stream)
    return TerminalSettings(
        _color(stream, color_option, is_terminal), _width(stream, is_terminal), _needs_ascii(stream)
    )


def _color(stream: TextIO, option: ColorOption, is_terminal: bool) -> bool:
    if option == "never":
        return False
    if option == "always":
        if is_terminal:
            _obeys_colors(stream)
        return True
    if os.environ.get("NO_COLOR"):
        return False
    if forced := os.environ.get("FORCE_COLOR"):
        return forced != "0"
    return is_terminal and os.environ.get("TERM") != "dumb" and _obeys_colors(stream)


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # no stream at all (pythonw), or a closed one
        return False


def _width(stream: TextIO, is_terminal: bool) -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and len(columns) < 6 and int(columns) > 0:
        width = int(columns)
    elif not is_terminal:
        width = WITHOUT_TERMINAL
    else:
        try:
            width = os.get_terminal_size(stream.fileno()).columns or 80
        except (OSError, ValueError):
            width = 80
        if sys.platform == "win32":
            width -= 1  # the old console moves on after the last column, and the line end would make an empty line
    return max(NARROWEST, min(width, WIDEST))


def _needs_ascii(stream: TextIO) -> bool:
    try:
        "".join(SYMBOLS).encode(stream.encoding or "ascii")
    except (AttributeError, LookupError, UnicodeEncodeError):
        return True
    return False


def _obeys_colors(stream: TextIO) -> bool:
    """Whether the terminal takes escape sequences; on Windows they are switched on here (SetConsoleMode, flag 4)."""
    obeys = True
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        mode = ctypes.c_ulong()
        kernel = ctypes.windll.kernel32
        try:
            handle = ctypes.c_void_p(msvcrt.get_osfhandle(stream.fileno()))
            told = kernel.GetConsoleMode(handle, ctypes.byref(mode))
            obeys = bool(told and kernel.SetConsoleMode(handle, mode.value | 4))
        except (OSError, ValueError):
            obeys = False
    return obeys
