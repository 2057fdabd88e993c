"""A bar on whatever takes longer than two seconds; none where standard error is no terminal."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")


def bar(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Yield the items, showing how many of `total` there have been and how long the rest takes."""
    yield from tqdm(items, desc=what, total=total, delay=2, disable=None, leave=False)
