"""What `snapdiff explain` does: the catalogue of findings in words."""

from difflib import get_close_matches
from pathlib import Path
from textwrap import fill

from snapdiff.commands.streams import output_stream
from snapdiff.faults import WrongUsage
from snapdiff.findings.catalogue import Definition, catalogue

_WIDTH = 100


def explain(code: str, output: Path | None) -> int:
    """`snapdiff explain [CODE]`: 0. Raises WrongUsage for a code or name that does not exist."""
    known = {key.lower(): one for one in catalogue().values() for key in (one.code, one.name)}
    if code and code.lower() not in known:
        near = get_close_matches(code.lower(), known, n=1)
        hint = f"did you mean {known[near[0]].code} ({known[near[0]].name})?" if near else "snapdiff explain lists all"
        raise WrongUsage(f"{code} is no finding; {hint}")
    text = _whole(known[code.lower()]) if code else "".join(_listed(one) for one in catalogue().values())
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
