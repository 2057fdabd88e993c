"""What `test_parallel.py` has done in other processes: each makes a function of an item."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from textrnn.errors import UserError


def squares() -> Callable[[int], tuple[int, int]]:
    """Square a number; say which process did. Small ones take longer."""

    def square(item: int) -> tuple[int, int]:
        time.sleep(0.002 / (1 + item))
        return item**2, os.getpid()

    return square


def refuses() -> Callable[[int], int]:
    def refuse(item: int) -> int:
        if item >= 3:
            raise UserError(f"row {item} is wrong")
        return item

    return refuse


def prepares_in_vain() -> Callable[[int], int]:
    raise UserError("no vocab")


def kills_itself(item: Path) -> Callable[[int], int]:
    def kill(number: int) -> int:
        if str(number) == item.name:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    return kill


def leaves_marks(folder: Path) -> Callable[[int], int]:
    def mark(item: int) -> int:
        (folder / str(item)).touch()
        time.sleep(0.01)
        return item

    return mark


def takes_long() -> Callable[[int], int]:
    def take(_: int) -> int:
        time.sleep(0.05)
        return os.getpid()

    return take
