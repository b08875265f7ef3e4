"""Compares an output with its golden file.

`SNAPDIFF_UPDATE_GOLDENS=1 pytest tests/report` writes them all anew, to be read in review.
"""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "goldens"


def check_golden(name: str, written: bytes) -> None:
    """Fails where the bytes differ from the golden file of that name, or where there is none."""
    path = FOLDER / name
    if os.environ.get("SNAPDIFF_UPDATE_GOLDENS") == "1":
        FOLDER.mkdir(exist_ok=True)
        path.write_bytes(written)
    assert path.is_file(), f"no golden file {name}: run again with SNAPDIFF_UPDATE_GOLDENS=1 and read what it wrote"
    assert written.decode() == path.read_bytes().decode()
