"""`python -m snapdiff` and the `snapdiff` command: the same program."""

import sys


def main() -> None:
    """Runs the command line; `--version` alone answers before anything else is imported."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from snapdiff import __version__

        sys.stdout.write(f"snapdiff {__version__}\n")
        return
    from snapdiff.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
