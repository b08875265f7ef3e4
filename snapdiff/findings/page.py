"""Definitions of findings to Markdown: the page that documents them all, and one finding's section of it."""

import re
from collections.abc import Sequence

from snapdiff.findings.catalogue import Definition

_GROUPS = {
    "1": "The trace itself",
    "2": "Signatures: DKIM, ARC, S/MIME, PGP",
    "3": "Disclaimers and signature texts",
    "4": "Text and MIME",
    "5": "Header and envelope",
    "6": "Content that security staff look at",
    "7": "Logs and the journey",
    "8": "Set-up",
}
_HEAD = """# Findings

What snapdiff says of a change or a trace whose meaning is known. Each finding has a code and a name that stay, a
severity, the step and the agent where these can be known, the values seen, and what mends it. `snapdiff explain CODE`
prints one of these sections; `--severity warning` leaves out notes, and `--ignore SD501,SD4xx` leaves out findings by
code, name or group.

An **error** is damage that a recipient or a receiving server notices; a **warning** is worth a look before it becomes
one; a **note** explains what would otherwise be a riddle. Words in {braces} differ from case to case, and {who} names
nobody where it can't be known who it was.
"""


def page(definitions: Sequence[Definition]) -> str:
    """All of them: an overview by group, then a section each, in the order of the codes."""
    groups = {digit: [one for one in definitions if one.code[2] == digit] for digit in _GROUPS}
    there = [(_GROUPS[digit], ones) for digit, ones in groups.items() if ones]
    return "\n".join(
        [
            _HEAD,
            *(_overview(title, ones) for title, ones in there),
            *(f"## {title}\n\n" + "\n".join(map(section, ones)) for title, ones in there),
        ]
    )


def section(one: Definition) -> str:
    """One finding with all that is said of it."""
    heading = f"### {one.code} {one.name}"
    about = " ".join(_safe(one.about).split())
    said = f"*{one.severity}*: {_safe(one.message)}"
    return f"{heading}\n\n{said}\n\n{about}\n\n**What mends it:** {_safe(one.fix)}\n"


def _overview(title: str, ones: Sequence[Definition]) -> str:
    rows = [f"| [{one.code}](#{one.code.lower()}-{one.name}) | {one.name} | {one.severity} |" for one in ones]
    return "\n".join([f"**{title}**\n", "| code | name | severity |", "|---|---|---|", *rows, ""])


def _safe(text: str) -> str:
    """The catalogue's text, in which `code` is meant as such, and everything else means itself."""
    pieces = re.split(r"(`[^`]*`)", text.strip())
    return "".join(one if one.startswith("`") else re.sub(r"([<>*_|\\])", r"\\\1", one) for one in pieces)
