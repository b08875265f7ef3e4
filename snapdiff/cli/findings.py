"""The command about findings: explain."""

from enum import StrEnum
from typing import Annotated

import typer

from snapdiff.cli.app import Output, app


class ExplainFormat(StrEnum):
    """The forms of an explanation."""

    text = "text"
    markdown = "markdown"


@app.command("explain", short_help="What a finding means, how it is found, and how to mend it.")
def _explain(
    code: Annotated[
        str, typer.Argument(metavar="[CODE]", help="Its code or name, such as SD501; all are listed where left out.")
    ] = "",
    form: Annotated[ExplainFormat, typer.Option("--format", help="The form of the text.")] = ExplainFormat.text,
    output: Output = None,
) -> None:
    """Says what a finding means, how it is found, and what mends it."""
    from snapdiff.commands import findings as commands

    raise typer.Exit(commands.explain(code, form.value, output))
