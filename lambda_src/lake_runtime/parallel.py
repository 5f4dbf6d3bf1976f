"""Many small requests at once: a function waits for the network far more than it computes."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

WORKERS = 16

Given = TypeVar("Given")
Made = TypeVar("Made")


def in_parallel(work: Callable[[Given], Made], items: Iterable[Given]) -> list[Made]:
    """Give `work(item)` for every item, in order; the first error raised is raised here."""
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return list(pool.map(work, items))
