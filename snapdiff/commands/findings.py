"""What `snapdiff explain` does: the catalogue of findings in words."""

from pathlib import Path
from textwrap import fill

from snapdiff.commands.streams import output_stream
from snapdiff.faults import WrongUsage
from snapdiff.findings.catalogue import Definition, catalogue
from snapdiff.findings.codes import definition
from snapdiff.findings.page import page, section

_WIDTH = 100


def explain(code: str, form: str, output: Path | None) -> int:
    """`snapdiff explain [CODE]`, as text or markdown: 0. Raises WrongUsage for a code or name that does not exist."""
    try:
        asked = [definition(code)] if code else list(catalogue().values())
    except ValueError as wrong:
        raise WrongUsage(str(wrong)) from None
    if form == "markdown":
        text = section(asked[0]) if code else page(asked)
    else:
        text = _whole(asked[0]) if code else "".join(map(_listed, asked))
    with output_stream(output) as stream:
        stream.write(text.encode("utf-8"))
    return 0


def _listed(one: Definition) -> str:
    return f"{one.code}  {one.severity:<7}  {one.name}\n"


def _whole(one: Definition) -> str:
    """The definition in full; what stands in {braces} differs from case to case."""
    about = " ".join(one.about.split())
    parts = [f"{one.code} {one.name} ({one.severity})", f"Says: {one.message}", about, f"What mends it: {one.fix}"]
    return "\n\n".join(fill(part, _WIDTH, break_long_words=False, break_on_hyphens=False) for part in parts) + "\n"
