"""What is worked out of a noun once, however often it is asked for, and forgotten with the noun."""

from collections.abc import Callable
from functools import cached_property, wraps
from typing import TypeVar, cast


class Remembers:
    """A noun that keeps what `once` worked out of it."""

    @cached_property
    def known(self) -> dict[object, object]:
        """The answers so far, each under the function that gave it."""
        return {}


Noun = TypeVar("Noun", bound=Remembers)
Answer = TypeVar("Answer")


def once(read: Callable[[Noun], Answer]) -> Callable[[Noun], Answer]:
    """The function, asked no more than once for each noun. What it gives is shared, so nobody may change it."""

    @wraps(read)
    def asked(noun: Noun) -> Answer:
        known = noun.known
        if read not in known:
            known[read] = read(noun)
        return cast("Answer", known[read])

    return asked
