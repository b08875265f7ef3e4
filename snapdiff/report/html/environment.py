"""Templates, style sheet and scripts of the package to pages; each script's hash stands in the policy."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from msgspec import Struct

from snapdiff import __version__
from snapdiff.log_words import row_words
from snapdiff.report.html.marks import clean, differing, inline, marked
from snapdiff.report.html.ticks import ticks
from snapdiff.report.words import counted, cut, elapsed_words, part_words, service_words

SCRIPTS = ("switches.js", "packed.js", "links.js", "overview.js", "keys.js", "viewed.js")
"""In the order in which they run; each is a script element of its own."""


class Assets(Struct, frozen=True):
    """What every page carries: its style sheet, its scripts, and the policy that lets exactly these scripts run."""

    css: Markup
    scripts: tuple[Markup, ...]
    policy: str


@cache
def assets() -> Assets:
    """The package's own style and scripts. The browser hashes a script's text as it stands between its tags."""
    folder = files("snapdiff.report.html") / "static"
    css = (folder / "report.css").read_text("utf-8").replace("\r\n", "\n")
    scripts = ["\n" + (folder / name).read_text("utf-8").replace("\r\n", "\n") for name in SCRIPTS]
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return Assets(Markup(css), tuple(Markup(script) for script in scripts), policy)  # noqa: S704 - our own files


@cache
def environment() -> Environment:
    """Jinja2 with autoescape always on; every text a template prints also goes through `safe_text.safe`."""
    env = Environment(
        loader=PackageLoader("snapdiff.report.html", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=clean,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters.update(
        {
            "counted": counted,
            "attribute": _attribute,
            "cut": cut,
            "elapsed": elapsed_words,
            "row_words": row_words,
            "inline": inline,
            "marked": marked,
            "part_words": part_words,
            "service": service_words,
            "ticks": ticks,
        }
    )
    env.globals.update({"version": __version__, "differing": differing})
    return env


def render(name: str, **values: object) -> Markup:
    """One template as HTML."""
    return Markup(environment().get_template(name).render(**values))  # noqa: S704 - autoescape is on


def _attribute(document: str) -> Markup:
    """A document for a `srcdoc`: escaped only, since what it shows is the mail itself."""
    return escape(document.encode("utf-8", "replace").decode())


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
