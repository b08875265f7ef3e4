"""The commands that hold traces against expectations: check, policy."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from snapdiff.cli.app import Color, Jobs, Logs, Output, Paths, Redact, RedactKey, app

_EXAMPLES = (
    "Examples: snapdiff policy init Good -o rollout.yaml; snapdiff check New --policy rollout.yaml; "
    "snapdiff check New --policy rollout.yaml --format json -o result.json. "
    "Exit codes: 0 every expectation holds; 1 one failed; 2 can't tell (nothing to judge, it can't be known who did "
    "it, something unreadable, a mistake in the policy)."
)
_ACCEPTING = (
    "Examples: snapdiff accept Good --baseline baseline.jsonl; snapdiff check New --baseline baseline.jsonl. "
    "Exit codes: 0 written; 2 something could not be read, or this is a CI job, and nothing was written."
)


class CheckFormat(StrEnum):
    """The forms of a check's result."""

    text = "text"
    json = "json"


@app.command("check", short_help="Whether a rollout did what a policy expects of it.", epilog=_EXAMPLES)
def _check(
    paths: Paths,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", metavar="FILE", help="The policy (YAML); snapdiff policy init writes a first one."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="The accepted changes, as snapdiff accept wrote them."),
    ] = None,
    form: Annotated[CheckFormat, typer.Option("--format", help="The form of the result.")] = CheckFormat.text,
    output: Output = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write the result as JUnit XML as well.")
    ] = None,
    sarif: Annotated[
        Path | None, typer.Option("--sarif", metavar="FILE", help="Write it as SARIF 2.1.0 as well.")
    ] = None,
    gitlab: Annotated[
        Path | None, typer.Option("--gitlab", metavar="FILE", help="Write it as GitLab's code quality report as well.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Write it as a pull request's comment as well.")
    ] = None,
    github: Annotated[
        bool, typer.Option("--github", help="Annotate the policy in GitHub Actions, and fill the step's summary.")
    ] = False,
    azure: Annotated[bool, typer.Option("--azure", help="Log the failures as issues of an Azure pipeline.")] = False,
    logs: Logs = None,
    redact: Redact = False,
    redact_key: RedactKey = None,
    color: Annotated[Color, typer.Option(help="Colour what goes to the terminal.")] = Color.auto,
    jobs: Jobs = None,
    today: Annotated[
        str | None, typer.Option("--today", metavar="DAY", hidden=True, help="The day waivers are held against.")
    ] = None,
) -> None:
    """Says whether each agent did what the policy expects, to the right messages, and whether nobody did anything else.

    With --baseline it says what is new, missing or done otherwise since a run that was accepted. Give one or both.
    What was not exercised is no pass: an agent that never ran, a part that no message has, no message at all.
    """
    from snapdiff.commands import check as commands
    from snapdiff.commands import check_outputs, redacting

    outputs = check_outputs.Outputs(form.value, output, color.value, junit, sarif, gitlab, markdown, github, azure)
    hidden = redacting.redactor(redact, redact_key)
    raise typer.Exit(commands.check(paths, policy, outputs, jobs, today, hidden, baseline, logs or ()))


@app.command("accept", short_help="Keep what a good run did as the baseline for later ones.", epilog=_ACCEPTING)
def _accept(
    paths: Paths,
    baseline: Annotated[
        Path,
        typer.Option("--baseline", metavar="FILE", help="The file to write, such as baseline.jsonl; commit it."),
    ],
    logs: Logs = None,
    jobs: Jobs = None,
) -> None:
    """Writes who changed what, and how often, in a good run: snapdiff check --baseline holds later ones against it.

    No address and no word of a mail stands in it: kinds of change, names of header fields, types of parts, agents. An
    earlier baseline is replaced. Under CI nothing is written.
    """
    from snapdiff.commands import accept as commands

    raise typer.Exit(commands.accept(paths, baseline, jobs, logs or ()))


_policies = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_TOLD = "Writes a first policy, or looks one over."
app.add_typer(_policies, name="policy", help=_TOLD, short_help=_TOLD)


@_policies.command("check", short_help="Whether a policy can be read, with every mistake in it.")
def _check_policy(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="The policy, or several.")],
) -> None:
    """Looks a policy over without any trace: 0 where it is fine, 2 with each mistake at its line and column."""
    from snapdiff.commands import check as commands

    raise typer.Exit(commands.check_policy(files))


@_policies.command("init", short_help="A first policy, from a run that was good.")
def _init(paths: Paths, output: Output = None, logs: Logs = None, jobs: Jobs = None) -> None:
    """Writes a first policy from a good run: it passes there, and fails where an agent does less, more, or otherwise.

    Read it before you keep it: the comments say what was seen once and what each time.
    """
    from snapdiff.commands import check as commands

    raise typer.Exit(commands.init(paths, output, jobs, logs or ()))
