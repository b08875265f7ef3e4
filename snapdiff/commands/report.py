"""What the commands about traces do: each wires a run to a selection and an output, and gives the exit code."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

from msgspec import Struct

from snapdiff.commands.rule_names import names_of_rules
from snapdiff.commands.streams import is_standard_output, output_stream, refuse_input, same_place
from snapdiff.faults import CANNOT_TELL, WrongUsage
from snapdiff.findings.codes import codes, means_a_finding
from snapdiff.model import Journey, Problem, Severity, Tail
from snapdiff.output import whole_file
from snapdiff.report.agents_table import Style
from snapdiff.report.choose import ColorChoice, Output, Several
from snapdiff.run import Run
from snapdiff.select import Selection, changed, choose, chosen_findings, chosen_journey, parse_classes

_CHANGED = 1


class Asked(Struct, frozen=True):
    """What part of the input a user wants to see, as it was typed."""

    message_id: str | None = None
    subject: str | None = None
    sender: str | None = None
    recipient: str | None = None
    agent: str | None = None
    changed_only: bool = False
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Severity | None = None

    def selection(self) -> Selection:
        """The filters it means. Raises WrongUsage for a kind of change or a finding that does not exist."""
        words = [word.strip() for piece in self.ignore for word in piece.split(",")]
        try:
            only = parse_classes(",".join(self.only))
            ignore = parse_classes(",".join(word for word in words if not means_a_finding(word)))
            ignore_codes = frozenset(code for word in words if means_a_finding(word) for code in codes(word))
        except ValueError as wrong:
            raise WrongUsage(str(wrong)) from None
        return Selection(
            self.message_id,
            self.subject,
            self.sender,
            self.recipient,
            self.agent,
            self.changed_only,
            only,
            ignore,
            self.severity,
            ignore_codes,
        )


class Drawn(Struct, frozen=True):
    """How the report is drawn: its format, the file it goes to (None: standard output), colour, decoded view.

    `html` and `html_dir` are the HTML report to be written beside it: one file, or a folder with a page a message.
    `redact` and `redact_key` say whether all of it is redacted, and under which key (None: one is made up).
    """

    form: str
    output: Path | None
    color: ColorChoice
    decoded: bool
    html: Path | None = None
    html_dir: Path | None = None
    redact: bool = False
    redact_key: str | None = None


def report(
    paths: Sequence[Path],
    asked: Asked,
    drawn: Drawn,
    jobs: int | None,
    exit_code: bool,
    logs: Sequence[Path] = (),
    rules: Path | None = None,
) -> int:
    """`snapdiff PATH...`: 0, 1 with `exit_code` where anything changed, 2 where something could not be read.

    `rules` is a list of transport rules that gives those in the logs their names.
    """
    from snapdiff.commands.redacting import Redacted, redactor
    from snapdiff.report.choose import Looks, reporter
    from snapdiff.report.progress import progress

    views = drawn.form == "html" or drawn.html is not None or drawn.html_dir is not None
    if drawn.form == "html" and is_standard_output(drawn.output) and sys.stdout.isatty():
        raise WrongUsage("an HTML report is not for the terminal: give a file with -o FILE or --html FILE")

    selection = asked.selection()
    hidden = redactor(drawn.redact, drawn.redact_key)
    looks = Looks(drawn.color, selection.changed_only, bool(selection.only or selection.ignore))
    names = names_of_rules(rules, (drawn.output, drawn.html))
    with progress(sys.stderr) as seen, Run(paths, jobs, drawn.decoded, seen, views, logs, rules=names) as run:
        refuse_input(drawn.output, run)
        refuse_input(drawn.html, run)
        with output_stream(drawn.output) as stream, _beside(drawn) as others:
            out = reporter(drawn.form, stream, looks)
            out = out if not others else Several((out, *others))
            out = out if hidden is None else Redacted(out, hidden)
            out.begin(run.listing.source, len(run.listing.traces))
            any_change = _tell_all(run, out) if selection == Selection() else _tell_chosen(run, out, selection)
        if run.unreadable:
            return CANNOT_TELL
    return _CHANGED if exit_code and any_change else 0


def _tell_all(run: Run, out: Output) -> bool:
    """Writes every trace; JSON as the workers encoded it. True where anything changed."""
    from snapdiff.report.json_report import JsonReport

    if isinstance(out, JsonReport):
        for encoded in run.encoded():
            out.trace(encoded)
    else:
        for trace in run.traces():
            out.trace(trace)
    journeys = _as_they_come(run.each_journey(), out)
    out.end(Tail(journeys, run.problems, run.listing.left_out, len(run.listing.logs), findings=run.findings))
    return run.any_change


def _as_they_come(journeys: Iterable[Journey], out: Output) -> Iterable[Journey]:
    """The journeys one by one, so that few timelines are in memory; several outputs each want them all."""
    return list(journeys) if isinstance(out, Several) else journeys


def _tell_chosen(run: Run, out: Output, selection: Selection) -> bool:
    """Writes what the filters leave, and the problems of what they take away. True where a change was left."""
    any_change = False
    problems: list[Problem] = []
    left_out: set[str] = set()
    for trace in run.traces():
        chosen = choose(trace, selection)
        if chosen is None:
            left_out.add(trace.path)
            problems.extend(trace.problems)
            continue
        any_change = any_change or changed(chosen)
        out.trace(chosen)
    shown = (journey for journey in run.each_journey() if not left_out.issuperset(journey.traces))
    journeys = _as_they_come((chosen_journey(journey, selection) for journey in shown), out)
    # What is odd about the logs is known once they were read for the journeys.
    problems = [*run.problems, *problems]
    findings = chosen_findings(run.findings, selection)
    out.end(Tail(journeys, problems, run.listing.left_out, len(run.listing.logs), len(left_out), findings))
    return any_change


def agents(paths: Sequence[Path], form: Style, output: Path | None, jobs: int | None) -> int:
    """`snapdiff agents PATH...`: 0, or 2 where something could not be read."""
    from snapdiff.agents import AgentTable
    from snapdiff.report.agents_table import draw
    from snapdiff.report.progress import progress

    table = AgentTable()
    with progress(sys.stderr) as seen, Run(paths, jobs, progress=seen, together=False) as run:
        refuse_input(output, run)
        for trace in run.traces():
            table.add(trace)
        with output_stream(output) as stream:
            stream.write(draw(table.rows(), form).encode("utf-8", "backslashreplace"))
        return CANNOT_TELL if run.unreadable else 0


def extract_one(paths: Sequence[Path], trace: str, file: str, section: str | None, output: Path | None) -> int:
    """`snapdiff extract`: 0. Raw mail never goes to a terminal, which it could take over by control characters."""
    from snapdiff.extract import extract

    if is_standard_output(output) and sys.stdout.isatty():
        raise WrongUsage("mail is not written to the terminal as it is: give a file with -o FILE")
    content = extract(paths, trace, file, section)
    if output is not None and any(same_place(output, path) for path in paths):
        raise WrongUsage(f"{output} is what is read; give another file with -o")
    with output_stream(output) as stream:
        stream.write(content)
    return 0


def schema(what: Literal["report", "track", "check", "compare", "policy"], output: Path | None) -> int:
    """`snapdiff schema [WHAT]`: 0."""
    import json

    from snapdiff.policy.schema import policy_schema
    from snapdiff.report.check_json import check_schema
    from snapdiff.report.compare.json import compare_schema
    from snapdiff.report.json_report import schema as report_schema
    from snapdiff.report.track_json import track_schema

    schemas = {
        "report": report_schema,
        "track": track_schema,
        "check": check_schema,
        "compare": compare_schema,
        "policy": policy_schema,
    }
    made = schemas[what]()
    with output_stream(output) as stream:
        stream.write(json.dumps(made, indent=2, ensure_ascii=False).encode() + b"\n")
    return 0


@contextmanager
def _beside(drawn: Drawn) -> Iterator[list[Output]]:
    """The HTML outputs that are asked for beside the report's own format. A fault leaves no half file."""
    if drawn.html_dir is not None and drawn.html_dir.exists() and not _is_ours(drawn.html_dir):
        raise WrongUsage(f"{drawn.html_dir} holds other files; give a new folder, an empty one, or an earlier report's")
    with ExitStack() as stack:
        others: list[Output] = []
        if drawn.html is not None or drawn.html_dir is not None:
            from snapdiff.report.html import HtmlFolder, HtmlReport

            if drawn.html is not None:
                others.append(HtmlReport(stack.enter_context(whole_file(drawn.html))))
            if drawn.html_dir is not None:
                others.append(HtmlFolder(drawn.html_dir, whole_file))
        yield others


def _is_ours(folder: Path) -> bool:
    """Whether a folder is empty or holds a report of ours, which a new one replaces."""
    if not folder.is_dir():
        return False
    return {entry.name for entry in folder.iterdir()} <= {"index.html", "messages"}
