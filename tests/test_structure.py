"""The imports run one way: the stages do not know one another, and what stands above knows nothing of what is below."""

import ast
from pathlib import Path

import pytest

import snapdiff

HOUSE = Path(snapdiff.__file__).parent
MAY_IMPORT = {
    "model": {"model.answers", "model.logs", "model.signatures", "model.views"},
    "model.setup": {"model"},
    "doctor": {"model", "model.setup", "findings"},
    "log_words": {"model"},
    "servers": {"model"},
    "texts": set[str](),
    "times": set[str](),
    "track": {"model", "findings", "servers", "times", "track"},
    "model.logs": set[str](),
    "model.answers": set[str](),
    "model.signatures": set[str](),
    "model.check": {"model"},
    "model.compare": {"model"},
    "model.track": {"model"},
    "model.views": set[str](),
    "signatures": {"model", "mail"},
    "passage": {"model"},
    "weave": {"model"},
    "mail": {"model", "mail"},
    "read": {"model", "model.setup", "mail", "read", "times", "workers"},
    "diff": {"model", "mail", "diff", "passage"},
    "findings": {"model", "model.setup", "mail", "findings", "servers", "times"},
    "flags": {"model"},
    "blame": {"model", "passage", "weave"},
    "drawn": {"model", "diff", "blame"},
    "journey": {"model", "times"},
    "forks": {"model", "journey", "servers", "track"},
    "timeline": {"model", "journey", "servers", "track"},
    "joining": {"model", "forks", "journey", "servers", "track"},
    "redact": {"model", "model.check", "model.compare", "findings", "redact"},
    "attribution": {"model", "servers"},
    "across": {"model", "attribution", "findings", "lacking"},
    "lacking": {"model", "findings", "servers", "times", "track"},
    "select": {"model", "flags"},
    "agents": {"model"},
    "policy": {"model", "model.check", "model.compare", "mail", "policy", "texts"},
    "report": {
        "model",
        "model.check",
        "model.compare",
        "model.track",
        "model.setup",
        "mail",
        "report",
        "agents",
        "log_words",
        "servers",
        "texts",
        "times",
    },
    "work": {
        "model",
        "mail",
        "read",
        "diff",
        "findings",
        "journey",
        "drawn",
        "policy",
        "report",
        "signatures",
        "workers",
    },
    "run": {
        "model",
        "across",
        "blame",
        "read",
        "diff",
        "findings",
        "flags",
        "forks",
        "joining",
        "journey",
        "policy",
        "report",
        "timeline",
        "times",
        "work",
    },
    "extract": {"mail", "read"},
    "workers": set[str](),
    "output": set[str](),
    "faults": {"read", "extract", "policy", "report"},
    "commands": {
        "model",
        "model.setup",
        "model.check",
        "model.compare",
        "agents",
        "attribution",
        "doctor",
        "commands",
        "extract",
        "faults",
        "findings",
        "output",
        "policy",
        "read",
        "redact",
        "report",
        "run",
        "select",
        "servers",
        "times",
        "track",
    },
    "asserting": {"model", "report"},
    "pytest_plugin": {"asserting", "read", "report", "run"},
    "cli": {"cli", "commands", "faults", "times", "track"},
    "__main__": {"cli"},
    "__init__": set[str](),
}
"""Which rooms each room may import from; the package itself (its version) may be imported by all."""
LIBRARY_ROOMS = {
    "mailparser": "mail/decoded.py",
    "deepdiff": "mail/values.py",
    "dkim": "mail/dkim.py",
    "jinja2": "report/html/environment.py",
    "typer": "cli/",
    "pyarrow": "report/track_parquet.py",
    "ruamel": "policy/yaml_text.py",
    "re2": "policy/patterns.py",
    "ahocorasick_rs": "read/log_needles.py",
}
MODULES = sorted(HOUSE.rglob("*.py"))
NOUNS = frozenset(path.stem for path in (HOUSE / "model").glob("*.py")) - {"__init__"}
LONGEST = 400


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        assert not (isinstance(node, ast.ImportFrom) and node.level), f"{path.name}: say imports in full"
    return names


def room(path: Path) -> str:
    """The room a module stands in; of the nouns each module is one, as few rooms need them all."""
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(parts) if parts[0] == "model" and parts[-1] != "__init__" else parts[0]


def room_of(name: str) -> str:
    """The room of a name that is imported from this package."""
    _, first, *rest = name.split(".")
    return f"{first}.{rest[0]}" if first == "model" and rest and rest[0] in NOUNS else first


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    own = {room_of(name) for name in imported(path) if name.startswith("snapdiff.")} - {"__version__"}
    assert own <= MAY_IMPORT[room(path)]


@pytest.mark.parametrize("library", LIBRARY_ROOMS)
def test_a_library_lives_behind_one_door(library: str) -> None:
    users = [
        path.relative_to(HOUSE).as_posix()
        for path in MODULES
        if any(name.split(".")[0] == library for name in imported(path))
    ]
    assert users
    assert all(user.startswith(LIBRARY_ROOMS[library]) for user in users)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(HOUSE).as_posix())
def test_no_module_grows_out_of_its_room(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST
