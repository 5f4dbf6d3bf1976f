"""The storm that `make chaos` lets blow tells the truth about what it leaves."""

from collections.abc import Callable

import pytest

from strata.local.lake import LocalLake
from tests.faults.chaos import Difference, Storm, compare, tell
from tests.faults.feed import Feed

SECONDS = 5


def test_a_few_seconds_of_storm_leave_the_tables_of_a_clean_run(
    faulty_lake: LocalLake, feed: Callable[[str], Feed]
) -> None:
    storm = Storm(faulty_lake, seed=7)
    for each in storm.feeds.values():
        storm.arrive(each)
        storm.stop_execution(each)
        storm.kill_function(each)
    storm.blow(SECONDS)
    assert storm.calm_down() == dict.fromkeys(storm.feeds, Difference())
    assert storm.did["files"] >= 2
    assert storm.did["stopped executions"] + storm.did["kills of functions"] > 0


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([(1, 1)], "lost=[(2, 2)]"),
        ([(1, 1), (2, 2), (2, 2)], "doubled=[(2, 2)]"),
        ([(1, 1), (2, 1)], "unexpected=[(2, 1)]"),
    ],
)
def test_a_table_that_differs_is_told_and_is_a_failure(
    faulty_lake: LocalLake,
    capsys: pytest.CaptureFixture[str],
    found: list[tuple[int, int]],
    said: str,
) -> None:
    difference = compare(found, [(1, 1), (2, 2)])
    assert tell(Storm(faulty_lake, seed=3), {"storm_1": difference}) == 1
    assert said in capsys.readouterr().out


def test_equal_tables_are_no_difference() -> None:
    assert not compare([(1, 1), (2, 2)], [(2, 2), (1, 1)])
