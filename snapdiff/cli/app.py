"""The command line's top: the program itself, and the arguments that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from snapdiff import __version__


class Color(StrEnum):
    """When what goes to the terminal is coloured."""

    auto = "auto"
    always = "always"
    never = "never"


app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="PATH",
        help="A PipelineTracing or MessageSnapshots folder, one message's folder, a folder with the copies of several "
        "servers, a log collector's tree, a .zip of any of these; or two and more .eml files in order.",
    ),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file instead of the terminal.")
]
Logs = Annotated[
    list[Path] | None,
    typer.Option("--logs", metavar="PATH", help="Tracking logs to put beside the traces; those below PATH are too."),
]
Jobs = Annotated[int | None, typer.Option("--jobs", min=1, metavar="N", help="Workers; all cores where left out.")]

Redact = Annotated[
    bool, typer.Option("--redact", help="Replace addresses, names, hosts and text by words of the same shape.")
]
RedactKey = Annotated[
    str | None,
    typer.Option(metavar="KEY", help="The key to redact with, to get the same words again; made up where left out."),
]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"snapdiff {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Says which Exchange transport agent changed a message, and what exactly it changed.

    `snapdiff PATH...` is `snapdiff report PATH...`; a folder called like a command is given as ./NAME.

    Exit codes: 0 done; 1 an expectation failed, or with --exit-code something changed; 2 can't tell: something could
    not be read or was not there to be checked, or wrong usage.
    """
