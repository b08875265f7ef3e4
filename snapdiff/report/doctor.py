"""A diagnosis to text, Markdown or JSON."""

from collections.abc import Callable, Iterator
from textwrap import fill

import msgspec

from snapdiff.model.setup import Diagnosis
from snapdiff.report.markdown_text import code, sentence
from snapdiff.report.safe_text import safe

_WIDTH = 100
_SWITCH_OFF = (
    "When you have what you need, switch tracing off (Set-TransportService SERVER -PipelineTracingEnabled $false; "
    "Set-MailboxTransportService for delivery) and delete the folders: they hold whole mails with their attachments."
)


def draw(diagnosis: Diagnosis, form: str) -> str:
    """The diagnosis in the form asked for: text, markdown or json."""
    return _DRAWN[form](diagnosis)


def _text(diagnosis: Diagnosis) -> str:
    return "\n\n".join("\n".join(block) for block in _blocks(diagnosis)) + "\n"


def _blocks(diagnosis: Diagnosis) -> Iterator[list[str]]:
    yield [_verdict(diagnosis)]
    for problem in diagnosis.problems:
        yield [_wrapped(safe(problem.message), "  ")]
    for finding in diagnosis.findings:
        head = safe(f"{finding.severity:<7}  {finding.code}  {finding.message}")
        yield [_wrapped(head, "         "), _wrapped("         " + safe(finding.fix), "         ")]
    if diagnosis.right:
        yield ["In order:", *(_wrapped(f"  {safe(one)}", "    ") for one in diagnosis.right)]
    if diagnosis.missing:
        yield ["Not looked at; paste what these print into a file, and give it too:", *_commands(diagnosis)]
    yield [_wrapped(_SWITCH_OFF, "")]


def _commands(diagnosis: Diagnosis) -> Iterator[str]:
    """Commands stand on a line of their own, unwrapped, so that they can be copied."""
    for one in diagnosis.missing:
        yield f"  {one.tells}:"
        yield f"    {safe(one.command)}"


def _verdict(diagnosis: Diagnosis) -> str:
    setup = diagnosis.setup
    wrong = sum(finding.severity == "error" for finding in diagnosis.findings)
    if wrong:
        return "1 thing is wrong." if wrong == 1 else f"{wrong} things are wrong."
    if any((setup.services, setup.agents, setup.switches, setup.rights)):
        return "Nothing wrong was found in what was given."
    if any(folder.snapshots for folder in setup.folders):
        return "Snapshots are there."
    if setup.folders:
        return "There are no snapshots yet. Give snapdiff doctor what the commands below print, and it says why."
    return "No snapshots? Give snapdiff doctor what the commands below print, and it says what is wrong."


def _wrapped(text: str, indent: str) -> str:
    return fill(text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _markdown(diagnosis: Diagnosis) -> str:
    lines = ["# Set-up of pipeline tracing", "", _verdict(diagnosis), ""]
    for problem in diagnosis.problems:
        lines += [sentence(problem.message), ""]
    for finding in diagnosis.findings:
        lines.append(f"- **{finding.severity}** {code(finding.code)}: {sentence(finding.message)}")
        lines.append(f"  Fix: {sentence(finding.fix)}")
    lines += ["", "## In order", "", *(f"- {sentence(one)}" for one in diagnosis.right)] if diagnosis.right else []
    if diagnosis.missing:
        lines += ["", "## Not looked at", ""]
        lines += [f"- {one.tells}: {code(one.command)}" for one in diagnosis.missing]
    lines += ["", sentence(_SWITCH_OFF)]
    return "\n".join(lines) + "\n"


def _json(diagnosis: Diagnosis) -> str:
    document = {"schema": "snapdiff.doctor/1", **msgspec.to_builtins(diagnosis)}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


_DRAWN: dict[str, Callable[[Diagnosis], str]] = {"text": _text, "markdown": _markdown, "json": _json}
