"""No figures where a file was lost or doubled, or something is left."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.load.burst import Burst, File
from benchmarks.load.report import check
from strata.errors import StrataError

FILES = [File("a", f"a/{number}.csv", 0.0, number) for number in (1, 2)]
BURST = Burst(("a",), (*FILES, File("a", "a/bad.csv", 0.0, None)), ((0.0, 0),))
GOOD = {("a", 1): 1, ("a", 2): 1}
ENDS = ["published", "published", "rejected"]


def loaded(published: dict[tuple[str, int], int], ends: list[str], *left: str) -> Any:
    """Give a lake that took the burst, as far as checking looks at it."""
    items: list[dict[str, str]] = [{"item": "ARRIVAL#1", "status": status} for status in ends]
    items += [{"item": item} for item in left]
    table = SimpleNamespace(query=lambda **_: {"Items": items})
    lake = SimpleNamespace(ledger=table, scope=lambda dataset: dataset)
    return SimpleNamespace(burst=BURST, lake=lake, published=Counter(published), failures=[])


def test_a_burst_that_was_taken_as_it_should_be_is_let_through() -> None:
    check(loaded(GOOD, ENDS))


@pytest.mark.parametrize(
    ("lake", "told"),
    [
        (loaded({("a", 1): 1}, ENDS), "1 good but never published"),
        (loaded({("a", 1): 1, ("a", 2): 2}, ENDS), "1 published more than once"),
        (loaded(GOOD | {("a", 9): 1}, ENDS), "1 published but not good"),
        (loaded(GOOD, ENDS, "WAITING#x", "LOCK"), "2 markers and locks left"),
        (loaded(GOOD, ["published", "waiting", "rejected"]), "'waiting': 1"),
    ],
)
def test_anything_lost_doubled_or_left_is_told(lake: Any, told: str) -> None:
    with pytest.raises(StrataError, match=told):
        check(lake)
