"""Help that fits a narrow terminal: lines no longer than it, and what an option does below its name, not beside it.

The library writes no line shorter than 50 characters, and leaves whatever its column of names does not take.
"""

from collections.abc import Sequence
from shutil import get_terminal_size
from typing import Any

import typer

_NARROW = 60
_NARROWEST = 24
_NAMES = 10
"""Names up to this long have what they do beside them."""


def program(app: typer.Typer) -> tuple[Any, dict[str, int]]:
    """The program to call, and what to call it with besides the arguments."""
    columns = get_terminal_size().columns
    if columns >= _NARROW:
        return app, {}
    top = typer.main.get_command(app)
    _narrow(top)
    return top, {"terminal_width": max(columns, _NARROWEST) - 2}


def _narrow(command: Any) -> None:
    """Has the command, and those below it, write their help for few columns."""
    usual = command.context_class
    lines = type("NarrowLines", (usual.formatter_class,), {"write_dl": _write_names})
    command.context_class = type("Narrow", (usual,), {"formatter_class": lines})
    for below in getattr(command, "commands", {}).values():
        _narrow(below)


def _write_names(self: Any, rows: Sequence[tuple[str, str]], *_: int) -> None:
    """Stands in for the library's own, with a narrower column of names."""
    super(type(self), self).write_dl(rows, col_max=_NAMES)
