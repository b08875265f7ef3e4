"""Lines for people to a binary stream: as wide, as coloured and in the characters that what reads it can show."""

import io
import sys
from collections.abc import Callable, Iterable
from typing import BinaryIO

from snapdiff.report.choose import ColorChoice, stdout_encoding
from snapdiff.report.terminal_settings import terminal_settings
from snapdiff.report.terminal_text import Line, Paper, fold


def write_lines(stream: BinaryIO, color: ColorChoice, lines: Callable[[Paper], Iterable[Line]]) -> None:
    """Writes the lines drawn for the stream's paper; the stream stays open."""
    encoding = stdout_encoding() if stream is sys.stdout.buffer else "utf-8"
    text = io.TextIOWrapper(stream, encoding=encoding, errors="backslashreplace", newline="\n")
    drawn = terminal_settings(text, color)
    paper = Paper(color=drawn.color, width=drawn.width, ascii_only=drawn.ascii_only, encoding=encoding)
    text.writelines(paper.render(row) + "\n" for line in lines(paper) for row in fold(line, paper.width))
    text.flush()
    text.detach()
