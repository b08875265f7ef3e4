"""Turns whatever went wrong into one clear line for the user and the exit code that belongs to it."""

import os
import sys
import traceback
from collections.abc import Callable
from typing import TextIO

CANNOT_TELL = 2
_INTERRUPTED = 130


class WrongUsage(Exception):  # noqa: N818 - an answer for the user, not a fault
    """What was asked for can't be done as it was asked; the message says how."""


def told(work: Callable[[], object], errors: TextIO) -> int:
    """Runs `work`; returns the exit code. Nothing but one line a fault goes to `errors`."""
    try:
        work()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else CANNOT_TELL if ended.code else 0
    except KeyboardInterrupt:
        errors.write("snapdiff: stopped; no output file was written\n")
        return _INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe went away: keep the interpreter from complaining of it once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CANNOT_TELL
    except Exception as fault:
        errors.write(f"snapdiff: {_sentence(fault)}\n")
        if os.environ.get("SNAPDIFF_DEBUG"):
            traceback.print_exception(fault, file=errors)
        return CANNOT_TELL
    return 0


def _sentence(fault: Exception) -> str:
    from snapdiff.extract import NotThere
    from snapdiff.policy.accepted import WrongBaseline
    from snapdiff.policy.reading import WrongPolicy
    from snapdiff.read.listing import NothingFound, ReadFailed
    from snapdiff.report.safe_text import safe

    if isinstance(fault, NothingFound | NotThere | ReadFailed | WrongBaseline | WrongUsage):
        return safe(str(fault))
    if isinstance(fault, WrongPolicy):
        return "\n".join([safe(str(fault)), *map(safe, fault.lines)])
    if isinstance(fault, OSError):
        where = f"{fault.filename}: " if fault.filename else ""
        return safe(f"{where}{fault.strerror or fault}")
    kind = type(fault).__name__
    return safe(
        f"an error of the program itself ({kind}: {fault}); please report it. SNAPDIFF_DEBUG=1 in the environment "
        "shows where it happened"
    )
