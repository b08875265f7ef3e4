"""Work to its results: spread over processes, and given in the order of the work whatever their number."""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.context import BaseContext

Work = TypeVar("Work")
Result = TypeVar("Result")


def in_order(do: Callable[[Work], Result], pieces: Iterable[Work], workers: int) -> Iterator[Result]:
    """What `do` makes of each piece. With fewer than two workers it is done here, piece by piece as asked for.

    Each worker is given `do` once, and keeps it. No more than twice as many pieces as workers are done ahead, so that
    results do not pile up.
    """
    if workers < 2:
        yield from map(do, pieces)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, _context(), _take_up, (do,)) as pool:
        waiting: deque[Future[Result]] = deque()
        for piece in pieces:
            waiting.append(pool.submit(_do, piece))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


_taken_up: list[Callable[[Any], Any]] = []
"""What this process does with each piece, where it is a worker."""


def _take_up(do: Callable[[Any], Any]) -> None:
    _taken_up[:] = [do]


def _do(piece: Any) -> Any:
    return _taken_up[0](piece)


def _context() -> "BaseContext":
    """Workers start by fork where the system has it and no other thread runs: they then need not import anew."""
    import multiprocessing
    import threading

    can_fork = sys.platform.startswith("linux") and threading.active_count() == 1
    return multiprocessing.get_context("fork" if can_fork else "spawn")


def available_cores() -> int:
    """How many processor cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))  # type: ignore[attr-defined,unused-ignore]
    except AttributeError:
        return os.cpu_count() or 1
