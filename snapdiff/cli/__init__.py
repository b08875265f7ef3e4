"""The command line: arguments in, exit code out. What is done with them stands in `snapdiff.commands`.

One module a family of commands; importing it puts its commands on the program.
"""

import sys

from snapdiff.cli import check as check
from snapdiff.cli import compare as compare
from snapdiff.cli import doctor as doctor
from snapdiff.cli import findings as findings
from snapdiff.cli import report as report
from snapdiff.cli import track as track
from snapdiff.cli.app import app
from snapdiff.cli.narrow import program

_OWN_OPTIONS = frozenset({"--help", "-h", "--version", "-V"})


def run(arguments: list[str]) -> int:
    """Runs one command line; returns the exit code. A line whose first word is no command is a report's."""
    from snapdiff.faults import told

    if arguments and arguments[0] not in _commands() | _OWN_OPTIONS:
        arguments = ["report", *arguments]
    top, settings = program(app)
    return told(lambda: top(arguments, prog_name="snapdiff", **settings), sys.stderr)


def _commands() -> frozenset[str | None]:
    commands = {command.name for command in app.registered_commands}
    return frozenset(commands | {group.name for group in app.registered_groups})
