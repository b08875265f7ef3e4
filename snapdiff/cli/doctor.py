"""The command about the set-up of tracing: doctor."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from snapdiff.cli.app import Output, app

_EXIT = (
    "Exit codes: 0 nothing wrong was found; 1 something is wrong; 2 a file can't be read, or nothing in it is known."
)


class DoctorFormat(StrEnum):
    """The forms of a diagnosis."""

    text = "text"
    json = "json"
    markdown = "markdown"


@app.command("doctor", short_help="No snapshots appear? Says why, from pasted settings.", epilog=_EXIT)
def _doctor(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILES]",
            help="Text files with what Get-TransportService | Format-List, Get-MailboxTransportService | Format-List, "
            "Get-TransportAgent, icacls or Get-ChildItem printed (one file can hold all); agents.config; a folder.",
        ),
    ] = None,
    sender: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Whose mail is to be traced, spelt as in the SMTP envelope.")
    ] = None,
    form: Annotated[DoctorFormat, typer.Option("--format", help="The form of the answer.")] = DoctorFormat.text,
    output: Output = None,
) -> None:
    """Checks a server's settings against the known causes of "no files appear", and says what to paste and to mend.

    Without FILES it lists the commands whose output it wants to see. Nothing is asked of any server.
    """
    from snapdiff.commands import doctor as commands

    raise typer.Exit(commands.doctor(files or (), sender, form.value, output))
