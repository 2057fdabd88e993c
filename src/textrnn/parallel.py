"""One function on many items, by several processes: the results come in the items' order."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import connection, parent_process
from typing import Any, Generic, Self, TypeVar

from textrnn.errors import UserError

FEW = 4  # so few items are done before processes have started
AHEAD = 3  # items a process that may be under way, or done and waiting for those before them

T = TypeVar("T")
R = TypeVar("R")


class Workers(Generic[T, R]):
    """Processes that live as long as the `with` block, and start when there is enough to do.

    Args:
        make: is called once in each process, and returns the function; it may load what the
            function needs. It is pickled, as are the items and the results.
        count: how many processes; with 1, all is done in this one.
    """

    def __init__(self, make: Callable[[], Callable[[T], R]], count: int) -> None:
        self._make, self._count = make, count
        self._function: Callable[[T], R] | None = None
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes: what has begun is waited for, what has not is dropped."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def map(self, items: Sequence[T]) -> Iterator[R]:
        """Yield the function's result on each item, in order; few are held at a time.

        Raises:
            UserError: a process was killed; the message begins with the item that was waited for.
            Exception: what the function raised on the first item on which it raised anything.
        """
        if self._count == 1 or (self._pool is None and len(items) <= FEW):
            self._function = self._function or self._make()
            return map(self._function, items)
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._count, initializer=_begin, initargs=(self._make,)
            )
        return _in_order(self._pool, items, AHEAD * self._count)


def _in_order(pool: ProcessPoolExecutor, items: Sequence[T], ahead: int) -> Iterator[Any]:
    waiting: deque[tuple[T, Future[Any]]] = deque()
    for item in items:
        waiting.append((item, _submit(pool, item)))
        if len(waiting) == ahead:
            yield _result(*waiting.popleft())
    while waiting:
        yield _result(*waiting.popleft())


def _submit(pool: ProcessPoolExecutor, item: T) -> "Future[Any]":
    """Hand an item over; if the processes have died, its result says so in its turn."""
    try:
        return pool.submit(_do, item)
    except BrokenProcessPool as error:
        broken: Future[Any] = Future()
        broken.set_exception(error)
        return broken


def _result(item: object, future: "Future[Any]") -> Any:
    try:
        return future.result()
    except BrokenProcessPool:
        raise UserError(
            f"{item}: here or later a process was killed (out of memory?). Run it again, with "
            "fewer processes if it happens again (execution.workers in params.yaml)."
        ) from None


# ---------------------------------------------------------------- in a process of its own

_made: Callable[[], Callable[[Any], Any]]


def _begin(make: Callable[[], Callable[[Any], Any]]) -> None:
    """Leave an interrupt to the parent, which ends its processes; end when it is killed."""
    global _made
    _made = cache(make)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _do(item: Any) -> Any:
    return _made()(item)
