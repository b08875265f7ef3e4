"""What every test may use. This file also puts the folder `tests` on the import path."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real mail and the oracle, which is no part of this repository; a skip where it is absent."""
    if not (SHARED / "corpus" / "mail").is_dir():
        pytest.skip("real mail (../shared/corpus) is not on this machine")
    return SHARED


@pytest.fixture(scope="session")
def real_mails(shared: Path) -> list[Path]:
    """Every message of the corpus, in a fixed order."""
    return sorted(path for path in (shared / "corpus" / "mail").rglob("*") if path.is_file())
