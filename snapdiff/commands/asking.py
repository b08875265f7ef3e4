"""A list of messages on a terminal to the one that a user wants to see: a number shows it, Enter leaves."""

import sys
from collections.abc import Callable

_PROMPT = "Number of a message to show its path, or Enter to leave: "


def may_ask() -> bool:
    """Whether somebody sits there who can answer: standard input and output are both terminals."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def ask(count: int, show: Callable[[int], None]) -> None:
    """Asks for a number from 1 to `count` and shows that message, until nothing is entered or the input ends."""
    while True:
        answer = _answer()
        if not answer:
            return
        if answer.isascii() and answer.isdigit() and len(answer) < 10 and 1 <= int(answer) <= count:
            show(int(answer))
        else:
            print(f"There is no message of that number: type one from 1 to {count:,}, or Enter to leave.")


def _answer() -> str:
    """What was typed; "" at the end of the input and where it was broken off (Ctrl+C)."""
    sys.stdout.flush()
    try:
        return input(_PROMPT).strip()
    except (EOFError, KeyboardInterrupt):
        print()
        return ""
