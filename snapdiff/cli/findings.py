"""The command about findings: explain."""

from typing import Annotated

import typer

from snapdiff.cli.app import Output, app


@app.command("explain", short_help="What a finding means, how it is found, and how to mend it.")
def _explain(
    code: Annotated[
        str, typer.Argument(metavar="[CODE]", help="Its code or name, such as SD501; all are listed where left out.")
    ] = "",
    output: Output = None,
) -> None:
    """Says what a finding means, how it is found, and what mends it."""
    from snapdiff.commands import findings as commands

    raise typer.Exit(commands.explain(code, output))
