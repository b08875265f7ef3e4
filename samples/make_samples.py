"""Writes the sample traces and logs: `python samples/make_samples.py [--out DIR]`.

The same bytes on every run and every machine. Standard library only.
"""

import argparse
import shutil
from pathlib import Path

from _logs import LogBook
from _stories_arriving import malware, rejected
from _stories_products import dkim, signature
from _stories_rules import deletion, disclaimer, fork, gap
from _story_offer import offer

STORIES = (offer, disclaimer, malware, signature, dkim, fork, rejected, gap, deletion)


def samples() -> dict[str, bytes]:
    """Every file of the samples tree: its path below `samples/`, with `/`, and its bytes."""
    book = LogBook()
    files: dict[str, bytes] = {}
    for story in STORIES:
        for trace in story(book):
            files.update({f"{trace.path}/{name}": data for name, data in trace.files.items()})
    files.update(book.files())
    return files


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the sample traces and logs.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write into")
    out: Path = parser.parse_args().out
    if out == Path(__file__).parent:  # what an earlier version made must not stay; elsewhere nothing is deleted
        for made in ("traces", "logs"):
            shutil.rmtree(out / made, ignore_errors=True)
    files = samples()
    for name, data in sorted(files.items()):
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"{len(files)} files, {sum(map(len, files.values()))} bytes below {out}")


if __name__ == "__main__":
    main()
